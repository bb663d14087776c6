"""The data of an order: its values, its totals, its version, its view, and the numbering of its events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chassis.errors import EtagMismatch
from chassis.events import Event
from chassis.money import Money
from order_svc.domain.address import PostalAddress
from order_svc.domain.events import CARRY_THE_ORDER, ORDER_STATUS_CHANGED
from order_svc.domain.items import Discount, Item, owed
from order_svc.domain.payment import Payment
from order_svc.domain.refund import Refund
from order_svc.domain.shipment import Shipment
from order_svc.domain.status import CancelReason, Status, check_move
from order_svc.domain.views import OrderView, PaymentView

_SOLD = {Status.PAID, Status.SHIPPED, Status.DELIVERED}


@dataclass(slots=True, kw_only=True)
class OrderData:
    """`sequence` is the number of the last event; `stored_version` is the version in the database, 0 if not stored yet.

    The discounts of the items and `discounts` have the same sum: the former are by item, the latter by code.
    """

    id: int
    status: Status
    currency: str
    items: tuple[Item, ...]
    payment: Payment
    owner: str
    owner_team: str | None
    placed_at: datetime
    # When it last changed.
    updated_at: datetime
    paid_at: datetime | None = None
    cancelled_at: datetime | None = None
    cancel_reason: str = ""
    cancel_code: CancelReason | None = None
    discounts: tuple[Discount, ...] = ()
    # The payments that the present one replaced, and all refunds, oldest first.
    earlier_payments: tuple[PaymentView, ...] = ()
    refunds: tuple[Refund, ...] = ()
    shipments: tuple[Shipment, ...] = ()
    shipping_address: PostalAddress | None = None
    billing_address: PostalAddress | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    sequence: int = 0
    stored_version: int = 0
    is_changed: bool = False
    # Counts the changes of the items; `supplementary_hold_id` holds the stock that the last change added.
    revision: int = 0
    supplementary_hold_id: int = 0

    @property
    def row_version(self) -> int:
        """The version that the next write stores: all changes together count as one."""
        return self.stored_version + self.is_changed

    def stored(self) -> None:
        """Records that the database has this version after the commit."""
        self.stored_version, self.is_changed = self.stored_version + 1, False

    @property
    def sub_total(self) -> Money:
        """Before discounts."""
        return Money.sum((item.sub_total for item in self.items), self.currency)

    @property
    def discount_total(self) -> Money:
        return Money.sum((item.discount for item in self.items), self.currency)

    @property
    def total(self) -> Money:
        """The amount to be paid."""
        return owed(self.items, self.currency)

    @property
    def is_free(self) -> bool:
        """Whether nothing is to be paid, so that no provider is ever asked."""
        return self.total == Money.zero(self.currency)

    @property
    def is_returnable(self) -> bool:
        """Whether it was paid, and its pieces are not in stock again as a whole."""
        return self.payment.is_charged and self.status in _SOLD

    @property
    def is_returned(self) -> bool:
        """Whether all of its pieces were returned."""
        return all(item.returned == item.quantity for item in self.items)

    def has_version(self, etag: str) -> bool:
        """Whether `etag` is of this version; an empty etag matches every version."""
        return etag in ("", str(self.row_version))

    def check_etag(self, etag: str) -> None:
        """Raises EtagMismatch if `etag` is of another version."""
        if not self.has_version(etag):
            raise EtagMismatch(
                "the order has changed; read it again, then decide", metadata={"etag": str(self.row_version)}
            )

    def view(self) -> OrderView:
        """The public view of the order."""
        return OrderView(
            id=self.id,
            status=self.status,
            currency=self.currency,
            items=tuple(item.view() for item in self.items),
            discounts=tuple(discount.view() for discount in self.discounts),
            payment=self.payment.view(),
            placed_at=self.placed_at,
            paid_at=self.paid_at,
            cancelled_at=self.cancelled_at,
            cancel_reason=self.cancel_reason,
            created_by=self.owner,
            team_id=self.owner_team,
            row_version=self.row_version,
            sequence=self.sequence,
            cancel_code=self.cancel_code,
            earlier_payments=self.earlier_payments,
            refunds=tuple(refund.view() for refund in self.refunds),
            shipments=self.shipments,
            shipping_address=self.shipping_address,
            billing_address=self.billing_address,
            metadata=self.metadata,
            note=self.note,
            updated_at=self.updated_at,
        )

    def _move(self, to: Status) -> tuple[Status, Status]:
        check_move(self.status, to)
        moved = (self.status, to)
        self.status = to
        return moved

    def _status_changed(self, moved: tuple[Status, Status], at: datetime) -> Event:
        before, after = moved
        return self._event(ORDER_STATUS_CHANGED, at, {"from": before, "to": after})

    def _changed(self, at: datetime) -> None:
        self.is_changed, self.updated_at = True, at

    def _event(self, kind: str, at: datetime, payload: Mapping[str, Any]) -> Event:
        self.sequence += 1
        self._changed(at)
        if kind in CARRY_THE_ORDER:
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
