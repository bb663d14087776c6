"""Checks a message against the rules that the contract gives its fields, before any handler sees it.

Besides (easyorder.validate.v1.rules): an enum must be a value the contract knows, text must not contain NUL, which no
database column can hold, and text and lists are bounded also where the contract states no bound.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, cast

import betterproto2
from easyorder.validate.v1 import Rules
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from chassis import contract
from chassis.errors import FieldViolation, InvalidArgument

DEFAULT_MAX_LENGTH = 1000
DEFAULT_MAX_ITEMS = 1000

Found = list[FieldViolation]
# What is wrong with one value, or None.
Check = Callable[[Any], str | None]
# Adds what is wrong with one field, or with all of a message, to the list; the text is the path to it.
Inspect = Callable[[Any, str, Found], None]


def check(message: betterproto2.Message) -> None:
    """Raises InvalidArgument naming every field at fault, as a JSON caller writes it (`items[0].productItemId`)."""
    found: Found = []
    _inspector(type(message))(message, "", found)
    if found:
        raise InvalidArgument.of_all(found)


def refuse_long_lists(upb: Any, path: str = "") -> None:
    """Raises InvalidArgument for the first list with too many elements, before a dataclass is made of each."""
    for field, most in _lists(upb.DESCRIPTOR):
        if not field.is_repeated:
            if upb.HasField(field.name):
                refuse_long_lists(getattr(upb, field.name), f"{path}{field.json_name}.")
            continue
        values = getattr(upb, field.name)
        if len(values) > most:
            raise InvalidArgument.of(path + field.json_name, f"takes at most {most}")
        if _has_lists(field.message_type):
            for index, value in enumerate(values):
                refuse_long_lists(value, f"{path}{field.json_name}[{index}].")


@cache
def _lists(message: Descriptor) -> tuple[tuple[FieldDescriptor, int], ...]:
    """The lists of a message with the most that each takes, and the messages inside that have lists."""
    fields = [field for field in message.fields if field.is_repeated or _has_lists(field.message_type)]
    return tuple((field, contract.rules_of(field).max_items or DEFAULT_MAX_ITEMS) for field in fields)


@cache
def _has_lists(message: Descriptor | None, above: frozenset[Descriptor] = frozenset()) -> bool:
    if message is None or message in above or message.GetOptions().map_entry:
        return False
    return any(field.is_repeated or _has_lists(field.message_type, above | {message}) for field in message.fields)


@cache
def _inspector(message_type: type[betterproto2.Message]) -> Inspect:
    """Compiled once per message type; the types inside are looked up when there is such a value."""
    attribute_of = cast(Any, message_type)._betterproto.field_name_by_number
    fields = [
        (attribute_of[field.number], inspect)
        for field in contract.descriptor_of(message_type).fields
        if (inspect := _field(field)) is not None
    ]

    def inspect_message(message: Any, path: str, found: Found) -> None:
        for attribute, inspect in fields:
            inspect(getattr(message, attribute), path, found)

    return inspect_message


def _field(field: FieldDescriptor) -> Inspect | None:
    """How to inspect one field; None where anything goes."""
    rules = contract.rules_of(field)
    is_message = field.message_type is not None and not field.message_type.full_name.startswith("google.protobuf.")
    checks = tuple(_checks(field, rules))
    if field.is_repeated:
        is_map = field.message_type is not None and field.message_type.GetOptions().map_entry
        return None if is_map else _repeated(field.json_name, rules, checks, is_message=is_message)
    if field.message_type is not None:
        return _message(field.json_name, rules, is_message=is_message)
    return _scalar(field.json_name, rules, checks, has_presence=field.has_presence)


def _scalar(name: str, rules: Rules, checks: tuple[Check, ...], *, has_presence: bool) -> Inspect | None:
    required = rules.required
    if not checks and not required:
        return None

    def inspect(value: Any, path: str, found: Found) -> None:
        if not value and (required or value is None or not has_presence):
            if required:
                found.append(FieldViolation(path + name, "is required"))
            return
        if description := _first_fault(checks, value):
            found.append(FieldViolation(path + name, description))

    return inspect


def _message(name: str, rules: Rules, *, is_message: bool) -> Inspect:
    required = rules.required

    def inspect(value: Any, path: str, found: Found) -> None:
        if value is None:
            if required:
                found.append(FieldViolation(path + name, "is required"))
        elif is_message:
            nested: betterproto2.Message = value
            _inspector(type(nested))(nested, f"{path}{name}.", found)

    return inspect


def _repeated(name: str, rules: Rules, checks: tuple[Check, ...], *, is_message: bool) -> Inspect:
    at_least = rules.min_items or int(rules.required)

    def inspect(values: Any, path: str, found: Found) -> None:
        if len(values) < at_least:
            found.append(FieldViolation(path + name, f"needs at least {at_least}"))
        if is_message:
            messages: list[betterproto2.Message] = values
            for index, message in enumerate(messages):
                _inspector(type(message))(message, f"{path}{name}[{index}].", found)
        for index, value in enumerate(values if checks else ()):
            if description := _first_fault(checks, value):
                found.append(FieldViolation(f"{path}{name}[{index}]", description))

    return inspect


def _first_fault(checks: Sequence[Check], value: Any) -> str | None:
    return next((description for check in checks if (description := check(value))), None)


def _checks(field: FieldDescriptor, rules: Rules) -> Iterator[Check]:
    """The cheapest first: the first that fails ends the rest, so that no pattern meets a text that is too long."""
    if field.type == FieldDescriptor.TYPE_STRING:
        longest = rules.max_length or DEFAULT_MAX_LENGTH
        yield lambda value: f"takes at most {longest} characters" if len(value) > longest else None
    if rules.required and field.type == FieldDescriptor.TYPE_STRING:
        yield lambda value: "must not be blank" if value.isspace() else None
    if field.enum_type is not None:
        yield lambda value: None if value.name else f"is not a known value: {value.value}"
    if field.enum_type is not None and field.is_repeated:
        yield lambda value: None if value else "must say which"
    if field.type == FieldDescriptor.TYPE_STRING:
        yield lambda value: "must not contain NUL" if "\0" in value else None
    if rules.min_length:
        yield lambda value: f"needs at least {rules.min_length} characters" if len(value) < rules.min_length else None
    if rules.pattern:
        matches = re.compile(rules.pattern).fullmatch
        yield lambda value: None if matches(value) else f"must be {rules.pattern_description}"
    if rules.one_of:
        allowed = frozenset(rules.one_of)
        yield lambda value: None if value in allowed else f"must be one of {', '.join(rules.one_of)}"
    if (least := rules.min) is not None:
        yield lambda value: f"must be at least {least}" if value < least else None
    if (most := rules.max) is not None:
        yield lambda value: f"must be at most {most}" if value > most else None
