"""The fields that an update changes: those that its mask names, or without a mask those that are set (AIP-134)."""

from __future__ import annotations

import re
from collections.abc import Sequence

import betterproto2
from easyorder.google.protobuf import FieldMask

from chassis.errors import FieldViolation, InvalidArgument, shortened

EVERYTHING = "*"
_MAX_VIOLATIONS, _MAX_BYTES = 10, 100


def updated_fields(message: betterproto2.Message, mask: FieldMask | None, changeable: Sequence[str]) -> frozenset[str]:
    """Those of the `changeable` fields that change. Raises InvalidArgument for a mask with any other path."""
    paths = mask.paths if mask and mask.paths != [EVERYTHING] else []
    if wrong := [path for path in paths if path not in changeable]:
        allowed = ", ".join(map(_json_name, changeable))
        named = map(_json_name, wrong[:_MAX_VIOLATIONS])
        faults = [f"must not have {name!r}: only {allowed}, or {EVERYTHING} alone" for name in named]
        raise InvalidArgument.of_all([FieldViolation("updateMask", fault) for fault in faults])
    return named_fields(message, mask, changeable)


def named_fields(message: betterproto2.Message, mask: FieldMask | None, changeable: Sequence[str]) -> frozenset[str]:
    """Those of the `changeable` fields that a mask names, whatever else it has; without a mask those that are set."""
    if mask is None or not mask.paths:
        return frozenset(name for name in changeable if _is_set(getattr(message, name)))
    return frozenset(changeable if EVERYTHING in mask.paths else set(changeable).intersection(mask.paths))


def _is_set(value: object) -> bool:
    # A message without content is set too.
    return value is not None and (isinstance(value, betterproto2.Message) or bool(value))


def _json_name(path: str) -> str:
    return re.sub("_([a-z])", lambda match: match[1].upper(), shortened(path, _MAX_BYTES))
