"""Commit: turn the hold of an order into a sale. Shares batches and their handler with Reserve."""

from __future__ import annotations

from collections.abc import Collection, Hashable
from dataclasses import dataclass

from chassis.mediator import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit(Command[None]):
    """Refused with ReservationNotFound, AwaitingStock, ReservationReleased, or HoldSuperseded for an old `revision`.

    An expired reservation that cannot be reserved again is refused with OutOfStock or IncentiveInvalid. `paid`: the
    order earns its points.
    """

    order_id: int
    revision: int = 0
    paid: bool = True

    @property
    def locks(self) -> Collection[Hashable]:
        return [("order", self.order_id)]
