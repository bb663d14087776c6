"""The outbox is in partitions in time: made ahead, dropped when they are old, and never missing for an event."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.tables import OUTBOX
from deploy.schemas import upgrade
from order_svc.adapters.feed import Feed
from order_svc.domain.feed import EventsPurged
from tests.builders.event import an_event
from tests.chassis.db.rows import event_rows, insert_rows
from tests.conftest import EngineAt
from tests.order_svc.test_migrations import WRITE
from tests.polling import eventually

KEPT = timedelta(days=30)
# Everything that a partition has is older than this, whatever its time.
AN_AGE_AGO = timedelta(days=-100)


async def rows(engine: AsyncEngine, query: str, **values: Any) -> list[tuple[Any, ...]]:
    async with engine.begin() as connection:
        result = await connection.execute(text(query), values)
        return [tuple(row) for row in result] if result.returns_rows else []


async def partitions(engine: AsyncEngine) -> list[tuple[str, int, int]]:
    """Names with the days, from today, at which they begin and end; those without are the first and the last."""
    day = "CAST((coalesce({0}, outbox_day(now())) - outbox_day(now())) / outbox_day('2025-01-02Z') AS integer)"
    query = f"SELECT name, {day.format('starts')}, {day.format('ends')} FROM outbox_partitions()"
    return [(name, starts, ends) for name, starts, ends in await rows(engine, f"{query} ORDER BY starts NULLS FIRST")]


async def given(engine: AsyncEngine, sequence: int, *, day: int) -> int:
    """Writes an event of an order that is in the partition of a day, counted from today; answers its position."""
    async with engine.begin() as connection:
        await insert_rows(connection, OUTBOX, event_rows([an_event(1, sequence)]))
        placed = await connection.execute(
            text(
                "UPDATE outbox SET position = outbox_day(now() + :day * interval '1 day') + :sequence "
                "WHERE aggregate_id = 1 AND sequence = :sequence RETURNING position"
            ),
            {"day": day, "sequence": sequence},
        )
        return int(placed.scalar_one())


async def kept(engine: AsyncEngine) -> list[int]:
    return [sequence for (sequence,) in await rows(engine, "SELECT sequence FROM outbox ORDER BY position")]


@pytest.fixture
async def bare(chassis_engine: AsyncEngine) -> AsyncEngine:
    """Without the partitions that the migration made ahead: there are the first and the last one."""
    for (name,) in await rows(
        chassis_engine, "SELECT name FROM outbox_partitions() WHERE starts IS NOT NULL AND ends IS NOT NULL"
    ):
        await rows(chassis_engine, f"DROP TABLE {name}")
    ((first,),) = await rows(chassis_engine, "SELECT ends FROM outbox_partitions() WHERE name = 'outbox_first'")
    await rows(chassis_engine, "ALTER TABLE outbox DETACH PARTITION outbox_rest")
    rest = f"ALTER TABLE outbox ATTACH PARTITION outbox_rest FOR VALUES FROM ({first}) TO (MAXVALUE)"
    await rows(chassis_engine, rest)
    return chassis_engine


async def test_the_migration_makes_those_of_three_months(chassis_engine: AsyncEngine) -> None:
    found = await partitions(chassis_engine)

    bounds = [2, *(2 + 10 * number for number in range(1, 10))]
    assert [ends for _, _, ends in found] == [*bounds, 0]
    assert [starts for _, starts, _ in found] == [0, *bounds]
    await Feed(chassis_engine).purge(older_than=KEPT)
    assert await partitions(chassis_engine) == found


async def test_partitions_are_made_ahead(bare: AsyncEngine) -> None:
    assert await partitions(bare) == [("outbox_first", 0, 2), ("outbox_rest", 2, 0)]

    for _ in range(2):
        await Feed(bare).purge(older_than=KEPT)

        (_, *made, _) = found = await partitions(bare)
        assert [(starts, ends) for _, starts, ends in found] == [(0, 2), (2, 7), (7, 12), (12, 0)]
        # Keys are those of each partition.
        keys = "SELECT count(*) FROM pg_index WHERE indisunique AND indrelid = CAST(:name AS regclass)"
        assert [await rows(bare, keys, name=name) for name, *_ in made] == [[(2,)]] * 2


async def test_positions_say_on_which_day_they_were_given(bare: AsyncEngine) -> None:
    async with bare.begin() as connection:
        await insert_rows(connection, OUTBOX, event_rows([an_event(1, 1)]))
    yesterday = "regexp_replace(server, ' [0-9]+$', ' ' || outbox_day(now() - interval '1 day'))"
    await rows(bare, f"UPDATE outbox_epoch SET server = {yesterday}")

    async with bare.begin() as connection:
        await insert_rows(connection, OUTBOX, event_rows([an_event(1, 2)]))

    today = "SELECT position - outbox_day(now()) BETWEEN 0 AND outbox_day('2025-01-02Z') FROM outbox ORDER BY position"
    assert await rows(bare, today) == [(False,), (True,)]


async def test_the_past_is_dropped_once_all_consumers_have_it(bare: AsyncEngine) -> None:
    feed = Feed(bare)
    await feed.purge(older_than=timedelta(days=6))
    first, last = [await given(bare, number, day=number) for number in (2, 3)]
    await rows(bare, "UPDATE outbox SET occurred_on = now() - interval '200 days'")

    await feed.seen_by("service:inventory", last)
    await feed.purge(older_than=timedelta(days=6))
    assert await kept(bare) == [2, 3]  # their days are not over

    await feed.seen_by("service:inventory", first)
    await feed.purge(older_than=AN_AGE_AGO)
    assert await kept(bare) == [2, 3]

    # The newest event stays, whoever has it.
    for position in (last, last * 2):
        await feed.seen_by("service:inventory", position)
        await feed.purge(older_than=AN_AGE_AGO)
        assert await kept(bare) == [3]
    assert await rows(bare, "SELECT position > :first FROM outbox_start", first=first) == [(True,)]
    await rows(bare, "SELECT setval('outbox_position', :last)", last=last)
    with pytest.raises(EventsPurged):
        (await feed.end()).check(first, "afterPosition")


async def test_an_event_of_a_clock_that_was_ahead_keeps_its_partition(bare: AsyncEngine) -> None:
    feed = Feed(bare)
    await feed.purge(older_than=timedelta(days=6))
    last = [await given(bare, number, day=number) for number in (2, 3, 4)][-1]
    await feed.seen_by("service:inventory", last)
    await rows(bare, "UPDATE outbox SET occurred_on = now() + interval '1 year' WHERE sequence = 3")

    await feed.purge(older_than=AN_AGE_AGO)

    assert await kept(bare) == [3, 4]


async def test_a_partition_that_was_not_made_in_time_holds_up_no_event(bare: AsyncEngine) -> None:
    feed = Feed(bare)
    await given(bare, 1, day=50)

    await feed.purge(older_than=KEPT)

    assert await kept(bare) == [1]
    (*_, closed, rest) = await partitions(bare)
    assert closed[1:] == (2, 50)  # to its last event
    assert rest[0] == "outbox_rest"
    assert await rows(bare, "SELECT count(*) FROM outbox_rest") == [(0,)]


async def test_a_long_time_without_partitions_becomes_one(bare: AsyncEngine) -> None:
    await rows(bare, "SELECT setval('outbox_position', outbox_day(now() + interval '4000 days'))")

    await Feed(bare).purge(older_than=KEPT)

    days = [(2, 4000), (4000, 4005), (4005, 4010)]
    assert [(starts, ends) for _, starts, ends in await partitions(bare)] == [(0, 2), *days, (4010, 0)]


async def test_a_clock_that_was_ahead_does_not_suspend_the_purge(bare: AsyncEngine) -> None:
    feed = Feed(bare)
    last = [await given(bare, number, day=400) for number in (1, 2, 3)][-1]
    await rows(bare, "UPDATE outbox SET occurred_on = now() - interval '90 days'")
    await rows(bare, "SELECT setval('outbox_position', :last)", last=last)
    await feed.seen_by("service:inventory", last)

    for _ in range(2):
        await feed.purge(older_than=KEPT)

    assert await kept(bare) == [3]
    assert (await partitions(bare))[-1][1] > 400
    # What is empty is dropped, unless somebody writes to it.
    assert (await partitions(bare))[0][2] == 400


async def test_a_partition_is_not_dropped_while_somebody_writes_to_it(bare: AsyncEngine) -> None:
    feed = Feed(bare)
    await feed.purge(older_than=KEPT)
    await feed.seen_by("service:inventory", await given(bare, 1, day=3))
    await rows(bare, "ALTER FUNCTION turn_outbox_partitions SET lock_timeout = '30s'")
    async with bare.begin() as writer:
        await insert_rows(writer, OUTBOX, event_rows([an_event(1, 2)]))
        purging = asyncio.create_task(feed.purge(older_than=KEPT))

        async def waits() -> bool:
            return bool(await rows(bare, "SELECT pid FROM pg_locks WHERE NOT granted AND locktype = 'relation'"))

        await eventually(waits)
    await purging

    assert await kept(bare) == [2, 1]


async def test_a_large_rest_is_not_read_while_writers_wait(bare: AsyncEngine) -> None:
    last = [await given(bare, number, day=50) for number in (1, 2)][-1]
    await rows(bare, "UPDATE outbox SET occurred_on = now() - interval '90 days'")
    await Feed(bare).seen_by("service:inventory", last)
    await rows(bare, "SELECT setval('outbox_position', :last)", last=last)
    turn = "SELECT made, too_large FROM turn_outbox_partitions(30 * 86400, {0})"

    assert await rows(bare, turn.format("0.001")) == [(0, True)]
    # It is emptied all the same, and may be closed when nobody minds.
    await Feed(bare).purge(older_than=KEPT)
    assert await kept(bare) == [2]
    assert (await rows(bare, turn.format("200"))) == [(0, False)]
    assert len(await partitions(bare)) > 2


async def test_whoever_reads_for_long_is_not_waited_for(bare: AsyncEngine) -> None:
    async with bare.begin() as dump:
        await dump.execute(text("SELECT count(*) FROM outbox"))

        await Feed(bare).purge(older_than=KEPT)
        assert len(await partitions(bare)) == 2

    await Feed(bare).purge(older_than=KEPT)
    assert len(await partitions(bare)) == 4


async def test_one_replica_turns_partitions_at_a_time(bare: AsyncEngine) -> None:
    async with bare.begin() as other:
        await other.execute(text("SELECT position FROM outbox_start FOR UPDATE"))

        await Feed(bare).purge(older_than=KEPT)
        assert len(await partitions(bare)) == 2


async def test_the_outbox_of_before_is_the_first_partition(engine_at: EngineAt) -> None:
    engine = await engine_at(WRITE, "0040")
    await rows(engine, "GRANT SELECT, INSERT ON outbox TO pg_monitor")
    async with engine.begin() as connection:
        await insert_rows(connection, OUTBOX, event_rows([an_event(1, 1)]))
    before = await rows(engine, "SELECT position, pg_relation_filepath('outbox') FROM outbox")

    await upgrade(engine.url.render_as_string(hide_password=False), WRITE)

    # It was not written again, and whoever might use it still may.
    assert await rows(engine, "SELECT position, pg_relation_filepath('outbox_first') FROM outbox") == before
    may = "SELECT has_table_privilege('pg_monitor', 'outbox', 'SELECT, INSERT')"
    assert await rows(engine, may) == [(True,)]
    assert await rows(engine, "SELECT conname FROM pg_constraint WHERE conname = 'outbox_first_ends'") == []
    # A week, in which the upgrade may be interrupted; its rows are deleted as before.
    assert (await partitions(engine))[0] == ("outbox_first", 0, 7)
    await given(engine, 2, day=3)
    await Feed(engine).seen_by("service:inventory", await given(engine, 3, day=4))
    await Feed(engine).purge(older_than=timedelta(days=-1))
    assert await kept(engine) == [3]


async def test_an_upgrade_that_was_interrupted_refuses_no_event_later(engine_at: EngineAt) -> None:
    engine = await engine_at(WRITE, "0040")
    url = engine.url.render_as_string(hide_password=False)
    await rows(engine, "CREATE TABLE outbox_rest (id bigint)")
    with pytest.raises(DBAPIError):
        await upgrade(url, WRITE)
    assert await rows(engine, "SELECT conname FROM pg_constraint WHERE conname = 'outbox_first_ends'") != []

    # A week later.
    days = "replace(pg_get_functiondef(oid), 'now()', '(now() + interval ''7 days'')')"
    for (later,) in await rows(engine, f"SELECT {days} FROM pg_proc WHERE proname = 'outbox_bound_is_near'"):
        await rows(engine, later)
    clock = "CAST(extract(epoch FROM now() + interval '7 days' - '2025-01-01Z') * 65536 AS bigint)"
    await rows(engine, f"SELECT setval('outbox_position', {clock})")
    async with engine.begin() as connection:
        await insert_rows(connection, OUTBOX, event_rows([an_event(1, 1)]))
    assert await kept(engine) == [1]

    await rows(engine, "DROP TABLE outbox_rest")
    await upgrade(url, WRITE)
    assert await kept(engine) == [1]
    assert (await rows(engine, "SELECT proname FROM pg_proc WHERE proname = 'outbox_bound_is_near'")) == []


async def test_an_upgrade_waits_for_a_dump_and_no_writer_for_the_upgrade(engine_at: EngineAt) -> None:
    engine = await engine_at(WRITE, "0040")
    async with engine.begin() as dump:
        await dump.execute(text("SELECT count(*) FROM outbox"))
        upgrading = asyncio.create_task(upgrade(engine.url.render_as_string(hide_password=False), WRITE))
        waits = "SELECT wait_event FROM pg_stat_activity WHERE application_name = 'migrate' AND wait_event = 'PgSleep'"

        async def has_given_way() -> bool:
            return bool(await rows(engine, waits))

        await eventually(has_given_way)
        async with engine.begin() as writer:
            await insert_rows(writer, OUTBOX, event_rows([an_event(1, 1)]))

        assert not upgrading.done()
    await upgrading
    assert await kept(engine) == [1]
