"""What both clients decide alike: which failures are tried again and when, and with which metadata a call is sent."""

from __future__ import annotations

import random
import time
import uuid
from dataclasses import dataclass, fields, replace
from typing import Any, Generic, TypeVar, cast

import betterproto2

from easyorder_client.errors import (
    DeadlineExceeded,
    EasyOrderError,
    ResourceExhausted,
    Unauthenticated,
    Unavailable,
    from_status,
)
from easyorder_client.messages.google.rpc import Status

Req = TypeVar("Req", bound=betterproto2.Message)
Res = TypeVar("Res", bound=betterproto2.Message)
Metadata = tuple[tuple[str, str], ...]

# They have no request_id, and are refused once they have taken effect: after a lost reply, only the caller can tell.
_NOT_REPEATED = {"Register", "ChangePassword", "ResetPassword", "VerifyEmail", "DeleteSession"}
# Another token helps against these. WRONG_PASSWORD and others are about what the request says.
_OF_THE_TOKEN = ("UNAUTHENTICATED", "TOKEN_EXPIRED", "TOKEN_REVOKED")


@dataclass(frozen=True, slots=True)
class Method(Generic[Req, Res]):
    """A method of the contract."""

    full_name: str
    request: type[Req]
    response: type[Res]

    @property
    def takes_request_id(self) -> bool:
        return any(field.name == "request_id" for field in fields(cast(Any, self.request)))

    @property
    def is_repeatable(self) -> bool:
        return self.full_name.rpartition("/")[2] not in _NOT_REPEATED


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often failed calls are tried: each time after a wait that doubles, and at least as long as the shop asks.

    Tried again are UNAVAILABLE, RESOURCE_EXHAUSTED with a time to wait, and DEADLINE_EXCEEDED while the call's own
    time is not up. With `max_attempts=1`, nothing is.
    """

    max_attempts: int = 10
    first_wait_s: float = 0.1
    longest_wait_s: float = 5.0

    def wait_s(self, failures: int) -> float:
        """Before the next attempt, after this number of failures. Random, so that clients do not return all at once."""
        return min(self.longest_wait_s, self.first_wait_s * 2.0 ** (failures - 1)) * random.uniform(0.5, 1)


class Attempts:
    """The attempts of one call. All have the same request id, and together they take at most `timeout_s`."""

    def __init__(
        self, method: Method[Any, Any], request: betterproto2.Message, policy: RetryPolicy, timeout_s: float | None
    ) -> None:
        self._method, self._policy, self._timeout_s = method, policy, timeout_s
        self._deadline = None if timeout_s is None else time.monotonic() + timeout_s
        self._service: str = getattr(request, "service", "")
        self._own_id = uuid.uuid4().hex if method.takes_request_id and not getattr(request, "request_id", "") else ""
        self._request_id = self._own_id or getattr(request, "request_id", "")
        self._failures = 0
        self._refreshed = False
        self._began = time.monotonic()

    @property
    def time_left_s(self) -> float | None:
        return None if self._deadline is None else max(0.001, self._deadline - time.monotonic())

    def begin(self, token: str) -> Metadata:
        """Begins an attempt; returns its metadata."""
        self._began = time.monotonic()
        entries = {
            "authorization": f"Bearer {token}" if token else "",
            "idempotency-key": self._own_id,
            "x-easyorder-service": self._service,
        }
        return tuple((name, value) for name, value in entries.items() if value)

    def succeeded(self) -> None:
        """Of a stream, when a message came: once it has lasted, what fails is a new failure."""
        if time.monotonic() - self._began > self._policy.longest_wait_s:
            self._failures, self._refreshed = 0, False

    def wait_after(self, error: EasyOrderError, token: str) -> float:
        """The seconds to wait before the next attempt, 0 with a new token. Raises the error if there is to be none."""
        error.request_id = self._request_id
        if token and not self._refreshed and is_of_the_token(error):
            self._refreshed = True
            return 0
        self._failures += 1
        wait = max(self._policy.wait_s(self._failures), error.retry_after or 0)
        is_late = self._deadline is not None and time.monotonic() + wait >= self._deadline
        if is_late or self._failures >= self._policy.max_attempts or not self._is_repeated(error):
            raise error
        return wait

    def _is_repeated(self, error: EasyOrderError) -> bool:
        match error:
            case ResourceExhausted(retry_after=float()):
                # With ACCOUNT_LOCKED, the same password again would lock for longer.
                return error.reason != "ACCOUNT_LOCKED"
            case Unavailable() | DeadlineExceeded():
                return self._method.is_repeatable
        # A reader that was too slow resumes.
        return self._timeout_s is None and error.reason == "SUBSCRIBER_TOO_SLOW"


def is_of_the_token(error: EasyOrderError) -> bool:
    """Whether the call may succeed with another access token."""
    return isinstance(error, Unauthenticated) and error.reason in _OF_THE_TOKEN


class Position(Generic[Req, Res]):
    """Where a stream is: what it is resumed with after a break, and which of its messages are events."""

    def __init__(self, request: Req) -> None:
        self.request = request

    def is_event(self, message: Res) -> bool:
        """Remembers the message's position. Raises the error that a message has instead of an event."""
        if token := getattr(message, "resume_token", ""):
            self.request = replace(self.request, resume_token=token)  # type: ignore[type-var]
        error: Status | None = getattr(message, "error", None)
        if error is not None:
            raise from_status(error)
        return getattr(message, "heartbeat", None) is None
