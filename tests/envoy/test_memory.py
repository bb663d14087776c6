"""Envoy returns memory to the machine soon after a peak of load."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import psutil
import pytest

from tests.envoy.fake_mesh import FakeMesh
from tests.envoy.running import RunningEnvoy, running_envoy
from tests.mesh import Tokens
from tests.polling import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

UPLOADS = 25
BODY_BYTES = 8 << 20
ALL = UPLOADS * BODY_BYTES


async def begin_upload(envoy: RunningEnvoy, held: AsyncExitStack, token: str) -> None:
    """Sends all of a body but its last byte."""
    _, writer = await asyncio.open_connection("127.0.0.1", envoy.http_port)
    held.callback(writer.close)
    head = f"POST /api/v1/orders HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {token}\r\n"
    writer.write(f"{head}content-type: application/json\r\ncontent-length: {BODY_BYTES + 1}\r\n\r\n".encode())
    writer.write(b" " * BODY_BYTES)
    await writer.drain()


# A part comes back at once. Envoy's allocator keeps for five minutes what it has just needed, then gives it back too.
@pytest.mark.soak
@pytest.mark.alone
async def test_memory_is_given_back(started_mesh: FakeMesh, mesh: FakeMesh, tokens: Tokens, tmp_path: Path) -> None:
    async with running_envoy(tmp_path, started_mesh.ports) as envoy:
        process = psutil.Process(envoy.pid)
        before = process.memory_info().rss

        async with AsyncExitStack() as held:
            await asyncio.gather(*(begin_upload(envoy, held, tokens.user()) for _ in range(UPLOADS)))
            await eventually(lambda: process.memory_info().rss - before > 0.9 * ALL, timeout_s=30)

        await eventually(lambda: process.memory_info().rss - before < 0.85 * ALL, timeout_s=60)
