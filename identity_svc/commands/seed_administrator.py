"""SeedAdministrator: make the first administrator, and replace the documented password once another is configured."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from chassis.clock import Clock
from chassis.mediator import Command
from identity_svc.commands.uow import IdentityUow
from identity_svc.domain.password import Password, PasswordPolicy
from identity_svc.domain.ports import Credential, Passwords
from identity_svc.domain.user import Email, Role, User, email_of


class Seeding(Enum):
    """The result for the configured address and password."""

    CREATED = auto()
    UNCHANGED = auto()
    # The stored password was the well-known one.
    PASSWORD_REPLACED = auto()
    # The administrator has set their own password, which is kept.
    PASSWORD_DIFFERS = auto()
    # There is an administrator, with another address.
    ANOTHER_EXISTS = auto()
    # A user has registered the address themselves.
    NO_ADMINISTRATOR = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedAdministrator(Command[Seeding]):
    """`well_known` is the password that the documentation shows, the only one that may be weak."""

    email: str
    password: Password
    well_known: Password


async def seed_administrator(
    cmd: SeedAdministrator, uow: IdentityUow, *, passwords: Passwords, policy: PasswordPolicy, clock: Clock
) -> Seeding:
    email = email_of(cmd.email)
    known = await uow.users.find_by_email(email)
    if known is None and await uow.users.lock_administrators():
        # Another replica may have made this one meanwhile.
        known = await uow.users.find_by_email(email)
        if known is None:
            return Seeding.ANOTHER_EXISTS
    if known is not None:
        return await _existing(known, email, cmd, uow, passwords)
    user = User.new(email=email, display_name="Administrator", at=clock.now(), is_admin=True)
    if cmd.password.reveal() != cmd.well_known.reveal():
        policy.check(cmd.password, email=email, display_name=user.display_name)
    await uow.users.add(user)
    await uow.credentials.put(Credential(user.id, await passwords.hash(cmd.password)))
    return Seeding.CREATED


async def _existing(
    user: User, email: Email, cmd: SeedAdministrator, uow: IdentityUow, passwords: Passwords
) -> Seeding:
    if Role.ADMIN not in user.roles:
        return Seeding.NO_ADMINISTRATOR
    credential = await uow.credentials.find_by_email(email)
    if credential is None or await passwords.verify(cmd.password, credential.password_hash):
        return Seeding.UNCHANGED
    if not await passwords.verify(cmd.well_known, credential.password_hash):
        return Seeding.PASSWORD_DIFFERS
    await uow.credentials.replace(credential, await passwords.hash(cmd.password))
    return Seeding.PASSWORD_REPLACED
