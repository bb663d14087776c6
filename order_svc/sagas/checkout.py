"""The checkout saga: its steps, and what undoes each.

Every step can be repeated. A crash between two steps is repaired by repeating the next one: by the shopper's retry
before the order is written, by a durable job after that.

    reserve stock → place the order → charge → sell the stock
    undone by: release (or expiry of the hold) · cancel · refund

An order is charged only while its stock is held, and stock that will not be charged does not stay held.
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeAlias

import structlog

from chassis.background import to_completion
from chassis.clock import Clock
from chassis.errors import AppError, DeadlineExceeded, Locked, RequestIdReused, Unavailable
from chassis.idempotency import reused
from chassis.jobs import Job, JobHandler, JobResult
from chassis.mediator import Mediator
from chassis.money import Money
from foundation import failpoints
from order_svc.commands import jobs
from order_svc.commands.place_order import PlaceOrder, order_of
from order_svc.commands.record_payment import RecordPayment
from order_svc.commands.uow import OrderUow
from order_svc.domain.errors import TeamNotFound
from order_svc.domain.inventory import (
    Hold,
    HoldLost,
    HoldRequest,
    IncentiveInvalid,
    Inventory,
    OutOfStock,
    StockAmendment,
)
from order_svc.domain.items import Discount, ordered
from order_svc.domain.payments import ActionRequired, Charged, ChargeResult, Payments
from order_svc.domain.ports import Ids, OrderNumbers
from order_svc.domain.preview import OrderPreview
from order_svc.domain.status import FailureCode, PaymentMethod, PaymentOutcome, Status
from order_svc.domain.views import OrderView
from order_svc.sagas.basket import Basket
from order_svc.sagas.final_errors import ALWAYS
from order_svc.sagas.holds import release_on_failure, with_new_id
from order_svc.sagas.stock_jobs import StockJobs

log = structlog.get_logger(__name__)

# Why it was not charged is for the shopper, or the page where they confirm it; the code counts unless it was charged.
_Attempt: TypeAlias = tuple[PaymentOutcome, str, FailureCode]
_TO_CONFIRM = "the shopper has not confirmed the payment yet"


class Checkout:
    """Turns a basket into a paid order. `load_order` reads the write side, without a check of ownership.

    A charge starts only if its hold lasts `hold_margin` longer; else the hold is extended first.
    """

    def __init__(
        self,
        mediator: Mediator[OrderUow],
        inventory: Inventory,
        payments: Payments,
        *,
        order_ids: OrderNumbers,
        item_ids: Ids,
        clock: Clock,
        load_order: Callable[[int], Awaitable[OrderView]],
        hold_margin: timedelta = timedelta(seconds=20),
    ) -> None:
        self._mediator = mediator
        self._inventory = inventory
        self._payments = payments
        self._order_ids = order_ids
        self._item_ids = item_ids
        self._clock = clock
        self._load_order = load_order
        self._hold_margin = hold_margin
        self.stock_jobs = StockJobs(mediator, inventory)

    async def place(self, basket: Basket) -> bytes:
        """Holds the stock and places the order, and answers it serialised. A refusal leaves nothing behind."""
        # Continues after the caller has disconnected: half a checkout would hold stock until it expires.
        return await to_completion(self._place(basket))

    async def preview(self, basket: Basket) -> OrderPreview:
        """The order that `place` would make of the basket; keeps nothing."""
        basket.require_own_team()
        preview, now = await self._inventory.preview(basket.wanted(order_id=0, key="")), self._clock.now()
        order = order_of(await _order_on(preview.hold, basket, 0, _no_id), now)
        if order.status is Status.CONFIRMED and order.is_free:
            order.paid_with_nothing(at=now)
        return OrderPreview(
            order=order.view(),
            refused_codes=preview.refused_codes,
            points_spent=preview.points_spent,
            points_earned=preview.points_earned,
        )

    def job_handlers(self) -> dict[str, JobHandler]:
        """The handlers of the durable jobs of checkout, by kind."""
        return {
            jobs.CHARGE: self._charge,
            **self.stock_jobs.handlers(),
        }

    async def _place(self, basket: Basket) -> bytes:
        try:
            basket.require_own_team()
        except TeamNotFound:
            # Perhaps it was placed, and the caller has left the team since.
            if first := await self._mediator.find_result(PlaceOrder, basket.request):
                return first
            raise
        order_id, wanted, hold = await with_new_id(self._order_ids, partial(self._hold, basket))
        failpoints.reach("stock_held_order_not_written")
        # The hold of an earlier attempt is not released: that attempt may still succeed.
        own = order_id if hold.order_id == order_id else None
        try:
            async with release_on_failure(self._inventory, own):
                placed = await self._mediator.send(await _order_on(hold, basket, order_id, self._item_ids.next))
        except HoldLost:
            # An earlier attempt stopped after its hold, which has ended.
            try:
                hold = await self._inventory.reserve(replace(wanted, re_reserve=True))
            except AppError:
                # That attempt may have gone on meanwhile.
                if first := await self._mediator.find_result(PlaceOrder, basket.request):
                    return first
                raise
            return await self._mediator.send(await _order_on(hold, basket, order_id, self._item_ids.next))
        failpoints.reach("order_placed_not_answered")
        return placed

    async def _hold(self, basket: Basket, order_id: int) -> tuple[int, HoldRequest, Hold]:
        """The id of the order, unless the hold is that of an earlier attempt, what it wants, and what is held."""
        # A repeated request gets the hold of the first one, and with it the order id.
        key = f"{basket.caller.id}/{basket.request.request_id}" if basket.request else f"order/{order_id}"
        wanted = basket.wanted(order_id=order_id, key=key)
        try:
            return order_id, wanted, await self._inventory.reserve(wanted)
        except RequestIdReused as error:
            # inventory_svc knows its own key only, and not what the shopper calls it.
            raise (reused("", basket.request) if basket.request else None) or error from None

    async def _charge(self, job: Job) -> JobResult:
        order_id, detail, code = job.payload["order_id"], "", FailureCode.PROVIDER_UNAVAILABLE
        try:
            outcome, why, code = await self._try_to_charge(job)
        except _NotWanted as stopped:
            return JobResult(note=str(stopped))
        except (OutOfStock, IncentiveInvalid) as error:
            # Given up, not refused: an earlier attempt whose reply was lost may still charge, and must be undone.
            outcome, why = PaymentOutcome.GIVEN_UP, error.message
            code = FailureCode.OUT_OF_STOCK if isinstance(error, OutOfStock) else FailureCode.INCENTIVE_LOST
        except (Unavailable, Locked):
            # Of our own services, not of the provider: no attempt is counted, and the runner puts the job off.
            raise
        except AppError as error:
            # Given up at once if no attempt can succeed, for example an amount that the provider never takes.
            outcome = PaymentOutcome.GIVEN_UP if error.kind in ALWAYS else PaymentOutcome.TRANSIENT
            why, detail = "", f"{error.reason}: {error.message}"
            log.warning("an order was not charged", order_id=order_id, attempt=job.attempt, error=detail)
        if outcome is PaymentOutcome.CHARGED:
            failpoints.reach("charged_not_recorded")
        acts = outcome is PaymentOutcome.REQUIRES_ACTION
        recorded = await self._mediator.send(
            RecordPayment(
                lease=job.lease,
                order_id=order_id,
                transaction_id=job.payload["transaction_id"],
                outcome=outcome,
                code=code,
                why="" if acts else why,
                detail=_TO_CONFIRM if acts else detail,
                next_action_uri=why if acts else "",
            )
        )
        return JobResult(by_handler=True, again_in_s=recorded.next_attempt_s)

    async def _try_to_charge(self, job: Job) -> _Attempt:
        payload = job.payload
        try:
            # The outcome of an earlier attempt may be unknown: the provider is asked before it is charged again.
            if job.attempt > 1 and (known := await self._payments.find(payload["transaction_id"])):
                return _outcome_of(known)
            until = payload["hold_until"]
            if until is None or datetime.fromisoformat(until) < self._clock.now() + self._hold_margin:
                await self._hold_again(payload)
        except DeadlineExceeded as error:
            raise Unavailable(f"no charge was asked for: {error.message}") from error
        result = await self._payments.charge(
            order_id=payload["order_id"],
            transaction_id=payload["transaction_id"],
            method=PaymentMethod(payload["method"]),
            token=job.secret,
            amount=Money.of(payload["amount"], payload["currency"]),
        )
        return _outcome_of(result)

    async def _hold_again(self, payload: Mapping[str, Any]) -> None:
        order_id = payload["order_id"]
        order = await self._load_order(order_id)
        if order.status is not Status.CONFIRMED or order.payment.transaction_id != payload["transaction_id"]:
            raise _NotWanted(
                f"the order is {order.status.contract_name}, and is paid by {order.payment.transaction_id}"
            )
        if "stock" in payload:
            await self._inventory.amend(StockAmendment.of(payload["stock"], re_reserve=True))
            return
        await self._inventory.reserve(
            HoldRequest(
                order_id=order_id,
                key=payload["hold_key"],
                user_id=order.created_by,
                currency=order.currency,
                lines=tuple((item.product_item_id, item.quantity) for item in order.items),
                re_reserve=True,
                keep_prices=True,
            )
        )


def _outcome_of(result: ChargeResult) -> _Attempt:
    if isinstance(result, Charged):
        return PaymentOutcome.CHARGED, "", FailureCode.PROVIDER_UNAVAILABLE
    if isinstance(result, ActionRequired):
        return PaymentOutcome.REQUIRES_ACTION, result.uri, FailureCode.ACTION_EXPIRED
    return PaymentOutcome.REFUSED, result.reason, result.code


class _NotWanted(Exception):
    """Raised when the order was stopped, so that nothing is charged."""


async def _order_on(hold: Hold, basket: Basket, order_id: int, next_id: Callable[[], Awaitable[int]]) -> PlaceOrder:
    return PlaceOrder(
        request=basket.request,
        # The hold of an earlier attempt has the order id of that attempt.
        request_is_new=hold.order_id == order_id,
        owner=basket.caller.id,
        owner_team=basket.team_id,
        currency=basket.currency,
        items=tuple([ordered(item, await next_id()) for item in hold.items]),
        discounts=tuple(
            [
                Discount(
                    id=await next_id(),
                    code=discount.code,
                    description=discount.description,
                    amount=discount.amount,
                )
                for discount in hold.discounts
            ]
        ),
        method=basket.method,
        payment_token=basket.payment_token,
        transaction_id=str(uuid.uuid4()),
        hold=hold,
        shipping_address=basket.shipping_address,
        billing_address=basket.billing_address,
        metadata=basket.metadata,
        note=basket.note,
    )


async def _no_id() -> int:
    return 0
