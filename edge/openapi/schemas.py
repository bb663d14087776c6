"""Messages and enums as JSON Schema of their proto3 JSON form, with the contract's rules as constraints."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from easyorder.google.api import FieldBehavior
from easyorder.validate.v1 import Rules
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor, OneofDescriptor

from chassis.contract import extension, is_required, rules_of
from edge.openapi.comments import comments
from edge.openapi.reasons import reasons

Json: TypeAlias = dict[str, object]

_INT64: Json = {"type": "string", "format": "int64", "pattern": "^-?[0-9]+$"}
_INT32: Json = {"type": "integer", "format": "int32"}
_NOT_BLANK = r"\S"
_FORMATS = {"date": "date", "start_date": "date", "end_date": "date", "email": "email"}
_SCALARS: dict[int, Json] = {
    FieldDescriptor.TYPE_BOOL: {"type": "boolean"},
    FieldDescriptor.TYPE_BYTES: {"type": "string", "contentEncoding": "base64"},
    FieldDescriptor.TYPE_DOUBLE: {"type": "number", "format": "double"},
    FieldDescriptor.TYPE_FLOAT: {"type": "number", "format": "float"},
    FieldDescriptor.TYPE_INT32: _INT32,
    FieldDescriptor.TYPE_INT64: _INT64,
    FieldDescriptor.TYPE_STRING: {"type": "string"},
    FieldDescriptor.TYPE_UINT32: _INT32 | {"minimum": 0},
    FieldDescriptor.TYPE_UINT64: _INT64,
}
# Messages whose JSON is not an object of their fields.
_WELL_KNOWN: dict[str, Json] = {
    "google.protobuf.Any": {"type": "object", "properties": {"@type": {"type": "string"}}, "required": ["@type"]},
    "google.protobuf.Duration": {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]{1,9})?s$"},
    "google.protobuf.Empty": {"type": "object", "additionalProperties": False},
    "google.protobuf.FieldMask": {"type": "string"},
    "google.protobuf.Timestamp": {"type": "string", "format": "date-time"},
    "google.rpc.Status": {"$ref": "#/components/schemas/Error"},
}
# What the contract cannot say of Google's messages.
_ALWAYS_SET_OF_GOOGLE = {"google.rpc.RetryInfo.retry_delay"}
_REASONS_OF_GOOGLE = {"google.rpc.ErrorInfo.reason", "google.rpc.BadRequest.FieldViolation.reason"}
_EXAMPLES = {"google.type.Money": {"currencyCode": "USD", "units": "12", "nanos": 500_000_000}}


class Schemas:
    """Collects the referenced schemas for the document's components.

    Requests do not have what only the shop sets, and may leave out more; replies have all fields that cannot be absent.
    A message that is different for that reason has a second schema for requests, such as `ProductInput`.
    """

    def __init__(self, replies: Iterable[Descriptor] = ()) -> None:
        """`replies` are the messages that calls answer with."""
        self.components: dict[str, Json] = {}
        self._full_names: dict[str, str] = {}
        self._in_replies: set[str] = set()
        for reply in replies:
            self._add_reply(reply)

    def reference(self, described: Descriptor | EnumDescriptor, *, reply: bool = False) -> Json:
        """A reference to the schema of a message or enum; the schema is made at its first reference."""
        if known := _WELL_KNOWN.get(described.full_name):
            return dict(known)
        if isinstance(described, EnumDescriptor):
            return self.named(described.name, described.full_name, lambda: _enum(described))
        of_reply = described.full_name in self._in_replies
        if reply or (of_reply and self.object_of(described) == self.object_of(described, reply=True)):
            return self.named(described.name, described.full_name, lambda: self.object_of(described, reply=True))
        name = f"{described.name}Input" if of_reply else described.name
        return self.named(name, described.full_name, lambda: _closed(self.object_of(described)))

    def named(self, name: str, full_name: str, make: Callable[[], Json]) -> Json:
        """A reference to the component `name`, made if it is not there; Raises ValueError if the name is another's."""
        if self._full_names.setdefault(name, full_name) != full_name:
            raise ValueError(f"{name} is both {full_name} and {self._full_names[name]}")
        if name not in self.components:
            self.components[name] = {}  # a message may refer to itself
            self.components[name] = make()
        return {"$ref": f"#/components/schemas/{name}"}

    def object_of(self, message: Descriptor, *, reply: bool = False, without: Iterable[str] = ()) -> Json:
        """The message as an object; fields named in `without` are left out."""
        unseen = FieldBehavior.INPUT_ONLY if reply else FieldBehavior.OUTPUT_ONLY
        fields = [field for field in message.fields if field.name not in set(without)]
        fields = [field for field in fields if unseen not in extension(field, "google.api.field_behavior")]
        properties = {field.json_name: self.of_field(field, reply=reply) for field in fields}
        schema: Json = {"type": "object", "properties": properties}
        is_there = _is_always_there if reply else _must_be_given
        if required := [field.json_name for field in fields if is_there(field)]:
            schema["required"] = required
        if choices := [_choice(oneof, properties) for oneof in message.oneofs if len(oneof.fields) > 1]:
            schema["allOf"] = choices
        if example := _EXAMPLES.get(message.full_name):
            schema["examples"] = [example]
        return _described(schema, " ".join(_comment(message.full_name)))

    def body_of(self, request: Descriptor, *, without: Iterable[str]) -> Json:
        """The body of a request of which the fields named in `without` are parameters."""
        return self.named(request.name, request.full_name, lambda: _closed(self.object_of(request, without=without)))

    def update_of(self, resource: FieldDescriptor) -> Json:
        """What an update says of a resource: any of its fields but the id, which is in the path."""
        message = resource.message_type
        assert message is not None

        def any_fields() -> Json:
            schema = self.object_of(message, without=["id"])
            schema.pop("required", None)
            return _closed(schema)

        return self.named(f"{message.name}Update", message.full_name, any_fields)

    def of_field(self, field: FieldDescriptor, *, reply: bool = False) -> Json:
        """A field's value: an array for a repeated field, an object for a map."""
        rules = rules_of(field)
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            schema = self._map_of(field.message_type.fields[1], reply=reply)
        elif field.is_repeated:
            items = _constrained(self._element(field, reply=reply), field, rules)
            schema = {"type": "array", "items": items if reply else items | _not_left_out(field)}
            if rules.min_items:
                schema["minItems"] = rules.min_items
            if rules.max_items:
                schema["maxItems"] = rules.max_items
        else:
            schema = _constrained(self._element(field, reply=reply), field, rules)
        behaves = extension(field, "google.api.field_behavior")
        schema |= {} if reply or field.is_repeated else _not_left_out(field)
        schema |= {"readOnly": True} if FieldBehavior.OUTPUT_ONLY in behaves else {}
        schema |= {"writeOnly": True} if FieldBehavior.INPUT_ONLY in behaves else {}
        if field.full_name in _REASONS_OF_GOOGLE:
            # Not an `enum`, because generated clients would fail on a reason that is added later.
            schema["x-extensible-enum"] = [reason.name for reason in reasons()]
        return _described(schema, " ".join([*_comment(field.full_name), *_bounds_in_words(field, rules)]))

    def _map_of(self, value: FieldDescriptor, *, reply: bool) -> Json:
        schema: Json = {"type": "object", "additionalProperties": self._element(value, reply=reply)}
        # With a name of its own: generators would name that of Order.metadata OrderMetadata, which is a message.
        is_text = value.type == FieldDescriptor.TYPE_STRING
        named = _described(schema, "Texts by their keys.")
        return self.named("StringMap", "map<string, string>", lambda: named) if is_text else schema

    def _add_reply(self, message: Descriptor) -> None:
        if message.full_name not in self._in_replies:
            self._in_replies.add(message.full_name)
            for field in message.fields:
                if field.message_type is not None:
                    self._add_reply(field.message_type)

    def _element(self, field: FieldDescriptor, *, reply: bool) -> Json:
        described = field.message_type or field.enum_type
        return dict(_SCALARS[field.type]) if described is None else self.reference(described, reply=reply)


def _closed(schema: Json) -> Json:
    """What is in requests only: their unknown fields are refused, while replies may get more."""
    return schema | {"additionalProperties": False}


def _not_left_out(field: FieldDescriptor) -> Json:
    """A required enum or number, and an enum in a list, must not be the value that stands for its absence."""
    if field.has_presence or not (is_required(field) or field.is_repeated):
        return {}
    if field.enum_type is not None:
        return {"not": {"const": field.enum_type.values[0].name}}
    is_number = field.type in (FieldDescriptor.TYPE_INT32, FieldDescriptor.TYPE_UINT32) and not field.is_repeated
    return {"not": {"const": 0}} if is_number and (rules_of(field).min or 0) <= 0 else {}


def _must_be_given(field: FieldDescriptor) -> bool:
    return is_required(field) or bool(rules_of(field).min_items)


def _is_always_there(field: FieldDescriptor) -> bool:
    """Envoy prints numbers, texts and lists also where they are 0 or empty."""
    is_set = is_required(field) or rules_of(field).always_set or field.full_name in _ALWAYS_SET_OF_GOOGLE
    return is_set or not field.has_presence


def _choice(oneof: OneofDescriptor, properties: Mapping[str, Json]) -> Json:
    """Exactly one of the fields. They are properties of the message, too, for generators that do not read oneOf."""
    names = [field.json_name for field in oneof.fields]
    return {"oneOf": [{"type": "object", "properties": {n: properties[n]}, "required": [n]} for n in names]}


def _enum(enum: EnumDescriptor) -> Json:
    known = comments()
    meanings = [f"{v.name}: {known[v_name]}" for v in enum.values if (v_name := f"{enum.full_name}.{v.name}") in known]
    schema: Json = {"type": "string", "enum": [value.name for value in enum.values]}
    return _described(schema, "\n\n".join([*_comment(enum.full_name), *meanings]))


def _constrained(schema: Json, field: FieldDescriptor, rules: Rules) -> Json:
    constraints: Json = {}
    # Rules apply to a value that is set; an unset value is written as "" or 0.
    may_be_empty = not (is_required(field) or field.has_presence or field.is_repeated)
    if field.type == FieldDescriptor.TYPE_STRING:
        shortest = rules.min_length or int(is_required(field) and not rules.one_of)
        pattern = _NOT_BLANK if is_required(field) and shortest else None
        # No enum for `one_of`: a client could not ask for the currency of a price, which is any text.
        if of_rules := "[1-9][0-9]{0,17}" if rules.id else "|".join(rules.one_of) or rules.pattern:
            pattern = f"^(?:{of_rules}){'?' if may_be_empty else ''}$"
        constraints = {
            "minLength": shortest if shortest and not may_be_empty else None,
            "maxLength": rules.max_length or None,
            "pattern": pattern,
            "format": _FORMATS.get(field.name),
        }
    elif field.type in (FieldDescriptor.TYPE_INT32, FieldDescriptor.TYPE_UINT32):
        least = rules.min if rules.min is None or not may_be_empty else min(rules.min, 0)
        # A larger page_size is taken as the maximum.
        constraints = {"minimum": least, "maximum": rules.max if field.name != "page_size" else None}
    return schema | {name: value for name, value in constraints.items() if value is not None}


def _bounds_in_words(field: FieldDescriptor, rules: Rules) -> list[str]:
    """What a pattern does not tell a reader, and what no keyword of JSON Schema can express."""
    if rules.one_of:
        return [f"One of {', '.join(rules.one_of)}."]
    # An int64 is a string in JSON.
    if field.type not in (FieldDescriptor.TYPE_INT64, FieldDescriptor.TYPE_UINT64):
        return []
    bounds = [f"at least {rules.min}"] if rules.min is not None else []
    bounds += [f"at most {rules.max}"] if rules.max is not None else []
    return [f"Must be {' and '.join(bounds)}."] if bounds else []


def _comment(full_name: str) -> list[str]:
    return [comments()[full_name]] if full_name in comments() else []


def _described(schema: Json, description: str) -> Json:
    return schema | {"description": description} if description else schema
