"""ListTeams: all teams, oldest first, by pages."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chassis.page_tokens import PageTokens
from identity_svc.domain.ports import OpenStores
from identity_svc.domain.team import Team

_DEFAULT_PAGE_SIZE = 10
_TOKENS = PageTokens(tuple[datetime, uuid.UUID])


@dataclass(frozen=True, slots=True, kw_only=True)
class ListTeams:
    """`page_size` 0 means 10."""

    page_size: int = 0
    page_token: str = ""


@dataclass(frozen=True, slots=True)
class TeamPage:
    """`next_page_token` is empty on the last page."""

    teams: Sequence[Team]
    next_page_token: str


async def list_teams(query: ListTeams, *, open_stores: OpenStores) -> TeamPage:
    """Raises InvalidArgument for a token that this list never issued."""
    size = query.page_size or _DEFAULT_PAGE_SIZE
    after = _TOKENS.read(query.page_token, filter="") if query.page_token else None
    async with open_stores() as stores:
        found = await stores.teams.list(limit=size + 1, after=after)
    last = found[size - 1] if len(found) > size else None
    return TeamPage(found[:size], _TOKENS.write((last.created_on, last.id), filter="") if last else "")
