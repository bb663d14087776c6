"""Orders as shown in replies, events and reads: plain values that can be written as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from order_svc.domain.address import PostalAddress
from order_svc.domain.shipment import Shipment
from order_svc.domain.status import CancelReason, FailureCode, PaymentMethod, PaymentStatus, RefundState, Status


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
    # Pieces that do not go back into stock.
    written_off: int = 0
    product_id: int = 0
    options: tuple[tuple[str, str], ...] = ()

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
    # Absent from what 0.2.0 stored, like all fields with a default.
    failure_code: FailureCode | None = None
    # The part of `amount` that was refunded, or will be.
    refunded: Decimal = Decimal("0.00")
    # Of a charge that was returned before it paid for the order.
    charged_at: datetime | None = None
    next_action_uri: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundView:
    """`id` is the key of the refund at the provider; `items` are pairs of product item id and returned pieces."""

    id: str
    amount: Decimal
    items: tuple[tuple[int, int], ...]
    reason: str
    state: RefundState
    requested_at: datetime
    done_at: datetime | None
    # Whether the pieces that it gives back go into stock again.
    restock: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView:
    """`payment` is the present one, `earlier_payments` are those that it replaced."""

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
    # None also if it was cancelled before 0.3.0.
    cancel_code: CancelReason | None = None
    earlier_payments: tuple[PaymentView, ...] = ()
    refunds: tuple[RefundView, ...] = ()
    shipments: tuple[Shipment, ...] = ()
    shipping_address: PostalAddress | None = None
    billing_address: PostalAddress | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    # What the shopper said when it was placed.
    note: str = ""
    # The team that it was placed for; its members see and change it.
    team_id: str | None = None
    # None in what 0.2.0 stored.
    updated_at: datetime | None = None

    @property
    def changed_at(self) -> datetime:
        """When it last changed, or the last change that is known of it."""
        known = (self.placed_at, self.paid_at, self.cancelled_at, self.payment.processed_at)
        return self.updated_at or max(time for time in known if time)

    @property
    def payments(self) -> tuple[PaymentView, ...]:
        """All payments that are kept, the present one last."""
        return (*self.earlier_payments, self.payment)

    @property
    def sub_total(self) -> Decimal:
        return sum((item.sub_total for item in self.items), Decimal("0.00"))

    @property
    def discount_total(self) -> Decimal:
        return sum((discount.amount for discount in self.discounts), Decimal("0.00"))

    @property
    def tax_total(self) -> Decimal:
        """The tax that is added to the prices: none, as they include it."""
        return Decimal("0.00")

    @property
    def shipping_total(self) -> Decimal:
        """Nothing is charged for the delivery."""
        return Decimal("0.00")

    @property
    def total_amount(self) -> Decimal:
        return self.sub_total - self.discount_total + self.tax_total + self.shipping_total

    @property
    def etag(self) -> str:
        return str(self.row_version)
