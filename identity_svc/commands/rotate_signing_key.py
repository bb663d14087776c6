"""RotateSigningKey: make a key that signs in a while; the one before is accepted until its tokens have expired."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from chassis import audit
from chassis.clock import Clock
from chassis.mediator import Command
from identity_svc.commands.uow import IdentityUow
from identity_svc.domain.ports import MakeSigningKey
from identity_svc.domain.tokens import RotationPolicy, SigningKey


@dataclass(frozen=True, slots=True, kw_only=True)
class RotateSigningKey(Command[SigningKey | None]):
    """Returns the new key; None, and changes nothing, if the newest one is younger than `after`.

    With `withdraw`, tokens of all other keys are refused from now on, and everybody needs a new one.
    """

    after: timedelta = timedelta()
    withdraw: bool = False


async def rotate_signing_key(
    cmd: RotateSigningKey, uow: IdentityUow, *, make_key: MakeSigningKey, policy: RotationPolicy, clock: Clock
) -> SigningKey | None:
    await uow.signing_keys.lock()
    now = clock.now()
    await uow.signing_keys.forget_retired(now)
    before = await uow.signing_keys.active(now)
    # Where the clock was set back, the newest one was made in the future.
    if any(abs(now - key.created_on) < cmd.after for key in before):
        return None
    signs_from = now if cmd.withdraw else now + policy.published_ahead
    made = make_key(now, signs_from)
    await uow.signing_keys.add(made)
    await uow.signing_keys.retire(before, now if cmd.withdraw else signs_from + policy.tokens_expire_after)
    how = "others withdrawn" if cmd.withdraw else f"signs from {signs_from.isoformat()}"
    uow.audit(audit.entry("RotateSigningKey", made.public.kid, outcome="OK", detail=how, at=now))
    return made
