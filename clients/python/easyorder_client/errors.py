"""What a call raises: one class for each gRPC code, and in `reasons` a subclass for each reason of the contract.

`except OutOfStock` catches one reason, `except FailedPrecondition` all reasons with that code, also those that a newer
shop has, `except EasyOrderError` everything that a call raises.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import betterproto2
import grpc

from easyorder_client.messages import BadRequest, ErrorInfo, RetryInfo
from easyorder_client.messages.google.rpc import Status

_DETAILS = "grpc-status-details-bin"
M = TypeVar("M", bound=betterproto2.Message)


@dataclass(frozen=True, slots=True)
class Violation:
    """A field at fault: its path in the JSON request, such as `items[1].quantity`, and the reason it has by itself."""

    field: str
    description: str
    reason: str


@dataclass(eq=False)
class EasyOrderError(Exception):
    """The shop refused a call, or could not answer it; `str()` is the message, for people."""

    message: str
    reason: str = ""
    """For programs, such as `OUT_OF_STOCK`: docs/errors.md lists all of them."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    """What the reason is about, by key, such as `productItemId`."""
    violations: Sequence[Violation] = ()
    """Every field at fault."""
    retry_after: float | None = None
    """Seconds to wait before the call is repeated, if the shop said so."""
    request_id: str = ""
    """With which the call was made: whoever repeats it puts this into the request."""

    def __str__(self) -> str:
        return self.message


class InvalidArgument(EasyOrderError):
    """The request is wrong, whatever the state of the shop."""


class Unauthenticated(EasyOrderError):
    """Nobody is signed in, or not any more."""


class PermissionDenied(EasyOrderError):
    """Whoever is signed in may not do this."""


class NotFound(EasyOrderError):
    """There is no such thing."""


class AlreadyExists(EasyOrderError):
    """There is one already."""


class FailedPrecondition(EasyOrderError):
    """The state of the shop does not allow it."""


class Aborted(EasyOrderError):
    """Somebody else has changed the same thing: read it again."""


class ResourceExhausted(EasyOrderError):
    """Too much at once; `retry_after` says when to try again."""


class DeadlineExceeded(EasyOrderError):
    """The time is up, and whether the call took effect is not known: repeat it with the same `request_id`."""


class Unavailable(EasyOrderError):
    """The shop cannot be reached, or a part of it does not respond."""


class Unimplemented(EasyOrderError):
    """The shop does not have this method."""


class Internal(EasyOrderError):
    """Something unexpected happened; the metadata has its `correlationId`."""


_BY_CODE: dict[grpc.StatusCode, type[EasyOrderError]] = {
    grpc.StatusCode.INVALID_ARGUMENT: InvalidArgument,
    grpc.StatusCode.UNAUTHENTICATED: Unauthenticated,
    grpc.StatusCode.PERMISSION_DENIED: PermissionDenied,
    grpc.StatusCode.NOT_FOUND: NotFound,
    grpc.StatusCode.ALREADY_EXISTS: AlreadyExists,
    grpc.StatusCode.FAILED_PRECONDITION: FailedPrecondition,
    grpc.StatusCode.ABORTED: Aborted,
    grpc.StatusCode.RESOURCE_EXHAUSTED: ResourceExhausted,
    grpc.StatusCode.DEADLINE_EXCEEDED: DeadlineExceeded,
    grpc.StatusCode.UNAVAILABLE: Unavailable,
    grpc.StatusCode.UNIMPLEMENTED: Unimplemented,
}
_CODES: dict[int, grpc.StatusCode] = {code.value[0]: code for code in grpc.StatusCode}
# Without details they are not from the shop: a connection was lost.
_LOST = (grpc.StatusCode.CANCELLED, grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN)


def from_rpc_error(error: grpc.RpcError) -> EasyOrderError:
    """The error that a failed call stands for."""
    call = cast(Any, error)  # grpc's errors are calls, which its types do not say
    for key, value in call.trailing_metadata() or ():
        if key == _DETAILS:
            return from_status(Status.parse(value))
    code = grpc.StatusCode.UNAVAILABLE if call.code() in _LOST else call.code()
    return _BY_CODE.get(code, Internal)(call.details() or code.name, code.name)


def from_status(status: Status) -> EasyOrderError:
    """The error that a google.rpc.Status describes."""
    from easyorder_client.reasons import BY_REASON

    info, faults, retry = _find(status, ErrorInfo), _find(status, BadRequest), _find(status, RetryInfo)
    reason = info.reason if info else ""
    known = BY_REASON.get(reason) or _BY_CODE.get(_CODES.get(status.code, grpc.StatusCode.UNKNOWN), Internal)
    violations = [Violation(v.field, v.description, v.reason) for v in faults.field_violations] if faults else []
    delay = retry.retry_delay.total_seconds() if retry and retry.retry_delay else None
    return known(status.message, reason, info.metadata if info else {}, violations, delay)


def _find(status: Status, kind: type[M]) -> M | None:
    url = f"type.googleapis.com/google.rpc.{kind.__name__}"
    return next((kind.parse(detail.value) for detail in status.details if detail.type_url == url), None)
