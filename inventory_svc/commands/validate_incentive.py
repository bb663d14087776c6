"""ValidateIncentive: what codes and points would take off, by the rules of Reserve; holds and redeems nothing."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.mediator import Command
from chassis.money import Money
from inventory_svc.commands.uow import InventoryUow
from inventory_svc.domain.offers import Claim, Wish
from inventory_svc.domain.pricing import LoyaltyRates, Quote, sub_total
from inventory_svc.domain.stock import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What it would be now; another shopper may be quicker."""

    quote: Quote
    total_before: Money
    total_after: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidateIncentive(Command[Preview]):
    wish: Wish
    lines: tuple[Line, ...]


async def validate_incentive(cmd: ValidateIncentive, uow: InventoryUow, *, rates: LoyaltyRates) -> Preview:
    """Raises IncentiveInvalid, ProductItemNotFound or InvalidArgument, as Reserve would."""
    wish = cmd.wish
    shelf = await uow.stocks.look({line.product_item_id for line in cmd.lines})
    lines = shelf.priced(cmd.lines, wish.currency)
    claim = Claim(user_id=wish.user_id, codes=wish.codes, spends_points=bool(wish.points))
    quote = (await uow.incentives.look(claim)).quote(wish, lines, shelf.now, rates)
    return Preview(
        quote=quote, total_before=sub_total(lines, wish.currency), total_after=quote.total(lines, wish.currency)
    )
