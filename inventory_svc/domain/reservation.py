"""Reservation: stock held for an order until sold, given back, or out of time. Repeating a step changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from inventory_svc.domain.errors import ReservationReleased
from inventory_svc.domain.stock import HeldLine, Line, Shelf


class ReservationState(Enum):
    """What became of a reservation; the names are those of the contract."""

    HELD = "HELD"
    BACKORDERED = "BACKORDERED"
    COMMITTED = "COMMITTED"
    RELEASED = "RELEASED"
    EXPIRED = "EXPIRED"


_GIVEN_BACK = frozenset({ReservationState.RELEASED, ReservationState.EXPIRED})


@dataclass(slots=True, kw_only=True)
class Reservation:
    """What is held for one order. `expire_at` is by the database's clock.

    `sold` says that it was committed since it was last held, even if it was restocked after that.
    """

    order_id: int
    request_key: str
    fingerprint: str
    user_id: str
    currency: str
    state: ReservationState
    lines: tuple[HeldLine, ...]
    expire_at: datetime
    sold: bool = False

    @property
    def item_ids(self) -> list[int]:
        return [line.product_item_id for line in self.lines]

    def renew(self, lines: tuple[Line, ...], shelf: Shelf, ttl: timedelta) -> bool:
        """Holds for another `ttl`: longer if it is still held, else anew at the prices of now. False if it is sold.

        Raises what Shelf.hold raises; then it stays as it was.
        """
        if self.state in _GIVEN_BACK:
            self.lines = shelf.hold(lines, self.currency)
            self.state, self.sold = ReservationState.HELD, False
        elif self.state is not ReservationState.HELD:
            return False
        self.expire_at = shelf.now + ttl
        return True

    def commit(self, shelf: Shelf) -> bool:
        """Sells what is held; False if that has been done. One that expired is taken anew, or OutOfStock.

        One that was released is ReservationReleased: a commit that was under way when its order was stopped comes
        after the release, and must not take the stock again. A hold that is past its time and still there is sold:
        until the reaper has its row, its stock is held.
        """
        if self.sold:
            # Restocked or not: a commit that comes again must not sell a second time.
            return False
        if self.state is ReservationState.RELEASED:
            raise ReservationReleased.of(self.order_id)
        if self.state is ReservationState.EXPIRED:
            shelf.hold_again(self.lines)
        shelf.sell(self.lines)
        self.state, self.sold = ReservationState.COMMITTED, True
        return True

    def release(self, shelf: Shelf) -> bool:
        """Gives back what is held, restocks what is sold; False if it was released already."""
        if self.state is ReservationState.RELEASED:
            return False
        if self.state is ReservationState.COMMITTED:
            shelf.restock(self.lines)
        elif self.state is not ReservationState.EXPIRED:
            shelf.give_back(self.lines)
        self.state = ReservationState.RELEASED
        return True

    def expire(self, shelf: Shelf) -> None:
        """Gives back what is held, because its time is up."""
        shelf.give_back(self.lines)
        self.state = ReservationState.EXPIRED
