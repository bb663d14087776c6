"""The tables that the SQL files create have the columns that the code names."""

from __future__ import annotations

import pytest
from sqlalchemy import TableClause, select
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.tables import AUDIT_CHECKPOINT, AUDIT_ENTRY, AUDIT_HEAD, IDEMPOTENCY_KEY, JOB, OUTBOX, RECORDED_ERROR

CHASSIS = (OUTBOX, JOB, IDEMPOTENCY_KEY, AUDIT_ENTRY, AUDIT_CHECKPOINT, AUDIT_HEAD, RECORDED_ERROR)


@pytest.mark.parametrize("table", CHASSIS, ids=lambda table: table.name)
async def test_a_table_has_its_columns(chassis_engine: AsyncEngine, table: TableClause) -> None:
    async with chassis_engine.connect() as connection:
        assert (await connection.execute(select(table).limit(0))).all() == []
