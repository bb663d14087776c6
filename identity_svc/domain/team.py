"""Teams: people who share what they own."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from identity_svc.domain.errors import TeamNotFound
from identity_svc.domain.user import TeamId, UserId, line_of

# Access tokens name the teams of their user.
TEAMS_PER_USER, MEMBERS_PER_TEAM = 20, 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """`member_ids` are sorted."""

    id: TeamId
    name: str
    member_ids: tuple[UserId, ...] = ()
    created_on: datetime

    @classmethod
    def new(cls, *, name: str, at: datetime) -> Team:
        """Raises InvalidArgument when the name has control characters or only blanks."""
        return cls(id=TeamId(uuid.uuid4()), name=line_of("team.name", name), created_on=at)


def team_id_of(text: str) -> TeamId:
    """Raises TeamNotFound for what is no UUID."""
    try:
        return TeamId(uuid.UUID(text))
    except ValueError:
        raise TeamNotFound from None
