"""The discounts of an order by codes and points: exact to the minor unit, split over its lines, never above its total.

Discounts apply in a fixed order (free pieces, per cent, amounts, points), each to the remainder of those before it, so
the order in which a shopper enters the codes has no effect.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import chain

from chassis.money import Money
from inventory_svc.domain.errors import IncentiveInvalid
from inventory_svc.domain.incentive import Incentive, IncentiveKind
from inventory_svc.domain.lines import HeldLine

_ORDER = (IncentiveKind.BUY_X_GET_Y, IncentiveKind.PERCENT, IncentiveKind.AMOUNT, IncentiveKind.LOYALTY_MULTIPLIER)
# Ten multipliers of a large order could otherwise earn more than a column holds.
MOST_POINTS = 10**15
_MINOR = 100  # all four currencies have two decimals


@dataclass(frozen=True, slots=True, kw_only=True)
class LoyaltyRates:
    """The points that a whole unit of money earns, and the points that are worth one unit."""

    earned_per_unit: Decimal = Decimal(1)
    worth_a_unit: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Discount:
    """The discount of one code on each line of an order; of the points if `incentive_id` is None and `code` is empty.

    `terms` is the incentive as it was redeemed: later edits do not change the discount of this order. `points` are
    those that were spent for it.
    """

    incentive_id: int | None
    code: str
    description: str
    shares: tuple[Money, ...]
    terms: Incentive | None = None
    points: int = 0

    def amount(self, currency: str) -> Money:
        return Money.sum(self.shares, currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """The discounts of an order, the points it spends, and those it earns when it is paid, returns considered.

    `points_rate`: the points that a whole unit of money earned when it was priced; None for orders before 0.2.0.
    """

    discounts: tuple[Discount, ...] = ()
    points_spent: int = 0
    points_earned: int = 0
    points_rate: Decimal | None = None

    @property
    def incentive_ids(self) -> tuple[int, ...]:
        return tuple(discount.incentive_id for discount in self.discounts if discount.incentive_id is not None)

    @property
    def terms(self) -> tuple[Incentive, ...]:
        """The terms of its codes, as they were redeemed."""
        return tuple(discount.terms for discount in self.discounts if discount.terms is not None)

    def line_discount(self, number: int, currency: str) -> Money:
        """The share of the line with this number, from 0."""
        return Money.sum((discount.shares[number] for discount in self.discounts), currency)

    def total(self, lines: Sequence[HeldLine], currency: str) -> Money:
        """The total after discounts."""
        off = chain.from_iterable(discount.shares for discount in self.discounts)
        return sub_total(lines, currency) - Money.sum(off, currency)


def sub_total(lines: Iterable[HeldLine], currency: str) -> Money:
    """The total before discounts."""
    return Money.sum((line.unit_price * line.quantity for line in lines), currency)


def price(
    lines: Sequence[HeldLine],
    incentives: Iterable[Incentive],
    points: int,
    currency: str,
    rates: LoyaltyRates,
    *,
    is_confirmed: bool = False,
) -> Quote:
    """The discounts of `incentives` and at most `points`.

    Raises IncentiveInvalid for the codes that do not apply, or have no effect, unless the order is confirmed as it is.
    """
    breakdown = _PriceBreakdown(lines, currency)
    chosen = sorted(incentives, key=lambda incentive: (_ORDER.index(incentive.kind), incentive.id))
    discounts = breakdown.redeem_all(chosen)
    spent = 0
    if points:
        spent, discount = breakdown.pay_with(points, rates)
        discounts.append(discount)
    earned = breakdown.earns(chosen, rates)
    faults: dict[str, str] = {}
    for number, incentive in enumerate(chosen if not is_confirmed else ()):
        others = [other for other in chosen if other is not incentive]
        if incentive.kind is not IncentiveKind.LOYALTY_MULTIPLIER:
            if not discounts[number].amount(currency).amount:
                faults[incentive.code] = "it takes nothing off this order"
        elif breakdown.earns(others, rates) == earned:
            faults[incentive.code] = "it does not change the points of this order"
    if faults:
        raise IncentiveInvalid.of(faults)
    return Quote(
        discounts=tuple(discounts),
        points_spent=spent,
        points_earned=min(earned, MOST_POINTS),
        points_rate=rates.earned_per_unit,
    )


def points_of(
    lines: Sequence[HeldLine], paid: Iterable[int], incentives: Iterable[Incentive], rate: Decimal
) -> Decimal:
    """The points, not rounded, that amounts paid for the lines earn; `paid` is in minor units."""
    multipliers = [incentive for incentive in incentives if incentive.kind is IncentiveKind.LOYALTY_MULTIPLIER]
    points = Decimal(0)
    for line, amount in zip(lines, paid, strict=True):
        of_line = amount * rate
        for incentive in multipliers:
            if incentive.covers(line.product_item_id):
                of_line *= incentive.value
        points += of_line
    return points / _MINOR


def whole_points(points: Decimal | Fraction) -> int:
    """Rounded down, and never more than MOST_POINTS."""
    return min(math.floor(points), MOST_POINTS)


def spread(total: int, weights: Sequence[int]) -> list[int]:
    """Splits `total` in proportion to `weights`, by largest remainder: the parts sum up to exactly `total`.

    No part exceeds its weight unless `total` exceeds the sum of the weights.
    """
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts


class _PriceBreakdown:
    """The lines, and the remaining amount of each, in minor units."""

    def __init__(self, lines: Sequence[HeldLine], currency: str) -> None:
        self._lines = lines
        self._currency = currency
        self._remaining = [minor(line.unit_price * line.quantity) for line in lines]

    def redeem_all(self, incentives: Iterable[Incentive]) -> list[Discount]:
        """Raises IncentiveInvalid for the codes that do not apply."""
        discounts, faults = list[Discount](), dict[str, str]()
        for incentive in incentives:
            try:
                discounts.append(self._redeem(incentive))
            except IncentiveInvalid as error:
                faults |= error.faults
        if faults:
            raise IncentiveInvalid.of(faults)
        return discounts

    def _redeem(self, incentive: Incentive) -> Discount:
        covered = [incentive.covers(line.product_item_id) for line in self._lines]
        if not any(covered):
            raise IncentiveInvalid.of({incentive.code: "it is not for any of these items"})
        remaining = [
            remaining if is_covered else 0 for remaining, is_covered in zip(self._remaining, covered, strict=True)
        ]
        match incentive.kind:
            case IncentiveKind.BUY_X_GET_Y:
                shares = self._free_pieces(incentive, remaining)
            case IncentiveKind.PERCENT:
                exact = sum(remaining) * incentive.value / 100 / _MINOR
                shares = spread(minor(Money(exact, self._currency).rounded()), remaining)
            case IncentiveKind.AMOUNT:
                shares = spread(min(int(incentive.value * _MINOR), sum(remaining)), remaining)
            case IncentiveKind.LOYALTY_MULTIPLIER:
                shares = [0] * len(remaining)
        discount = self._deduct(incentive.description, shares)
        return replace(discount, incentive_id=incentive.id, code=incentive.code, terms=incentive.terms)

    def pay_with(self, points: int, rates: LoyaltyRates) -> tuple[int, Discount]:
        """The points used, and their discount."""
        off = min(points * _MINOR // rates.worth_a_unit, sum(self._remaining))
        spent = -(-off * rates.worth_a_unit // _MINOR)
        discount = self._deduct(f"{spent} loyalty points", spread(off, self._remaining))
        return spent, replace(discount, points=spent)

    def earns(self, incentives: Iterable[Incentive], rates: LoyaltyRates) -> int:
        """Whole points, which may be more than MOST_POINTS."""
        return math.floor(points_of(self._lines, self._remaining, incentives, rates.earned_per_unit))

    def _free_pieces(self, incentive: Incentive, remaining: Sequence[int]) -> list[int]:
        """Makes the cheapest pieces free, even if fewer were ordered than could be free."""
        counted = [i for i, line in enumerate(self._lines) if incentive.covers(line.product_item_id)]
        pieces = sum(self._lines[i].quantity for i in counted)
        rounds, rest = divmod(pieces, incentive.buy_quantity + incentive.get_quantity)
        free = rounds * incentive.get_quantity + max(0, rest - incentive.buy_quantity)
        if not free:
            needed = f"it needs {incentive.buy_quantity + 1} pieces at least, and there are {pieces}"
            raise IncentiveInvalid.of({incentive.code: needed})
        shares = [0] * len(remaining)
        for i in sorted(counted, key=lambda i: (self._lines[i].unit_price.amount, i)):
            given = min(free, self._lines[i].quantity)
            shares[i] = min(minor(self._lines[i].unit_price * given), remaining[i])
            free -= given
        return shares

    def _deduct(self, description: str, shares: Sequence[int]) -> Discount:
        self._remaining = [remaining - share for remaining, share in zip(self._remaining, shares, strict=True)]
        return Discount(
            incentive_id=None,
            code="",
            description=description,
            shares=tuple(Money.of(Decimal(share).scaleb(-2), self._currency) for share in shares),
        )


def minor(money: Money) -> int:
    return int(money.amount * _MINOR)
