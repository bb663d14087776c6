"""Orders, streams and tickets are limited by user, sign-ins and streams by address; a refusal says when to retry."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import grpc
import httpx
import pytest
import pytest_asyncio

from deploy.local.plain_http import plain_client
from envoy.rate_limits import token_bucket
from tests.envoy.error_shape import detail_of, reason_of, reason_of_grpc
from tests.envoy.fake_mesh import FakeMesh
from tests.envoy.running import RunningEnvoy, running_envoy
from tests.mesh import Tokens
from tests.rate_limits.files import rate_limits_file

pytestmark = pytest.mark.asyncio(loop_scope="session")

LIMIT = 5
# How a stream is answered that ends at once.
NO_EVENT = 204
WATCH_INVENTORY = "/easyorder.inventory.v1.InventoryService/WatchInventory"
CREATE_TICKET = "/easyorder.order.v1.OrderWatchService/CreateStreamTicket"
CREATE_ORDER = "/easyorder.order.v1.OrderService/CreateOrder"


@pytest_asyncio.fixture(loop_scope="session")
async def strict(started_mesh: FakeMesh, mesh: FakeMesh, tmp_path: Path) -> AsyncIterator[RunningEnvoy]:
    limits = rate_limits_file(tmp_path, others=LIMIT)
    async with running_envoy(tmp_path, started_mesh.ports, rate_limits_file=limits) as envoy:
        yield envoy


@pytest.mark.reaches("RATE_LIMITED")
async def test_the_orders_of_each_user_are_limited(strict: RunningEnvoy, mesh: FakeMesh, tokens: Tokens) -> None:
    busy, other = ({"authorization": f"Bearer {tokens.user(user)}"} for user in ("busy", "other"))
    async with plain_client(strict.url) as http:
        admitted = [await http.post("/api/v1/orders", headers=busy, json={}) for _ in range(LIMIT)]
        refused = await http.post("/api/v1/orders", headers=busy, json={})
        under_other_name = await http.post("/api/v1/orders/", headers=busy, json={})
        refusal = await strict.refusal(CREATE_ORDER, busy)
        reads = await http.get("/api/v1/orders", headers=busy)
        others = await http.post("/api/v1/orders", headers=other, json={})

    assert {reply.status_code for reply in admitted} == {200}
    assert (refused.status_code, reason_of(refused)) == (429, "RATE_LIMITED")
    assert int(refused.headers["retry-after"]) > 0
    assert detail_of(refused, "RetryInfo")["retryDelay"] == f"{refused.headers['retry-after']}s"
    assert under_other_name.status_code == 429
    assert refusal.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert reason_of_grpc(refusal) == "RATE_LIMITED"
    assert reads.status_code == others.status_code == 200
    assert sum(call.method == CREATE_ORDER for call in mesh.calls) == LIMIT + 1


async def test_the_sign_ins_of_each_address_are_limited(strict: RunningEnvoy, mesh: FakeMesh) -> None:
    async with plain_client(strict.url) as http:
        paths = ["/api/v1/users", "/api/v1/users/login", "/api/v1/users/refresh"] * 2
        replies = [await http.post(path, json={}) for path in paths]
        elsewhere = await http.get("/api/v1/products")

    assert [reply.status_code for reply in replies] == [200] * LIMIT + [429]
    assert reason_of(replies[-1]) == "RATE_LIMITED"
    assert elsewhere.status_code == 200


async def test_the_streams_of_each_address_are_limited(strict: RunningEnvoy, mesh: FakeMesh) -> None:
    async with (
        plain_client(strict.url, local_address="127.0.0.1") as http,
        plain_client(strict.url, local_address="127.0.0.2") as elsewhere,
    ):
        watch = "/api/v1/inventory:watch?productItemIds=1"
        replies = [await http.get(watch) for _ in range(LIMIT + 1)]
        refusal = await strict.refusal(WATCH_INVENTORY)
        from_elsewhere = await elsewhere.get(watch)
        unary = await http.get("/api/v1/products")

    assert [reply.status_code for reply in replies] == [NO_EVENT] * LIMIT + [429]
    assert reason_of(replies[-1]) == "RATE_LIMITED"
    assert refusal.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert (from_elsewhere.status_code, unary.status_code) == (NO_EVENT, 200)


async def test_the_streams_of_each_user_are_limited(strict: RunningEnvoy, mesh: FakeMesh, tokens: Tokens) -> None:
    busy = {"authorization": f"Bearer {tokens.user('a busy watcher')}"}
    replies = []
    for n in range(LIMIT + 1):
        async with plain_client(strict.url, local_address=f"127.0.0.{10 + n}") as http:
            replies.append(await http.get("/api/v1/orders:watch", headers=busy))

    assert [reply.status_code for reply in replies] == [NO_EVENT] * LIMIT + [429]


async def test_the_tickets_of_each_user_are_limited(strict: RunningEnvoy, mesh: FakeMesh, tokens: Tokens) -> None:
    busy, other = ({"authorization": f"Bearer {tokens.user(user)}"} for user in ("a maker of tickets", "another"))
    async with plain_client(strict.url, local_address="127.0.0.30") as http:
        admitted = [await http.post("/api/v1/streamTickets", headers=busy, json={}) for _ in range(LIMIT)]
        refused = await http.post("/api/v1/streamTickets/", headers=busy, json={})
        refusal = await strict.refusal(CREATE_TICKET, busy)
        others = await http.post("/api/v1/streamTickets", headers=other, json={})

    assert {reply.status_code for reply in [*admitted, others]} == {200}
    assert (refused.status_code, reason_of(refused)) == (429, "RATE_LIMITED")
    assert reason_of_grpc(refusal) == "RATE_LIMITED"
    assert sum(call.method == CREATE_TICKET for call in mesh.calls) == LIMIT + 1


async def test_an_address_cannot_be_claimed(strict: RunningEnvoy, mesh: FakeMesh) -> None:
    names = ("x-envoy-external-address", "x-forwarded-for", "x-real-ip", "forwarded", "x-envoy-downstream-service-node")
    async with plain_client(strict.url) as http:
        claims = [dict.fromkeys(names, f"203.0.113.{n}") for n in range(LIMIT + 1)]
        replies = [await http.post("/api/v1/users/login", json={}, headers=claim) for claim in claims]
    claimed = [(name, "203.0.113.9") for name in names]
    refusal = await strict.refusal("/easyorder.identity.v1.IdentityService/Login", dict(claimed))

    assert [reply.status_code for reply in replies] == [200] * LIMIT + [429]
    assert refusal.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert {call.metadata["x-envoy-external-address"] for call in mesh.calls} == {"127.0.0.1"}


async def test_behind_a_proxy_the_address_is_the_clients_and_of_ipv6_its_network(
    started_mesh: FakeMesh, mesh: FakeMesh, tmp_path: Path
) -> None:
    proxies = "127.0.0.1, 10.1.0.0/16"
    async with (
        running_envoy(
            tmp_path,
            started_mesh.ports,
            rate_limits_file=rate_limits_file(tmp_path, sign_ins=1),
            envoy_trusted_proxies=proxies,
        ) as behind,
        plain_client(behind.url, local_address="127.0.0.1") as proxy,
        plain_client(behind.url, local_address="127.0.0.2") as stranger,
    ):

        async def sign_in(*forwarded: str, by: httpx.AsyncClient = proxy) -> int:
            headers = {"x-forwarded-for": ", ".join(forwarded), "x-envoy-external-address": "203.0.113.7"}
            return (await by.post("/api/v1/users/login", json={}, headers=headers)).status_code

        spoofed = "198.51.100.99"
        first = [await sign_in(spoofed, address) for address in ("203.0.113.1", "203.0.113.2", "2001:db8::1")]
        again = [await sign_in(spoofed, address) for address in ("203.0.113.1", "2001:db8::2")]
        elsewhere = await sign_in("2001:db8:0:1::1")
        by_two_proxies = [await sign_in(spoofed, "203.0.113.3", "10.1.2.3") for _ in range(2)]
        strangers = [await sign_in(f"203.0.113.{n}", by=stranger) for n in (21, 22)]
        claims = [await sign_in(f"203.0.113.{n}", "10.1.2.3", by=stranger) for n in (23, 24)]

    assert (first, again, elsewhere) == ([200] * 3, [429] * 2, 200)
    assert by_two_proxies == [200, 429]
    assert strangers + claims == [200, 429, 429, 429]
    seen = [call.metadata["x-envoy-external-address"] for call in mesh.calls]
    clients = ["203.0.113.1", "203.0.113.2", "2001:db8::1", "2001:db8:0:1::1", "203.0.113.3", "127.0.0.2"]
    assert seen == clients


@pytest.mark.parametrize("per_minute", [1, 7, 60, 600, 1200, 1300, 100_000])
async def test_a_bucket_gives_a_minutes_worth_a_minute(per_minute: int) -> None:
    bucket = token_bucket(per_minute, 60)

    interval_s = float(str(bucket["fill_interval"]).rstrip("s"))
    refilled = float(str(bucket["tokens_per_fill"])) * 60 / interval_s
    assert bucket["max_tokens"] == per_minute
    assert interval_s >= 0.05
    assert per_minute * 0.999 <= refilled < per_minute + 1200
