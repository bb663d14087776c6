"""Millions of orders through one mesh, as fast as it goes: what grows although nothing should.

The orders are cut into tenths. By the end of the second one, caches, pools and tables have the size that they need:
from there to the last one memory, connections, room in the databases, dead rows, CPU and latency have to stay flat.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from bench.load import Load, json_orders
from bench.orders import certain, echoes
from bench.reads import token
from bench.report import Section
from bench.shop import ORDINARY, BenchShop
from bench.stored import FIRST_ON_SALE, ON_SALE, SHOPPERS, Stored, shopper
from tests.e2e.forged_tokens import Forge, forge

TENTHS = 10
BUYERS, LINES = 1_000, 3
ECHO_S = 3
# The last tenth to the second one. Rates and latencies of a virtual machine differ by a third from minute to minute.
MAY_GROW = {"p50_ms": 1.33, "p99_ms": 1.5, "cpu_ms": 1.15, "connections": 1.1, "left_kb": 1.15}
# Of each group of processes.
MEMORY_MAY_GROW = 1.1
# A share of all rows: vacuum comes when a fifth of a table is dead.
MOST_DEAD = 0.2
_CONNECTIONS = """
SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND datname LIKE 'easyorder%'
"""
_ROWS = "SELECT sum(n_dead_tup)::bigint AS dead, sum(n_live_tup)::bigint AS live FROM pg_stat_user_tables"
_DATABASES = "SELECT datname FROM pg_database WHERE datname LIKE 'easyorder%'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenth:
    """What its orders took, and how the mesh is after it. `left_kb` and `cpu_ms` are of an order."""

    orders: int
    per_s: float
    echo_per_s: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float
    left_kb: float
    connections: int
    dead_rows: float
    memory: Mapping[str, float]


async def soak(shop: BenchShop, *, orders: int, clients: int, seconds: int) -> list[Section]:
    """Places `orders` of three lines, by a thousand shoppers of ten thousand items, in rounds of some `seconds`."""
    stored = Stored(shop, most=0, most_products=0)
    await stored.grow(0)
    forger = await forge(shop.mesh)
    how = {"clients": clients, "seconds": seconds}
    await _place(shop, forger, orders=1, **how)
    tenths: list[Tenth] = []
    for number in range(TENTHS):
        tenths.append(await _tenth(shop, forger, orders=orders // TENTHS, **how))
        # It takes more than an hour.
        print(f"{number + 1} of {TENTHS}: {json.dumps(asdict(tenths[-1]))}", file=sys.stderr, flush=True)
    return [_section(tenths)]


async def _tenth(shop: BenchShop, forger: Forge, *, orders: int, clients: int, seconds: int) -> Tenth:
    read, used = await shop.meters.read(), shop.processes.usage()
    loads = await _place(shop, forger, orders=orders, clients=clients, seconds=seconds)
    placed = sum(load.answered for load in loads)
    cpu = shop.processes.usage().since(used)
    sizes = (await shop.meters.read()).sizes
    return Tenth(
        orders=placed,
        per_s=placed / sum(load.seconds for load in loads),
        p50_ms=statistics.median(load.p50_ms for load in loads),
        p99_ms=statistics.median(load.p99_ms for load in loads),
        cpu_ms=(sum(cpu.values()) - cpu["generator"]) * 1000 / placed,
        left_kb=(sum(sizes.values()) - sum(read.sizes.values())) / 1024 / placed,
        connections=await _connections(shop),
        dead_rows=await _dead_rows(shop),
        memory=shop.processes.memory_mb(),
        echo_per_s=(await echoes(shop, "JSON", clients=clients, seconds=ECHO_S)).per_s,
    )


async def _place(shop: BenchShop, forger: Forge, *, orders: int, clients: int, seconds: int) -> list[Load]:
    """In rounds, each with new tokens and baskets: tokens expire."""
    items = range(2 * FIRST_ON_SALE - 1, 2 * (FIRST_ON_SALE + ON_SALE) - 1)
    loads: list[Load] = []
    while sum(load.answered for load in loads) < orders:
        chosen = random.Random(len(loads))
        load = await json_orders(
            shop.url,
            clients=clients,
            seconds=seconds,
            tokens=[token(forger, shopper(SHOPPERS + number)) for number in range(BUYERS)],
            baskets=[
                [{"productItemId": str(item), "quantity": 1} for item in chosen.sample(items, LINES)]
                for _ in range(10 * BUYERS)
            ],
            header=ORDINARY,
        )
        loads.append(certain(load))
    return loads


async def _connections(shop: BenchShop) -> int:
    async with shop.mesh.database("postgres") as server:
        return int(await server.fetchval(_CONNECTIONS))


async def _dead_rows(shop: BenchShop) -> float:
    """The share of dead rows in all tables: room that a vacuum frees for others."""
    dead = live = 0
    async with shop.mesh.database("postgres") as server:
        names = [row["datname"] for row in await server.fetch(_DATABASES)]
    for name in names:
        async with shop.mesh.database(name) as database:
            row = await database.fetchrow(_ROWS)
            dead, live = dead + (row["dead"] or 0), live + (row["live"] or 0)
    return dead / max(1, dead + live)


def grown(tenths: Sequence[Tenth]) -> Iterator[str]:
    """What is not flat from the second tenth to the last one."""
    second, last = tenths[1], tenths[-1]
    for name, most in MAY_GROW.items():
        before, after = getattr(second, name), getattr(last, name)
        if after > before * most:
            yield f"{name}: {before:.1f} in the second tenth, {after:.1f} in the last"
    for name, size in last.memory.items():
        if size > second.memory[name] * MEMORY_MAY_GROW:
            yield f"{name}, MB: {second.memory[name]:.0f} in the second tenth, {size:.0f} in the last"
    if last.dead_rows > MOST_DEAD:
        yield f"{last.dead_rows:.0%} of all rows are dead"


def _section(tenths: Sequence[Tenth]) -> Section:
    orders = sum(tenth.orders for tenth in tenths)
    verdict = "; ".join(grown(tenths)) or "flat from the second tenth to the last one"
    return Section(
        title=f"{orders:,} orders, by tenths: {verdict}",
        columns=[
            "orders",
            "orders/s",
            "echo/s",
            "reply p50, ms",
            "p99",
            "CPU, ms",
            "KB left",
            "connections",
            "dead rows",
        ]
        + [f"{name}, MB" for name in tenths[0].memory],
        rows=[
            [
                f"{tenth.orders:,}",
                *(f"{figure:,.0f}" for figure in (tenth.per_s, tenth.echo_per_s, tenth.p50_ms, tenth.p99_ms)),
                f"{tenth.cpu_ms:.2f}",
                f"{tenth.left_kb:.1f}",
                str(tenth.connections),
                f"{tenth.dead_rows:.1%}",
                *(f"{size:.0f}" for size in tenth.memory.values()),
            ]
            for tenth in tenths
        ],
        data=[asdict(tenth) for tenth in tenths],
        found=("orders through one mesh, as fast as it goes", f"{orders:,}", *_ends(tenths), verdict),
    )


def _ends(tenths: Sequence[Tenth]) -> Iterator[str]:
    """What the second tenth had, and the last one."""
    second, last = tenths[1], tenths[-1]
    yield f"{second.per_s:.0f} and {last.per_s:.0f} orders a second in the second tenth and in the last"
    yield f"p99 {second.p99_ms:.0f} and {last.p99_ms:.0f} ms"
    yield f"{sum(second.memory.values()):.0f} and {sum(last.memory.values()):.0f} MB"
    yield f"{second.connections} and {last.connections} connections"
    yield f"{second.left_kb:.1f} and {last.left_kb:.1f} KB left of an order"
