"""Tickets that open one stream for their caller: they may be in a URL, where others would see an access token.

A ticket is valid for a minute and opens one stream, at whichever replica. It is encrypted and holds its caller, so that
nothing is stored until it is used. The stream ends with the access token that the ticket was made with.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis import contract
from chassis.auth.keys import KeyCache
from chassis.auth.revocations import Revocations
from chassis.auth.service_tokens import ServiceKeys
from chassis.auth.verifier import TokenVerifier
from chassis.background import to_completion
from chassis.clock import Clock
from chassis.context import Caller, current
from chassis.db.engine import fetch
from chassis.errors import Unauthenticated
from order_svc.encrypted_tokens import EncryptedTokens

# Envoy knows tickets by it: no access token begins like this.
PREFIX = "ticket_"
VALID_FOR = timedelta(minutes=1)
# A use is kept for longer than a ticket is valid, whatever the difference between the clocks of two replicas.
_USE = text("""
WITH purged AS (
    DELETE FROM stream_ticket_use WHERE id = ANY(ARRAY(
        SELECT id FROM stream_ticket_use WHERE used_at < now() - interval '10 minutes'
        ORDER BY used_at LIMIT 100 FOR UPDATE SKIP LOCKED
    ))
)
INSERT INTO stream_ticket_use (id) VALUES (:id) ON CONFLICT DO NOTHING RETURNING id
""")


class _Content(BaseModel):
    caller_id: str
    is_admin: bool
    team_ids: tuple[str, ...]
    session_id: str
    version: int
    # When the access token expires.
    caller_expires_at_s: float
    expires_at_s: float


class StreamTickets:
    """Makes tickets, and takes each of them once."""

    def __init__(self, key: bytes, write: AsyncEngine, clock: Clock) -> None:
        self._tokens = EncryptedTokens(key, "stream ticket", _Content)
        self._write = write
        self._clock = clock

    def create(self, caller: Caller) -> tuple[str, datetime]:
        """A ticket for the caller, and when it expires."""
        expires = self._clock.now() + VALID_FOR
        content = _Content(
            caller_id=caller.id,
            is_admin=caller.is_admin,
            team_ids=caller.team_ids,
            session_id=caller.session_id,
            version=caller.version,
            caller_expires_at_s=caller.expires_at_s,
            expires_at_s=expires.timestamp(),
        )
        return PREFIX + self._tokens.create(content), expires

    async def use(self, ticket: str) -> Caller:
        """The caller of the ticket. Raises Unauthenticated for what is no ticket, or one that expired or was used."""
        found = self._tokens.read(ticket.removeprefix(PREFIX))
        if found is None:
            raise Unauthenticated("the stream ticket is not valid; create another one")
        nonce, content = found
        if content.expires_at_s <= self._clock.now().timestamp() or not await to_completion(self._is_first_use(nonce)):
            raise Unauthenticated("the stream ticket has expired or was used; create another one")
        person = Caller.person(content.caller_id, admin=content.is_admin, team_ids=content.team_ids)
        return replace(
            person,
            expires_at_s=content.caller_expires_at_s,
            session_id=content.session_id,
            version=content.version,
        )

    async def _is_first_use(self, id: bytes) -> bool:
        return bool(await fetch(self._write, _USE, {"id": id}))


class TicketOrTokenVerifier(TokenVerifier):
    """Takes a ticket in place of the access token of a stream."""

    def __init__(
        self, keys: KeyCache, service_keys: ServiceKeys, tickets: StreamTickets, revocations: Revocations | None = None
    ) -> None:
        super().__init__(keys, service_keys, revocations=revocations)
        self._tickets = tickets

    async def verify(self, token: str, *, grace_s: float = 0) -> Caller:
        if not token.startswith(PREFIX):
            return await super().verify(token, grace_s=grace_s)
        method = contract.methods().get(current().method)
        # None for reflection, which is not of the contract.
        if method is None or not method.server_streaming:
            raise Unauthenticated("a stream ticket opens a stream; send the access token")
        return self.not_revoked(await self._tickets.use(token))
