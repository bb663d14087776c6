"""Hypothesis strategies for every message of the contract, derived from its descriptors."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import betterproto2
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from hypothesis import strategies as st

from chassis import contract

_INT32 = st.integers(-(2**31), 2**31 - 1)
_INT64 = st.integers(-(2**63), 2**63 - 1)
_SCALARS: dict[int, st.SearchStrategy[Any]] = {
    FieldDescriptor.TYPE_BOOL: st.booleans(),
    FieldDescriptor.TYPE_DOUBLE: st.floats(allow_nan=False).map(lambda number: number + 0.0),
    FieldDescriptor.TYPE_INT32: _INT32,
    FieldDescriptor.TYPE_INT64: _INT64,
    FieldDescriptor.TYPE_STRING: st.text(max_size=8),
    FieldDescriptor.TYPE_BYTES: st.binary(max_size=8),
}
_WELL_KNOWN: dict[str, st.SearchStrategy[Any]] = {
    "google.protobuf.Timestamp": st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),
    # betterproto2 (0.10) writes negative durations wrongly, so there is nothing to compare those with.
    "google.protobuf.Duration": st.timedeltas(timedelta(0), timedelta(days=400)),
}


def messages(message_type: type[betterproto2.Message], depth: int = 3) -> st.SearchStrategy[betterproto2.Message]:
    """Messages of a type, with at most `depth` levels inside, members of oneofs set one at a time."""
    return _of(contract.descriptor_of(message_type), depth)


def _of(descriptor: Descriptor, depth: int) -> st.SearchStrategy[Any]:
    message_type: Any = contract.message_types()[descriptor.full_name]
    names = message_type._betterproto.field_name_by_number
    plain = {names[f.number]: _field(f, names[f.number], depth) for f in descriptor.fields if not _in_oneof(f)}
    oneofs = [
        st.one_of(st.just({}), *(_member(f, names[f.number], depth) for f in oneof.fields))
        for oneof in descriptor.oneofs
        if _in_oneof(oneof.fields[0])
    ]
    return st.builds(
        lambda values, chosen: message_type(**_merged(values, chosen)), st.fixed_dictionaries(plain), st.tuples(*oneofs)
    )


def _member(field: FieldDescriptor, name: str, depth: int) -> st.SearchStrategy[dict[str, Any]]:
    return _element(field, name, depth).map(lambda value: {name: value} if value is not None else {})


def _merged(values: dict[str, Any], chosen: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    return {key: value for part in (values, *chosen) for key, value in part.items()}


def _in_oneof(field: FieldDescriptor) -> bool:
    oneof = field.containing_oneof
    # An optional scalar is, underneath, a oneof of one whose name begins with an underscore.
    return oneof is not None and not oneof.name.startswith("_")


def _field(field: FieldDescriptor, name: str, depth: int) -> st.SearchStrategy[Any]:
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        value = field.message_type.fields_by_name["value"]
        return st.dictionaries(st.text(max_size=4), _element(value, name, depth), max_size=3)
    if field.is_repeated:
        return st.lists(_element(field, name, depth), max_size=2 if depth > 0 else 0)
    if field.has_presence:
        return st.none() | _element(field, name, depth)
    return _element(field, name, depth)


def _element(field: FieldDescriptor, name: str, depth: int) -> st.SearchStrategy[Any]:
    if field.enum_type is not None:
        assert field.containing_type is not None
        owner: Any = contract.message_types()[field.containing_type.full_name]
        enum_type = owner._betterproto.cls_by_field[name]
        # 1000 is a value that only a newer contract knows.
        return st.sampled_from([*enum_type, enum_type(1000)])
    if field.message_type is None:
        return _SCALARS[field.type]
    if field.message_type.full_name in _WELL_KNOWN:
        return _WELL_KNOWN[field.message_type.full_name]
    if depth <= 0:
        return st.none() if not field.is_repeated else st.nothing()
    return _of(field.message_type, depth - 1)
