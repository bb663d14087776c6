"""The audit entry of a command, as its caller would find it."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from datetime import UTC, datetime

from chassis.audit import AuditEntry, entry
from chassis.context import Caller, RequestContext, current, request_context

ADMIN = Caller.person("admin-1", admin=True)


async def audited(sending: Awaitable[object], caller: Caller = ADMIN) -> AuditEntry:
    """That of a call of the caller that sends the command."""
    with request_context(RequestContext(caller=caller)):
        await sending
        return entry("Do", "".join(current().audit_resource), outcome="OK", at=datetime.now(UTC))


async def changes_of(sending: Awaitable[object], caller: Caller = ADMIN) -> Mapping[str, tuple[str, str]]:
    """What the entry says that an administrator changed, by field: before and after, as JSON."""
    changes = (await audited(sending, caller)).changes or ()
    return {change["field"]: (change["before"], change["after"]) for change in changes}
