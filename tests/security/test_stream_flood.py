"""Whoever opens as many streams as they can gets their share; everybody else is served as before."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
import psutil
import pytest

from bench.load import Load, json_orders
from chassis.grpc.streams import StreamLimits
from deploy.local.plain_http import plain_client
from deploy.local.shop import Shop
from tests.e2e.running_mesh import RunningMesh
from tests.e2e.test_shopping import a_stocked_product
from tests.envoy.error_shape import reason_of
from tests.polling import eventually
from tests.security.attackers import a_shopper, an_order
from tests.security.stream_floods import StreamFlood, stream_flood

LIMITS = StreamLimits()
MORE = 30
CLIENTS = 32
MB = 1 << 20


@asynccontextmanager
async def somebody_at(address: str, mesh: RunningMesh) -> AsyncIterator[httpx.AsyncClient]:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    async with plain_client(mesh.url, local_address=address, limits=limits, timeout=30) as http:
        yield http


async def watch(http: httpx.AsyncClient, held: AsyncExitStack, item: str) -> str:
    """Holds a stream of the stock; "held", or why it was refused."""
    stream = http.stream("GET", "/api/v1/inventory:watch", params={"productItemIds": item})
    reply = await held.enter_async_context(stream)
    if reply.status_code == httpx.codes.OK:
        return "held"
    await reply.aread()
    return f"{reply.status_code} {reason_of(reply)} {reply.headers['retry-after']}"


def is_its_share(opened: int) -> None:
    """What an address may hold; a process that is late ends some of it, and then opens more."""
    assert LIMITS.per_address <= opened <= 2 * LIMITS.per_address


async def test_one_address_holds_its_share(mesh: RunningMesh, admin: Shop) -> None:
    item = (await a_stocked_product(admin)).ids[0]
    async with somebody_at("127.0.0.1", mesh) as greedy, somebody_at("127.0.0.2", mesh) as other:
        async with AsyncExitStack() as held:
            opened = await asyncio.gather(*(watch(greedy, held, item) for _ in range(LIMITS.per_address + MORE)))

            assert set(opened) == {"held", "429 TOO_MANY_STREAMS 5"}
            is_its_share(opened.count("held"))
            assert (await greedy.get("/api/v1/products")).status_code == httpx.codes.OK
            async with AsyncExitStack() as of_other:
                assert await watch(other, of_other, item) == "held"

        async def is_free() -> bool:
            async with AsyncExitStack() as again:
                return await watch(greedy, again, item) == "held"

        assert await eventually(is_free)


async def a_watched_item(http: httpx.AsyncClient, admin: Shop) -> str:
    """An item that everybody can watch and order."""
    product = await a_stocked_product(admin, pieces=100_000)

    async def is_shown() -> bool:
        return (await http.get(f"/api/v1/products/{product.product_id}")).status_code == httpx.codes.OK

    await eventually(is_shown)
    return product.ids[0]


@asynccontextmanager
async def floods(mesh: RunningMesh, item: str, user: Shop, network: str) -> AsyncIterator[tuple[StreamFlood, ...]]:
    """Of one address without a token, and of one user from many addresses."""
    target, many = mesh.http_address, [f"{network}.{n}" for n in range(10, 30)]
    async with (
        stream_flood(target, f"/api/v1/inventory:watch?productItemIds={item}", [f"{network}.1"]) as anonymous,
        stream_flood(target, "/api/v1/orders:watch", many, user.headers) as of_user,
    ):
        yield anonymous, of_user


async def test_orders_are_placed_during_a_flood(mesh: RunningMesh, http: httpx.AsyncClient, admin: Shop) -> None:
    item, (user, _), (shopper, _) = await a_watched_item(http, admin), await a_shopper(http), await a_shopper(http)

    async def order() -> int:
        return (await http.post("/api/v1/orders", json=an_order(item), headers=shopper.headers)).status_code

    async with floods(mesh, item, user, "127.0.3") as (anonymous, of_user):
        flooding = asyncio.gather(anonymous.attempt(500, per_s=500), of_user.attempt(200, per_s=200))
        ordered: Counter[int] = Counter()
        while not flooding.done():
            ordered.update(await asyncio.gather(*(order() for _ in range(4))))
        await flooding
        health = await http.get("/healthz")

    assert set(ordered) == {httpx.codes.OK}
    assert set(anonymous.replies) == {200, 429}
    is_its_share(anonymous.replies[200])
    assert of_user.replies == {200: LIMITS.per_user, 429: 200 - LIMITS.per_user}
    assert health.status_code == httpx.codes.OK


@pytest.mark.load
@pytest.mark.timeout(280)
async def test_a_flood_of_streams_leaves_orders_their_rate(
    mesh: RunningMesh, http: httpx.AsyncClient, admin: Shop
) -> None:
    item, (user, _), (shopper, _) = await a_watched_item(http, admin), await a_shopper(http), await a_shopper(http)

    async def orders(seconds: int) -> Load:
        load = await json_orders(
            mesh.url,
            clients=CLIENTS,
            seconds=seconds,
            tokens=[shopper.headers["authorization"].removeprefix("Bearer ")],
            baskets=[[{"productItemId": item, "quantity": 1}]],
            header=("x-load", "orders"),
        )
        assert load.failed == 0
        return load

    await orders(5)
    before, memory = await orders(10), memory_mb(mesh)
    async with floods(mesh, item, user, "127.0.4") as (anonymous, of_user):
        during, *_ = await asyncio.gather(
            orders(30), anonymous.attempt(20_000, per_s=700), of_user.attempt(2_000, per_s=70)
        )
        health = await http.get("/healthz")
    after = await orders(10)

    print(*(f"{load.per_s:.0f}/s p99 {load.p99_ms:.0f} ms" for load in (before, during, after)), sep=", ")
    assert health.status_code == httpx.codes.OK
    assert during.per_s >= 0.8 * (before.per_s + after.per_s) / 2, (before, during, after)
    assert of_user.replies == {200: LIMITS.per_user, 429: 2_000 - LIMITS.per_user}
    assert set(anonymous.replies) == {200, 429}
    is_its_share(anonymous.replies[200])

    def memory_is_back() -> bool:
        now = memory_mb(mesh)
        assert {name: mb for name, mb in now.items() if mb > 1.15 * memory[name] + 16} == {}, memory
        return True

    await eventually(memory_is_back, timeout_s=60)


def memory_mb(mesh: RunningMesh) -> dict[str, float]:
    """The resident memory of each program of the mesh, but PostgreSQL, whose processes share theirs."""
    found = {}
    for process in psutil.Process(mesh.pid).children(recursive=True):
        line = process.cmdline()
        name = line[-1] if "-m" in line else process.name()
        if "postgres" not in name:
            found[name] = process.memory_info().rss / MB
    return found
