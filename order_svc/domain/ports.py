"""What the use cases of this service need from the outside, within one transaction.

In an optimistic unit of work nothing is locked: it commits only if what it would have locked has not changed meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from order_svc.domain.order import Order
from order_svc.domain.refund import Refund


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
        """Writes what the aggregates changed, but for their items."""
        ...

    async def save_items(self, order: Order) -> None:
        """Writes the items and discounts of an order that was locked; missing ones are removed, new items are added."""
        ...

    async def placed_holds(self, order_ids: Sequence[int]) -> set[int]:
        """Those under which an order is stored, or which one took in when it was changed; locks nothing."""
        ...


class Refunds(Protocol):
    """The refunds of orders that this transaction has locked."""

    async def of(self, order_id: int) -> list[Refund]:
        """All of an order, in the order of their promise."""
        ...

    async def add(self, refund: Refund, order: Order) -> None:
        """Writes a new one of `order`."""
        ...

    async def save(self, refund: Refund) -> None:
        """Writes when it was given."""
        ...
