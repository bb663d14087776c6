"""identity_svc below the wire, on fakes or on PostgreSQL, for tests to call and inspect."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Protocol, TypeVar

import jwt
from pydantic import SecretStr
from sqlalchemy import insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.context import Caller, RequestContext, request_context
from chassis.db.engine import make_sessions
from chassis.db.hilo import HiLo
from chassis.db.jobs import JobWriter, SqlJobStore
from chassis.db.unit_of_work import sql_units_of_work
from chassis.jobs import JobStore
from chassis.mediator import Command, Mediator
from chassis.unit_of_work import OpenUnitOfWork
from identity_svc.adapters.key_encryption import KeyEncryption
from identity_svc.adapters.signing_key_ring import SigningKeyRing
from identity_svc.adapters.tables import LOCKOUT, SESSION, TEAM_MEMBER, TeamRow, UserRow
from identity_svc.adapters.unit_of_work import SqlIdentityUow
from identity_svc.bootstrap import make_mediator
from identity_svc.commands.delete_session import DeleteSession
from identity_svc.commands.login import Login, SignedIn
from identity_svc.commands.logout import Logout
from identity_svc.commands.refresh_token import RefreshToken
from identity_svc.commands.register import Register
from identity_svc.commands.seed_administrator import SeedAdministrator, Seeding
from identity_svc.commands.set_user_roles import SetUserRoles
from identity_svc.commands.uow import IdentityUow
from identity_svc.config import IdentitySettings
from identity_svc.domain.errors import EmailTaken
from identity_svc.domain.password import Password
from identity_svc.domain.ports import OpenStores
from identity_svc.domain.session import ClientInfo
from identity_svc.domain.tokens import SigningKey
from identity_svc.domain.user import Role, TeamId, User, UserId, email_of
from identity_svc.queries.get_jwks import get_jwks
from identity_svc.queries.get_user import GetUser, get_user
from identity_svc.queries.list_sessions import ListSessions, SessionPage, list_sessions
from identity_svc.queries.list_users import ListUsers, UserPage, list_users
from tests.fakes.chassis import FakeClock, InMemoryJobStore, in_memory_units_of_work
from tests.fakes.identity import FakePasswords, IdentityState, InMemoryIdentityUow, InMemoryStores

R = TypeVar("R")
SECRET = "a secret that only the services of this test mesh share"
SETTINGS = IdentitySettings(
    mesh_secret=SecretStr(SECRET),
    lockout_max_failures=3,
    lockout_strangers_max_failures=8,
    lockout_first_pause_s=100,
    lockout_pause_s=300,
    lockout_strangers_pause_s=200,
    lockout_memory_s=150,
)
PASSWORD = "correct horse 1"
HOME = "203.0.113.1"


class Backend(Protocol):
    """The kept things, and what only time or an administrator does to them."""

    clock: FakeClock

    @property
    def open_uow(self) -> OpenUnitOfWork[Any]: ...

    @property
    def open_stores(self) -> OpenStores: ...

    @property
    def jobs(self) -> JobStore: ...

    async def pass_time(self, seconds: float) -> None: ...

    async def disable(self, user_id: UserId) -> None: ...

    async def add_to_team(self, user_id: UserId) -> TeamId: ...

    async def counted(self) -> int:
        """Counters of failures."""

    async def sessions(self) -> int:
        """Those that are stored, expired ones included."""

    async def revoked(self) -> list[str]:
        """Ids of sessions, and ids of users with the version before which: `… before 2`."""

    async def users(self) -> int: ...


class InMemoryBackend:
    def __init__(self) -> None:
        self.clock = FakeClock(datetime.now(UTC))
        self.state = IdentityState()
        make = partial(InMemoryIdentityUow, clock=self.clock)
        self.open_uow: OpenUnitOfWork[Any] = in_memory_units_of_work(make, self.state)
        self.open_stores: OpenStores = InMemoryStores(self.state, self.clock)
        self.jobs: JobStore = InMemoryJobStore(self.state, self.clock)

    async def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds)

    async def disable(self, user_id: UserId) -> None:
        self.state.users[user_id] = replace(self.state.users[user_id], disabled=True)

    async def add_to_team(self, user_id: UserId) -> TeamId:
        team_id = TeamId(uuid.uuid4())
        self.state.users[user_id] = replace(self.state.users[user_id], team_ids=(team_id,))
        return team_id

    async def counted(self) -> int:
        return len(self.state.failures)

    async def sessions(self) -> int:
        return len(self.state.sessions)

    async def revoked(self) -> list[str]:
        return list(self.state.revoked)

    async def users(self) -> int:
        return len(self.state.users)


class SqlBackend:
    def __init__(self, engine: AsyncEngine) -> None:
        self.clock = FakeClock(datetime.now(UTC))
        self._engine = engine
        # Jobs are leased to nobody: tests claim them.
        jobs = JobWriter(HiLo(engine, "job_hilo"), lease_s=0)
        self.open_uow: OpenUnitOfWork[Any] = sql_units_of_work(SqlIdentityUow, make_sessions(engine), jobs=jobs)
        self.jobs: JobStore = SqlJobStore(engine)
        self.open_stores: OpenStores = self.open_uow

    async def pass_time(self, seconds: float) -> None:
        """The database's clock cannot be moved, so what it kept moves the other way."""
        self.clock.advance(seconds)
        ago = f"interval '{seconds} seconds'"
        async with self._engine.begin() as connection:
            await connection.execute(
                text(f"UPDATE lockout SET last_failed_on = last_failed_on - {ago}, locked_until = locked_until - {ago}")
            )
            await connection.execute(text(f"UPDATE sign_in_place SET last_used_on = last_used_on - {ago}"))
            columns = ("created_on", "last_used_on", "expires_on", "tokens_expire_on")
            changes = ", ".join(f"{column} = {column} - {ago}" for column in columns)
            await connection.execute(text(f"UPDATE user_session SET {changes}"))

    async def disable(self, user_id: UserId) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(update(UserRow).where(UserRow.id == user_id).values(is_disabled=True))

    async def add_to_team(self, user_id: UserId) -> TeamId:
        team_id = TeamId(uuid.uuid4())
        async with self._engine.begin() as connection:
            await connection.execute(insert(TeamRow).values(id=team_id, name="buyers"))
            await connection.execute(insert(TEAM_MEMBER).values(team_id=team_id, user_id=user_id))
        return team_id

    async def execute(self, statement: str) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(text(statement))

    async def dump(self, table: str) -> str:
        """All rows of a table, as text."""
        async with self._engine.connect() as connection:
            return "\n".join((await connection.execute(text(f"SELECT CAST(t AS text) FROM {table} AS t"))).scalars())

    async def counted(self) -> int:
        async with self._engine.connect() as connection:
            return len((await connection.execute(select(LOCKOUT))).all())

    async def revoked(self) -> list[str]:
        query = "SELECT coalesce(CAST(session_id AS text), user_id || ' before ' || before_version) FROM revocation"
        async with self._engine.connect() as connection:
            return list((await connection.execute(text(f"{query} ORDER BY position"))).scalars())

    async def sessions(self) -> int:
        async with self._engine.connect() as connection:
            return len((await connection.execute(select(SESSION.c.id))).all())

    async def users(self) -> int:
        async with self._engine.connect() as connection:
            return len((await connection.execute(select(UserRow.id))).all())


class IdentityApp:
    """Says things to identity_svc as a client would."""

    def __init__(
        self, backend: Backend, mediator: Mediator[IdentityUow], passwords: FakePasswords, ring: SigningKeyRing
    ) -> None:
        self.backend = backend
        self.mediator = mediator
        self.passwords = passwords
        self.ring = ring

    @classmethod
    async def on(cls, backend: Backend, settings: IdentitySettings = SETTINGS) -> IdentityApp:
        passwords, ring = FakePasswords(), SigningKeyRing(backend.open_stores, KeyEncryption(SECRET), backend.clock)
        mediator = await make_mediator(
            backend.open_uow,
            open_stores=backend.open_stores,
            passwords=passwords,
            ring=ring,
            clock=backend.clock,
            settings=settings,
        )
        return cls(backend, mediator, passwords, ring)

    async def register(self, email: str = "ada@example.com", password: str = PASSWORD, name: str = "Ada") -> User:
        return await self.mediator.send(Register(email=email, password=Password(password), display_name=name))

    async def login(
        self, email: str = "ada@example.com", password: str = PASSWORD, *, place: str = HOME, user_agent: str = "tests"
    ) -> SignedIn | None:
        command = Login(email=email, password=Password(password), place=place, user_agent=user_agent)
        return await self.mediator.send(command)

    async def signed_in(self, email: str = "ada@example.com", *, user_agent: str = "tests") -> SignedIn:
        """Somebody who has just registered, where they have not, and signed in."""
        with contextlib.suppress(EmailTaken):
            await self.register(email)
        tokens = await self.login(email, user_agent=user_agent)
        assert tokens is not None
        return tokens

    async def refresh(self, token: str, *, place: str = HOME, user_agent: str = "tests") -> SignedIn | None:
        client = ClientInfo(address=place, user_agent=user_agent)
        return await self.mediator.send(RefreshToken(token=token, client=client))

    async def administrator(self, email: str = "boss@example.com") -> SignedIn:
        """A signed-in administrator; the first one is made as at the first start, others by the first."""
        seed = SeedAdministrator(email=email, password=Password(PASSWORD), well_known=Password(PASSWORD))
        if await self.mediator.send(seed) is not Seeding.ANOTHER_EXISTS:
            return await self.signed_in(email)
        user = (await self.signed_in(email)).user
        first = caller_of(await self.signed_in("boss@example.com"))
        await self.send(SetUserRoles(id=str(user.id), roles=frozenset(Role)), first)
        return await self.signed_in(email)

    async def send(self, command: Command[R], caller: Caller) -> R:
        with request_context(RequestContext(caller=caller)):
            return await self.mediator.send(command)

    async def users(self, **query: Any) -> UserPage:
        return await list_users(ListUsers(**query), open_stores=self.backend.open_stores)

    async def logout(self, caller: Caller, token: str = "") -> None:
        await self.send(Logout(token=token), caller)

    async def delete_session(self, id: str, caller: Caller) -> None:
        await self.send(DeleteSession(id=id), caller)

    async def sessions(self, caller: Caller, **query: Any) -> SessionPage:
        with request_context(RequestContext(caller=caller)):
            return await list_sessions(ListSessions(**query), open_stores=self.backend.open_stores)

    async def fail(self, times: int, email: str = "ada@example.com", *, place: str = HOME) -> None:
        for _ in range(times):
            assert await self.login(email, "wrong password 1", place=place) is None

    async def fail_everywhere(self, email: str = "ada@example.com") -> None:
        """As often, from as many places, as strangers may before others have to wait."""
        for n in range(SETTINGS.lockout_strangers_max_failures):
            await self.fail(1, email, place=f"192.0.2.{n}")

    async def user(self, id: str, *, caller: Caller) -> User:
        with request_context(RequestContext(caller=caller)):
            return await get_user(GetUser(id=id), open_stores=self.backend.open_stores)

    async def kids(self) -> list[str]:
        return [key.kid for key in await get_jwks(open_stores=self.backend.open_stores, clock=self.backend.clock)]

    async def kid(self) -> str:
        """The key that signs now."""
        await self.ring.read()
        return self.ring.current()[0]

    async def keys(self) -> Sequence[SigningKey]:
        async with self.backend.open_stores() as stores:
            return await stores.signing_keys.active(self.backend.clock.now())

    async def password_hash_of(self, email: str) -> str | None:
        async with self.backend.open_stores() as stores:
            found = await stores.credentials.find_by_email(email_of(email))
        return found.password_hash.phc if found else None


def claims_of(signed_in: SignedIn) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(signed_in.access_token.text, options={"verify_signature": False})
    return claims


def caller_of(signed_in: SignedIn) -> Caller:
    """Who calls with the access token."""
    claims = claims_of(signed_in)
    person = Caller.person(claims["sub"], admin="ADMIN" in claims["roles"], team_ids=tuple(claims["teams"]))
    return replace(person, session_id=claims["sid"])
