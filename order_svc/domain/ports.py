"""What the use cases of this service need from the outside, within one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from order_svc.domain.order import Order


class Orders(Protocol):
    """The orders of the write side, as this transaction sees them."""

    async def add(self, orders: Sequence[Order]) -> None:
        """Writes new orders."""
        ...

    async def get(self, order_id: int) -> Order:
        """One order, locked. Raises OrderNotFound when there is none, or it is not the caller's to see."""
        ...

    async def find(self, order_ids: Sequence[int]) -> dict[int, Order]:
        """The orders there are among those, by id, locked in order of id."""
        ...

    async def save(self, orders: Sequence[Order]) -> None:
        """Writes what the aggregates changed."""
        ...
