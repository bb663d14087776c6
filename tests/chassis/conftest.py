"""A database with the tables of the chassis."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.engine import make_engine
from chassis.db.migrate import chassis_sql
from tests.conftest import Lend
from tests.databases import filled

# What made the tables what they are.
CHANGES = (
    "0001_tables",
    "0002_job_secret",
    "0004_retention",
    "0005_outbox",
    "0006_audit_purge",
    "0007_events_kept",
    "0008_keys_kept",
    "0010_claim_jobs",
    "0011_purges",
    "0012_outbox_start",
    "0013_outbox_epoch",
    "0015_audit_checkpoints",
    "0017_outbox_text",
    "0018_error_indexes",
    "0019_bytes",
    "0020_outbox_partitions",
)


@pytest.fixture
async def chassis_engine(lend: Lend) -> AsyncIterator[AsyncEngine]:
    async def create_tables(engine: AsyncEngine) -> None:
        async with engine.begin() as connection:
            for change in CHANGES:
                await connection.execute(text(chassis_sql(change)))

    engine = make_engine(await lend("chassis", filled(create_tables)), application_name="tests")
    yield engine
    await engine.dispose()
