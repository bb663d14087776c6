"""One transaction, as commands see it: load, change, emit, schedule; the mediator alone commits."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeVar

from chassis.audit import AuditEntry
from chassis.events import Event
from chassis.idempotency import KeptAnswers
from chassis.jobs import NewJob, OpenJobs


class UnitOfWork(Protocol):
    """What every unit of work has; services add their repositories.

    Used as a context manager: leaving the block without `commit` rolls everything back.
    """

    @property
    def kept_answers(self) -> KeptAnswers: ...

    @property
    def job_leases(self) -> OpenJobs: ...

    def emit(self, *events: Event) -> None:
        """Writes events to the outbox, with the commit."""
        ...

    def schedule(self, *jobs: NewJob) -> None:
        """Writes durable jobs, with the commit; one that is due runs right after it."""
        ...

    def audit(self, *entries: AuditEntry) -> None:
        """Writes audit entries, with the commit: for what the system itself decides. Calls are audited anyway."""
        ...

    async def commit(self) -> str | None:
        """Makes everything durable. Answers the position that a read can wait for, if there is a read side."""
        ...


Uow = TypeVar("Uow", bound=UnitOfWork)
OpenUnitOfWork = Callable[[], AbstractAsyncContextManager[Uow]]
