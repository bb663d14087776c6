"""Teams and their members in PostgreSQL."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Text, cast, delete, func, insert, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from identity_svc.adapters.tables import TEAM_MEMBER, TeamRow
from identity_svc.domain.team import Team
from identity_svc.domain.user import TeamId, UserId

_MEMBERS = (
    select(func.string_agg(cast(TEAM_MEMBER.c.user_id, Text), ","))
    .where(TEAM_MEMBER.c.team_id == TeamRow.id)
    .scalar_subquery()
)


class SqlTeams:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, team: Team) -> None:
        self._session.add(TeamRow(id=team.id, name=team.name, created_on=team.created_on, modified_on=team.created_on))
        await self._session.flush()

    async def lock(self, team_id: TeamId) -> Team | None:
        # Two statements: after waiting for the lock, the first would return the members of before.
        await self._session.execute(select(TeamRow.id).where(TeamRow.id == team_id).with_for_update(key_share=True))
        found = await self._read(select(TeamRow, _MEMBERS).where(TeamRow.id == team_id))
        return found[0] if found else None

    async def add_member(self, team_id: TeamId, user_id: UserId) -> None:
        await self._session.execute(insert(TEAM_MEMBER).values(team_id=team_id, user_id=user_id))

    async def remove_member(self, team_id: TeamId, user_id: UserId) -> None:
        member = (TEAM_MEMBER.c.team_id == team_id, TEAM_MEMBER.c.user_id == user_id)
        await self._session.execute(delete(TEAM_MEMBER).where(*member))

    async def list(self, *, limit: int, after: tuple[datetime, uuid.UUID] | None) -> Sequence[Team]:
        query = select(TeamRow, _MEMBERS).order_by(TeamRow.created_on, TeamRow.id).limit(limit)
        if after:
            query = query.where(tuple_(TeamRow.created_on, TeamRow.id) > tuple_(*after))
        return await self._read(query)

    async def _read(self, query: Select[Any]) -> Sequence[Team]:
        return [
            Team(
                id=TeamId(row.id),
                name=row.name,
                member_ids=tuple(sorted(UserId(uuid.UUID(id)) for id in members.split(","))) if members else (),
                created_on=row.created_on,
            )
            for row, members in await self._session.execute(query)
        ]
