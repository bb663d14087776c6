"""What can happen to the processes of a mesh, their database, their network and their disk."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import asyncpg
import psutil

from deploy.local.config import REPLICA_STRIDE
from deploy.local.mesh import SERVICES
from tests.chaos.recovery import ALONE
from tests.e2e.running_mesh import RunningMesh
from tests.lives.chaos import pids_of
from tests.polling import keeping_pace

# The tables that all orders need.
LOCKED = {"order_svc": ("easyorder_order_write", "orders"), "inventory_svc": ("easyorder_inventory_write", "inventory")}
CAN_CUT = os.geteuid() == 0 and shutil.which("iptables") is not None
LOSS = ("-m", "statistic", "--mode", "random", "--probability", "0.3")


class Faults:
    """Each does its harm for `seconds`, and then ends it. `chance`, from 0 to 1, chooses among replicas."""

    def __init__(self, mesh: RunningMesh, *, replicas: int) -> None:
        self._mesh = mesh
        self._replicas = replicas
        self._names = {module: name for name, module in SERVICES.items()}

    def kill(self, process: str, chance: float, *, all: bool = False) -> int:
        """kill -9; answers how many it hit."""
        pids = self._chosen(process, chance, all=all)
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return len(pids)

    async def freeze(self, process: str, chance: float, seconds: float, *, all: bool = False) -> None:
        """SIGSTOP, then SIGCONT."""
        frozen = []
        for pid in self._chosen(process, chance, all=all):
            with suppress(psutil.Error):
                found = psutil.Process(pid)
                found.suspend()
                frozen.append(found)
        try:
            await _lasts(seconds)
        finally:
            for found in frozen:
                with suppress(psutil.Error):
                    found.resume()

    async def cut(self, process: str, seconds: float, *, loss: bool = False) -> None:
        """No packet to a service arrives any more, or every third is lost."""
        name = self._names[process]
        first = int(self._mesh.address(name).rpartition(":")[2])
        ports = [first + number * REPLICA_STRIDE for number in range(self._replicas)]
        with dropped(ports, LOSS if loss else ()):
            await _lasts(seconds)

    async def lock(self, process: str, seconds: float) -> None:
        """A table that all need is locked: transactions wait, and soon have all connections of the pools."""
        database, table = LOCKED[process]
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            async with self._mesh.database(database) as connection, connection.transaction():
                await connection.execute("SET LOCAL lock_timeout = '3s'")
                await connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
                await _lasts(seconds)

    async def disconnect(self, process: str) -> None:
        """The server ends all sessions of a service."""
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            async with self._mesh.database("postgres") as connection:
                await connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE $1 || '%'",
                    f"easyorder_{self._names[process]}",
                )

    async def fill_disk(self, disk: Path, seconds: float) -> None:
        filler = disk / "filler"
        try:
            with suppress(OSError), filler.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(disk).free)
            await _lasts(seconds)
        finally:
            filler.unlink(missing_ok=True)

    def _chosen(self, process: str, chance: float, *, all: bool) -> Sequence[int]:
        pids = pids_of(self._mesh, process)
        return pids if all or not pids else [pids[int(chance * len(pids))]]


def victims() -> list[str]:
    """All that can be killed."""
    return [*SERVICES.values(), *ALONE]


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path | None]:
    """A file system of its own, which can be filled; None where only root could mount it."""
    folder = Path(f"/tmp/eo-chaos-{os.getpid()}")
    folder.mkdir(mode=0o755)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "tmpfs", str(folder)]
    is_mounted = os.geteuid() == 0 and subprocess.run(mount, capture_output=True).returncode == 0
    try:
        yield folder if is_mounted else None
    finally:
        if is_mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
        folder.rmdir()


@contextmanager
def dropped(ports: Sequence[int], how: Sequence[str]) -> Iterator[None]:
    listed = ",".join(map(str, ports))
    rule = ["INPUT", "-i", "lo", "-p", "tcp", "-m", "multiport", "--dports", listed, *how, "-j", "DROP"]
    subprocess.run(["iptables", "-w", "-I", *rule], check=True, capture_output=True)
    try:
        yield
    finally:
        subprocess.run(["iptables", "-w", "-D", *rule], check=True, capture_output=True)


async def _lasts(seconds: float) -> None:
    await keeping_pace(asyncio.get_running_loop().time() + seconds)
