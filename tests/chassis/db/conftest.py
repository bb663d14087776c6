"""A write and a read database with the parcels' tables."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from chassis.db.engine import make_engine, make_sessions
from tests.chassis.db.parcels import create_read_tables, create_write_tables
from tests.conftest import Postgres


@pytest.fixture
async def write(engine: AsyncEngine) -> AsyncEngine:
    await create_write_tables(engine)
    return engine


@pytest.fixture
async def read(postgres: Postgres) -> AsyncIterator[AsyncEngine]:
    name = await postgres.create()
    engine = make_engine(postgres.url(name), application_name="tests-read")
    await create_read_tables(engine)
    yield engine
    await engine.dispose()
    await postgres.drop(name)


@pytest.fixture
def sessions(write: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    return make_sessions(write)
