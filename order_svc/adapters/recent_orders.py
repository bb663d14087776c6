"""Orders that this process has just placed, so that the command which changes one next does not read it.

Almost every order is paid a moment after it was placed, by the same process. Its version guards against changes by
others when that command commits.
"""

from __future__ import annotations

from collections.abc import Iterable

from order_svc.domain.order import Order

# The oldest make room for new ones.
_ROOM = 1000


class RecentOrders:
    """Gives each order away once: its new owner may change it."""

    def __init__(self) -> None:
        self._orders: dict[int, Order] = {}

    def keep(self, orders: Iterable[Order]) -> None:
        """Orders that were just committed, and are referenced nowhere else."""
        self._orders.update((order.id, order) for order in orders)
        while len(self._orders) > _ROOM:
            del self._orders[next(iter(self._orders))]

    def take(self, order_ids: Iterable[int]) -> dict[int, Order]:
        """The orders that are kept, by id."""
        return {id: order for id in order_ids if (order := self._orders.pop(id, None)) is not None}
