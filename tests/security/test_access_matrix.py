"""Every method of the contract, tried by every kind of caller over Envoy and straight, as access_matrix.py expects.

What was refused has changed nothing: the rows of the databases are the same.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import grpc
import httpx
import pytest

from chassis import contract
from chassis.contract import HttpBinding, Method
from chassis.grpc.channel import open_channel
from chassis.grpc.status import from_rpc_error
from chassis.settings import PORTS
from deploy.local.shop import Shop
from deploy.service_keys import SERVICES
from envoy.routing import OPS, OPS_CLUSTERS, SERVICE_CHOICE, is_reachable
from tests.e2e import invariants
from tests.e2e.running_mesh import RunningMesh
from tests.polling import eventually
from tests.security.access_matrix import REFUSED, expectations, gaps, row_of
from tests.security.cast import Cast, bearer, the_cast
from tests.security.hostile import Attack
from tests.security.requests import home_of, json_request

METHODS = list(contract.methods().values())
EXPECTED = expectations()
SIGN_IN = {"UNAUTHENTICATED", "TOKEN_REVOKED", "TOKEN_EXPIRED"}
MISSING = {"UNIMPLEMENTED", "METHOD_NOT_ALLOWED"}
FAULTS = {"INTERNAL", "UNAVAILABLE", "UNKNOWN", "DEADLINE_EXCEEDED", "CONFLICT"}
AT_ONCE = 16
TIMEOUT_S = 20
# A stream that is not to say anything, and was not refused by then, is one.
STREAM_S = 0.3
MAYBE_SILENT = {"own", "yes"}
# Tables that are written while nobody calls, or about every call.
OWN_ACCORD = {"audit_entry", "change_log", "feed_consumer", "inbox", "revocation_reader"}
DATABASES = ("easyorder_identity", "easyorder_inventory_write", "easyorder_order_write", "easyorder_payment")

# The reason of a refusal, or "", and the reply, or how a stream begins within some seconds.
Answer = tuple[str, bytes]
Send = Callable[[Attack, str, float], Awaitable[Answer]]


@dataclass(frozen=True)
class Way:
    """A way to call a method: by gRPC over Envoy, by JSON, or at a port."""

    method: Method
    name: str
    called: str
    send: Send

    def expected(self, caller: str) -> str:
        if self.name != "straight":
            if not is_reachable(self.method):
                return "none"
            caller = "nobody" if caller in SERVICES else caller
        return EXPECTED[row_of(self.method)][caller]


def test_every_method_has_an_expectation() -> None:
    assert gaps(METHODS, EXPECTED) == (set(), set())


def test_a_new_service_and_a_removed_method_are_found() -> None:
    new = dataclasses.replace(
        METHODS[0], service="easyorder.gift.v1.GiftService", full_name="/easyorder.gift.v1.GiftService/Give"
    )

    lacking, needless = gaps([*METHODS[1:], new], EXPECTED)

    assert lacking == {"GiftService/Give"}
    assert needless == {row_of(METHODS[0])}


@pytest.fixture
async def cast(mesh: RunningMesh, http: httpx.AsyncClient, admin: Shop) -> Cast:
    made = await the_cast(mesh, http, admin.headers)
    await eventually(lambda: invariants.at_rest(mesh), timeout_s=30)
    return made


@pytest.fixture
async def ways(mesh: RunningMesh, http: httpx.AsyncClient) -> AsyncIterator[list[Way]]:
    async with AsyncExitStack() as opened:
        envoy = await opened.enter_async_context(open_channel(mesh.http_address))
        ports = {name: await opened.enter_async_context(mesh.open_channel(name)) for name in PORTS}
        found = []
        for method in METHODS:
            homes = (*OPS_CLUSTERS,) if method.service == OPS else (home_of(method),)
            found += [Way(method, "straight", home, by_grpc(ports[home], method)) for home in homes]
            found.append(Way(method, "gRPC over Envoy", homes[0], by_grpc(envoy, method)))
            found += [
                Way(method, "JSON over Envoy", homes[0], by_json(http, method, binding)) for binding in method.http
            ]
        yield found


def by_grpc(channel: grpc.aio.Channel, method: Method) -> Send:
    open_call: Any = (channel.unary_stream if method.server_streaming else channel.unary_unary)(method.full_name)

    async def send(request: Attack, token: str, within_s: float) -> Answer:
        metadata = (*bearer(token).items(), (SERVICE_CHOICE, "order"))
        call = open_call(request.wire, metadata=metadata, timeout=TIMEOUT_S)
        try:
            if not method.server_streaming:
                return "", await call
            first = await asyncio.wait_for(call.read(), within_s)
            return "", b"" if first is grpc.aio.EOF else first
        except TimeoutError:
            return "", b""
        except grpc.aio.AioRpcError as error:
            return from_rpc_error(error).reason, b""
        finally:
            call.cancel()

    return send


def by_json(http: httpx.AsyncClient, method: Method, binding: HttpBinding) -> Send:
    async def send(request: Attack, token: str, within_s: float) -> Answer:
        url, content = json_request(binding, request)
        headers = bearer(token)
        try:
            async with asyncio.timeout(within_s if method.server_streaming else TIMEOUT_S):
                async with http.stream(binding.verb, url, content=content, headers=headers) as reply:
                    if reply.is_success:
                        return "", await reply.aread() if not method.server_streaming else await anext(
                            reply.aiter_bytes(), b""
                        )
                    await reply.aread()
                    return reply.json()["details"][0]["reason"], b""
        except TimeoutError:
            return "", b""

    return send


def outcome(method: Method, answer: Answer, owners: set[bytes]) -> str:
    """As access_matrix.py calls it."""
    reason, reply = answer
    if reason in SIGN_IN:
        return "401"
    if reason in FAULTS:
        return reason
    if reason == "PERMISSION_DENIED":
        return "403"
    if reason in MISSING or (reason == "NOT_FOUND" and not is_reachable(method)):
        return "none"
    if reason.endswith("NOT_FOUND") and method.access.owned:
        return "404"
    if reason:
        return "yes"
    return "sees" if any(secret in reply for secret in owners) else "own"


def is_as(expected: str, met: str) -> bool:
    return met == expected or (expected == "yes" and met in ("sees", "own"))


async def all_rows(mesh: RunningMesh) -> Mapping[str, str]:
    """A digest of each table."""
    found = {}
    for name in DATABASES:
        async with mesh.database(name) as database:
            tables = await database.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            for table in {row["tablename"] for row in tables} - OWN_ACCORD:
                query = f"SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM {table} AS t"
                found[f"{name}.{table}"] = await database.fetchval(query)
    return found


async def faults(cast: Cast, tries: list[tuple[Way, str]], *, to_succeed: bool) -> list[str]:
    """Each try by a kind of caller that does not meet what is expected."""
    free, found = asyncio.Semaphore(AT_ONCE), []

    async def attempt(way: Way, caller: str) -> None:
        token, expected = cast.token(caller, way.called), way.expected(caller)
        within_s = STREAM_S if expected in MAYBE_SILENT else TIMEOUT_S
        async with free:
            answer = await way.send(await cast.request(way.method, to_succeed=to_succeed), token, within_s)
        met = outcome(way.method, answer, cast.owners)
        if not is_as(expected, met):
            found.append(f"{row_of(way.method)} {way.name} by {caller}: {met} ({answer[0]}), not {expected}")

    await asyncio.gather(*(attempt(way, caller) for way, caller in tries))
    return sorted(found)


async def test_everybody_meets_what_is_expected(mesh: RunningMesh, cast: Cast, ways: list[Way]) -> None:
    tries = [(way, caller) for way in ways for caller in EXPECTED["OrderService/GetOrder"]]
    refused = [(way, caller) for way, caller in tries if way.expected(caller) in REFUSED]
    before = await all_rows(mesh)

    wrong = await faults(cast, refused, to_succeed=False)

    after = await all_rows(mesh)
    changed = {table for table in before if before[table] != after[table]}
    wrong += await faults(cast, [one for one in tries if one not in refused], to_succeed=True)
    assert not wrong, "\n".join(wrong)
    assert not changed
