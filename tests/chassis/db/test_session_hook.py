"""Ownership and soft deletion are enforced in SQL, for every kind of statement."""

from __future__ import annotations

import pytest
from sqlalchemy import Select, delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from sqlalchemy.orm import aliased, selectinload

from chassis.context import Caller
from chassis.db.session_hook import UnfilteredUpdate
from tests.chassis.db.parcels import ADMIN, ANN, BEN, CYD, DEE, SERVICE, Line, Parcel, calling

Sessions = async_sessionmaker[AsyncSession]


@pytest.fixture
async def filled(sessions: Sessions) -> Sessions:
    """One parcel each of Ann (team blue), Cyd (red) and Dee (no team)."""
    for caller in (ANN, CYD, DEE):
        with calling(caller):
            async with sessions() as session:
                team = next(iter(caller.team_ids), None)
                session.add(Parcel(label=caller.id, team_id=team, lines=[Line(text="1"), Line(text="2")]))
                await session.commit()
    return sessions


async def seen(sessions: Sessions, caller: Caller, query: Select[str] | None = None) -> list[str]:
    with calling(caller):
        async with sessions() as session:
            return sorted(await session.scalars(query if query is not None else select(Parcel.label)))


async def table(write: AsyncEngine) -> dict[str, tuple[str | None, bool, int]]:
    """What is really there: tracking text, deletion and version by the maker."""
    async with write.connect() as connection:
        found = await connection.execute(text("SELECT created_by, label, is_deleted, row_version FROM parcel"))
        return {row[0]: (row[1], row[2], row[3]) for row in found}


@pytest.mark.parametrize(
    ("caller", "expected"),
    [
        (ANN, ["ann"]),
        (BEN, ["ann"]),
        (CYD, ["cyd"]),
        (DEE, ["dee"]),
        (Caller.person("dee", team_ids=("red", "blue")), ["ann", "cyd", "dee"]),
        (ADMIN, ["ann", "cyd", "dee"]),
        (SERVICE, ["ann", "cyd", "dee"]),
    ],
    ids=["maker", "team mate", "other team", "no team", "many teams", "administrator", "service"],
)
async def test_a_select_answers_what_is_the_callers(filled: Sessions, caller: Caller, expected: list[str]) -> None:
    assert await seen(filled, caller) == expected


async def test_no_form_of_select_escapes(filled: Sessions) -> None:
    other = aliased(Parcel)
    subquery = select(Parcel.label).subquery()

    assert await seen(filled, DEE, select(other.label)) == ["dee"]
    assert await seen(filled, DEE, select(subquery.c.label)) == ["dee"]
    assert await seen(filled, DEE, select(Parcel.label).union_all(select(other.label))) == ["dee", "dee"]  # type: ignore[arg-type]
    assert await seen(filled, DEE, select(other.label).join(Parcel, Parcel.id != other.id)) == []
    with calling(DEE):
        async with filled() as session:
            assert await session.scalar(select(func.count()).select_from(Parcel)) == 1


async def test_somebody_elses_entity_can_not_be_got_by_its_id(filled: Sessions) -> None:
    with calling(ANN):
        async with filled() as session:
            id = (await session.scalars(select(Parcel.id))).one()
    with calling(DEE):
        async with filled() as session:
            assert await session.get(Parcel, id) is None
            assert await session.get(Parcel, id, with_for_update=True) is None


async def test_an_update_changes_what_is_the_callers_only(filled: Sessions, write: AsyncEngine) -> None:
    with calling(BEN):
        async with filled() as session:
            await session.execute(update(Parcel).values(label="changed"))
            await session.commit()

    assert await table(write) == {"ann": ("changed", False, 2), "cyd": ("cyd", False, 1), "dee": ("dee", False, 1)}


async def test_a_delete_marks_what_is_the_callers_only(filled: Sessions, write: AsyncEngine) -> None:
    with calling(DEE):
        async with filled() as session:
            returned = await session.scalars(delete(Parcel).where(Parcel.label != "x").returning(Parcel.label))
            assert list(returned) == ["dee"]
            await session.commit()

    assert await table(write) == {"ann": ("ann", False, 1), "cyd": ("cyd", False, 1), "dee": ("dee", True, 2)}


async def test_an_update_by_primary_keys_is_refused_to_persons(filled: Sessions, write: AsyncEngine) -> None:
    before = await table(write)
    with calling(DEE):
        async with filled() as session:
            with pytest.raises(UnfilteredUpdate):
                await session.execute(update(Parcel), [{"id": 1, "row_version": 1, "label": "mine now"}])

    assert await table(write) == before


async def test_a_service_may_update_by_primary_keys(filled: Sessions, write: AsyncEngine) -> None:
    with calling(SERVICE):
        async with filled() as session:
            await session.execute(
                update(Parcel), [{"id": 1, "row_version": 1, "label": "a"}, {"id": 2, "row_version": 1, "label": "c"}]
            )
            await session.commit()

    assert (await table(write))["ann"] == ("a", False, 2)
    assert (await table(write))["cyd"] == ("c", False, 2)


async def test_deleting_an_entity_marks_it_and_its_parts(filled: Sessions, write: AsyncEngine) -> None:
    with calling(DEE):
        async with filled() as session:
            parcel = (await session.scalars(select(Parcel).options(selectinload(Parcel.lines)))).one()
            await session.delete(parcel)
            await session.commit()
            assert parcel.is_deleted
            assert parcel.deleted_on is not None
            assert parcel.modified_by == "dee"

    assert (await table(write))["dee"] == ("dee", True, 2)
    assert await seen(filled, ADMIN) == ["ann", "cyd"]
    async with write.connect() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM line WHERE is_deleted"))).scalar_one() == 2
        assert (await connection.execute(text("SELECT count(*) FROM line"))).scalar_one() == 6


async def test_what_is_deleted_is_seen_and_changed_only_on_request(filled: Sessions, write: AsyncEngine) -> None:
    async with filled() as session:
        await session.execute(delete(Parcel).where(Parcel.label == "dee"))
        await session.execute(update(Parcel).values(label=Parcel.label + "!"))
        await session.commit()
        shown = select(Parcel.label).execution_options(include_deleted=True)
        assert sorted(await session.scalars(shown)) == ["ann!", "cyd!", "dee"]
        undelete = update(Parcel).where(Parcel.is_deleted).values(is_deleted=False, deleted_on=None)
        await session.execute(undelete.execution_options(include_deleted=True))
        await session.commit()

    assert await seen(filled, SERVICE) == ["ann!", "cyd!", "dee"]
    assert await seen(filled, ANN, shown) == ["ann!"]


async def test_deleted_parts_are_left_out_of_their_whole(filled: Sessions) -> None:
    async with filled() as session:
        await session.execute(delete(Line).where(Line.text == "1"))
        await session.commit()
        whole = select(Parcel).options(selectinload(Parcel.lines))
        for parcel in await session.scalars(whole.execution_options(populate_existing=True)):
            assert [line.text for line in parcel.lines] == ["2"]
