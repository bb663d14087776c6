"""Where one process spends its time while orders run: py-spy, which samples from outside.

It samples the thread that holds the GIL: otherwise a thread that waits in C for the next event would look busy.
"""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path

from bench.load import Missing, output
from bench.orders import paid_orders
from bench.shop import MODULES, BenchShop

SPY = Path(sys.executable).with_name("py-spy")
SERVICES = tuple(MODULES)
RATE = 250
_LINE = re.compile(r":\d+\)$")


async def profile(shop: BenchShop, service: str, *, clients: int, seconds: int, to: Path) -> None:
    """Writes a flame graph (…svg) or, under any other name, one line for each stack with its samples."""
    if not SPY.exists():
        raise Missing("profiles are made by py-spy, which the development requirements bring")
    await paid_orders(shop, "JSON", clients=8, seconds=1)
    form = "flamegraph" if to.suffix == ".svg" else "raw"
    pid = str(shop.mesh.pid_of(MODULES[service]))
    command = [str(SPY), "record", "-p", pid, "-d", str(seconds), "-r", str(RATE), "--gil", "-f", form, "-o", str(to)]
    await asyncio.gather(output(command), paid_orders(shop, "JSON", clients=clients, seconds=seconds))


def by_function(stacks: str) -> list[tuple[str, float, float]]:
    """Name, own share and total share of the functions of a raw profile: the 40 with the largest total share."""
    own: dict[str, int] = {}
    whole: dict[str, int] = {}
    total = 0
    for line in stacks.splitlines():
        stack, _, samples = line.rpartition(" ")
        frames = [_LINE.sub(")", frame) for frame in stack.split(";")]
        total += int(samples)
        own[frames[-1]] = own.get(frames[-1], 0) + int(samples)
        for frame in set(frames):
            whole[frame] = whole.get(frame, 0) + int(samples)
    ordered = sorted(whole, key=lambda frame: whole[frame], reverse=True)[:40]
    return [(frame, own.get(frame, 0) / total, whole[frame] / total) for frame in ordered]
