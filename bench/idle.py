"""`python -m bench.idle`: memory (PSS) and CPU by program of an idle mesh, after some orders."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from bench.usage import MB
from deploy.local.shop import Shop, lamp
from tests.e2e.running_mesh import running_mesh
from tests.folders import data_folder
from tests.rate_limits.files import LIFTED

SETTLE_S = 10
MEASURE_S = 20
CLIENTS = 32
ORDERS_EACH = 20
SETTINGS = {"RATE_LIMITS_FILE": LIFTED}


def memory_mb(processes: Sequence[psutil.Process]) -> dict[str, float]:
    """Proportional set size by program. Linux only."""
    found: dict[str, float] = {}
    for process in processes:
        rollup = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii")
        size = next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
        found[name(process)] = found.get(name(process), 0) + size * 1024 / MB
    return found


def name(process: psutil.Process) -> str:
    """`identity_svc`, `postgres`, `envoy`, and `make up` for the supervisor."""
    command = process.cmdline()
    if "-m" in command:
        module = command[command.index("-m") + 1]
        return "make up" if module == "deploy.local" else module
    return process.name()


def cpu_percent(processes: Sequence[psutil.Process]) -> dict[str, float]:
    """Percent of a core by program, of MEASURE_S."""
    before = {process.pid: process.cpu_times() for process in processes}
    time.sleep(MEASURE_S)
    cpu: dict[str, float] = {}
    for process in processes:
        now, then = process.cpu_times(), before[process.pid]
        used_s = now.user + now.system - then.user - then.system
        cpu[name(process)] = cpu.get(name(process), 0) + 100 * used_s / MEASURE_S
    return cpu


async def orders(url: str) -> None:
    """Places enough orders that pools, caches and heaps have the size they have in use."""
    async with Shop.client(url) as client:
        admin = await Shop(client).login("admin@example.com", "Admin123!")
        product = await admin.create_product(lamp(uuid.uuid4().hex[:6], colours=["black"], sizes=["S"], pieces=100_000))
        email = f"{uuid.uuid4().hex}@example.com"
        await Shop(client).register(email, "untold Passw0rd!", "A shopper")
        shopper = await Shop(client).login(email, "untold Passw0rd!")
        item = product["productItems"][0]["id"]

        async def one_client() -> None:
            for _ in range(ORDERS_EACH):
                await shopper.order({item: 1}, "tok_ok")

        await asyncio.gather(*(one_client() for _ in range(CLIENTS)))


@contextmanager
def idle_mesh() -> Iterator[list[psutil.Process]]:
    """The processes of a mesh that has had orders and is quiet again."""
    with data_folder() as folder, running_mesh(folder, SETTINGS) as mesh:
        asyncio.run(orders(mesh.url))
        time.sleep(SETTLE_S)
        supervisor = psutil.Process(mesh.pid)
        yield [supervisor, *supervisor.children(recursive=True)]


def main() -> None:
    with idle_mesh() as processes:
        cpu, memory = cpu_percent(processes), memory_mb(processes)
    table = Table("program", "MiB (PSS)", "% of a core")
    for program, size in sorted(memory.items()):
        table.add_row(program, f"{size:.0f}", f"{cpu[program]:.2f}")
    table.add_row("all", f"{sum(memory.values()):.0f}", f"{sum(cpu.values()):.2f}", style="bold")
    Console().print(table)


if __name__ == "__main__":
    main()
