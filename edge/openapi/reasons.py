"""The reasons of errors, as the contract's enum ErrorReason describes them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from easyorder.common.v1 import ErrorForm
from easyorder.google.rpc import Code
from google.protobuf.descriptor import EnumValueDescriptor

from chassis import contract
from edge.openapi.comments import comments

PUBLIC = "easyorder.common.v1.ErrorReason"
INTERNAL = "easyorder.internal.common.v1.ErrorReason"
# As Envoy's transcoder maps the codes.
_HTTP_STATUSES = {
    Code.INVALID_ARGUMENT: 400,
    Code.DEADLINE_EXCEEDED: 504,
    Code.NOT_FOUND: 404,
    Code.ALREADY_EXISTS: 409,
    Code.PERMISSION_DENIED: 403,
    Code.RESOURCE_EXHAUSTED: 429,
    Code.FAILED_PRECONDITION: 400,
    Code.ABORTED: 409,
    Code.UNIMPLEMENTED: 501,
    Code.INTERNAL: 500,
    Code.UNAVAILABLE: 503,
    Code.UNAUTHENTICATED: 401,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """`code` is a name of google.rpc.Code, `metadata` are the keys that ErrorInfo may have."""

    name: str
    code: str
    http_statuses: tuple[int, ...]
    metadata: tuple[str, ...]
    meaning: str


@cache
def reasons(enum: str = PUBLIC) -> tuple[Reason, ...]:
    """All reasons of PUBLIC or INTERNAL, in the order of the contract."""
    return tuple(_reason(value) for value in contract.pool().FindEnumTypeByName(enum).values if value.number)


def _reason(value: EnumValueDescriptor) -> Reason:
    option = contract.extension(value, "easyorder.common.v1.error").SerializeToString()
    form = ErrorForm.parse(option)
    return Reason(
        name=value.name.removeprefix("ERROR_REASON_"),
        code=Code(form.code).name or "",
        http_statuses=tuple(form.http_statuses) or (_HTTP_STATUSES[form.code],),
        metadata=tuple(form.metadata),
        meaning=comments()[f"{value.type.full_name}.{value.name}"],
    )
