"""ForgetExpired: delete expired counts of failures and places of sign-in."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.mediator import Command
from identity_svc.commands.uow import IdentityUow
from identity_svc.domain.lockout import LockoutPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetExpired(Command[None]):
    """Safe on any number of replicas, at any time."""


async def forget_expired(cmd: ForgetExpired, uow: IdentityUow, *, lockout_policy: LockoutPolicy) -> None:
    await uow.lockouts.forget_older_than(lockout_policy.memory + lockout_policy.pause, places=lockout_policy.places)
