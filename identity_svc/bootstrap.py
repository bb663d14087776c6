"""Wires identity_svc: the only place where ports meet their adapters."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.audit import ErrorLog
from chassis.auth.keys import KeyCache
from chassis.auth.revocations import Revocations
from chassis.auth.service_tokens import ServiceKeys
from chassis.auth.verifier import TokenVerifier
from chassis.background import PollingLoop
from chassis.clock import Clock, SystemClock
from chassis.context import Caller, RequestContext, request_context
from chassis.db.bulk import SqlSink
from chassis.db.engine import make_engine, make_sessions
from chassis.db.hilo import HiLo
from chassis.db.jobs import JobWriter
from chassis.db.probe import takes_writes
from chassis.db.tables import AUDIT_ENTRY, RECORDED_ERROR
from chassis.db.unit_of_work import OnCommit, sql_units_of_work
from chassis.grpc.server import GrpcServer
from chassis.job_runner import JobRunner
from chassis.mediator import Mediator
from chassis.unit_of_work import OpenUnitOfWork
from identity_svc.adapters.access_tokens import JwtAccessTokens
from identity_svc.adapters.key_encryption import KeyEncryption
from identity_svc.adapters.local_keys import local_keys
from identity_svc.adapters.passwords import Argon2Cost, Argon2Passwords
from identity_svc.adapters.refresh_tokens import MacRefreshTokens
from identity_svc.adapters.revocations import SqlRevocationFeed
from identity_svc.adapters.signing_key_ring import SigningKeyRing
from identity_svc.adapters.unit_of_work import SqlIdentityUow
from identity_svc.api.identity import SERVICE, IdentityApi
from identity_svc.api.revocations import SERVICE as REVOCATIONS
from identity_svc.api.revocations import RevocationApi
from identity_svc.commands.change_password import ChangePassword, change_password
from identity_svc.commands.create_team import CreateTeam, create_team
from identity_svc.commands.delete_session import DeleteSession, delete_session
from identity_svc.commands.disable_user import DisableUser, EnableUser, disable_user, enable_user
from identity_svc.commands.ensure_signing_key import EnsureSigningKey, ensure_signing_key
from identity_svc.commands.forget_expired import ForgetExpired, forget_expired
from identity_svc.commands.login import Login, login
from identity_svc.commands.logout import Logout, logout
from identity_svc.commands.own_password import is_own_password
from identity_svc.commands.refresh_token import RefreshToken, refresh_token
from identity_svc.commands.register import Register, register
from identity_svc.commands.rotate_signing_key import RotateSigningKey, rotate_signing_key
from identity_svc.commands.seed_administrator import SeedAdministrator, Seeding, seed_administrator
from identity_svc.commands.set_user_roles import SetUserRoles, set_user_roles
from identity_svc.commands.team_members import (
    AddTeamMember,
    RemoveTeamMember,
    add_team_member,
    remove_team_member,
)
from identity_svc.commands.uow import IdentityUow
from identity_svc.commands.update_user import UpdateUser, update_user
from identity_svc.config import DEFAULT_ADMIN_PASSWORD, PASSWORD_POLICY, IdentitySettings
from identity_svc.domain.password import Password
from identity_svc.domain.ports import OpenStores, Passwords, RefreshTokens
from identity_svc.mails import handle_mails, mail_runner
from ops.api import OPS, OpsApi, purge
from rate_limits.call_limiter import call_limiter
from telemetry.gauges import Gauges

NAME = "identity"
DATABASE = "easyorder_identity"
_HOUR_S = 3600

_SEEDING_WARNINGS = {
    Seeding.ANOTHER_EXISTS: "there is an administrator with another address than EASYORDER_ADMIN_EMAIL; "
    "nothing was changed",
    Seeding.NO_ADMINISTRATOR: "EASYORDER_ADMIN_EMAIL is the address of a user who is no administrator; "
    "nothing was changed",
    Seeding.PASSWORD_DIFFERS: "EASYORDER_ADMIN_PASSWORD is not the password of this administrator, who exists already; "
    "theirs stays, sign in with that one",
    Seeding.PASSWORD_REPLACED: "the administrator's default password was replaced by EASYORDER_ADMIN_PASSWORD",
}

log = structlog.get_logger(__name__)


@asynccontextmanager
async def identity(settings: IdentitySettings) -> AsyncIterator[GrpcServer]:
    """Makes a signing key and an administrator where missing, and then the service."""
    clock = SystemClock()
    engine = make_engine(
        settings.database_url(DATABASE),
        application_name=NAME,
        pool_size=settings.database_pool_size,
        timeout_s=settings.database_timeout_s,
        lock_timeout_s=settings.database_lock_timeout_s,
    )
    passwords = Argon2Passwords(_cost(settings))
    error_log = ErrorLog(NAME, SqlSink(engine, RECORDED_ERROR), clock)
    try:
        after_commit: list[OnCommit] = []
        open_uow = sql_units_of_work(
            SqlIdentityUow, make_sessions(engine), after_commit=after_commit, jobs=JobWriter(HiLo(engine, "job_hilo"))
        )
        ring = SigningKeyRing(open_uow, _encryption(settings), clock, report=error_log.report)
        mediator = await make_mediator(
            open_uow, open_stores=open_uow, passwords=passwords, ring=ring, clock=clock, settings=settings
        )
        await _seed(mediator, settings)
        revocations = SqlRevocationFeed(engine, error_log.report)
        api = IdentityApi(mediator, open_uow, revocations, clock)
        runner = mail_runner(mediator, open_uow, engine, settings, clock, service=NAME, report=error_log.report)
        after_commit.append(lambda committed: runner.submit(committed.jobs))
        keys = KeyCache(partial(local_keys, open_uow, clock))
        server = _server(api, keys, revocations, engine, settings, clock, error_log, runner)
        hourly = _hourly(mediator, engine, revocations, settings, error_log)
        server.background = [error_log, ring, runner, revocations, hourly, *server.background]
        yield server
    finally:
        passwords.close()
        await engine.dispose()


async def make_mediator(
    open_uow: OpenUnitOfWork[IdentityUow],
    *,
    open_stores: OpenStores,
    passwords: Passwords,
    ring: SigningKeyRing,
    clock: Clock,
    settings: IdentitySettings,
) -> Mediator[IdentityUow]:
    """Registers all commands. They sign with the keys of the ring, of which the first is made if there is none."""
    mediator = Mediator(open_uow, service=NAME)
    handle_keys(mediator, clock, settings)
    await mediator.send(EnsureSigningKey())
    await ring.read()
    access_tokens = JwtAccessTokens(ring.current, life_s=settings.access_token_life_s)
    refresh_tokens = MacRefreshTokens(settings.own_secret)
    mediator.handle(Register, partial(register, passwords=passwords, policy=PASSWORD_POLICY, clock=clock))
    mediator.handle(
        Login,
        partial(
            login,
            open_stores=open_stores,
            passwords=passwords,
            lockout_policy=settings.lockout_policy,
            refused=frozenset() if settings.is_local else frozenset({DEFAULT_ADMIN_PASSWORD}),
            refresh_tokens=refresh_tokens,
            issue_access_token=access_tokens.issue,
            session_policy=settings.session_policy,
        ),
    )
    _handle_sessions(mediator, refresh_tokens, access_tokens, settings)
    _handle_users_and_teams(mediator, open_stores, passwords, clock, settings)
    seed = partial(seed_administrator, passwords=passwords, policy=PASSWORD_POLICY, clock=clock)
    mediator.handle(SeedAdministrator, seed)
    handle_mails(mediator, open_stores, passwords, clock, settings)
    forget = partial(
        forget_expired, lockout_policy=settings.lockout_policy, mail_policy=settings.mail_policy, clock=clock
    )
    mediator.handle(ForgetExpired, forget)
    return mediator


def handle_keys(mediator: Mediator[IdentityUow], clock: Clock, settings: IdentitySettings) -> None:
    """Registers the commands that make keys."""
    make_key = _encryption(settings).new_key
    mediator.handle(EnsureSigningKey, partial(ensure_signing_key, make_key=make_key, clock=clock))
    rotate = partial(rotate_signing_key, make_key=make_key, policy=settings.rotation_policy, clock=clock)
    mediator.handle(RotateSigningKey, rotate)


def _handle_sessions(
    mediator: Mediator[IdentityUow],
    refresh_tokens: RefreshTokens,
    access_tokens: JwtAccessTokens,
    settings: IdentitySettings,
) -> None:
    refresh = partial(
        refresh_token,
        refresh_tokens=refresh_tokens,
        issue_access_token=access_tokens.issue,
        session_policy=settings.session_policy,
    )
    mediator.handle(RefreshToken, refresh)
    mediator.handle(Logout, partial(logout, refresh_tokens=refresh_tokens))
    mediator.handle(DeleteSession, delete_session)


def _handle_users_and_teams(
    mediator: Mediator[IdentityUow],
    open_stores: OpenStores,
    passwords: Passwords,
    clock: Clock,
    settings: IdentitySettings,
) -> None:
    current_password = partial(
        is_own_password, open_stores=open_stores, passwords=passwords, lockout_policy=settings.lockout_policy
    )
    mediator.handle(UpdateUser, partial(update_user, is_own_password=current_password))
    change = partial(
        change_password,
        open_stores=open_stores,
        passwords=passwords,
        policy=PASSWORD_POLICY,
        is_own_password=current_password,
    )
    mediator.handle(ChangePassword, change)
    mediator.handle(SetUserRoles, set_user_roles)
    mediator.handle(DisableUser, disable_user)
    mediator.handle(EnableUser, enable_user)
    mediator.handle(CreateTeam, partial(create_team, clock=clock))
    mediator.handle(AddTeamMember, add_team_member)
    mediator.handle(RemoveTeamMember, remove_team_member)


async def _seed(mediator: Mediator[IdentityUow], settings: IdentitySettings) -> None:
    seed = SeedAdministrator(
        email=settings.admin_email,
        password=Password(settings.admin_password.get_secret_value()),
        well_known=Password(DEFAULT_ADMIN_PASSWORD),
    )
    became = await mediator.send(seed)
    if warning := _SEEDING_WARNINGS.get(became):
        log.warning(warning, email=settings.admin_email)


def _server(
    api: IdentityApi,
    keys: KeyCache,
    feed: SqlRevocationFeed,
    engine: AsyncEngine,
    settings: IdentitySettings,
    clock: Clock,
    error_log: ErrorLog,
    runner: JobRunner,
) -> GrpcServer:
    gauges = Gauges()
    gauges.add_pool("database", engine)
    revocations, ops = RevocationApi(feed), OpsApi(NAME, engine, gauges, clock.now(), runner.wake)
    own = Revocations(revocations.list_revocations, NAME)
    return GrpcServer(
        name=NAME,
        address=settings.listen_address or settings.identity_address,
        servicers={SERVICE: api, REVOCATIONS: revocations, OPS: ops},
        verifier=TokenVerifier(keys, ServiceKeys(settings.service_keys_dir, NAME), revocations=own),
        tls=settings.tls(NAME),
        audit=SqlSink(engine, AUDIT_ENTRY),
        audit_refusals_per_minute=settings.audit_refusals_per_minute,
        report=error_log.report,
        probe=takes_writes(engine),
        background=[ops.history],
        trusted_proxies=settings.trusted_proxies,
        limiter=call_limiter(settings.rate_limits_file),
        gauges=gauges,
        call_timeout_s=settings.call_timeout_s,
        reflection_for_all=settings.is_local,
    )


def _hourly(
    mediator: Mediator[IdentityUow],
    engine: AsyncEngine,
    revocations: SqlRevocationFeed,
    settings: IdentitySettings,
    error_log: ErrorLog,
) -> PollingLoop:
    async def rotate_and_forget() -> bool:
        with request_context(RequestContext(caller=Caller.service(NAME), method="hourly")):
            await mediator.send(RotateSigningKey(after=timedelta(days=settings.signing_key_days)))
            if await mediator.send(ForgetExpired()):
                return True
            await revocations.purge()
            await purge(engine, settings)
        return False

    return PollingLoop("rotate keys, forget expired", rotate_and_forget, idle_s=_HOUR_S, report=error_log.report)


def _encryption(settings: IdentitySettings) -> KeyEncryption:
    return KeyEncryption(settings.own_secret)


def _cost(settings: IdentitySettings) -> Argon2Cost:
    return Argon2Cost(
        time_cost=settings.argon2_time_cost,
        memory_kib=settings.argon2_memory_kib,
        threads=settings.argon2_threads,
        max_waiting=settings.argon2_max_waiting,
    )
