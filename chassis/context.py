"""The context of a request: caller, deadline and correlation id, available without being passed as arguments."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from math import inf
from typing import Any

from easyorder.auth.v1 import Audience as Audience


@dataclass(frozen=True, slots=True)
class Caller:
    """The caller: anonymous, a user as of a version, or a service. `expires_at_s`, of a user's token, is Unix time."""

    id: str
    audiences: frozenset[Audience]
    team_ids: tuple[str, ...] = ()
    expires_at_s: float = field(default=inf, compare=False)
    session_id: str = field(default="", compare=False)
    version: int = field(default=0, compare=False)

    @classmethod
    def person(cls, id: str, *, admin: bool = False, team_ids: tuple[str, ...] = ()) -> Caller:
        roles = {Audience.PUBLIC, Audience.USER} | ({Audience.ADMIN} if admin else set())
        return cls(id, frozenset(roles), team_ids)

    @classmethod
    def service(cls, name: str) -> Caller:
        return cls(f"service:{name}", frozenset({Audience.PUBLIC, Audience.SERVICE}))

    @property
    def is_admin(self) -> bool:
        return Audience.ADMIN in self.audiences

    @property
    def is_service(self) -> bool:
        return Audience.SERVICE in self.audiences

    @property
    def is_person(self) -> bool:
        return Audience.USER in self.audiences


ANONYMOUS = Caller("anonymous", frozenset({Audience.PUBLIC}))


@dataclass(frozen=True, slots=True)
class RequestContext:
    """The request that is being served.

    `deadline` is a time of the event loop's clock (`loop.time()`), None for no limit. `method` is the full gRPC name
    (`/easyorder.order.v1.OrderService/CreateOrder`), or the kind of a job.
    """

    caller: Caller = ANONYMOUS
    correlation_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    method: str = ""
    address: str = ""  # the client's address (see chassis.addresses); empty for a job
    deadline: float | None = None
    position: str | None = None  # from x-easyorder-position: the position that a read must have reached
    # On a call by a service: the user for whom it calls, whose rights limit it to certain rows.
    user: Caller | None = None
    # The access token of the caller or of `user`, for calls to other services; empty where a ticket was used.
    user_token: str = field(default="", repr=False)
    # Sent as initial metadata with the reply; handlers may add to it.
    reply_headers: dict[str, str] = field(default_factory=dict)
    # Details for the audit entry of this request, such as the reason given; handlers may add to it.
    audit_details: list[str] = field(default_factory=list)
    # What it is about where its path does not say, such as the user who signs in; handlers may set it.
    audit_resource: list[str] = field(default_factory=list)
    # What an administrator changes: see chassis.audit.note_changes.
    audit_changes: list[dict[str, str]] = field(default_factory=list)

    @property
    def on_behalf_of(self) -> str:
        """The id of the user for whom a service calls, or empty."""
        return self.user.id if self.user else ""

    @property
    def subject(self) -> Caller:
        """Whose rows are seen and changed: those of the user for whom a service calls, not those of the service."""
        return self.user or self.caller

    @property
    def sees_all(self) -> bool:
        """Whether ownership limits nothing: for administrators, services, and what this process does by itself."""
        subject = self.subject
        return subject.is_admin or subject.is_service or not (subject.is_person or self.method)


_current: ContextVar[RequestContext | None] = ContextVar("easyorder_request", default=None)


def current() -> RequestContext:
    """The context of the current request; an empty context outside of a request."""
    return _current.get() or RequestContext()


@contextmanager
def request_context(context: RequestContext) -> Iterator[RequestContext]:
    """Makes `context` the current one for the block."""
    token = _current.set(context)
    try:
        yield context
    finally:
        _current.reset(token)


def identify(caller: Caller, **changes: Any) -> None:
    """Sets the caller and other fields until the end of the enclosing `request_context`."""
    _current.set(replace(current(), caller=caller, **changes))
