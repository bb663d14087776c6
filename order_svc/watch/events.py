"""Events as messages of streams: created once for each event, whatever the number of subscribers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from easyorder.common.v1 import Heartbeat
from easyorder.order.v1 import (
    AdminAlert,
    InventoryStatus,
    Order,
    OrderCreated,
    OrderCreatedWithIncentive,
    OrderEvent,
    OrderSnapshot,
    OrderStatus,
    OrderStatusChanged,
    PaymentAttempt,
    PaymentRefund,
)
from easyorder.order.v1 import PaymentOutcome as PaymentOutcomeMessage
from easyorder.order.v1 import RefundState as RefundStateMessage
from pydantic import TypeAdapter

from chassis.context import Caller
from chassis.errors import AppError
from chassis.events import PublishedEvent
from chassis.grpc.status import to_status
from chassis.wire_types import amount_message
from order_svc.domain.events import (
    ADMIN_ALERT,
    INVENTORY_STATUS,
    ORDER_CREATED,
    ORDER_CREATED_WITH_INCENTIVE,
    ORDER_STATUS_CHANGED,
    PAYMENT_ATTEMPT,
    PAYMENT_REFUND,
)
from order_svc.domain.status import PaymentOutcome, RefundState, Status
from order_svc.domain.views import DiscountView, OrderView, StockView
from order_svc.messages.orders import discount_message, order_message, stock_message
from order_svc.order_ids import OrderIds

_ORDERS = TypeAdapter(OrderView)
_STOCKS = TypeAdapter(tuple[StockView, ...])
_DISCOUNTS = TypeAdapter(tuple[DiscountView, ...])
_TIMES = TypeAdapter(datetime | None)


class StreamEvent:
    """An event of the feed and the messages that carry it."""

    def __init__(self, published: PublishedEvent, ids: OrderIds) -> None:
        self.event = published.event
        self.position = published.position
        self._ids = ids

    @property
    def sequence(self) -> int:
        """Its number among the events of its order."""
        return self.event.sequence

    @property
    def status(self) -> Status | None:
        """The new status of the order, if it changed."""
        return Status(self.event.payload["to"]) if self.event.kind == ORDER_STATUS_CHANGED else None

    def is_for(self, caller: Caller) -> bool:
        """Whether the caller may see the event; owners see everything about their orders except alerts."""
        if caller.is_admin:
            return True
        event = self.event
        own = event.owner == caller.id or event.owner_team in caller.team_ids
        return own and event.kind != ADMIN_ALERT

    @cached_property
    def message_of_order(self) -> OrderEvent | None:
        """For the stream of the one order; None for an event that this version does not know."""
        return self._message(self._ids.resume_tokens.of_order(self.event.aggregate_id, self.sequence))

    @cached_property
    def message_of_many(self) -> OrderEvent | None:
        """For a stream of many orders; None for an event that this version does not know."""
        return self._message(self._ids.resume_tokens.of_feed(self.position))

    def _message(self, resume_token: str) -> OrderEvent | None:
        if self._content is None:
            return None
        event = self.event
        return OrderEvent(
            resume_token=resume_token,
            sequence=event.sequence,
            event_time=event.occurred_on,
            order_id=self._ids.of_order(event.aggregate_id),
            **self._content,
        )

    @cached_property
    def _content(self) -> Mapping[str, Any] | None:
        make = _CONTENTS.get(self.event.kind)
        return make(self.event.payload, self._ids) if make else None


def snapshot(order: OrderView, ids: OrderIds, *, at: datetime) -> OrderEvent:
    """The present state of the order."""
    return OrderEvent(
        resume_token=ids.resume_tokens.of_order(order.id, order.sequence),
        sequence=order.sequence,
        event_time=at,
        order_id=ids.of_order(order.id),
        order_snapshot=OrderSnapshot(order=order_message(order, ids)),
    )


def heartbeat_of_order(order_id: int, sequence: int, ids: OrderIds, *, at: datetime) -> OrderEvent:
    """Nothing has happened to the order since `sequence`."""
    return OrderEvent(
        resume_token=ids.resume_tokens.of_order(order_id, sequence),
        sequence=sequence,
        event_time=at,
        order_id=ids.of_order(order_id),
        heartbeat=Heartbeat(),
    )


def heartbeat_of_many(position: int, ids: OrderIds, *, at: datetime) -> OrderEvent:
    """Nothing has happened since `position` that concerns this stream."""
    return OrderEvent(resume_token=ids.resume_tokens.of_feed(position), event_time=at, heartbeat=Heartbeat())


def ending(error: AppError, last: OrderEvent, *, of_order: bool, at: datetime) -> OrderEvent:
    """The last message of a stream that cannot continue, and may be resumed after the message `last`."""
    return OrderEvent(
        resume_token=last.resume_token,
        sequence=last.sequence if of_order else 0,
        event_time=at,
        order_id=last.order_id if of_order else "",
        error=to_status(error),
    )


def _order(payload: Mapping[str, Any], ids: OrderIds) -> Order:
    return order_message(_ORDERS.validate_python(payload["order"]), ids)


def _created(payload: Mapping[str, Any], ids: OrderIds) -> Mapping[str, Any]:
    return {"order_created": OrderCreated(order=_order(payload, ids))}


def _created_with_incentive(payload: Mapping[str, Any], _ids: OrderIds) -> Mapping[str, Any]:
    currency = payload["currency"]
    discounts = _DISCOUNTS.validate_python(payload["discounts"])
    created = OrderCreatedWithIncentive(
        discounts=[discount_message(discount, currency) for discount in discounts],
        sub_total=amount_message(Decimal(payload["sub_total"]), currency),
        discount_total=amount_message(Decimal(payload["discount_total"]), currency),
        total_amount=amount_message(Decimal(payload["total_amount"]), currency),
    )
    return {"order_created_with_incentive": created}


def _status_changed(payload: Mapping[str, Any], ids: OrderIds) -> Mapping[str, Any]:
    change = OrderStatusChanged(
        from_status=OrderStatus[Status(payload["from"]).name],
        to_status=OrderStatus[Status(payload["to"]).name],
        order=_order(payload, ids),
    )
    return {"order_status_changed": change}


def _payment_attempt(payload: Mapping[str, Any], _ids: OrderIds) -> Mapping[str, Any]:
    attempt = PaymentAttempt(
        number=payload["number"],
        outcome=PaymentOutcomeMessage[PaymentOutcome(payload["outcome"]).name],
        next_attempt_time=_TIMES.validate_python(payload["next_attempt_time"]),
    )
    return {"payment_attempt": attempt}


def _payment_refund(payload: Mapping[str, Any], ids: OrderIds) -> Mapping[str, Any]:
    refund = PaymentRefund(
        amount=amount_message(Decimal(payload["amount"]), payload["currency"]),
        state=RefundStateMessage[RefundState(payload["state"]).name],
        order=_order(payload, ids),
    )
    return {"payment_refund": refund}


def _admin_alert(payload: Mapping[str, Any], _ids: OrderIds) -> Mapping[str, Any]:
    return {"admin_alert": AdminAlert(summary=payload["summary"], detail=payload["detail"])}


def _inventory_status(payload: Mapping[str, Any], _ids: OrderIds) -> Mapping[str, Any]:
    stocks = _STOCKS.validate_python(payload["items"])
    return {"inventory_status": InventoryStatus(items=[stock_message(stock) for stock in stocks])}


_CONTENTS: Mapping[str, Callable[[Mapping[str, Any], OrderIds], Mapping[str, Any]]] = {
    ORDER_CREATED: _created,
    ORDER_CREATED_WITH_INCENTIVE: _created_with_incentive,
    ORDER_STATUS_CHANGED: _status_changed,
    PAYMENT_ATTEMPT: _payment_attempt,
    PAYMENT_REFUND: _payment_refund,
    ADMIN_ALERT: _admin_alert,
    INVENTORY_STATUS: _inventory_status,
}
