"""Messages and enums as JSON Schema of their proto3 JSON form, with the contract's rules as constraints."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from easyorder.google.api import FieldBehavior
from easyorder.validate.v1 import Rules
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor

from chassis.contract import extension, is_required, rules_of
from edge.openapi.comments import comments

Json: TypeAlias = dict[str, object]

_INT64: Json = {"type": "string", "format": "int64", "pattern": "^-?[0-9]+$"}
_INT32: Json = {"type": "integer", "format": "int32"}
_NOT_BLANK = r"\S"
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
}


class Schemas:
    """Collects the referenced schemas for the document's components."""

    def __init__(self) -> None:
        self.components: dict[str, Json] = {}

    def reference(self, described: Descriptor | EnumDescriptor) -> Json:
        """A reference to the schema of a message or enum; the schema is made at its first reference."""
        if known := _WELL_KNOWN.get(described.full_name):
            return dict(known)
        name = described.full_name.removeprefix("easyorder.")
        if name not in self.components:
            self.components[name] = {}  # a message may refer to itself
            made = self.object_of(described) if isinstance(described, Descriptor) else _enum(described)
            self.components[name] = made
        return {"$ref": f"#/components/schemas/{name}"}

    def object_of(self, message: Descriptor, *, without: Iterable[str] = ()) -> Json:
        """The message as an object; fields named in `without` are left out."""
        fields = [field for field in message.fields if field.name not in set(without)]
        schema: Json = {"type": "object", "properties": {field.json_name: self.of_field(field) for field in fields}}
        if required := [field.json_name for field in fields if (is_required(field) or rules_of(field).min_items)]:
            schema["required"] = required
        choices = [oneof for oneof in message.oneofs if len(oneof.fields) > 1]
        notes = [f"At most one of {', '.join(field.json_name for field in choice.fields)}." for choice in choices]
        return _described(schema, " ".join([*_comment(message.full_name), *notes]))

    def update_of(self, resource: FieldDescriptor) -> Json:
        """What an update says of a resource: any of its fields."""
        assert resource.message_type is not None
        name = f"{resource.message_type.full_name.removeprefix('easyorder.')}Update"
        self.components[name] = self.object_of(resource.message_type)
        self.components[name].pop("required", None)
        return _described({"$ref": f"#/components/schemas/{name}"}, " ".join(_comment(resource.full_name)))

    def of_field(self, field: FieldDescriptor) -> Json:
        """A field's value: an array for a repeated field, an object for a map."""
        rules = rules_of(field)
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            schema: Json = {"type": "object", "additionalProperties": self._element(field.message_type.fields[1])}
        elif field.is_repeated:
            schema = {"type": "array", "items": _constrained(self._element(field), field, rules)}
            if rules.min_items:
                schema["minItems"] = rules.min_items
            if rules.max_items:
                schema["maxItems"] = rules.max_items
        else:
            schema = _constrained(self._element(field), field, rules)
        behaves = extension(field, "google.api.field_behavior")
        schema |= {"readOnly": True} if FieldBehavior.OUTPUT_ONLY in behaves else {}
        schema |= {"writeOnly": True} if FieldBehavior.INPUT_ONLY in behaves else {}
        return _described(schema, " ".join([*_comment(field.full_name), *_bounds_of_int64(field, rules)]))

    def _element(self, field: FieldDescriptor) -> Json:
        described = field.message_type or field.enum_type
        return self.reference(described) if described is not None else dict(_SCALARS[field.type])


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
        if of_rules := "[1-9][0-9]{0,17}" if rules.id else rules.pattern:
            pattern = f"^(?:{of_rules}){'?' if may_be_empty else ''}$"
        constraints = {
            "minLength": shortest if shortest and not may_be_empty else None,
            "maxLength": rules.max_length or None,
            "pattern": pattern,
            "enum": [*rules.one_of, *[""] * may_be_empty] if rules.one_of else None,
        }
    elif field.type in (FieldDescriptor.TYPE_INT32, FieldDescriptor.TYPE_UINT32):
        least = rules.min if rules.min is None or not may_be_empty else min(rules.min, 0)
        # A larger page_size is taken as the maximum.
        constraints = {"minimum": least, "maximum": rules.max if field.name != "page_size" else None}
    return schema | {name: value for name, value in constraints.items() if value is not None}


def _bounds_of_int64(field: FieldDescriptor, rules: Rules) -> list[str]:
    # An int64 is a string in JSON, so no keyword of JSON Schema can express its bounds.
    if field.type not in (FieldDescriptor.TYPE_INT64, FieldDescriptor.TYPE_UINT64):
        return []
    bounds = [f"at least {rules.min}"] if rules.min is not None else []
    bounds += [f"at most {rules.max}"] if rules.max is not None else []
    return [f"Must be {' and '.join(bounds)}."] if bounds else []


def _comment(full_name: str) -> list[str]:
    return [comments()[full_name]] if full_name in comments() else []


def _described(schema: Json, description: str) -> Json:
    return schema | {"description": description} if description else schema
