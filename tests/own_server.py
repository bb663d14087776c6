"""A PostgreSQL server that a test has for itself: to stop, to crash and to copy."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from deploy.local.postgres import EmbeddedPostgres
from deploy.local.readiness import postgres_accepts, until
from deploy.local.supervisor import Process
from tests.deploy.test_supervisor import Lines


@asynccontextmanager
async def running(server: EmbeddedPostgres) -> AsyncIterator[Process]:
    """Runs the server for the block; a server that ends is started again."""
    server.prepare()
    process = Process(server.program, Lines())
    await process.start()
    try:
        await until(process, postgres_accepts(server.folder, server.socket_dir), timeout_s=20)
        yield process
    finally:
        await process.stop()
