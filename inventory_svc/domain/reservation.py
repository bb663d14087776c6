"""Reservation: stock held for an order until sold, given back, or out of time. Repeating a step changes nothing.

The codes that its order uses are redeemed as long as the stock is held or sold, and free again with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum

from chassis.errors import AppError
from inventory_svc.domain.errors import ReservationReleased, StillWaiting
from inventory_svc.domain.offers import Claim, Offers
from inventory_svc.domain.pricing import Quote
from inventory_svc.domain.stock import HeldLine, ItemStock, Line, Shelf, together


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
    """What is held for one order. `expire_at` is by the database's clock; None: it does not end by itself.

    `sold` says that it was committed since it was last held, even if it was restocked after that. `revision` counts
    the changes of its order that it has followed. `stands` tells how the stock of its items stood when it was held; it
    is not stored. `version` says which one was read.
    """

    order_id: int
    request_key: str
    fingerprint: str
    user_id: str
    currency: str
    state: ReservationState
    lines: tuple[HeldLine, ...]
    expire_at: datetime | None
    sold: bool = False
    revision: int = 0
    quote: Quote = field(default_factory=Quote)
    stands: tuple[ItemStock, ...] = field(default=(), compare=False)
    version: str = field(default="", compare=False)

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
        self.state, self.sold = state_of(lines), False

    def hold_again(self, shelf: Shelf, offers: Offers) -> None:
        """Takes what it had, at the prices it had. Raises OutOfStock or IncentiveInvalid; then nothing is taken."""
        shelf.hold_again(self.lines)
        self._redeem(self.lines, shelf, offers)
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
        if self.state is ReservationState.BACKORDERED:
            raise StillWaiting.of(self.order_id)
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
            self._give_back(shelf)
        if self.state is not ReservationState.EXPIRED:
            offers.give_back(self.quote, self.order_id, self.user_id)
        self.state = ReservationState.RELEASED
        return True

    def expire(self, shelf: Shelf, offers: Offers) -> None:
        """Gives back what is held, because its time is up."""
        self._give_back(shelf)
        offers.give_back(self.quote, self.order_id, self.user_id)
        self.state = ReservationState.EXPIRED

    def place_of(self, product_item_id: int) -> int:
        """Its place in the queue of an item; 0 when it never waited there."""
        return next((line.place for line in self.lines if line.product_item_id == product_item_id), 0)

    def fill(self, product_item_id: int, shelf: Shelf) -> bool:
        """Holds what has come of an item it waits for, and is HELD once it has everything; False if nothing came."""
        if self.state is not ReservationState.BACKORDERED:
            return False
        lines = tuple(shelf.fill(line) if line.product_item_id == product_item_id else line for line in self.lines)
        came = lines != self.lines
        self.lines, self.state = lines, state_of(lines)
        return came

    def keep(self, shelf: Shelf, offers: Offers) -> bool:
        """Its order was placed and waits for stock: it does not end by itself any more. False if it is settled.

        One that had ended before that was known takes what there is, and a new place for the rest; raises what
        Shelf.hold and Offers.redeem raise, and then takes nothing.
        """
        if self.state is ReservationState.EXPIRED:
            lines = shelf.hold_or_wait(self.lines)
            self._redeem(lines, shelf, offers)
            self.lines, self.state = lines, state_of(lines)
        elif self.state not in (ReservationState.BACKORDERED, ReservationState.HELD):
            return False
        self.expire_at = None
        return True

    def _redeem(self, lines: tuple[HeldLine, ...], shelf: Shelf, offers: Offers) -> None:
        try:
            offers.redeem(self.quote, self.order_id, self.user_id)
        except AppError:
            shelf.give_back(lines)
            raise

    def _give_back(self, shelf: Shelf) -> None:
        shelf.give_back(self.lines)
        self.lines = tuple(replace(line, backordered=0, place=0) for line in self.lines)


def state_of(lines: Iterable[HeldLine]) -> ReservationState:
    """Of what was just taken: HELD, or BACKORDERED where some of it is waited for."""
    waits = any(line.backordered for line in lines)
    return ReservationState.BACKORDERED if waits else ReservationState.HELD
