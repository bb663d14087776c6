"""The outbox is in partitions in time: made ahead, dropped when they are old, and never missing for an event."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.tables import OUTBOX
from deploy.schemas import upgrade
from order_svc.adapters.feed import Feed
from order_svc.domain.feed import EventsPurged
from tests.builders.event import an_event
from tests.chassis.db.rows import event_rows, insert_rows
from tests.conftest import EngineAt
from tests.order_svc.test_migrations import WRITE

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


async def test_partitions_are_made_ahead(chassis_engine: AsyncEngine) -> None:
    assert await partitions(chassis_engine) == [("outbox_first", 0, 2), ("outbox_rest", 2, 0)]

    for _ in range(2):
        await Feed(chassis_engine).purge(older_than=KEPT)

        (_, *made, _) = found = await partitions(chassis_engine)
        assert [(starts, ends) for _, starts, ends in found] == [(0, 2), (2, 7), (7, 12), (12, 0)]
        # Keys are those of each partition.
        keys = "SELECT count(*) FROM pg_index WHERE indisunique AND indrelid = CAST(:name AS regclass)"
        assert [await rows(chassis_engine, keys, name=name) for name, *_ in made] == [[(2,)]] * 2


async def test_positions_say_on_which_day_they_were_given(chassis_engine: AsyncEngine) -> None:
    async with chassis_engine.begin() as connection:
        await insert_rows(connection, OUTBOX, event_rows([an_event(1, 1)]))
    yesterday = "regexp_replace(server, ' [0-9]+$', ' ' || outbox_day(now() - interval '1 day'))"
    await rows(chassis_engine, f"UPDATE outbox_epoch SET server = {yesterday}")

    async with chassis_engine.begin() as connection:
        await insert_rows(connection, OUTBOX, event_rows([an_event(1, 2)]))

    today = "SELECT position - outbox_day(now()) BETWEEN 0 AND outbox_day('2025-01-02Z') FROM outbox ORDER BY position"
    assert await rows(chassis_engine, today) == [(False,), (True,)]


async def test_the_past_is_dropped_once_all_consumers_have_it(chassis_engine: AsyncEngine) -> None:
    feed = Feed(chassis_engine)
    await feed.purge(older_than=timedelta(days=6))
    first, last = [await given(chassis_engine, number, day=number) for number in (2, 3)]
    await rows(chassis_engine, "UPDATE outbox SET occurred_on = now() - interval '200 days'")
    await rows(chassis_engine, "SELECT setval('outbox_position', :last)", last=last)

    await feed.seen_by("service:inventory", last)
    await feed.purge(older_than=timedelta(days=6))
    assert await kept(chassis_engine) == [2, 3]  # their days are not over

    await feed.seen_by("service:inventory", first)
    await feed.purge(older_than=AN_AGE_AGO)
    assert await kept(chassis_engine) == [2, 3]

    # The newest event stays, whoever has it.
    for position in (last, last * 2):
        await feed.seen_by("service:inventory", position)
        await feed.purge(older_than=AN_AGE_AGO)
        assert await kept(chassis_engine) == [3]
    assert await rows(chassis_engine, "SELECT position > :first FROM outbox_start", first=first) == [(True,)]
    with pytest.raises(EventsPurged):
        (await feed.end()).check(first, "afterPosition")


async def test_an_event_of_a_clock_that_was_ahead_keeps_its_partition(chassis_engine: AsyncEngine) -> None:
    feed = Feed(chassis_engine)
    await feed.purge(older_than=timedelta(days=6))
    last = [await given(chassis_engine, number, day=number) for number in (2, 3, 4)][-1]
    await feed.seen_by("service:inventory", last)
    await rows(chassis_engine, "UPDATE outbox SET occurred_on = now() + interval '1 year' WHERE sequence = 3")

    await feed.purge(older_than=AN_AGE_AGO)

    assert await kept(chassis_engine) == [3, 4]


async def test_a_partition_that_was_not_made_in_time_holds_up_no_event(chassis_engine: AsyncEngine) -> None:
    feed = Feed(chassis_engine)
    await given(chassis_engine, 1, day=50)

    await feed.purge(older_than=KEPT)

    assert await kept(chassis_engine) == [1]
    (*_, closed, rest) = await partitions(chassis_engine)
    assert closed[1:] == (2, 50)  # to its last event
    assert rest[0] == "outbox_rest"
    assert await rows(chassis_engine, "SELECT count(*) FROM outbox_rest") == [(0,)]


async def test_whoever_reads_for_long_is_not_waited_for(chassis_engine: AsyncEngine) -> None:
    async with chassis_engine.begin() as dump:
        await dump.execute(text("SELECT count(*) FROM outbox"))

        await Feed(chassis_engine).purge(older_than=KEPT)
        assert len(await partitions(chassis_engine)) == 2

    await Feed(chassis_engine).purge(older_than=KEPT)
    assert len(await partitions(chassis_engine)) == 4


async def test_one_replica_turns_partitions_at_a_time(chassis_engine: AsyncEngine) -> None:
    async with chassis_engine.begin() as other:
        await other.execute(text("SELECT position FROM outbox_start FOR UPDATE"))

        await Feed(chassis_engine).purge(older_than=KEPT)
        assert len(await partitions(chassis_engine)) == 2


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
