"""Orders as shown in replies, events and reads: plain values that can be written as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from order_svc.domain.shipment import Shipment
from order_svc.domain.status import PaymentMethod, PaymentStatus, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemView:
    id: int
    product_item_id: int
    sku: str
    name: str
    quantity: int
    # In the order's currency, like every amount here.
    unit_price: Decimal
    # Its share of the order's discounts.
    discount: Decimal = Decimal("0.00")
    # Pieces that were returned with a refund.
    returned: int = 0

    @property
    def sub_total(self) -> Decimal:
        return self.unit_price * self.quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscountView:
    code: str
    description: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class StockView:
    """The stock of an item. `state`: IN_STOCK, LOW, BACKORDERED (for this order) or OUT_OF_STOCK."""

    product_item_id: int
    sku: str
    state: str
    available: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentView:
    transaction_id: str
    method: PaymentMethod
    status: PaymentStatus
    amount: Decimal
    attempts: int
    processed_at: datetime | None
    failure_reason: str
    # The part of `amount` that was refunded, or will be.
    refunded: Decimal = Decimal("0.00")


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView:
    id: int
    status: Status
    currency: str
    items: tuple[ItemView, ...]
    discounts: tuple[DiscountView, ...]
    payment: PaymentView
    placed_at: datetime
    paid_at: datetime | None
    cancelled_at: datetime | None
    cancel_reason: str
    created_by: str
    row_version: int
    # The sequence number of the order's last event.
    sequence: int
    # Absent from events and responses that 0.2.0 stored.
    shipments: tuple[Shipment, ...] = ()

    @property
    def sub_total(self) -> Decimal:
        return sum((item.sub_total for item in self.items), Decimal("0.00"))

    @property
    def discount_total(self) -> Decimal:
        return sum((discount.amount for discount in self.discounts), Decimal("0.00"))

    @property
    def total_amount(self) -> Decimal:
        return self.sub_total - self.discount_total

    @property
    def etag(self) -> str:
        return str(self.row_version)
