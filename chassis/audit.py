"""Audit entries: who did what to what, and how it ended; also what the system itself gives up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chassis.context import current


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One attempt to change something. `actor` is a caller's id, `outcome` OK or a reason."""

    time: datetime
    actor: str
    action: str
    resource: str
    outcome: str
    correlation_id: str
    detail: str = ""


def entry(action: str, resource: str, *, outcome: str, detail: str, at: datetime) -> AuditEntry:
    """An entry of whoever acts now, to be written with what it tells of (`uow.audit`)."""
    known = current()
    return AuditEntry(
        time=at,
        actor=known.caller.id,
        action=action,
        resource=resource,
        outcome=outcome,
        correlation_id=known.correlation_id,
        detail=detail,
    )


def add_detail(text: str) -> None:
    """Says more in the entry that is written of the call being served: a reason that was given, for example."""
    current().audit_details.append(text)
