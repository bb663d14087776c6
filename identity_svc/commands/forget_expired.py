"""ForgetExpired: delete expired sessions, counts of failures and places of sign-in."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.clock import Clock
from chassis.mediator import Command
from identity_svc.commands.uow import IdentityUow
from identity_svc.domain.lockout import LockoutPolicy
from identity_svc.domain.mailed_tokens import MailPolicy

# Sessions in one transaction.
BATCH = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetExpired(Command[bool]):
    """Safe on any number of replicas, at any time. Returns whether there may be more to delete."""


async def forget_expired(
    cmd: ForgetExpired, uow: IdentityUow, *, lockout_policy: LockoutPolicy, mail_policy: MailPolicy, clock: Clock
) -> bool:
    now = clock.now()
    await uow.mailed_tokens.purge(now)
    await uow.mail_counts.purge(now - mail_policy.window)
    await uow.lockouts.forget_older_than(lockout_policy.longest_memory, places=lockout_policy.places)
    return await uow.sessions.purge(BATCH) == BATCH
