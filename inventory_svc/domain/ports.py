"""What commands need of the database, all within one transaction.

Whoever locks both reservations and stock locks the reservations first: in one order, so nobody deadlocks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from inventory_svc.domain.product import Product
from inventory_svc.domain.reservation import Reservation
from inventory_svc.domain.stock import Shelf


class Products(Protocol):
    """The products of the shop."""

    async def skus_in_use(self, skus: Sequence[str]) -> set[str]:
        """Those of `skus` that an item has, deleted ones included."""
        ...

    async def add(self, product: Product) -> Product:
        """Stores a new product with its parts and first stock; answers it with ids, version and times.

        Raises Conflict when another transaction was first with one of the SKUs.
        """
        ...


class Stocks(Protocol):
    """The stock of all items."""

    async def lock(self, item_ids: Iterable[int]) -> Shelf:
        """Locks the items that exist, in the order of their ids, until the transaction ends."""
        ...

    async def save(self, shelf: Shelf) -> None:
        """Adds what moved to the counters."""
        ...


class Reservations(Protocol):
    """The reservations of all orders. What `lock…` answers stays locked until the transaction ends."""

    async def lock(self, order_ids: Iterable[int]) -> dict[int, Reservation]:
        """Those that exist, by order id."""
        ...

    async def lock_requested(self, request_keys: Iterable[str], order_ids: Iterable[int]) -> list[Reservation]:
        """Those of these requests or these orders."""
        ...

    async def lock_expired(self, limit: int) -> list[Reservation]:
        """Holds whose time is up by the database's clock, passing over those that somebody else has locked."""
        ...

    async def add(self, reservations: Sequence[Reservation]) -> None:
        """Stores new ones. Raises Conflict when another transaction was first with a request key or order id."""
        ...

    async def save(self, reservations: Sequence[Reservation]) -> None:
        """Stores state and expiry."""
        ...

    async def save_renewed(self, reservations: Sequence[Reservation]) -> None:
        """Stores state, expiry and lines."""
        ...
