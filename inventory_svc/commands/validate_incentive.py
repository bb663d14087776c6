"""ValidateIncentive: the discounts that Reserve would give for codes and points; holds and redeems nothing."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.mediator import Command
from chassis.money import Money
from inventory_svc.commands.uow import InventoryUow
from inventory_svc.domain.incentive_set import IncentiveLocks, IncentiveRequest
from inventory_svc.domain.lines import Line
from inventory_svc.domain.pricing import LoyaltyRates, Quote, sub_total


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """The discounts as of now; another shopper may use the last redemption first."""

    quote: Quote
    total_before: Money
    total_after: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidateIncentive(Command[Preview]):
    incentive_request: IncentiveRequest
    lines: tuple[Line, ...]


async def validate_incentive(cmd: ValidateIncentive, uow: InventoryUow, *, rates: LoyaltyRates) -> Preview:
    """Raises IncentiveInvalid, ProductItemNotFound or InvalidArgument, as Reserve would."""
    incentive_request = cmd.incentive_request
    stock_batch = await uow.stocks.look({line.product_item_id for line in cmd.lines})
    lines = stock_batch.priced(cmd.lines, incentive_request.currency)
    incentive_locks = IncentiveLocks(
        user_id=incentive_request.user_id, codes=incentive_request.codes, spends_points=bool(incentive_request.points)
    )
    quote = (await uow.incentives.look(incentive_locks)).quote(incentive_request, lines, stock_batch.now, rates)
    return Preview(
        quote=quote,
        total_before=sub_total(lines, incentive_request.currency),
        total_after=quote.total(lines, incentive_request.currency),
    )
