"""What is printed cannot steer the terminal, and amounts and times are exact."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from easyorder_client import messages as m
from easyorder_client import to_money

from cli.output import clean, show, text


def test_names_of_anybody_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    product = m.Product(name="Lamp\x1b[2J\x07 [bold]Löwe")

    show([product], {"name": lambda shown: shown.name}, as_json=False, empty="")

    printed = capsys.readouterr().out
    assert "\x1b" not in printed
    assert "\x07" not in printed
    assert "[bold]Löwe" in printed
    assert clean("a\nb") == "a\N{REPLACEMENT CHARACTER}b"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (to_money("1234567.5", "EUR"), "1,234,567.50 EUR"),
        (datetime(2026, 1, 31, 12, 30, tzinfo=UTC), "2026-01-31 12:30:00Z"),
        (m.OrderStatus.PAID, "PAID"),
        (m.OrderStatus(99), "UNKNOWN(99)"),
        (None, ""),
        (True, "yes"),
    ],
)
def test_values_are_shown_as_people_read_them(value: object, shown: str) -> None:
    assert text(value) == shown
