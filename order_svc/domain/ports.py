"""The repositories that the use cases of this service need, within one transaction.

An optimistic unit of work locks nothing: it commits only if the rows it would have locked are unchanged.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from order_svc.domain.order import Order
from order_svc.domain.refund import Refund


class Ids(Protocol):
    """Provides unique ids."""

    async def next(self) -> int: ...


class OrderNumbers(Ids, Protocol):
    """Ids in blocks, of which others may be taken already after a restore."""

    def skip(self, taken: int) -> None:
        """Assigns no more ids of the block that has this one."""


class Orders(Protocol):
    """The orders of the write side, as this transaction sees them."""

    async def add(self, orders: Sequence[Order]) -> None:
        """Writes new orders."""

    async def get(self, order_id: int) -> Order:
        """One order, locked. Raises OrderNotFound if there is none, or the caller may not see it."""

    async def find(self, order_ids: Sequence[int]) -> dict[int, Order]:
        """The existing orders of these ids, by id, locked in order of id."""

    async def save(self, orders: Sequence[Order]) -> None:
        """Writes the changes of the aggregates, except for their items."""

    async def save_items(self, order: Order) -> None:
        """Writes the items and discounts of a locked order: missing ones are removed, new ones added."""

    async def placed_holds(self, order_ids: Sequence[int]) -> set[int]:
        """The subset of ids that belong to an order, as its id or as a hold that it took over; locks nothing."""

    async def unsold_holds(self, order_ids: Sequence[int]) -> set[int]:
        """The subset of ids whose stock an open job is to sell, or to merge into an order, or whose charge is open.

        Locks nothing.
        """


class PlacedOrders(Protocol):
    """The orders of the write side as of now, unlocked: for what is prepared before an order is changed."""

    async def read(self, order_id: int) -> Order:
        """Raises OrderNotFound if there is no such order, or the caller may not see it."""

    async def has_open_job(self, kind: str, key: str) -> bool:
        """Whether the job exists and is not done or discarded."""


class Refunds(Protocol):
    """Writes the refunds of locked orders, which have been read with them."""

    async def add(self, refund: Refund, order: Order) -> None:
        """Writes a new refund of `order`."""

    async def save(self, refund: Refund) -> None:
        """Writes the time at which the provider paid it."""


class OpenJobs(Protocol):
    """Jobs that have not ended, whoever holds their leases, within the caller's transaction."""

    async def withdraw(self, kind: str, key: str, why: str) -> str | None:
        """Discards a superseded job for good and returns its secret, or None if there is no such job or it has ended.

        A worker that is running the job loses its lease: its external effects may still happen, unrecorded.
        """

    async def withdraw_dead(self, kind: str, key: str, why: str) -> bool:
        """Discards for good a job that is DEAD. Returns False, and changes nothing, if there is none."""

    async def is_open(self, kind: str, key: str) -> bool:
        """Whether the job exists and is not done or discarded."""

    async def is_pending(self, kind: str, key: str) -> bool:
        """Whether the job exists and goes on by itself: it is READY or RUNNING."""
