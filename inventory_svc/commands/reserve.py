"""Reserve: hold stock for an order, all its lines or none, and redeem its codes. Many orders share one transaction,
also with sales (Commit).

Missing pieces of a backorderable item are backordered: the order gets a place in the queue of that item.

A request key is served once: a repeated request gets the reservation of the first, whatever its state is now.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass

from chassis.errors import AppError, RequestIdReused
from chassis.mediator import Command
from inventory_svc.commands.commit import Commit
from inventory_svc.commands.locking import require_stock
from inventory_svc.commands.uow import InventoryUow
from inventory_svc.domain.errors import OrderIdTaken, ReservationNotFound, ReservationReleased
from inventory_svc.domain.incentive_set import IncentiveLocks, IncentiveRequest, IncentiveSet
from inventory_svc.domain.lines import HeldLine, Line, together
from inventory_svc.domain.pricing import LoyaltyRates, Quote
from inventory_svc.domain.reservation import HoldTimes, Reservation, ReservationState, state_of
from inventory_svc.domain.stock import StockBatch


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserve(Command[Reservation]):
    """`re_reserve` reserves an expired or released reservation again, and extends a current hold.

    `keep_prices` keeps the prices and discounts of such a reservation; codes and points need not be given.
    `no_backorder` refuses missing pieces instead of backordering them.
    """

    order_id: int
    request_key: str
    user_id: str
    currency: str
    lines: tuple[Line, ...]
    incentive_codes: tuple[str, ...] = ()
    loyalty_points: int = 0
    re_reserve: bool = False
    keep_prices: bool = False
    no_backorder: bool = False

    @property
    def locks(self) -> Collection[Hashable]:
        return [
            *(("item", line.product_item_id) for line in self.lines),
            *(("code", code) for code in self.incentive_codes),
        ]

    @property
    def incentive_request(self) -> IncentiveRequest:
        return IncentiveRequest(
            user_id=self.user_id, currency=self.currency, codes=self.incentive_codes, points=self.loyalty_points
        )

    @property
    def incentive_locks(self) -> IncentiveLocks:
        return IncentiveLocks(user_id=self.user_id, codes=self.incentive_codes, spends_points=bool(self.loyalty_points))

    @property
    def fingerprint(self) -> str:
        """Equal for requests with the same content, in any order of lines and codes."""
        wanted = sorted((line.product_item_id, line.quantity) for line in together(self.lines))
        content = [self.user_id, self.currency, wanted, sorted(self.incentive_codes), self.loyalty_points]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()


async def reserve_and_commit(
    batch: Sequence[Reserve | Commit], uow: InventoryUow, *, times: HoldTimes, rates: LoyaltyRates, low: int
) -> list[Reservation | AppError | None]:
    """Serves orders in the order of their arrival; the refusal of one does not affect the others.

    Holds and sales share a transaction because they lock the same stock: in two they would wait for each other.
    An item with `low` or fewer pieces is reported as LOW.
    """
    wanted = [cmd for cmd in batch if isinstance(cmd, Reserve)]
    sold = [cmd.order_id for cmd in batch if isinstance(cmd, Commit)]
    stock_batch = await uow.stocks.lock({line.product_item_id for cmd in wanted for line in cmd.lines}, of_orders=sold)
    # Read after the stock lock: another replica may have served the same request while this one waited.
    order_ids = [cmd.order_id for cmd in batch]
    known = await uow.reservations.lock_requested([cmd.request_key for cmd in wanted], order_ids)
    require_stock(stock_batch, (reservation for reservation in known if reservation.order_id in sold))
    to_take_again = [reservation.incentive_locks for reservation in known if reservation.is_released]
    incentive_set = await uow.incentives.lock([*(cmd.incentive_locks for cmd in wanted), *to_take_again])
    reservation_batch = _ReservationBatch(known, stock_batch, incentive_set, times, rates, low)
    results = [reservation_batch.serve(cmd) for cmd in batch]
    await uow.stocks.save(stock_batch)
    await uow.incentives.save(incentive_set)
    await uow.reservations.add(list(reservation_batch.added.values()))
    await uow.reservations.save_re_reserved(list(reservation_batch.re_reserved.values()))
    await uow.reservations.save(reservation_batch.changed)
    return results


class _ReservationBatch:
    """Serves the orders one by one from the locked stock and incentives, and collects what is to be stored."""

    def __init__(
        self,
        known: Sequence[Reservation],
        stock_batch: StockBatch,
        incentive_set: IncentiveSet,
        times: HoldTimes,
        rates: LoyaltyRates,
        low: int,
    ) -> None:
        self._by_key = {reservation.request_key: reservation for reservation in known}
        self._by_order = {reservation.order_id: reservation for reservation in known}
        self._stock_batch = stock_batch
        self._incentive_set = incentive_set
        self._times = times
        self._rates = rates
        self._low = low
        self.added: dict[int, Reservation] = {}
        self.re_reserved: dict[int, Reservation] = {}
        self._changed: dict[int, Reservation] = {}

    @property
    def changed(self) -> list[Reservation]:
        """Those stored before that were sold, or are shared now."""
        return [held for order_id, held in self._changed.items() if order_id not in self.re_reserved]

    def serve(self, cmd: Reserve | Commit) -> Reservation | AppError | None:
        try:
            if isinstance(cmd, Commit):
                self._sell(cmd)
                return None
            first = self._by_key.get(cmd.request_key)
            reservation = self._reserve(cmd) if first is None else self._repeat(cmd, first)
            reservation.stands = self._stock_batch.stands(reservation.lines, low=self._low)
            return reservation
        except AppError as error:
            return error

    def _sell(self, cmd: Commit) -> None:
        reservation = self._by_order.get(cmd.order_id)
        if reservation is None:
            raise ReservationNotFound.of(cmd.order_id)
        reservation.require_present(cmd.revision)
        # New reservations are stored once, in their final state.
        if reservation.commit(self._stock_batch, self._incentive_set, paid=cmd.paid) and cmd.order_id not in self.added:
            self._changed[cmd.order_id] = reservation

    def _reserve(self, cmd: Reserve) -> Reservation:
        if cmd.order_id in self._by_order:
            raise OrderIdTaken.of(cmd.order_id)
        lines, quote = self._take(cmd, cmd.order_id)
        reservation = Reservation(
            order_id=cmd.order_id,
            request_key=cmd.request_key,
            fingerprint=cmd.fingerprint,
            user_id=cmd.user_id,
            currency=cmd.currency,
            state=state_of(lines),
            lines=lines,
            expire_at=self._stock_batch.now + self._times.unplaced,
            quote=quote,
        )
        self._by_key[cmd.request_key] = self._by_order[cmd.order_id] = reservation
        self.added[cmd.order_id] = reservation
        return reservation

    def _take(self, cmd: Reserve, order_id: int) -> tuple[tuple[HeldLine, ...], Quote]:
        """Holds the lines and redeems the codes, or holds nothing."""
        lines = self._stock_batch.hold(cmd.lines, cmd.currency, wait=not cmd.no_backorder)
        try:
            quote = self._incentive_set.quote(cmd.incentive_request, lines, self._stock_batch.now, self._rates)
            self._incentive_set.redeem(quote, order_id, cmd.user_id)
        except AppError:
            self._stock_batch.release(lines)
            raise
        return lines, quote

    def _repeat(self, cmd: Reserve, first: Reservation) -> Reservation:
        if cmd.keep_prices:
            first.require_present(0)
            same = first.is_for(cmd.user_id, cmd.currency, cmd.lines)
        else:
            same = cmd.fingerprint == first.fingerprint
        if not same:
            # The shopper sees it: the key is made of their id and request_id, and is not theirs to know.
            raise RequestIdReused("this request_id was used before with another body; use a new one")
        if cmd.re_reserve:
            self._re_reserve(cmd, first)
        if cmd.order_id != first.order_id and first.share() and first.order_id not in self.added:
            # Stored, so that the request that made the hold does not release it when it fails.
            self._changed[first.order_id] = first
        return first

    def _re_reserve(self, cmd: Reserve, first: Reservation) -> None:
        if first.state is ReservationState.RELEASED and cmd.keep_prices:
            # Its order was stopped: a late charge must not reserve the stock again.
            raise ReservationReleased.of(first.order_id)
        if first.is_released and cmd.keep_prices:
            first.hold_again(self._stock_batch, self._incentive_set)
        elif first.is_released:
            first.re_reserve(*self._take(cmd, first.order_id))
        elif first.state is not ReservationState.HELD:
            return
        first.hold_on(self._stock_batch.now, self._times, is_placed=cmd.keep_prices)
        self.re_reserved[first.order_id] = first
