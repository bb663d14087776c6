"""What an order costs and which points it earns, as docs/orders.md says; in whole cents, by code of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

# Discounts apply in this order, those of one kind in the order of their creation.
KINDS = ("BUY_X_GET_Y", "PERCENT", "AMOUNT", "LOYALTY_MULTIPLIER")
CENTS = 100


class NotForThisOrder(Exception):
    """None of `codes` can be used for these lines, no matter who else uses it."""

    def __init__(self, codes: Iterable[Code]) -> None:
        self.codes = frozenset(code.name for code in codes)
        super().__init__(", ".join(self.codes))


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Code:
    """A discount code; `number` counts the codes in the order of their creation, `items` is empty for all."""

    name: str
    number: int
    kind: str
    value: str = "0"
    currency: str = ""
    min_total: int = 0
    items: frozenset[str] = frozenset()
    stackable: bool = True
    buy: int = 0
    get: int = 0
    max_uses: int | None = None
    max_uses_per_user: int | None = None

    def __repr__(self) -> str:
        return self.name

    @property
    def is_limited(self) -> bool:
        return self.max_uses is not None or self.max_uses_per_user is not None

    def is_for(self, currency: str, cost: int, *, alone: bool) -> bool:
        return self.currency in ("", currency) and cost >= self.min_total and (self.stackable or alone)

    def covers(self, item: str) -> bool:
        return not self.items or item in self.items


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Pieces of an item; `off` is the line's share of all discounts, and `off_by_points` that part which points pay."""

    item: str
    quantity: int
    price: int
    off: int = 0
    off_by_points: int = 0
    returned: int = 0

    @property
    def cost(self) -> int:
        return self.price * self.quantity

    @property
    def paid(self) -> int:
        return self.cost - self.off

    def price_of(self, pieces: int) -> int:
        """What the first `pieces` of the line are refunded with."""
        return round(Fraction(self.paid * pieces, self.quantity))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """`discounts` are cents by name of the code, empty for points; `points` are those that are spent."""

    lines: tuple[Line, ...]
    discounts: tuple[tuple[str, int], ...] = ()
    points: int = 0

    @property
    def total(self) -> int:
        return sum(line.paid for line in self.lines)


def bill(lines: Sequence[Line], codes: Iterable[Code], points: int, currency: str, *, point_value: int = 1) -> Bill:
    """The bill for lines without discounts. Raises NotForThisOrder."""
    chosen = sorted(set(codes), key=lambda code: (KINDS.index(code.kind), code.number))
    cost = sum(line.cost for line in lines)
    useless = {code for code in chosen if not code.is_for(currency, cost, alone=len(chosen) == 1)}
    discounts = []
    for code in chosen:
        shares = _shares_of(code, lines)
        if code.kind != "LOYALTY_MULTIPLIER" and not any(shares):
            useless.add(code)
        lines = [replace(line, off=line.off + share) for line, share in zip(lines, shares, strict=True)]
        discounts.append((code.name, sum(shares)))
    off = min(points * point_value, sum(line.paid for line in lines))
    shares = _split(off, [line.paid for line in lines])
    lines = [
        replace(line, off=line.off + share, off_by_points=share) for line, share in zip(lines, shares, strict=True)
    ]
    if off:
        discounts.append(("", off))
    multipliers = [code for code in chosen if code.kind == "LOYALTY_MULTIPLIER"]
    useless |= {code for code in multipliers if not _changes_points(code, chosen, lines)}
    if useless:
        raise NotForThisOrder(useless)
    return Bill(lines=tuple(lines), discounts=tuple(discounts), points=-(-off // point_value))


def points_earned(lines: Sequence[Line], codes: Iterable[Code], refunded: int) -> int:
    """The points of the money that is kept of a paid order, one for each whole unit and times the multipliers."""
    kept = [line.paid - line.price_of(line.returned) for line in lines]
    money = max(0, min(sum(kept), sum(line.paid for line in lines) - refunded))
    if not money:
        return 0
    points = Fraction(0)
    for line, cents in zip(lines, kept, strict=True):
        of_line = Fraction(cents, CENTS)
        for code in codes:
            if code.kind == "LOYALTY_MULTIPLIER" and code.covers(line.item):
                of_line *= Fraction(code.value)
        points += of_line
    return int(points * money / sum(kept))


def points_spent(lines: Sequence[Line], points: int) -> int:
    """What remains spent of `points` after the returns."""
    off = sum(line.off_by_points for line in lines)
    if not off:
        return points
    back = sum(Fraction(line.off_by_points * line.returned, line.quantity) for line in lines)
    return points - round(points * back / off)


def _changes_points(code: Code, chosen: Sequence[Code], lines: Sequence[Line]) -> bool:
    others = [other for other in chosen if other != code]
    return points_earned(lines, chosen, 0) != points_earned(lines, others, 0)


def _shares_of(code: Code, lines: Sequence[Line]) -> list[int]:
    """What the code takes off each line."""
    covered = [line.paid if code.covers(line.item) else 0 for line in lines]
    match code.kind:
        case "BUY_X_GET_Y":
            return _free_pieces(code, lines)
        case "PERCENT":
            return _split(round(sum(covered) * Fraction(code.value) / 100), covered)
        case "AMOUNT":
            return _split(min(int(Fraction(code.value) * CENTS), sum(covered)), covered)
    return [0] * len(lines)


def _free_pieces(code: Code, lines: Sequence[Line]) -> list[int]:
    pieces = sorted(
        (line.price, number)
        for number, line in enumerate(lines)
        if code.covers(line.item)
        for _ in range(line.quantity)
    )
    rounds, rest = divmod(len(pieces), code.buy + code.get)
    free = pieces[: rounds * code.get + max(0, rest - code.buy)]
    return [sum(price for price, of in free if of == number) for number in range(len(lines))]


def _split(total: int, weights: Sequence[int]) -> list[int]:
    """In proportion to the weights; the cents that remain go to the largest remainders, the first of equal ones."""
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    exact = [Fraction(total * weight, whole) for weight in weights]
    parts = [int(part) for part in exact]
    missing = total - sum(parts)
    by_remainder = sorted(range(len(parts)), key=lambda number: (int(exact[number]) - exact[number], number))
    return [part + (number in by_remainder[:missing]) for number, part in enumerate(parts)]
