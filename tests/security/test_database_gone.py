"""PostgreSQL hangs, or its disk is full: /healthz and every service's own health say so within seconds."""

from __future__ import annotations

import asyncio
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from chassis.grpc.channel import open_channel
from deploy.local.shop import Shop
from tests.e2e.running_mesh import RunningMesh, running_mesh
from tests.polling import eventually
from tests.security.conftest import SETTINGS

pytestmark = pytest.mark.timeout(200)

WITHIN_S = 10.0
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
        async with open_channel(mesh.address(service)) as channel:
            stub = health_pb2_grpc.HealthStub(channel)
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


async def test_a_full_disk(small_disk: Path) -> None:
    with running_mesh(small_disk, SETTINGS) as mesh:
        await eventually_serving(mesh, {*WITH_DATABASES, "edge"})
        filler = small_disk / "filler"
        with filler.open("wb") as file:
            while True:
                try:
                    os.write(file.fileno(), bytes(1 << 20))
                except OSError:
                    break

        await eventually_serving(mesh, set())

        filler.unlink()
        await eventually_serving(mesh, {*WITH_DATABASES, "edge"})
