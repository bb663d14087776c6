"""Users and their credentials in PostgreSQL."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Text, cast, delete, func, insert, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from identity_svc.adapters.revocations import MARGIN, revoke
from identity_svc.adapters.tables import CREDENTIAL, ROLE, SESSION, TEAM_MEMBER, USER_ROLE, UserRow
from identity_svc.domain.password import PasswordHash
from identity_svc.domain.ports import Credential
from identity_svc.domain.user import Email, Role, TeamId, User, UserId

# Arrays as text in the same row: one round trip with either driver.
_ROLES = select(func.string_agg(USER_ROLE.c.role, ",")).where(USER_ROLE.c.user_id == UserRow.id).scalar_subquery()
_TEAMS = (
    select(func.string_agg(cast(TEAM_MEMBER.c.team_id, Text), ","))
    .where(TEAM_MEMBER.c.user_id == UserRow.id)
    .scalar_subquery()
)


class SqlUsers:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find(self, user_id: UserId) -> User | None:
        return await self._find(UserRow.id == user_id)

    async def find_by_email(self, email: Email) -> User | None:
        return await self._find(UserRow.email == email)

    async def lock(self, user_id: UserId) -> User | None:
        # Two statements: after waiting for the lock, the first would return the roles and teams of before.
        await self._session.execute(select(UserRow.id).where(UserRow.id == user_id).with_for_update(key_share=True))
        return await self.find(user_id)

    async def list(
        self,
        *,
        email_prefix: str,
        metadata: Mapping[str, str],
        limit: int,
        after: tuple[datetime, uuid.UUID] | None,
    ) -> Sequence[User]:
        query = select(UserRow, _ROLES, _TEAMS).order_by(UserRow.created_on, UserRow.id).limit(limit)
        if email_prefix:
            query = query.where(UserRow.email.startswith(email_prefix, autoescape=True))
        if metadata:
            query = query.where(UserRow.metadata_.contains(metadata))
        if after:
            query = query.where(tuple_(UserRow.created_on, UserRow.id) > tuple_(*after))
        return [_user(*found) for found in await self._session.execute(query)]

    async def put(self, user: User) -> User:
        changes = {
            "email": user.email,
            "display_name": user.display_name,
            "is_disabled": user.disabled,
            "verified_email": user.verified_email,
            "email_verified_on": user.email_verified_on,
            "metadata_": dict(user.metadata) or None,
        }
        await self._session.execute(update(UserRow).where(UserRow.id == user.id).values(changes))
        names = [role.name for role in user.roles]
        await self._session.execute(
            delete(USER_ROLE).where(USER_ROLE.c.user_id == user.id, USER_ROLE.c.role.not_in(names))
        )
        roles = [{"user_id": user.id, "role": name} for name in names]
        await self._session.execute(upsert(USER_ROLE).values(roles).on_conflict_do_nothing())
        stored = await self.find(user.id)
        assert stored is not None
        return stored

    async def revoke_tokens(self, user: User) -> None:
        last = select(func.max(SESSION.c.tokens_expire_on)).where(SESSION.c.user_id == user.id)
        if expires_on := (await self._session.execute(last)).scalar_one():
            row = {"user_id": user.id, "before_version": user.version, "expires_on": expires_on + MARGIN}
            await revoke(self._session, [row])

    async def lock_enabled_administrators(self) -> frozenset[UserId]:
        await self._lock_administrators()
        found = (
            select(UserRow.id)
            .join(USER_ROLE, USER_ROLE.c.user_id == UserRow.id)
            .where(USER_ROLE.c.role == Role.ADMIN.name, UserRow.is_disabled.is_(False))
        )
        return frozenset(map(UserId, (await self._session.execute(found)).scalars()))

    async def lock_administrators(self) -> bool:
        await self._lock_administrators()
        found = select(USER_ROLE.c.user_id).where(USER_ROLE.c.role == Role.ADMIN.name).limit(1)
        return await self._session.scalar(found) is not None

    async def _lock_administrators(self) -> None:
        # Adding an administrator references this row; registering a user does not, and is not blocked.
        await self._session.execute(select(ROLE).where(ROLE.c.name == Role.ADMIN.name).with_for_update())

    async def add(self, user: User) -> None:
        row = UserRow(
            id=user.id,
            email=user.email,
            display_name=user.display_name,
            is_disabled=user.disabled,
            created_on=user.created_on,
            modified_on=user.modified_on,
        )
        self._session.add(row)
        await self._session.flush()
        roles = [{"user_id": user.id, "role": role.name} for role in user.roles]
        await self._session.execute(insert(USER_ROLE), roles)

    async def _find(self, condition: ColumnElement[bool]) -> User | None:
        query = select(UserRow, _ROLES, _TEAMS).where(condition).execution_options(populate_existing=True)
        found = (await self._session.execute(query)).one_or_none()
        return None if found is None else _user(*found)


class SqlCredentials:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find_by_email(self, email: Email) -> Credential | None:
        found = await self._session.execute(
            select(CREDENTIAL.c.user_id, CREDENTIAL.c.password_hash)
            .join(UserRow, UserRow.id == CREDENTIAL.c.user_id)
            .where(UserRow.email == email, UserRow.is_disabled.is_(False))
        )
        row = found.one_or_none()
        return None if row is None else Credential(row.user_id, PasswordHash(row.password_hash))

    async def put(self, credential: Credential) -> None:
        statement = upsert(CREDENTIAL).values(user_id=credential.user_id, password_hash=credential.password_hash.phc)
        await self._session.execute(
            statement.on_conflict_do_update(
                index_elements=[CREDENTIAL.c.user_id], set_={"password_hash": statement.excluded.password_hash}
            )
        )

    async def replace(self, old: Credential, new: PasswordHash) -> None:
        await self._session.execute(
            update(CREDENTIAL)
            .where(CREDENTIAL.c.user_id == old.user_id, CREDENTIAL.c.password_hash == old.password_hash.phc)
            .values(password_hash=new.phc)
        )


def _user(row: UserRow, roles: str | None, teams: str | None) -> User:
    return User(
        id=UserId(row.id),
        email=Email(row.email),
        display_name=row.display_name,
        roles=frozenset(Role[name] for name in _split(roles)),
        team_ids=tuple(sorted(TeamId(uuid.UUID(team_id)) for team_id in _split(teams))),
        disabled=row.is_disabled,
        created_on=row.created_on,
        modified_on=row.modified_on,
        version=row.row_version,
        verified_email=Email(row.verified_email) if row.verified_email else None,
        email_verified_on=row.email_verified_on,
        metadata=row.metadata_ or {},
    )


def _split(listed: str | None) -> list[str]:
    return listed.split(",") if listed else []
