"""Amend: adapt a reservation to its changed order, or reserve it again unchanged; many orders share one transaction."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass

from chassis.errors import AppError
from inventory_svc.commands.backorders import confirm_availability, serve_waiting
from inventory_svc.commands.locking import lock_orders
from inventory_svc.commands.of_order import OfOrder
from inventory_svc.commands.uow import InventoryUow
from inventory_svc.domain.amendment import Amendment, amend, re_reserve_as_it_was
from inventory_svc.domain.errors import ReservationNotFound
from inventory_svc.domain.incentive_set import IncentiveSet
from inventory_svc.domain.lines import Line
from inventory_svc.domain.pricing import LoyaltyRates
from inventory_svc.domain.reservation import HoldTimes, Reservation, ReservationState
from inventory_svc.domain.stock import StockBatch


@dataclass(frozen=True, slots=True, kw_only=True)
class Amend(OfOrder[Reservation]):
    """`supplementary_hold_id` names the reservation of the added pieces, 0 if there is none.

    `re_reserve` reserves an expired reservation again, and extends a current hold; refused with HoldSuperseded if the
    reservation is at a later revision. `reopen` starts another attempt with a revision of its own: a reservation that
    an earlier one released may be reserved again.
    """

    revision: int
    lines: tuple[Line, ...]
    supplementary_hold_id: int = 0
    re_reserve: bool = False
    reopen: bool = False

    @property
    def locks(self) -> Collection[Hashable]:
        return [("order", order_id) for order_id in (self.order_id, self.supplementary_hold_id) if order_id]


async def amend_batch(
    batch: Sequence[Amend], uow: InventoryUow, *, times: HoldTimes, rates: LoyaltyRates
) -> list[Reservation | AppError]:
    """Applies each revision once. The refusal of one order does not affect the others."""
    ids = {order_id for cmd in batch for order_id in (cmd.order_id, cmd.supplementary_hold_id) if order_id}
    stock_batch, known = await lock_orders(uow, ids)
    incentive_set = await uow.incentives.lock(
        known[cmd.order_id].incentive_locks for cmd in batch if cmd.re_reserve and cmd.order_id in known
    )
    waiting = [held for held in known.values() if held.state is ReservationState.BACKORDERED]
    changed: dict[int, Reservation] = {}
    results: list[Reservation | AppError] = []
    for cmd in batch:
        try:
            results.append(_amend(cmd, known, stock_batch, incentive_set, times, rates, changed))
        except AppError as error:
            results.append(error)
    await uow.reservations.save_amended(list(changed.values()))
    # An order that now wants fewer pieces may have received all of them.
    uow.schedule(*(confirm_availability(held) for held in waiting if held.state is ReservationState.HELD))
    await serve_waiting(uow, stock_batch)
    await uow.stocks.save(stock_batch)
    await uow.incentives.save(incentive_set)
    return results


def _amend(
    cmd: Amend,
    known: dict[int, Reservation],
    stock_batch: StockBatch,
    incentive_set: IncentiveSet,
    times: HoldTimes,
    rates: LoyaltyRates,
    changed: dict[int, Reservation],
) -> Reservation:
    if cmd.order_id not in known:
        raise ReservationNotFound.of(cmd.order_id)
    if cmd.supplementary_hold_id and cmd.supplementary_hold_id not in known:
        raise ReservationNotFound.of(cmd.supplementary_hold_id)
    held, extra = known[cmd.order_id], known.get(cmd.supplementary_hold_id)
    if cmd.re_reserve:
        held.require_present(cmd.revision)
    if amend(held, extra, Amendment(revision=cmd.revision, lines=cmd.lines), stock_batch, incentive_set, rates):
        changed[held.order_id] = held
        if extra is not None:
            changed[extra.order_id] = extra
        if cmd.reopen:
            held.reopen()
    if cmd.re_reserve and re_reserve_as_it_was(held, stock_batch, incentive_set, times):
        changed[held.order_id] = held
    return held
