"""Idempotent requests: the response to a request_id is stored with its effect and returned again (AIP-155).

A request_id is used once, for ever: when its response is no longer kept, a repeat is refused (ADR 0033).
"""

from __future__ import annotations

from dataclasses import dataclass

from chassis.errors import FieldViolation, RequestIdExpired, RequestIdReused


@dataclass(frozen=True, slots=True)
class RequestKey:
    """Identifies a request: `scope` is the caller and the method, `fingerprint` a digest of the body."""

    scope: str
    request_id: str
    fingerprint: str

    @property
    def id(self) -> str:
        return f"{self.scope}#{self.request_id}"


@dataclass(frozen=True, slots=True)
class IdempotentResponse:
    """The stored response of an earlier request, serialised; empty if it is no longer kept."""

    fingerprint: str
    answer: bytes


def reused(fingerprint: str, key: RequestKey) -> RequestIdReused | None:
    """The error for `key` if the first request with this id had another fingerprint, otherwise None."""
    if fingerprint == key.fingerprint:
        return None
    fault = FieldViolation("requestId", "was used before with another body; use a new one")
    message = f"requestId {key.request_id!r} {fault.description}"
    return RequestIdReused(message, metadata={"requestId": key.request_id}, violations=[fault])


def expired(key: RequestKey) -> RequestIdExpired:
    """The error for a repeat whose first response is no longer kept."""
    message = f"requestId {key.request_id!r} was used before and its response is no longer kept; nothing was changed"
    return RequestIdExpired(message, metadata={"requestId": key.request_id})
