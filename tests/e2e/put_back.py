"""Single databases of a mesh, dumped and put back while it runs; and `easyorder reconcile` for what differs then."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from typing import Any

from deploy.local.postgres import INSTALLATION
from tests.e2e.running_mesh import ROOT, RunningMesh

PAIRS = {"easyorder_order_write": "order_svc", "easyorder_inventory_write": "inventory_svc"}


def dumped(mesh: RunningMesh, database: str) -> str:
    """The database as SQL that makes it again."""
    return _program(mesh, "pg_dump", "--create", "--clean", "--if-exists", database)


async def put_back(mesh: RunningMesh, database: str, dump: str) -> None:
    """Replaces the database by what was dumped, and its read database follows; the services find it replaced."""
    async with mesh.database("postgres") as server:
        await server.execute(f"ALTER DATABASE {database} ALLOW_CONNECTIONS false")
        await server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", database)
    await asyncio.to_thread(_program, mesh, "psql", "-q", "-v", "ON_ERROR_STOP=1", "postgres", input=dump)
    if database in PAIRS:
        await asyncio.to_thread(_python, mesh, "-m", "deploy.rebuild", PAIRS[database])


async def reconciled(mesh: RunningMesh, *options: str) -> list[dict[str, Any]]:
    """What the command found."""
    command = ("-m", "cli", "reconcile", "--json", "--settle", "0.5", *options)
    done = await asyncio.to_thread(_python, mesh, *command, refused=(1,))
    found: list[dict[str, Any]] = json.loads(done.stdout)
    assert done.returncode == any(not one["mended"] for one in found), done.stderr
    return found


async def mended(mesh: RunningMesh) -> list[dict[str, Any]]:
    """All that `--apply` found, until it finds nothing any more."""
    all_found: list[dict[str, Any]] = []
    for _ in range(6):
        if not (found := await reconciled(mesh, "--apply")):
            return all_found
        all_found += found
    raise AssertionError(f"differences stay: {found}")


def _program(mesh: RunningMesh, name: str, *arguments: str, input: str | None = None) -> str:
    command = [str(INSTALLATION / "bin" / name), "-h", mesh.postgres_dir, "-U", "postgres", *arguments]
    done = subprocess.run(command, input=input, capture_output=True, encoding="utf-8", timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _python(mesh: RunningMesh, *arguments: str, refused: tuple[int, ...] = ()) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=mesh.environment,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert done.returncode in (0, *refused), done.stdout + done.stderr
    return done
