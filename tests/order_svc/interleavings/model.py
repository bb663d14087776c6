"""What the books must show, computed from orders, terms of codes and returns by the rules of the docs alone.

Nothing here is imported from the services, and all money is in whole cents.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from math import floor
from typing import Literal

POINTS = ""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """A code: `value` is per cent, cents or a factor. Without `items` it is for all items. `id` orders equal kinds."""

    id: int
    code: str
    kind: Literal["BUY_X_GET_Y", "PERCENT", "AMOUNT", "LOYALTY_MULTIPLIER"]
    value: Fraction = Fraction(0)
    buy: int = 0
    get: int = 0
    items: frozenset[int] = frozenset()

    def covers(self, item: int) -> bool:
        return not self.items or item in self.items


@dataclass(frozen=True, kw_only=True)
class Line:
    item: int
    quantity: int
    price: int
    returned: int = 0


@dataclass(frozen=True, kw_only=True)
class Order:
    """`lines` are in the order in which cents are spread. `refunded` is all that was given back, by any way."""

    id: int
    user: str
    status: str
    method: str
    lines: tuple[Line, ...]
    terms: tuple[Terms, ...]
    points: int
    was_paid: bool
    refunded: int
    transaction_id: str

    @property
    def stands(self) -> bool:
        return self.status not in ("CANCELLED", "FAILED")

    @property
    def is_sold(self) -> bool:
        """What is paid or to be paid in cash has left the stock."""
        return self.status in ("PAID", "SHIPPED", "DELIVERED") or (self.status, self.method) == ("CONFIRMED", "CASH")

    @property
    def shares(self) -> Mapping[str, list[int]]:
        return discounts(self.lines, self.terms, self.points)

    @property
    def paid_by_line(self) -> list[int]:
        """What the pieces of each line cost after discounts."""
        off = [sum(shares) for shares in zip(*self.shares.values(), strict=True)] or [0] * len(self.lines)
        return [line.price * line.quantity - share for line, share in zip(self.lines, off, strict=True)]

    @property
    def total(self) -> int:
        return sum(self.paid_by_line)

    @property
    def worth_of_returns(self) -> int:
        """The price of the pieces that came back."""
        return sum(_worth(line, paid) for line, paid in zip(self.lines, self.paid_by_line, strict=True))


@dataclass(kw_only=True)
class Books:
    """Stock by item, points by user, uses by code, net charges by transaction, and the sums of the day's report."""

    on_hand: dict[int, int]
    reserved: dict[int, int]
    points: dict[str, int]
    uses: dict[str, int]
    ledger: dict[str, int] = field(default_factory=dict)
    orders: int = 0
    units: int = 0
    revenue: int = 0
    refunds: int = 0


def books_of(
    orders: Iterable[Order], stocked: Mapping[int, int], users: Iterable[str], codes: Iterable[str], rate: int
) -> Books:
    """`stocked`: all pieces that ever came; `rate`: the points that a whole unit of money earns."""
    books = Books(
        on_hand=dict(stocked),
        reserved=dict.fromkeys(stocked, 0),
        points=dict.fromkeys(users, 0),
        uses=dict.fromkeys(codes, 0),
    )
    for order in orders:
        for line in order.lines:
            if order.is_sold:
                books.on_hand[line.item] -= line.quantity - line.returned
            elif order.stands:
                books.reserved[line.item] += line.quantity
        if order.stands:
            for terms in order.terms:
                books.uses[terms.code] += 1
            books.points[order.user] -= _still_spent(order)
        if order.was_paid:
            books.orders += 1
            books.units += sum(line.quantity for line in order.lines)
            books.revenue += order.total
            books.refunds += order.refunded
            if order.stands:
                books.points[order.user] += _earned(order, rate)
        kept = order.total - order.refunded if order.was_paid and order.method != "CASH" else 0
        if kept:
            books.ledger[order.transaction_id] = kept
    return books


def discounts(lines: Sequence[Line], terms: Iterable[Terms], points: int) -> dict[str, list[int]]:
    """What each code takes off each line, and points (worth a cent each), every one off what those before left."""
    left = [line.price * line.quantity for line in lines]
    order = ("BUY_X_GET_Y", "PERCENT", "AMOUNT", "LOYALTY_MULTIPLIER")
    found: dict[str, list[int]] = {}

    def take(code: str, shares: list[int]) -> None:
        found[code] = shares
        left[:] = [rest - share for rest, share in zip(left, shares, strict=True)]

    for code in sorted(terms, key=lambda code: (order.index(code.kind), code.id)):
        covered = [rest if code.covers(line.item) else 0 for line, rest in zip(lines, left, strict=True)]
        if code.kind == "BUY_X_GET_Y":
            take(code.code, _free(lines, code, covered))
        elif code.kind == "PERCENT":
            take(code.code, _spread(_to_cent(sum(covered) * code.value / 100), covered))
        elif code.kind == "AMOUNT":
            take(code.code, _spread(min(int(code.value), sum(covered)), covered))
        else:
            take(code.code, [0] * len(lines))
    if points:
        take(POINTS, _spread(min(points, sum(left)), left))
    return found


def _free(lines: Sequence[Line], code: Terms, left: Sequence[int]) -> list[int]:
    """Of each buy + get pieces, the cheapest are free."""
    pieces = sum(line.quantity for line in lines if code.covers(line.item))
    rounds, rest = divmod(pieces, code.buy + code.get)
    free = rounds * code.get + max(0, rest - code.buy)
    shares = [0] * len(lines)
    for index in sorted(range(len(lines)), key=lambda index: lines[index].price):
        line = lines[index]
        if code.covers(line.item):
            given = min(free, line.quantity)
            shares[index] = min(given * line.price, left[index])
            free -= given
    return shares


def _spread(total: int, weights: Sequence[int]) -> list[int]:
    """In proportion; the cents that are left go to the largest remainders, and of equal ones to the first."""
    exact = [Fraction(total * weight, sum(weights) or 1) for weight in weights]
    parts = [floor(part) for part in exact]
    by_remainder = sorted(range(len(parts)), key=lambda index: parts[index] - exact[index])
    for index in by_remainder[: total - sum(parts)]:
        parts[index] += 1
    return parts


def _earned(order: Order, rate: int) -> int:
    """The points of the money that is kept, rounded down once."""
    kept = [paid - _worth(line, paid) for line, paid in zip(order.lines, order.paid_by_line, strict=True)]
    money = max(0, min(sum(kept), order.total - order.refunded))
    if not money:
        return 0
    points = Fraction(0)
    for line, amount in zip(order.lines, kept, strict=True):
        of_line = Fraction(amount * rate, 100)
        for code in order.terms:
            if code.kind == "LOYALTY_MULTIPLIER" and code.covers(line.item):
                of_line *= code.value
        points += of_line
    return floor(points * money / sum(kept))


def _still_spent(order: Order) -> int:
    """The points spent, without those that came back with the pieces they had paid for."""
    shares = order.shares.get(POINTS, [])
    back = sum(
        (Fraction(share * line.returned, line.quantity) for share, line in zip(shares, order.lines, strict=False)),
        Fraction(0),
    )
    return sum(shares) - round(back)


def _worth(line: Line, paid: int) -> int:
    """What the returned pieces of a line cost."""
    return _to_cent(Fraction(paid * line.returned, line.quantity))


def _to_cent(cents: Fraction) -> int:
    exact = Decimal(cents.numerator) / Decimal(cents.denominator)
    return int(exact.quantize(Decimal(1), ROUND_HALF_EVEN))


def total_by(pairs: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Sums by the first of each pair."""
    sums: defaultdict[int, int] = defaultdict(int)
    for key, count in pairs:
        sums[key] += count
    return dict(sums)
