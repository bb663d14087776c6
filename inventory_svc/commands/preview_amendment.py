"""PreviewAmendment: what a reservation would be after a change of its order, discounts included; changes nothing."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.mediator import Command
from inventory_svc.commands.uow import InventoryUow
from inventory_svc.domain.amendment import Amendment, preview
from inventory_svc.domain.errors import ReservationNotFound
from inventory_svc.domain.lines import Line
from inventory_svc.domain.pricing import LoyaltyRates
from inventory_svc.domain.reservation import Reservation


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewAmendment(Command[Reservation]):
    """`supplementary_hold_id` names the reservation of the added pieces, 0 if there is none."""

    order_id: int
    revision: int
    lines: tuple[Line, ...]
    supplementary_hold_id: int = 0


async def preview_amendment(cmd: PreviewAmendment, uow: InventoryUow, *, rates: LoyaltyRates) -> Reservation:
    """Raises ReservationNotFound, IncentiveInvalid, AmendmentTooEarly or InvalidArgument."""
    held = await _found(uow, cmd.order_id)
    extra = await _found(uow, cmd.supplementary_hold_id) if cmd.supplementary_hold_id else None
    # Read for its time only; a preview needs no stock.
    now = (await uow.stocks.look(held.item_ids)).now
    incentive_set = await uow.incentives.look(held.incentive_locks)
    return preview(held, extra, Amendment(revision=cmd.revision, lines=cmd.lines), incentive_set, now, rates)


async def _found(uow: InventoryUow, order_id: int) -> Reservation:
    found = await uow.reservations.find(order_id)
    if found is None:
        raise ReservationNotFound.of(order_id)
    return found
