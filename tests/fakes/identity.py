"""The ports of identity_svc in memory, with a password hash that takes no time."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from chassis.errors import Conflict
from identity_svc.adapters.lockouts import PLACES_KNOWN
from identity_svc.adapters.revocations import MARGIN
from identity_svc.domain.lockout import Failures, Lockout
from identity_svc.domain.mailed_tokens import MailedToken, Purpose, TokenDigest
from identity_svc.domain.password import Password, PasswordHash
from identity_svc.domain.ports import Credential
from identity_svc.domain.session import ClientInfo, RefreshTokenContent, Session, SessionId, SessionPolicy
from identity_svc.domain.team import Team
from identity_svc.domain.tokens import PublicKey, SigningKey
from identity_svc.domain.user import Email, Role, TeamId, User, UserId
from tests.fakes.chassis import ChassisState, FakeClock, InMemoryUnitOfWork


@dataclass
class IdentityState(ChassisState):
    users: dict[UserId, User] = field(default_factory=dict)
    credentials: dict[UserId, Credential] = field(default_factory=dict)
    # Of an address from one place, or from all strange places.
    failures: dict[tuple[Email, str] | Email, Failures] = field(default_factory=dict)
    places: dict[tuple[Email, str], datetime] = field(default_factory=dict)
    # With the digests of their secrets.
    sessions: dict[SessionId, tuple[str, Session]] = field(default_factory=dict)
    teams: dict[TeamId, Team] = field(default_factory=dict)
    # Ids of sessions, and ids of users with versions.
    revoked: list[str] = field(default_factory=list)
    signing_keys: list[SigningKey] = field(default_factory=list)
    retired: dict[PublicKey, datetime] = field(default_factory=dict)
    # With whether they were used.
    mailed_tokens: dict[TokenDigest, tuple[MailedToken, bool]] = field(default_factory=dict)
    mails: dict[str, tuple[int, datetime]] = field(default_factory=dict)


class InMemoryUsers:
    def __init__(self, state: IdentityState, clock: FakeClock) -> None:
        self._state = state
        self._clock = clock

    async def find(self, user_id: UserId) -> User | None:
        return self._state.users.get(user_id)

    async def find_by_email(self, email: Email) -> User | None:
        return next((user for user in self._state.users.values() if user.email == email), None)

    async def lock(self, user_id: UserId) -> User | None:
        return await self.find(user_id)

    async def list(
        self,
        *,
        email_prefix: str,
        metadata: Mapping[str, str],
        limit: int,
        after: tuple[datetime, uuid.UUID] | None,
    ) -> Sequence[User]:
        users = [user for user in self._state.users.values() if user.email.startswith(email_prefix)]
        found = [user for user in users if metadata.items() <= user.metadata.items()]
        oldest_first = sorted(found, key=_registered)
        return [user for user in oldest_first if after is None or _registered(user) > after][:limit]

    async def put(self, user: User) -> User:
        if any(known.email == user.email and known.id != user.id for known in self._state.users.values()):
            raise Conflict(f"{user.email} is taken")
        team_ids = self._state.users[user.id].team_ids
        stored = replace(user, team_ids=team_ids, version=user.version + 1, modified_on=self._clock.now())
        self._state.users[user.id] = stored
        return stored

    async def revoke_tokens(self, user: User) -> None:
        now = self._clock.now()
        if any(known.user_id == user.id and has_tokens(known, now) for _, known in self._state.sessions.values()):
            self._state.revoked.append(f"{user.id} before {user.version}")

    async def lock_enabled_administrators(self) -> frozenset[UserId]:
        users = self._state.users.values()
        return frozenset(user.id for user in users if Role.ADMIN in user.roles and not user.disabled)

    async def lock_administrators(self) -> bool:
        return any(Role.ADMIN in user.roles for user in self._state.users.values())

    async def add(self, user: User) -> None:
        if await self.find_by_email(user.email):
            raise Conflict(f"{user.email} is taken")
        self._state.users[user.id] = user


class InMemoryCredentials:
    def __init__(self, state: IdentityState) -> None:
        self._state = state

    async def find_by_email(self, email: Email) -> Credential | None:
        users = (user for user in self._state.users.values() if user.email == email and not user.disabled)
        return next((self._state.credentials[user.id] for user in users), None)

    async def put(self, credential: Credential) -> None:
        self._state.credentials[credential.user_id] = credential

    async def replace(self, old: Credential, new: PasswordHash) -> None:
        if self._state.credentials.get(old.user_id) == old:
            self._state.credentials[old.user_id] = Credential(old.user_id, new)


class InMemoryLockouts:
    def __init__(self, state: IdentityState, clock: FakeClock) -> None:
        self._state = state
        self._clock = clock

    async def read(self, email: Email, place: str) -> Lockout:
        here, everywhere = (self._state.failures.get(key, Failures()) for key in ((email, place), email))
        return Lockout(
            email=email,
            place=place,
            is_known=(email, place) in self._state.places,
            as_of=self._clock.now(),
            from_place=replace(here),
            from_strange_places=replace(everywhere),
        )

    async def lock(self, email: Email, place: str) -> Lockout:
        return await self.read(email, place)

    async def put(self, lockout: Lockout) -> None:
        self._state.failures[lockout.email, lockout.place] = lockout.from_place
        if not lockout.is_known:
            self._state.failures[lockout.email] = lockout.from_strange_places

    async def succeed(self, lockout: Lockout) -> None:
        here = (lockout.email, lockout.place)
        self._state.failures.pop(here, None)
        places = self._state.places
        places.pop(here, None)
        places[here] = self._clock.now()
        of_user = [known for known in places if known[0] == lockout.email]
        for forgotten in of_user[:-PLACES_KNOWN]:
            del places[forgotten]

    async def forget_older_than(self, age: timedelta, *, places: timedelta) -> None:
        now = self._clock.now()
        for counter, failures in list(self._state.failures.items()):
            if failures.last_on is not None and failures.last_on < now - age:
                del self._state.failures[counter]
        for place, used_on in list(self._state.places.items()):
            if used_on < now - places:
                del self._state.places[place]


class InMemorySessions:
    def __init__(self, state: IdentityState, clock: FakeClock) -> None:
        self._state = state
        self._clock = clock

    async def start(
        self, user_id: UserId, first: RefreshTokenContent, client: ClientInfo, policy: SessionPolicy
    ) -> Session:
        now = self._clock.now()
        session = Session(
            id=first.session_id,
            user_id=user_id,
            generation=first.generation,
            created_on=now,
            last_used_on=now,
            expires_on=now + min(policy.idle, policy.longest),
            client=client,
            as_of=now,
        )
        self._state.sessions[session.id] = (first.digest, session)
        own = [known for _, known in self._state.sessions.values() if known.user_id == user_id]
        for ended in sorted(own, key=_last_used_on)[: -policy.per_user]:
            self._end(ended)
        return session

    async def owner(self, token: RefreshTokenContent) -> UserId | None:
        session = self._with_token(token)
        return session.user_id if session else None

    async def use(self, token: RefreshTokenContent, client: ClientInfo, policy: SessionPolicy) -> Session | None:
        session, now = self._with_token(token), self._clock.now()
        if session is None or session.has_expired or session.generation != token.generation:
            return None
        used = replace(
            session,
            generation=token.generation + 1,
            last_used_on=now,
            expires_on=min(now + policy.idle, session.created_on + policy.longest),
            client=client,
        )
        self._state.sessions[used.id] = (token.digest, used)
        return used

    async def find(self, session_id: SessionId) -> Session | None:
        _, session = self._state.sessions.get(session_id, ("", None))
        return replace(session, as_of=self._clock.now()) if session else None

    async def end(self, session_id: SessionId, *, of: UserId | None = None) -> bool:
        session = await self.find(session_id)
        if session is None or of not in (None, session.user_id):
            return False
        self._end(session)
        return not session.has_expired

    async def end_all(self, user_id: UserId, *, but: SessionId | None = None) -> None:
        for id, (_, session) in list(self._state.sessions.items()):
            if session.user_id == user_id and id != but:
                self._end(session)

    async def list(self, user_id: UserId, *, limit: int, after: tuple[datetime, uuid.UUID] | None) -> Sequence[Session]:
        found = [await self.find(id) for id in self._state.sessions]
        own = [known for known in found if known and known.user_id == user_id and not known.has_expired]
        newest_first = sorted(own, key=_place, reverse=True)
        return [session for session in newest_first if after is None or _place(session) < after][:limit]

    async def purge(self, limit: int) -> int:
        now = self._clock.now()
        sessions = self._state.sessions.items()
        expired = [id for id, (_, one) in sessions if one.expires_on <= now and not has_tokens(one, now)][:limit]
        for id in expired:
            del self._state.sessions[id]
        return len(expired)

    def _end(self, session: Session) -> None:
        del self._state.sessions[session.id]
        if has_tokens(session, self._clock.now()):
            self._state.revoked.append(str(session.id))

    def _with_token(self, token: RefreshTokenContent) -> Session | None:
        digest, session = self._state.sessions.get(token.session_id, ("", None))
        return replace(session, as_of=self._clock.now()) if session and digest == token.digest else None


class InMemoryTeams:
    def __init__(self, state: IdentityState) -> None:
        self._state = state

    async def add(self, team: Team) -> None:
        self._state.teams[team.id] = team

    async def lock(self, team_id: TeamId) -> Team | None:
        return self._state.teams.get(team_id)

    async def add_member(self, team_id: TeamId, user_id: UserId) -> None:
        team, user = self._state.teams[team_id], self._state.users[user_id]
        self._state.teams[team_id] = replace(team, member_ids=tuple(sorted((*team.member_ids, user_id))))
        self._state.users[user_id] = replace(user, team_ids=tuple(sorted((*user.team_ids, team_id))))

    async def remove_member(self, team_id: TeamId, user_id: UserId) -> None:
        team, user = self._state.teams[team_id], self._state.users[user_id]
        self._state.teams[team_id] = replace(team, member_ids=tuple(id for id in team.member_ids if id != user_id))
        self._state.users[user_id] = replace(user, team_ids=tuple(id for id in user.team_ids if id != team_id))

    async def list(self, *, limit: int, after: tuple[datetime, uuid.UUID] | None) -> Sequence[Team]:
        teams = sorted(self._state.teams.values(), key=_founded)
        return [team for team in teams if after is None or _founded(team) > after][:limit]


class InMemorySigningKeys:
    def __init__(self, state: IdentityState) -> None:
        self._state = state

    async def lock(self) -> None:
        return None

    async def active(self, at: datetime) -> Sequence[SigningKey]:
        keys = [key for key in self._state.signing_keys if not self._is_retired(key, at)]
        return sorted(keys, key=lambda key: key.signs_from, reverse=True)

    async def add(self, key: SigningKey) -> None:
        self._state.signing_keys.append(key)

    async def retire(self, keys: Sequence[SigningKey], at: datetime) -> None:
        for key in keys:
            self._state.retired[key.public] = min(at, self._state.retired.get(key.public, at))

    async def forget_retired(self, at: datetime) -> None:
        self._state.signing_keys = [key for key in self._state.signing_keys if not self._is_retired(key, at)]

    def _is_retired(self, key: SigningKey, at: datetime) -> bool:
        return self._state.retired.get(key.public, at + timedelta(1)) <= at


class InMemoryMailedTokens:
    def __init__(self, state: IdentityState) -> None:
        self._state = state

    async def add(self, token: MailedToken) -> None:
        self._state.mailed_tokens.setdefault(token.digest, (token, False))

    async def find(self, digest: TokenDigest, purpose: Purpose, at: datetime) -> MailedToken | None:
        token, is_used = self._state.mailed_tokens.get(digest, (None, False))
        return token if token and not is_used and token.purpose is purpose and token.expires_on > at else None

    async def use(self, digest: TokenDigest, at: datetime) -> bool:
        token, is_used = self._state.mailed_tokens[digest]
        self._state.mailed_tokens[digest] = (token, True)
        return not is_used

    async def purge(self, at: datetime) -> None:
        for digest, (token, _) in list(self._state.mailed_tokens.items()):
            if token.expires_on <= at:
                del self._state.mailed_tokens[digest]


class InMemoryMailCounts:
    def __init__(self, state: IdentityState) -> None:
        self._state = state

    async def count(self, key: str, at: datetime, window: timedelta) -> tuple[int, datetime]:
        mails, began_on = self._state.mails.get(key, (0, at))
        counted = (mails + 1, began_on) if abs(at - began_on) < window else (1, at)
        self._state.mails[key] = counted
        return counted

    async def purge(self, at: datetime) -> None:
        for key, (_, began_on) in list(self._state.mails.items()):
            if began_on <= at:
                del self._state.mails[key]


class InMemoryIdentityUow(InMemoryUnitOfWork):
    def __init__(self, state: IdentityState, clock: FakeClock) -> None:
        super().__init__(state, clock)
        self.users = InMemoryUsers(state, clock)
        self.credentials = InMemoryCredentials(state)
        self.lockouts = InMemoryLockouts(state, clock)
        self.teams = InMemoryTeams(state)
        self.sessions = InMemorySessions(state, clock)
        self.signing_keys = InMemorySigningKeys(state)
        self.mailed_tokens = InMemoryMailedTokens(state)
        self.mail_counts = InMemoryMailCounts(state)


class InMemoryStores:
    """Opens the stores for reading, whatever transaction is under way."""

    def __init__(self, state: IdentityState, clock: FakeClock) -> None:
        self._uow = InMemoryIdentityUow(state, clock)

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[InMemoryIdentityUow]:
        yield self._uow


class FakePasswords:
    """As strong as it is quick: not at all. `parameters` are those of today; `compared` counts."""

    def __init__(self) -> None:
        self.parameters = "v1"
        self.compared = 0

    async def hash(self, password: Password) -> PasswordHash:
        return PasswordHash(self._hash(password, self.parameters))

    async def verify(self, password: Password, known: PasswordHash | None) -> bool:
        self.compared += 1
        return known is not None and known.phc == self._hash(password, known.phc.split("$")[0])

    def is_outdated(self, known: PasswordHash) -> bool:
        return not known.phc.startswith(f"{self.parameters}$")

    def _hash(self, password: Password, parameters: str) -> str:
        return f"{parameters}${hashlib.sha256(password.reveal().encode()).hexdigest()}"


def has_tokens(session: Session, now: datetime) -> bool:
    """Whether an access token of it may be valid."""
    return now < session.last_used_on + SessionPolicy().access_token_life + MARGIN


def _founded(team: Team) -> tuple[datetime, uuid.UUID]:
    return team.created_on, team.id


def _registered(user: User) -> tuple[datetime, uuid.UUID]:
    return user.created_on, user.id


def _last_used_on(session: Session) -> datetime:
    return session.last_used_on


def _place(session: Session) -> tuple[datetime, uuid.UUID]:
    return session.created_on, session.id
