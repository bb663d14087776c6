"""Errors about an order as a whole."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.errors import AppError, FieldViolation, Kind
from order_svc.domain.order_data import OrderData


class OrderNotFound(AppError):
    kind, reason = Kind.NOT_FOUND, "ORDER_NOT_FOUND"

    @classmethod
    def of(cls) -> OrderNotFound:
        return cls("there is no such order")


class TeamNotFound(AppError):
    """The caller places an order for a team, and is no member of it. Whether there is such a team is not told."""

    kind, reason = Kind.NOT_FOUND, "TEAM_NOT_FOUND"

    @classmethod
    def of(cls, field: str) -> TeamNotFound:
        why = "must be one of your own teams; whoever has just joined one refreshes the access token"
        return cls(f"{field} {why}", violations=[FieldViolation(field, why)])


class OrderChanged(AppError):
    """What was prepared for an order is not for its present state: it is read and prepared again."""

    kind, reason = Kind.ABORTED, "ORDER_CHANGED"

    @classmethod
    def of(cls) -> OrderChanged:
        return cls("the order is being changed by others; try again")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a change of the order could not be prepared, when the database had this version."""

    error: AppError
    stored_version: int


def not_prepared(order: OrderData, refusal: Refusal | None) -> AppError:
    """The error for a change that is not prepared: the refusal only if the order is still the same."""
    return refusal.error if refusal and refusal.stored_version == order.stored_version else OrderChanged.of()
