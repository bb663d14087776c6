"""Filters: comparisons joined with AND, and errors with their position."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum

import pytest

from chassis.errors import InvalidArgument
from foundation.time_zones import time_zone
from ops.filters import Comparison, FilterField, one_of, parse_filter, parse_metadata_filter, time_field


class Colour(Enum):
    RED = 1
    BLUE = 2


FIELDS: Mapping[str, FilterField] = {
    "colour": one_of({"COLOUR_RED": Colour.RED, "COLOUR_BLUE": Colour.BLUE}, prefix="COLOUR_"),
    "made_at": time_field(),
}
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "   "])
def test_an_empty_filter_compares_nothing(text: str) -> None:
    assert parse_filter(text, FIELDS) == []


@pytest.mark.parametrize(
    "text",
    [
        'colour = COLOUR_RED AND made_at >= "2026-01-01T00:00:00Z"',
        'colour=COLOUR_RED AND made_at>="2026-01-01T00:00:00Z"',
        'colour = RED AND made_at >= "2026-01-01T00:00:00Z"',
        'colour = "RED" AND made_at >= "2026-01-01T00:00:00Z"',
        "  colour = 'COLOUR_RED'\n AND made_at >= '2026-01-01T02:00:00+02:00' ",
    ],
)
def test_comparisons_are_joined_with_and(text: str) -> None:
    assert parse_filter(text, FIELDS) == [
        Comparison("colour", "=", Colour.RED),
        Comparison("made_at", ">=", NEW_YEAR),
    ]


@pytest.mark.parametrize("symbol", ["=", "!=", "<", "<=", ">", ">="])
def test_each_operator_does_what_it_says(symbol: str) -> None:
    (comparison,) = parse_filter(f'made_at {symbol} "2026-01-01T00:00:00Z"', FIELDS)
    meaning = {"=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt}
    compare = meaning.get(symbol, operator.ge)

    for seconds in (-1, 0, 1):
        time = NEW_YEAR + timedelta(seconds=seconds)
        assert comparison.applied_to(time) is compare(time, NEW_YEAR)


def test_times_are_compared_in_utc() -> None:
    (comparison,) = parse_filter('made_at = "2026-01-01T01:00:00+01:00"', FIELDS)

    assert comparison.value == datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=1)))
    assert comparison.value.tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-03-29", "2026-03-28T23:00:00+00:00"),
        ("2026-03-30", "2026-03-29T22:00:00+00:00"),
        # Clocks skip this hour, and show this one twice: the first is meant.
        ("2026-03-29T02:30:00", "2026-03-29T01:30:00+00:00"),
        ("2026-10-25T02:30:00", "2026-10-25T00:30:00+00:00"),
        ("2026-10-25T02:30:00Z", "2026-10-25T02:30:00+00:00"),
    ],
)
def test_a_time_without_an_offset_is_one_of_the_time_zone(text: str, time: str) -> None:
    (comparison,) = parse_filter(f'made_at >= "{text}"', FIELDS, time_zone("Europe/Berlin"))

    assert comparison.value.isoformat() == time


@pytest.mark.parametrize(
    ("text", "position", "why"),
    [
        ("size = 1", 1, "there is no field size to filter by, only colour, made_at"),
        ("colour", 7, "one of = != < <= > >= is expected here"),
        ("colour COLOUR_RED", 8, "one of = != < <= > >= is expected here"),
        ("colour = ", 10, "a value is expected here"),
        ("= COLOUR_RED", 1, "the name of a field is expected here"),
        ("colour = GREEN", 10, "colour must be one of COLOUR_RED, COLOUR_BLUE, with or without COLOUR_"),
        ("colour = red", 10, "colour must be one of COLOUR_RED, COLOUR_BLUE, with or without COLOUR_"),
        ("colour > COLOUR_RED", 8, "colour can only be compared by != and ="),
        ('made_at > "yesterday"', 11, "made_at must be a quoted time"),
        ('made_at > "2026-02-30"', 11, "made_at must be a quoted time"),
        (
            'made_at > "2026-01-01T00:00:00 02:00"',
            11,
            'made_at must be a quoted time such as "2026-01-01T00:00:00Z"; in a URL, write the + of an offset as %2B',
        ),
        ('made_at >= "0001-01-01T00:00:00+23:59"', 12, "made_at must be a quoted time"),
        ('made_at >= "9999-12-31T23:59:59-00:01"', 12, "made_at must be a quoted time"),
        ("colour = COLOUR_RED OR colour = COLOUR_BLUE", 21, "only AND can join comparisons"),
        ("colour = COLOUR_RED and colour = COLOUR_BLUE", 21, "only AND can join comparisons"),
        ("colour = COLOUR_RED AND", 24, "a comparison is expected after AND"),
        ("(colour = COLOUR_RED)", 1, "( is not understood"),
        ('made_at > "2026', 11, '" is not understood'),
        ("colour = COLOUR_RED 'x'", 21, "AND is expected here"),
    ],
)
def test_a_fault_is_told_with_its_place(text: str, position: int, why: str) -> None:
    with pytest.raises(InvalidArgument) as refused:
        parse_filter(text, FIELDS)

    (violation,) = refused.value.violations
    assert violation.field == "filter"
    assert violation.description.startswith(f"at character {position}: {why}")


def test_quotes_may_be_escaped() -> None:
    fields = {"name": FilterField(frozenset({"="}), str)}

    assert parse_filter(r'name = "a \"b\" \\ c"', fields) == [Comparison("name", "=", r'a "b" \ c')]


def test_a_filter_of_metadata_names_what_keys_must_have() -> None:
    assert parse_metadata_filter("") == {}
    assert parse_metadata_filter('metadata.new = yes AND metadata.a.b = "\u00e9 \\" x" AND metadata.new=yes') == {
        "new": "yes",
        "a.b": '\u00e9 " x',
    }
    for wrong in ("status = x", "metadata = x", "metadata.new != yes", "metadata.new = yes AND metadata.new = no"):
        with pytest.raises(InvalidArgument):
            parse_metadata_filter(wrong)
