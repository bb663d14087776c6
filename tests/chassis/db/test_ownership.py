"""A statement on owned rows without the filter is refused to users, whatever makes it, and changes nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import Executable, delete, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from sqlalchemy.orm import aliased

from chassis.context import ANONYMOUS, Caller, RequestContext, request_context
from chassis.db.bulk import updating
from chassis.db.ownership import UnfilteredStatement
from chassis.db.writes import enqueue_update, enqueue_write, send_writes
from tests.chassis.db.parcels import ADMIN, ANN, DEE, SERVICE, Base, Line, Parcel, calling

Sessions = async_sessionmaker[AsyncSession]
PARCEL, LINE = Base.metadata.tables["parcel"], Base.metadata.tables["line"]
OTHER = PARCEL.alias("other")
BARE: dict[str, Executable] = {
    "select": select(PARCEL.c.label),
    "alias": select(OTHER.c.label),
    "text": text("SELECT label FROM parcel"),
    "lower case, of a schema": text("select p.label from public.parcel p"),
    "join": select(LINE.c.text).join(PARCEL),
    "second of a list": text("SELECT 1 FROM line, parcel"),
    "subquery": select(LINE.c.text).where(LINE.c.parcel_id.in_(select(PARCEL.c.id))),
    "mapped class next to the bare table": select(Parcel.label, OTHER.c.label).join(OTHER, OTHER.c.id == Parcel.id),
    "mapped class of others": select(Line.text).join(PARCEL),
    "own condition": text("SELECT label FROM parcel WHERE parcel.created_by = 'ann'"),
    "lock": text("SELECT label FROM ONLY parcel FOR UPDATE"),
    "update": update(PARCEL).values(label="taken"),
    "update in text": text("WITH w AS (UPDATE parcel SET label = 'taken' RETURNING id) SELECT id FROM w"),
    "delete": delete(PARCEL),
    "delete using": text("DELETE FROM line USING parcel WHERE parcel.id = line.parcel_id"),
}


@pytest.fixture
async def sessions(sessions: Sessions) -> Sessions:
    """One parcel of Ann."""
    with calling(ANN):
        async with sessions() as session:
            session.add(Parcel(label="ann's", team_id="blue", lines=[Line(text="1")]))
            await session.commit()
    return sessions


async def parcels(write: AsyncEngine) -> list[Any]:
    async with write.connect() as connection:
        return [tuple(row) for row in await connection.execute(text("SELECT label, row_version FROM parcel"))]


async def by_session(sessions: Sessions, write: AsyncEngine, statement: Executable) -> None:
    async with sessions() as session:
        await session.execute(statement)
        await session.commit()


async def by_engine(sessions: Sessions, write: AsyncEngine, statement: Executable) -> None:
    async with write.begin() as connection:
        await connection.execute(statement)


async def by_other_session(sessions: Sessions, write: AsyncEngine, statement: Executable) -> None:
    """One without the hook."""
    async with AsyncSession(write) as session:
        await session.execute(statement)
        await session.commit()


Way = Callable[[Sessions, AsyncEngine, Executable], Awaitable[None]]
WAYS = {"session": by_session, "engine": by_engine, "session without the hook": by_other_session}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("statement", BARE.values(), ids=BARE)
async def test_a_bare_statement_is_refused(
    sessions: Sessions, write: AsyncEngine, way: Way, statement: Executable
) -> None:
    before = await parcels(write)

    for caller in (ANN, DEE):
        with calling(caller), pytest.raises(UnfilteredStatement, match="parcel"):
            await way(sessions, write, statement)

    assert await parcels(write) == before


async def test_a_mapped_class_needs_the_hook(sessions: Sessions, write: AsyncEngine) -> None:
    with calling(DEE):
        for statement in (select(Parcel.label), update(Parcel).values(label="taken"), select(aliased(Parcel).label)):
            await by_session(sessions, write, statement)
            with pytest.raises(UnfilteredStatement):
                await by_other_session(sessions, write, statement)


async def test_a_queued_write_is_refused_when_it_is_queued(sessions: Sessions, write: AsyncEngine) -> None:
    row = {"id": 1, "label": "taken"}
    with calling(DEE):
        async with sessions() as session:
            with pytest.raises(UnfilteredStatement):
                await enqueue_update(session, PARCEL, [row], match=["id"])
            with pytest.raises(UnfilteredStatement):
                await enqueue_write(session, "other", updating(PARCEL, tuple(row), ("id",), ()), [row])
            assert (await send_writes(session)).position is None
            await enqueue_update(session, PARCEL, [row], match=["id"], ownership="shown to be Dee's before")
            await session.commit()

    assert await parcels(write) == [("taken", 2)]


@pytest.mark.parametrize("caller", [ADMIN, SERVICE, None], ids=["administrator", "service", "the process itself"])
async def test_who_sees_all_needs_no_filter(sessions: Sessions, write: AsyncEngine, caller: Caller | None) -> None:
    with request_context(RequestContext(caller=caller) if caller else RequestContext()):
        for way in WAYS.values():
            await way(sessions, write, update(PARCEL).values(label=PARCEL.c.label + "!"))

    assert await parcels(write) == [("ann's!!!", 4)]


async def test_an_anonymous_call_sees_nothing(sessions: Sessions, write: AsyncEngine) -> None:
    with request_context(RequestContext(caller=ANONYMOUS, method="/easyorder.shop.v1.Service/Browse")):
        async with sessions() as session:
            assert (await session.scalars(select(Parcel))).all() == []
        with pytest.raises(UnfilteredStatement):
            await by_engine(sessions, write, select(PARCEL))


async def test_what_touches_no_owned_row_of_others_is_not_refused(sessions: Sessions, write: AsyncEngine) -> None:
    with calling(DEE):
        await by_session(sessions, write, insert(PARCEL).values(label="dee's"))
        for statement in (
            select(LINE.c.text),
            text("SELECT count(*) FROM (SELECT 1) AS parcel_2"),
            select(PARCEL.c.label).execution_options(ownership="a count of all is no secret"),
        ):
            await by_session(sessions, write, statement)
            await by_engine(sessions, write, statement)
