"""Changes of placed orders that need stock: the change takes effect as a whole, or the order stays as it was.

The additional pieces are held first, in a supplementary hold that expires. For an order with discounts, inventory_svc
previews the new ones, which changes nothing. Then one transaction changes the order, and a durable job merges the two
holds, with the discounts of the preview. A crash before the transaction leaves the old order and a hold that expires; a
crash after it leaves the job.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from chassis.errors import AppError, FieldViolation, Unavailable
from chassis.idempotency import RequestKey
from chassis.mediator import Mediator
from order_svc.commands.retry_payment import RetryPayment, StockToBeHeld
from order_svc.commands.uow import OrderUow
from order_svc.commands.update_order import ChangeToBePrepared, UpdateOrder
from order_svc.domain.inventory import (
    CHANGED_MEANWHILE,
    Hold,
    HoldRequest,
    Inventory,
    Preview,
    StockAmendment,
)
from order_svc.domain.status import PaymentMethod
from order_svc.domain.views import OrderView
from order_svc.sagas.holds import release, release_on_failure

# Attempts to change an order that others keep changing.
_ATTEMPTS = 4


class Ids(Protocol):
    """Provides unique ids."""

    async def next(self) -> int: ...


class Amendments:
    """Updates orders, and retries refused payments."""

    def __init__(
        self,
        mediator: Mediator[OrderUow],
        inventory: Inventory,
        *,
        order_ids: Ids,
        item_ids: Ids,
        new_transaction_id: Callable[[], str] = lambda: str(uuid.uuid4()),
    ) -> None:
        self._mediator = mediator
        self._inventory = inventory
        self._order_ids = order_ids
        self._item_ids = item_ids
        self._new_transaction_id = new_transaction_id

    async def update(
        self, order_id: int, lines: tuple[tuple[int, int], ...], *, etag: str, request: RequestKey | None
    ) -> OrderView:
        """Raises the errors of UpdateOrder and of holding stock; the order is unchanged then."""
        return await asyncio.shield(self._update(order_id, lines, etag, request))

    async def retry_payment(
        self, order_id: int, method: PaymentMethod, token: str, *, request: RequestKey | None
    ) -> OrderView:
        """Raises OutOfStock if the stock is gone; the order stays FAILED then."""
        return await asyncio.shield(self._retry_payment(order_id, method, token, request))

    async def _update(
        self, order_id: int, lines: tuple[tuple[int, int], ...], etag: str, request: RequestKey | None
    ) -> OrderView:
        item_ids = tuple([await self._item_ids.next() for _ in lines])
        extra: Hold | None = None
        preview: Preview | None = None
        refusal: AppError | None = None
        for _ in range(_ATTEMPTS):
            command = UpdateOrder(
                request=request,
                order_id=order_id,
                lines=lines,
                etag=etag,
                item_ids=item_ids,
                transaction_id=self._new_transaction_id(),
                extra=extra,
                preview=preview,
            )
            supplementary_id = extra.order_id if extra else None
            try:
                async with release_on_failure(self._inventory, supplementary_id):
                    updated = await self._mediator.send(command)
            except ChangeToBePrepared as needed:
                if refusal is not None:
                    raise refusal from None
                try:
                    extra, preview = await self._prepare(needed, lines, request)
                except CHANGED_MEANWHILE:
                    extra, preview = None, None
                except AppError as error:
                    # Decided under the order's lock: an equal request that holds it may have changed the order.
                    extra, preview, refusal = None, None, error
                continue
            if supplementary_id is not None and supplementary_id != updated.supplementary_hold_id:
                # An equal request was faster: return its result.
                await release(self._inventory, supplementary_id)
            return updated.order
        if extra is not None:
            await release(self._inventory, extra.order_id)
        raise Unavailable(f"order {order_id} is being changed by others; try again", retry_after_s=1)

    async def _prepare(
        self, needed: ChangeToBePrepared, wanted: tuple[tuple[int, int], ...], request: RequestKey | None
    ) -> tuple[Hold | None, Preview | None]:
        extra = await self._hold(needed, wanted, request)
        if not needed.order.discounts:
            return extra, None
        supplementary_id = extra.order_id if extra else 0
        try:
            return extra, await self._preview(StockAmendment.of(needed.stock), wanted, supplementary_id)
        except AppError:
            # The order does not have this hold, whatever the outcome of the lost reply.
            if supplementary_id:
                await release(self._inventory, supplementary_id)
            raise

    async def _preview(
        self, present: StockAmendment, wanted: tuple[tuple[int, int], ...], supplementary_id: int
    ) -> Preview:
        await self._catch_up(present)
        change = StockAmendment(
            order_id=present.order_id,
            revision=present.revision + 1,
            supplementary_hold_id=supplementary_id,
            lines=wanted,
            validate_only=True,
        )
        return Preview(revision=change.revision, hold=await self._inventory.amend(change))

    async def _catch_up(self, present: StockAmendment) -> None:
        """Applies the previous change of the order, whose job may not have run yet."""
        if present.revision:
            await self._inventory.amend(present)

    async def _hold(
        self, needed: ChangeToBePrepared, wanted: Sequence[tuple[int, int]], request: RequestKey | None
    ) -> Hold | None:
        if not needed.lines:
            return None
        supplementary_hold_id = await self._order_ids.next()
        own = HoldRequest(
            order_id=supplementary_hold_id,
            key=f"order/{needed.order.id}/{supplementary_hold_id}",
            user_id=needed.order.created_by,
            currency=needed.order.currency,
            lines=needed.lines,
            # A confirmed order is never backordered: if stock is missing, the order stays as it was.
            no_backorder=True,
        )
        try:
            if request is not None:
                # Equal requests at the same time share a hold: one for each might be more than there is.
                digest = hashlib.sha256(f"{request.id}#{request.fingerprint}".encode()).hexdigest()
                key = f"order/{needed.order.id}/{needed.order.etag}/{digest}"
                hold = await self._inventory.reserve(replace(own, key=key))
                if hold.is_held:
                    return hold
            return await self._inventory.reserve(own)
        except AppError as error:
            error.violations = tuple(_as_wanted(violation, needed.lines, wanted) for violation in error.violations)
            raise

    async def _retry_payment(
        self, order_id: int, method: PaymentMethod, token: str, request: RequestKey | None
    ) -> OrderView:
        hold, revision = None, 0
        refusal: AppError | None = None
        for _ in range(_ATTEMPTS):
            command = RetryPayment(
                request=request,
                order_id=order_id,
                method=method,
                payment_token=token,
                transaction_id=self._new_transaction_id(),
                hold=hold,
                revision=revision,
            )
            try:
                # Not released on a refusal: another request may have made it part of the order. It expires.
                return await self._mediator.send(command)
            except StockToBeHeld as needed:
                if refusal is not None:
                    raise refusal from None
                wanted = StockAmendment.of(needed.next, re_reserve=True, reopen=True)
                try:
                    await self._catch_up(StockAmendment.of(needed.present))
                    hold, revision = await self._inventory.amend(wanted), wanted.revision
                except CHANGED_MEANWHILE:
                    continue
                except AppError as error:
                    refusal = error
        raise Unavailable(f"the stock of order {order_id} cannot be held; try again", retry_after_s=1)


def _as_wanted(
    violation: FieldViolation, lines: Sequence[tuple[int, int]], wanted: Sequence[tuple[int, int]]
) -> FieldViolation:
    """The violation of a held item, with the field path of the shopper's request."""
    match = re.match(r"items\[(\d+)\]", violation.field)
    if match is None:
        return violation
    held = lines[int(match[1])][0]
    index = next(index for index, (product_item_id, _) in enumerate(wanted) if product_item_id == held)
    return replace(violation, field=f"items[{index}]{violation.field[match.end() :]}")
