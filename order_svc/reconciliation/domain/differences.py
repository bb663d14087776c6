"""What differs between the books of one order, and what mends it. Pure: reads nothing and changes nothing.

An order whose jobs are still to run is left to them, as they repeat every step that may be lost. Only the missing hold
of such an order is a difference, because its jobs need it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from order_svc.domain.refund import Refund
from order_svc.domain.status import Status
from order_svc.reconciliation.domain.books import (
    Books,
    HoldState,
    StoredOrder,
    StoredReservation,
    StoredTransaction,
)


class DifferenceKind(StrEnum):
    """What differs."""

    HOLD_OF_NO_ORDER = "HOLD_OF_NO_ORDER"
    HOLD_MISSING = "HOLD_MISSING"
    HOLD_LEFT = "HOLD_LEFT"
    HOLD_BEHIND = "HOLD_BEHIND"
    HOLD_AHEAD = "HOLD_AHEAD"
    HOLD_RELEASED = "HOLD_RELEASED"
    SALE_MISSING = "SALE_MISSING"
    STOCK_UNTOLD = "STOCK_UNTOLD"
    RETURN_MISSING = "RETURN_MISSING"
    RETURN_UNKNOWN = "RETURN_UNKNOWN"
    CHARGE_OF_NO_ORDER = "CHARGE_OF_NO_ORDER"
    CHARGE_REPLACED = "CHARGE_REPLACED"
    CHARGE_LEFT = "CHARGE_LEFT"
    CHARGE_MISSING = "CHARGE_MISSING"
    REFUND_MISSING = "REFUND_MISSING"
    REFUND_UNKNOWN = "REFUND_UNKNOWN"


_K = DifferenceKind
# What each is, and what mends it.
MEANINGS: Mapping[DifferenceKind, tuple[str, str]] = {
    _K.HOLD_OF_NO_ORDER: ("inventory holds or sold stock for an order that does not exist", "release the stock"),
    _K.HOLD_MISSING: ("inventory knows no reservation of the order", "reserve again, or cancel if there is no stock"),
    _K.HOLD_LEFT: ("the order was stopped, and inventory still holds or sold its stock", "release the stock"),
    _K.HOLD_BEHIND: ("inventory lacks a change of the order", "amend the reservation"),
    _K.HOLD_AHEAD: ("inventory has a change of the order that the order lacks", "cancel and return the money"),
    _K.HOLD_RELEASED: ("the order goes on, and inventory released its stock", "cancel and return the money"),
    _K.SALE_MISSING: ("the order is sold, and inventory has not sold its stock", "sell, or cancel if it is gone"),
    _K.STOCK_UNTOLD: ("the order waits for stock that inventory holds for it", "confirm the order"),
    _K.RETURN_MISSING: ("inventory lacks pieces that came back", "restock them"),
    _K.RETURN_UNKNOWN: ("inventory has pieces back that the order lacks", "record the return and its refund"),
    _K.CHARGE_OF_NO_ORDER: ("the provider has money for an order that does not exist", "return the money"),
    _K.CHARGE_REPLACED: ("the provider has money of a payment that is not the order's", "return the money"),
    _K.CHARGE_LEFT: ("the order was stopped, and the provider still has its money", "return the money"),
    _K.CHARGE_MISSING: ("the order is paid, and the provider knows of no charge", "have it written down again"),
    _K.REFUND_MISSING: ("the provider lacks refunds that the order has", "refund, by the same keys"),
    _K.REFUND_UNKNOWN: ("the provider made refunds that the order lacks", "record the refunds"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """`transaction_id` is empty where stock differs. `amount` is money that is to move, with its currency."""

    kind: DifferenceKind
    order_id: int
    transaction_id: str = ""
    amount: Decimal | None = None
    currency: str = ""


def differences_of(books: Books) -> list[Difference]:
    """What differs in the books of an order."""
    stored, reservation = books.stored, books.reservation
    if reservation is None and not stored.is_stopped:
        return [_of(_K.HOLD_MISSING, stored)]
    if stored.is_busy:
        return []
    return [*_of_stock(stored, reservation), *_of_money(stored, books.transaction)]


def missing_refunds(stored: StoredOrder, transaction: StoredTransaction | None) -> list[Refund]:
    """Those that the order has as given and the provider does not have, oldest first; not those paid by hand."""
    return [refund for refund in _not_made(stored, transaction) if refund.refund_id not in stored.by_hand]


def _not_made(stored: StoredOrder, transaction: StoredTransaction | None) -> list[Refund]:
    known = {id for id, _ in transaction.refunds} if transaction else set()
    own = stored.order.payment.transaction_id
    return [
        refund
        for refund in stored.order.refunds
        if refund.transaction_id == own and refund.done_at and refund.amount.amount and refund.refund_id not in known
    ]


def unknown_refunds(stored: StoredOrder, transaction: StoredTransaction) -> list[tuple[str, Decimal]]:
    """Keys and amounts of those that the provider has made and the order lacks, oldest first."""
    known = {refund.refund_id for refund in stored.order.refunds}
    return [(id, amount) for id, amount in transaction.refunds if id not in known]


def unknown_returns(stored: StoredOrder, reservation: StoredReservation) -> dict[int, int]:
    """Pieces by item that came back by what inventory_svc has, and not by what the order has."""
    own = stored.returned
    return {item: more for item, n in reservation.returned.items() if (more := n - own.get(item, 0)) > 0}


def of_strange_hold(reservation: StoredReservation) -> Difference:
    """That of a reservation whose order does not exist."""
    return Difference(kind=_K.HOLD_OF_NO_ORDER, order_id=reservation.order_id)


def of_strange_charge(transaction: StoredTransaction, stored: StoredOrder | None) -> Difference | None:
    """That of money that the provider has for no order, or for an earlier payment of one; None if all is right."""
    if transaction.net <= 0:
        return None
    if stored is not None and (stored.is_busy or stored.order.payment.transaction_id == transaction.transaction_id):
        return None
    if stored is not None and f"{transaction.transaction_id}/all" in stored.by_hand:
        return None
    return Difference(
        kind=_K.CHARGE_OF_NO_ORDER if stored is None else _K.CHARGE_REPLACED,
        order_id=transaction.order_id,
        transaction_id=transaction.transaction_id,
        amount=transaction.net,
        currency=transaction.currency,
    )


def _of_stock(stored: StoredOrder, reservation: StoredReservation | None) -> Iterator[Difference]:
    order = stored.order
    if reservation is None:
        return
    if stored.is_stopped:
        if reservation.takes_stock:
            yield _of(_K.HOLD_LEFT, stored)
        return
    if reservation.revision > order.revision:
        yield _of(_K.HOLD_AHEAD, stored)
        return
    is_behind = reservation.revision < order.revision
    if reservation.state is HoldState.RELEASED and not is_behind:
        yield _of(_K.HOLD_RELEASED, stored)
    elif order.status is Status.PENDING:
        yield from _of_waiting(stored, reservation, is_behind=is_behind)
    elif stored.is_sold and (reservation.state is not HoldState.COMMITTED or is_behind):
        yield _of(_K.SALE_MISSING, stored)
    elif is_behind:
        yield _of(_K.HOLD_BEHIND, stored)
    elif stored.is_sold:
        yield from _of_returns(stored, reservation)


def _of_waiting(stored: StoredOrder, reservation: StoredReservation, *, is_behind: bool) -> Iterator[Difference]:
    if reservation.state is HoldState.EXPIRED:
        yield _of(_K.HOLD_MISSING, stored)
    elif is_behind:
        yield _of(_K.HOLD_BEHIND, stored)
    elif reservation.state is not HoldState.BACKORDERED:
        yield _of(_K.STOCK_UNTOLD, stored)


def _of_returns(stored: StoredOrder, reservation: StoredReservation) -> Iterator[Difference]:
    if unknown_returns(stored, reservation):
        yield _of(_K.RETURN_UNKNOWN, stored)
    elif stored.returned != reservation.returned:
        yield _of(_K.RETURN_MISSING, stored)


def _of_money(stored: StoredOrder, transaction: StoredTransaction | None) -> Iterator[Difference]:
    if not stored.has_provider:
        return
    payment, missing = stored.order.payment, missing_refunds(stored, transaction)
    if stored.is_paid and (transaction is None or not transaction.charged):
        yield _of(_K.CHARGE_MISSING, stored, payment.amount.amount)
        return
    if transaction is None or not transaction.charged:
        return
    if missing:
        yield _of(_K.REFUND_MISSING, stored, sum((refund.amount.amount for refund in missing), Decimal(0)))
    if stored.is_paid and (unknown := unknown_refunds(stored, transaction)):
        yield _of(_K.REFUND_UNKNOWN, stored, sum((amount for _, amount in unknown), Decimal(0)))
    if stored.is_stopped and f"{payment.transaction_id}/all" not in stored.by_hand:
        not_made = _not_made(stored, transaction)
        due = {refund.refund_id: refund.amount.amount for refund in [*not_made, *_promised(stored)]}
        if (left := transaction.net - sum(due.values(), Decimal(0))) > 0:
            yield _of(_K.CHARGE_LEFT, stored, left)


def _promised(stored: StoredOrder) -> list[Refund]:
    """Refunds whose jobs have ended without them: their dead letters say why."""
    return [refund for refund in stored.order.refunds if refund.done_at is None]


def _of(kind: DifferenceKind, stored: StoredOrder, amount: Decimal | None = None) -> Difference:
    order = stored.order
    id = order.payment.transaction_id if amount is not None else ""
    return Difference(kind=kind, order_id=order.id, transaction_id=id, amount=amount, currency=order.currency)
