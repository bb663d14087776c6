"""identity_svc over a real socket: the methods of the contract as clients see them."""

from __future__ import annotations

import asyncio
import logging

import jwt
import pytest
from easyorder.identity.v1 import (
    DeleteSessionRequest,
    GetUserRequest,
    ListSessionsRequest,
    ListUsersRequest,
    ListUsersResponse,
    LogoutRequest,
    RegisterRequest,
    Role,
)

from chassis.errors import InvalidArgument, PermissionDenied, TokenRevoked, Unauthenticated
from chassis.grpc.clients import rpc
from identity_svc.adapters.passwords import Argon2Passwords
from identity_svc.api.identity import SERVICE
from identity_svc.domain.errors import AccountLocked, EmailTaken, SessionNotFound, UserNotFound, WeakPassword
from tests.identity_svc.identity_app import PASSWORD
from tests.identity_svc.identity_process import (
    DELETE_SESSION,
    GET_USER,
    LIST_SESSIONS,
    LOGOUT,
    REGISTER,
    Process,
    running,
)
from tests.polling import eventually

LIST_USERS = rpc(SERVICE, "ListUsers", ListUsersRequest, ListUsersResponse)


async def test_register_login_me(process: Process) -> None:
    registered = await process.register("Ada@Example.com")

    tokens = await process.login("ada@example.com")

    assert tokens.token_type == "Bearer"
    assert tokens.expires_in == 900
    me = await process.me(tokens.access_token)
    assert me == registered == tokens.user
    assert (me.email, me.display_name, me.roles, me.etag) == ("ada@example.com", "Ada", [Role.USER], "1")
    assert me.create_time is not None


@pytest.mark.reaches("USER_NOT_FOUND")
async def test_the_seeded_administrator_sees_everybody_and_a_shopper_only_herself(process: Process) -> None:
    ada = await process.register()
    boss = await process.login_as_administrator()
    assert boss.user is not None
    assert boss.user.roles == [Role.USER, Role.ADMIN]

    seen = await process.client(boss.access_token).call(GET_USER, GetUserRequest(id=ada.id))
    assert seen == ada

    token = (await process.login()).access_token
    with pytest.raises(UserNotFound):
        await process.client(token).call(GET_USER, GetUserRequest(id=boss.user.id))


async def test_the_key_set_verifies_tokens_by_the_book(process: Process) -> None:
    await process.register()
    token = (await process.login()).access_token

    (key,) = (await process.jwks()).keys

    assert (key.kty, key.crv, key.alg, key.use) == ("OKP", "Ed25519", "EdDSA", "sig")
    known = jwt.PyJWK({"kty": key.kty, "crv": key.crv, "x": key.x}, algorithm="EdDSA")
    assert jwt.decode(token, known, algorithms=["EdDSA"], audience="easyorder", issuer="easyorder")
    assert jwt.get_unverified_header(token) == {"alg": "EdDSA", "typ": "at+jwt", "kid": key.kid}


@pytest.mark.reaches("EMAIL_TAKEN")
@pytest.mark.reaches("WEAK_PASSWORD")
async def test_every_refusal_carries_its_reason(process: Process) -> None:
    await process.register()

    with pytest.raises(EmailTaken):
        await process.register("ADA@example.com")
    with pytest.raises(WeakPassword) as weak:
        await process.register("bob@example.com", "password")
    assert [violation.field for violation in weak.value.violations] == ["password"]
    with pytest.raises(InvalidArgument) as invalid:
        await process.client().call(REGISTER, RegisterRequest(email="no address"))
    assert {violation.field for violation in invalid.value.violations} == {"email", "password", "displayName"}
    with pytest.raises(Unauthenticated):
        await process.login("bob@example.com")


async def test_a_wrong_password_and_an_unknown_address_look_the_same(process: Process) -> None:
    await process.register()

    with pytest.raises(Unauthenticated) as wrong:
        await process.login(password="wrong password 1")
    with pytest.raises(Unauthenticated) as unknown:
        await process.login("nobody@example.com")

    assert (wrong.value.reason, wrong.value.message) == (unknown.value.reason, unknown.value.message)


@pytest.mark.reaches("ACCOUNT_LOCKED")
async def test_guessing_locks_and_says_until_when(process: Process) -> None:
    await process.register()
    for _ in range(process.settings.lockout_max_failures):
        with pytest.raises(Unauthenticated):
            await process.login(password="wrong password 1")

    with pytest.raises(AccountLocked) as locked:
        await process.login()

    assert 0 < (locked.value.retry_after_s or 0) <= process.settings.lockout_pause_s


async def test_who_registered_and_who_failed_to_log_in_is_kept(process: Process) -> None:
    ada = await process.register()
    with pytest.raises(Unauthenticated):
        await process.login(password="wrong password 1")

    kept: list[str] = await eventually(
        lambda: process.kept("SELECT concat_ws(' ', actor, action, resource, outcome) FROM audit_entry ORDER BY id", 2)
    )

    assert kept == [
        f"anonymous Register {ada.id} OK",
        f"anonymous Login {ada.id} UNAUTHENTICATED",
    ]


async def test_methods_are_refused_to_those_who_may_not_call_them(process: Process) -> None:
    await process.register()
    shopper = await process.login()

    with pytest.raises(PermissionDenied):
        await process.client(shopper.access_token).call(LIST_USERS, ListUsersRequest())
    with pytest.raises(Unauthenticated):
        await process.client().call(LOGOUT, LogoutRequest(refresh_token="x"))


async def test_tokens_outlive_a_restart_and_count_on_every_replica(identity_database: str) -> None:
    async with running(identity_database) as first, running(identity_database) as replica:
        await first.register()
        token = (await first.login()).access_token
        assert (await replica.me(token)).email == "ada@example.com"
    async with running(identity_database) as again:
        assert (await again.me(token)).email == "ada@example.com"


@pytest.mark.reaches("SESSION_NOT_FOUND")
async def test_sessions_are_listed_refreshed_and_ended(process: Process) -> None:
    await process.register()
    first, second = await process.login(), await process.login()
    client = process.client(first.access_token)
    listed = (await client.call(LIST_SESSIONS, ListSessionsRequest())).sessions

    refreshed = await process.refresh(first.refresh_token)
    assert (await process.me(refreshed.access_token)).email == "ada@example.com"
    assert [session.current for session in listed] == [False, True]
    assert {session.address for session in listed} == {"127.0.0.1"}
    assert all(session.user_agent.startswith("grpc-python") for session in listed)
    assert all(session.create_time == session.last_use_time for session in listed)

    await client.call(DELETE_SESSION, DeleteSessionRequest(id=listed[0].id))
    with pytest.raises(Unauthenticated):
        await process.refresh(second.refresh_token)
    await client.call(LOGOUT, LogoutRequest(refresh_token=refreshed.refresh_token))
    with pytest.raises(Unauthenticated):
        await process.refresh(refreshed.refresh_token)
    with pytest.raises(TokenRevoked):
        await client.call(LIST_SESSIONS, ListSessionsRequest())
    again = process.client((await process.login()).access_token)
    with pytest.raises(SessionNotFound):
        await again.call(DELETE_SESSION, DeleteSessionRequest(id=listed[1].id))


async def test_a_stolen_refresh_token_is_audited(process: Process) -> None:
    ada = await process.register()
    first = await process.login()
    second = await process.refresh(first.refresh_token)
    await process.refresh(second.refresh_token)

    with pytest.raises(Unauthenticated):
        await process.refresh(first.refresh_token)

    about = "concat_ws(' ', outcome, resource, detail)"
    select = f"SELECT {about} FROM audit_entry WHERE action = 'RefreshToken' ORDER BY id"
    kept: list[str] = await eventually(lambda: process.kept(select, 3))
    session = kept[0].split()[-1]
    assert kept == [
        f"OK {ada.id} session {session}",
        f"OK {ada.id} session {session}",
        f"UNAUTHENTICATED {ada.id} used again, which ended session {session}",
    ]


async def test_sign_ins_are_audited_with_the_user_also_where_the_password_was_wrong(process: Process) -> None:
    ada = await process.register()
    await process.login()
    for _ in range(process.settings.lockout_max_failures):
        with pytest.raises(Unauthenticated):
            await process.login(password="wrong password 1")
    with pytest.raises(AccountLocked):
        await process.login()
    with pytest.raises(Unauthenticated):
        await process.login("nobody@example.com")

    about = "SELECT DISTINCT outcome || ' ' || resource FROM audit_entry WHERE action = 'Login' ORDER BY 1"
    assert await eventually(lambda: process.kept(about, 4)) == [
        f"ACCOUNT_LOCKED {ada.id}",
        f"OK {ada.id}",
        "UNAUTHENTICATED ",
        f"UNAUTHENTICATED {ada.id}",
    ]


async def test_who_uses_a_revoked_token_is_audited(process: Process) -> None:
    ada = await process.register()
    tokens = await process.login()
    session = jwt.decode(tokens.access_token, options={"verify_signature": False})["sid"]
    await process.client(tokens.access_token).call(LOGOUT, LogoutRequest())

    with pytest.raises(TokenRevoked):
        await process.me(tokens.access_token)

    who = "SELECT concat_ws(' ', actor, session_id, action) FROM audit_entry WHERE outcome = 'TOKEN_REVOKED'"
    assert await eventually(lambda: process.kept(who)) == [f"{ada.id} {session} GetUser"]


async def test_thirty_registrations_of_one_address_over_two_replicas_make_one_user(identity_database: str) -> None:
    async with running(identity_database) as first, running(identity_database) as second:
        calls = [replica.register() for replica in (first, second) for _ in range(15)]
        results = await asyncio.gather(*calls, return_exceptions=True)

    assert sum(isinstance(result, EmailTaken) for result in results) == 29


async def test_other_calls_go_on_while_a_password_is_looked_at(identity_database: str) -> None:
    async with running(identity_database, argon2_time_cost=15, argon2_memory_kib=19_456) as process:
        login = asyncio.create_task(process.login_as_administrator())
        answered = 0
        while not login.done():
            await process.jwks()
            answered += 1
        await login

    assert answered > 5


async def test_a_password_shows_nowhere_even_when_everything_fails(
    process: Process,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    async def fail(*_: object) -> None:
        raise RuntimeError("the disk is full")

    caplog.set_level(logging.DEBUG)
    await process.register()
    errors: list[Exception] = []
    for password in (PASSWORD + "x", "x" * 200 + PASSWORD):
        with pytest.raises((Unauthenticated, InvalidArgument)) as refused:
            await process.login(password=password)
        errors.append(refused.value)
    monkeypatch.setattr(Argon2Passwords, "verify", fail)
    with pytest.raises(Exception, match="correlation") as internal:
        await process.login()
    errors.append(internal.value)

    kept: list[str] = await eventually(lambda: process.kept("SELECT detail FROM recorded_error"))
    printed = capfd.readouterr()
    logged = [printed.out, printed.err, caplog.text, *(str(vars(record)) for record in caplog.records), *kept]
    assert "the disk is full" in "".join(logged)
    assert not any(PASSWORD in text for text in [*logged, *map(repr, errors), *map(str, errors)])
