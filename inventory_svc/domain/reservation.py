"""Reservation: stock held for an order until sold, given back, or out of time. Repeating a step changes nothing.

The codes that its order uses are redeemed as long as the stock is held or sold, and free again with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from chassis.errors import AppError
from inventory_svc.domain.errors import ReservationReleased
from inventory_svc.domain.offers import Claim, Offers
from inventory_svc.domain.pricing import Quote
from inventory_svc.domain.stock import HeldLine, Line, Shelf, together


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

    `sold` says that it was committed since it was last held, even if it was restocked after that. `revision` counts
    the changes of its order that it has followed.
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
    revision: int = 0
    quote: Quote = field(default_factory=Quote)

    @property
    def is_given_back(self) -> bool:
        return self.state in _GIVEN_BACK

    @property
    def item_ids(self) -> list[int]:
        return [line.product_item_id for line in self.lines]

    @property
    def claim(self) -> Claim:
        """What it needs of the offers, to take it again or to give it back."""
        return Claim(
            user_id=self.user_id,
            incentive_ids=self.quote.incentive_ids,
            spends_points=self.is_given_back and self.quote.points_spent > 0,
        )

    def is_for(self, user_id: str, currency: str, lines: Iterable[Line]) -> bool:
        """Whether this is what was asked for, codes and points apart."""
        asked = {line.product_item_id: line.quantity for line in together(lines)}
        held = {line.product_item_id: line.quantity for line in self.lines}
        return (user_id, currency, asked) == (self.user_id, self.currency, held)

    def hold_anew(self, lines: tuple[HeldLine, ...], quote: Quote) -> None:
        """It holds what was taken for it just now, at the prices of now."""
        self.lines, self.quote = lines, quote
        self.state, self.sold = ReservationState.HELD, False

    def hold_again(self, shelf: Shelf, offers: Offers) -> None:
        """Takes what it had, at the prices it had. Raises OutOfStock or IncentiveInvalid; then nothing is taken."""
        shelf.hold_again(self.lines)
        try:
            offers.redeem(self.quote, self.order_id, self.user_id)
        except AppError:
            shelf.give_back(self.lines)
            raise
        self.state, self.sold = ReservationState.HELD, False

    def commit(self, shelf: Shelf, offers: Offers) -> bool:
        """Sells what is held; False if that has been done. One that expired is taken again, as in `hold_again`.

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
            self.hold_again(shelf, offers)
        shelf.sell(self.lines)
        self.state, self.sold = ReservationState.COMMITTED, True
        return True

    def release(self, shelf: Shelf, offers: Offers) -> bool:
        """Gives back what is held, restocks what is sold; False if it was released already."""
        if self.state is ReservationState.RELEASED:
            return False
        if self.state is ReservationState.COMMITTED:
            shelf.restock(line.kept for line in self.lines)
        elif self.state is not ReservationState.EXPIRED:
            shelf.give_back(self.lines)
        if self.state is not ReservationState.EXPIRED:
            offers.give_back(self.quote, self.order_id, self.user_id)
        self.state = ReservationState.RELEASED
        return True

    def expire(self, shelf: Shelf, offers: Offers) -> None:
        """Gives back what is held, because its time is up."""
        shelf.give_back(self.lines)
        offers.give_back(self.quote, self.order_id, self.user_id)
        self.state = ReservationState.EXPIRED
