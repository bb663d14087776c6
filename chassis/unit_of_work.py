"""The transaction as seen by command handlers: load, change, emit, schedule. Only the mediator commits."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeVar

from chassis.audit import AuditEntry
from chassis.errors import Conflict
from chassis.events import Event
from chassis.idempotency import IdempotentResponse, RequestKey
from chassis.jobs import JobOutcome, NewJob


class NeedsTransaction(Conflict):
    """An optimistic unit of work cannot do this and has changed nothing: retry the work in a transaction."""

    reason = "NEEDS_TRANSACTION"


class UnitOfWork(Protocol):
    """The operations of every unit of work; services add their repositories.

    Used as a context manager: leaving the block without `commit` rolls everything back.
    """

    def emit(self, *events: Event) -> None:
        """Writes events to the outbox at the commit."""

    def schedule(self, *jobs: NewJob) -> None:
        """Writes durable jobs at the commit; due jobs run right after it."""

    def settle(self, *outcomes: JobOutcome) -> None:
        """Settles jobs at the commit, which raises LeaseLost if another worker has leased one of them."""

    def audit(self, *entries: AuditEntry) -> None:
        """Writes audit entries at the commit, for decisions of the system. Calls are audited separately."""

    async def find_responses(self, keys: Sequence[RequestKey]) -> Mapping[str, IdempotentResponse]:
        """The stored responses to earlier requests, by `RequestKey.id`."""

    async def keep_responses(self, answers: Sequence[tuple[RequestKey, bytes]]) -> None:
        """Stores responses at the commit, which raises Conflict if another transaction has stored one of the keys."""

    async def find_locked(self, names: Collection[Hashable]) -> Mapping[Hashable, Hashable]:
        """The rows that other transactions have locked now, by those of the names that lead to them, if it can tell."""

    async def commit(self) -> str | None:
        """Makes everything durable. Returns the position that a read can wait for, if there is a read side."""


Uow = TypeVar("Uow", bound=UnitOfWork)
Opened = TypeVar("Opened", bound=UnitOfWork, covariant=True)


class OpenUnitOfWork(Protocol[Opened]):
    """Opens a unit of work. If `optimistic`, it reads without locks, and its commit raises Conflict on stale rows. If
    `impatient`, it waits for a lock only for a moment, then raises Locked."""

    def __call__(self, *, optimistic: bool = False, impatient: bool = False) -> AbstractAsyncContextManager[Opened]: ...
