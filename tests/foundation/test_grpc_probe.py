"""The probe of containers says what grpc.health.v1 says, over TLS too, without a package."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1._async import HealthServicer

from chassis.grpc.tls import Tls
from deploy.local.certificates import Authority
from foundation.grpc_probe import NotServing, main, probe

PROGRAM = Path(__file__).resolve().parents[2] / "foundation" / "grpc_probe.py"
SERVING, NOT_SERVING = health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING


@asynccontextmanager
async def server(tls: Tls | None = None, *, status: int = SERVING) -> AsyncIterator[int]:
    """Its port."""
    health = HealthServicer()
    await health.set("", status)
    running = grpc.aio.server()
    health_pb2_grpc.add_HealthServicer_to_server(health, running)
    address = "127.0.0.1:0"
    port = running.add_secure_port(address, tls.server_credentials()) if tls else running.add_insecure_port(address)
    await running.start()
    yield port
    await running.stop(None)


def certificates(folder: Path, *names: str) -> Path:
    Authority(folder, names, life=timedelta(hours=1)).issue(datetime.now(UTC))
    return folder


async def test_the_program_needs_only_the_standard_library() -> None:
    async with server() as port:
        command = [sys.executable, "-I", "-S", str(PROGRAM)]
        environment = {"EASYORDER_LISTEN_ADDRESS": f"0.0.0.0:{port}"}
        done = await asyncio.to_thread(subprocess.run, command, env=environment, capture_output=True)

    assert (done.returncode, done.stdout) == (0, b"")


async def test_a_server_that_does_not_serve_is_reported() -> None:
    async with server(status=NOT_SERVING) as port:
        with pytest.raises(NotServing, match="NOT_SERVING"):
            await asyncio.to_thread(probe, f"127.0.0.1:{port}")


async def test_the_certificate_of_the_process_opens_its_own_server(tmp_path: Path) -> None:
    folder = certificates(tmp_path, "order")
    async with server(Tls(folder, "order")) as port:
        await asyncio.to_thread(probe, f"127.0.0.1:{port}", folder)
        with pytest.raises((NotServing, OSError)):
            await asyncio.to_thread(probe, f"127.0.0.1:{port}")


async def test_another_certificate_than_that_of_the_process_is_refused(tmp_path: Path) -> None:
    folder = certificates(tmp_path / "mesh", "order", "payment")
    own = tmp_path / "payment"
    own.mkdir()
    for name in ("ca.pem", "payment.pem"):
        (own / name).write_bytes((folder / name).read_bytes())
    async with server(Tls(folder, "order")) as port:
        with pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
            await asyncio.to_thread(probe, f"127.0.0.1:{port}", own)
        with pytest.raises(NotServing, match="one certificate"):
            await asyncio.to_thread(probe, f"127.0.0.1:{port}", folder)


def test_nobody_and_no_address_are_faults_of_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        assert main([address], {}) == 1
    assert main([], {}) == 1

    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith(f"{address}: ")
    assert "refused" in lines[0]
