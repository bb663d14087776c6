"""The tables of the read database: copies of the write side's rows, which only the projector writes."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from pydantic import TypeAdapter
from sqlalchemy import BigInteger, Index, Integer, Select, Text, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from chassis.db.entities import BaseSoftIntDelete, Owned
from chassis.db.types import Amount, Json, UtcDateTime
from order_svc.domain.address import PostalAddress
from order_svc.domain.shipment import Shipment
from order_svc.domain.status import CancelReason, FailureCode, PaymentMethod, PaymentStatus, RefundState, Status
from order_svc.domain.views import DiscountView, ItemView, OrderView, PaymentView, RefundView

_SHIPMENTS = TypeAdapter(tuple[Shipment, ...])
_ADDRESS = TypeAdapter(PostalAddress | None)
_PAYMENTS = TypeAdapter(tuple[PaymentView, ...])


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
    earlier_payments: Mapped[list[Any] | None] = mapped_column(Json)
    shipments: Mapped[list[Any] | None] = mapped_column(Json)
    shipping_address: Mapped[dict[str, Any] | None] = mapped_column(Json)
    billing_address: Mapped[dict[str, Any] | None] = mapped_column(Json)


class OrderItemRow(ReadBase, BaseSoftIntDelete, Owned):
    __tablename__ = "order_item"

    order_id: Mapped[int] = mapped_column(BigInteger, index=True)
    product_item_id: Mapped[int] = mapped_column(BigInteger)
    sku: Mapped[str]
    name: Mapped[str]
    quantity: Mapped[int] = mapped_column(Integer)
    unit_price: Mapped[Decimal]
    discount: Mapped[Decimal]
    returned: Mapped[int] = mapped_column(Integer)
    product_id: Mapped[int | None] = mapped_column(BigInteger)
    options: Mapped[list[Any] | None] = mapped_column(Json)


class OrderDiscountRow(ReadBase, BaseSoftIntDelete, Owned):
    __tablename__ = "order_discount"

    order_id: Mapped[int] = mapped_column(BigInteger, index=True)
    code: Mapped[str]
    description: Mapped[str]
    amount: Mapped[Decimal]


class PaymentRow(ReadBase, BaseSoftIntDelete, Owned):
    """The payment of the order with the same id."""

    __tablename__ = "payment"

    order_id: Mapped[int] = mapped_column(BigInteger)
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
    refunded: Mapped[Decimal]


class RefundRow(ReadBase, BaseSoftIntDelete, Owned):
    """Promised refunds, and when the provider paid them."""

    __tablename__ = "refund"

    refund_id: Mapped[str]
    order_id: Mapped[int] = mapped_column(BigInteger)
    transaction_id: Mapped[str]
    amount: Mapped[Decimal]
    currency: Mapped[str]
    reason: Mapped[str]
    items: Mapped[list[Any] | None] = mapped_column(Json)
    requested_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


# Newest first: all orders, those of a person, those of a team.
Index("ix_orders_placed_at", OrderRow.placed_at, OrderRow.id)
Index("ix_orders_created_by", OrderRow.created_by, OrderRow.placed_at, OrderRow.id)
Index("ix_orders_team_id", OrderRow.team_id, OrderRow.placed_at, OrderRow.id)
# For the daily report: payments and refunds.
Index("ix_orders_paid_at", OrderRow.paid_at, postgresql_where=OrderRow.paid_at.is_not(None))
Index("ix_refund_order_id", RefundRow.order_id)
Index("ix_refund_done_at", RefundRow.done_at, postgresql_where=RefundRow.done_at.is_not(None))


def whole_orders() -> Select[OrderRow, PaymentRow]:
    """Orders whose related rows have all arrived."""
    return (
        select(OrderRow, PaymentRow)
        .join(PaymentRow, PaymentRow.id == OrderRow.id)
        .where(exists().where(OrderItemRow.order_id == OrderRow.id))
    )


async def views_of(session: AsyncSession, query: Select[OrderRow, PaymentRow]) -> list[OrderView]:
    """The results of `query`, in its order."""
    found = (await session.execute(query)).all()
    items: dict[int, list[ItemView]] = defaultdict(list)
    discounts: dict[int, list[DiscountView]] = defaultdict(list)
    refunds: dict[int, list[RefundRow]] = defaultdict(list)
    if found:
        ids = [order.id for order, _ in found]
        own = OrderItemRow.order_id.in_(ids)
        for item in await session.scalars(select(OrderItemRow).where(own).order_by(OrderItemRow.id)):
            items[item.order_id].append(_item(item))
        given = OrderDiscountRow.order_id.in_(ids)
        for row in await session.scalars(select(OrderDiscountRow).where(given).order_by(OrderDiscountRow.id)):
            discount = DiscountView(code=row.code, description=row.description, amount=row.amount)
            discounts[row.order_id].append(discount)
        # Paid for: other orders have none.
        paid = [order.id for order, _ in found if order.paid_at]
        if paid:
            of_paid = select(RefundRow).where(RefundRow.order_id.in_(paid)).order_by(RefundRow.id)
            for refund in await session.scalars(of_paid):
                refunds[refund.order_id].append(refund)
    return [_order(order, payment, items[order.id], discounts[order.id], refunds[order.id]) for order, payment in found]


def _order(
    order: OrderRow,
    payment: PaymentRow,
    items: list[ItemView],
    discounts: list[DiscountView],
    refunds: list[RefundRow],
) -> OrderView:
    return OrderView(
        id=order.id,
        status=Status(order.status),
        currency=order.currency,
        items=tuple(items),
        discounts=tuple(discounts),
        payment=_payment(payment),
        placed_at=order.placed_at,
        paid_at=order.paid_at,
        cancelled_at=order.cancelled_at,
        cancel_reason=order.cancel_reason,
        created_by=order.created_by,
        team_id=order.team_id,
        row_version=order.row_version,
        sequence=order.sequence,
        cancel_code=CancelReason(order.cancel_code) if order.cancel_code else None,
        earlier_payments=_PAYMENTS.validate_python(order.earlier_payments or ()),
        refunds=tuple(_refund(refund) for refund in refunds),
        shipments=_SHIPMENTS.validate_python(order.shipments or ()),
        shipping_address=_ADDRESS.validate_python(order.shipping_address),
        billing_address=_ADDRESS.validate_python(order.billing_address),
        updated_at=order.modified_on,
    )


def _item(row: OrderItemRow) -> ItemView:
    return ItemView(
        id=row.id,
        product_item_id=row.product_item_id,
        sku=row.sku,
        name=row.name,
        quantity=row.quantity,
        unit_price=row.unit_price,
        discount=row.discount,
        returned=row.returned,
        product_id=row.product_id or 0,
        options=tuple((variation, value) for variation, value in row.options or ()),
    )


def _refund(row: RefundRow) -> RefundView:
    return RefundView(
        id=row.refund_id,
        amount=row.amount,
        items=tuple((item, pieces) for item, pieces in row.items or ()),
        # Before 0.3.0 reasons were for administrators only.
        reason="" if row.items is None else row.reason,
        state=RefundState.GIVEN if row.done_at else RefundState.PROMISED,
        requested_at=row.requested_at,
        done_at=row.done_at,
    )


def _payment(row: PaymentRow) -> PaymentView:
    return PaymentView(
        transaction_id=row.transaction_id,
        method=PaymentMethod(row.method),
        status=PaymentStatus(row.status),
        amount=row.amount,
        attempts=row.attempts,
        processed_at=row.processed_at,
        charged_at=row.charged_at,
        failure_code=FailureCode(row.failure_code) if row.failure_code else None,
        failure_reason=row.failure_reason,
        refunded=row.refunded,
    )
