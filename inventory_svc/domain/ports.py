"""What commands need of the database, all within one transaction.

Locks are taken in one order, so that transactions do not deadlock: all stock first, then reservations, then incentives.
A change to a reservation locks the stock of its items, so that released stock can go to backorders at once.

In an optimistic unit of work nothing is locked: it commits only if what it would have locked has not changed meanwhile.
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
    """The product that has a SKU; `is_deleted` when it, or the item, was deleted."""

    product_id: int
    is_deleted: bool


class Products(Protocol):
    """The products of the shop."""

    async def owners(self, skus: Sequence[str]) -> Mapping[str, SkuOwner]:
        """Those of `skus` that an item has, deleted ones included, and whose they are, by their key."""
        ...

    async def add(self, product: Product) -> Product:
        """Stores a new product with its parts and initial stock; returns it with ids, version and times.

        Raises Conflict when another transaction was first with one of the SKUs.
        """
        ...

    async def lock(self, product_id: int) -> Product | None:
        """A product with all its parts, deleted or not, locked until the transaction ends."""
        ...

    async def save(self, product: Product) -> Product:
        """Stores what differs from what was locked, as the next version; new parts get ids, new items a first stock.

        Answers the product as it is stored. Raises Conflict like `add`.
        """
        ...


class Stocks(Protocol):
    """The stock of all items."""

    async def lock(self, item_ids: Iterable[int] = (), *, of_orders: Iterable[int] = ()) -> StockBatch:
        """Locks the items that exist, and those reserved for these orders, in the order of their ids, until the end."""
        ...

    async def look(self, item_ids: Iterable[int]) -> StockBatch:
        """The same without locks, for previews."""
        ...

    async def levels(self, item_ids: Iterable[int]) -> list[StockLevel]:
        """The current stock of the items that exist, by their ids; locks nothing."""
        ...

    async def note_adjustment(self, product_item_id: int, delta: int, reason: str) -> None:
        """Records who changed the stock, by how much and why."""
        ...

    async def save(self, stock_batch: StockBatch) -> None:
        """Adds the changes to the counters."""
        ...


class Reservations(Protocol):
    """The reservations of all orders. What `lock…` answers stays locked until the transaction ends."""

    async def lock(self, order_ids: Iterable[int]) -> dict[int, Reservation]:
        """The reservations that exist, by order id."""
        ...

    async def lock_requested(self, request_keys: Iterable[str], order_ids: Iterable[int]) -> list[Reservation]:
        """The reservations of these requests or these orders."""
        ...

    async def find(self, order_id: int) -> Reservation | None:
        """One reservation as it is now; locks nothing."""
        ...

    async def find_expired(self, limit: int, *, grace: timedelta) -> list[int]:
        """The orders whose time is up by the database's clock; locks nothing.

        Of those that are not known to be placed, the ones whose time has been up for `grace`.
        """
        ...

    async def find_unplaced(self, limit: int) -> list[int]:
        """The orders whose time is up and that are not known to be placed; locks nothing."""
        ...

    async def find_withdrawn(self, limit: int) -> list[int]:
        """The placed orders that wait for an item that is no longer sold; locks nothing."""
        ...

    async def shorten(self, longest: timedelta) -> None:
        """Ends every hold after `longest` from now at the latest: a longer one was made while the clock was ahead."""
        ...

    async def lock_expired(self, order_ids: Iterable[int]) -> list[Reservation]:
        """Those that are still due, except those that other transactions have locked."""
        ...

    async def lock_waiting(self, pieces: Mapping[int, int]) -> list[Reservation]:
        """The first backorders of each item that the given number of pieces can serve; `pieces` by item id."""
        ...

    async def add(self, reservations: Sequence[Reservation]) -> None:
        """Stores new reservations. Raises Conflict when another transaction has the request key or order id."""
        ...

    async def save(self, reservations: Sequence[Reservation]) -> None:
        """Stores state, expiry and whether the order is placed."""
        ...

    async def save_amended(self, reservations: Sequence[Reservation]) -> None:
        """Stores state, expiry, revision, discounts, points and other lines than there were."""
        ...

    async def save_re_reserved(self, reservations: Sequence[Reservation]) -> None:
        """Stores state, expiry, lines, discounts and points."""
        ...


class Incentives(Protocol):
    """The discount codes and who used them, and the points of shoppers."""

    async def lock(self, lock_requests: Iterable[IncentiveLocks]) -> IncentiveSet:
        """The incentives and points that the arguments name, locked until the transaction ends; no query for none."""
        ...

    async def look(self, incentive_locks: IncentiveLocks) -> IncentiveSet:
        """The same without locks, for previews."""
        ...

    async def save(self, incentive_set: IncentiveSet) -> None:
        """Stores uses and redemptions."""
        ...

    async def points_of(self, user_id: str) -> int:
        """A shopper's points; below 0 when the order that earned them was released after they were spent."""
        ...

    async def id_of(self, code: str) -> int | None:
        """The id of the incentive with this code, if there is one."""
        ...

    async def add(self, incentive: Incentive) -> Incentive:
        """Stores a new incentive and returns it with its id. Raises Conflict when another transaction has the code."""
        ...

    async def get(self, incentive_id: int) -> Incentive:
        """An incentive, locked until the transaction ends. Raises IncentiveNotFound."""
        ...

    async def replace(self, incentive: Incentive) -> None:
        """Stores an edited incentive; its uses stay as they are."""
        ...
