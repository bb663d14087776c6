"""Mends single differences, by the commands that order_svc and its sagas use anyway. Each can be repeated.

Who mends reads the books again first: nothing is done about what has meanwhile become right.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from chassis.errors import AppError, Kind
from chassis.mediator import Mediator
from chassis.money import Money
from order_svc.commands.cancel_order import CancelOrder
from order_svc.commands.confirm_availability import ConfirmAvailability
from order_svc.commands.record_refund import RecordRefund
from order_svc.commands.refund_order import RefundOrder
from order_svc.commands.uow import OrderUow
from order_svc.domain.inventory import (
    HoldRequest,
    IncentiveInvalid,
    Inventory,
    OutOfStock,
    ReservationReleased,
    StockAmendment,
)
from order_svc.domain.payments import Charged, Payments, Refused
from order_svc.domain.ports import Ids
from order_svc.domain.status import CancelReason, Status
from order_svc.reconciliation.domain.books import Books, HoldState, StoredOrder, StoredReservation, StoredTransaction
from order_svc.reconciliation.domain.differences import (
    Difference,
    DifferenceKind,
    missing_refunds,
    unknown_refunds,
    unknown_returns,
)

_REASON = "found by a comparison after databases were restored"
_GONE = "its stock was lost when databases were restored, and cannot be had again; your money is returned"
_STOPPED = "it was changed or stopped before databases were restored, and how is not known; your money is returned"

Mend: TypeAlias = Callable[[Books], Awaitable[None]]


class CannotMend(AppError):
    """An operator has to decide."""

    kind, reason = Kind.FAILED_PRECONDITION, "CANNOT_MEND"


class Remedies:
    """`of_order` mends what differs in the books of an order, the others what belongs to none."""

    def __init__(
        self, mediator: Mediator[OrderUow], inventory: Inventory, payments: Payments, *, order_ids: Ids
    ) -> None:
        self._mediator = mediator
        self._inventory = inventory
        self._payments = payments
        self._order_ids = order_ids
        kind = DifferenceKind
        self._mends: Mapping[DifferenceKind, Mend] = {
            kind.HOLD_MISSING: self._hold,
            kind.HOLD_LEFT: self._release,
            kind.HOLD_BEHIND: self._follow,
            kind.HOLD_AHEAD: self._stop,
            kind.HOLD_RELEASED: self._stop,
            kind.SALE_MISSING: self._sell,
            kind.STOCK_UNTOLD: self._confirm,
            kind.RETURN_MISSING: self._restock,
            kind.RETURN_UNKNOWN: self._record_return,
            kind.CHARGE_MISSING: self._charge,
            kind.REFUND_MISSING: self._refund_again,
            kind.REFUND_UNKNOWN: self._record_refunds,
        }

    async def of_order(self, difference: Difference, books: Books) -> None:
        """Raises AppError if it cannot be mended, or not now."""
        if difference.kind is DifferenceKind.CHARGE_LEFT:
            assert books.transaction is not None  # it has the money
            await self.return_money(difference, books.transaction, books.stored)
        else:
            await self._mends[difference.kind](books)

    async def release_hold(self, reservation: StoredReservation) -> None:
        """Releases or restocks the pieces of an order that does not exist."""
        await self._inventory.release(reservation.order_id, reservation.revision)

    async def return_money(
        self, difference: Difference, transaction: StoredTransaction, stored: StoredOrder | None
    ) -> None:
        """Returns what the provider still has of a charge, and records that if there is an order."""
        assert difference.amount is not None  # it is about money
        id = transaction.transaction_id
        refund_id = f"{id}/all"  # as the job that returns a charge names it, which may come later
        amount = Money(difference.amount, difference.currency)
        charge = await self._payments.refund(transaction_id=id, refund_id=refund_id, amount=amount, reason=_REASON)
        if stored is not None:
            await self._mediator.send(
                RecordRefund(
                    lease=None,
                    order_id=stored.order.id,
                    transaction_id=id,
                    refund_id=refund_id,
                    charged_at=charge.at if charge else None,
                )
            )

    async def _hold(self, books: Books) -> None:
        stored, order, known = books.stored, books.stored.order, books.reservation
        request = HoldRequest(
            order_id=order.id,
            key=known.request_key if known else stored.hold_key or f"order/{order.id}",
            user_id=order.owner,
            currency=order.currency,
            lines=tuple(stored.pieces.items()),
            incentive_codes=() if known else tuple(discount.code for discount in order.discounts if discount.code),
            re_reserve=True,
            keep_prices=known is not None,
            no_backorder=order.status is not Status.PENDING,
        )
        try:
            hold = await self._inventory.reserve(request)
        except (OutOfStock, IncentiveInvalid):
            await self._cancel(stored, CancelReason.OUT_OF_STOCK, _GONE)
            return
        if hold.order_id != order.id:
            raise CannotMend(f"another order, {hold.order_id}, has the stock of this one's request")
        for revision in range(1, order.revision + 1):
            await self._inventory.amend(_amendment(stored, revision))
        if stored.is_sold:
            await self._inventory.commit(order.id, order.revision, paid=self._is_paid(stored))
        elif order.status is Status.PENDING and hold.is_held:
            await self._confirm(books)

    async def _sell(self, books: Books) -> None:
        stored = books.stored
        try:
            await self._catch_up(books)
            await self._inventory.commit(stored.order.id, stored.order.revision, paid=self._is_paid(stored))
        except (OutOfStock, IncentiveInvalid, ReservationReleased):
            await self._cancel(stored, CancelReason.OUT_OF_STOCK, _GONE)

    async def _follow(self, books: Books) -> None:
        try:
            await self._catch_up(books)
        except (OutOfStock, IncentiveInvalid):
            await self._cancel(books.stored, CancelReason.OUT_OF_STOCK, _GONE)

    async def _catch_up(self, books: Books) -> None:
        """Applies to the reservation what the order has become since, as its last change."""
        order, known = books.stored.order, books.reservation
        assert known is not None
        if known.revision >= order.revision:
            return
        for revision in range(known.revision + 1, order.revision):
            await self._inventory.amend(_amendment(books.stored, revision, pieces=known.pieces))
        extra = await self._hold_more(books.stored, known)
        ended = known.state in (HoldState.RELEASED, HoldState.EXPIRED)
        await self._inventory.amend(_amendment(books.stored, order.revision, extra=extra, reopen=ended))

    async def _hold_more(self, stored: StoredOrder, known: StoredReservation) -> int:
        """The supplementary hold of what the reservation has too little of; 0 if there is none."""
        order, before = stored.order, known.pieces
        lines = [(item, n - before.get(item, 0)) for item, n in stored.pieces.items() if n > before.get(item, 0)]
        if not lines:
            return 0
        id = await self._order_ids.next()
        hold = await self._inventory.reserve(
            HoldRequest(
                order_id=id,
                key=f"order/{order.id}/{order.revision}/again",
                user_id=order.owner,
                currency=order.currency,
                lines=tuple(lines),
                re_reserve=True,
                no_backorder=True,
            )
        )
        return hold.order_id

    async def _release(self, books: Books) -> None:
        order, known = books.stored.order, books.reservation
        revision = max(order.revision, known.revision if known else 0)
        await self._inventory.release(order.id, revision, written_off=books.stored.written_off)

    async def _stop(self, books: Books) -> None:
        # What is held for a later revision than the order's is found again, as left.
        await self._cancel(books.stored, CancelReason.REQUESTED, _STOPPED)

    async def _cancel(self, stored: StoredOrder, code: CancelReason, reason: str) -> None:
        order = stored.order
        await self._mediator.send(
            CancelOrder(order_id=order.id, code=code, reason=reason, transaction_id=order.payment.transaction_id)
        )

    async def _confirm(self, books: Books) -> None:
        await self._mediator.send(ConfirmAvailability(order_id=books.stored.order.id, filled=True, stocks=()))

    async def _restock(self, books: Books) -> None:
        stored = books.stored
        await self._inventory.restock(
            stored.order.id,
            tuple(stored.returned.items()),
            refunded=stored.order.payment.refunded,
            written_off=stored.written_off,
        )

    async def _record_return(self, books: Books) -> None:
        assert books.reservation is not None
        items = tuple(unknown_returns(books.stored, books.reservation).items())
        await self._mediator.send(RefundOrder(order_id=books.stored.order.id, items=items, reason=_REASON))

    async def _charge(self, books: Books) -> None:
        payment = books.stored.order.payment
        result = await self._payments.record_charge(
            transaction_id=payment.transaction_id,
            order_id=books.stored.order.id,
            method=payment.method,
            amount=payment.amount,
        )
        if not isinstance(result, Charged):
            why = result.reason if isinstance(result, Refused) else "the shopper has to confirm it"
            raise CannotMend(f"the provider does not confirm the charge: {why}")
        await self._refund_again(books)

    async def _refund_again(self, books: Books) -> None:
        for refund in missing_refunds(books.stored, books.transaction):
            await self._payments.refund(
                transaction_id=refund.transaction_id,
                refund_id=refund.refund_id,
                amount=refund.amount,
                reason=refund.reason,
            )

    async def _record_refunds(self, books: Books) -> None:
        assert books.transaction is not None
        order = books.stored.order
        for number, (refund_id, amount) in enumerate(unknown_refunds(books.stored, books.transaction), 1):
            # The refund gets this id by itself, so that the provider recognises it and pays nothing.
            expected = f"{order.payment.transaction_id}/{len(order.refunds) + number}"
            if refund_id != expected:
                raise CannotMend(
                    f"the provider has the refund {refund_id}, and the next one of the order is {expected}"
                )
            await self._mediator.send(
                RefundOrder(order_id=order.id, amount=Money(amount, order.currency), reason=_REASON)
            )

    @staticmethod
    def _is_paid(stored: StoredOrder) -> bool:
        """Whether it earns its points."""
        return stored.order.payment.is_charged or stored.has_provider


def _amendment(
    stored: StoredOrder,
    revision: int,
    *,
    pieces: Mapping[int, int] | None = None,
    extra: int = 0,
    reopen: bool = False,
) -> StockAmendment:
    return StockAmendment(
        order_id=stored.order.id,
        revision=revision,
        supplementary_hold_id=extra,
        lines=tuple((stored.pieces if pieces is None else pieces).items()),
        re_reserve=reopen,
        reopen=reopen,
    )
