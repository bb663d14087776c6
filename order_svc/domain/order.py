"""The order: what was bought, for how much, how it is paid, and where it stands. Every change to one is a method here.

A method that changes an order answers the events of the change, numbered by the order's own `sequence` without a gap.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from chassis.errors import AppError, EtagMismatch, InvalidArgument, Kind
from chassis.events import Event
from chassis.money import Money
from order_svc.domain.inventory import HeldItem, Hold
from order_svc.domain.refund import Refund, RefundExceedsCharge, given
from order_svc.domain.status import (
    IllegalTransition,
    PaymentMethod,
    PaymentOutcome,
    PaymentStatus,
    RefundState,
    Status,
    check_move,
)
from order_svc.domain.views import DiscountView, ItemView, OrderView, PaymentView, StockView

ORDER_CREATED = "order_created"
ORDER_CREATED_WITH_INCENTIVE = "order_created_with_incentive"
ORDER_STATUS_CHANGED = "order_status_changed"
PAYMENT_ATTEMPT = "payment_attempt"
PAYMENT_REFUND = "payment_refund"
ADMIN_ALERT = "admin_alert"
INVENTORY_STATUS = "inventory_status"
_CHARGED = {PaymentStatus.PAID, PaymentStatus.PARTIALLY_REFUNDED, PaymentStatus.REFUNDED}
_AMENDABLE = {Status.PENDING, Status.CONFIRMED}
_TELL_THE_ORDER = {ORDER_CREATED, ORDER_STATUS_CHANGED, PAYMENT_REFUND}


class OrderNotFound(AppError):
    kind, reason = Kind.NOT_FOUND, "ORDER_NOT_FOUND"

    @classmethod
    def of(cls, order_id: int) -> OrderNotFound:
        return cls(f"there is no order {order_id}", metadata={"orderId": str(order_id)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line of an order, at the price of the moment it was ordered. `discount` is its share of the order's."""

    id: int
    product_item_id: int
    sku: str
    name: str
    quantity: int
    unit_price: Money
    discount: Money
    # How many of `quantity` came back with a refund.
    returned: int = 0

    @property
    def sub_total(self) -> Money:
        return self.unit_price * self.quantity

    def value_of(self, pieces: int) -> Money:
        """What so many of its pieces were sold for; all together are worth exactly what the line cost."""
        return Money(
            (self.sub_total - self.discount).amount * pieces / self.quantity, self.unit_price.currency
        ).rounded()


@dataclass(frozen=True, slots=True, kw_only=True)
class Discount:
    """What a code, or the points, took off the order; the code is empty for points."""

    id: int
    code: str
    description: str
    amount: Money


@dataclass(slots=True, kw_only=True)
class Payment:
    """How one order is paid. `transaction_id` is the idempotency key of the charge, for ever."""

    transaction_id: str
    method: PaymentMethod
    amount: Money
    status: PaymentStatus = PaymentStatus.PENDING
    attempts: int = 0
    processed_at: datetime | None = None
    failure_reason: str = ""
    # What it is to be charged with once its stock has come.
    waiting_token: str = field(default="", repr=False)
    # What was promised back; `status` says what the provider has given.
    refunded: Money

    @property
    def is_charged(self) -> bool:
        """The money was taken, whatever was given back since."""
        return self.status in _CHARGED

    @property
    def remaining(self) -> Money:
        """What may still be given back."""
        return self.amount - self.refunded if self.is_charged else Money.zero(self.amount.currency)


@dataclass(slots=True, kw_only=True)
class Order:
    """An order. `sequence` numbers its last event, `row_version` counts its changes.

    The items' discounts and `discounts` have the same sum: once by item, once by code.
    """

    id: int
    status: Status
    currency: str
    items: tuple[Item, ...]
    payment: Payment
    owner: str
    owner_team: str | None
    placed_at: datetime
    paid_at: datetime | None = None
    cancelled_at: datetime | None = None
    cancel_reason: str = ""
    discounts: tuple[Discount, ...] = ()
    sequence: int = 0
    row_version: int = 1
    # Counts the changes of its items; the last one brought in what was held as `extra_order_id`.
    revision: int = 0
    extra_order_id: int = 0

    @property
    def sub_total(self) -> Money:
        """Before discounts."""
        return Money.sum((item.sub_total for item in self.items), self.currency)

    @property
    def discount_total(self) -> Money:
        return Money.sum((item.discount for item in self.items), self.currency)

    @property
    def total(self) -> Money:
        """What is to be paid."""
        return self.sub_total - self.discount_total

    @property
    def is_free(self) -> bool:
        """Nothing is to be paid, so no provider is ever asked."""
        return self.total == Money.zero(self.currency)

    def placed(self) -> list[Event]:
        """It was just made."""
        created = self._event(ORDER_CREATED, self.placed_at, {})
        if not self.discounts:
            return [created]
        incentive = {
            "discounts": self._discount_views(),
            "sub_total": self.sub_total.amount,
            "discount_total": self.discount_total.amount,
            "total_amount": self.total.amount,
            "currency": self.currency,
        }
        return [created, self._event(ORDER_CREATED_WITH_INCENTIVE, self.placed_at, incentive)]

    def stock_stands(self, stocks: Sequence[StockView], *, at: datetime) -> list[Event]:
        """Tells how the stock of its items stands."""
        return [self._event(INVENTORY_STATUS, at, {"items": tuple(stocks)})]

    def stock_came(self, *, at: datetime) -> list[Event]:
        """All that it waited for is held."""
        moved = self._move(Status.CONFIRMED)
        self.payment.waiting_token = ""
        return [self._told(moved, at)]

    def paid_with_nothing(self, *, at: datetime) -> list[Event]:
        """Its discounts left nothing to charge."""
        moved = self._move(Status.PAID)
        self.payment.status = PaymentStatus.PAID
        self.payment.processed_at = self.paid_at = at
        return [self._told(moved, at)]

    def cancel(self, *, reason: str, at: datetime) -> list[Event]:
        """Stops it. Stock and money go back by jobs, which follow from the event."""
        self.row_version += 1
        moved = self._move(Status.CANCELLED)
        self.cancelled_at = at
        self.cancel_reason = reason
        self.payment.waiting_token = ""
        if self.is_free:
            self.payment.status = PaymentStatus.CANCELLED
        return [self._told(moved, at)]

    def ship(self, *, at: datetime) -> list[Event]:
        """It leaves the house: paid, or to be paid in cash at the door."""
        if self.status is Status.CONFIRMED and self.payment.method is not PaymentMethod.CASH:
            raise IllegalTransition.of(self.status, Status.SHIPPED)
        self.row_version += 1
        return [self._told(self._move(Status.SHIPPED), at)]

    def deliver(self, *, at: datetime) -> list[Event]:
        """It is with the shopper, and so is the bill if it is paid in cash."""
        self.row_version += 1
        moved = self._move(Status.DELIVERED)
        if self.payment.method is PaymentMethod.CASH and not self.is_free:
            self.payment.status = PaymentStatus.PAID
            self.payment.processed_at = self.paid_at = at
        return [self._told(moved, at)]

    def charged(self, *, at: datetime) -> list[Event]:
        """The provider took the money."""
        self.row_version += 1
        moved = self._move(Status.PAID)
        attempt = self._attempt(PaymentOutcome.CHARGED, at)
        self.payment.status = PaymentStatus.PAID
        self.payment.processed_at = self.paid_at = at
        self.payment.failure_reason = ""
        return [attempt, self._told(moved, at)]

    def charge_refused(self, *, reason: str, at: datetime) -> list[Event]:
        """The provider said no for good."""
        return self._fail(PaymentOutcome.REFUSED, reason, at)

    def charge_given_up(self, *, reason: str, at: datetime) -> list[Event]:
        """The last attempt failed; somebody should know."""
        events = self._fail(PaymentOutcome.GIVEN_UP, reason, at)
        summary = f"payment of order {self.id} was given up after {self.payment.attempts} attempts"
        return [*events, self._event(ADMIN_ALERT, at, {"summary": summary, "detail": reason})]

    def alert(self, *, summary: str, detail: str, at: datetime) -> list[Event]:
        """Something about it went wrong that an administrator should know."""
        self.row_version += 1
        return [self._event(ADMIN_ALERT, at, {"summary": summary, "detail": detail})]

    def charge_put_off(self, *, reason: str, at: datetime, next_attempt: datetime) -> list[Event]:
        """The attempt failed, and there will be another."""
        self.row_version += 1
        self.payment.failure_reason = reason
        return [self._attempt(PaymentOutcome.TRANSIENT, at, next_attempt)]

    def refund(
        self, amount: Money | None, items: Sequence[tuple[int, int]], *, reason: str, number: int, at: datetime
    ) -> tuple[Refund, list[Event]]:
        """Promises money back: `amount`, or the price of `items`, which come back, or all that is left.

        A paid order that has not shipped is cancelled with the last of its money. `number` is that of the refund among
        those of the order. Raises RefundExceedsCharge, and InvalidArgument for items that it has not.
        """
        if amount is not None and amount.currency != self.currency:
            raise InvalidArgument.of("amount.currencyCode", f"must be that of the order, {self.currency}")
        if items:
            amount = self._take_back(items)
        elif amount is None:
            amount = self.payment.remaining
        if not amount.amount or (self.payment.remaining - amount).is_negative:
            raise RefundExceedsCharge.of(requested=amount, remaining=self.payment.remaining)
        refund, events = self._promise(amount, reason=reason, number=number, at=at)
        if self.status is Status.PAID and not self.payment.remaining.amount:
            events += self.cancel(reason=reason, at=at)
        return refund, events

    def refund_the_rest(self, *, reason: str, number: int, at: datetime) -> tuple[Refund, list[Event]] | None:
        """Promises back all that is left of the charge; None if there is nothing."""
        remaining = self.payment.remaining
        return self._promise(remaining, reason=reason, number=number, at=at) if remaining.amount else None

    def refund_given(self, refund: Refund, refunds: Sequence[Refund], *, at: datetime) -> list[Event]:
        """The provider has given `refund`, one of its `refunds`."""
        self.row_version += 1
        refund.done_at = at
        all_given = given(refunds, self.currency) == self.payment.amount
        self.payment.status = PaymentStatus.REFUNDED if all_given else PaymentStatus.PARTIALLY_REFUNDED
        self.payment.processed_at = at
        return [self._goes_back(refund.amount, RefundState.GIVEN, at)]

    def money_returned(self, *, refunded: bool, at: datetime) -> list[Event]:
        """The provider gave the money back, or will never take it."""
        self.row_version += 1
        self.payment.status = PaymentStatus.REFUNDED if refunded else PaymentStatus.CANCELLED
        self.payment.processed_at = at
        if not refunded:
            return []
        self.payment.refunded = self.payment.amount
        return [self._goes_back(self.payment.amount, RefundState.GIVEN, at)]

    def check_amendable(self) -> None:
        """Raises IllegalTransition unless its items may be replaced."""
        if self.status not in _AMENDABLE:
            raise IllegalTransition(
                f"the order is {self.status.value}, so its items stay as they are; order what is missing anew",
                metadata={"from": self.status.value, "to": Status.CONFIRMED.value},
            )

    def missing(self, lines: Sequence[tuple[int, int]]) -> dict[int, int]:
        """How many pieces of which item `lines` have more than the order."""
        had = {item.product_item_id: item.quantity for item in self.items}
        more = {item: pieces - had.get(item, 0) for item, pieces in _together(lines).items()}
        return {item: pieces for item, pieces in more.items() if pieces > 0}

    def consists_of(self, lines: Sequence[tuple[int, int]]) -> bool:
        """Whether these are its items."""
        return {item.product_item_id: item.quantity for item in self.items} == _together(lines)

    def amend(
        self,
        lines: Sequence[tuple[int, int]],
        extra: Sequence[HeldItem],
        shown: Hold | None,
        *,
        item_ids: Sequence[int],
        extra_order_id: int,
        transaction_id: str,
        at: datetime,
    ) -> list[Event]:
        """It consists of `lines` from now on, and is charged anew in a transaction of its own.

        An item keeps its price unless there is more of it, or it is new: that costs what it costs now (`extra`). What
        codes and points take off all of it was `shown`; None for an order without any.
        """
        self.check_amendable()
        had = {item.product_item_id: item for item in self.items}
        now = {item.product_item_id: item for item in extra}
        ids = iter(item_ids)
        self.items = tuple(
            replace(had[item], quantity=pieces)
            if item not in now
            else _repriced(now[item], pieces, had[item].id if item in had else next(ids))
            for item, pieces in _together(lines).items()
        )
        if shown is not None:
            self._apply_discounts(shown)
        self.row_version += 1
        self.revision += 1
        self.extra_order_id = extra_order_id
        waiting_token = self.payment.waiting_token
        self._new_payment(self.payment.method, transaction_id)
        self.payment.waiting_token = waiting_token
        return [self._told((self.status, self.status), at)]

    def check_payment_retryable(self) -> None:
        """Raises IllegalTransition unless its payment was refused or given up."""
        if self.status is not Status.FAILED:
            raise IllegalTransition.of(self.status, Status.CONFIRMED)

    def retry_payment(self, *, method: PaymentMethod, transaction_id: str, at: datetime) -> list[Event]:
        """Its stock is held again, and it is to be paid in another transaction."""
        self.row_version += 1
        moved = self._move(Status.CONFIRMED)
        self._new_payment(method, transaction_id)
        return [self._told(moved, at)]

    def check_etag(self, etag: str) -> None:
        """Raises EtagMismatch when `etag` is of another version; an empty one is of every version."""
        if etag and etag != str(self.row_version):
            raise EtagMismatch(
                f"order {self.id} was changed meanwhile; read it again, then decide",
                metadata={"orderId": str(self.id), "etag": str(self.row_version)},
            )

    def view(self) -> OrderView:
        """The order as others may see it."""
        payment = self.payment
        return OrderView(
            id=self.id,
            status=self.status,
            currency=self.currency,
            items=tuple(
                ItemView(
                    id=item.id,
                    product_item_id=item.product_item_id,
                    sku=item.sku,
                    name=item.name,
                    quantity=item.quantity,
                    unit_price=item.unit_price.amount,
                    discount=item.discount.amount,
                    returned=item.returned,
                )
                for item in self.items
            ),
            discounts=self._discount_views(),
            payment=PaymentView(
                transaction_id=payment.transaction_id,
                method=payment.method,
                status=payment.status,
                amount=payment.amount.amount,
                attempts=payment.attempts,
                processed_at=payment.processed_at,
                failure_reason=payment.failure_reason,
                refunded=payment.refunded.amount,
            ),
            placed_at=self.placed_at,
            paid_at=self.paid_at,
            cancelled_at=self.cancelled_at,
            cancel_reason=self.cancel_reason,
            created_by=self.owner,
            row_version=self.row_version,
            sequence=self.sequence,
        )

    def _discount_views(self) -> tuple[DiscountView, ...]:
        return tuple(
            DiscountView(code=discount.code, description=discount.description, amount=discount.amount.amount)
            for discount in self.discounts
        )

    def _apply_discounts(self, shown: Hold) -> None:
        shares = {item.product_item_id: item.discount for item in shown.items}
        known = {discount.code: discount for discount in self.discounts}
        self.items = tuple(replace(item, discount=shares[item.product_item_id]) for item in self.items)
        self.discounts = tuple(
            replace(known[discount.code], description=discount.description, amount=discount.amount)
            for discount in shown.discounts
        )

    def _new_payment(self, method: PaymentMethod, transaction_id: str) -> None:
        self.payment = Payment(
            transaction_id=transaction_id,
            method=method,
            amount=Money.sum((item.sub_total - item.discount for item in self.items), self.currency),
            refunded=Money.zero(self.currency),
        )

    def _take_back(self, items: Sequence[tuple[int, int]]) -> Money:
        value_of = Money.zero(self.currency)
        kept = {item.product_item_id: item for item in self.items}
        for number, (product_item_id, pieces) in enumerate(items):
            item = kept.get(product_item_id)
            if item is None:
                raise InvalidArgument.of(f"items[{number}].productItemId", "is not in the order")
            if item.returned + pieces > item.quantity:
                present = item.quantity - item.returned
                raise InvalidArgument.of(f"items[{number}].quantity", f"only {present} of them did not come back yet")
            back = replace(item, returned=item.returned + pieces)
            value_of += item.value_of(back.returned) - item.value_of(item.returned)
            kept[product_item_id] = back
        self.items = tuple(kept[item.product_item_id] for item in self.items)
        return value_of

    def _promise(self, amount: Money, *, reason: str, number: int, at: datetime) -> tuple[Refund, list[Event]]:
        self.row_version += 1
        self.payment.refunded += amount
        refund = Refund(
            refund_id=f"{self.payment.transaction_id}/{number}",
            order_id=self.id,
            transaction_id=self.payment.transaction_id,
            amount=amount,
            reason=reason,
            requested_at=at,
        )
        return refund, [self._goes_back(amount, RefundState.PROMISED, at)]

    def _fail(self, outcome: PaymentOutcome, reason: str, at: datetime) -> list[Event]:
        self.row_version += 1
        moved = self._move(Status.FAILED)
        attempt = self._attempt(outcome, at)
        self.payment.status = PaymentStatus.FAILED
        self.payment.failure_reason = reason
        return [attempt, self._told(moved, at)]

    def _move(self, to: Status) -> tuple[Status, Status]:
        check_move(self.status, to)
        moved = (self.status, to)
        self.status = to
        return moved

    def _told(self, moved: tuple[Status, Status], at: datetime) -> Event:
        before, after = moved
        return self._event(ORDER_STATUS_CHANGED, at, {"from": before, "to": after})

    def _attempt(self, outcome: PaymentOutcome, at: datetime, next_attempt: datetime | None = None) -> Event:
        self.payment.attempts += 1
        payload = {"number": self.payment.attempts, "outcome": outcome, "next_attempt_time": next_attempt}
        return self._event(PAYMENT_ATTEMPT, at, payload)

    def _goes_back(self, amount: Money, state: RefundState, at: datetime) -> Event:
        return self._event(PAYMENT_REFUND, at, {"amount": amount.amount, "currency": amount.currency, "state": state})

    def _event(self, kind: str, at: datetime, payload: Mapping[str, Any]) -> Event:
        self.sequence += 1
        if kind in _TELL_THE_ORDER:
            payload = {**payload, "order": self.view()}
        return Event(
            kind=kind,
            aggregate_id=self.id,
            sequence=self.sequence,
            owner=self.owner,
            owner_team=self.owner_team,
            occurred_on=at,
            payload=payload,
        )


def _together(lines: Sequence[tuple[int, int]]) -> dict[int, int]:
    """The pieces of each item, in the order of their first mention."""
    pieces: dict[int, int] = {}
    for item, quantity in lines:
        pieces[item] = pieces.get(item, 0) + quantity
    return pieces


def _repriced(held: HeldItem, quantity: int, id: int) -> Item:
    return Item(
        id=id,
        product_item_id=held.product_item_id,
        sku=held.sku,
        name=held.name,
        quantity=quantity,
        unit_price=held.unit_price,
        discount=Money.zero(held.unit_price.currency),
    )
