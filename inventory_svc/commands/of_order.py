"""The base of commands for one order's stock."""

from __future__ import annotations

from collections.abc import Collection, Hashable
from dataclasses import dataclass
from typing import TypeVar

from chassis.mediator import Command

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class OfOrder(Command[Result]):
    """Commands for one order are handled one after the other."""

    order_id: int

    @property
    def locks(self) -> Collection[Hashable]:
        return [("order", self.order_id)]
