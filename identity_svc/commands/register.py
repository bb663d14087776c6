"""Register: add a user with the role USER only, under an address that is not taken."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.clock import Clock
from chassis.mediator import Command
from identity_svc.commands.uow import IdentityUow
from identity_svc.domain.errors import EmailTaken
from identity_svc.domain.password import Password, PasswordPolicy
from identity_svc.domain.ports import Credential, Passwords
from identity_svc.domain.user import User, email_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Register(Command[User]):
    email: str
    password: Password
    display_name: str


async def register(
    cmd: Register, uow: IdentityUow, *, passwords: Passwords, policy: PasswordPolicy, clock: Clock
) -> User:
    """Raises WeakPassword, EmailTaken or InvalidArgument."""
    user = User.new(email=email_of(cmd.email), display_name=cmd.display_name, at=clock.now())
    policy.check(cmd.password, email=user.email, display_name=user.display_name)
    # Hashed before the first statement, so that no connection is held meanwhile.
    password_hash = await passwords.hash(cmd.password)
    if await uow.users.find_by_email(user.email) is not None:
        raise EmailTaken
    await uow.users.add(user)
    await uow.credentials.put(Credential(user.id, password_hash))
    return user
