"""Money is exact, has one currency, and survives the wire unchanged."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.google_types import money_message
from chassis.money import Money

amounts = st.decimals(min_value=-(10**15), max_value=10**15, places=2)


@given(amounts)
def test_units_and_nanos_bring_the_amount_back(amount: Decimal) -> None:
    money = Money(amount, "EUR")

    message = money_message(money)
    assert Money.from_units(message.units, message.nanos, "EUR") == money
    assert abs(message.nanos) < 10**9
    assert message.units * message.nanos >= 0


@given(st.lists(amounts, max_size=20))
def test_a_sum_is_exact(several: list[Decimal]) -> None:
    assert Money.sum((Money(amount, "EUR") for amount in several), "EUR").amount == sum(several, Decimal("0.00"))


@pytest.mark.parametrize(
    ("amount", "rounded"), [("0.005", "0.00"), ("0.015", "0.02"), ("0.025", "0.02"), ("-1.005", "-1.00"), (3, "3.00")]
)
def test_amounts_are_rounded_half_to_even(amount: str | int, rounded: str) -> None:
    assert str(Money.of(amount, "USD")) == f"{rounded} USD"


def test_arithmetic_stays_exact() -> None:
    tenth = Money.of("0.10", "USD")

    assert tenth * 3 - Money.of("0.30", "USD") == Money.zero("USD")
    assert (tenth - Money.of("0.20", "USD")).is_negative
    assert not Money.zero("USD").is_negative


def test_currencies_do_not_mix() -> None:
    for mix in (Money.__add__, Money.__sub__):
        with pytest.raises(ValueError, match="EUR cannot be mixed with USD"):
            mix(Money.of(1, "USD"), Money.of(1, "EUR"))
    with pytest.raises(ValueError, match="cannot be mixed"):
        Money.sum([Money.of(1, "EUR")], "USD")
