"""PostgreSQL hangs, or its disk is full: /healthz and every service's own health say so within seconds."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from chassis.db.engine import make_engine
from chassis.db.failures import sqlstate
from chassis.db.probe import takes_writes
from deploy.local.postgres import EmbeddedPostgres
from deploy.local.shop import Shop
from tests.deploy.test_postgres import running
from tests.e2e.running_mesh import RunningMesh, running_mesh
from tests.polling import eventually
from tests.security.conftest import SETTINGS

pytestmark = pytest.mark.timeout(200)

# A probe begins at most 10 s after the last one, and fails after 3 s.
WITHIN_S = 20.0
WITH_DATABASES = ("identity", "inventory", "order", "payment")
DISK_MB = 450
SERVING = health_pb2.HealthCheckResponse.SERVING


@contextmanager
def hung_postgres(mesh: RunningMesh) -> Iterator[None]:
    server = psutil.Process(mesh.postgres_pid)
    processes = [server, *server.children(recursive=True)]
    for process in processes:
        process.suspend()
    try:
        yield
    finally:
        for process in processes:
            process.resume()


async def serving(mesh: RunningMesh) -> set[str]:
    """The services that say that they serve; edge, by /healthz, for all."""

    async def ask(service: str) -> bool:
        async with mesh.open_channel(service) as channel:
            stub: Any = health_pb2_grpc.HealthStub(channel)
            reply = await stub.Check(health_pb2.HealthCheckRequest(), timeout=2)
        return bool(reply.status == SERVING)

    found = await asyncio.gather(*(ask(service) for service in WITH_DATABASES))
    said = {service for service, serves in zip(WITH_DATABASES, found, strict=True) if serves}
    async with Shop.client(mesh.url) as http:
        reply = await http.get("/healthz")
    assert reply.status_code in (200, 503)
    return said | ({"edge"} if reply.status_code == httpx.codes.OK else set())


async def eventually_serving(mesh: RunningMesh, expected: set[str]) -> None:
    async def agrees() -> bool:
        return await serving(mesh) == expected

    await eventually(agrees, timeout_s=WITHIN_S)


async def test_a_database_that_hangs(mesh: RunningMesh) -> None:
    await eventually_serving(mesh, {*WITH_DATABASES, "edge"})

    with hung_postgres(mesh):
        await eventually_serving(mesh, set())

    await eventually_serving(mesh, {*WITH_DATABASES, "edge"})


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A file system of its own, which a test may fill."""
    with tempfile.TemporaryDirectory(prefix="eo-") as folder:
        command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m,mode=0755", "tmpfs", folder]
        if os.geteuid() != 0 or subprocess.run(command, capture_output=True).returncode:
            pytest.skip("only root mounts file systems")
        os.chmod(folder, 0o755)
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


def fill(disk: Path) -> Path:
    """The file that takes what was left."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(disk).free - (1 << 20))
        file.seek(0, os.SEEK_END)
        with contextlib.suppress(OSError):
            while True:
                file.write(bytes(1 << 16))
    return filler


async def test_the_probe_of_a_full_disk(small_disk: Path) -> None:
    server = EmbeddedPostgres(small_disk / "postgres")
    async with running(server):
        engine = make_engine(make_url(server.url).set(database="postgres"), application_name="tests", pool_size=1)
        probe = takes_writes(engine)
        await probe()
        filler = fill(small_disk)

        with pytest.raises(DBAPIError) as refusal:
            await probe()

        filler.unlink()
        await probe()
        await engine.dispose()
    assert sqlstate(refusal.value) == "53100"


@pytest.mark.soak
async def test_a_full_disk(small_disk: Path) -> None:
    with running_mesh(small_disk, SETTINGS) as mesh:
        await eventually_serving(mesh, {*WITH_DATABASES, "edge"})
        filler = fill(small_disk)

        await eventually_serving(mesh, set())

        filler.unlink()
        await eventually_serving(mesh, {*WITH_DATABASES, "edge"})
