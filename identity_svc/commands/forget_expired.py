"""ForgetExpired: delete expired sessions, counts of failures and places of sign-in."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.mediator import Command
from identity_svc.commands.uow import IdentityUow
from identity_svc.domain.lockout import LockoutPolicy

# Sessions in one transaction.
BATCH = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetExpired(Command[bool]):
    """Safe on any number of replicas, at any time. Returns whether there may be more to delete."""


async def forget_expired(cmd: ForgetExpired, uow: IdentityUow, *, lockout_policy: LockoutPolicy) -> bool:
    await uow.lockouts.forget_older_than(lockout_policy.longest_memory, places=lockout_policy.places)
    return await uow.sessions.purge(BATCH) == BATCH
