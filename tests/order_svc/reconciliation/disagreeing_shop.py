"""A shop on fakes whose orders, stock and payments can be set back one by one, and a Reconciler of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from chassis.context import Caller, RequestContext, request_context
from chassis.money import Money
from order_svc.domain.inventory import HoldRequest
from order_svc.domain.order import Order
from order_svc.reconciliation.domain.books import HoldState, StoredOrder, StoredReservation, StoredTransaction
from order_svc.reconciliation.reconciler import Finding, Reconciler
from order_svc.reconciliation.remedies import Remedies
from tests.builders.order import AT, SHOPPER, OrderBuilder
from tests.order_svc.test_checkout import CheckoutApp

CURRENCY = "USD"


class DisagreeingShop(CheckoutApp):
    """All three begin as agreed. `busy` are orders whose jobs run, `expired` those whose holds did not go otherwise."""

    def __init__(self) -> None:
        super().__init__()
        self.busy: set[int] = set()
        self.hold_keys: dict[int, str] = {}
        self.order_of: dict[str, int] = {}
        self.expired: set[int] = set()
        self.by_hand: frozenset[str] = frozenset()
        self.audited_findings: list[Finding] = []
        self.last_id = 1_000_000

    async def agreed(self, builder: OrderBuilder) -> Order:
        """The order, with its stock sold and its money taken as its status says."""
        order = builder.build()
        await self.given(builder)
        await self.hold(order)
        if order.payment.is_charged:
            await self.inventory.commit(order.id, order.revision, paid=True)
            await self.pay(order.payment.transaction_id, order.id, order.payment.amount)
        if order.status in ("CANCELLED", "FAILED"):
            await self.inventory.release(order.id, order.revision)
        return order

    async def hold(self, order: Order) -> None:
        lines = tuple((item.product_item_id, item.quantity) for item in order.items)
        request = HoldRequest(
            order_id=order.id, key=f"hold-{order.id}", user_id=SHOPPER, currency=CURRENCY, lines=lines
        )
        await self.inventory.reserve(request)

    async def pay(self, transaction_id: str, order_id: int, amount: Money) -> None:
        self.payments.ledger[transaction_id] = amount
        self.payments.taken.add(transaction_id)
        self.payments.charged_at[transaction_id] = AT
        self.order_of[transaction_id] = order_id

    def forget_hold(self, order: Order) -> None:
        """As if inventory's database were from before the order."""
        hold = self.inventory.holds[f"hold-{order.id}"]
        if hold.is_held:
            self.inventory.end(hold.key)
        del self.inventory.holds[hold.key]

    def forget_charge(self, order: Order) -> None:
        """As if the payment database were from before the order."""
        id = order.payment.transaction_id
        for known in (self.payments.ledger, self.payments.charged_at):
            known.pop(id, None)
        self.payments.taken.discard(id)
        self.payments.refunds.clear()

    def forget_order(self, order: Order) -> None:
        """As if order_svc's database were from before the order."""
        del self._state.orders[order.id]

    async def found(self) -> list[str]:
        """The kinds of differences, of a dry run."""
        return [finding.difference.kind.value for finding in await self.reconcile()]

    async def mended(self) -> list[tuple[str, str]]:
        """Kinds and errors of what `--apply` tried."""
        return [(one.difference.kind.value, one.error) for one in await self.reconcile(apply=True)]

    async def reconcile(self, *, apply: bool = False) -> list[Finding]:
        with request_context(RequestContext(caller=Caller.service("order"), method="Reconcile")):
            return await self.reconciler.run(apply=apply, progress=lambda what, count: None)

    @property
    def reconciler(self) -> Reconciler:
        remedies = Remedies(self.mediator, self.inventory, self.payments, order_ids=self)
        return Reconciler(
            self, _Reservations(self), _Transactions(self), remedies, settle=self.settle, audit=self._note, page=2
        )

    async def settle(self) -> None:
        """Between two looks the jobs run."""
        await self.due(60)
        await self.work()

    async def _note(self, finding: Finding) -> None:
        self.audited_findings.append(finding)

    async def next(self) -> int:
        self.last_id += 1
        return self.last_id

    async def page(self, *, after: int, limit: int) -> list[int]:
        return sorted(id for id in self._state.orders if id > after)[:limit]

    async def orders(self, order_ids: Collection[int]) -> Mapping[int, StoredOrder]:
        async with self.open_uow() as uow:
            found = await uow.orders.find(list(order_ids))
        return {
            id: StoredOrder(
                order=order, is_busy=id in self.busy, hold_key=self.hold_keys.get(id, ""), by_hand=self.by_hand
            )
            for id, order in found.items()
        }

    async def transactions(self, order_ids: Collection[int]) -> Mapping[int, str]:
        found = await self.orders(order_ids)
        return {id: stored.order.payment.transaction_id for id, stored in found.items()}

    async def placed_holds(self, order_ids: Collection[int]) -> set[int]:
        async with self.open_uow() as uow:
            return await uow.orders.placed_holds(list(order_ids))


class _Reservations:
    def __init__(self, shop: DisagreeingShop) -> None:
        self._shop = shop

    async def of_orders(self, order_ids: Collection[int]) -> Mapping[int, StoredReservation]:
        return {one.order_id: one for one in self._all() if one.order_id in order_ids}

    async def page(self, *, after: int, limit: int) -> Sequence[StoredReservation]:
        return [one for one in self._all() if one.takes_stock and one.order_id > after][:limit]

    def _all(self) -> list[StoredReservation]:
        inventory, found = self._shop.inventory, []
        for hold in sorted(inventory.holds.values(), key=lambda hold: hold.order_id):
            state = HoldState.EXPIRED if hold.order_id in self._shop.expired else HoldState.RELEASED
            if hold.is_held:
                state = HoldState.COMMITTED if hold.order_id in inventory.sold else HoldState.HELD
            elif hold.waits:
                state = HoldState.BACKORDERED
            lines = tuple(
                (item.product_item_id, item.quantity, inventory.returned.get((hold.order_id, item.product_item_id), 0))
                for item in hold.items
            )
            one = StoredReservation(
                order_id=hold.order_id,
                state=state,
                revision=inventory.revisions.get(hold.order_id, 0),
                request_key=hold.key,
                lines=lines,
            )
            found.append(one)
        return found


class _Transactions:
    def __init__(self, shop: DisagreeingShop) -> None:
        self._shop = shop

    async def find(self, transaction_ids: Collection[str]) -> Mapping[str, StoredTransaction]:
        return {one.transaction_id: one for one in self._all() if one.transaction_id in transaction_ids}

    async def page(self, *, after: str, limit: int) -> Sequence[StoredTransaction]:
        return [one for one in self._all() if one.transaction_id > after][:limit]

    def _all(self) -> list[StoredTransaction]:
        payments, found = self._shop.payments, []
        own = {order.payment.transaction_id: order.id for order in self._shop._state.orders.values()}
        for id in sorted(payments.charged_at):
            refunds = tuple((key, of.amount) for key, of in payments.refunds.items() if key.startswith(f"{id}/"))
            refunded = sum((amount for _, amount in refunds), Decimal(0))
            net = payments.ledger[id].amount if id in payments.ledger else Decimal(0)
            one = StoredTransaction(
                transaction_id=id,
                order_id=self._shop.order_of.get(id) or own.get(id, 0),
                currency=CURRENCY,
                charged=net + refunded,
                refunded=refunded,
                charged_at=payments.charged_at[id],
                refunds=refunds,
            )
            found.append(one)
        return found
