"""The money of an order: it is charged or refused, paid again, refunded, or not wanted any more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from chassis.errors import InvalidArgument
from chassis.events import Event
from chassis.money import Money
from order_svc.domain.events import ADMIN_ALERT, PAYMENT_ATTEMPT, PAYMENT_REFUND
from order_svc.domain.items import merged, taken_back, written_off
from order_svc.domain.order_data import OrderData
from order_svc.domain.payment import Payment
from order_svc.domain.refund import Refund, RefundExceedsCharge, TooManyRefunds, available, given
from order_svc.domain.status import (
    CancelReason,
    FailureCode,
    IllegalTransition,
    PaymentMethod,
    PaymentOutcome,
    PaymentStatus,
    RefundState,
    Status,
)

# Older ones go, so that an order that is changed all the time stays small.
MOST_EARLIER_PAYMENTS = 20
# Each event of a refund has the whole order. One more may refund the rest, so that each order can be cancelled.
MOST_REFUNDS = 100


@dataclass(slots=True, kw_only=True)
class PayableOrder(OrderData):
    """An order, with the methods that move its money."""

    def paid_with_nothing(self, *, at: datetime) -> list[Event]:
        """Marks an order paid whose discounts leave nothing to charge."""
        moved = self._move(Status.PAID)
        self._paid(at)
        return [self._status_changed(moved, at)]

    def cancel(self, *, reason: str, at: datetime, code: CancelReason = CancelReason.REQUESTED) -> list[Event]:
        """Stops the order. Jobs, which follow from the event, return stock and money."""
        moved = self._move(Status.CANCELLED)
        self.cancelled_at = at
        self.cancel_code, self.cancel_reason = code, reason
        self.payment.waiting_token = ""
        if self.is_free:
            self.payment.settle(PaymentStatus.CANCELLED, at=at)
        return [self._status_changed(moved, at)]

    def charged(self, *, at: datetime) -> list[Event]:
        """Records that the provider took the money."""
        moved = self._move(Status.PAID)
        attempt = self._attempt(PaymentOutcome.CHARGED, at)
        self._paid(at)
        self.payment.fail(None, "", at=at)
        return [attempt, self._status_changed(moved, at)]

    def charge_refused(self, *, reason: str, at: datetime, code: FailureCode = FailureCode.DECLINED) -> list[Event]:
        """Records that the provider refused the charge finally."""
        return self._fail(PaymentOutcome.REFUSED, code, reason, at)

    def charge_given_up(
        self, *, reason: str, detail: str, at: datetime, code: FailureCode = FailureCode.PROVIDER_UNAVAILABLE
    ) -> list[Event]:
        """Records that the last attempt failed, for a `reason` that the shopper sees, and alerts administrators."""
        events = self._fail(PaymentOutcome.GIVEN_UP, code, reason, at)
        summary = f"payment of order {self.id} was given up after {self.payment.attempts} attempts"
        return [*events, self._event(ADMIN_ALERT, at, {"summary": summary, "detail": detail})]

    def action_required(self, uri: str, *, at: datetime) -> list[Event]:
        """Records that the shopper must confirm the payment at `uri`; nothing if that is known."""
        if (self.payment.status, self.payment.next_action_uri) == (PaymentStatus.REQUIRES_ACTION, uri):
            return []
        self.payment.require_action(uri, at=at)
        return [self._status_changed((self.status, self.status), at)]

    def charge_put_off(self, *, reason: str, at: datetime, next_attempt: datetime) -> list[Event]:
        """Records that the attempt failed and another one follows."""
        # The time in which the shopper may act does not begin again.
        self.payment.fail(FailureCode.PROVIDER_UNAVAILABLE, reason, at=self.payment.action_since or at)
        return [self._attempt(PaymentOutcome.TRANSIENT, at, next_attempt)]

    def refund(
        self,
        amount: Money | None,
        items: Sequence[tuple[int, int]],
        *,
        reason: str,
        at: datetime,
        restock: bool = True,
    ) -> tuple[Refund, list[Event]]:
        """Promises a refund: of `amount`, or of the price of the returned `items`, or of everything that remains.

        Items that cost nothing can be returned too. If an amount was refunded before, they are refunded with at most
        what remains. A paid order that has not shipped is cancelled when all of its items were returned, or an amount
        was refunded and nothing remains. Unless they are to be restocked, the pieces that come back are written off.

        Raises RefundExceedsCharge, TooManyRefunds, and InvalidArgument for items that the order does not have.
        """
        if amount is not None and amount.currency != self.currency:
            raise InvalidArgument.of("amount.currencyCode", f"must be that of the order, {self.currency}")
        if len(self.refunds) >= MOST_REFUNDS and (items or amount is not None):
            raise TooManyRefunds(f"the order has {len(self.refunds)} refunds; only all that remains can be refunded")
        remaining = self.payment.remaining
        if items:
            if not self.is_returnable:
                raise RefundExceedsCharge.of(requested=remaining, remaining=Money.zero(self.currency))
            self.items, price = taken_back(self.items, items, self.currency, restock=restock)
            amount = min(price, remaining, key=lambda money: money.amount)
        else:
            amount = available(amount, remaining)
        remaining = self.payment.remaining - amount
        is_over = self.status is Status.PAID and (self.is_returned if items else not remaining.amount)
        if is_over and not items and not restock:
            self.items = written_off(self.items)
        refund, events = self._promise(amount, items, reason=reason, at=at, restock=restock)
        if is_over:
            events += self.cancel(reason=reason, code=CancelReason.REFUNDED, at=at)
        return refund, events

    def refund_the_rest(self, *, reason: str, at: datetime) -> tuple[Refund, list[Event]] | None:
        """Promises a refund of all that remains of the charge; None if nothing remains."""
        remaining = self.payment.remaining
        return self._promise(remaining, (), reason=reason, at=at) if remaining.amount else None

    def refund_given(self, refund: Refund, *, at: datetime) -> list[Event]:
        """Records that the provider has paid `refund`, one of the order's refunds."""
        refund.done_at = at
        if not refund.amount.amount:
            return [self._refund_event(refund.amount, RefundState.GIVEN, at)]
        all_given = given(self.refunds, self.currency) == self.payment.amount
        self.payment.settle(PaymentStatus.REFUNDED if all_given else PaymentStatus.PARTIALLY_REFUNDED, at=at)
        return [self._refund_event(refund.amount, RefundState.GIVEN, at)]

    def refund_failed(self, refund: Refund, *, at: datetime) -> list[Event]:
        """Records that the provider could not pay `refund` after all: it is promised, and not given."""
        refund.done_at = None
        some = given(self.refunds, self.currency).amount
        self.payment.settle(PaymentStatus.PARTIALLY_REFUNDED if some else PaymentStatus.PAID, at=at)
        return [self._refund_event(refund.amount, RefundState.PROMISED, at)]

    def return_failed(self, *, at: datetime) -> list[Event]:
        """Records that the money of a stopped order, which had been returned, came back to the shop."""
        self.payment.settle(PaymentStatus.PAID, at=at)
        self.payment.refunded = Money.zero(self.currency)
        return [self._refund_event(self.payment.amount, RefundState.PROMISED, at)]

    def money_returned(self, *, charged_at: datetime | None, at: datetime) -> list[Event]:
        """Records that the provider returned the money that it took at `charged_at`; None: it will never take it."""
        self._changed(at)
        self.payment.settle(PaymentStatus.REFUNDED if charged_at else PaymentStatus.CANCELLED, at=at)
        if charged_at is None:
            return []
        self.payment.charged_at = charged_at
        self.payment.refunded = self.payment.amount
        return [self._refund_event(self.payment.amount, RefundState.GIVEN, at)]

    def earlier_money_returned(self, transaction_id: str, *, charged_at: datetime, at: datetime) -> list[Event]:
        """Records that the provider returned what it had taken for a payment that another one has replaced."""
        found = next((one for one in self.earlier_payments if one.transaction_id == transaction_id), None)
        if found is None or found.status is PaymentStatus.REFUNDED:
            return []
        refunded = replace(found, status=PaymentStatus.REFUNDED, refunded=found.amount)
        returned = replace(refunded, charged_at=charged_at, processed_at=at)
        self.earlier_payments = tuple(returned if one is found else one for one in self.earlier_payments)
        return [self._refund_event(Money(found.amount, self.currency), RefundState.GIVEN, at)]

    @property
    def is_payment_retryable(self) -> bool:
        """Whether its payment was refused or given up."""
        return self.status is Status.FAILED

    def check_payment_retryable(self) -> None:
        """Raises IllegalTransition unless its payment was refused or given up."""
        if not self.is_payment_retryable:
            raise IllegalTransition.of(self.status, Status.CONFIRMED)

    def retry_payment(self, *, method: PaymentMethod, transaction_id: str, at: datetime) -> list[Event]:
        """Records that the stock is held again, to be paid by another transaction."""
        moved = self._move(Status.CONFIRMED)
        self.revision += 1
        self.supplementary_hold_id = 0
        self._keep_payment()
        self._new_payment(method, transaction_id, at)
        return [self._status_changed(moved, at)]

    def _keep_payment(self) -> None:
        """Before another payment replaces this one, for which a provider was asked."""
        self.earlier_payments = (*self.earlier_payments, self.payment.view())[-MOST_EARLIER_PAYMENTS:]

    def _new_payment(self, method: PaymentMethod, transaction_id: str, at: datetime) -> None:
        self.payment = Payment(
            transaction_id=transaction_id,
            method=method,
            amount=self.total,
            processed_at=at,
            refunded=Money.zero(self.currency),
        )

    def _paid(self, at: datetime) -> None:
        self.payment.settle(PaymentStatus.PAID, at=at)
        self.paid_at = at

    def _promise(
        self, amount: Money, items: Sequence[tuple[int, int]], *, reason: str, at: datetime, restock: bool = True
    ) -> tuple[Refund, list[Event]]:
        self.payment.refunded += amount
        self.payment.processed_at = at
        refund = Refund(
            refund_id=f"{self.payment.transaction_id}/{len(self.refunds) + 1}",
            order_id=self.id,
            transaction_id=self.payment.transaction_id,
            amount=amount,
            reason=reason,
            requested_at=at,
            items=tuple(merged(items).items()),
            restock=restock,
        )
        self.refunds = (*self.refunds, refund)
        return refund, [self._refund_event(amount, RefundState.PROMISED, at)]

    def _fail(self, outcome: PaymentOutcome, code: FailureCode, reason: str, at: datetime) -> list[Event]:
        moved = self._move(Status.FAILED)
        attempt = self._attempt(outcome, at)
        self.payment.settle(PaymentStatus.FAILED, at=at)
        self.payment.fail(code, reason, at=at)
        return [attempt, self._status_changed(moved, at)]

    def _attempt(self, outcome: PaymentOutcome, at: datetime, next_attempt: datetime | None = None) -> Event:
        self.payment.attempts += 1
        payload = {"number": self.payment.attempts, "outcome": outcome, "next_attempt_time": next_attempt}
        return self._event(PAYMENT_ATTEMPT, at, payload)

    def _refund_event(self, amount: Money, state: RefundState, at: datetime) -> Event:
        return self._event(PAYMENT_REFUND, at, {"amount": amount.amount, "currency": amount.currency, "state": state})
