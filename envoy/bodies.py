"""The tables with which Envoy checks JSON bodies: the fields of each message that a request body can contain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.resources import files

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from chassis.contract import HttpBinding, Method, descriptor_of

# Messages whose JSON form is not an object of their fields: the transcoder checks their content.
_OPAQUE = ("google.api.HttpBody", "google.protobuf.")
EMPTY = "google.protobuf.Empty"


def script(methods: Sequence[Method]) -> str:
    """The filter as Lua: tables of fields, and the code that checks a body with them."""
    tables = "".join(f"  [{_quoted(name)}] = {{{', '.join(fields)}}},\n" for name, fields in _tables(methods))
    return f"local MESSAGES = {{\n{tables}}}\n" + (files("envoy") / "json_bodies.lua").read_text(encoding="utf-8")


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


def _tables(methods: Sequence[Method]) -> Iterator[tuple[str, list[str]]]:
    """Each message that a body can contain, with its fields as Lua."""
    met: dict[str, Descriptor] = {}
    bodies = [_body(method, binding) for method in methods for binding in method.http]
    waiting = [body for body in bodies if body is not None and not _is_opaque(body)]
    while waiting:
        message = waiting.pop()
        if message.full_name in met:
            continue
        met[message.full_name] = message
        waiting += [inside for field in message.fields if (inside := _inside(field))]
    for name in sorted(met):
        yield name, [entry for field in met[name].fields for entry in _entries(met[name], field)]


def _entries(message: Descriptor, field: FieldDescriptor) -> Iterator[str]:
    inside = _inside(field)
    kind = f", {_quoted(inside.full_name)}" if inside else ""
    if message.GetOptions().map_entry:
        # In a map any name is a key, not a field.
        if field.name == "value":
            yield f'["*"] = {{false{kind}}}'
        return
    for name in sorted({field.name, field.json_name}):
        yield f"[{_quoted(name)}] = {{{_quoted(field.json_name)}{kind}}}"


def _inside(field: FieldDescriptor) -> Descriptor | None:
    """The message type of a field's values, if its content is checked."""
    message: Descriptor | None = field.message_type
    return None if message is None or _is_opaque(message) else message


def _is_opaque(message: Descriptor) -> bool:
    return message.full_name.startswith(_OPAQUE) and message.full_name != EMPTY


def _quoted(name: str) -> str:
    return f'"{name}"'
