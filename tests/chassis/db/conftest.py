"""A write and a read database with the parcel tables."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from chassis.db.engine import make_engine, make_sessions
from tests.chassis.db.parcels import create_read_tables, create_write_tables
from tests.conftest import Lend
from tests.databases import filled


@pytest.fixture
async def write(lend: Lend) -> AsyncIterator[AsyncEngine]:
    engine = make_engine(await lend("parcels, write", filled(create_write_tables)), application_name="tests")
    yield engine
    await engine.dispose()


@pytest.fixture
async def read(lend: Lend) -> AsyncIterator[AsyncEngine]:
    engine = make_engine(await lend("parcels, read", filled(create_read_tables)), application_name="tests-read")
    yield engine
    await engine.dispose()


@pytest.fixture
def sessions(write: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    return make_sessions(write)
