"""What must hold: of one database after every commit, and of all of them once everything has settled (I1 to I4, I6)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from decimal import Decimal

from inventory_svc.domain.reservation import ReservationState
from order_svc.domain.order import Order
from order_svc.domain.status import PaymentMethod, Status
from order_svc.payment.domain.ledger import Entry, EntryKind
from tests.fakes.inventory import InventoryState
from tests.fakes.order import OrderState
from tests.fakes.payment import LedgerState

_HOLDS = (ReservationState.HELD, ReservationState.BACKORDERED)
_COMMITTED = ReservationState.COMMITTED
_SOLD = (Status.PAID, Status.SHIPPED, Status.DELIVERED)
_ENDED = (ReservationState.RELEASED, ReservationState.EXPIRED)


def check_stock(state: InventoryState) -> None:
    """I1: what is reserved is what reservations hold, and never more than there is."""
    held, gone = Counter[int](), Counter[int]()
    for reservation in state.reservations.values():
        for line in reservation.lines:
            held[line.product_item_id] += line.held if reservation.state in _HOLDS else 0
            gone[line.product_item_id] += line.quantity - line.restocked if reservation.state is _COMMITTED else 0
    for item, row in state.stock.items():
        row.check()
        assert row.reserved == held[item], f"I1 item {item}: {held[item]} pieces are held, {row.reserved} reserved"
        net = row.sold - row.restocked
        assert net == gone[item], f"I1 item {item}: reservations sold {gone[item]} pieces, the stock {net}"


def check_events(state: OrderState) -> None:
    """I4: the events of an order are numbered without a gap, up to the order's own number."""
    sequences: defaultdict[int, list[int]] = defaultdict(list)
    for event in state.events:
        sequences[event.aggregate_id].append(event.sequence)
    for id, order in state.orders.items():
        assert sequences[id] == list(range(1, order.sequence + 1)), f"I4 events of order {id}: {sequences[id]}"


def check_ledger(state: LedgerState) -> None:
    """I2: no transaction is charged twice or returns more than it took."""
    for transaction, entries in _by_transaction(state).items():
        charges = sum(entry.kind is EntryKind.CHARGE for entry in entries)
        assert charges <= 1, f"I2 transaction {transaction} is charged {charges} times"
        assert _net(entries) >= 0, f"I2 transaction {transaction} returned more than it took"


def moving(orders: OrderState, inventory: InventoryState) -> list[str]:
    """What has not settled."""
    jobs = [
        f"job {job.kind} {job.key} is {job.state}: {job.last_error}"
        for state in (orders, inventory)
        for job in state.jobs
        if job.state in ("READY", "RUNNING")
    ]
    unpaid = [
        f"order {order.id} is {order.status}"
        for order in orders.orders.values()
        if order.status is Status.PENDING or (order.status is Status.CONFIRMED and not _is_cash(order))
    ]
    holds = [
        f"the stock of order {id} is {reservation.state.name}"
        for id, reservation in inventory.reservations.items()
        if reservation.state in _HOLDS
    ]
    return [*jobs, *unpaid, *holds]


def check_books(orders: OrderState, inventory: InventoryState, ledger: LedgerState) -> None:
    """I1 and I2 over all databases, of orders that have settled."""
    by_transaction = _by_transaction(ledger)
    for id, order in orders.orders.items():
        sold = order.status in _SOLD or (order.status is Status.CONFIRMED and _is_cash(order))
        reservation = inventory.reservations[id]
        wanted = (_COMMITTED,) if sold else _ENDED
        assert reservation.state in wanted, f"I1 order {id} is {order.status}, its stock {reservation.state.name}"
        if sold:
            had = {line.product_item_id: (line.quantity, line.returned) for line in reservation.lines}
            ordered = {item.product_item_id: (item.quantity, item.returned) for item in order.items}
            assert had == ordered, f"I1 order {id} sold {had}, and says {ordered}"
        asked = [refund.reason for refund in order.refunds if refund.reason.startswith("request")]
        assert len(asked) == len(set(asked)), f"I3 order {id} was refunded twice for one request: {asked}"
        given = sum((r.amount.amount for r in order.refunds if r.done_at), Decimal(0))
        due = order.payment.amount.amount - given if sold and not _is_cash(order) else Decimal(0)
        net = _net(by_transaction.pop(order.payment.transaction_id, []))
        assert net == due, f"I2 order {id} is {order.status}: the provider has {net}, and {due} is due"
    unowned = {transaction: _net(entries) for transaction, entries in by_transaction.items() if _net(entries)}
    assert not unowned, f"I2 money of no order, or of an earlier payment: {unowned}"
    strays = {
        id
        for id, reservation in inventory.reservations.items()
        if reservation.state is _COMMITTED and id not in orders.orders
    }
    assert not strays, f"I1 sold without an order: {strays}"
    dead = [
        f"{job.kind} {job.key}: {job.last_error}"
        for state in (orders, inventory)
        for job in state.jobs
        if job.state == "DEAD"
    ]
    assert not dead, f"I6 given up: {dead}"


def _is_cash(order: Order) -> bool:
    return order.payment.method is PaymentMethod.CASH


def _by_transaction(state: LedgerState) -> dict[str, list[Entry]]:
    found: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in state.entries:
        found[entry.transaction_id].append(entry)
    return dict(found)


_SIGNS: Mapping[EntryKind, int] = {EntryKind.CHARGE: 1, EntryKind.REFUND: -1}


def _net(entries: list[Entry]) -> Decimal:
    return sum((entry.amount.amount * _SIGNS.get(entry.kind, 0) for entry in entries), Decimal(0))
