"""Hostile values for each field of the contract, as bytes on the wire, as JSON and as text of a URL.

Generated from the descriptor set, so that a new field is attacked as soon as it exists.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.json_format import ParseDict
from google.protobuf.message_factory import GetMessageClass

from chassis import contract

Json = dict[str, Any]
Path = tuple[FieldDescriptor, ...]

MEGABYTE = 1_000_000
_VARINT, _FIXED64, _DELIMITED, _GROUP, _FIXED32 = 0, 1, 2, 3, 5
_INTEGERS = {
    FieldDescriptor.TYPE_INT32: 31,
    FieldDescriptor.TYPE_INT64: 63,
    FieldDescriptor.TYPE_UINT32: 32,
    FieldDescriptor.TYPE_UINT64: 64,
}
# Values that are good by themselves, of messages whose rules are not in the contract.
_GOOD: Mapping[str, Any] = {
    "google.type.Money": {"currencyCode": "USD", "units": "10"},
    "google.protobuf.FieldMask": "name",
    "google.protobuf.Timestamp": "2026-01-01T00:00:00Z",
}
_PLACE = "@@hostile@@"


@dataclass(frozen=True)
class Value:
    """One value for one field; None where it cannot be said in that form."""

    label: str
    wire: bytes | None
    json: bytes | None
    url: bytes | None = None


@dataclass(frozen=True)
class Attack:
    """A request that is good but for one field."""

    label: str
    wire: bytes | None
    body: Json
    fragment: bytes | None
    url: bytes | None

    def json_of(self, body: Any) -> bytes:
        """`body`, a part of the request, with the hostile value where it belongs."""
        return json.dumps(body).encode().replace(f'"{_PLACE}"'.encode(), self.fragment or b"")


def attacks(request: Descriptor, known: Mapping[str, Any]) -> Iterator[Attack]:
    """Every hostile value in every field, messages inside included. `known` has values that exist, by field name."""
    good = good_message(request, known)
    yield Attack("nothing", b"", {}, None, None)
    yield Attack("good", _serialized(request, good), good, None, None)
    yield Attack("not a message", b"\xff" * 20, good, None, None)
    # What occurs in several places of a request, such as an amount of money, is attacked in the first.
    first = {path[-1].full_name: path for path in reversed(list(_paths(request, ())))}
    for path in first.values():
        label = ".".join(field.name for field in path)
        for value in _values(path[-1]):
            wire = None if value.wire is None else _on_the_wire(request, good, path, value.wire, known)
            body = _in_json(request, good, path, known) if value.json is not None else {}
            yield Attack(f"{label}: {value.label}", wire, body, value.json, value.url)


def _message_type(field: FieldDescriptor) -> Descriptor:
    assert field.message_type is not None
    return field.message_type


def good_message(message: Descriptor, known: Mapping[str, Any]) -> Any:
    """The JSON of a message that passes the rules of the contract, with the fewest fields."""
    if message.full_name in _GOOD:
        return _GOOD[message.full_name]
    made: Json = {}
    for field in message.fields:
        rules = contract.rules_of(field)
        if contract.is_required(field) or rules.min_items or field.name in known:
            value = known[field.name] if field.name in known else _good_value(field, known)
            made[field.json_name] = [value] * max(1, rules.min_items) if field.is_repeated else value
    return made


def _good_value(field: FieldDescriptor, known: Mapping[str, Any]) -> Any:
    rules = contract.rules_of(field)
    if field.message_type is not None:
        return good_message(_message_type(field), known)
    if field.enum_type is not None:
        return field.enum_type.values[1].name
    if field.type == FieldDescriptor.TYPE_STRING:
        example = rules.pattern_description.rpartition("such as ")[2]
        return rules.one_of[0] if rules.one_of else example or "x" * max(1, rules.min_length)
    if field.type == FieldDescriptor.TYPE_BYTES:
        return "eA=="
    return True if field.type == FieldDescriptor.TYPE_BOOL else max(1, rules.min or 1)


def _paths(message: Descriptor, above: Path) -> Iterator[Path]:
    for field in message.fields:
        if field.message_type in [f.containing_type for f in above] or len(above) > 4:
            continue
        yield (*above, field)
        if field.message_type is not None and not field.message_type.GetOptions().map_entry:
            yield from _paths(field.message_type, (*above, field))


def _values(field: FieldDescriptor) -> Iterator[Value]:
    yield Value("an unexpected wire type", _tag(field, _FIXED32) + b"\xff" * 4, None)
    yield Value("an open group", _tag(field, _GROUP), None)
    yield Value("cut off", _tag(field, _DELIMITED) + b"\x7fx", None)
    for literal in ("null", "{}", "[]", "1.5", '"x"', "1e999"):
        yield Value(f"JSON {literal}", None, literal.encode(), literal.encode())
    if field.is_repeated:
        yield from _too_many(field)
    if field.message_type is not None:
        yield from _messages(field)
    elif field.type == FieldDescriptor.TYPE_STRING:
        yield from _texts(field)
    elif field.type == FieldDescriptor.TYPE_BYTES:
        for label, data in {"empty": b"", "a megabyte": b"\xff" * MEGABYTE, "NUL": b"\0"}.items():
            encoded = base64.b64encode(data[: MEGABYTE // 2])
            yield Value(label, _delimited(field, data), b'"' + encoded + b'"', encoded)
        yield Value("not base64", None, b'"!!!"', b"!!!")
    else:
        yield from _numbers(field)


def _too_many(field: FieldDescriptor) -> Iterator[Value]:
    is_text = field.type == FieldDescriptor.TYPE_STRING
    is_long = field.message_type is not None or is_text
    one = _delimited(field, b"x" if is_text else b"") if is_long else _tag(field, _VARINT) + b"\x01"
    literal = "{}" if field.message_type is not None else '"1"' if is_text else "1"
    yield Value("many", one * 5_000, f"[{','.join([literal] * 5_000)}]".encode())
    yield Value("very many", one * 200_000, None)


def _messages(field: FieldDescriptor) -> Iterator[Value]:
    yield Value("an empty message", _delimited(field, b""), None)
    yield Value("no message", _delimited(field, b"\xff" * 20), None)
    if _message_type(field).full_name == "google.protobuf.Timestamp":
        for time in ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z", "0001-01-01T00:00:00+23:59", "now", ""):
            yield Value(f"time {time}", None, json.dumps(time).encode(), time.encode())
        for seconds in (-62_135_596_800, 253_402_300_799, 253_402_300_800, 2**63 - 1, -(2**63)):
            content = b"\x08" + _varint(seconds) + b"\x10" + _varint(999_999_999)
            yield Value(f"time of {seconds} s", _delimited(field, content), None)


def _numbers(field: FieldDescriptor) -> Iterator[Value]:
    if field.type in _INTEGERS:
        limit = 2 ** _INTEGERS[field.type]
        numbers = [0, 1, -1, -limit, limit - 1, limit, 2**64 - 1]
    else:
        numbers = [0, -1, 2**31 - 1, 2**31]
    for number in numbers:
        literal = str(number).encode()
        yield Value(str(number), _tag(field, _VARINT) + _varint(number), b'"' + literal + b'"', literal)
        yield Value(f"bare {number}", None, literal)
    yield Value("a varint without end", _tag(field, _VARINT) + b"\xff" * 11, None)
    if field.type in (FieldDescriptor.TYPE_DOUBLE, FieldDescriptor.TYPE_FLOAT):
        yield Value("not a number", _tag(field, _FIXED64) + b"\xff" * 8, b'"NaN"', b"NaN")


def _texts(field: FieldDescriptor) -> Iterator[Value]:
    texts: dict[str, str] = {
        "empty": "",
        "blank": " \t ",
        "NUL": "a\0b",
        "control characters": "a\x01\x1b[31m\x7f\u202e\r\nx: y",
        "a megabyte": "x" * MEGABYTE,
        "an e-mail of 60 KB": "a@" + "." * 60_000 + "@",
        "200 characters of four bytes": "\U0001f600" * 200,
        "what other languages quote": "'\"`; -- \\ % _ ${x} {{x}} : & | ! ( * <-> ../..",
        "SQL that is always true": "x' OR '1'='1",
        "SQL that drops a table": "'; DROP TABLE orders CASCADE; --",
        "SQL that sleeps": "x'||pg_sleep(30)||'",
        "a number": "9223372036854775808",
        "the first day": "0001-01-01",
        "the last day": "9999-12-31",
        "no day": "2026-02-30",
        "a time before all": 'placed_at >= "0001-01-01T00:00:00+23:59"',
        "a time after all": 'placed_at < "9999-12-31T23:59:59-23:59" AND placed_at != "0001-01-01T00:00:00Z"',
    }
    if field.name == "page_token":
        texts |= dict(_altered_tokens())
    for label, text in texts.items():
        data = text.encode()
        yield Value(label, _delimited(field, data), json.dumps(text).encode(), data)
    yield Value("no UTF-8", _delimited(field, b"a\xff\xfe\xc3("), b'"a\xff\xfe\xc3("', b"a\xff\xfe\xc3(")
    yield Value("half a character", _delimited(field, b"\xed\xa0\x80"), b'"\\ud800"', b"\xed\xa0\x80")


def _altered_tokens() -> Iterator[tuple[str, str]]:
    keys: Sequence[Any] = (
        *(0, -1, 2**63, 10**100, None, {}, "x", [0, 2**63], [99, 1], [-9, 1]),
        *(["0001-01-01T00:00:00+23:59", 1], ["9999-12-31T23:59:59Z", 2**63], ["2026-01-01T00:00:00Z", -1]),
    )
    for filter in ("", "jobs None", "errors", "audit"):
        digest = hashlib.sha256(filter.encode()).hexdigest()[:16]
        for number, key in enumerate(keys):
            content = json.dumps([digest, key]).encode()
            yield f"altered token {number} of '{filter}'", base64.urlsafe_b64encode(content).decode().rstrip("=")


def _on_the_wire(message: Descriptor, good: Any, path: Path, value: bytes, known: Mapping[str, Any]) -> bytes:
    """The message with `value` in place of the field at the end of the path."""
    field, *rest = path
    if not isinstance(good, dict):
        return _serialized(message, good) + value
    around = _serialized(message, {name: other for name, other in good.items() if name != field.json_name})
    if not rest:
        return around + value
    inside = _message_type(field)
    return around + _delimited(field, _on_the_wire(inside, _inside(good, field, known), tuple(rest), value, known))


def _in_json(message: Descriptor, good: Any, path: Path, known: Mapping[str, Any]) -> Any:
    """The message with a mark in place of the field at the end of the path."""
    field, *rest = path
    if not isinstance(good, dict):
        return _PLACE
    value: Any = _PLACE
    if rest:
        value = _in_json(_message_type(field), _inside(good, field, known), tuple(rest), known)
        value = [value] if field.is_repeated else value
    return good | {field.json_name: value}


def _inside(good: Json, field: FieldDescriptor, known: Mapping[str, Any]) -> Any:
    there = good.get(field.json_name)
    if there:
        return there[0] if field.is_repeated else there
    return good_message(_message_type(field), known)


def _serialized(message: Descriptor, value: Any) -> bytes:
    made = ParseDict(value, GetMessageClass(message)(), descriptor_pool=contract.pool())
    return bytes(made.SerializeToString())


def _tag(field: FieldDescriptor, wire_type: int) -> bytes:
    return _varint(field.number << 3 | wire_type)


def _delimited(field: FieldDescriptor, content: bytes) -> bytes:
    return _tag(field, _DELIMITED) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    number &= 2**64 - 1
    written = bytearray()
    while number > 127:
        written.append(number & 127 | 128)
        number >>= 7
    return bytes([*written, number])
