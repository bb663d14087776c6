"""Reservations of one hot SKU at the handler: concurrent orders, in batches and in one transaction each."""

from __future__ import annotations

import asyncio
import itertools
import time
from functools import partial
from typing import Any

from chassis.mediator import Mediator
from deploy.schemas import schemas, upgrade
from inventory_svc.commands.reserve import Reserve, reserve_and_commit
from inventory_svc.domain.pricing import LoyaltyRates
from tests.e2e.running_mesh import RunningMesh
from tests.inventory_svc.shop import LOW, TIMES, SqlShop

AT_ONCE = 400


async def reservations(url: str, *, seconds: float = 5.0) -> dict[str, float]:
    """Reservations a second: `batched` and `unbatched`, on the empty write database of inventory_svc at `url`."""
    shop = SqlShop(url)
    try:
        return {name: await _rate(shop, size, seconds) for name, size in (("batched", 200), ("unbatched", 1))}
    finally:
        await shop.close()


async def reservations_database(mesh: RunningMesh) -> str:
    """The URL of a separate database on the mesh's server, with the shop's fsync setting."""
    (write,) = (schema for schema in schemas("inventory_svc") if schema.database.endswith("_write"))
    async with mesh.database("postgres") as server:
        await server.execute("CREATE DATABASE bench_reservations")
    url = f"postgresql+asyncpg://postgres@/bench_reservations?host={mesh.postgres_dir}"
    await upgrade(url, write.versions)
    return url


async def _rate(shop: SqlShop, max_size: int, seconds: float) -> float:
    mediator: Mediator[Any] = Mediator(shop.open_uows[0], service="inventory")
    handler = partial(reserve_and_commit, times=TIMES, rates=LoyaltyRates(), low=LOW)
    mediator.handle_batch([Reserve], handler, max_size=max_size, optimistic=True)
    await shop.clear()
    (item,) = await shop.stocked(1_000_000)
    ends = time.perf_counter() + seconds
    done = itertools.count()

    async def shopper() -> None:
        while time.perf_counter() < ends:
            await mediator.send(shop.order((item, 1)))
            next(done)

    began = time.perf_counter()
    await asyncio.gather(*(shopper() for _ in range(AT_ONCE if max_size > 1 else 1)))
    return next(done) / (time.perf_counter() - began)


def rows(rates: dict[str, float]) -> list[list[str]]:
    """The result as a table."""
    return [[name, f"{rate:,.0f}/s", f"{rate / rates['unbatched']:.1f}"] for name, rate in rates.items()]
