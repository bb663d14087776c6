"""The order aggregate: every change of an order is a method here or, where its money moves, in payable_order.py.

A method that changes an order returns the events of the change, numbered by the order's own `sequence` without a gap.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from chassis.events import Event
from order_svc.domain.events import ADMIN_ALERT, INVENTORY_STATUS, ORDER_CREATED, ORDER_CREATED_WITH_INCENTIVE
from order_svc.domain.inventory import HeldItem, Hold
from order_svc.domain.items import amended, discounted, merged, quantities, revalued
from order_svc.domain.payable_order import PayableOrder
from order_svc.domain.shipment import Parcel, Shipment
from order_svc.domain.status import IllegalTransition, PaymentMethod, PaymentStatus, Status
from order_svc.domain.views import StockView

_AMENDABLE = {Status.PENDING, Status.CONFIRMED}


@dataclass(slots=True, kw_only=True)
class Order(PayableOrder):
    """An order, with a method for each change."""

    def placed(self) -> list[Event]:
        """Returns the first events of a new order."""
        created = self._event(ORDER_CREATED, self.placed_at, {})
        if not self.discounts:
            return [created]
        incentive = {
            "discounts": tuple(discount.view() for discount in self.discounts),
            "sub_total": self.sub_total.amount,
            "discount_total": self.discount_total.amount,
            "total_amount": self.total.amount,
            "currency": self.currency,
        }
        return [created, self._event(ORDER_CREATED_WITH_INCENTIVE, self.placed_at, incentive)]

    def stock_stands(self, stocks: Sequence[StockView], *, at: datetime) -> list[Event]:
        """Reports the state of the stock of its items."""
        return [self._event(INVENTORY_STATUS, at, {"items": tuple(stocks)})]

    def stock_came(self, *, at: datetime) -> list[Event]:
        """Records that all backordered pieces are held now."""
        moved = self._move(Status.CONFIRMED)
        self.payment.waiting_token = ""
        return [self._status_changed(moved, at)]

    def ship(self, parcel: Parcel, *, at: datetime) -> list[Event]:
        """Hands the order to the carrier. Requires that it is paid, or to be paid in cash on delivery."""
        if self.status is Status.CONFIRMED and self.payment.method is not PaymentMethod.CASH:
            raise IllegalTransition.of(self.status, Status.SHIPPED)
        moved = self._move(Status.SHIPPED)
        shipment = Shipment(
            id=str(len(self.shipments) + 1),
            carrier=parcel.carrier,
            tracking_number=parcel.tracking_number,
            tracking_uri=parcel.tracking_uri,
            shipped_at=at,
        )
        self.shipments = (*self.shipments, shipment)
        return [self._status_changed(moved, at)]

    def deliver(self, *, at: datetime) -> list[Event]:
        """Records the delivery, and the payment if the method is cash."""
        moved = self._move(Status.DELIVERED)
        self.shipments = tuple(replace(shipment, delivered_at=at) for shipment in self.shipments)
        if self.payment.method is PaymentMethod.CASH and not self.is_free:
            self._paid(at)
        return [self._status_changed(moved, at)]

    def annotate(self, metadata: Mapping[str, str], *, at: datetime) -> list[Event]:
        """Replaces its metadata."""
        if metadata == self.metadata:
            return []
        self.metadata = dict(metadata)
        return [self._status_changed((self.status, self.status), at)]

    def alert(self, *, summary: str, detail: str, at: datetime) -> list[Event]:
        """Alerts administrators to a fault of this order."""
        return [self._event(ADMIN_ALERT, at, {"summary": summary, "detail": detail})]

    @property
    def is_amendable(self) -> bool:
        """Whether its items may be replaced."""
        return self.status in _AMENDABLE

    def check_amendable(self) -> None:
        """Raises IllegalTransition unless its items may be replaced."""
        if not self.is_amendable:
            raise IllegalTransition(
                f"the order is {self.status.contract_name}, so its items are final; place another order for more",
                metadata={"fromStatus": self.status.contract_name, "toStatus": Status.CONFIRMED.contract_name},
            )

    def missing(self, lines: Sequence[tuple[int, int]]) -> dict[int, int]:
        """The product items with more pieces in `lines` than in the order, and the difference."""
        ordered = quantities(self.items)
        more = {item: pieces - ordered.get(item, 0) for item, pieces in merged(lines).items()}
        return {item: pieces for item, pieces in more.items() if pieces > 0}

    def consists_of(self, lines: Sequence[tuple[int, int]]) -> bool:
        """Whether `lines`, merged, equal the items of the order."""
        return quantities(self.items) == merged(lines)

    def amend(
        self,
        lines: Sequence[tuple[int, int]],
        extra: Sequence[HeldItem],
        shown: Hold | None,
        *,
        item_ids: Sequence[int],
        supplementary_hold_id: int,
        transaction_id: str,
        at: datetime,
    ) -> list[Event]:
        """Replaces the items by `lines` and the payment by another transaction.

        An item keeps its price unless it is new or its quantity grows: then today's price (`extra`) applies. `shown`
        has the discounts of the new items; None for an order without discounts.
        """
        self.check_amendable()
        self.items = amended(self.items, lines, extra, item_ids)
        if shown is not None:
            self.items = discounted(self.items, shown.items)
            self.discounts = revalued(self.discounts, shown.discounts)
        self.revision += 1
        self.supplementary_hold_id = supplementary_hold_id
        if self.status is Status.CONFIRMED and self.payment.method is not PaymentMethod.CASH:
            self.payment.settle(PaymentStatus.CANCELLED, at=at)
            self._keep_payment()
        waiting_token = self.payment.waiting_token
        self._new_payment(self.payment.method, transaction_id, at)
        self.payment.waiting_token = waiting_token
        return [self._status_changed((self.status, self.status), at)]
