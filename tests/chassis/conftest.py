"""A database with the chassis's own tables."""

from __future__ import annotations

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.tables import CHASSIS


@pytest.fixture
async def chassis_engine(engine: AsyncEngine) -> AsyncEngine:
    async with engine.begin() as connection:
        await connection.run_sync(CHASSIS.create_all)
    return engine
