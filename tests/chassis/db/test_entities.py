"""The audit columns fill themselves, values keep their types on both drivers, and versions guard updates."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from sqlalchemy import insert, null, select, text, update
from sqlalchemy.exc import StatementError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from chassis.db.failures import translated
from chassis.errors import Conflict
from tests.chassis.db.parcels import ANN, BEN, SERVICE, Base, Line, Parcel, calling

Sessions = async_sessionmaker[AsyncSession]


async def test_orm_and_bulk_inserts_know_who_and_when(sessions: Sessions) -> None:
    before = datetime.now(UTC)
    with calling(ANN):
        async with sessions() as session:
            session.add(Parcel(label="flushed"))
            await session.flush()
            await session.execute(insert(Parcel), [{"label": "core"}, {"label": "bulk"}])
            await session.commit()

    async with sessions() as session:
        for parcel in await session.scalars(select(Parcel)):
            assert (parcel.created_by, parcel.team_id, parcel.modified_by) == ("ann", None, "ann")
            assert before <= parcel.created_on <= datetime.now(UTC)
            assert parcel.created_on.tzinfo is UTC
            assert (parcel.is_deleted, parcel.deleted_on, parcel.row_version) == (False, None, 1)


async def test_orm_and_core_updates_count_up_and_say_who(sessions: Sessions) -> None:
    with calling(ANN):
        async with sessions() as session:
            session.add(Parcel(label="a", team_id="blue"))
            await session.commit()
    with calling(BEN):
        async with sessions() as session:
            parcel = (await session.scalars(select(Parcel))).one()
            parcel.label = "b"
            await session.flush()
            assert parcel.row_version == 2
            await session.execute(update(Parcel).values(label="c"))
            bare = update(Base.metadata.tables["parcel"]).values(label="d")
            await session.execute(bare.execution_options(ownership="there is only one"))
            await session.commit()
            await session.refresh(parcel)

    assert (parcel.label, parcel.row_version, parcel.created_by, parcel.modified_by) == ("d", 4, "ann", "ben")
    assert parcel.modified_on > parcel.created_on


async def test_of_two_changes_to_the_same_version_one_is_refused(sessions: Sessions) -> None:
    async with sessions() as session:
        session.add(Parcel(label="a"))
        await session.commit()
    async with sessions() as one, sessions() as other:
        mine, theirs = (await one.scalars(select(Parcel))).one(), (await other.scalars(select(Parcel))).one()
        mine.label, theirs.label = "mine", "theirs"
        await one.commit()
        with pytest.raises(Conflict), translated():
            await other.commit()

    async with sessions() as session:
        assert (await session.execute(select(Parcel.label, Parcel.row_version))).one() == ("mine", 2)


async def test_values_come_back_as_they_went(sessions: Sessions) -> None:
    tracking = uuid.uuid4()
    elsewhere = datetime(2026, 3, 29, 2, 30, 15, 123456, tzinfo=timezone(timedelta(hours=2)))
    details = {"text": 'ü€"\\', "list": [1, 2.5, None, True], "long": "x" * 100_000}
    with calling(SERVICE):
        async with sessions() as session:
            parcel = Parcel(
                label="ü" * 5000, weight=Decimal("12.345"), details=details, tracking=tracking, created_on=elsewhere
            )
            line = Line(text="1")
            parcel.lines.append(line)
            session.add(parcel)
            await session.commit()
    async with sessions() as session:
        read = (await session.scalars(select(Parcel).where(Parcel.tracking == tracking))).one()
        assert read.label == "ü" * 5000
        assert read.weight == Decimal("12.34")
        assert isinstance(read.weight, Decimal)
        assert read.details == details
        assert read.tracking == tracking
        assert isinstance(read.tracking, uuid.UUID)
        assert read.created_on == elsewhere
        assert read.created_on.tzinfo is UTC
        assert (await session.scalars(select(Line.id))).one() == line.id
        assert (await session.scalars(select(Parcel.label).where(Parcel.created_on == elsewhere))).one()


async def test_nulls_are_nulls(sessions: Sessions, write: AsyncEngine) -> None:
    async with sessions() as session:
        session.add(Parcel(label="a", weight=None, details=None, tracking=None))
        await session.execute(insert(Parcel), [{"label": "b", "weight": None, "details": None, "tracking": None}])
        await session.commit()
        read = (await session.execute(select(Parcel.weight, Parcel.details, Parcel.tracking, null()))).all()
        assert read == [(None, None, None, None)] * 2

    async with write.connect() as connection:
        nulls = await connection.execute(text("SELECT count(*) FROM parcel WHERE details IS NULL"))
        assert nulls.scalar_one() == 2


@pytest.mark.parametrize(
    "wrong", [{"created_on": datetime(2026, 1, 1)}, {"weight": 1.5}], ids=["naive time", "float amount"]
)
async def test_what_would_lose_meaning_is_refused(sessions: Sessions, wrong: dict[str, object]) -> None:
    async with sessions() as session:
        session.add(Parcel(label="a", **wrong))
        with pytest.raises(StatementError):
            await session.flush()


async def test_statements_that_touch_nothing_return_nothing(sessions: Sessions) -> None:
    async with sessions() as session:
        nobody = update(Parcel).where(Parcel.id == -1)
        assert (await session.execute(nobody.values(label="x").returning(Parcel.id))).all() == []
        assert (await session.execute(text("DELETE FROM parcel WHERE id = :id RETURNING id"), {"id": -1})).all() == []
