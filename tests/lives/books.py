"""The books that the model expects at the end, and those of the shop."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from tests.lives.bills import points_earned, points_spent
from tests.lives.commands import CASH
from tests.lives.goods import Goods
from tests.lives.rules import SOLD, State

IN_USE = {"PENDING", "CONFIRMED", *SOLD}


@dataclass(kw_only=True)
class Books:
    """On hand by item, uses by code, points by user, cents in the ledger by order, and the report by currency."""

    on_hand: dict[str, int] = field(default_factory=dict)
    reserved: dict[str, int] = field(default_factory=dict)
    uses: dict[str, int] = field(default_factory=dict)
    points: dict[str, int] = field(default_factory=dict)
    ledger: dict[str, int] = field(default_factory=dict)
    report: dict[str, dict[str, int]] = field(default_factory=dict)

    def differences(self, found: Books) -> list[str]:
        """What is expected here and found otherwise there."""
        lines = []
        for name in ("on_hand", "reserved", "uses", "points", "ledger", "report"):
            expected, seen = getattr(self, name), getattr(found, name)
            lines += [
                f"{name} of {key}: expected {expected.get(key)}, found {seen.get(key)}"
                for key in sorted(expected.keys() | seen.keys())
                if expected.get(key) != seen.get(key)
            ]
        return lines


@dataclass(frozen=True, kw_only=True)
class Ended:
    """An order at its end. `refunds` are those that were promised after the payment."""

    order_id: str
    user: str
    state: State


def expected(goods: Goods, users: Iterable[str], deliveries: Mapping[str, int], orders: Iterable[Ended]) -> Books:
    """Raises AssertionError if the orders together took more than there was."""
    books = Books(
        on_hand={item.id: item.pieces + deliveries.get(item.id, 0) for item in goods.items.values()},
        reserved=dict.fromkeys(goods.items, 0),
        uses=dict.fromkeys((code.name for code in goods.codes), 0),
        points=dict.fromkeys(users, 0),
    )
    earned: Counter[str] = Counter()
    spent: Counter[str] = Counter()
    uses: Counter[tuple[str, str]] = Counter()
    for order in orders:
        state, bill = order.state, order.state.bill
        assert state.status not in ("PENDING",), order
        if state.status in IN_USE:
            for line in bill.lines:
                books.on_hand[line.item] -= line.quantity - line.returned
            for code in state.codes:
                uses[order.user, code.name] += 1
            spends = points_spent(bill.lines, bill.points)
            books.points[order.user] -= spends
            spent[order.user] += spends
            if state.is_paid:
                books.points[order.user] += points_earned(bill.lines, state.codes, state.refunded)
        if state.is_paid:
            earned[order.user] += points_earned([replace(line, returned=0) for line in bill.lines], state.codes, 0)
            _report(books, state)
        kept = bill.total - state.refunded
        if state.is_paid and state.payment.method != CASH and kept:
            books.ledger[order.order_id] = kept
    for (_, name), count in uses.items():
        books.uses[name] += count
    _require_limits(goods, books, uses)
    for user, points in spent.items():
        assert points <= earned[user], f"{user} spent {points} points, and earned {earned[user]}"
    return books


def _report(books: Books, state: State) -> None:
    report = books.report.setdefault(state.currency, dict.fromkeys(("orders", "units", "revenue", "refunds"), 0))
    report["orders"] += 1
    report["units"] += sum(line.quantity for line in state.bill.lines)
    report["revenue"] += state.bill.total
    report["refunds"] += state.refunded


def _require_limits(goods: Goods, books: Books, uses: Counter[tuple[str, str]]) -> None:
    short = {item: pieces for item, pieces in books.on_hand.items() if pieces < 0}
    assert not short, f"more was sold than was there: {short}"
    for code in goods.codes:
        if code.max_uses is not None:
            assert books.uses[code.name] <= code.max_uses, f"{code} is used {books.uses[code.name]} times"
        most = max((count for (_, name), count in uses.items() if name == code.name), default=0)
        if code.max_uses_per_user is not None:
            assert most <= code.max_uses_per_user, f"{code} is used {most} times by one"
