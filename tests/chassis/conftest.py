"""A database with the chassis's own tables."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.engine import make_engine
from chassis.db.tables import CHASSIS
from tests.conftest import Lend
from tests.databases import filled


@pytest.fixture
async def chassis_engine(lend: Lend) -> AsyncIterator[AsyncEngine]:
    async def create_tables(engine: AsyncEngine) -> None:
        async with engine.begin() as connection:
            await connection.run_sync(CHASSIS.create_all)

    engine = make_engine(await lend("chassis", filled(create_tables)), application_name="tests")
    yield engine
    await engine.dispose()
