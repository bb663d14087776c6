"""Filters of lists: the part of AIP-160 that compares fields with values and joins comparisons with AND.

`status = ORDER_STATUS_PAID AND placed_at >= "2026-01-01T00:00:00Z"`. Anything else is an InvalidArgument that names the
field `filter` and the position of the error, counted in characters from 1.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from enum import Enum
from typing import Any, NoReturn, TypeVar

from chassis.clock import in_utc
from chassis.errors import InvalidArgument

OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_TOKEN = re.compile(
    r"""\s*(?:(?P<operator><=|>=|!=|=|<|>)|(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<word>[^\s<>=!"'()]+)|(?P<end>$))"""
)
_ESCAPED = re.compile(r"\\(.)")

E = TypeVar("E", bound=Enum)


@dataclass(frozen=True, slots=True)
class FilterField:
    """A field that may be compared, and its operators. `parse` raises a ValueError that says what is expected."""

    operators: frozenset[str]
    parse: Callable[[str], object]
    # Its keys are compared, as in `metadata.channel`.
    is_map: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """`field operator value`, with the value that the field's `parse` returned."""

    field: str
    operator: str
    value: Any
    key: str = ""

    def applied_to(self, attribute: Any) -> Any:
        """The comparison with `attribute` as its left side; SQL if `attribute` is a column."""
        if self.key:
            return attribute.contains({self.key: self.value})
        return OPERATORS[self.operator](attribute, self.value)


def one_of(values: Mapping[str, E], *, prefix: str) -> FilterField:
    """An enum field, with the names of its values in the contract, which are also taken without the prefix."""
    by_name = {name.removeprefix(prefix): value for name, value in values.items()} | dict(values)

    def parse(text: str) -> E:
        if text not in by_name:
            raise ValueError(f"must be one of {', '.join(values)}, with or without {prefix}")
        return by_name[text]

    return FilterField(frozenset({"=", "!="}), parse)


def text_field() -> FilterField:
    """A word or a quoted text, compared as a whole."""
    return FilterField(frozenset({"=", "!="}), str)


def map_field() -> FilterField:
    """A map from text to text: the value of a key is compared as a whole."""
    return FilterField(frozenset({"="}), str, is_map=True)


def number_field() -> FilterField:
    """A whole number that a bigint can hold."""

    def parse(text: str) -> int:
        if not re.fullmatch("[0-9]{1,18}", text):
            raise ValueError("must be a number of up to 18 digits")
        return int(text)

    return FilterField(frozenset({"=", "!="}), parse)


def time_field() -> FilterField:
    """A point in time, in RFC 3339; without an offset, or as a day, it is one of the time zone of the filter."""

    def parse(text: str) -> datetime:
        try:
            time = datetime.fromisoformat(text)
            return time if time.tzinfo is None else in_utc(time)
        except ValueError:
            expected = 'must be a quoted time such as "2026-01-01T00:00:00Z"'
            # In a query, + stands for a blank.
            hint = "; in a URL, write the + of an offset as %2B" if " " in text else ""
            raise ValueError(expected + hint) from None

    return FilterField(frozenset(OPERATORS), parse)


def parse_filter(text: str, fields: Mapping[str, FilterField], zone: tzinfo = UTC) -> list[Comparison]:
    """The comparisons that must all be true; none for an empty filter. Raises InvalidArgument."""
    tokens = _Tokens(text)
    comparisons: list[Comparison] = []
    while not tokens.at_end:
        if comparisons:
            tokens.take_and()
        comparisons.append(_comparison(tokens, fields, zone))
    return comparisons


def parse_metadata_filter(text: str) -> dict[str, str]:
    """The values that keys of metadata must have, from a filter of nothing else. Raises InvalidArgument."""
    wanted: dict[str, str] = {}
    for comparison in parse_filter(text, {"metadata": map_field()}):
        if wanted.setdefault(comparison.key, comparison.value) != comparison.value:
            raise InvalidArgument.of("filter", f"metadata.{comparison.key} cannot have two values")
    return wanted


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    position: int

    def refuse(self, why: str) -> NoReturn:
        raise InvalidArgument.of("filter", f"at character {self.position}: {why}")


class _Tokens:
    """The tokens of a filter, in order."""

    def __init__(self, text: str) -> None:
        self._tokens = _split(text)
        self._next = next(self._tokens)

    @property
    def at_end(self) -> bool:
        return self._next.kind == "end"

    def take(self, wanted: str, *kinds: str) -> _Token:
        token = self._next
        if token.kind not in kinds:
            token.refuse(f"{wanted} is expected here")
        self._next = next(self._tokens)
        return token

    def take_and(self) -> None:
        token = self.take("AND", "word")
        if token.text != "AND":
            token.refuse("only AND can join comparisons")
        if self.at_end:
            self._next.refuse("a comparison is expected after AND")


def _split(text: str) -> Iterator[_Token]:
    position = 0
    while True:
        match = _TOKEN.match(text, position)
        if match is None:
            rest = text[position:].lstrip()
            _Token("", "", len(text) - len(rest) + 1).refuse(f"{rest[0]} is not understood")
        kind = match.lastgroup or "end"
        yield _Token(kind, match[kind], match.start(kind) + 1)
        position = match.end()


def _comparison(tokens: _Tokens, fields: Mapping[str, FilterField], zone: tzinfo) -> Comparison:
    name = tokens.take("the name of a field", "word")
    of_map, _, key = name.text.partition(".")
    field = fields.get(of_map)
    if field is None or bool(key) is not field.is_map:
        name.refuse(f"there is no field {name.text} to filter by, only {', '.join(fields)}")
    comparator = tokens.take(f"one of {' '.join(OPERATORS)}", "operator")
    if comparator.text not in field.operators:
        comparator.refuse(f"{name.text} can only be compared by {' and '.join(sorted(field.operators))}")
    value = tokens.take("a value", "word", "text")
    try:
        parsed = field.parse(_unquoted(value))
        if isinstance(parsed, datetime) and parsed.tzinfo is None:
            parsed = in_utc(parsed.replace(tzinfo=zone))
        return Comparison(of_map, comparator.text, parsed, key)
    except ValueError as error:
        value.refuse(f"{name.text} {error}")


def _unquoted(token: _Token) -> str:
    return _ESCAPED.sub(r"\1", token.text[1:-1]) if token.kind == "text" else token.text
