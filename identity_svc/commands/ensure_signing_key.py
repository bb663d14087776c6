"""EnsureSigningKey: make the signing key unless there is one, once however many replicas start together."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.clock import Clock
from chassis.mediator import Command
from identity_svc.commands.uow import IdentityUow
from identity_svc.domain.ports import MakeSigningKey
from identity_svc.domain.tokens import SigningKey


@dataclass(frozen=True, slots=True, kw_only=True)
class EnsureSigningKey(Command[SigningKey]):
    """Returns the key that tokens are signed with from now on."""


async def ensure_signing_key(
    cmd: EnsureSigningKey, uow: IdentityUow, *, make_key: MakeSigningKey, clock: Clock
) -> SigningKey:
    await uow.signing_keys.lock()
    newest = await uow.signing_keys.newest()
    if newest is not None:
        return newest
    made = make_key(clock.now())
    await uow.signing_keys.add(made)
    return made
