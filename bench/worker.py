"""A shop that is measured on request: `bench.compare` starts one for each version that it compares.

Run as a file, so that it measures the version whose modules PYTHONPATH has. Requests come as lines, answers go as lines
of JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from bench.orders import WAYS, certain, paid_orders
from bench.shop import BenchShop, bench_shop
from tests.folders import data_folder


async def main() -> None:
    loop = asyncio.get_running_loop()
    with data_folder() as folder:
        async with bench_shop(folder) as shop:
            # The first orders meet cold caches and unplanned statements.
            for way in WAYS:
                await paid_orders(shop, way, clients=8, seconds=2)
            print(json.dumps("ready"), flush=True)
            while request := await loop.run_in_executor(None, sys.stdin.readline):
                way, clients, seconds = request.split()
                print(json.dumps(await measured(shop, way, clients=int(clients), seconds=int(seconds))), flush=True)


async def measured(shop: BenchShop, way: str, *, clients: int, seconds: int) -> dict[str, Any]:
    """The echo of the version, and right after it its orders."""
    calls = shop.over_json if way == "JSON" else shop.over_grpc
    echo = certain(await calls(clients=clients, seconds=1, echo=True))
    paid = await paid_orders(shop, way, clients=clients, seconds=seconds)
    return {"echo_per_s": echo.per_s, "per_s": paid.per_s, "cpu_ms": paid.cpu_ms, "p50_ms": paid.reply.p50_ms}


if __name__ == "__main__":
    asyncio.run(main())
