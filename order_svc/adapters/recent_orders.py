"""Orders as this process has placed them, for the command that changes them next: an optimistic one reads nothing then.

Almost every order is paid a moment after it was placed, by the same process. That it is still as it was placed is made
sure of by its version, when that command commits.
"""

from __future__ import annotations

from collections.abc import Iterable

from order_svc.domain.order import Order

# Those that others pay, or nobody soon, make room for new ones.
_ROOM = 1000


class RecentOrders:
    """Hands each order out once: whoever gets it may change it."""

    def __init__(self) -> None:
        self._orders: dict[int, Order] = {}

    def keep(self, orders: Iterable[Order]) -> None:
        """These were just committed, and nobody else has them."""
        self._orders.update((order.id, order) for order in orders)
        while len(self._orders) > _ROOM:
            del self._orders[next(iter(self._orders))]

    def take(self, order_ids: Iterable[int]) -> dict[int, Order]:
        """Those that are known, by id."""
        return {id: order for id in order_ids if (order := self._orders.pop(id, None)) is not None}
