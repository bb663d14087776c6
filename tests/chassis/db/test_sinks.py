"""Audit entries and unexpected errors are stored, many in one statement."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime

from sqlalchemy import TableClause, select
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.audit import AuditEntry, BackgroundWriter, UnexpectedError
from chassis.db.bulk import SqlSink
from chassis.db.tables import AUDIT_ENTRY, RECORDED_ERROR

_NOW = datetime(2026, 11, 22, 12, 30, 15, 123456, tzinfo=UTC)


async def kept(engine: AsyncEngine, table: TableClause) -> list[dict[str, object]]:
    async with engine.connect() as connection:
        rows = (await connection.execute(select(table).order_by(table.c.id))).mappings()
        return [{name: value for name, value in row.items() if name != "id"} for row in rows]


async def test_audit_entries_are_kept(chassis_engine: AsyncEngine) -> None:
    entries = [
        AuditEntry(time=_NOW, actor=actor, action="CancelOrder", resource="orders/7", outcome="OK", correlation_id="c")
        for actor in ("ann", "Jürgen 'the' \\ \"best\"")
    ]

    await SqlSink(chassis_engine, AUDIT_ENTRY)(entries)

    assert await kept(chassis_engine, AUDIT_ENTRY) == [asdict(entry) for entry in entries]


async def test_an_entry_that_the_database_refuses_costs_no_other_entry(chassis_engine: AsyncEngine) -> None:
    writer: BackgroundWriter[AuditEntry] = BackgroundWriter("audit", SqlSink(chassis_engine, AUDIT_ENTRY))
    for resource in ("first", "with NUL: \0", "last"):
        writer.add(
            AuditEntry(time=_NOW, actor="ann", action="Act", resource=resource, outcome="OK", correlation_id="c")
        )

    await writer.start()
    await writer.stop()

    assert [entry["resource"] for entry in await kept(chassis_engine, AUDIT_ENTRY)] == ["first", "last"]


async def test_errors_are_kept(chassis_engine: AsyncEngine) -> None:
    error = UnexpectedError(
        time=_NOW,
        source="charge",
        actor="service:order",
        kind="ZeroDivisionError",
        message="division by zero",
        detail="Traceback …\n" * 100,
        correlation_id="c",
    )

    await SqlSink(chassis_engine, RECORDED_ERROR)([error])

    assert await kept(chassis_engine, RECORDED_ERROR) == [asdict(error)]
