"""Orders that this process has just placed, so that the next command on an order need not read it.

Almost every order is paid a moment after it was placed, by the same process. When that command commits, the version of
the order guards against changes by others.
"""

from __future__ import annotations

from collections.abc import Iterable

from order_svc.domain.order import Order

# When full, the oldest orders are dropped.
_ROOM = 1000


class RecentOrders:
    """Removes the orders from the cache: the caller may change them."""

    def __init__(self) -> None:
        self._orders: dict[int, Order] = {}

    def keep(self, orders: Iterable[Order]) -> None:
        """Adds orders that were just committed and are referenced nowhere else."""
        self._orders.update((order.id, order) for order in orders)
        while len(self._orders) > _ROOM:
            del self._orders[next(iter(self._orders))]

    def take(self, order_ids: Iterable[int]) -> dict[int, Order]:
        """The cached orders, by id."""
        return {id: order for id in order_ids if (order := self._orders.pop(id, None)) is not None}
