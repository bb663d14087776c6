"""ListSessions: users list their own sessions, administrators those of any user, newest first, by pages."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chassis.page_tokens import PageTokens
from identity_svc.domain.ports import OpenStores
from identity_svc.domain.session import Session
from identity_svc.domain.user import ME
from identity_svc.queries.get_user import GetUser, get_user

_DEFAULT_PAGE_SIZE = 10
_TOKENS = PageTokens(tuple[datetime, uuid.UUID])


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSessions:
    """`user_id` is a UUID, or `me` or nothing for the caller; `page_size` 0 means 10."""

    user_id: str = ""
    page_size: int = 0
    page_token: str = ""


@dataclass(frozen=True, slots=True)
class SessionPage:
    """`next_page_token` is empty on the last page."""

    sessions: Sequence[Session]
    next_page_token: str


async def list_sessions(query: ListSessions, *, open_stores: OpenStores) -> SessionPage:
    """Raises UserNotFound, or InvalidArgument for a token that this list never issued."""
    user = await get_user(GetUser(id=query.user_id or ME), open_stores=open_stores)
    size, filter = query.page_size or _DEFAULT_PAGE_SIZE, str(user.id)
    after = _TOKENS.read(query.page_token, filter=filter) if query.page_token else None
    async with open_stores() as stores:
        found = await stores.sessions.list(user.id, limit=size + 1, after=after)
    last = found[size - 1] if len(found) > size else None
    token = _TOKENS.write((last.created_on, last.id), filter=filter) if last else ""
    return SessionPage(found[:size], token)
