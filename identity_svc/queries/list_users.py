"""ListUsers: all users, oldest first, by pages."""

from __future__ import annotations

import json
import unicodedata
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chassis.page_tokens import PageTokens
from identity_svc.domain.ports import OpenStores
from identity_svc.domain.user import User
from ops.filters import parse_metadata_filter

_DEFAULT_PAGE_SIZE = 10
_TOKENS = PageTokens(tuple[datetime, uuid.UUID])


@dataclass(frozen=True, slots=True, kw_only=True)
class ListUsers:
    """`page_size` 0 means 10. With `email_prefix`, only those whose address begins with it, in any case; with a
    `filter`, only those with the metadata that it names.
    """

    email_prefix: str = ""
    filter: str = ""
    page_size: int = 0
    page_token: str = ""


@dataclass(frozen=True, slots=True)
class UserPage:
    """`next_page_token` is empty on the last page."""

    users: Sequence[User]
    next_page_token: str


async def list_users(query: ListUsers, *, open_stores: OpenStores) -> UserPage:
    """Raises InvalidArgument for a wrong filter, or a token that this list never issued."""
    size, prefix = query.page_size or _DEFAULT_PAGE_SIZE, _normalised(query.email_prefix)
    metadata = parse_metadata_filter(query.filter)
    filtered = f"{prefix} {json.dumps(metadata, sort_keys=True)}" if metadata else prefix
    after = _TOKENS.read(query.page_token, filter=filtered) if query.page_token else None
    async with open_stores() as stores:
        found = await stores.users.list(email_prefix=prefix, metadata=metadata, limit=size + 1, after=after)
    last = found[size - 1] if len(found) > size else None
    token = _TOKENS.write((last.created_on, last.id), filter=filtered) if last else ""
    return UserPage(found[:size], token)


def _normalised(prefix: str) -> str:
    """As addresses are stored."""
    return unicodedata.normalize("NFC", prefix).strip().casefold()
