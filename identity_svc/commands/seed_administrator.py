"""SeedAdministrator: somebody can run the shop from the first start on; a user who exists is never changed."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.clock import Clock
from chassis.mediator import Command
from identity_svc.commands.uow import IdentityUow
from identity_svc.domain.password import Password
from identity_svc.domain.ports import Credential, Passwords
from identity_svc.domain.user import User, email_of


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedAdministrator(Command[User]):
    """Answers the user of this address, who is no administrator if they registered it themselves."""

    email: str
    password: Password


async def seed_administrator(cmd: SeedAdministrator, uow: IdentityUow, *, passwords: Passwords, clock: Clock) -> User:
    email = email_of(cmd.email)
    known = await uow.users.find_by_email(email)
    if known is not None:
        return known
    cmd.password.check_strength()
    user = User.new(email=email, display_name="Administrator", at=clock.now(), is_admin=True)
    await uow.users.add(user)
    await uow.credentials.put(Credential(user.id, await passwords.hash(cmd.password)))
    return user
