"""The largest messages that the contract accepts, generated from its rules, so that a new limit is tried as well."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import betterproto2
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.json_format import ParseDict
from google.protobuf.message_factory import GetMessageClass

from chassis import contract
from chassis.validation import DEFAULT_MAX_ITEMS, DEFAULT_MAX_LENGTH
from chassis.wire import codec

M = TypeVar("M", bound=betterproto2.Message)

# Four bytes, so that the message is as large as its length in characters allows.
LETTER = "\U0001f381"
# As much as foundation.metadata takes.
METADATA = {f"{number:02}": LETTER * 198 for number in range(20)}
_MOST = {FieldDescriptor.TYPE_INT32: 2**31 - 1, FieldDescriptor.TYPE_INT64: 2**63 - 1}


def largest(message: type[M], **given: Any) -> M:
    """The message with every field at the largest value that its rules allow.

    `given` has the JSON of fields that must name something that exists, by name and at any depth; None leaves a field
    out, and a function answers a new value each time.
    """
    described = contract.descriptor_of(message)
    upb = GetMessageClass(described)()
    ParseDict(_message(described, given), upb)
    return cast(M, codec(message).decode(upb.SerializeToString()))


def _message(message: Descriptor, given: dict[str, Any]) -> dict[str, Any]:
    made = {field.json_name: _field(field, given) for field in message.fields}
    return {name: value for name, value in made.items() if value is not None}


def _field(field: FieldDescriptor, given: dict[str, Any]) -> Any:
    wanted = given.get(field.name, ...)
    if wanted is not ... and not callable(wanted):
        return wanted
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        return METADATA
    make: Callable[[], Any] = wanted if callable(wanted) else lambda: _value(field, given)
    if not field.is_repeated:
        return make()
    return [make() for _ in range(contract.rules_of(field).max_items or DEFAULT_MAX_ITEMS)]


def _value(field: FieldDescriptor, given: dict[str, Any]) -> Any:
    rules = contract.rules_of(field)
    if field.message_type is not None:
        return _message(field.message_type, given)
    if field.type == FieldDescriptor.TYPE_STRING:
        assert not rules.pattern + "".join(rules.one_of), f"{field.full_name} is to be given"
        return LETTER * (rules.max_length or DEFAULT_MAX_LENGTH)
    if field.type == FieldDescriptor.TYPE_BOOL:
        return True
    assert field.type in _MOST, f"{field.full_name} is to be given"
    return rules.max or _MOST[field.type]
