"""Access tokens that are refused although they have not expired: of ended sessions, and of users who lost a right."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import Context
from math import inf
from secrets import token_hex
from socket import gethostname
from typing import Any, TypeAlias

import structlog
from easyorder.internal.identity.v1 import ListRevocationsRequest, ListRevocationsResponse

from chassis.background import passes
from chassis.clock import SystemClock
from chassis.context import Caller

log = structlog.get_logger(__name__)

_RETRY_S, _LOGGED_FAILURES = 0.5, 10
_NOTHING, _ALL, _SERVICE = (0.0, 0.0), 2**63 - 1, "easyorder.internal.identity.v1.RevocationService"
# Lists what was revoked after a position; waits while there is nothing.
RevocationSource: TypeAlias = Callable[[ListRevocationsRequest], Awaitable[ListRevocationsResponse]]


def revocations_of(identity: Any) -> RevocationSource:
    """Asks identity_svc, with a chassis.grpc.clients.Peer."""
    from chassis.grpc.clients import rpc  # breaks an import cycle: clients use service tokens

    method = rpc(_SERVICE, "ListRevocations", ListRevocationsRequest, ListRevocationsResponse)
    return lambda request: identity.call(method, request, timeout_s=20)


class Revocations:
    """What `source` revokes, from `start` to `stop`. While it does not answer, what is known counts (ADR 0052)."""

    def __init__(self, source: RevocationSource, service: str) -> None:
        # Of its own: another process with the same name would hide what this one does not know yet.
        self._source, self._reader = source, f"{service} at {gethostname()} {token_hex(4)}"
        self._position, self._asked = 0, asyncio.Event()
        # By session or user: the first version of the user that is not revoked, and when the last token expires.
        self._revoked: dict[str, tuple[float, float]] = {}
        self.on_change: Callable[[Callable[[Caller], bool]], None] = lambda cover: None

    def cover(self, caller: Caller) -> bool:
        """Whether the token of the caller was revoked."""
        return caller.version < max(self._revoked.get(id, _NOTHING)[0] for id in (caller.session_id, caller.id))

    async def start(self) -> None:
        """Waits for what was revoked before, unless that takes too long."""
        self._task = asyncio.create_task(self._follow(), name="revocations", context=Context())
        await passes(self._asked, within_s=1.0)

    async def stop(self) -> None:
        self._task.cancel()
        await asyncio.wait([self._task])
        with suppress(Exception):  # nobody is to wait for this process any more
            await asyncio.wait_for(self._ask(_ALL), _RETRY_S)

    def _ask(self, after: int) -> Awaitable[ListRevocationsResponse]:
        return self._source(ListRevocationsRequest(reader=self._reader, after_position=after))

    async def _follow(self) -> None:
        failures = 0
        while True:
            try:
                self._apply(await self._ask(self._position))
                failures = 0
            except Exception as error:  # of any kind: what is known stays known
                if (failures := failures + 1) == _LOGGED_FAILURES:
                    log.warning("revoked tokens are not learned of", error=str(error))
                self._asked.set()
                await asyncio.sleep(_RETRY_S)

    def _apply(self, found: ListRevocationsResponse) -> None:
        now_s = SystemClock().now().timestamp()
        self._revoked = {id: revoked for id, revoked in self._revoked.items() if revoked[1] > now_s}
        for one in found.revocations:
            id, until = one.session_id or one.user_id, one.before_version or inf
            revoked = until, one.expire_time.timestamp() if one.expire_time else now_s
            self._revoked[id] = max(revoked, self._revoked.get(id, _NOTHING))
        self._position = found.position
        self._asked.set()
        self.on_change(self.cover)
