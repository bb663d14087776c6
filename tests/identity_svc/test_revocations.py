"""Access tokens of ended sessions and of former rights are refused by all services at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import jwt
import pytest
from easyorder.identity.v1 import (
    ChangePasswordRequest,
    DeleteSessionRequest,
    DisableUserRequest,
    ListUsersRequest,
    LogoutRequest,
    Role,
    SetUserRolesRequest,
    Tokens,
)
from easyorder.internal.identity.v1 import ListRevocationsRequest, ListRevocationsResponse
from easyorder.order.v1 import GetOrderRequest

from chassis.auth.keys import KeyCache, keys_of
from chassis.auth.revocations import Revocations, revocations_of
from chassis.auth.service_tokens import ServiceKeys
from chassis.auth.verifier import TokenVerifier
from chassis.db.engine import make_engine
from chassis.errors import PermissionDenied, TokenRevoked
from chassis.grpc.clients import Client, Peer, rpc
from identity_svc.adapters import revocations
from identity_svc.adapters.revocations import SqlRevocationFeed
from identity_svc.api.revocations import SERVICE
from identity_svc.commands.disable_user import DisableUser
from identity_svc.commands.forget_expired import ForgetExpired
from identity_svc.commands.set_user_roles import SetUserRoles
from identity_svc.domain.user import Role as UserRole
from tests.chassis.grpc.orders import GET_ORDER, ORDERS, OrderApi
from tests.identity_svc.identity_app import PASSWORD, SETTINGS, IdentityApp, SqlBackend, caller_of, claims_of
from tests.identity_svc.identity_process import DELETE_SESSION, LOGOUT, Process, running
from tests.identity_svc.test_users_over_grpc import (
    CHANGE_PASSWORD,
    DISABLE_USER,
    LIST_USERS,
    NEW_PASSWORD,
    SET_USER_ROLES,
)
from tests.mesh import Mesh, service_keys, service_tokens, serving
from tests.polling import eventually

LIST = rpc(SERVICE, "ListRevocations", ListRevocationsRequest, ListRevocationsResponse)


@asynccontextmanager
async def another_service(*processes: Process) -> AsyncIterator[Mesh]:
    """Another service, which asks these replicas of identity_svc in turn."""
    address = ",".join(process.address for process in processes)
    keys, identity = Client(address), Peer(address, "identity", service_tokens())
    known = Revocations(revocations_of(identity), "orders")
    verifier = TokenVerifier(KeyCache(keys_of(keys)), ServiceKeys(service_keys(), "order"), revocations=known)
    async with serving({ORDERS: OrderApi()}, verifier=verifier) as mesh:
        yield mesh
    await keys.close()
    await identity.close()


async def accepted(mesh: Mesh, tokens: Tokens) -> bool:
    try:
        await mesh.with_token(tokens.access_token).call(GET_ORDER, GetOrderRequest(id="7"))
    except TokenRevoked:
        return False
    return True


@pytest.mark.reaches("TOKEN_REVOKED")
@pytest.mark.parametrize("way", ["Logout", "DeleteSession", "DisableUser", "ChangePassword"])
async def test_a_token_of_an_ended_session_is_refused_at_once(process: Process, way: str) -> None:
    ada = await process.register()
    ended, other, boss = await process.login(), await process.login(), await process.login_as_administrator()
    async with another_service(process) as mesh:
        assert await accepted(mesh, ended)
        match way:
            case "Logout":
                await process.client(ended.access_token).call(LOGOUT, LogoutRequest())
            case "DeleteSession":
                sid = claims(ended)["sid"]
                await process.client(other.access_token).call(DELETE_SESSION, DeleteSessionRequest(id=sid))
            case "DisableUser":
                await process.client(boss.access_token).call(DISABLE_USER, DisableUserRequest(id=ada.id))
            case "ChangePassword":
                change = ChangePasswordRequest(id="me", current_password=PASSWORD, new_password=NEW_PASSWORD)
                await process.client(other.access_token).call(CHANGE_PASSWORD, change)

        # Not a moment later.
        assert not await accepted(mesh, ended)
        with pytest.raises(TokenRevoked):
            await process.me(ended.access_token)
        assert await accepted(mesh, other) is (way != "DisableUser")


def claims(tokens: Tokens) -> dict[str, str]:
    found: dict[str, str] = jwt.decode(tokens.access_token, options={"verify_signature": False})
    return found


async def test_a_lost_role_counts_at_once_and_the_session_goes_on(process: Process) -> None:
    ada = await process.register()
    boss = process.client((await process.login_as_administrator()).access_token)
    await boss.call(SET_USER_ROLES, SetUserRolesRequest(id=ada.id, roles=[Role.USER, Role.ADMIN]))
    admin = await process.login()
    async with another_service(process) as mesh:
        await boss.call(SET_USER_ROLES, SetUserRolesRequest(id=ada.id, roles=[Role.USER]))

        assert not await accepted(mesh, admin)
        refreshed = await process.refresh(admin.refresh_token)
        assert await accepted(mesh, refreshed)
        with pytest.raises(PermissionDenied):
            await process.client(refreshed.access_token).call(LIST_USERS, ListUsersRequest())


async def test_at_once_on_two_replicas(identity_database: str) -> None:
    async with running(identity_database) as first, running(identity_database) as second:
        await first.register()
        async with another_service(first, second) as mesh:
            for n in range(6):
                ended = await first.login()
                assert await accepted(mesh, ended)
                process = (first, second)[n % 2]
                await process.client(ended.access_token).call(LOGOUT, LogoutRequest())

                assert not await accepted(mesh, ended)
                for replica in (first, second):
                    with pytest.raises(TokenRevoked):
                        await replica.me(ended.access_token)


async def test_a_reader_that_does_not_answer_is_waited_for_a_while_only(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(revocations, "_CONFIRM_S", 0.3)
    await process.register()
    dead = Peer(process.address, "identity", service_tokens("inventory"))
    asked = asyncio.create_task(dead.call(LIST, ListRevocationsRequest(reader="dead"), timeout_s=10))
    await eventually(lambda: process.kept("SELECT 1 FROM revocation_reader WHERE name = 'dead'"))
    began = asyncio.get_running_loop().time()

    await process.client((await process.login()).access_token).call(LOGOUT, LogoutRequest())

    assert asyncio.get_running_loop().time() - began >= 0.3
    assert (await asked).revocations
    await dead.close()


async def test_a_process_that_has_ended_is_not_waited_for(process: Process) -> None:
    await process.register()
    async with another_service(process):
        pass
    began = asyncio.get_running_loop().time()

    await process.client((await process.login()).access_token).call(LOGOUT, LogoutRequest())

    assert asyncio.get_running_loop().time() - began < 2


async def test_a_service_that_starts_later_knows_what_was_revoked(process: Process) -> None:
    await process.register()
    ended = await process.login()
    await process.client(ended.access_token).call(LOGOUT, LogoutRequest())

    async with another_service(process) as mesh:
        assert not await accepted(mesh, ended)


async def test_only_services_read_it(process: Process) -> None:
    boss = await process.login_as_administrator()

    with pytest.raises(PermissionDenied):
        await process.client(boss.access_token).call(LIST, ListRevocationsRequest(reader="boss"))


async def test_what_revokes_tokens(identity_app: IdentityApp) -> None:
    boss = await identity_app.administrator()
    ada, bob = await identity_app.signed_in(), await identity_app.signed_in("bob@example.com")
    both, user = frozenset(UserRole), frozenset({UserRole.USER})
    before = len(await identity_app.backend.revoked())

    await identity_app.send(SetUserRoles(id=str(ada.user.id), roles=both), caller_of(boss))
    assert (await identity_app.backend.revoked())[before:] == []  # more than before
    demoted = await identity_app.send(SetUserRoles(id=str(ada.user.id), roles=user), caller_of(boss))
    await identity_app.send(DisableUser(id=str(bob.user.id)), caller_of(boss))

    assert (await identity_app.backend.revoked())[before:] == [
        f"{ada.user.id} before {demoted.version}",
        claims_of(bob)["sid"],
    ]


async def test_no_more_than_what_may_be_valid_is_revoked(identity_app: IdentityApp) -> None:
    boss = await identity_app.administrator()
    ada = await identity_app.signed_in()
    await identity_app.backend.pass_time(1000)
    before = await identity_app.backend.revoked()

    await identity_app.send(DisableUser(id=str(ada.user.id)), caller_of(boss))
    await identity_app.logout(caller_of(boss))

    assert await identity_app.backend.revoked() == before


async def test_an_access_token_that_outlives_its_session_is_revoked(identity_app: IdentityApp) -> None:
    app = await IdentityApp.on(identity_app.backend, SETTINGS.model_copy(update={"session_idle_days": 60 / 86_400}))
    boss, ada = await app.administrator(), await app.signed_in()
    await app.backend.pass_time(61)
    await app.mediator.send(ForgetExpired())

    await app.send(DisableUser(id=str(ada.user.id)), caller_of(boss))

    assert claims_of(ada)["sid"] in await app.backend.revoked()


async def test_a_session_that_has_to_make_room_is_revoked_too(identity_app: IdentityApp) -> None:
    app = await IdentityApp.on(identity_app.backend, SETTINGS.model_copy(update={"sessions_per_user": 1}))
    first = await app.signed_in()
    await app.signed_in()

    assert await app.backend.revoked() == [claims_of(first)["sid"]]


async def test_a_stolen_refresh_token_revokes_the_access_tokens_of_both(identity_app: IdentityApp) -> None:
    first = await identity_app.signed_in()
    await identity_app.refresh(first.refresh_token)
    assert await identity_app.refresh(first.refresh_token, place="198.51.100.1") is None

    assert await identity_app.backend.revoked() == [claims_of(first)["sid"]]


@pytest.fixture
async def feed(identity_database: str) -> AsyncIterator[SqlRevocationFeed]:
    def fail(source: str, error: Exception) -> None:
        raise AssertionError(source) from error

    engine = make_engine(identity_database, application_name="tests")
    made = SqlRevocationFeed(engine, fail)
    await made.start()
    yield made
    await made.stop()
    await engine.dispose()


async def test_no_revocation_is_missed_however_many_are_written_at_once(
    sql_backend: SqlBackend, feed: SqlRevocationFeed
) -> None:
    identity_app = await IdentityApp.on(sql_backend)
    people = [await identity_app.signed_in(f"user{n}@example.com") for n in range(30)]
    seen: list[str] = []

    async def read() -> None:
        position = 0
        while len(seen) < len(people):
            page = await feed.after(position, reader="reader")
            seen.extend(str(one.session_id) for one in page.revocations)
            position = page.position

    reading = asyncio.create_task(read())
    await asyncio.gather(*(identity_app.logout(caller_of(person)) for person in people))
    async with asyncio.timeout(20):
        await reading

    assert sorted(seen) == sorted(claims_of(person)["sid"] for person in people)


async def test_expired_ones_are_deleted_and_positions_go_on(
    sql_backend: SqlBackend, feed: SqlRevocationFeed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(revocations, "_PAGE", 2)
    identity_app = await IdentityApp.on(sql_backend)
    for _ in range(5):
        await identity_app.logout(caller_of(await identity_app.signed_in()))
    await sql_backend.execute("UPDATE revocation SET expires_on = now() - interval '1 s'")
    await sql_backend.execute("INSERT INTO revocation_reader VALUES ('gone', 0, now() - interval '2 days')")

    await feed.purge()

    assert len(await sql_backend.revoked()) == 1
    assert "gone" not in await sql_backend.dump("revocation_reader")
    await identity_app.logout(caller_of(await identity_app.signed_in()))
    assert len((await feed.after(1_000_000, reader="reader")).revocations) == 2


async def test_a_reader_from_before_a_restore_gets_all(sql_backend: SqlBackend, feed: SqlRevocationFeed) -> None:
    identity_app = await IdentityApp.on(sql_backend)
    await identity_app.logout(caller_of(await identity_app.signed_in()))

    page = await feed.after(1_000_000, reader="reader")

    assert len(page.revocations) == 1
    assert page.position < 1_000_000
