"""The repositories that commands use, all within one transaction.

Locks are taken in one order, so that transactions do not deadlock: all stock first, then reservations, then incentives.
A change to a reservation locks the stock of its items, so that released stock can go to backorders at once.

An optimistic unit of work takes no locks: it commits only if the rows that it would have locked have not changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from inventory_svc.domain.incentive import Incentive
from inventory_svc.domain.incentive_set import IncentiveLocks, IncentiveSet
from inventory_svc.domain.product import Product
from inventory_svc.domain.reservation import Reservation
from inventory_svc.domain.stock import StockBatch, StockLevel


@dataclass(frozen=True, slots=True)
class SkuOwner:
    """The product that has a SKU; `is_deleted` when the product or the item was deleted."""

    product_id: int
    is_deleted: bool


class Products(Protocol):
    """The products of the shop."""

    async def owners(self, skus: Sequence[str]) -> Mapping[str, SkuOwner]:
        """The `skus` that an item has, deleted items included, and the owners, by key. Locks the SKUs."""

    async def add(self, product: Product) -> Product:
        """Stores a new product with its parts and initial stock; returns it with ids, version and times.

        An `id` that it has is kept. Raises Conflict when another transaction has taken the id or one of the SKUs first.
        """

    async def lock(self, product_id: int) -> Product | None:
        """A product with all its parts, deleted or not, locked until the transaction ends."""

    async def save(self, product: Product) -> Product:
        """Stores the differences from the locked product as the next version; new parts get ids, new items a stock row.

        Returns the product as stored. Raises Conflict like `add`.
        """


class Stocks(Protocol):
    """The stock of all items."""

    async def lock(self, item_ids: Iterable[int] = (), *, of_orders: Iterable[int] = ()) -> StockBatch:
        """Locks the existing items, and those reserved for these orders, in id order, until the transaction ends."""

    async def look(self, item_ids: Iterable[int]) -> StockBatch:
        """The same without locks, for previews."""

    async def levels(self, item_ids: Iterable[int]) -> list[StockLevel]:
        """The current stock of the existing items, by id; locks nothing."""

    async def note_adjustment(self, product_item_id: int, delta: int, reason: str) -> None:
        """Records who changed the stock, by how much and why."""

    async def save(self, stock_batch: StockBatch) -> None:
        """Adds the changes to the counters."""


class Reservations(Protocol):
    """The reservations of all orders. Results of `lock…` stay locked until the transaction ends."""

    async def lock(self, order_ids: Iterable[int]) -> dict[int, Reservation]:
        """The reservations that exist, by order id."""

    async def lock_requested(self, request_keys: Iterable[str], order_ids: Iterable[int]) -> list[Reservation]:
        """The reservations of these requests or these orders."""

    async def find(self, order_id: int) -> Reservation | None:
        """One reservation as it is now; locks nothing."""

    async def find_due(self, limit: int, *, after: int) -> list[int]:
        """The orders with ids above `after` whose holds have expired by the database's clock, by id; no locks."""

    async def find_withdrawn(self, limit: int, *, after: int) -> list[int]:
        """The placed orders with ids above `after` that wait for an item that is no longer sold, by id; no locks."""

    async def shorten(self, longest: timedelta) -> None:
        """Limits every hold to `longest` from now: a longer hold was made while the clock was ahead."""

    async def lock_expired(self, order_ids: Iterable[int]) -> list[Reservation]:
        """The reservations that are still due, except those locked by other transactions."""

    async def lock_waiting(self, pieces: Mapping[int, int]) -> list[Reservation]:
        """The first backorders of each item that the given pieces can serve; `pieces` by item id."""

    async def add(self, reservations: Sequence[Reservation]) -> None:
        """Stores new reservations. Raises Conflict when another transaction has the request key or order id."""

    async def save(self, reservations: Sequence[Reservation]) -> None:
        """Stores state, expiry and whether the order is placed."""

    async def save_amended(self, reservations: Sequence[Reservation]) -> None:
        """Stores state, expiry, revision, discounts and points, and replaces the lines."""

    async def save_re_reserved(self, reservations: Sequence[Reservation]) -> None:
        """Stores state, expiry, lines, discounts and points."""


class Incentives(Protocol):
    """The discount codes and who used them, and the points of shoppers."""

    async def lock(self, lock_requests: Iterable[IncentiveLocks]) -> IncentiveSet:
        """The requested incentives and points, locked until the transaction ends; no query for an empty request."""

    async def look(self, incentive_locks: IncentiveLocks) -> IncentiveSet:
        """The same without locks, for previews."""

    async def save(self, incentive_set: IncentiveSet) -> None:
        """Stores uses and redemptions."""

    async def points_of(self, user_id: str) -> int:
        """A shopper's points; below 0 when the order that earned them was released after they were spent."""

    async def id_of(self, code: str) -> int | None:
        """The id of the incentive with this code, if there is one."""

    async def add(self, incentive: Incentive) -> Incentive:
        """Stores a new incentive and returns it with its id. Raises Conflict when another transaction has the code."""

    async def get(self, incentive_id: int) -> Incentive:
        """An incentive, locked until the transaction ends. Raises IncentiveNotFound."""

    async def replace(self, incentive: Incentive) -> Incentive:
        """Stores an edited incentive; its uses do not change."""
