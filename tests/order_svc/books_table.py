"""What the books show at each moment of an order, for each way of paying; tried by test_books.py, shown in the docs.

The order has two pieces of 10.00, of five in stock, or of none if it is a backorder. A code takes half of it, and 100
points take 1.00 of the rest: 9.00 are paid. The order that has nothing to pay has a code for all of it, and no points.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

METHODS = ("card", "PayPal", "wallet", "cash", "nothing to pay", "backorder")
MOMENTS = ("placed", "paid", "failed", "retried", "cancelled", "shipped", "returned")


@dataclass(frozen=True, kw_only=True)
class Books:
    """`points` since before the order; `ledger` is what the provider took, less what it gave back."""

    on_hand: int
    reserved: int = 0
    points: int
    uses: int = 1
    revenue: Decimal = Decimal("0.00")
    ledger: Decimal = Decimal("0.00")

    def cells(self) -> list[str]:
        amounts = (self.on_hand, self.reserved, f"{self.points:+}" if self.points else 0, self.uses)
        return [str(amount) for amount in (*amounts, self.revenue, self.ledger)]


_PAID, _HALF = Decimal("9.00"), Decimal("4.50")
_SOLD = Books(on_hand=3, points=-91, revenue=_PAID, ledger=_PAID)
_BY_PROVIDER: Mapping[str, Books] = {
    "placed": Books(on_hand=5, reserved=2, points=-100),
    "paid": _SOLD,
    "failed": Books(on_hand=5, points=0, uses=0),
    "retried": _SOLD,
    # The report shows what was paid on the day, and refunds separately.
    "cancelled": Books(on_hand=5, points=0, uses=0, revenue=_PAID),
    "shipped": _SOLD,
    # One of the two pieces came back, with 4.50, 50 points, and those that 4.50 had earned.
    "returned": Books(on_hand=4, points=-46, revenue=_PAID, ledger=_HALF),
}
_CASH: Mapping[str, Books] = {
    "placed": Books(on_hand=3, points=-100),
    "paid": Books(on_hand=3, points=-91, revenue=_PAID),
    # A refused payment by card is retried in cash.
    "retried": Books(on_hand=3, points=-100),
    "cancelled": Books(on_hand=5, points=0, uses=0),
    "shipped": Books(on_hand=3, points=-100),
    "returned": Books(on_hand=4, points=-46, revenue=_PAID),
}
_NOTHING: Mapping[str, Books] = {
    "placed": Books(on_hand=3, points=0),
    "paid": Books(on_hand=3, points=0),
    "cancelled": Books(on_hand=5, points=0, uses=0),
    "shipped": Books(on_hand=3, points=0),
    "returned": Books(on_hand=4, points=0),
}
_FILLED = Books(on_hand=0, points=-91, revenue=_PAID, ledger=_PAID)
_BACKORDER: Mapping[str, Books] = {
    "placed": Books(on_hand=0, points=-100),
    # From here on the two pieces have arrived, and a card is charged.
    "paid": _FILLED,
    "failed": Books(on_hand=2, points=0, uses=0),
    "retried": _FILLED,
    # While it waits.
    "cancelled": Books(on_hand=0, points=0, uses=0),
    "shipped": _FILLED,
    "returned": Books(on_hand=1, points=-46, revenue=_PAID, ledger=_HALF),
}
TABLE: Mapping[str, Mapping[str, Books]] = dict(
    zip(METHODS, (*[_BY_PROVIDER] * 3, _CASH, _NOTHING, _BACKORDER), strict=True)
)


def markdown() -> list[str]:
    """A row for each cell; ways of paying with equal books share their rows."""
    alike: dict[str, Mapping[str, Books]] = {}
    for method, books in TABLE.items():
        same = next((name for name, known in alike.items() if known == books), "")
        alike.pop(same, None)
        alike[f"{same}, {method}" if same else method] = books
    header = ("moment", "paid by", "on hand", "reserved", "points", "uses", "revenue", "ledger")
    lines = [_row(header), _row(["---"] * len(header))]
    for moment in MOMENTS:
        lines += [_row((moment, name, *books[moment].cells())) for name, books in alike.items() if moment in books]
    return lines


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
