"""The tables with which Envoy checks JSON bodies: the fields of each message that a request body can contain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.resources import files

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor

from chassis.contract import HttpBinding, Method, descriptor_of

# Messages whose JSON form is not an object of their fields: the transcoder checks their content.
_OPAQUE = ("google.api.HttpBody", "google.protobuf.")
EMPTY = "google.protobuf.Empty"
_SCALARS = {
    FieldDescriptor.TYPE_STRING: "string",
    FieldDescriptor.TYPE_BOOL: "bool",
    FieldDescriptor.TYPE_INT32: "int32",
    FieldDescriptor.TYPE_INT64: "int64",
    FieldDescriptor.TYPE_DOUBLE: "double",
}


def script(methods: Sequence[Method]) -> str:
    """The filter as Lua: tables of fields and of enums, and the code that checks a body with them."""
    messages = _messages(methods)
    tables = "".join(f"  [{_quoted(message.full_name)}] = {{{', '.join(_fields(message))}}},\n" for message in messages)
    enums = {
        field.enum_type.full_name: field.enum_type
        for message in messages
        for field in message.fields
        if field.enum_type
    }
    names = "".join(f"  [{_quoted(name)}] = {{{', '.join(_names(enum))}}},\n" for name, enum in sorted(enums.items()))
    code = (files("envoy") / "json_bodies.lua").read_text(encoding="utf-8")
    return f"local MESSAGES = {{\n{tables}}}\nlocal ENUMS = {{\n{names}}}\n{code}"


def body_message(method: Method, binding: HttpBinding) -> str | None:
    """The full name of the message in a binding's body; None without a body, or without a message to check."""
    body = _body(method, binding)
    return None if body is None or _is_opaque(body) else body.full_name


def _body(method: Method, binding: HttpBinding) -> Descriptor | None:
    request = descriptor_of(method.request)
    if binding.body in ("", "*"):
        return request if binding.body else None
    inside: Descriptor | None = request.fields_by_name[binding.body].message_type
    return inside


def _messages(methods: Sequence[Method]) -> Sequence[Descriptor]:
    """Every message that a body can contain."""
    met: dict[str, Descriptor] = {}
    bodies = [_body(method, binding) for method in methods for binding in method.http]
    waiting = [body for body in bodies if body is not None and not _is_opaque(body)]
    while waiting:
        message = waiting.pop()
        if message.full_name in met:
            continue
        met[message.full_name] = message
        waiting += [inside for field in message.fields if (inside := _inside(field))]
    return [met[name] for name in sorted(met)]


def _fields(message: Descriptor) -> Iterator[str]:
    for field in message.fields:
        value_type = f", {_quoted(name)}" if (name := _type_of(field)) else ""
        if message.GetOptions().map_entry:
            # In a map any name is a key, not a field.
            if field.name == "value":
                yield f'["*"] = {{false{value_type}}}'
            continue
        for name in sorted({field.name, field.json_name}):
            yield f"[{_quoted(name)}] = {{{_quoted(field.json_name)}{value_type}}}"


def _names(enum: EnumDescriptor) -> Iterator[str]:
    """What a caller may choose, as text, then every name."""
    yield _quoted(", ".join(value.name for value in enum.values if value.number))
    for value in enum.values:
        yield f"{value.name} = true"


def _type_of(field: FieldDescriptor) -> str | None:
    """The type of a field's values, if they are checked."""
    if inside := _inside(field):
        return inside.full_name
    return field.enum_type.full_name if field.enum_type else _SCALARS.get(field.type)


def _inside(field: FieldDescriptor) -> Descriptor | None:
    """The message type of a field's values, if its content is checked."""
    message: Descriptor | None = field.message_type
    return None if message is None or _is_opaque(message) else message


def _is_opaque(message: Descriptor) -> bool:
    return message.full_name.startswith(_OPAQUE) and message.full_name != EMPTY


def _quoted(name: str) -> str:
    return f'"{name}"'
