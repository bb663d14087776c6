"""The tables of the write database. Alembic creates them (migrations/write); a test checks that the two match."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, Text, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from chassis.db.entities import BaseSoftIntDelete, Owned
from chassis.db.types import Amount, Json, UtcDateTime


class WriteBase(DeclarativeBase):
    """All tables of the write side."""

    type_annotation_map: ClassVar = {datetime: UtcDateTime, Decimal: Amount, str: Text}


class OrderRow(WriteBase, BaseSoftIntDelete, Owned):
    __tablename__ = "orders"
    __table_args__ = (
        Index(
            "ix_orders_supplementary_hold_id",
            "supplementary_hold_id",
            postgresql_where=text("supplementary_hold_id <> 0"),
        ),
    )

    status: Mapped[str]
    currency: Mapped[str]
    placed_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str]
    # The sequence number of the order's last event.
    sequence: Mapped[int] = mapped_column(BigInteger)
    # Counts the changes of the items and the retries of the payment; the last change added `supplementary_hold_id`.
    revision: Mapped[int] = mapped_column(Integer)
    supplementary_hold_id: Mapped[int] = mapped_column(BigInteger)
    # NULL unless it was cancelled by 0.3.0 or later.
    cancel_code: Mapped[str | None]
    # In the row of the order, so that orders without these cost no statement.
    earlier_payments: Mapped[list[Any]] = mapped_column(Json, server_default=text("'[]'"))
    shipments: Mapped[list[Any]] = mapped_column(Json, server_default=text("'[]'"))
    shipping_address: Mapped[dict[str, Any] | None] = mapped_column(Json)
    billing_address: Mapped[dict[str, Any] | None] = mapped_column(Json)
    # NULL where there is none.
    metadata_: Mapped[dict[str, Any] | None] = mapped_column("metadata", Json)
    note: Mapped[str | None]


class OrderItemRow(WriteBase, BaseSoftIntDelete, Owned):
    __tablename__ = "order_item"

    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    product_item_id: Mapped[int] = mapped_column(BigInteger)
    sku: Mapped[str]
    name: Mapped[str]
    quantity: Mapped[int] = mapped_column(Integer)
    unit_price: Mapped[Decimal]
    # Its share of the order's discounts.
    discount: Mapped[Decimal]
    returned: Mapped[int] = mapped_column(Integer)
    # Kept, because the rounding of prices is a setting that may change.
    returned_price: Mapped[Decimal]
    # Those that do not go back into stock.
    written_off: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    # NULL in items that were ordered before 0.3.0.
    product_id: Mapped[int | None] = mapped_column(BigInteger)
    options: Mapped[list[Any] | None] = mapped_column(Json)


class OrderDiscountRow(WriteBase, BaseSoftIntDelete, Owned):
    __tablename__ = "order_discount"

    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    # Empty for loyalty points.
    code: Mapped[str]
    description: Mapped[str]
    amount: Mapped[Decimal]


class PaymentRow(WriteBase, BaseSoftIntDelete, Owned):
    """The payment of the order with the same id."""

    __tablename__ = "payment"

    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    transaction_id: Mapped[str]
    method: Mapped[str]
    status: Mapped[str]
    amount: Mapped[Decimal]
    attempts: Mapped[int] = mapped_column(Integer)
    processed_at: Mapped[datetime | None]
    # NULL but of a charge that was returned before it paid for the order.
    charged_at: Mapped[datetime | None]
    failure_code: Mapped[str | None]
    failure_reason: Mapped[str]
    # NULL unless the shopper must confirm it there.
    next_action_uri: Mapped[str | None]
    # Set while the order waits for stock, else empty.
    waiting_token: Mapped[str] = mapped_column(server_default=text("''"))
    refunded: Mapped[Decimal]


class RefundRow(WriteBase, BaseSoftIntDelete, Owned):
    """Promised refunds, and when the provider paid them."""

    __tablename__ = "refund"

    refund_id: Mapped[str] = mapped_column(unique=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    transaction_id: Mapped[str]
    amount: Mapped[Decimal]
    currency: Mapped[str]
    reason: Mapped[str]
    # NULL in those of 0.2.0.
    items: Mapped[list[Any] | None] = mapped_column(Json)
    requested_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    # Whether the pieces that it gives back go into stock again.
    restock: Mapped[bool] = mapped_column(server_default=text("true"))
