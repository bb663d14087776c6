"""The errors of EasyOrder: every failure that a caller may see is an AppError, of the same class on both sides.

An error is sent as a google.rpc.Status with ErrorInfo (AIP-193); callers may rely on its `reason`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, ClassVar, Self

if TYPE_CHECKING:
    from chassis.context import Caller

_MESSAGE_BYTES = 1_000


def shortened(text: str, max_bytes: int) -> str:
    """The text as valid UTF-8 of at most `max_bytes`; the middle of a longer text is removed."""
    if text.isascii() and len(text) <= max_bytes:
        return text
    data = text.encode(errors="backslashreplace")
    if len(data) > max_bytes:
        half = max_bytes // 2 - 2
        data = data[:half] + "…".encode() + data[-half:]
    return data.decode(errors="ignore")


class Kind(Enum):
    """The kind of failure, named as in google.rpc.Code."""

    INVALID_ARGUMENT = 3
    DEADLINE_EXCEEDED = 4
    NOT_FOUND = 5
    ALREADY_EXISTS = 6
    PERMISSION_DENIED = 7
    RESOURCE_EXHAUSTED = 8
    FAILED_PRECONDITION = 9
    ABORTED = 10
    UNIMPLEMENTED = 12
    INTERNAL = 13
    UNAVAILABLE = 14
    UNAUTHENTICATED = 16


@dataclass(frozen=True, slots=True)
class FieldViolation:
    """An invalid field: its path as the caller wrote it (`items[0].quantity`), what to do, and the reason that an error
    would have for this fault alone. An error gives its own reason to those that have none.
    """

    field: str
    description: str
    reason: str = ""


class AppError(Exception):
    """A failure that is reported to the caller.

    Subclasses fix `kind` and `reason`, and `wait_s` if callers should call again without knowing when. `metadata` holds
    values that belong to the reason, as strings. Long messages are shortened, because a message may quote the caller's
    input.
    """

    kind: ClassVar[Kind] = Kind.INTERNAL
    reason: ClassVar[str] = "INTERNAL"
    wait_s: ClassVar[float | None] = None
    by_reason: ClassVar[dict[str, type[AppError]]] = {}  # the classes that this process knows

    def __init__(
        self,
        message: str,
        *,
        metadata: Mapping[str, str] | None = None,
        violations: Sequence[FieldViolation] = (),
        retry_after_s: float | None = None,
    ) -> None:
        self.message = shortened(message, _MESSAGE_BYTES)
        super().__init__(self.message)
        self.metadata = dict(metadata or {})
        self.violations = tuple(fault if fault.reason else replace(fault, reason=self.reason) for fault in violations)
        self.retry_after_s = self.wait_s if retry_after_s is None else retry_after_s

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        if "reason" in vars(cls):
            known = AppError.by_reason.get(cls.reason)
            # Services that share a process may each define the reason: register a class that derives from both.
            AppError.by_reason[cls.reason] = type(cls.__name__, (cls, known), {}) if known else cls


class InvalidArgument(AppError):
    """The request is invalid, whatever the state of the system; all invalid fields are listed."""

    kind, reason = Kind.INVALID_ARGUMENT, "INVALID_ARGUMENT"

    @classmethod
    def of(cls, field: str, description: str) -> Self:
        """An error for one invalid field."""
        return cls.of_all([FieldViolation(field, description)])

    @classmethod
    def of_all(cls, violations: Sequence[FieldViolation]) -> Self:
        """An error for several invalid fields; the message names the first three."""
        first = "; ".join(f"{fault.field} {fault.description}" for fault in violations[:3])
        more = f"; and {len(violations) - 3} more" if len(violations) > 3 else ""
        return cls(first + more, violations=violations)


class Unauthenticated(AppError):
    kind, reason = Kind.UNAUTHENTICATED, "UNAUTHENTICATED"


class TokenExpired(AppError):
    kind, reason = Kind.UNAUTHENTICATED, "TOKEN_EXPIRED"


class TokenRevoked(AppError):
    """`caller` is who the token was for, if that is known."""

    kind, reason = Kind.UNAUTHENTICATED, "TOKEN_REVOKED"
    caller: Caller | None = None

    def __init__(self, caller: Caller | None = None) -> None:
        super().__init__("the access token is no longer valid; refresh it or log in again")
        self.caller = caller


class PermissionDenied(AppError):
    kind, reason = Kind.PERMISSION_DENIED, "PERMISSION_DENIED"


class EtagMismatch(AppError):
    """The resource was changed concurrently: read it again before deciding (AIP-154)."""

    kind, reason = Kind.ABORTED, "ETAG_MISMATCH"


class RequestIdRequired(InvalidArgument):
    """A repeat of the call would take effect twice: it needs a request_id, or the header Idempotency-Key."""

    reason = "REQUEST_ID_REQUIRED"


class RequestIdReused(AppError):
    """The same request_id was used with another body (AIP-155)."""

    kind, reason = Kind.INVALID_ARGUMENT, "REQUEST_ID_REUSED"


class RequestIdExpired(AppError):
    """The request was executed long ago, and its response is no longer kept. It is not executed again."""

    kind, reason = Kind.FAILED_PRECONDITION, "REQUEST_ID_EXPIRED"


class RateLimited(AppError):
    kind, reason = Kind.RESOURCE_EXHAUSTED, "RATE_LIMITED"


class PayloadTooLarge(AppError):
    kind, reason = Kind.INVALID_ARGUMENT, "PAYLOAD_TOO_LARGE"


class Unimplemented(AppError):
    """A part of the contract that this version does not implement."""

    kind, reason = Kind.UNIMPLEMENTED, "UNIMPLEMENTED"


class DeadlineExceeded(AppError):
    kind, reason = Kind.DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED"


class Unavailable(AppError):
    """Another service or the database does not respond; the same call may succeed later."""

    kind, reason, wait_s = Kind.UNAVAILABLE, "UNAVAILABLE", 1


class Conflict(AppError):
    """Two transactions collided (deadlock, serialization, unique key); the mediator retries the command."""

    kind, reason = Kind.ABORTED, "CONFLICT"


class Locked(Conflict):
    """A row that the command needs stays locked by another transaction; the same call may succeed later."""

    kind, reason, wait_s = Kind.UNAVAILABLE, "LOCKED", 1


class Internal(AppError):
    """An unexpected failure. Contains a correlation id and nothing else."""

    kind, reason = Kind.INTERNAL, "INTERNAL"


def outcome_of(error: Exception) -> str:
    """The reason of an AppError; INTERNAL for any other exception."""
    return error.reason if isinstance(error, AppError) else Internal.reason
