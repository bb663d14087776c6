"""An address that opens as many streams as it can gets its share, and all others are served."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx

from chassis.grpc.streams import StreamLimits
from deploy.local.plain_http import plain_client
from deploy.local.shop import Shop
from tests.e2e.running_mesh import RunningMesh
from tests.e2e.test_shopping import a_stocked_product
from tests.envoy.error_shape import reason_of
from tests.polling import eventually

SHARE = StreamLimits().per_address
MORE = 30


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
    return f"{reply.status_code} {reason_of(reply)}"


async def test_one_address_holds_its_share(mesh: RunningMesh, admin: Shop) -> None:
    item = (await a_stocked_product(admin)).ids[0]
    async with somebody_at("127.0.0.1", mesh) as greedy, somebody_at("127.0.0.2", mesh) as other:
        async with AsyncExitStack() as held:
            opened = await asyncio.gather(*(watch(greedy, held, item) for _ in range(SHARE + MORE)))

            assert Counter(opened) == {"held": SHARE, "429 TOO_MANY_STREAMS": MORE}
            assert (await greedy.get("/api/v1/products")).status_code == httpx.codes.OK
            async with AsyncExitStack() as of_other:
                assert await watch(other, of_other, item) == "held"

        async def is_free() -> bool:
            async with AsyncExitStack() as again:
                return await watch(greedy, again, item) == "held"

        assert await eventually(is_free)
