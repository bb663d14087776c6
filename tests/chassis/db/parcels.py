"""The tables of a small service: parcels, with owners and a projection, and their lines."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, ForeignKey, MetaData, Table, Text, insert, text, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import BigInteger, Boolean, Uuid

from chassis.context import Caller, RequestContext, request_context
from chassis.db.entities import Audited, BaseSoftIntDelete, Owned
from chassis.db.migrate import chassis_sql
from chassis.db.projector import copied
from chassis.db.types import Amount, Json

Sessions = async_sessionmaker[AsyncSession]
Row = tuple[int, str, bool, int]


class Base(DeclarativeBase):
    pass


class Parcel(BaseSoftIntDelete, Owned, Base):
    __tablename__ = "parcel"

    label: Mapped[str] = mapped_column(unique=True)
    weight: Mapped[Decimal | None] = mapped_column(Amount)
    details: Mapped[dict[str, Any] | None] = mapped_column(Json)
    tracking: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    lines: Mapped[list[Line]] = relationship(cascade="all, delete-orphan")


class Line(Audited, Base):
    __tablename__ = "line"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"))
    text: Mapped[str]


READ = MetaData()
READ_PARCEL = Table(
    "parcel",
    READ,
    Column("id", BigInteger, primary_key=True),
    Column("label", Text, nullable=False),
    Column("is_deleted", Boolean, nullable=False),
    Column("row_version", BigInteger, nullable=False),
)

PARCELS = copied(READ_PARCEL)

ANN = Caller.person("ann", team_ids=("blue",))
BEN = Caller.person("ben", team_ids=("blue",))
CYD = Caller.person("cyd", team_ids=("red",))
DEE = Caller.person("dee")
ADMIN = Caller.person("root", admin=True)
SERVICE = Caller.service("order")


@contextmanager
def calling(caller: Caller) -> Iterator[None]:
    """The block runs in a request of `caller`."""
    with request_context(RequestContext(caller=caller)):
        yield


async def create_write_tables(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
        for change in (
            "0001_tables",
            "0001_change_log",
            "0003_row_version",
            "0009_take_changes",
            "0014_projectors_turn",
            "0016_change_keys",
            "0017_outbox_text",
            "0018_error_indexes",
            "0019_bytes",
        ):
            await connection.execute(text(chassis_sql(change)))
        for table in ("parcel", "line"):
            trigger = f"CREATE TRIGGER trg_count_version BEFORE UPDATE ON {table} FOR EACH ROW"
            await connection.execute(text(f"{trigger} EXECUTE FUNCTION count_version()"))
        for change in ("insert", "update"):
            trigger = f"CREATE TRIGGER trg_sync_parcel_{change} AFTER {change} ON parcel"
            await connection.execute(
                text(f"{trigger} REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION record_changes()")
            )


async def create_read_tables(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.run_sync(READ.create_all)


async def add(sessions: Sessions, *labels: str) -> None:
    async with sessions() as session:
        await session.execute(insert(Parcel), [{"label": label} for label in labels])
        await session.commit()


async def rename(sessions: Sessions, label: str, new: str) -> None:
    async with sessions() as session:
        await session.execute(update(Parcel).where(Parcel.label == label).values(label=new))
        await session.commit()


async def rows(engine: AsyncEngine) -> list[Row]:
    columns = "id, label, is_deleted, row_version"
    async with engine.connect() as connection:
        return [tuple(row) for row in await connection.execute(text(f"SELECT {columns} FROM parcel ORDER BY id"))]


async def labels(engine: AsyncEngine) -> list[str]:
    return [label for _, label, _, _ in await rows(engine)]


async def pending(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        return int((await connection.execute(text("SELECT count(*) FROM change_log"))).scalar_one())


async def nothing_pending(engine: AsyncEngine) -> bool:
    return await pending(engine) == 0


async def execute(engine: AsyncEngine, statement: str) -> None:
    async with engine.begin() as connection:
        await connection.execute(text(statement))
