"""Converts orders to rows of the write database and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row

from chassis.clock import in_utc
from chassis.money import Money
from order_svc.domain.address import PostalAddress
from order_svc.domain.items import Discount, Item
from order_svc.domain.order import Order
from order_svc.domain.payment import Payment
from order_svc.domain.refund import Refund
from order_svc.domain.shipment import Shipment
from order_svc.domain.status import CancelReason, FailureCode, PaymentMethod, PaymentStatus, Status
from order_svc.domain.views import PaymentView

_SHIPMENTS = TypeAdapter(tuple[Shipment, ...])
_ADDRESS = TypeAdapter(PostalAddress | None)
_PAYMENTS = TypeAdapter(tuple[PaymentView, ...])


def order_of(row: Row[Any], items: Sequence[Row[Any]]) -> Order:
    return Order(
        id=row.id,
        status=Status(row.status),
        currency=row.currency,
        items=tuple(_item(item, row.currency) for item in items),
        discounts=tuple(_discount(discount, row.currency) for discount in row.discounts or ()),
        payment=_payment(row),
        owner=row.created_by,
        owner_team=row.team_id,
        placed_at=row.placed_at,
        paid_at=row.paid_at,
        cancelled_at=row.cancelled_at,
        cancel_reason=row.cancel_reason,
        updated_at=row.modified_on,
        sequence=row.sequence,
        revision=row.revision,
        supplementary_hold_id=row.supplementary_hold_id,
        stored_version=row.row_version,
        cancel_code=CancelReason(row.cancel_code) if row.cancel_code else None,
        earlier_payments=_PAYMENTS.validate_python(row.earlier_payments),
        refunds=tuple(_refund(refund, row) for refund in row.refunds or ()),
        shipments=_SHIPMENTS.validate_python(row.shipments),
        shipping_address=_ADDRESS.validate_python(row.shipping_address),
        billing_address=_ADDRESS.validate_python(row.billing_address),
        metadata=row.metadata or {},
        note=row.note or "",
    )


def _item(row: Row[Any], currency: str) -> Item:
    return Item(
        id=row.id,
        product_item_id=row.product_item_id,
        sku=row.sku,
        name=row.name,
        quantity=row.quantity,
        unit_price=Money(row.unit_price, currency),
        discount=Money(row.discount, currency),
        returned=row.returned,
        written_off=row.written_off,
        returned_price=Money(row.returned_price, currency),
        product_id=row.product_id or 0,
        options=tuple((variation, value) for variation, value in row.options or ()),
    )


def _discount(row: Mapping[str, Any], currency: str) -> Discount:
    amount = Money.of(row["amount"], currency)
    return Discount(id=row["id"], code=row["code"], description=row["description"], amount=amount)


def _payment(row: Row[Any]) -> Payment:
    return Payment(
        transaction_id=row.payment_transaction_id,
        method=PaymentMethod(row.payment_method),
        amount=Money(row.payment_amount, row.currency),
        status=PaymentStatus(row.payment_status),
        attempts=row.payment_attempts,
        processed_at=row.payment_processed_at,
        charged_at=row.payment_charged_at,
        failure_code=FailureCode(row.payment_failure_code) if row.payment_failure_code else None,
        failure_reason=row.payment_failure_reason,
        next_action_uri=row.payment_next_action_uri or "",
        waiting_token=row.payment_waiting_token,
        refunded=Money(row.payment_refunded, row.currency),
    )


def _refund(row: Mapping[str, Any], order: Row[Any]) -> Refund:
    done_at, items = row["done_at"], row["items"]
    return Refund(
        refund_id=row["refund_id"],
        order_id=order.id,
        transaction_id=row["transaction_id"],
        amount=Money.of(row["amount"], order.currency),
        # Before 0.3.0 reasons were for administrators only.
        reason="" if items is None else row["reason"],
        requested_at=_time(row["requested_at"]),
        items=tuple((item, pieces) for item, pieces in items or ()),
        done_at=_time(done_at) if done_at else None,
        restock=row["restock"],
    )


def _time(text: str) -> datetime:
    return in_utc(datetime.fromisoformat(text))


def order_row(order: Order) -> dict[str, Any]:
    return {
        "id": order.id,
        "status": order.status,
        "currency": order.currency,
        "placed_at": order.placed_at,
        "paid_at": order.paid_at,
        "cancelled_at": order.cancelled_at,
        "cancel_reason": order.cancel_reason,
        "modified_on": order.updated_at,
        "sequence": order.sequence,
        "revision": order.revision,
        "supplementary_hold_id": order.supplementary_hold_id,
        "cancel_code": order.cancel_code,
        "earlier_payments": order.earlier_payments,
        "shipments": order.shipments,
        "shipping_address": order.shipping_address,
        "billing_address": order.billing_address,
        "metadata": order.metadata or None,
        "note": order.note or None,
    }


def item_row(item: Item, order: Order) -> dict[str, Any]:
    return {
        "id": item.id,
        "order_id": order.id,
        "product_item_id": item.product_item_id,
        "sku": item.sku,
        "name": item.name,
        "quantity": item.quantity,
        "unit_price": item.unit_price.amount,
        "discount": item.discount.amount,
        "returned": item.returned,
        "written_off": item.written_off,
        "returned_price": item.returned_price.amount,
        "product_id": item.product_id,
        "options": item.options,
    }


def discount_row(discount: Discount, order: Order) -> dict[str, Any]:
    return {
        "id": discount.id,
        "order_id": order.id,
        "code": discount.code,
        "description": discount.description,
        "amount": discount.amount.amount,
    }


def payment_row(order: Order) -> dict[str, Any]:
    payment = order.payment
    return {
        "id": order.id,
        "transaction_id": payment.transaction_id,
        "method": payment.method,
        "status": payment.status,
        "amount": payment.amount.amount,
        "attempts": payment.attempts,
        "processed_at": payment.processed_at,
        "charged_at": payment.charged_at,
        "failure_code": payment.failure_code,
        "failure_reason": payment.failure_reason,
        "next_action_uri": payment.next_action_uri or None,
        "waiting_token": payment.waiting_token,
        "refunded": payment.refunded.amount,
    }


def creation(order: Order) -> dict[str, Any]:
    """The columns that record who created a row, and when."""
    # A batch has orders of many shoppers, so the defaults of the columns (the present caller) would be wrong.
    return {
        "created_on": order.placed_at,
        "created_by": order.owner,
        "team_id": order.owner_team,
        "modified_on": order.placed_at,
        "modified_by": order.owner,
        "is_deleted": False,
    }
