"""The tables with which Envoy checks JSON requests: the fields that each body and each query can contain."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files

from google.protobuf.descriptor import Descriptor, EnumDescriptor, EnumValueDescriptor, FieldDescriptor

from chassis.contract import HttpBinding, Method, descriptor_of
from envoy.paths import lua_pattern, precision, variables

# Messages whose JSON form is not an object of their fields.
_OPAQUE = ("google.api.HttpBody", "google.protobuf.")
# Those of them that are a text, which is checked.
_TEXTS = ("google.protobuf.FieldMask", "google.protobuf.Timestamp")
EMPTY = "google.protobuf.Empty"
_SCALARS = {
    FieldDescriptor.TYPE_STRING: "string",
    FieldDescriptor.TYPE_BOOL: "bool",
    FieldDescriptor.TYPE_INT32: "int32",
    FieldDescriptor.TYPE_INT64: "int64",
    FieldDescriptor.TYPE_DOUBLE: "double",
}
_SEPARATOR = ",\n  "
_CODE = ("json_values.lua", "json_bodies.lua", "json_requests.lua")


# People pass on links to these, to which mailers and others add parameters.
PAGES = ("GetHome", "GetDocs", "GetGuides", "GetGuide", "GetConsole", "GetTracking", "GetShop")


@dataclass(frozen=True)
class Call:
    """Bindings whose requests have one form: the message in the body, and the parameters of the query as Lua.

    Of a page, the query is dropped.
    """

    verb: str
    message: str | None
    parameters: str
    precision: tuple[bool, int]
    is_page: bool = False


@dataclass(frozen=True)
class Template:
    """A path, and what its variables are called in the body."""

    path: str
    fields: tuple[str, ...]


def calls(methods: Sequence[Method]) -> dict[Call, list[Template]]:
    """The forms of requests with their paths, in the order in which Envoy tries them; a script knows them by number."""
    found: dict[Call, list[Template]] = defaultdict(list)
    for method in methods:
        for binding in method.http:
            body = body_message(method, binding)
            parameters, is_page = ", ".join(_parameters(method, binding)), method.name in PAGES
            call = Call(binding.verb, body, parameters, precision(binding.path), is_page)
            found[call].append(Template(binding.path, tuple(_fields_in_path(method, binding)) if body else ()))
    return dict(sorted(found.items(), key=lambda item: item[0].precision))


def script(methods: Sequence[Method]) -> str:
    """The filter as Lua: tables of fields, of enums and of calls, and the code that checks a request with them."""
    messages = _messages(methods)
    requests = [descriptor_of(method.request) for method in methods]
    enums = {
        field.enum_type.full_name: field.enum_type
        for message in (*messages, *requests)
        for field in message.fields
        if field.enum_type
    }
    tables = (
        ("MESSAGES", [f"[{_quoted(found.full_name)}] = {_table(_fields(found))}" for found in messages]),
        ("ENUMS", [f"[{_quoted(name)}] = {_table(_names(enum))}" for name, enum in sorted(enums.items())]),
        ("CALLS", [_call(call, templates) for call, templates in calls(methods).items()]),
    )
    lines = [f"local {name} = {{\n  {_SEPARATOR.join(rows)}\n}}" for name, rows in tables]
    return "\n".join([*lines, *((files("envoy") / name).read_text(encoding="utf-8") for name in _CODE)])


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


def _call(call: Call, templates: Sequence[Template]) -> str:
    paths = [
        _table(map(_quoted, (lua_pattern(template.path), *template.fields)))
        for template in templates
        if template.fields
    ]
    message = f"message = {_quoted(call.message)}, paths = {_table(paths)}, " if call.message else ""
    return f"{{{message}parameters = {{{call.parameters}}}{', is_page = true' if call.is_page else ''}}}"


def _fields_in_path(method: Method, binding: HttpBinding) -> Iterator[str]:
    body = _body(method, binding)
    for name in variables(binding.path):
        inside = name.removeprefix(f"{binding.body}.")
        field = body.fields_by_name.get(inside) if body else None
        yield field.json_name if field else inside


def _parameters(method: Method, binding: HttpBinding) -> Iterator[str]:
    elsewhere = {name.partition(".")[0] for name in variables(binding.path)} | {binding.body}
    for field in descriptor_of(method.request).fields:
        if binding.body != "*" and field.name not in elsewhere:
            yield from _entries(field)


def _fields(message: Descriptor) -> Iterator[str]:
    for field in message.fields:
        if not message.GetOptions().map_entry:
            yield from _entries(field)
        elif field.name == "value":
            # In a map any name is a key, not a field.
            yield f'["*"] = {{false, {_quoted(type_of(field))}}}'


def _entries(field: FieldDescriptor) -> Iterator[str]:
    """A field under both of its names."""
    is_list = field.is_repeated and not (field.message_type and field.message_type.GetOptions().map_entry)
    value = f"{_quoted(field.json_name)}, {_quoted(type_of(field))}{', true' if is_list else ''}"
    for name in sorted({field.name, field.json_name}):
        yield f"[{_quoted(name)}] = {{{value}}}"


def _names(enum: EnumDescriptor) -> Iterator[str]:
    """What a caller may choose, as text, then every name and number, and the name that each short one stands for."""
    yield _quoted(", ".join(value.name for value in enum.values if value.number))
    for value in enum.values:
        yield f'{value.name} = true, ["{value.number}"] = true'
        if short := short_name(value):
            yield f'["{short}"] = {_quoted(value.name)}'


def short_name(value: EnumValueDescriptor) -> str:
    """`CARD` for `PAYMENT_METHOD_CARD` of the enum PaymentMethod; empty for the value that stands for none."""
    prefix = re.sub("(?<=[a-z0-9])(?=[A-Z])", "_", value.type.name).upper() + "_"
    return value.name.removeprefix(prefix) if value.number and value.name.startswith(prefix) else ""


def type_of(field: FieldDescriptor) -> str:
    """The type of a field's values. Raises KeyError for one that is not checked."""
    if field.message_type:
        if _is_opaque(field.message_type) and field.message_type.full_name not in _TEXTS:
            raise KeyError(field.full_name)
        return field.message_type.full_name
    return field.enum_type.full_name if field.enum_type else _SCALARS[field.type]


def _inside(field: FieldDescriptor) -> Descriptor | None:
    """The message type of a field's values, if it is an object of fields."""
    message: Descriptor | None = field.message_type
    return None if message is None or _is_opaque(message) else message


def _is_opaque(message: Descriptor) -> bool:
    return message.full_name.startswith(_OPAQUE) and message.full_name != EMPTY


def _table(items: Iterable[str]) -> str:
    return f"{{{', '.join(items)}}}"


def _quoted(name: str) -> str:
    return f'"{name}"'
