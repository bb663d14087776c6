"""Lists of 10 of 10,000 products over JSON, cached and not cached, compared with echoes of the same Envoy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import grpc
from easyorder.catalog.v1 import ListProductsRequest
from sqlalchemy import text

from bench.front import ECHO_HEADER
from bench.load import Load, json_reads
from bench.orders import certain
from bench.report import Section, spread
from bench.shop import ORDINARY, BenchShop, echoing
from chassis.db.engine import make_engine
from chassis.grpc.channel import open_channel
from chassis.wire import codec
from deploy.rebuild import rebuild
from inventory_svc.queries.products import TOKENS
from tests.inventory_svc.many_products import fill

LIST_PRODUCTS = "/easyorder.catalog.v1.ProductService/ListProducts"
PRODUCTS = 10_000
# Far above the ids of the shop's own products.
FIRST_ID = 1_000_000
SIZE = 10
# The first page that every shopper sees.
WINDOW = f"/api/v1/products?pageSize={SIZE}"
WAYS = ("from memory", "from memory, with a token", "not cached")


@dataclass(slots=True)
class Listed:
    """The results for one number of clients: a figure for each repetition."""

    clients: int
    echo: list[Load] = field(default_factory=list)
    lists: dict[str, list[Load]] = field(default_factory=lambda: {way: [] for way in WAYS})


async def listing(shop: BenchShop, folder: Path, *, clients: Sequence[int], seconds: int, repeat: int) -> list[Section]:
    """Alternates between echo and lists, so that a slow moment of the machine affects all."""
    await _fill(shop)
    paths = {"from memory": [WINDOW], "from memory, with a token": [WINDOW], "not cached": pages()}
    async with echoing(shop.mesh, folder, LIST_PRODUCTS, await _window(shop)) as (url, _):
        measured = [Listed(number) for number in clients]
        for _ in range(repeat):
            for one in measured:
                how = {"clients": one.clients, "seconds": seconds}
                one.echo.append(certain(await json_reads(url, [WINDOW], tokens=[], header=ECHO_HEADER, **how)))
                for way in WAYS:
                    tokens = [await shop.token()] if way.endswith("token") else []
                    load = await json_reads(url, paths[way], tokens=tokens, header=ORDINARY, **how)
                    one.lists[way].append(certain(load))
    return [lists_section(measured)]


async def _fill(shop: BenchShop) -> None:
    engines = [
        make_engine(
            f"postgresql+asyncpg://postgres@/easyorder_inventory_{side}?host={shop.postgres_dir}",
            application_name="bench",
        )
        for side in ("write", "read")
    ]
    try:
        write, read = engines
        await fill(write, PRODUCTS, first=FIRST_ID)
        await rebuild("inventory_svc", write, read)
        for engine in engines:
            async with engine.begin() as connection:
                await connection.execute(text("ANALYZE"))
    finally:
        for engine in engines:
            await engine.dispose()


async def _window(shop: BenchShop) -> bytes:
    """The reply to echo."""
    async with open_channel(shop.mesh.http_address) as channel:
        call: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(LIST_PRODUCTS)
        request = codec(ListProductsRequest).encode(ListProductsRequest(page_size=SIZE))
        reply: bytes = await call(request, timeout=15)
        return reply


def pages() -> list[str]:
    """More pages than the cache holds, so that none is cached when it is requested again."""
    last = FIRST_ID + PRODUCTS - SIZE
    return [f"{WINDOW}&pageToken={TOKENS.write(after, filter='')}" for after in range(FIRST_ID, last, 3)]


def lists_section(measured: Sequence[Listed]) -> Section:
    return Section(
        title=f"Lists of {SIZE} of {PRODUCTS:,} products a second",
        columns=["clients", "page", "lists/s", "echo/s", "lists : echo", "p50 ms", "p95", "p99"],
        rows=[
            [
                str(one.clients),
                way,
                spread([load.per_s for load in loads]),
                spread([load.per_s for load in one.echo]),
                spread([load.per_s / echo.per_s for load, echo in zip(loads, one.echo, strict=True)], digits=2),
                *(spread([getattr(load, name) for load in loads], digits=1) for name in ("p50_ms", "p95_ms", "p99_ms")),
            ]
            for one in measured
            for way, loads in one.lists.items()
        ],
        data=[asdict(one) for one in measured],
    )
