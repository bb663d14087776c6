"""Only expired rows are deleted, oldest first, in a bounded batch for each transaction; keys only lose their answer."""

from __future__ import annotations

from collections import Counter
from contextlib import nullcontext

import pytest
from pydantic import SecretStr
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.errors import Locked
from chassis.settings import MeshSettings
from ops.api import PURGE_BATCH, purge
from ops.audit_checkpoints import write_checkpoints
from tests.mesh import SECRET

# Rows of a table by their number and their age in days.
_ROWS = {
    "job": "INSERT INTO job (id, kind, key, payload, state, attempts, due_at) "
    "SELECT n, 'charge', n, '{{}}', '{state}', 1, now() - {age} FROM generate_series({first}, {last}) AS n",
    "idempotency_key": "INSERT INTO idempotency_key (id, fingerprint, answer, created_on) "
    "SELECT n, 'f', 'answer', now() - {age} FROM generate_series({first}, {last}) AS n",
    "audit_entry": "INSERT INTO audit_entry (time, actor, action, resource, outcome, correlation_id) "
    "SELECT now() - {age}, '', '', n, '', '' FROM generate_series({first}, {last}) AS n",
    "recorded_error": "INSERT INTO recorded_error (time, source, actor, kind, message, detail, correlation_id) "
    "SELECT now() - {age}, n, '', '', '', '', '' FROM generate_series({first}, {last}) AS n",
}
_SETTINGS = {
    "job": "finished_jobs_days",
    "idempotency_key": "idempotency_keys_days",
    "audit_entry": "audit_kept_days",
    "recorded_error": "errors_kept_days",
}


async def given(engine: AsyncEngine, table: str, first: int, last: int, *, days: float, state: str = "DONE") -> None:
    rows = _ROWS[table].format(state=state, age=f"interval '1 day' * {days}", first=first, last=last)
    async with engine.begin() as connection:
        await connection.execute(text(rows))
        await connection.execute(text(f"ANALYZE {table}"))
    # Entries that are covered together are purged together.
    await write_checkpoints(engine, SECRET)


async def count(engine: AsyncEngine, table: str) -> int:
    async with engine.connect() as connection:
        kept = "answer <> ''" if table == "idempotency_key" else "true"
        return int(await connection.scalar(text(f"SELECT count(*) FROM {table} WHERE {kept}")) or 0)


@pytest.mark.parametrize("table", _ROWS)
async def test_each_table_is_purged_by_its_own_setting(chassis_engine: AsyncEngine, table: str) -> None:
    for other in _ROWS:
        await given(chassis_engine, other, 1, 2, days=3.1)
        await given(chassis_engine, other, 3, 4, days=2.9)

    kept = MeshSettings(mesh_secret=SecretStr(SECRET), **dict.fromkeys(_SETTINGS.values(), 30) | {_SETTINGS[table]: 3})  # type: ignore[arg-type]
    await purge(chassis_engine, kept)

    assert {other: await count(chassis_engine, other) for other in _ROWS} == dict.fromkeys(_ROWS, 4) | {table: 2}


@pytest.mark.parametrize("state", ["READY", "RUNNING", "DEAD", "DISCARDED", "DONE"])
async def test_only_jobs_that_ended_are_deleted(chassis_engine: AsyncEngine, state: str) -> None:
    await given(chassis_engine, "job", 1, 1, days=1000, state=state)

    await purge(chassis_engine, MeshSettings(mesh_secret=SecretStr(SECRET)))

    assert await count(chassis_engine, "job") == (0 if state in {"DISCARDED", "DONE"} else 1)


@pytest.mark.parametrize("expected", [Locked, Exception])
async def test_an_audit_without_checkpoints_keeps_nothing_else(
    chassis_engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch, expected: type[Exception]
) -> None:
    for table in _ROWS:
        await given(chassis_engine, table, 1, 2, days=1000)

    async def fail(*_: object) -> None:
        raise expected("an entry is being written for hours")

    monkeypatch.setattr("ops.api.write_checkpoints", fail)
    # What is only late comes with the next purge.
    with nullcontext() if expected is Locked else pytest.raises(expected):
        await purge(chassis_engine, MeshSettings(mesh_secret=SecretStr(SECRET)))

    kept = {table: await count(chassis_engine, table) for table in _ROWS}
    assert kept == dict.fromkeys(_ROWS, 0) | ({} if expected is Locked else {"audit_entry": 2})


async def test_a_key_stays_without_its_answer(chassis_engine: AsyncEngine) -> None:
    await given(chassis_engine, "idempotency_key", 1, 2, days=1000)
    async with chassis_engine.begin() as connection:
        await connection.execute(text("UPDATE idempotency_key SET answer = 'null' WHERE id = '2'"))

    await purge(chassis_engine, MeshSettings(mesh_secret=SecretStr(SECRET)))

    async with chassis_engine.connect() as connection:
        rows = await connection.execute(text("SELECT id, fingerprint, answer FROM idempotency_key ORDER BY id"))
        # An empty response is returned for ever.
        assert [tuple(row) for row in rows] == [("1", "f", b""), ("2", "f", b"null")]


async def test_many_rows_are_deleted_in_bounded_batches(chassis_engine: AsyncEngine) -> None:
    for table in _ROWS:
        await given(chassis_engine, table, 1, 2 * PURGE_BATCH + 1, days=1000)
        await given(chassis_engine, table, 10_001, 30_000, days=0.1)
    sent: Counter[str] = Counter()

    @event.listens_for(chassis_engine.sync_engine, "after_cursor_execute")
    def _count(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "purge" in statement:
            sent[statement] += 1

    await purge(chassis_engine, MeshSettings(mesh_secret=SecretStr(SECRET)))

    # Two full batches and a last one of each table.
    assert list(sent.values()) == [3] * len(_ROWS)
    assert {await count(chassis_engine, table) for table in _ROWS} == {20_000}
