"""EnsureSigningKey: make the first signing key unless there is one, once however many replicas start together."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.clock import Clock
from chassis.mediator import Command
from identity_svc.commands.uow import IdentityUow
from identity_svc.domain.ports import MakeSigningKey


@dataclass(frozen=True, slots=True, kw_only=True)
class EnsureSigningKey(Command[None]):
    """Nothing can have been signed before, so the key signs at once."""


async def ensure_signing_key(
    cmd: EnsureSigningKey, uow: IdentityUow, *, make_key: MakeSigningKey, clock: Clock
) -> None:
    await uow.signing_keys.lock()
    now = clock.now()
    if not await uow.signing_keys.active(now):
        await uow.signing_keys.add(make_key(now, now))
