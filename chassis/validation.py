"""Checks a request against the contract's rules for its fields, then against the rules between them, and reports all at
once.

In addition to (easyorder.validate.v1.rules), an enum must have a value that the contract defines, text must not contain
NUL, which no database column can hold, and text and lists have default bounds.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from types import MappingProxyType
from typing import Any, TypeVar

import betterproto2
from easyorder.validate.v1 import Rules, SumLimit
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from chassis import contract
from chassis.errors import FieldViolation, InvalidArgument, RequestIdRequired
from chassis.google_types import fault_of_money
from chassis.grpc.metadata import IDEMPOTENCY_KEY, IF_MATCH
from chassis.page_tokens import NO_TOKEN, is_of_some_list
from chassis.wire import codec

DEFAULT_MAX_LENGTH = DEFAULT_MAX_ITEMS = 1000
# Bounds the reply: nested lists may contain very many faults.
_MAX_FAULTS = 1000
NO_HEADERS: Mapping[str, str] = MappingProxyType({})
_REQUEST_ID = "request_id"
# What is weak (W/"…") never matches: it says nothing about the version.
_IF_MATCH = re.compile(r'[*]|"(?P<etag>[^",]+)"')
_NO_REQUEST_ID = FieldViolation("requestId", "is required, or the header Idempotency-Key", RequestIdRequired.reason)
# The first and last second of Python's calendar, as a Timestamp has them.
_FIRST_S, _LAST_S = -62_135_596_800, 253_402_300_799

M = TypeVar("M", bound=betterproto2.Message)
Found = list[FieldViolation]
# Returns the fault of one value, or None.
Check = Callable[[Any], str | None]
# Adds the faults of a message, or of one of its fields, to the list; the text is the path to the message.
Inspect = Callable[[Any, str, Found], None]
# A rule between fields of a request: raises InvalidArgument that lists what is at fault, as paths in the request.
# Fields that are invalid by themselves are absent from the request; the second argument has their paths.
Rule = Callable[[Any, Collection[str]], object]


def checked(
    message_type: type[M], message: Any, rules: Sequence[Rule] = (), headers: Mapping[str, str] = NO_HEADERS
) -> M:
    """The request in a upb message. Raises InvalidArgument that lists every invalid field and every fault that `rules`
    find between fields, as a JSON caller writes them (`items[0].productItemId`).

    Fields that are empty are taken from `headers`; page_size gets capped. Clears invalid fields.
    """
    found: Found = []
    if key := headers.get(IDEMPOTENCY_KEY):
        _take(message, _REQUEST_ID, key, "the header Idempotency-Key", "", found)
    if condition := headers.get(IF_MATCH):
        _take_etag(message, condition, found)
    _inspect(message, "", found)
    if len(found) >= _MAX_FAULTS:  # what was not inspected may be invalid
        raise _error(found, [])
    request: M = codec(message_type).read(message)
    errors, refused = [], {violation.field for violation in found}
    for rule in rules:
        try:
            rule(request, refused)
        except InvalidArgument as error:
            errors.append(error)
    found += [fault for error in errors for fault in error.violations if fault.field not in refused]
    if found or errors:
        raise _error(found, errors)
    return request


def _take(message: Any, name: str, value: str, source: str, path: str, found: Found) -> None:
    if field := message.DESCRIPTOR.fields_by_name.get(name):
        if getattr(message, name) not in ("", value):
            found.append(FieldViolation(path + field.json_name, f"must be empty, or what {source} says"))
        setattr(message, name, value)


def _take_etag(message: Any, condition: str, found: Found) -> None:
    """The etag of what is changed, in the request or in the resource that it updates, from If-Match (RFC 9110)."""
    path = ""
    if "update_mask" in message.DESCRIPTOR.fields_by_name:
        resource = message.DESCRIPTOR.fields[0]
        message, path = getattr(message, resource.name), f"{resource.json_name}."
    if (one := _IF_MATCH.fullmatch(condition)) is None and "etag" in message.DESCRIPTOR.fields_by_name:
        found.append(FieldViolation("if-match", 'must be one ETag as it was sent, such as "7", or *'))
    elif one and one["etag"]:
        _take(message, "etag", one["etag"], "the header If-Match", path, found)


def _error(found: Found, errors: Sequence[InvalidArgument]) -> InvalidArgument:
    known = [RequestIdRequired] if _NO_REQUEST_ID in found else [type(error) for error in errors]
    specific = next((error_type for error_type in known if error_type is not InvalidArgument), InvalidArgument)
    # What was found in fields keeps the reason of all such faults, whatever reason the rules between them have.
    faults = dict.fromkeys(InvalidArgument.of_all(found).violations)
    return specific.of_all(list(faults)[:_MAX_FAULTS])


def _inspect(message: Any, path: str, found: Found) -> None:
    for inspect in _inspectors(message.DESCRIPTOR):
        inspect(message, path, found)


@cache
def _inspectors(message: Descriptor) -> tuple[Inspect, ...]:
    """One inspector per field, cached; inspectors of nested types are made on first use."""
    made = [_list(field) if field.is_repeated else _single(field) for field in message.fields]
    if mask := message.fields_by_name.get("update_mask"):
        made[0] = _changed(message.fields[0])
        made.insert(0, made.pop(mask.index))  # one that is too long is cleared before it is read
    return tuple(made)


def _changed(resource: FieldDescriptor) -> Inspect:
    """Inspects the id of an update's resource, and what is set or named by the mask; the others need not be there."""
    identifier = f"{resource.json_name}.id"

    def inspect(message: Any, path: str, found: Found) -> None:
        wanted = getattr(message, resource.name)
        named = {field.name for field, _ in wanted.ListFields()}.union(message.update_mask.paths)
        if not wanted.id:
            found.append(FieldViolation(path + identifier, "is required"))
        for field, inspect_field in zip(wanted.DESCRIPTOR.fields, _inspectors(wanted.DESCRIPTOR), strict=True):
            if field.name in named or "*" in named:
                inspect_field(wanted, f"{path}{resource.json_name}.", found)

    return inspect


def _single(field: FieldDescriptor) -> Inspect:
    rules, required = contract.rules_of(field), contract.is_required(field)
    has_content, fault_of = _has_content(field), _fault_of(field, rules)
    name, json_name, has_presence = field.name, field.json_name, field.has_presence
    missing = _missing(field, rules)
    # An empty value counts as absent if the field is required, or if the two cannot be distinguished.
    empty_is_absent = field.message_type is None and (required or not has_presence)
    longest_page = rules.max if name == "page_size" else None

    def inspect(message: Any, path: str, found: Found) -> None:
        value: Any = None if has_presence and not message.HasField(name) else getattr(message, name)
        if longest_page is not None and value > longest_page:  # AIP-158
            setattr(message, name, value := longest_page)
        if value is None or (empty_is_absent and not value):
            if required:
                found.append(replace(missing, field=path + json_name))
            return
        if has_content:
            _inspect(value, f"{path}{json_name}.", found)
        if fault_of and (fault := fault_of(value)):
            found.append(FieldViolation(path + json_name, fault))
            message.ClearField(name)

    return inspect


def _missing(field: FieldDescriptor, rules: Rules) -> FieldViolation:
    if field.name == _REQUEST_ID:
        return _NO_REQUEST_ID
    if field.cpp_type in (FieldDescriptor.CPPTYPE_INT32, FieldDescriptor.CPPTYPE_INT64):
        least = rules.min or 0
        return FieldViolation(field.json_name, f"must be at least {least}" if least > 0 else "must not be 0")
    return FieldViolation(field.json_name, "is required")


def _list(field: FieldDescriptor) -> Inspect:
    rules = contract.rules_of(field)
    has_content, fault_of = _has_content(field), _fault_of(field, rules)
    name, json_name = field.name, field.json_name
    least, most = rules.min_items or int(contract.is_required(field)), rules.max_items or DEFAULT_MAX_ITEMS
    limit_sums = _sums(field.message_type, rules.sum) if field.message_type and rules.sum else None

    def inspect(message: Any, path: str, found: Found) -> None:
        values, before = getattr(message, name), len(found)
        if len(values) < least:
            found.append(FieldViolation(path + json_name, f"needs at least {least}"))
        elif len(values) > most:
            found.append(FieldViolation(path + json_name, f"takes at most {most}"))
            message.ClearField(name)
        elif has_content:
            for index, value in enumerate(values):
                if len(found) < _MAX_FAULTS:
                    _inspect(value, f"{path}{json_name}[{index}].", found)
            if limit_sums and len(found) == before:
                limit_sums(values, path + json_name, found)
        elif fault_of and (faults := [(n, fault) for n, value in enumerate(values) if (fault := fault_of(value))]):
            found += [FieldViolation(f"{path}{json_name}[{n}]", fault) for n, fault in faults]
            message.ClearField(name)

    return inspect


def _sums(element: Descriptor, limit: SumLimit) -> Inspect:
    """Reports each element with which the elements of its kind exceed the limit."""
    added, kind = (element.fields_by_name[name] for name in (limit.field, limit.per))
    fault = f"must add up to at most {limit.max} for one {kind.json_name}"

    def inspect(values: Any, path: str, found: Found) -> None:
        sums: dict[object, int] = defaultdict(int)
        for index, value in enumerate(values):
            sums[getattr(value, kind.name)] += getattr(value, added.name)
            if sums[getattr(value, kind.name)] > limit.max:
                found.append(FieldViolation(f"{path}[{index}].{added.json_name}", fault))

    return inspect


def _has_content(field: FieldDescriptor) -> bool:
    kind = field.message_type
    return kind is not None and not kind.full_name.startswith("google.protobuf.") and not kind.GetOptions().map_entry


def _fault_of(field: FieldDescriptor, rules: Rules) -> Check | None:
    """The check of one value of the field by itself; None if every value is valid."""
    checks = tuple(_checks(field, rules))

    def fault_of(value: Any) -> str | None:
        for check in checks:
            if fault := check(value):
                return fault
        return None

    return fault_of if len(checks) > 1 else next(iter(checks), None)


def _checks(field: FieldDescriptor, rules: Rules) -> Iterator[Check]:
    """The checks, cheapest first. The first fault ends them, so that no pattern is matched with too long a text."""
    if field.message_type is not None:
        if field.message_type.full_name == "google.protobuf.Timestamp":
            yield lambda value: None if _FIRST_S <= value.seconds <= _LAST_S else "must be in the years 1 to 9999"
        elif field.message_type.full_name == "google.protobuf.FieldMask":
            too_many = f"takes at most {DEFAULT_MAX_ITEMS}"
            yield lambda value: too_many if len(value.paths) > DEFAULT_MAX_ITEMS else None
        elif field.message_type.full_name == "google.type.Money":
            yield lambda value: fault_of_money(value.units, value.nanos, least=rules.min)
        return
    if field.type == FieldDescriptor.TYPE_STRING:
        longest = rules.max_length or DEFAULT_MAX_LENGTH
        yield lambda value: f"takes at most {longest} characters" if len(value) > longest else None
        yield lambda value: "must not contain NUL" if "\0" in value else None
        if contract.is_required(field):
            yield lambda value: "must not be blank" if _is_blank(value) else None
        if field.name == "page_token":
            yield lambda value: None if is_of_some_list(value) else NO_TOKEN
    if field.enum_type is not None:
        known = frozenset(field.enum_type.values_by_number) - ({0} if field.is_repeated else set())
        names = ", ".join(value.name for value in field.enum_type.values if value.number)
        yield lambda value: None if value in known else f"must be one of {names}"
    if rules.min_length:
        yield lambda value: f"needs at least {rules.min_length} characters" if len(value) < rules.min_length else None
    if rules.id:
        yield lambda value: None if re.fullmatch("[1-9][0-9]{0,17}", value) else "must be an id, such as 1042"
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


def _is_blank(text: str) -> bool:
    """Nothing to see: whitespace and format characters, such as U+200B, only."""
    return all(character.isspace() or unicodedata.category(character) == "Cf" for character in text)
