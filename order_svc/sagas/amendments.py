"""Changes of placed orders that need stock: the change takes effect as a whole, or the order stays as it was.

The additional pieces are held first, in a supplementary hold that expires. For an order with discounts, inventory_svc
previews the new ones, which changes nothing. Then one transaction changes the order, and a durable job merges the two
holds, with the discounts of the preview. A crash before the transaction leaves the old order and a hold that expires; a
crash after it leaves the job.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from dataclasses import dataclass, replace
from functools import partial

from chassis.background import to_completion
from chassis.errors import AppError, FieldViolation
from chassis.idempotency import RequestKey
from chassis.mediator import Mediator
from order_svc.commands import jobs
from order_svc.commands.retry_payment import RetryPayment
from order_svc.commands.uow import OrderUow
from order_svc.commands.update_order import UpdateOrder
from order_svc.domain.errors import OrderChanged, Refusal
from order_svc.domain.inventory import (
    CHANGED_MEANWHILE,
    Hold,
    HoldRequest,
    Inventory,
    Preview,
    StockAmendment,
)
from order_svc.domain.order import Order
from order_svc.domain.ports import Ids, OrderNumbers, PlacedOrders
from order_svc.domain.status import PaymentMethod
from order_svc.domain.views import OrderView
from order_svc.sagas.holds import again_if_changed, release, release_on_failure, with_new_id

# Pairs of product item id and quantity.
Lines = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    """What inventory_svc has done for a change, or why it refuses to."""

    extra: Hold | None = None
    preview: Preview | None = None
    refusal: Refusal | None = None


class Amendments:
    """Updates orders, and retries refused payments."""

    def __init__(
        self,
        mediator: Mediator[OrderUow],
        orders: PlacedOrders,
        inventory: Inventory,
        *,
        order_ids: OrderNumbers,
        item_ids: Ids,
    ) -> None:
        self._mediator = mediator
        self._orders = orders
        self._inventory = inventory
        self._order_ids = order_ids
        self._item_ids = item_ids

    async def update(self, order_id: int, lines: Lines, *, etag: str, request: RequestKey | None) -> OrderView:
        """Raises the errors of UpdateOrder and of holding stock; the order is unchanged then."""
        return await to_completion(self._update(order_id, lines, etag, request))

    async def retry_payment(
        self, order_id: int, method: PaymentMethod, token: str, *, request: RequestKey | None
    ) -> OrderView:
        """Raises OutOfStock if the stock is gone; the order stays FAILED then."""
        return await to_completion(self._retry_payment(order_id, method, token, request))

    @again_if_changed
    async def _update(self, order_id: int, lines: Lines, etag: str, request: RequestKey | None) -> OrderView:
        if first := await self._mediator.find_result(UpdateOrder, request):
            return first.order
        order = await self._orders.read(order_id)
        prepared = await self._prepare(order, lines, etag, request)
        supplementary_id = prepared.extra.order_id if prepared.extra else None
        async with release_on_failure(self._inventory, supplementary_id):
            updated = await self._mediator.send(
                UpdateOrder(
                    request=request,
                    order_id=order_id,
                    lines=lines,
                    etag=etag,
                    item_ids=tuple([await self._item_ids.next() for _ in lines]),
                    transaction_id=str(uuid.uuid4()),
                    extra=prepared.extra,
                    preview=prepared.preview,
                    refusal=prepared.refusal,
                )
            )
        if supplementary_id is not None and supplementary_id != updated.supplementary_hold_id:
            # An equal request was faster: return its result.
            await release(self._inventory, supplementary_id)
        return updated.order

    @again_if_changed
    async def _retry_payment(
        self, order_id: int, method: PaymentMethod, token: str, request: RequestKey | None
    ) -> OrderView:
        if first := await self._mediator.find_result(RetryPayment, request):
            return first
        order = await self._orders.read(order_id)
        hold, refusal = await self._hold_again(order)
        # Not released on a refusal: another request may have made it part of the order. It expires.
        return await self._mediator.send(
            RetryPayment(
                request=request,
                order_id=order_id,
                method=method,
                payment_token=token,
                transaction_id=str(uuid.uuid4()),
                hold=hold,
                revision=order.revision + 1,
                refusal=refusal,
            )
        )

    async def _prepare(self, order: Order, wanted: Lines, etag: str, request: RequestKey | None) -> _Prepared:
        """Holds what the order is to have more of, and previews its discounts."""
        if not order.has_version(etag) or not order.is_amendable or order.consists_of(wanted):
            return _Prepared()
        extra: Hold | None = None
        try:
            if order.missing(wanted):
                extra = await with_new_id(self._order_ids, partial(self._hold, order, wanted, request))
            return _Prepared(extra=extra, preview=await self._preview(order, wanted, extra))
        except AppError as error:
            # The order does not have this hold, whatever the outcome of the lost reply.
            if extra is not None:
                await release(self._inventory, extra.order_id)
            if isinstance(error, CHANGED_MEANWHILE):
                raise OrderChanged.of() from error
            # Decided under the order's lock: an equal request that holds it may have changed the order.
            return _Prepared(refusal=Refusal(error, order.stored_version))

    async def _preview(self, order: Order, wanted: Lines, extra: Hold | None) -> Preview | None:
        if not order.discounts:
            return None
        await self._catch_up(order)
        change = StockAmendment(
            order_id=order.id,
            revision=order.revision + 1,
            supplementary_hold_id=extra.order_id if extra else 0,
            lines=wanted,
            validate_only=True,
        )
        return Preview(revision=change.revision, hold=await self._inventory.amend(change))

    async def _hold_again(self, order: Order) -> tuple[Hold | None, Refusal | None]:
        """Holds the stock of an order whose payment failed, as its next revision; or says why not."""
        release = jobs.release_stock(order)
        if not order.is_payment_retryable or await self._orders.has_open_job(release.kind, release.key):
            return None, None
        present = jobs.stock_of(order)
        wanted = present | {"revision": order.revision + 1, "supplementary_hold_id": 0}
        try:
            await self._catch_up(order)
            return await self._inventory.amend(StockAmendment.of(wanted, re_reserve=True, reopen=True)), None
        except CHANGED_MEANWHILE as error:
            raise OrderChanged.of() from error
        except AppError as error:
            return None, Refusal(error, order.stored_version)

    async def _catch_up(self, order: Order) -> None:
        """Applies the previous change of the order, whose job may not have run yet."""
        if order.revision:
            await self._inventory.amend(StockAmendment.of(jobs.stock_of(order)))

    async def _hold(self, order: Order, wanted: Lines, request: RequestKey | None, supplementary_hold_id: int) -> Hold:
        lines = tuple(order.missing(wanted).items())
        own = HoldRequest(
            order_id=supplementary_hold_id,
            key=f"order/{order.id}/{supplementary_hold_id}",
            user_id=order.owner,
            currency=order.currency,
            lines=lines,
            # A confirmed order is never backordered: if stock is missing, the order stays as it was.
            no_backorder=True,
        )
        try:
            if request is not None:
                # Equal requests at the same time share a hold: one for each might be more than there is.
                digest = hashlib.sha256(f"{request.id}#{request.fingerprint}".encode()).hexdigest()
                key = f"order/{order.id}/{order.row_version}/{digest}"
                hold = await self._inventory.reserve(replace(own, key=key))
                if hold.is_held:
                    return hold
                # It was given back, perhaps this request's own, whose reply was lost: the id is used.
                id = await self._order_ids.next()
                own = replace(own, order_id=id, key=f"order/{order.id}/{id}")
            return await self._inventory.reserve(own)
        except AppError as error:
            error.violations = tuple(_as_wanted(violation, lines, wanted) for violation in error.violations)
            raise


def _as_wanted(violation: FieldViolation, lines: Lines, wanted: Lines) -> FieldViolation:
    """The violation of a held item, with the field path of the shopper's request."""
    match = re.match(r"items\[(\d+)\]", violation.field)
    if match is None:
        return violation
    held = lines[int(match[1])][0]
    index = next(index for index, (product_item_id, _) in enumerate(wanted) if product_item_id == held)
    return replace(violation, field=f"items[{index}]{violation.field[match.end() :]}")
