"""Betterproto2's dataclasses on upb's codec: the same bytes and the same messages, many times faster (docs/adr).

For each message type two Python functions are generated once: `fill` copies a dataclass into upb's message, `read`
makes a dataclass of one. The bytes are upb's work. Two things differ from betterproto2's own codec: fields that the
contract does not know are dropped, and malformed input is one exception, Malformed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar, cast

import betterproto2
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import DecodeError
from google.protobuf.message import Message as UpbMessage

from chassis import contract

M = TypeVar("M", bound=betterproto2.Message)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Malformed(ValueError):
    """Bytes that are not such a message."""


class Encoded(bytes):
    """A message that is serialised already, as a handler may answer it: it goes out as it is."""


class Codec(Generic[M]):
    """Turns messages of one type into bytes and back."""

    def __init__(self, message_type: type[M]) -> None:
        descriptor = contract.descriptor_of(message_type)
        self._name = descriptor.full_name
        self._upb = contract.upb_class(descriptor)
        self._parse = cast(Callable[[bytes], UpbMessage], self._upb.FromString)
        self._fill, self._read = _functions(descriptor)

    def encode(self, message: M) -> bytes:
        """ValueError or TypeError when a field holds what its type can not."""
        upb = self._upb()
        self._fill(upb, message)
        return upb.SerializeToString()

    def decode(self, data: bytes, inspect: Callable[[UpbMessage], None] = lambda upb: None) -> M:
        """Raises Malformed when `data` is not such a message, and what `inspect` raises for the message of upb."""
        try:
            upb = self._parse(data)
            inspect(upb)
            return cast(M, self._read(upb))
        except (DecodeError, OverflowError) as error:
            raise Malformed(f"not a valid {self._name}") from error


_codecs: dict[type, Codec[Any]] = {}


def codec(message_type: type[M]) -> Codec[M]:
    """The codec of a message type of the contract; KeyError for any other."""
    known = _codecs.get(message_type)
    if known is None:
        known = _codecs[message_type] = Codec(message_type)
    return known


class _Enum(dict[int, betterproto2.Enum]):
    """An enum's members by number. Numbers that nobody knows become nameless members, as in betterproto2."""

    def __init__(self, enum_type: type[betterproto2.Enum]) -> None:
        super().__init__((member.value, member) for member in enum_type)
        self._enum_type = enum_type

    def __missing__(self, number: int) -> betterproto2.Enum:
        return self._enum_type(number)


def _fill_timestamp(upb: Any, value: datetime) -> None:
    since = value - _EPOCH
    upb.seconds = since.days * 86400 + since.seconds
    upb.nanos = since.microseconds * 1000


def _read_timestamp(upb: Any) -> datetime:
    return _EPOCH + timedelta(0, upb.seconds, upb.nanos // 1000)


def _fill_duration(upb: Any, value: timedelta) -> None:
    # Seconds and nanos of a Duration have the same sign; a timedelta's parts have not.
    microseconds = (value.days * 86400 + value.seconds) * 1_000_000 + value.microseconds
    sign = -1 if microseconds < 0 else 1
    seconds, rest = divmod(abs(microseconds), 1_000_000)
    upb.seconds, upb.nanos = sign * seconds, sign * rest * 1000


def _read_duration(upb: Any) -> timedelta:
    return timedelta(0, upb.seconds, int(upb.nanos / 1000))


Fill = Callable[[Any, Any], None]
Read = Callable[[Any], Any]

_WELL_KNOWN: dict[str, tuple[Fill, Read]] = {
    "google.protobuf.Timestamp": (_fill_timestamp, _read_timestamp),
    "google.protobuf.Duration": (_fill_duration, _read_duration),
}
# What generated functions see. They find each other here when they are called, so that message types may be recursive.
_namespace: dict[str, Any] = {"new": object.__new__}
_generated: set[str] = set()


def _functions(descriptor: Descriptor) -> tuple[Fill, Read]:
    """`fill` and `read` of a message type, generated now with those of all types inside it."""
    _generate(descriptor)
    suffix = _suffix(descriptor)
    return _namespace[f"fill_{suffix}"], _namespace[f"read_{suffix}"]


def _generate(descriptor: Descriptor) -> None:
    if descriptor.full_name in _generated:
        return
    _generated.add(descriptor.full_name)
    fields = list(_fields(descriptor))
    suffix = _suffix(descriptor)
    _namespace[f"type_{suffix}"] = contract.message_types()[descriptor.full_name]
    source = [f"def fill_{suffix}(u, m):", " pass", *(line for field in fields for line in field.fill())]
    source += [f"def read_{suffix}(u):", f" m = new(type_{suffix})", " m.__dict__ = {'_unknown_fields': b''"]
    source += [*(f"  , {field.attribute!r}: {field.read()}" for field in fields), " }", " return m"]
    exec(compile("\n".join(source), f"<wire {descriptor.full_name}>", "exec"), _namespace)


def _suffix(descriptor: Descriptor) -> str:
    return descriptor.full_name.replace(".", "_")


def _fields(descriptor: Descriptor) -> Iterator[_Field]:
    message_type = contract.message_types()[descriptor.full_name]
    meta: betterproto2.ProtoClassMetadata = cast(Any, message_type)._betterproto
    for field in descriptor.fields:
        attribute = meta.field_name_by_number[field.number]
        # The class of a map's values is filed under a name of its own.
        element_type = meta.cls_by_field.get(f"{attribute}.value", meta.cls_by_field[attribute])
        yield _Field(field, attribute, *_converters(_element(field), element_type))


def _converters(element: FieldDescriptor, element_type: type) -> tuple[str, str]:
    """Names of the functions that fill and read one element; empty where the value is the same on both sides."""
    if element.enum_type is not None:
        name = "enum_" + element.enum_type.full_name.replace(".", "_")
        _namespace.setdefault(name, _Enum(element_type))
        return "", name
    if element.message_type is None:
        return "", ""
    suffix = _suffix(element.message_type)
    if element.message_type.full_name in _WELL_KNOWN:
        _namespace[f"fill_{suffix}"], _namespace[f"read_{suffix}"] = _WELL_KNOWN[element.message_type.full_name]
    else:
        _generate(element.message_type)
    return f"fill_{suffix}", f"read_{suffix}"


def _is_map(field: FieldDescriptor) -> bool:
    return field.message_type is not None and field.message_type.GetOptions().map_entry


def _element(field: FieldDescriptor) -> FieldDescriptor:
    """The field itself, or that of a map's values."""
    if field.message_type is not None and _is_map(field):
        return field.message_type.fields_by_name["value"]
    return field


@dataclasses.dataclass(frozen=True)
class _Field:
    """Writes the lines that copy one field."""

    descriptor: FieldDescriptor
    attribute: str
    fill_element: str
    read_element: str

    def fill(self) -> Iterator[str]:
        yield f" v = m.{self.attribute}"
        there = "v" if self.descriptor.is_repeated or not self.descriptor.has_presence else "v is not None"
        yield f" if {there}:"
        if _is_map(self.descriptor) and self.fill_element:
            yield f"  for k, e in v.items(): {self.fill_element}({self.upb}[k], e)"
        elif _is_map(self.descriptor):
            yield f"  {self.upb}.update(v)"
        elif self.descriptor.is_repeated and self.fill_element:
            yield f"  add = {self.upb}.add"
            yield f"  for e in v: {self.fill_element}(add(), e)"
        elif self.descriptor.is_repeated:
            yield f"  {self.upb}.extend(v)"
        elif self.fill_element:
            yield f"  c = {self.upb}"
            yield "  c.SetInParent()"
            yield f"  {self.fill_element}(c, v)"
        else:
            yield f"  setattr(u, {self.name!r}, v)" if self.name != self.attribute else f"  {self.upb} = v"

    def read(self) -> str:
        if _is_map(self.descriptor):
            return f"{{k: {self.element('e')} for k, e in {self.upb}.items()}}"
        if self.descriptor.is_repeated:
            return f"[{self.element('e')} for e in {self.upb}]"
        if self.descriptor.has_presence:
            return f"{self.element(self.upb)} if u.HasField({self.name!r}) else None"
        return self.element(self.upb)

    def element(self, expression: str) -> str:
        if self.descriptor.enum_type is not None:
            return f"{self.read_element}[{expression}]"
        return f"{self.read_element}({expression})" if self.read_element else expression

    @property
    def name(self) -> str:
        return self.descriptor.name

    @property
    def upb(self) -> str:
        """The field in upb's message; getattr where its name is a keyword of Python."""
        return f"u.{self.name}" if self.name == self.attribute else f"getattr(u, {self.name!r})"
