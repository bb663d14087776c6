"""ResetPassword: another password for whoever reads the user's mail; all sessions of the user end."""

from __future__ import annotations

from dataclasses import dataclass, field

from chassis.clock import Clock
from chassis.mediator import Command
from identity_svc.commands.uow import IdentityUow
from identity_svc.commands.use_mailed_token import use_mailed_token, user_of_token
from identity_svc.domain.mailed_tokens import Purpose
from identity_svc.domain.password import Password, PasswordPolicy
from identity_svc.domain.ports import Credential, OpenStores, Passwords


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetPassword(Command[None]):
    token: str = field(repr=False)
    new_password: Password
    place: str = ""


async def reset_password(
    cmd: ResetPassword,
    uow: IdentityUow,
    *,
    open_stores: OpenStores,
    passwords: Passwords,
    policy: PasswordPolicy,
    clock: Clock,
) -> None:
    """Raises MailedTokenInvalid, or WeakPassword, after which the token still works."""
    async with open_stores() as stores:
        user = await user_of_token(cmd.token, Purpose.PASSWORD_RESET, stores, clock.now())
    policy.check(cmd.new_password, email=user.email, display_name=user.display_name, field="newPassword")
    # Hashed before the first statement, so that no connection is held meanwhile.
    new = await passwords.hash(cmd.new_password)
    now = clock.now()
    user = await use_mailed_token(cmd.token, Purpose.PASSWORD_RESET, uow, now)
    await uow.credentials.put(Credential(user.id, new))
    await uow.sessions.end_all(user.id)
    if not user.is_email_verified:
        await uow.users.put(user.with_verified_email(now))
    # Whoever has the user's mail signs in here, however many strangers guess.
    await uow.lockouts.succeed(await uow.lockouts.lock(user.email, cmd.place))
