"""The tables of the read database, which only the projector writes: a row for each order, with its parts as JSON."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from pydantic import TypeAdapter
from sqlalchemy import BigInteger, Index, Select, Text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from chassis.db.entities import BaseSoftIntDelete, Owned
from chassis.db.types import Amount, Json, UtcDateTime
from order_svc.domain.address import PostalAddress
from order_svc.domain.shipment import Shipment
from order_svc.domain.status import CancelReason, Status
from order_svc.domain.views import DiscountView, ItemView, OrderView, PaymentView, RefundView

_SHIPMENTS = TypeAdapter(tuple[Shipment, ...])
_ADDRESS = TypeAdapter(PostalAddress | None)
_ITEMS = TypeAdapter(tuple[ItemView, ...])
_DISCOUNTS = TypeAdapter(tuple[DiscountView, ...])
_PAYMENT = TypeAdapter(PaymentView)
_PAYMENTS = TypeAdapter(tuple[PaymentView, ...])
_REFUNDS = TypeAdapter(tuple[RefundView, ...])


class ReadBase(DeclarativeBase):
    """All tables of the read side. Without foreign keys: rows arrive in any order."""

    type_annotation_map: ClassVar = {datetime: UtcDateTime, Decimal: Amount, str: Text}


class OrderRow(ReadBase, BaseSoftIntDelete, Owned):
    __tablename__ = "orders"

    status: Mapped[str]
    currency: Mapped[str]
    placed_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str]
    sequence: Mapped[int] = mapped_column(BigInteger)
    # None in rows that 0.2.0 wrote.
    cancel_code: Mapped[str | None]
    # The version on the write side, where `row_version` does not count changes of the order's parts.
    order_version: Mapped[int] = mapped_column(BigInteger)
    items: Mapped[list[Any]] = mapped_column(Json)
    discounts: Mapped[list[Any] | None] = mapped_column(Json)
    payment: Mapped[dict[str, Any]] = mapped_column(Json)
    earlier_payments: Mapped[list[Any] | None] = mapped_column(Json)
    refunds: Mapped[list[Any] | None] = mapped_column(Json)
    shipments: Mapped[list[Any] | None] = mapped_column(Json)
    shipping_address: Mapped[dict[str, Any] | None] = mapped_column(Json)
    billing_address: Mapped[dict[str, Any] | None] = mapped_column(Json)
    # NULL where there is none.
    metadata_: Mapped[dict[str, Any] | None] = mapped_column("metadata", Json)
    note: Mapped[str | None]


class RefundRow(ReadBase):
    """Refunds, for the daily report."""

    __tablename__ = "refund"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    amount: Mapped[Decimal]
    currency: Mapped[str]
    done_at: Mapped[datetime | None]
    row_version: Mapped[int] = mapped_column(BigInteger)


# Newest first: all orders, those of a status, of a person, of a team.
Index("ix_orders_placed_at", OrderRow.placed_at, OrderRow.id)
Index("ix_orders_status", OrderRow.status, OrderRow.placed_at, OrderRow.id)
Index("ix_orders_created_by", OrderRow.created_by, OrderRow.placed_at, OrderRow.id)
Index("ix_orders_team_id", OrderRow.team_id, OrderRow.placed_at, OrderRow.id)
# By a key of their metadata, of the orders that have any.
Index(
    "ix_orders_metadata",
    OrderRow.metadata_,
    postgresql_using="gin",
    postgresql_ops={"metadata": "jsonb_path_ops"},
    postgresql_where=OrderRow.metadata_.is_not(None),
)
# For the daily report: payments and refunds.
Index("ix_orders_paid_at", OrderRow.paid_at, postgresql_where=OrderRow.paid_at.is_not(None))
Index("ix_refund_done_at", RefundRow.done_at, postgresql_where=RefundRow.done_at.is_not(None))


async def views_of(session: AsyncSession, query: Select[OrderRow]) -> list[OrderView]:
    """The results of `query`, in its order."""
    return [_view(order) for order in await session.scalars(query)]


def _view(order: OrderRow) -> OrderView:
    return OrderView(
        id=order.id,
        status=Status(order.status),
        currency=order.currency,
        items=_ITEMS.validate_python(order.items),
        discounts=_DISCOUNTS.validate_python(order.discounts or ()),
        payment=_PAYMENT.validate_python(order.payment),
        placed_at=order.placed_at,
        paid_at=order.paid_at,
        cancelled_at=order.cancelled_at,
        cancel_reason=order.cancel_reason,
        created_by=order.created_by,
        team_id=order.team_id,
        row_version=order.order_version,
        sequence=order.sequence,
        cancel_code=CancelReason(order.cancel_code) if order.cancel_code else None,
        earlier_payments=_PAYMENTS.validate_python(order.earlier_payments or ()),
        refunds=_REFUNDS.validate_python(order.refunds or ()),
        shipments=_SHIPMENTS.validate_python(order.shipments or ()),
        shipping_address=_ADDRESS.validate_python(order.shipping_address),
        billing_address=_ADDRESS.validate_python(order.billing_address),
        metadata=order.metadata_ or {},
        note=order.note or "",
        updated_at=order.modified_on,
    )
