"""Betterproto2's dataclasses with upb's codec: the same bytes and messages, many times faster (docs/adr).

For each message type two Python functions are generated once: `fill` copies a dataclass into a upb message, and `read`
converts one back. Unlike betterproto2's own codec, it drops unknown fields and raises Malformed for malformed input.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Generic, TypeVar, cast

import betterproto2
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import DecodeError
from google.protobuf.message import Message as UpbMessage
from google.protobuf.message_factory import GetMessageClass

from chassis import contract

M = TypeVar("M", bound=betterproto2.Message)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Malformed(ValueError):
    """Bytes that are not a message of the expected type."""


class Encoded(bytes):
    """A serialised message; if a handler returns it, it is sent unchanged."""


class Codec(Generic[M]):
    """Converts messages of one type to bytes and back."""

    def __init__(self, message_type: type[M]) -> None:
        descriptor = contract.descriptor_of(message_type)
        self._name, self._upb = descriptor.full_name, GetMessageClass(descriptor)
        suffix = _generated(descriptor)
        self._fill = _namespace[f"fill_{suffix}"]
        # Converts a upb message to its dataclass. Raises OverflowError if a time is outside of Python's calendar.
        self.read: Callable[[UpbMessage], M] = _namespace[f"read_{suffix}"]

    def encode(self, message: M) -> bytes:
        """Raises ValueError or TypeError if a field has a value that its type does not allow."""
        upb = self._upb()
        self._fill(upb, message)
        # Maps in one order, so that equal messages have equal bytes.
        return upb.SerializeToString(deterministic=True)

    def parse(self, data: bytes) -> UpbMessage:
        """The upb message. Raises Malformed if `data` is not a message of this type."""
        try:
            return self._upb.FromString(data)
        except DecodeError as error:
            raise Malformed(f"not a valid {self._name}") from error

    def decode(self, data: bytes) -> M:
        """Raises Malformed if `data` is not a message of this type."""
        try:
            return self.read(self.parse(data))
        except (OverflowError, ValueError) as error:
            raise Malformed(f"not a valid {self._name}") from error


@cache
def codec(message_type: type[M]) -> Codec[M]:
    """The codec of a message type. Raises KeyError if it is not in the contract."""
    return Codec(message_type)


def _fill_timestamp(upb: Any, value: datetime) -> None:
    since = value - _EPOCH
    upb.seconds = since.days * 86400 + since.seconds
    upb.nanos = since.microseconds * 1000


# The globals of generated functions. Names are resolved at call time, so message types may be recursive.
_namespace: dict[str, Any] = {
    "new": object.__new__,
    # Many times faster than upb's conversion; Durations are too rare to need this.
    "fill_google_protobuf_Timestamp": _fill_timestamp,
    "read_google_protobuf_Timestamp": lambda upb: _EPOCH + timedelta(0, upb.seconds, upb.nanos // 1000),
    "fill_google_protobuf_Duration": lambda upb, value: upb.FromTimedelta(value),
    "read_google_protobuf_Duration": lambda upb: upb.ToTimedelta(),
}


def _generated(descriptor: Descriptor) -> str:
    """Generates `fill` and `read` for a message type and all nested types; returns the suffix of their names."""
    suffix = descriptor.full_name.replace(".", "_")
    if f"fill_{suffix}" not in _namespace:
        _namespace[f"fill_{suffix}"] = None  # in progress: the type may contain itself
        message_type = _namespace[f"type_{suffix}"] = contract.message_types()[descriptor.full_name]
        copied = [_copied(field, cast(Any, message_type)._betterproto) for field in descriptor.fields]
        source = [f"def fill_{suffix}(u, m):", " pass", *(line for fill, _ in copied for line in fill)]
        source += [f"def read_{suffix}(u):", f" m = new(type_{suffix})", " m.__dict__ = {'_unknown_fields': b''"]
        source += [*(f"  , {read}" for _, read in copied), " }", " return m"]
        exec(compile("\n".join(source), f"<wire {descriptor.full_name}>", "exec"), _namespace)
    return suffix


def _copied(field: FieldDescriptor, meta: betterproto2.ProtoClassMetadata) -> tuple[list[str], str]:
    """The lines that copy a field to the upb message `u`, and the dict item that reads the field."""
    attribute = meta.field_name_by_number[field.number]
    # The class of a map's values has a key of its own.
    fill, read = _element(field, meta.cls_by_field.get(f"{attribute}.value", meta.cls_by_field[attribute]))
    is_plain = field.name == attribute
    # The attribute has another name if the field's name is a Python keyword.
    upb = f"u.{field.name}" if is_plain else f"getattr(u, {field.name!r})"
    there = "v is not None" if field.has_presence and not field.is_repeated else "v"
    if _is_map(field):
        line = f"for k, e in v.items(): {fill}({upb}[k], e)" if fill else f"{upb}.update(v)"
        value = f"{{k: {read('e')} for k, e in {upb}.items()}}"
    elif field.is_repeated:
        line = f"add = {upb}.add\n  for e in v: {fill}(add(), e)" if fill else f"{upb}.extend(v)"
        value = f"[{read('e')} for e in {upb}]"
    else:
        assign = f"{upb} = v" if is_plain else f"setattr(u, {field.name!r}, v)"
        line = f"c = {upb}; c.SetInParent(); {fill}(c, v)" if fill else assign
        value = f"{read(upb)} if u.HasField({field.name!r}) else None" if field.has_presence else read(upb)
    return [f" v = m.{attribute}", f" if {there}:", f"  {line}"], f"{attribute!r}: {value}"


def _element(field: FieldDescriptor, element_type: type) -> tuple[str, Callable[[str], str]]:
    """The name of the `fill` of an element, "" if values need no conversion; and the wrapper for reading one."""
    element = field.message_type.fields_by_name["value"] if _is_map(field) and field.message_type else field
    if element.enum_type is not None:
        name = element.enum_type.full_name.replace(".", "_")
        members: Any = element_type
        _namespace[f"enum_{name}"], _namespace[f"type_{name}"] = {one.value: one for one in members}, element_type
        # Unknown numbers become nameless members, as in betterproto2.
        return "", lambda expression: f"(enum_{name}.get(n := {expression}) or type_{name}(n))"
    if element.message_type is None:
        return "", str
    suffix = _generated(element.message_type)
    return f"fill_{suffix}", lambda expression: f"read_{suffix}({expression})"


def _is_map(field: FieldDescriptor) -> bool:
    return field.message_type is not None and field.message_type.GetOptions().map_entry
