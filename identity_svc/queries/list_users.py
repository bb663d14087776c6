"""ListUsers: all users, oldest first, by pages."""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chassis.page_tokens import PageTokens
from identity_svc.domain.ports import OpenStores
from identity_svc.domain.user import User

_DEFAULT_PAGE_SIZE = 10
_TOKENS = PageTokens(tuple[datetime, uuid.UUID])


@dataclass(frozen=True, slots=True, kw_only=True)
class ListUsers:
    """`page_size` 0 means 10. With `email_prefix`, only those whose address begins with it, in any case."""

    email_prefix: str = ""
    page_size: int = 0
    page_token: str = ""


@dataclass(frozen=True, slots=True)
class UserPage:
    """`next_page_token` is empty on the last page."""

    users: Sequence[User]
    next_page_token: str


async def list_users(query: ListUsers, *, open_stores: OpenStores) -> UserPage:
    """Raises InvalidArgument for a token that this list never issued."""
    size, prefix = query.page_size or _DEFAULT_PAGE_SIZE, _normalised(query.email_prefix)
    after = _TOKENS.read(query.page_token, filter=prefix) if query.page_token else None
    async with open_stores() as stores:
        found = await stores.users.list(email_prefix=prefix, limit=size + 1, after=after)
    last = found[size - 1] if len(found) > size else None
    token = _TOKENS.write((last.created_on, last.id), filter=prefix) if last else ""
    return UserPage(found[:size], token)


def _normalised(prefix: str) -> str:
    """As addresses are stored."""
    return unicodedata.normalize("NFC", prefix).strip().casefold()
