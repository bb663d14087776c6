"""Commit: turn the hold of an order into a sale. Shares batches and their handler with Reserve."""

from __future__ import annotations

from dataclasses import dataclass

from inventory_svc.commands.of_order import OfOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit(OfOrder[None]):
    """Refused with ReservationNotFound, AwaitingStock, ReservationReleased, or HoldSuperseded for an old `revision`.

    An expired reservation that cannot be reserved again is refused with OutOfStock or IncentiveInvalid. `paid`: the
    order earns its points.
    """

    revision: int = 0
    paid: bool = True
