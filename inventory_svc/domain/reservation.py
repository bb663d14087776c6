"""Reservation: stock held for an order until it is sold, released or expired. Steps can be repeated safely.

The codes of the order are redeemed while the stock is held or sold, and are released with the stock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from types import MappingProxyType

from chassis.errors import AppError
from inventory_svc.domain.errors import AwaitingStock, HoldSuperseded, ReservationReleased
from inventory_svc.domain.incentive_set import IncentiveLocks, IncentiveSet
from inventory_svc.domain.lines import HeldLine, Line, pieces_of, together
from inventory_svc.domain.pricing import Quote
from inventory_svc.domain.stock import ItemAvailability, StockBatch


class ReservationState(Enum):
    """The state of a reservation; the names are those of the contract."""

    HELD = "HELD"
    BACKORDERED = "BACKORDERED"
    COMMITTED = "COMMITTED"
    RELEASED = "RELEASED"
    EXPIRED = "EXPIRED"


_RELEASED = frozenset({ReservationState.RELEASED, ReservationState.EXPIRED})


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldTimes:
    """How long stock is held: `unplaced` until its order is known to exist, then `placed` until it is paid."""

    unplaced: timedelta
    placed: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedHolds:
    """`placed`: the ids whose order exists, or whose hold became part of one. `unsold`: those still to be sold."""

    placed: frozenset[int]
    unsold: frozenset[int]


@dataclass(slots=True, kw_only=True)
class Reservation:
    """The stock held for one order. `expire_at` is by the database's clock; None means that it does not expire.

    `is_placed`: the order is known to exist; otherwise it may never be written, and the hold is short. `is_shared`:
    several requests got this hold, and any of them may place the order.
    `sold`: the reservation was committed since it was last held, even if it was restocked after that. `revision` is the
    last change of the order that was applied. `paid`: it earns its points. `refunded` is the money that went back after
    the sale. `stands` is the availability of its items when they were held; it is not stored. `version` is the version
    that was read.
    """

    order_id: int
    request_key: str
    fingerprint: str
    user_id: str
    currency: str
    state: ReservationState
    lines: tuple[HeldLine, ...]
    expire_at: datetime | None
    is_placed: bool = False
    is_shared: bool = field(default=False, compare=False)
    sold: bool = False
    paid: bool = False
    revision: int = 0
    refunded: Decimal = Decimal(0)
    quote: Quote = field(default_factory=Quote)
    stands: tuple[ItemAvailability, ...] = field(default=(), compare=False)
    version: int = field(default=1, compare=False)

    @property
    def is_released(self) -> bool:
        return self.state in _RELEASED

    @property
    def item_ids(self) -> list[int]:
        return [line.product_item_id for line in self.lines]

    @property
    def incentive_locks(self) -> IncentiveLocks:
        """The incentives to lock before the reservation is redeemed again or released."""
        return IncentiveLocks(
            user_id=self.user_id,
            incentive_ids=self.quote.incentive_ids,
            spends_points=self.is_released and self.quote.points_spent > 0,
        )

    @property
    def has_one_owner(self) -> bool:
        """Whether the hold is that of one request only, whose order is not known to exist."""
        return not (self.is_shared or self.is_placed or self.sold)

    def share(self) -> bool:
        """Records that another request got this hold; False if it holds nothing, or that is known."""
        if self.is_shared or self.state not in (ReservationState.HELD, ReservationState.BACKORDERED):
            return False
        self.is_shared = True
        return True

    def require_present(self, revision: int) -> None:
        """Raises HoldSuperseded if the order was changed, or is being paid again, since its `revision`."""
        if self.revision > revision:
            raise HoldSuperseded.of(self.order_id, present=self.revision, named=revision)

    def is_for(self, user_id: str, currency: str, lines: Iterable[Line]) -> bool:
        """Whether this is the same request, apart from codes and points."""
        asked = {line.product_item_id: line.quantity for line in together(lines)}
        held = {line.product_item_id: line.quantity for line in self.lines}
        return (user_id, currency, asked) == (self.user_id, self.currency, held)

    def re_reserve(self, lines: tuple[HeldLine, ...], quote: Quote) -> None:
        """Sets the lines that were just held, at current prices."""
        self.lines, self.quote = lines, quote
        self.state, self.sold, self.is_placed = state_of(lines), False, False
        self.paid = False

    def hold_again(self, stock_batch: StockBatch, incentive_set: IncentiveSet) -> None:
        """Reserves all its lines again at their old prices, or none. Raises OutOfStock or IncentiveInvalid."""
        stock_batch.hold_again(self.lines)
        self._redeem(self.lines, stock_batch, incentive_set)
        self.state, self.sold, self.paid = ReservationState.HELD, False, False

    def reopen(self) -> None:
        """Lets a later attempt reserve again what an earlier one released."""
        self.is_placed = True
        if self.state is ReservationState.RELEASED:
            self.state = ReservationState.EXPIRED

    def commit(self, stock_batch: StockBatch, incentive_set: IncentiveSet, *, paid: bool) -> bool:
        """Sells the held stock, once; False if nothing changes. Reserves an expired one again, as in `hold_again`.

        An order that is paid on delivery is sold first, and earns its points when it is committed again as `paid`.

        Raises ReservationReleased for a released reservation: a commit that arrives after its order was stopped must
        not reserve the stock again. A hold past its expiry that is still HELD is sold: its stock stays held until the
        reaper releases it.
        """
        if self.sold:
            # Even if it was restocked since: a repeated commit must not sell a second time.
            first_paid = paid and not self.paid
            self.paid = self.paid or paid
            return first_paid
        if self.state is ReservationState.RELEASED:
            raise ReservationReleased.of(self.order_id)
        if self.state is ReservationState.BACKORDERED:
            raise AwaitingStock.of(self.order_id)
        if self.state is ReservationState.EXPIRED:
            self.hold_again(stock_batch, incentive_set)
        stock_batch.sell(self.lines)
        self.state, self.sold, self.paid = ReservationState.COMMITTED, True, paid
        return True

    def release(self, stock_batch: StockBatch, incentive_set: IncentiveSet, written_off: Iterable[Line] = ()) -> bool:
        """Releases held stock and restocks sold stock; False if it was released already.

        All of its `written_off` pieces are sold and not restocked, whether or not they were returned before.
        """
        if self.state is ReservationState.RELEASED:
            return False
        lost = pieces_of(written_off)
        if self.state is ReservationState.COMMITTED:
            stock_batch.restock(
                replace(line, quantity=line.quantity - line.restocked - lost.get(line.product_item_id, 0))
                for line in self.lines
            )
        elif self.state is not ReservationState.EXPIRED:
            stock_batch.sell(
                replace(line, quantity=lost[line.product_item_id])
                for line in self.lines
                if line.product_item_id in lost
            )
            self._release_lines(stock_batch, lost)
        if self.state is not ReservationState.EXPIRED:
            incentive_set.release(self.quote, self.order_id, self.user_id)
        self.state = ReservationState.RELEASED
        return True

    def expire(self, stock_batch: StockBatch, incentive_set: IncentiveSet) -> None:
        """Releases the stock because the hold has expired."""
        self._release_lines(stock_batch)
        incentive_set.release(self.quote, self.order_id, self.user_id)
        self.state = ReservationState.EXPIRED

    def hold_on(self, now: datetime, times: HoldTimes, *, is_placed: bool) -> None:
        """Restarts the hold time. `is_placed`: its order exists."""
        self.is_placed = self.is_placed or is_placed
        self.expire_at = now + (times.placed if self.is_placed else times.unplaced)

    def confirm_placed(self, now: datetime, times: HoldTimes, *, is_unsold: bool = False) -> bool:
        """Records that its order exists, and extends the hold; False if that was known, or the hold has ended.

        `is_unsold`: its stock is to be sold, so the hold is extended in any case.
        """
        if (self.is_placed and not is_unsold) or self.state not in (
            ReservationState.HELD,
            ReservationState.BACKORDERED,
        ):
            return False
        self.hold_on(now, times, is_placed=True)
        if self.state is ReservationState.BACKORDERED:
            self.expire_at = None
        return True

    def place_of(self, product_item_id: int) -> int:
        """Its place in an item's queue; 0 without a place."""
        return next((line.place for line in self.lines if line.product_item_id == product_item_id), 0)

    def fill(self, product_item_id: int, stock_batch: StockBatch) -> bool:
        """Holds new pieces of a backordered item, and becomes HELD once none is missing; False without new pieces."""
        if self.state is not ReservationState.BACKORDERED:
            return False
        lines = tuple(
            stock_batch.fill(line) if line.product_item_id == product_item_id else line for line in self.lines
        )
        came = lines != self.lines
        self.lines, self.state = lines, state_of(lines)
        return came

    def keep(self, stock_batch: StockBatch, incentive_set: IncentiveSet) -> bool:
        """Removes the expiry, because its order was placed and waits for stock. False if it is settled.

        An ended reservation whose order was known to exist is settled too: its order waited before, and does no longer.

        A reservation that has ended meanwhile holds the available pieces and gets a new place for the rest. Raises the
        errors of StockBatch.hold and IncentiveSet.redeem, and then holds nothing.
        """
        if self.state is ReservationState.EXPIRED and not self.is_placed:
            lines = stock_batch.hold_or_wait(self.lines)
            self._redeem(lines, stock_batch, incentive_set)
            self.lines, self.state = lines, state_of(lines)
        elif self.state not in (ReservationState.BACKORDERED, ReservationState.HELD):
            return False
        self.expire_at, self.is_placed = None, True
        return True

    def _redeem(self, lines: tuple[HeldLine, ...], stock_batch: StockBatch, incentive_set: IncentiveSet) -> None:
        try:
            incentive_set.redeem(self.quote, self.order_id, self.user_id)
        except AppError:
            stock_batch.release(lines)
            raise

    def _release_lines(self, stock_batch: StockBatch, lost: Mapping[int, int] = MappingProxyType({})) -> None:
        stock_batch.release(
            replace(line, quantity=line.quantity - lost.get(line.product_item_id, 0)) for line in self.lines
        )
        self.lines = tuple(replace(line, backordered=0, place=0) for line in self.lines)


def state_of(lines: Iterable[HeldLine]) -> ReservationState:
    """The state of lines just held: BACKORDERED if any line is, else HELD."""
    waits = any(line.backordered for line in lines)
    return ReservationState.BACKORDERED if waits else ReservationState.HELD
