"""The ports of order_svc in memory, and an app that runs commands on them or on PostgreSQL."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from chassis.context import current
from chassis.errors import AppError, Conflict
from chassis.money import Money
from order_svc.domain.errors import OrderNotFound
from order_svc.domain.inventory import (
    HeldDiscount,
    HeldItem,
    Hold,
    HoldPreview,
    HoldRequest,
    HoldSuperseded,
    OrderIdTaken,
    OutOfStock,
    Pieces,
    ReservationReleased,
    StockAmendment,
)
from order_svc.domain.order import Order
from order_svc.domain.payments import Charged, ChargeResult, Refused
from order_svc.domain.refund import Refund
from order_svc.domain.status import PaymentMethod
from tests.builders.order_ids import ORDERS
from tests.fakes.chassis import ChassisState, FakeClock, InMemoryOpenJobs, InMemoryUnitOfWork


@dataclass
class OrderState(ChassisState):
    """What is durable."""

    orders: dict[int, Order] = field(default_factory=dict)
    refunds: dict[str, Refund] = field(default_factory=dict)


class InMemoryOrders:
    def __init__(self, state: OrderState) -> None:
        self._state = state

    async def add(self, orders: Sequence[Order]) -> None:
        for order in orders:
            if order.id in self._state.orders:
                raise Conflict(f"order {order.id} exists")
            order.stored()
            self._state.orders[order.id] = copy.deepcopy(order)

    async def get(self, order_id: int) -> Order:
        order = self._state.orders.get(order_id)
        caller = current().caller
        mine = order is not None and (order.owner == caller.id or order.owner_team in caller.team_ids)
        if order is None or (caller.is_person and not caller.is_admin and not mine):
            raise OrderNotFound.of()
        return copy.deepcopy(order)

    async def find(self, order_ids: Sequence[int]) -> dict[int, Order]:
        return {id: copy.deepcopy(self._state.orders[id]) for id in order_ids if id in self._state.orders}

    async def placed_holds(self, order_ids: Sequence[int]) -> set[int]:
        orders = self._state.orders.values()
        present = {order.id for order in orders} | {order.supplementary_hold_id for order in orders}
        for job in self._state.jobs:
            if job.kind == "amend_stock" and job.state in {"READY", "RUNNING", "DEAD"}:
                present.add(job.payload["supplementary_hold_id"])
        return set(order_ids) & present

    async def unsold_holds(self, order_ids: Sequence[int]) -> set[int]:
        open_jobs = [job for job in self._state.jobs if job.state in {"READY", "RUNNING", "DEAD"}]
        merging = {job.payload["supplementary_hold_id"] for job in open_jobs if job.kind == "amend_stock"}
        selling = {job.key for job in open_jobs if job.kind == "commit_stock"}
        charging = {job.key for job in open_jobs if job.kind == "charge" and job.state != "DEAD"}
        unsold = {
            order.id
            for order in self._state.orders.values()
            if (transaction := order.payment.transaction_id) in charging or f"{order.id}/{transaction}" in selling
        }
        return set(order_ids) & (merging | unsold)

    async def save(self, orders: Sequence[Order]) -> None:
        for order in orders:
            assert order.id in self._state.orders
            order.stored()
            self._state.orders[order.id] = copy.deepcopy(order)

    async def save_items(self, order: Order) -> None:
        self._state.orders[order.id].items = order.items


class InMemoryPlacedOrders:
    def __init__(self, state: OrderState) -> None:
        self._state = state

    async def read(self, order_id: int) -> Order:
        return await InMemoryOrders(self._state).get(order_id)

    async def has_open_job(self, kind: str, key: str) -> bool:
        return await InMemoryOpenJobs(self._state).is_open(kind, key)


class InMemoryRefunds:
    def __init__(self, state: OrderState) -> None:
        self._state = state

    async def add(self, refund: Refund, order: Order) -> None:
        assert refund.refund_id not in self._state.refunds
        self._state.refunds[refund.refund_id] = copy.copy(refund)

    async def save(self, refund: Refund) -> None:
        self._state.refunds[refund.refund_id].done_at = refund.done_at


class InMemoryOrderUow(InMemoryUnitOfWork):
    serialised = staticmethod(ORDERS.encode)

    def __init__(self, state: OrderState, clock: FakeClock) -> None:
        super().__init__(state, clock)
        self.open_jobs = InMemoryOpenJobs(state)
        self.orders = InMemoryOrders(state)
        self.refunds = InMemoryRefunds(state)


class FakeInventory:
    """inventory_svc with one price for everything. `stock` is what can be held of each item."""

    def __init__(self, clock: FakeClock, stock: dict[int, int] | None = None, *, hold_s: float = 900) -> None:
        self._clock = clock
        self.hold_s = hold_s
        self.stock = stock if stock is not None else {1: 100, 2: 100, 3: 100}
        self.holds: dict[str, Hold] = {}
        self.sold: set[int] = set()
        self.paid: set[int] = set()
        # What every order, and every change of one that got any, gets off its first item, by code.
        self.discounts: dict[str, str] = {}
        self.requests: list[HoldRequest] = []
        self.revisions: dict[int, int] = {}
        # Raised by every amendment.
        self.amend_failure: AppError | None = None
        self.previews: list[StockAmendment] = []
        # Raised by every preview of one.
        self.preview_failure: AppError | None = None
        self.returned: dict[tuple[int, int], int] = {}
        self.refunded: dict[int, Money] = {}
        self.calls: list[str] = []
        # Raised by the next call, once.
        self.failure: AppError | None = None
        # Raised by every commit.
        self.commit_failure: AppError | None = None
        # Order ids of reservations that order_svc does not know.
        self.taken_ids: set[int] = set()

    async def reserve(self, request: HoldRequest) -> Hold:
        self._called("reserve")
        self.requests.append(request)
        known = self.holds.get(request.key)
        if known is None and request.order_id in self.taken_ids:
            raise OrderIdTaken(f"order {request.order_id} has a reservation")
        if known is not None and (known.is_held or not request.re_reserve):
            return known
        order_id = known.order_id if known else request.order_id
        for item, quantity in request.lines:
            if self.stock.get(item, 0) < quantity:
                raise OutOfStock(f"not enough of {item}")
        for item, quantity in request.lines:
            self.stock[item] -= quantity
        hold = self._held_for(request, order_id)
        if not request.no_backorder:
            hold = self._discounted(hold)
        self.holds[request.key] = hold
        return hold

    async def preview(self, request: HoldRequest) -> HoldPreview:
        self._called("preview")
        for item, quantity in request.lines:
            if self.stock.get(item, 0) < quantity:
                raise OutOfStock(f"not enough of {item}")
        hold = self._discounted(self._held_for(request, 0))
        refused = tuple((code, "it is used up") for code in request.incentive_codes)
        return HoldPreview(hold=hold, refused_codes=refused, points_spent=0, points_earned=0)

    def _held_for(self, request: HoldRequest, order_id: int) -> Hold:
        return Hold(
            order_id=order_id,
            key=request.key,
            is_held=True,
            items=tuple(
                HeldItem(
                    product_item_id=item,
                    sku=f"SKU-{item}",
                    name=f"Item {item}",
                    quantity=quantity,
                    unit_price=Money.of("10.00", request.currency),
                    discount=Money.zero(request.currency),
                )
                for item, quantity in request.lines
            ),
            expires_at=self._clock.now() + timedelta(seconds=self.hold_s),
        )

    async def amend(self, amendment: StockAmendment) -> Hold:
        self._called("amend")
        if self.amend_failure is not None:
            raise self.amend_failure
        held = self._hold_of(amendment.order_id)
        if amendment.validate_only:
            return self._previewed(held, amendment)
        if self.revisions.get(held.order_id, 0) < amendment.revision:
            extra = self._hold_of(amendment.supplementary_hold_id) if amendment.supplementary_hold_id else None
            held = self._merged(held, extra, amendment)
        if amendment.re_reserve and not held.is_held:
            for item in held.items:
                if self.stock[item.product_item_id] < item.quantity:
                    raise OutOfStock(f"not enough of {item.product_item_id}")
            for item in held.items:
                self.stock[item.product_item_id] -= item.quantity
            held = replace(held, is_held=True)
        if amendment.re_reserve:
            held = replace(held, expires_at=self._clock.now() + timedelta(seconds=self.hold_s))
        self.holds[held.key] = held
        return replace(held, key="")

    def _previewed(self, held: Hold, amendment: StockAmendment) -> Hold:
        self.previews.append(amendment)
        if self.preview_failure is not None:
            raise self.preview_failure
        assert self.revisions.get(held.order_id, 0) == amendment.revision - 1
        extra = self._hold_of(amendment.supplementary_hold_id) if amendment.supplementary_hold_id else None
        return replace(self._with_items(held, extra, amendment), key="")

    def _discounted(self, hold: Hold) -> Hold:
        currency = hold.items[0].unit_price.currency
        discounts = tuple(
            HeldDiscount(code=code, description=f"{amount} off", amount=Money.of(amount, currency))
            for code, amount in self.discounts.items()
        )
        off = Money.sum((discount.amount for discount in discounts), currency)
        first, *others = (replace(item, discount=Money.zero(currency)) for item in hold.items)
        return replace(hold, items=(replace(first, discount=off), *others), discounts=discounts)

    def _with_items(self, held: Hold, extra: Hold | None, amendment: StockAmendment) -> Hold:
        more = {item.product_item_id: item for item in extra.items} if extra else {}
        known = {item.product_item_id: item for item in held.items}
        items = tuple(replace(more.get(id) or known[id], quantity=quantity) for id, quantity in amendment.lines)
        changed = replace(held, items=items)
        return self._discounted(changed) if held.discounts else changed

    def _merged(self, held: Hold, extra: Hold | None, amendment: StockAmendment) -> Hold:
        if extra is not None:
            self.end(extra.key)
        if held.is_held:
            for item in held.items:
                self.stock[item.product_item_id] += item.quantity
            for product_item_id, quantity in amendment.lines:
                self.stock[product_item_id] -= quantity
        self.revisions[held.order_id] = amendment.revision
        return self._with_items(held, extra, amendment)

    async def restock(self, order_id: int, returned: Pieces, *, refunded: Money, written_off: Pieces = ()) -> None:
        self._called("restock")
        self.refunded[order_id] = refunded
        for item, total in returned:
            back = total - dict(written_off).get(item, 0)
            self.stock[item] += back - self.returned.get((order_id, item), 0)
            self.returned[order_id, item] = back

    async def commit(self, order_id: int, revision: int, *, paid: bool) -> None:
        self._called("commit")
        self._require_present(order_id, revision)
        if self.commit_failure is not None:
            raise self.commit_failure
        if not self._hold_of(order_id).is_held:
            raise ReservationReleased("given back")
        self.sold.add(order_id)
        if paid:
            self.paid.add(order_id)

    async def release(self, order_id: int, revision: int, *, written_off: Pieces = ()) -> None:
        self._called("release")
        self._require_present(order_id, revision)
        hold = next((hold for hold in self.holds.values() if hold.order_id == order_id), None)
        if hold is not None and hold.is_held:
            for item, pieces in written_off:
                self.stock[item] -= pieces
            self.end(hold.key)

    async def release_unplaced(self, order_id: int) -> None:
        await self.release(order_id, 0)

    def _require_present(self, order_id: int, revision: int) -> None:
        if self.revisions.get(order_id, 0) > revision:
            raise HoldSuperseded(f"order {order_id} is at a later revision")

    def end(self, key: str) -> None:
        """The hold ends: released or expired."""
        hold = self.holds[key]
        self.holds[key] = replace(hold, is_held=False)
        self.sold.discard(hold.order_id)
        for item in hold.items:
            self.stock[item.product_item_id] += item.quantity - self.returned.get(
                (hold.order_id, item.product_item_id), 0
            )

    def _hold_of(self, order_id: int) -> Hold:
        return next(hold for hold in self.holds.values() if hold.order_id == order_id)

    def _called(self, name: str) -> None:
        self.calls.append(name)
        if self.failure is not None:
            failure, self.failure = self.failure, None
            raise failure


class FakePayments:
    """A provider that answers what it is told to, and else charges. `ledger` holds what was taken, net."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        # The answers of the next charges, in order.
        self.answers: list[ChargeResult | AppError] = []
        # Raised by everything but refunds while it is set.
        self.outage: AppError | None = None
        self.ledger: dict[str, Money] = {}
        self.voided: set[str] = set()
        # The transactions that are decided, and stay so.
        self.taken: set[str] = set()
        self.refused: dict[str, Refused] = {}
        self.charged_at: dict[str, datetime] = {}
        self.calls: list[str] = []
        self.refunds: dict[str, Money] = {}
        # Raised by the next refunds, in order.
        self.refund_failures: list[AppError] = []
        # The answers to questions about transactions that are not charged.
        self.waiting: dict[str, ChargeResult] = {}
        # What shoppers confirm just before the refund of their transaction arrives.
        self.confirmed_before_refund: dict[str, Money] = {}
        # Which question finds out what is in the ledger; the ones before come too early.
        self.found_from = 1

    async def charge(
        self, *, transaction_id: str, order_id: int, method: PaymentMethod, token: str, amount: Money
    ) -> ChargeResult:
        self.calls.append("charge")
        if self.outage:
            raise self.outage
        if transaction_id in self.refused:
            return self.refused[transaction_id]
        answer = self.answers.pop(0) if self.answers else Charged(self._clock.now())
        if isinstance(answer, AppError):
            raise answer
        if transaction_id in self.voided:
            return Refused("the transaction was ended")
        if isinstance(answer, Charged) and transaction_id not in self.taken:
            self.taken.add(transaction_id)
            self.ledger.setdefault(transaction_id, amount)
            self.charged_at[transaction_id] = answer.at
        if isinstance(answer, Refused):
            self.refused[transaction_id] = answer
        return answer

    async def record_charge(
        self, *, transaction_id: str, order_id: int, method: PaymentMethod, amount: Money
    ) -> ChargeResult:
        return await self.charge(
            transaction_id=transaction_id, order_id=order_id, method=method, token="", amount=amount
        )

    async def refund(self, *, transaction_id: str, refund_id: str, amount: Money, reason: str = "") -> Charged | None:
        self.calls.append("refund")
        if self.refund_failures:
            raise self.refund_failures.pop(0)
        self.ledger |= {id: taken for id, taken in self.confirmed_before_refund.items() if id == transaction_id}
        self.voided.add(transaction_id)
        if refund_id not in self.refunds and transaction_id in self.ledger:
            self.refunds[refund_id] = amount
            self.ledger[transaction_id] -= amount
            assert not self.ledger[transaction_id].is_negative, "more given back than was taken"
            if not self.ledger[transaction_id].amount:
                del self.ledger[transaction_id]
        at = self.charged_at.setdefault(transaction_id, self._clock.now())
        return Charged(at) if refund_id in self.refunds else None

    async def find(self, transaction_id: str) -> ChargeResult | None:
        self.calls.append("find")
        if self.outage:
            raise self.outage
        found = transaction_id in self.ledger and self.calls.count("find") >= self.found_from
        return Charged(self._clock.now()) if found else self.waiting.get(transaction_id)
