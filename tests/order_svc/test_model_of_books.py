"""The model of the random interleavings gives the figures of docs/orders.md."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from tests.order_svc.interleavings.model import Books, Line, Order, Terms, books_of, discounts


def an_order(*lines: Line, terms: tuple[Terms, ...] = (), points: int = 0) -> Order:
    """A paid order; what its returned pieces cost is refunded."""
    order = Order(
        id=1,
        user="ada",
        status="PAID",
        method="CARD",
        lines=lines,
        terms=terms,
        points=points,
        was_paid=True,
        refunded=0,
        transaction_id="t-1",
    )
    return replace(order, refunded=order.worth_of_returns)


def books(*orders: Order, rate: int = 1) -> Books:
    codes = {terms.code for order in orders for terms in order.terms}
    return books_of(orders, {1: 10, 2: 10}, ["ada"], codes, rate)


def per_cent(value: str, *items: int) -> Terms:
    return Terms(id=1, code="SAVE", kind="PERCENT", value=Fraction(value), items=frozenset(items))


def test_points_follow_the_money_that_is_kept() -> None:
    left = [books(an_order(Line(item=1, quantity=7, price=150, returned=n))).points["ada"] for n in range(8)]

    assert left == [10, 9, 7, 6, 4, 3, 1, 0]


def test_each_piece_counts_with_what_was_paid_for_it() -> None:
    lines = Line(item=1, quantity=1, price=100_00, returned=1), Line(item=2, quantity=1, price=100_00)

    assert books(an_order(*lines, terms=(per_cent("99", 1),))).points["ada"] == 100


@pytest.mark.parametrize(
    ("price", "off", "expected"), [(50, "5", 2), (10, "15", 2), (19_99, "12.5", 2_50)], ids=["0.50", "0.10", "19.99"]
)
def test_half_a_cent_goes_to_the_even_one(price: int, off: str, expected: int) -> None:
    assert discounts([Line(item=1, quantity=1, price=price)], [per_cent(off)], 0) == {"SAVE": [expected]}


def test_of_each_three_pieces_the_cheapest_is_free() -> None:
    free = Terms(id=1, code="FREE", kind="BUY_X_GET_Y", buy=2, get=1)
    lines = [Line(item=1, quantity=4, price=10_00), Line(item=2, quantity=2, price=3_00)]

    assert discounts(lines, [free], 0) == {"FREE": [0, 6_00]}


def test_the_books_of_one_order_in_every_status() -> None:
    """As in "What the books show": half of two pieces of 10.00, and 100 points."""
    order = an_order(Line(item=1, quantity=2, price=10_00), terms=(per_cent("50"),), points=100)
    returned = an_order(replace(order.lines[0], returned=1), terms=order.terms, points=100)
    shown = {
        "paid": books(order),
        "returned": books(returned),
        "placed": books(replace(order, status="CONFIRMED", was_paid=False)),
        "cash": books(replace(order, status="CONFIRMED", method="CASH", was_paid=False)),
        "cancelled": books(replace(order, status="CANCELLED", refunded=order.total)),
    }

    assert {
        name: (of.on_hand[1], of.reserved[1], of.points["ada"], of.uses["SAVE"], of.revenue, sum(of.ledger.values()))
        for name, of in shown.items()
    } == {
        "paid": (8, 0, -91, 1, 9_00, 9_00),
        "returned": (9, 0, -46, 1, 9_00, 4_50),
        "placed": (10, 2, -100, 1, 0, 0),
        "cash": (8, 0, -100, 1, 0, 0),
        "cancelled": (10, 0, 0, 0, 9_00, 0),
    }
