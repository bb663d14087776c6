"""What is kept of calls, as ports: who changed what, and what went wrong that nobody expected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chassis.audit import AuditEntry


class AuditSink(Protocol):
    """Keeps audit entries. Called in the background, with many entries at once, and again after it raised."""

    async def write(self, entries: Sequence[AuditEntry]) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class UnexpectedError:
    """An exception that is no AppError. `source` is the method or kind of job, `detail` the stack."""

    time: datetime
    source: str
    actor: str
    kind: str
    message: str
    detail: str
    correlation_id: str


class ErrorSink(Protocol):
    """Keeps unexpected errors for the operators. Called like an AuditSink."""

    async def write(self, entries: Sequence[UnexpectedError]) -> None: ...


class NullSink:
    """Keeps nothing: for processes without a database."""

    async def write(self, entries: Sequence[object]) -> None:
        return None
