"""A shop that is measured on request: `bench.compare` starts one for each version that it compares.

Run as a file, so that it measures the version whose modules PYTHONPATH has, with the meters next to this file. Requests
come as lines, answers go as lines of JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from bench.orders import WAYS, certain, paid_orders
from bench.shop import BenchShop, bench_shop
from tests.folders import data_folder

if TYPE_CHECKING or __name__ != "__main__":
    from bench.meters import Meters, prepare
else:
    # The folder of the file that is run is where Python looks first.
    from meters import Meters, prepare


async def main() -> None:
    loop = asyncio.get_running_loop()
    with data_folder() as folder:
        prepare(folder)
        async with bench_shop(folder) as shop:
            meters = Meters(shop.mesh, folder / "bench-orders")
            # The first orders meet cold caches and unplanned statements.
            for way in WAYS:
                await paid_orders(shop, way, clients=8, seconds=2)
            print(json.dumps("ready"), flush=True)
            while request := await loop.run_in_executor(None, sys.stdin.readline):
                way, clients, seconds = request.split()
                turn = await measured(shop, meters, way, clients=int(clients), seconds=int(seconds))
                print(json.dumps(turn), flush=True)


async def measured(shop: BenchShop, meters: Meters, way: str, *, clients: int, seconds: int) -> dict[str, Any]:
    """The echo of the version, and right after it its orders."""
    calls = shop.over_json if way == "JSON" else shop.over_grpc
    cpu_s = meters.echo_cpu_s()
    echo = certain(await calls(clients=clients, seconds=1, echo=True))
    echo_cpu_ms = (meters.echo_cpu_s() - cpu_s) * 1000 / echo.answered
    before = await meters.read()
    paid = await paid_orders(shop, way, clients=clients, seconds=seconds)
    return {
        "echo_per_s": echo.per_s,
        "echo_cpu_ms": echo_cpu_ms,
        "per_s": paid.per_s,
        "cpu_ms": paid.cpu_ms,
        "p50_ms": paid.reply.p50_ms,
        **asdict(await meters.since(before, orders=paid.orders)),
    }


if __name__ == "__main__":
    asyncio.run(main())
