"""PreviewReservation: what Reserve would hold now, and at what price; holds and redeems nothing."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.mediator import Command
from inventory_svc.commands.uow import InventoryUow
from inventory_svc.domain.incentive_set import IncentiveLocks, IncentiveRequest, RefusedCode
from inventory_svc.domain.lines import Line
from inventory_svc.domain.pricing import LoyaltyRates
from inventory_svc.domain.reservation import Reservation, state_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationPreview:
    """As of now; another shopper may take the last piece, or the last redemption, first."""

    reservation: Reservation
    refused_codes: tuple[RefusedCode, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewReservation(Command[ReservationPreview]):
    incentive_request: IncentiveRequest
    lines: tuple[Line, ...]


async def preview_reservation(cmd: PreviewReservation, uow: InventoryUow, *, rates: LoyaltyRates) -> ReservationPreview:
    """Leaves out codes that cannot be used. Raises ProductItemNotFound, OutOfStock or InvalidArgument, as Reserve."""
    wanted = cmd.incentive_request
    stock_batch = await uow.stocks.look({line.product_item_id for line in cmd.lines})
    lines = stock_batch.hold(cmd.lines, wanted.currency)
    locks = IncentiveLocks(user_id=wanted.user_id, codes=wanted.codes, spends_points=bool(wanted.points))
    incentive_set = await uow.incentives.look(locks)
    quote, refused_codes = incentive_set.quote_usable(wanted, lines, stock_batch.now, rates)
    reservation = Reservation(
        order_id=0,
        request_key="",
        fingerprint="",
        user_id=wanted.user_id,
        currency=wanted.currency,
        state=state_of(lines),
        lines=lines,
        expire_at=None,
        quote=quote,
        stands=stock_batch.stands(lines, low=0),
    )
    return ReservationPreview(reservation=reservation, refused_codes=refused_codes)
