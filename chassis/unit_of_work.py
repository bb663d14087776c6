"""One transaction, as commands see it: load, change, emit, schedule; the mediator alone commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeVar

from chassis.audit import AuditEntry
from chassis.errors import Conflict
from chassis.events import Event
from chassis.idempotency import IdempotentResponse, RequestKey
from chassis.jobs import JobOutcome, NewJob, OpenJobs


class NeedsTransaction(Conflict):
    """An optimistic unit of work cannot do this, and has changed nothing: the work is to be done in a transaction."""

    reason = "NEEDS_TRANSACTION"


class UnitOfWork(Protocol):
    """What every unit of work has; services add their repositories.

    Used as a context manager: leaving the block without `commit` rolls everything back.
    """

    @property
    def open_jobs(self) -> OpenJobs: ...

    def emit(self, *events: Event) -> None:
        """Writes events to the outbox, with the commit."""

    def schedule(self, *jobs: NewJob) -> None:
        """Writes durable jobs, with the commit; one that is due runs right after it."""

    def settle(self, *outcomes: JobOutcome) -> None:
        """Settles jobs, with the commit, which raises LeaseLost if another worker has one of them."""

    def audit(self, *entries: AuditEntry) -> None:
        """Writes audit entries, with the commit: for what the system itself decides. Calls are audited anyway."""

    async def find_responses(self, keys: Sequence[RequestKey]) -> Mapping[str, IdempotentResponse]:
        """The answers of those that were carried out before, by `RequestKey.id`."""

    async def keep_responses(self, answers: Sequence[tuple[RequestKey, bytes]]) -> None:
        """Keeps answers, with the commit, which raises Conflict if another transaction has one of the keys by then."""

    async def commit(self) -> str | None:
        """Makes everything durable. Answers the position that a read can wait for, if there is a read side."""


Uow = TypeVar("Uow", bound=UnitOfWork)
Opened = TypeVar("Opened", bound=UnitOfWork, covariant=True)


class OpenUnitOfWork(Protocol[Opened]):
    """Opens a unit of work: an `optimistic` one looks without locks, and its commit is a Conflict after a change."""

    def __call__(self, *, optimistic: bool = False) -> AbstractAsyncContextManager[Opened]: ...
