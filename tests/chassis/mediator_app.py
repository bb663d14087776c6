"""A small service behind a mediator, on fakes or on PostgreSQL: it stores notes, and each note emits an event."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Hashable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.context import current
from chassis.db.engine import make_sessions
from chassis.db.tables import OUTBOX
from chassis.db.unit_of_work import SqlUnitOfWork, sql_units_of_work
from chassis.db.writes import is_optimistic
from chassis.errors import AppError
from chassis.events import Event
from chassis.mediator import Command, Mediator
from chassis.settings import MeshSettings
from chassis.unit_of_work import OpenUnitOfWork, UnitOfWork
from ops.api import purge
from tests.fakes.chassis import ChassisState, FakeClock, InMemoryUnitOfWork, in_memory_units_of_work

Fault = Callable[[], Exception | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeNote(Command[str]):
    text: str
    # Notes of the same number collide.
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeNoteOfRow(TakeNote, Command[str]):
    """The same; `needs` are rows that others may lock."""

    needs: tuple[str, ...] = ()

    @property
    def locks(self) -> Collection[Hashable]:
        return self.needs


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeNotes(TakeNoteOfRow, Command[str]):
    """The same, in batches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountWords(Command[int]):
    """Shares its batches with TakeNotes."""

    text: str


@dataclass
class MediatorApp:
    """`refused` are answered with an error, `broken` raise; `gate` holds handlers back while it is clear.

    `optimistic` tells of each batch whether it was one. `locked` are the rows that can be found to be locked, by name.
    """

    open_uow: OpenUnitOfWork[UnitOfWork]
    notes: Callable[[], Awaitable[list[str]]]
    purge_answers: Callable[[], Awaitable[None]]
    tries_optimistically: bool = False
    locked: dict[Hashable, Hashable] = field(default_factory=dict)
    optimistic: list[bool] = field(default_factory=list)
    batches: list[list[str]] = field(default_factory=list)
    callers: list[str] = field(default_factory=list)
    refused: dict[str, AppError] = field(default_factory=dict)
    broken: dict[str, Fault] = field(default_factory=dict)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.gate.set()
        self.mediator = self.another_mediator()

    def another_mediator(self, *, max_size: int = 200, singles: int = 1000) -> Mediator[UnitOfWork]:
        """As in another replica: it shares nothing but the database."""
        mediator = Mediator(self.open_uow, service="notes", singles=singles)
        mediator.handle(TakeNote, self._take_note)
        mediator.handle(TakeNoteOfRow, self._take_note)
        kinds: list[type[Any]] = [TakeNotes, CountWords]
        mediator.handle_batch(kinds, self._each, max_size=max_size, optimistic=self.tries_optimistically)
        return mediator

    async def _take_note(self, cmd: TakeNote, uow: UnitOfWork) -> str:
        (result,) = await self._take_notes([cmd], uow)
        if isinstance(result, AppError):
            raise result
        return result

    async def _take_notes(self, batch: Sequence[TakeNote], uow: UnitOfWork) -> list[str | AppError]:
        self.batches.append([cmd.text for cmd in batch])
        self.callers.append(current().caller.id)
        self.optimistic.append(isinstance(uow, SqlUnitOfWork) and is_optimistic(uow.session))
        await self.gate.wait()
        results: list[str | AppError] = []
        for cmd in batch:
            if (break_it := self.broken.get(cmd.text)) and (error := break_it()):
                raise error
            if refusal := self.refused.get(cmd.text):
                results.append(refusal)
                continue
            uow.emit(_noted(cmd))
            results.append(f"noted {cmd.text}")
        return results

    async def _each(self, batch: Sequence[Any], uow: UnitOfWork) -> Sequence[Any]:
        notes = [cmd for cmd in batch if isinstance(cmd, TakeNotes)]
        noted = iter(await self._take_notes(notes, uow) if notes else [])
        words = [cmd for cmd in batch if isinstance(cmd, CountWords)]
        counted = iter(await self._count_words(words, uow) if words else [])
        return [next(noted if isinstance(cmd, TakeNotes) else counted) for cmd in batch]

    async def _count_words(self, batch: Sequence[CountWords], uow: UnitOfWork) -> list[int]:
        self.batches.append([f"count {cmd.text}" for cmd in batch])
        return [len(cmd.text.split()) for cmd in batch]


def _noted(cmd: TakeNote) -> Event:
    # The unique key of events stands for any that two transactions may fight over.
    return Event(
        kind="noted",
        aggregate_id=cmd.number or abs(hash(cmd.text)) % 10**9 + 1000,
        sequence=1,
        owner="ann",
        occurred_on=FakeClock().now(),
        payload={},
        content=cmd.text.encode(),
    )


def in_memory_app() -> MediatorApp:
    state = ChassisState()

    async def notes() -> list[str]:
        return sorted(event.content.decode() for event in state.events)

    async def purge_answers() -> None:
        state.purge_answers()

    locked: dict[Hashable, Hashable] = {}
    open_uow = in_memory_units_of_work(partial(InMemoryUnitOfWork, clock=FakeClock(), locked=locked), state)
    return MediatorApp(open_uow, notes, purge_answers, locked=locked)


def sql_app(engine: AsyncEngine, *, optimistic: bool = False) -> MediatorApp:
    """On a database that has the chassis's tables; batches are `optimistic` first."""

    async def notes() -> list[str]:
        async with engine.connect() as connection:
            return sorted(bytes(payload).decode() for payload in await connection.scalars(select(OUTBOX.c.payload)))

    async def purge_answers() -> None:
        await purge(engine, MeshSettings(idempotency_keys_days=1e-12, mesh_secret=SecretStr("m" * 32)))

    sessions = make_sessions(engine)
    open_uow = sql_units_of_work(SqlUnitOfWork, sessions, has_read_side=True)
    return MediatorApp(open_uow, notes, purge_answers, optimistic)
