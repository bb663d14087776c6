"""Orders and reads at several numbers of stored orders and products: nothing may cost more because there is more."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import partial
from itertools import product

from bench.growth_report import ORDERS, Figure, sections
from bench.load import json_orders, json_reads
from bench.orders import Echo, echoes, paid_by
from bench.reads import READERS, Read, token
from bench.reads import reads as reads_of
from bench.report import Section
from bench.shop import ORDINARY, BenchShop
from bench.stored import FIRST_ON_SALE, ON_SALE, SHOPPERS, Stored, shopper
from tests.e2e.forged_tokens import Forge, forge

# How much longer a read is measured that takes seconds.
_LONGER = 8


async def growth(
    shop: BenchShop,
    *,
    sizes: Sequence[int],
    clients: Sequence[int],
    shoppers: Sequence[int],
    lines: Sequence[int],
    seconds: int,
    reads: bool,
    products: int | None = None,
) -> list[Section]:
    """Fills the shop, measures, fills it further. In the end only the orders that were placed are there."""
    stored = Stored(shop, most=max(sizes), most_products=max(sizes) if products is None else products)
    forger = await forge(shop.mesh)
    figures: list[Figure] = []
    for size in sorted(sizes):
        await stored.grow(size)
        if not figures:
            # The first calls meet cold caches and unplanned statements.
            await _measure(shop, forger, stored, clients=[8], shoppers=[1], lines=lines[-1:], seconds=1, reads=reads)
        figures += await _measure(
            shop, forger, stored, clients=clients, shoppers=shoppers, lines=lines, seconds=seconds, reads=reads
        )
    await stored.remove_orders()
    return list(sections(figures))


async def _measure(
    shop: BenchShop,
    forger: Forge,
    stored: Stored,
    *,
    clients: Sequence[int],
    shoppers: Sequence[int],
    lines: Sequence[int],
    seconds: int,
    reads: bool,
) -> list[Figure]:
    figures = []
    for count in clients:
        echo = await echoes(shop, "JSON", clients=count, seconds=seconds)
        for people, pieces in product(shoppers, lines):
            figures.append(await _orders(shop, forger, stored.count, echo, count, people, pieces, seconds))
    if reads:
        echo = await echoes(shop, "JSON", clients=READERS, seconds=seconds)
        for read in await reads_of(shop, forger, stored):
            figures.append(await _read(shop, read, stored.count, echo, seconds))
    return figures


async def _orders(
    shop: BenchShop, forger: Forge, size: int, echo: Echo, clients: int, people: int, lines: int, seconds: int
) -> Figure:
    """Paid orders of `lines` different items by `people` shoppers, with a basket for each shopper."""
    chosen = random.Random(lines)
    # Others than those with stored orders: their lists are to stay as they are.
    buyers = [shopper(SHOPPERS + number) for number in range(people)]
    items = range(2 * FIRST_ON_SALE - 1, 2 * (FIRST_ON_SALE + ON_SALE) - 1)
    calls = partial(
        json_orders,
        shop.url,
        tokens=[token(forger, buyer) for buyer in buyers],
        baskets=[
            [{"productItemId": str(item), "quantity": 1} for item in chosen.sample(items, lines)] for _ in range(people)
        ],
        header=ORDINARY,
    )
    paid = await paid_by(shop, calls, way="JSON", clients=clients, seconds=seconds)
    return Figure(
        what=f"{ORDERS} {_count(lines, 'line')}, {_count(people, 'shopper')}",
        clients=clients,
        stored=size,
        per_s=paid.per_s,
        cpu_ms=paid.mesh_cpu_ms,
        p50_ms=paid.reply.p50_ms,
        echo=echo,
    )


async def _read(shop: BenchShop, read: Read, size: int, echo: Echo, seconds: int) -> Figure:
    await read.require_its_reply(shop.url)
    before = shop.processes.usage()
    calls = partial(json_reads, shop.url, read.paths, clients=read.clients, tokens=read.tokens, header=ORDINARY)
    load = await calls(seconds=seconds)
    if not load.answered:
        load = await calls(seconds=seconds * _LONGER)
    if load.failed or not load.answered:
        raise AssertionError(f"{read.name}: {load.failed} calls failed, {load.answered} were answered")
    used = shop.processes.usage().since(before)
    return Figure(
        what=read.name,
        clients=read.clients,
        stored=size,
        per_s=load.per_s,
        cpu_ms=(sum(used.values()) - used["generator"]) * 1000 / load.answered,
        p50_ms=load.p50_ms,
        echo=echo,
    )


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"
