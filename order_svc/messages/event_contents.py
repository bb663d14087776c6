"""What the outbox stores of an event: the bytes of the OrderEvent that streams send, with nothing but its content.

Nobody has to convert the order in it again, and whoever needs only a status reads that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import betterproto2
import msgspec
from easyorder.order.v1 import (
    AdminAlert,
    InventoryStatus,
    OrderCreated,
    OrderCreatedWithIncentive,
    OrderEvent,
    OrderStatus,
    OrderStatusChanged,
    PaymentAttempt,
    PaymentRefund,
)
from easyorder.order.v1 import PaymentOutcome as PaymentOutcomeMessage
from easyorder.order.v1 import RefundState as RefundStateMessage
from pydantic import TypeAdapter

from chassis.events import Event
from chassis.google_types import amount_message
from chassis.wire import codec
from order_svc.domain import events
from order_svc.domain.status import PaymentOutcome, RefundState, Status
from order_svc.domain.views import DiscountView, OrderView, StockView
from order_svc.messages.encoded_orders import JSON, EncodedOrders
from order_svc.messages.orders import discount_message, stock_message

Payload = Mapping[str, Any]
# What they take is what an aggregate has just said, or JSON that 0.3.0 has stored.
_ORDERS = TypeAdapter(OrderView)
_STOCKS = TypeAdapter(tuple[StockView, ...])
_DISCOUNTS = TypeAdapter(tuple[DiscountView, ...])
_TIMES = TypeAdapter(datetime | None)


class EventContents:
    """Serialises the contents of events, and reads what earlier versions have stored."""

    def __init__(self, orders: EncodedOrders) -> None:
        self._orders = orders

    def added_to(self, event: Event) -> Event:
        """The event as it is stored: with its content in place of its payload."""
        return replace(event, payload={}, content=self._encoded(event.kind, event.payload))

    def read(self, kind: str, stored: bytes) -> bytes:
        """The content of a stored event."""
        return self._encoded(kind, msgspec.json.decode(stored)) if stored.startswith(JSON) else stored

    def _encoded(self, kind: str, payload: Payload) -> bytes:
        if (make := _CONTENTS.get(kind)) is None:
            return b""
        message: Any = codec(OrderEvent).parse(b"")
        content, made = getattr(message, kind), make(payload)
        content.SetInParent()
        content.MergeFromString(codec(type(made)).encode(made))
        if order := payload.get("order"):
            order = order if isinstance(order, OrderView) else _ORDERS.validate_python(order)
            content.order.MergeFromString(self._orders.encode(order))
        return bytes(message.SerializeToString())


def _created_with_incentive(payload: Payload) -> OrderCreatedWithIncentive:
    currency = payload["currency"]
    discounts = _DISCOUNTS.validate_python(payload["discounts"])
    return OrderCreatedWithIncentive(
        discounts=[discount_message(discount, currency) for discount in discounts],
        sub_total=amount_message(Decimal(payload["sub_total"]), currency),
        discount_total=amount_message(Decimal(payload["discount_total"]), currency),
        total_amount=amount_message(Decimal(payload["total_amount"]), currency),
    )


def _status_changed(payload: Payload) -> OrderStatusChanged:
    return OrderStatusChanged(
        from_status=OrderStatus[Status(payload["from"]).name], to_status=OrderStatus[Status(payload["to"]).name]
    )


def _payment_attempt(payload: Payload) -> PaymentAttempt:
    return PaymentAttempt(
        number=payload["number"],
        outcome=PaymentOutcomeMessage[PaymentOutcome(payload["outcome"]).name],
        next_attempt_time=_TIMES.validate_python(payload["next_attempt_time"]),
    )


def _payment_refund(payload: Payload) -> PaymentRefund:
    return PaymentRefund(
        amount=amount_message(Decimal(payload["amount"]), payload["currency"]),
        state=RefundStateMessage[RefundState(payload["state"]).name],
    )


def _inventory_status(payload: Payload) -> InventoryStatus:
    stocks = _STOCKS.validate_python(payload["items"])
    return InventoryStatus(items=[stock_message(stock) for stock in stocks])


# Without the order, which is added as bytes.
_CONTENTS: Mapping[str, Callable[[Payload], betterproto2.Message]] = {
    events.ORDER_CREATED: lambda _: OrderCreated(),
    events.ORDER_CREATED_WITH_INCENTIVE: _created_with_incentive,
    events.ORDER_STATUS_CHANGED: _status_changed,
    events.PAYMENT_ATTEMPT: _payment_attempt,
    events.PAYMENT_REFUND: _payment_refund,
    events.ADMIN_ALERT: lambda payload: AdminAlert(summary=payload["summary"], detail=payload["detail"]),
    events.INVENTORY_STATUS: _inventory_status,
}
