"""The projector loses no change, applies each change once, and recovers from every failure."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis.db.engine import make_engine
from chassis.db.failures import meaning_of
from chassis.db.projector import Change, Projector
from chassis.db.types import UtcDateTime
from chassis.errors import Unavailable
from tests.chassis.db.parcels import (
    ANN,
    PARCELS,
    READ_PARCEL,
    Parcel,
    Sessions,
    add,
    calling,
    execute,
    labels,
    nothing_pending,
    pending,
    rename,
    rows,
)
from tests.polling import eventually


class Crash(BaseException):
    """The process ends here."""


@pytest.fixture
def projector(write: AsyncEngine, read: AsyncEngine) -> Projector:
    return projector_of(write, read)


def projector_of(write: AsyncEngine, read: AsyncEngine, *, batch: int = 1000) -> Projector:
    return Projector(write, read, PARCELS, batch=batch, idle_s=0.05)


async def test_the_log_holds_what_a_statement_changed_and_who_did_it(write: AsyncEngine, sessions: Sessions) -> None:
    with calling(ANN):
        await add(sessions, "a", "b")
    await rename(sessions, "b", "c")

    async with write.connect() as connection:
        log = await connection.execute(
            text(
                "SELECT entity, label, owner, actor FROM change_log JOIN parcel AS p ON p.id = entity_id ORDER BY 1, 2"
            )
        )
        assert [tuple(row) for row in log] == [
            ("parcel", "a", "ann", "ann"),
            ("parcel", "c", "ann", "ann"),
            ("parcel", "c", "ann", "anonymous"),
        ]


async def test_a_transaction_with_several_statements_is_in_the_log_once(
    projector: Projector, read: AsyncEngine, sessions: Sessions
) -> None:
    async with sessions() as session:
        await session.execute(insert(Parcel), [{"label": "a"}])
        for label in "bc":
            await session.execute(update(Parcel).values(label=label))
        await session.commit()

    assert await projector.project() == 1
    assert await labels(read) == ["c"]


async def test_changes_reach_the_read_database_and_leave_the_log(
    projector: Projector, write: AsyncEngine, read: AsyncEngine, sessions: Sessions
) -> None:
    await add(sessions, "a", "b")
    assert await projector.lag_ms() > 0
    assert await projector.project() == 2
    await rename(sessions, "b", "c")
    assert await projector.project() == 1

    assert await rows(read) == await rows(write)
    assert await labels(read) == ["a", "c"]
    assert await pending(write) == 0
    assert await projector.lag_ms() == 0


async def test_the_read_time_moves_on_only_when_nothing_is_left(
    write: AsyncEngine, read: AsyncEngine, sessions: Sessions
) -> None:
    projector = projector_of(write, read, batch=1)
    await add(sessions, "a")
    await add(sessions, "b")
    async with write.connect() as connection:
        now = text("SELECT clock_timestamp()").columns(clock_timestamp=UtcDateTime)
        written_at = (await connection.execute(now)).scalar_one()

    for _ in ("a", "b"):
        await projector.project()
        assert projector.read_time is None
    await projector.project()

    assert projector.read_time is not None
    assert projector.read_time > written_at
    assert await labels(read) == ["a", "b"]


async def test_a_crash_after_the_read_commit_repeats_the_batch_without_effect(
    projector: Projector, write: AsyncEngine, read: AsyncEngine, sessions: Sessions
) -> None:
    def crash() -> None:
        raise Crash

    await add(sessions, "a", "b")
    projector.on_applied.append(crash)
    with pytest.raises(Crash):
        await projector.project()
    assert await labels(read) == ["a", "b"]
    assert await pending(write) == 2
    written_by = await xmins(read)

    projector.on_applied.clear()
    assert await projector.project() == 2

    assert await pending(write) == 0
    # The very rows of the first time: nothing was written again.
    assert await xmins(read) == written_by


async def xmins(engine: AsyncEngine) -> list[str]:
    async with engine.connect() as connection:
        return list(await connection.scalars(text("SELECT CAST(xmin AS text) FROM parcel ORDER BY id")))


async def test_a_change_that_commits_after_a_later_one_is_not_lost(
    projector: Projector, write: AsyncEngine, read: AsyncEngine, sessions: Sessions
) -> None:
    async with sessions() as slow:
        await slow.execute(insert(Parcel), [{"label": "slow"}])
        await add(sessions, "quick")
        await projector.project()
        assert await labels(read) == ["quick"]
        await slow.commit()

    await projector.project()

    assert sorted(await labels(read)) == ["quick", "slow"]
    assert await pending(write) == 0


async def test_a_change_that_commits_after_many_later_ones_is_not_lost(
    projector: Projector, write: AsyncEngine, read: AsyncEngine, sessions: Sessions
) -> None:
    """The log is read from where all transactions have ended."""
    async with sessions() as slow:
        await slow.execute(insert(Parcel), [{"label": "slow"}])
        for label in "abcd":
            await add(sessions, label)
            await projector.project()
        assert await labels(read) == ["a", "b", "c", "d"]
        await slow.commit()
    assert await projector.project() == 1
    assert await pending(write) == 0


async def numbered_as_before(write: AsyncEngine, sessions: Sessions, label: str) -> None:
    """A change whose number was given before, as if the sequence had gone back meanwhile."""
    await execute(write, "ALTER TABLE change_log ALTER COLUMN id RESTART")
    await add(sessions, label)
    await execute(write, "ALTER TABLE change_log ALTER COLUMN id RESTART WITH 1000")


@pytest.mark.parametrize("batch", [3, 1000])
async def test_the_log_is_read_from_where_it_begins_and_now_and_then_from_its_first_id(
    write: AsyncEngine, read: AsyncEngine, sessions: Sessions, batch: int
) -> None:
    """What has left the log stays in its index for as long as anybody has an old snapshot."""
    projector = projector_of(write, read, batch=batch)
    for label in "abcdefgh":
        await add(sessions, label)
    for _ in range(5):
        await projector.project()
    assert await pending(write) == 0
    await numbered_as_before(write, sessions, "i")
    assert await projector.project() == 0

    projector._whole_log_at = 0
    assert await projector.project() == 1
    assert await labels(read) == list("abcdefghi")


async def test_a_restore_under_a_running_projector_is_noticed(
    projector: Projector, write: AsyncEngine, read: AsyncEngine, sessions: Sessions
) -> None:
    for label in "abc":
        await add(sessions, label)
        await projector.project()
    await execute(write, "ALTER TABLE change_log ALTER COLUMN id RESTART")

    for label in "def":
        await add(sessions, label)
        assert await projector.project() == 1

    assert await labels(read) == list("abcdef")


async def test_after_a_failure_the_whole_log_is_read(
    projector: Projector, write: AsyncEngine, read: AsyncEngine, sessions: Sessions
) -> None:
    await add(sessions, "a")
    for _ in range(3):
        await projector.project()
    await numbered_as_before(write, sessions, "b")
    await execute(write, "ALTER TABLE change_log RENAME TO away")
    with pytest.raises(Exception, match="change_log"):
        await projector.project()
    await execute(write, "ALTER TABLE away RENAME TO change_log")

    assert await projector.project() == 1


async def test_an_older_change_never_overwrites_a_newer_one(
    write: AsyncEngine, read: AsyncEngine, sessions: Sessions
) -> None:
    await add(sessions, "old")
    async with write.begin() as slow:
        await slow.execute(text("SELECT id FROM change_log FOR UPDATE"))
        await rename(sessions, "old", "new")
        assert await projector_of(write, read).project() == 1
        assert await labels(read) == ["new"]

    assert await projector_of(write, read).project() == 1

    assert await labels(read) == ["new"]


async def test_a_later_transaction_is_not_shown_before_an_earlier_one(
    write: AsyncEngine, read: AsyncEngine, sessions: Sessions
) -> None:
    held, go = asyncio.Event(), asyncio.Event()

    async def hold(connection: AsyncConnection, changes: Sequence[Change]) -> None:
        held.set()
        await go.wait()

    first = Projector(write, read, PARCELS, conclude=hold, batch=1)
    await add(sessions, "earlier")
    await add(sessions, "later")
    earlier = asyncio.create_task(first.project())
    await held.wait()
    later = asyncio.create_task(projector_of(write, read).project())

    await eventually(lambda: somebody_waits(write, later))
    assert await labels(read) == []
    go.set()
    assert (await earlier, await later) == (1, 1)
    assert await labels(read) == ["earlier", "later"]


async def somebody_waits(engine: AsyncEngine, otherwise: asyncio.Task[int]) -> bool:
    """Whether a statement waits for a lock; also true once `otherwise` is done."""
    async with engine.connect() as connection:
        waiting = await connection.scalar(text("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"))
    return bool(waiting) or otherwise.done()


async def test_two_projectors_take_turns_while_work_comes_in(
    write: AsyncEngine, read: AsyncEngine, sessions: Sessions
) -> None:
    seen: list[int] = []

    async def record(connection: AsyncConnection, changes: Sequence[Change]) -> None:
        seen.extend(id for change in changes for id in change.ids)

    async def busy(shopper: int) -> None:
        for number in range(10):
            await add(sessions, f"{shopper}-{number}")
            await rename(sessions, f"{shopper}-{number}", f"{shopper}-{number} renamed")

    projectors = [Projector(write, read, PARCELS, conclude=record, batch=20, idle_s=0.05) for _ in range(2)]
    for one in projectors:
        await one.start()
    await asyncio.gather(*(busy(shopper) for shopper in range(8)))

    await eventually(lambda: nothing_pending(write))
    for one in projectors:
        await one.stop()
    assert await rows(read) == await rows(write)
    assert len(await rows(read)) == 80
    assert len(seen) == len(set(seen))


async def test_a_transaction_is_not_split_by_the_size_of_a_batch(
    write: AsyncEngine, read: AsyncEngine, sessions: Sessions
) -> None:
    await add(sessions, "a", "b", "c", "d", "e")

    assert await projector_of(write, read, batch=2).project() == 5

    assert await labels(read) == ["a", "b", "c", "d", "e"]


async def test_a_poison_row_is_parked_and_the_others_go_on(
    projector: Projector, write: AsyncEngine, read: AsyncEngine, sessions: Sessions
) -> None:
    await execute(read, "ALTER TABLE parcel ADD CONSTRAINT edible CHECK (label <> 'poison')")
    reported: list[str] = []
    projector._report = lambda source, error: reported.append(source)
    await add(sessions, "a", "poison", "b")
    assert await projector.project() == 3
    assert await labels(read) == ["a", "b"]
    assert await projector.project() == 2
    assert await projector.project() == 0
    (source,) = reported
    assert source.startswith("projector: parcel ")

    await execute(read, "ALTER TABLE parcel DROP CONSTRAINT edible")
    assert await projector.project() == 0, "it is not due yet"
    await execute(write, "UPDATE change_log SET parked_until = now()")
    assert await projector.project() == 1

    assert await rows(read) == await rows(write)
    assert await pending(write) == 0


async def test_a_read_database_that_is_away_parks_nothing(
    write: AsyncEngine, read: AsyncEngine, sessions: Sessions
) -> None:
    nowhere = make_engine(write.url.set(host="127.0.0.1", port=1, query={}), application_name="tests")
    await add(sessions, "a")

    with pytest.raises(Exception) as raised:  # noqa: PT011
        await projector_of(write, nowhere).project()
    await nowhere.dispose()

    assert isinstance(meaning_of(raised.value), Unavailable)
    async with write.connect() as connection:
        assert list(await connection.scalars(text("SELECT failures FROM change_log"))) == [0]


async def test_what_concludes_a_batch_is_part_of_its_transaction(
    write: AsyncEngine, read: AsyncEngine, sessions: Sessions
) -> None:
    concluded: list[list[str]] = []

    async def conclude(connection: AsyncConnection, changes: Sequence[Change]) -> None:
        found = await connection.scalars(text("SELECT label FROM parcel ORDER BY id"))
        concluded.append(list(found))
        if "poison" in concluded[-1]:
            raise RuntimeError("this cannot be concluded")

    projector = Projector(write, read, PARCELS, conclude=conclude)
    await add(sessions, "a")
    await projector.project()
    await add(sessions, "poison")
    await projector.project()

    assert concluded == [["a"], ["a", "poison"]]
    assert await labels(read) == ["a"]


async def test_a_batch_that_takes_too_long_is_applied_in_halves(
    write: AsyncEngine, read: AsyncEngine, sessions: Sessions
) -> None:
    async def conclude(connection: AsyncConnection, changes: Sequence[Change]) -> None:
        # Longer than the limit for more than two changes.
        await connection.execute(text(f"SELECT pg_sleep({0.3 * len(changes) if len(changes) > 2 else 0})"))

    limited = make_engine(read.url, application_name="tests", timeout_s=0.5)
    await add(sessions, *"abcd")

    assert await Projector(write, limited, PARCELS, conclude=conclude).project() == 4

    assert await labels(read) == [*"abcd"]
    assert await pending(write) == 0
    await limited.dispose()


async def test_what_takes_too_long_to_read_is_read_in_halves(
    write: AsyncEngine, read: AsyncEngine, sessions: Sessions
) -> None:
    # Longer than the limit for more than two rows.
    slow = [replace(PARCELS[0], source="(SELECT * FROM parcel WHERE CAST(pg_sleep(0.15) AS text) = '') AS slow")]
    limited = make_engine(write.url, application_name="tests", timeout_s=0.4)
    for label in "abcd":
        await add(sessions, label)

    projector = Projector(limited, read, slow, batch=4, idle_s=0.05)
    await projector.start()
    await eventually(lambda: nothing_pending(write))
    await projector.stop()

    assert await labels(read) == [*"abcd"]
    await limited.dispose()


async def test_an_entity_without_projection_is_left_to_somebody_who_knows_it(
    write: AsyncEngine, read: AsyncEngine, sessions: Sessions
) -> None:
    await add(sessions, "a")

    assert await Projector(write, read, []).project() == 0

    assert await pending(write) == 1


async def test_it_works_by_itself_when_woken_and_survives_its_errors(
    projector: Projector, write: AsyncEngine, read: AsyncEngine, sessions: Sessions
) -> None:
    await execute(write, "ALTER TABLE change_log RENAME TO away")
    await projector.start()
    await eventually(lambda: projector.failures > 0)
    await execute(write, "ALTER TABLE away RENAME TO change_log")
    await add(sessions, "a")
    projector.wake()

    await eventually(lambda: labels(read))
    await projector.stop()

    async with read.connect() as connection:
        assert (await connection.execute(select(READ_PARCEL.c.label))).scalar_one() == "a"
