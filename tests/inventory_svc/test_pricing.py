"""Prices: in any combination, lines add up to the exact total, never below zero, independent of order."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chassis.errors import InvalidArgument
from chassis.money import Money
from inventory_svc.domain.errors import IncentiveInvalid
from inventory_svc.domain.incentive import Incentive
from inventory_svc.domain.lines import HeldLine
from inventory_svc.domain.pricing import LoyaltyRates, Quote, price, spread, sub_total
from tests.builders.incentive import amount, buy_get, multiplier, percent

RATES = LoyaltyRates()


def a_line(item: int, quantity: int, unit_price: str) -> HeldLine:
    return HeldLine(item, f"SKU-{item}", "Shirt", quantity, Money.of(unit_price, "USD"))


def off(lines: list[HeldLine], *incentives: Incentive, points: int = 0, rates: LoyaltyRates = RATES) -> Quote:
    return price(lines, incentives, points, "USD", rates)


def shares(quote: Quote) -> list[list[str]]:
    return [[str(share.amount) for share in discount.shares] for discount in quote.discounts]


def test_the_cents_that_do_not_divide_go_to_the_largest_remainders() -> None:
    assert shares(off([a_line(1, 1, "1.00"), a_line(2, 1, "1.00"), a_line(3, 1, "1.00")], amount("1.00"))) == [
        ["0.34", "0.33", "0.33"]
    ]
    assert shares(off([a_line(1, 1, "0.10"), a_line(2, 1, "0.90")], percent("15"))) == [["0.02", "0.13"]]


@pytest.mark.parametrize(
    ("quantity", "free"), [(1, None), (2, None), (3, "10.00"), (4, "10.00"), (5, "10.00"), (6, "20.00")]
)
def test_buy_two_get_one(quantity: int, free: str | None) -> None:
    lines = [a_line(1, quantity, "10.00")]
    if free is None:
        with pytest.raises(IncentiveInvalid) as refusal:
            off(lines, buy_get(2, 1, code="B2G1"))
        assert refusal.value.metadata["code"] == "B2G1"
        assert "3 pieces" in refusal.value.metadata["why"]
    else:
        assert shares(off(lines, buy_get(2, 1))) == [[free]]


def test_who_takes_fewer_of_the_free_pieces_pays_for_none_of_them() -> None:
    assert shares(off([a_line(1, 2, "10.00")], buy_get(1, 3))) == [["10.00"]]


def test_the_cheapest_pieces_are_free() -> None:
    lines = [a_line(1, 2, "30.00"), a_line(2, 2, "10.00"), a_line(3, 2, "20.00")]

    assert shares(off(lines, buy_get(1, 1))) == [["0.00", "20.00", "20.00"]]


def test_only_the_items_it_is_for_get_cheaper() -> None:
    lines = [a_line(1, 1, "10.00"), a_line(2, 1, "10.00")]

    assert shares(off(lines, percent("50", product_item_ids=(2,)))) == [["0.00", "5.00"]]
    with pytest.raises(IncentiveInvalid):
        off(lines, percent("50", product_item_ids=(3,)))


@pytest.mark.parametrize(
    ("price_of_one", "codes"),
    [
        ("19.99", [percent("0.01", code="NOTHING")]),
        ("0.00", [amount("5.00", code="NOTHING")]),
        ("0.00", [buy_get(1, 1, code="NOTHING")]),
        ("10.00", [percent("100", id=1), percent("10", id=2, code="NOTHING")]),
        ("10.00", [percent("100", id=1), amount("5.00", id=2, code="NOTHING")]),
    ],
)
def test_a_code_that_takes_nothing_is_refused(price_of_one: str, codes: list[Incentive]) -> None:
    with pytest.raises(IncentiveInvalid) as refusal:
        off([a_line(1, 2, price_of_one)], *codes)

    assert refusal.value.metadata == {"code": "NOTHING", "why": "it takes nothing off this order"}


@pytest.mark.parametrize(
    ("price_of_one", "codes", "points", "rates"),
    [
        ("10.00", [multiplier("1", code="NOTHING")], 0, RATES),
        ("0.00", [multiplier("2", code="NOTHING")], 0, RATES),
        ("0.20", [multiplier("2", code="NOTHING")], 0, RATES),
        ("10.00", [percent("100", id=1), multiplier("2", id=2, code="NOTHING")], 0, RATES),
        ("10.00", [multiplier("2", id=1), multiplier("1", id=2, code="NOTHING")], 0, RATES),
        ("10.00", [multiplier("2", code="NOTHING")], 5_000, RATES),
        ("10.00", [multiplier("2", code="NOTHING")], 0, LoyaltyRates(earned_per_unit=Decimal(0))),
    ],
)
def test_a_multiplier_that_changes_no_points_is_refused(
    price_of_one: str, codes: list[Incentive], points: int, rates: LoyaltyRates
) -> None:
    with pytest.raises(IncentiveInvalid) as refusal:
        off([a_line(1, 2, price_of_one)], *codes, points=points, rates=rates)

    assert refusal.value.metadata == {"code": "NOTHING", "why": "it does not change the points of this order"}


def test_multipliers_that_cancel_each_other_out_are_not_refused() -> None:
    assert off([a_line(1, 1, "10.00")], multiplier("2", id=1), multiplier("0.5", id=2)).points_earned == 10


def test_a_code_that_takes_a_cent_is_not_refused() -> None:
    assert shares(off([a_line(1, 1, "50.01")], percent("0.01"))) == [["0.01"]]


def test_no_more_than_the_order_costs() -> None:
    quote = off([a_line(1, 1, "3.00")], amount("5.00"), points=1000)

    assert shares(quote) == [["3.00"], ["0.00"]]
    assert quote.points_spent == 0


def test_points_are_spent_as_far_as_they_are_needed() -> None:
    quote = off([a_line(1, 1, "3.00")], points=1000)

    assert (quote.points_spent, shares(quote), quote.points_earned) == (300, [["3.00"]], 0)
    assert off([a_line(1, 1, "3.00")], points=150).points_spent == 150
    # 250 points make a unit: 4 are worth a cent, of which 3 are needed.
    assert off([a_line(1, 1, "3.00")], points=4, rates=LoyaltyRates(worth_a_unit=250)).points_spent == 3


def test_points_are_earned_for_whole_units_of_what_is_paid() -> None:
    lines = [a_line(1, 1, "10.99"), a_line(2, 1, "10.00")]

    assert off(lines).points_earned == 20
    assert off(lines, percent("50")).points_earned == 10
    assert off(lines, multiplier("2")).points_earned == 41
    assert off(lines, multiplier("3", product_item_ids=(2,))).points_earned == 40
    assert off(lines, rates=LoyaltyRates(earned_per_unit=Decimal("0.5"))).points_earned == 10


def cents(low: int, high: int) -> st.SearchStrategy[Money]:
    return st.integers(low, high).map(lambda n: Money.of(Decimal(n).scaleb(-2), "USD"))


LINES = st.lists(st.tuples(st.integers(1, 1000), cents(0, 1_000_000)), min_size=1, max_size=6).map(
    lambda drawn: [HeldLine(n, f"S{n}", "x", quantity, unit) for n, (quantity, unit) in enumerate(drawn, 1)]
)
SCOPES = st.sets(st.integers(1, 6), max_size=3).map(lambda ids: tuple(sorted(ids)))
INCENTIVES = st.lists(
    st.one_of(
        st.builds(lambda p, s: percent(str(Decimal(p).scaleb(-2)), product_item_ids=s), st.integers(1, 10_000), SCOPES),
        st.builds(lambda a, s: amount(str(a.amount), product_item_ids=s), cents(1, 10_000_000), SCOPES),
        st.builds(lambda b, g, s: buy_get(b, g, product_item_ids=s), st.integers(1, 4), st.integers(1, 4), SCOPES),
        st.builds(lambda m: multiplier(str(Decimal(m).scaleb(-1))), st.integers(1, 50)),
    ),
    max_size=4,
).map(lambda drawn: [replace(incentive, id=n) for n, incentive in enumerate(drawn, 1)])
POINTS = st.integers(0, 10_000_000)
RATINGS = st.builds(LoyaltyRates, worth_a_unit=st.integers(1, 1000))


def quoted(lines: list[HeldLine], incentives: list[Incentive], points: int, rates: LoyaltyRates) -> Quote:
    try:
        return off(lines, *incentives, points=points, rates=rates)
    except IncentiveInvalid:
        assume(False)
        raise


@given(LINES, INCENTIVES, POINTS, RATINGS)
def test_lines_add_up_to_the_total_and_nothing_is_negative(
    lines: list[HeldLine], incentives: list[Incentive], points: int, rates: LoyaltyRates
) -> None:
    quote = quoted(lines, incentives, points, rates)
    whole = sub_total(lines, "USD")

    nets = [line.unit_price * line.quantity - quote.line_discount(number, "USD") for number, line in enumerate(lines)]
    assert all(share.amount >= 0 for discount in quote.discounts for share in discount.shares)
    assert all(share == share.rounded() for discount in quote.discounts for share in discount.shares)
    assert all(not net.is_negative for net in nets)
    assert Money.sum(nets, "USD") == quote.total(lines, "USD")
    discounted = Money.sum((discount.amount("USD") for discount in quote.discounts), "USD")
    assert quote.total(lines, "USD") == whole - discounted
    assert 0 <= quote.points_spent <= points
    assert quote.points_earned >= 0


@given(LINES, INCENTIVES, POINTS, st.randoms(use_true_random=False))
def test_the_order_of_codes_changes_nothing(
    lines: list[HeldLine], incentives: list[Incentive], points: int, random: Random
) -> None:
    shuffled = list(incentives)
    random.shuffle(shuffled)

    assert quoted(lines, shuffled, points, RATES) == quoted(lines, incentives, points, RATES)


@given(LINES, st.integers(1, 10_000))
def test_a_percentage_is_exact_to_half_a_cent(lines: list[HeldLine], hundredths: int) -> None:
    exact = sub_total(lines, "USD").amount * hundredths / 10_000
    try:
        (discount,) = off(lines, percent(str(Decimal(hundredths).scaleb(-2)))).discounts
    except IncentiveInvalid:
        assert exact <= Decimal("0.005")
    else:
        assert abs(discount.amount("USD").amount - exact) <= Decimal("0.005")


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=20), st.data())
def test_spreading_is_exact_fair_and_never_more_than_the_weight(weights: list[int], data: st.DataObject) -> None:
    total = data.draw(st.integers(0, sum(weights)))

    parts = spread(total, weights)

    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert 0 <= part <= weight
        assert not total or abs(part * sum(weights) - total * weight) < sum(weights)


@pytest.mark.parametrize(
    ("incentive", "fields"),
    [
        (percent("0"), {"incentive.value"}),
        (percent(code="\u200bSAVE"), {"incentive.code"}),
        (percent("100.01"), {"incentive.value"}),
        (amount("0"), {"incentive.value"}),
        (amount("1.005"), {"incentive.value"}),
        (amount("1.00", currency=""), {"incentive.currencyCode"}),
        (buy_get(0, 0), {"incentive.buyQuantity", "incentive.getQuantity"}),
        (multiplier("0"), {"incentive.value"}),
        (percent(product_item_ids=(1, 1)), {"incentive.productItemIds"}),
        (amount(min_total=Money.of("5", "EUR")), {"incentive.minTotal.currencyCode"}),
        (percent(max_uses=1, uses=2), {"incentive.maxUses"}),
    ],
)
def test_an_incentive_that_can_not_be_is_refused_with_all_its_faults(incentive: Incentive, fields: set[str]) -> None:
    with pytest.raises(InvalidArgument) as refusal:
        incentive.check()

    assert {violation.field for violation in refusal.value.violations} == fields
