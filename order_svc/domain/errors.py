"""Errors about an order as a whole."""

from __future__ import annotations

from chassis.errors import AppError, Kind


class OrderNotFound(AppError):
    kind, reason = Kind.NOT_FOUND, "ORDER_NOT_FOUND"

    @classmethod
    def of(cls, order_id: int) -> OrderNotFound:
        return cls(f"there is no order {order_id}", metadata={"orderId": str(order_id)})


class OrderChanged(AppError):
    """What was prepared for an order is not for its present state: it is read and prepared again."""

    kind, reason = Kind.ABORTED, "ORDER_CHANGED"

    @classmethod
    def of(cls, order_id: int) -> OrderChanged:
        return cls(f"order {order_id} is being changed by others; try again", metadata={"orderId": str(order_id)})
