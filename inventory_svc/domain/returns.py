"""Returns: pieces go back into stock, and points follow; computed from the sale and from all that went back so far.

What a piece is worth was decided when it was sold: its share of the money that was paid, and of the points.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from chassis.money import Money
from inventory_svc.domain.errors import NotCommittedYet
from inventory_svc.domain.lines import HeldLine, Line, pieces_of
from inventory_svc.domain.pricing import LoyaltyRates, Quote, minor, points_of, whole_points
from inventory_svc.domain.reservation import Reservation, ReservationState
from inventory_svc.domain.stock import StockBatch


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """All that went back of an order so far: pieces by item, and money for any reason.

    Those of the pieces that are `written_off` do not go back into stock.
    """

    lines: tuple[Line, ...]
    money: Decimal = Decimal(0)
    written_off: tuple[Line, ...] = ()


def take_back(held: Reservation, returned: Returned, stock_batch: StockBatch, rates: LoyaltyRates) -> bool:
    """Restocks what came back since the last call, and adapts the points; False if that was done before.

    Raises NotCommittedYet.
    """
    if held.state is ReservationState.RELEASED:
        # All pieces were restocked when the order was stopped.
        return False
    if held.state is not ReservationState.COMMITTED:
        raise NotCommittedYet.of(held.order_id)
    lines = _lines_after(held.lines, returned)
    refunded = max(held.refunded, returned.money)
    if (lines, refunded) == (held.lines, held.refunded):
        return False
    stock_batch.restock(
        replace(line, quantity=line.restocked - before.restocked)
        for line, before in zip(lines, held.lines, strict=True)
        if line.restocked > before.restocked
    )
    held.lines, held.refunded = lines, refunded
    held.quote = after_returns(held.quote, lines, Money(refunded, held.currency), rates)
    return True


def after_returns(quote: Quote, lines: Sequence[HeldLine], refunded: Money, rates: LoyaltyRates) -> Quote:
    """The quote of an order with the returned pieces of `lines`; `refunded` is all the money that went back.

    It earns the points of the money that is kept. Points that were spent come back with the pieces that they paid for.
    """
    currency = refunded.currency
    paid = [line.unit_price * line.quantity - quote.line_discount(i, currency) for i, line in enumerate(lines)]
    kept = [_most_kept(minor(whole), line) for whole, line in zip(paid, lines, strict=True)]
    # A refund by amount takes points in proportion to what the kept pieces cost.
    money = max(0, min(sum(kept), minor(Money.sum(paid, currency) - refunded)))
    rate = rates.earned_per_unit if quote.points_rate is None else quote.points_rate
    points = Fraction(points_of(lines, kept, quote.terms, rate))
    earned = whole_points(points * money / sum(kept)) if money else 0
    return replace(quote, points_earned=earned, points_spent=_still_spent(quote, lines))


def _lines_after(lines: Iterable[HeldLine], totals: Returned) -> tuple[HeldLine, ...]:
    came, lost = pieces_of(totals.lines), pieces_of(totals.written_off)
    return tuple(
        replace(
            line,
            returned=max(line.returned, min(line.quantity, came.get(line.product_item_id, 0))),
            written_off=max(line.written_off, min(line.quantity, lost.get(line.product_item_id, 0))),
        )
        for line in lines
    )


def _most_kept(paid: int, line: HeldLine) -> int:
    """The most that is kept of a line's price, in minor units: half a minor unit of the refund is rounded down.

    order_svc may have rounded it up, by a setting that may have changed since: the money that was refunded tells.
    """
    return paid - math.ceil(Fraction(paid * line.returned, line.quantity) - Fraction(1, 2))


def _still_spent(quote: Quote, lines: Sequence[HeldLine]) -> int:
    by_points = next((discount for discount in quote.discounts if discount.points), None)
    if by_points is None:
        return quote.points_spent
    shares = [minor(share) for share in by_points.shares]
    back = sum(Fraction(share * line.returned, line.quantity) for share, line in zip(shares, lines, strict=True))
    return by_points.points - round(by_points.points * back / sum(shares))
