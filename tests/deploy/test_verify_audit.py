"""Whatever is done to audit entries and their checkpoints is found, with its day; and the audit takes no change."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.audit import AuditEntry
from chassis.db.bulk import SqlSink
from chassis.db.engine import make_engine
from chassis.db.failures import sqlstate
from chassis.db.tables import AUDIT_ENTRY
from chassis.errors import Locked
from chassis.settings import MeshSettings
from deploy.verify_audit import Verification, verify
from ops import audit_checkpoints
from ops.api import purge
from ops.audit_checkpoints import CheckpointKey, write_checkpoints
from tests.conftest import DatabasesOf

SECRET = "the secret of the mesh of these tests"
DENIED = "42501"
NOW = datetime.now(UTC)
# Ten entries of each day, each day covered when it was over: ids 1 to 10, 11 to 20, 21 to 30.
DAYS = [NOW - timedelta(days=days, hours=1) for days in (12, 11, 10)]
FIRST, SECOND, THIRD = (f"{day:%Y-%m-%d}" for day in DAYS)
# As nobody but the owner of the database can.
UNGUARDED = "SET LOCAL session_replication_role = replica"


@pytest.fixture
async def engine(databases_of: DatabasesOf) -> AsyncIterator[AsyncEngine]:
    """That of payments, the smallest, with three covered days."""
    (url,) = (await databases_of("order_svc.payment")).values()
    made = make_engine(url, application_name="tests")
    for day in DAYS:
        await add(made, day, entries=10)
        await write_checkpoints(made, SECRET)
    yield made
    await made.dispose()


async def add(engine: AsyncEngine, day: datetime, *, entries: int = 1) -> None:
    """Entries of this day with everything that an entry can have."""
    change = {"field": "roles", "before": '["USER"]', "after": '["ADMIN","USER"]'}
    await SqlSink(engine, AUDIT_ENTRY)(
        [
            AuditEntry(
                time=day + timedelta(milliseconds=number),
                actor="ann",
                action="SetUserRoles",
                resource=f"{number} Ü",
                outcome="OK",
                correlation_id="c",
                changes=[change],
            )
            for number in range(entries)
        ]
    )


async def done(engine: AsyncEngine, *statements: str) -> None:
    async with engine.begin() as connection:
        for statement in (UNGUARDED, *statements):
            await connection.execute(text(statement))


async def verified(engine: AsyncEngine, *, secret: str = SECRET, kept_days: float = 365) -> Verification:
    async with engine.connect() as connection:
        return await verify(connection, CheckpointKey(secret), kept_since=NOW - timedelta(days=kept_days))


async def checkpoints(engine: AsyncEngine) -> list[str]:
    async with engine.connect() as connection:
        return list((await connection.execute(text("SELECT mac FROM audit_checkpoint ORDER BY last_id"))).scalars())


async def test_what_nobody_touched_is_as_it_was(engine: AsyncEngine) -> None:
    await add(engine, NOW)

    found = await verified(engine)

    assert (found.faults, found.entries, found.purged, found.not_covered) == ([], 30, 0, 1)
    assert found.checkpoints == set(await checkpoints(engine))
    assert found.last is not None
    assert found.last.mac == (await checkpoints(engine))[-1]


CUT = "gone AS (DELETE FROM audit_checkpoint WHERE last_id = 30), cut AS (DELETE FROM audit_entry WHERE id > 20) "
REMOVED_CHECKPOINT = f"{THIRD}: checkpoints up to entry 20 are missing"
TAMPERED: dict[str, tuple[str, str]] = {
    "removed entry": ("DELETE FROM audit_entry WHERE id = 13", f"{SECOND}: .* 1 are missing"),
    "removed day": ("DELETE FROM audit_entry WHERE id BETWEEN 1 AND 10", f"{FIRST}: .* 10 are missing"),
    "inserted entry": (
        "INSERT INTO audit_entry (id, time, actor, action, resource, outcome, correlation_id) "
        "OVERRIDING SYSTEM VALUE SELECT 0, time, 'bob', action, resource, outcome, '' FROM audit_entry WHERE id = 1",
        f"{FIRST}: .* 1 were inserted",
    ),
    **{
        f"changed {column}": (
            f"UPDATE audit_entry SET {column} = {value} WHERE id = 13",
            f"{SECOND}: .* some were changed",
        )
        for column, value in {
            "time": "time + interval '1 microsecond'",
            "attempts": "2",
            "changes": "'[]'",
            **dict.fromkeys(
                ("actor", "on_behalf_of", "address", "session_id", "action", "resource", "outcome", "detail"), "'x'"
            ),
        }.items()
    },
    "exchanged entries": (
        "UPDATE audit_entry SET resource = CASE id WHEN 12 THEN '2 Ü' ELSE '1 Ü' END WHERE id IN (12, 13)",
        f"{SECOND}: .* some were changed",
    ),
    "removed checkpoint": ("DELETE FROM audit_checkpoint WHERE last_id = 20", REMOVED_CHECKPOINT),
    "removed checkpoint with its entries": (
        "WITH gone AS (DELETE FROM audit_checkpoint WHERE last_id = 20) "
        "DELETE FROM audit_entry WHERE id BETWEEN 11 AND 20",
        REMOVED_CHECKPOINT,
    ),
    "removed first checkpoint": (
        "DELETE FROM audit_checkpoint WHERE last_id = 10",
        f"{SECOND}: checkpoints up to entry 10 are missing",
    ),
    "changed checkpoint": (
        "UPDATE audit_checkpoint SET digest = 'x' WHERE last_id = 20",
        f"{SECOND}: the checkpoint .* was changed",
    ),
    "cut tail": (
        "WITH gone AS (DELETE FROM audit_checkpoint WHERE last_id = 30) DELETE FROM audit_entry WHERE id > 20",
        "the checkpoints after it, of the entries up to 30, are missing",
    ),
    "cut tail, and the head set back": (
        f"WITH {CUT}"
        "UPDATE audit_head SET (last_id, mac) = (SELECT last_id, mac FROM audit_checkpoint WHERE last_id = 20)",
        "what says which checkpoint is the last one was changed or removed",
    ),
    "cut tail, and no head": (
        f"WITH {CUT}DELETE FROM audit_head",
        "what says which checkpoint is the last one was changed or removed",
    ),
    "no checkpoints left": (
        "WITH gone AS (DELETE FROM audit_checkpoint) DELETE FROM audit_head",
        f"{FIRST}: entries of that day and later days are not covered",
    ),
}


@pytest.mark.parametrize("kind", TAMPERED)
async def test_what_was_tampered_with_is_found_with_its_day(engine: AsyncEngine, kind: str) -> None:
    statement, fault = TAMPERED[kind]
    await done(engine, statement)

    (found,) = (await verified(engine)).faults

    assert re.search(fault, found), found


async def test_a_checkpoint_cannot_be_made_without_the_secret(engine: AsyncEngine) -> None:
    """Somebody removes an entry, and writes all checkpoints again with what they have."""
    await done(
        engine, "DELETE FROM audit_entry WHERE id = 13", "DELETE FROM audit_checkpoint", "DELETE FROM audit_head"
    )
    await write_checkpoints(engine, SECRET + " that somebody guessed")

    assert len((await verified(engine)).faults) == 2
    assert (await verified(engine, secret=SECRET + " that somebody guessed")).faults == []


@pytest.mark.parametrize("and_head", [False, True])
async def test_what_is_covered_later_does_not_hide_that_checkpoints_were_cut(
    engine: AsyncEngine, and_head: bool
) -> None:
    cut = ["DELETE FROM audit_checkpoint WHERE last_id = 30", "DELETE FROM audit_entry WHERE id > 20"]
    await done(engine, *cut, *(["DELETE FROM audit_head"] if and_head else []))
    await add(engine, NOW)
    await write_checkpoints(engine, SECRET)

    found = await verified(engine)

    assert found.faults == [f"{NOW:%Y-%m-%d}: checkpoints up to entry {20 if and_head else 30} are missing"]


async def test_late_entries_and_all_that_was_there_before_the_upgrade_are_covered_in_parts(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_checkpoints, "BATCH", 4)
    await add(engine, DAYS[0], entries=9)

    await write_checkpoints(engine, SECRET)

    found = await verified(engine)
    assert (found.faults, found.entries, len(found.checkpoints), found.not_covered) == ([], 39, 6, 0)


async def test_two_replicas_that_write_and_checkpoint_make_one_chain(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_checkpoints, "BATCH", 7)

    async def replica() -> None:
        for _ in range(5):
            await add(engine, NOW, entries=5)
            await write_checkpoints(engine, SECRET)

    await asyncio.gather(replica(), replica(), replica())
    await write_checkpoints(engine, SECRET)

    found = await verified(engine)
    assert (found.faults, found.entries, found.not_covered) == ([], 30 + 75, 0)


async def test_an_entry_that_is_being_written_is_waited_for(engine: AsyncEngine) -> None:
    """Its number is lower than that of one that was committed before it."""
    await add(engine, NOW)
    async with engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO audit_entry (time, actor, action, resource, outcome, correlation_id) "
                "VALUES (now(), 'slow', '', '', '', '')"
            )
        )
        await add(engine, NOW)
        writing = asyncio.create_task(write_checkpoints(engine, SECRET))
        done, _ = await asyncio.wait([writing], timeout=0.2)
        assert done == set()
    await writing

    assert (await verified(engine)).not_covered == 0


async def test_an_entry_that_never_gets_written_only_delays_the_checkpoint(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        await connection.execute(text("LOCK TABLE audit_entry IN ROW EXCLUSIVE MODE"))
        with pytest.raises(Locked):
            await write_checkpoints(engine, SECRET)

    assert (await verified(engine)).faults == []


async def test_purged_days_keep_their_checkpoints(engine: AsyncEngine) -> None:
    settings = MeshSettings(audit_kept_days=10.5, mesh_secret=SECRET)  # type: ignore[arg-type]

    await purge(engine, settings)

    found = await verified(engine, kept_days=10.5)
    assert (found.faults, found.entries, found.purged, len(found.checkpoints)) == ([], 10, 20, 3)
    # Purged without having been old enough.
    assert (await verified(engine, kept_days=11.5)).faults == [(await verified(engine, kept_days=11.5)).faults[0]]
    assert "10 are missing" in (await verified(engine, kept_days=11.5)).faults[0]


async def test_a_part_of_a_checkpoint_is_not_purged(engine: AsyncEngine) -> None:
    await add(engine, DAYS[0])
    await add(engine, NOW)
    settings = MeshSettings(audit_kept_days=11.5, mesh_secret=SECRET)  # type: ignore[arg-type]

    await purge(engine, settings)

    found = await verified(engine, kept_days=11.5)
    assert (found.faults, found.entries, found.purged) == ([], 22, 10)


@pytest.mark.parametrize(
    "change",
    [
        *(
            f"{change} {table}"
            for table in ("audit_entry", "audit_checkpoint")
            for change in ("DELETE FROM", "TRUNCATE")
        ),
        "UPDATE audit_entry SET actor = 'bob'",
        "UPDATE audit_checkpoint SET mac = ''",
    ],
)
async def test_the_database_takes_no_change_even_of_its_owner(engine: AsyncEngine, change: str) -> None:
    with pytest.raises(DBAPIError) as refused:
        async with engine.begin() as connection:
            await connection.execute(text(change))

    assert sqlstate(refused.value) == DENIED
    assert (await verified(engine)).entries == 30


async def test_the_command_names_the_day_and_what_a_restored_backup_lacks(engine: AsyncEngine, tmp_path: Path) -> None:
    """As `python -m deploy.verify_audit`, but for the name of the database."""
    url = engine.url.render_as_string(hide_password=False)
    program = (
        "import asyncio, sys; from chassis.settings import MeshSettings; from deploy.verify_audit import main; "
        f"MeshSettings.database_url = lambda self, name: {url!r}; "
        "sys.exit(asyncio.run(main(['order_svc.payment'], sys.argv[1:])))"
    )
    environment = os.environ | {"EASYORDER_MESH_SECRET": SECRET, "EASYORDER_DATA_DIR": str(tmp_path)}

    def run(*expected: str) -> tuple[int, str]:
        command = [sys.executable, "-c", program, *expected]
        ran = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", check=False)
        return ran.returncode, ran.stdout + ran.stderr

    first, _, last = await checkpoints(engine)
    code, printed = run(first, last)
    assert code == 0, printed
    assert f"UTC: {last}" in printed

    # As of a checkpoint that was made after the backup that was restored.
    code, printed = run(last, "c4ec")
    assert code == 1, printed
    assert "BROKEN the checkpoint c4ec is nowhere" in printed

    await done(engine, "DELETE FROM audit_entry WHERE id = 13")
    code, printed = run()
    assert code == 1, printed
    assert f"order_svc.payment: BROKEN {SECOND}: of the 10 entries" in printed
