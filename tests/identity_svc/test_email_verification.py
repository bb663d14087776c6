"""An address is verified by whoever reads its mail; another address is not verified."""

from __future__ import annotations

import pytest

from chassis.context import Caller
from identity_svc.commands.update_user import UpdateUser
from identity_svc.domain.errors import MailedTokenInvalid, UserNotFound
from identity_svc.domain.mailed_tokens import Purpose, digest_of
from identity_svc.domain.password import Password
from identity_svc.domain.user import User
from tests.identity_svc.identity_app import HOME, PASSWORD, IdentityApp
from tests.identity_svc.mail_app import MailApp

DAY_S = 24 * 3600


@pytest.fixture
def mails(identity_app: IdentityApp) -> MailApp:
    return MailApp(identity_app)


async def reread(mails: MailApp, user: User) -> User:
    async with mails.app.backend.open_stores() as stores:
        found = await stores.users.find(user.id)
    assert found is not None
    return found


async def move(mails: MailApp, user: User, email: str) -> None:
    change = UpdateUser(id="me", changed={"email"}, email=email, current_password=Password(PASSWORD), place=HOME)
    assert await mails.app.send(change, Caller.person(str(user.id)))


async def test_the_token_from_the_mail_verifies_the_address(mails: MailApp) -> None:
    user = await mails.app.register()
    assert not user.is_email_verified
    await mails.request_verification(user)

    await mails.verify(await mails.token())

    verified = await reread(mails, user)
    assert verified.is_email_verified
    assert verified.email_verified_on == mails.app.backend.clock.now()
    assert [mail.to for mail in mails.sent] == ["ada@example.com"]


async def test_a_verified_address_gets_no_further_mail(mails: MailApp) -> None:
    user = await mails.app.register()
    await mails.request_verification(user)
    await mails.verify(await mails.token())

    await mails.request_verification(user)
    await mails.deliver()

    assert len(mails.sent) == 1


async def test_another_address_is_not_verified_and_has_no_use_for_the_token_of_before(mails: MailApp) -> None:
    user = await mails.app.register()
    await mails.request_verification(user)
    await mails.verify(await mails.token())
    await mails.request_verification(user)
    await move(mails, user, "ada@example.org")
    assert not (await reread(mails, user)).is_email_verified
    await mails.request_verification(user)
    token = await mails.token()
    await move(mails, user, "ada@example.net")

    with pytest.raises(MailedTokenInvalid):
        await mails.verify(token)
    assert not (await reread(mails, user)).is_email_verified


async def test_a_token_works_once_and_for_a_day(mails: MailApp) -> None:
    user = await mails.app.register()
    await mails.request_verification(user)
    first = await mails.token()
    await mails.request_verification(user)
    second = await mails.token()
    await mails.verify(first)

    with pytest.raises(MailedTokenInvalid):
        await mails.verify(first)
    await mails.app.backend.pass_time(DAY_S)
    with pytest.raises(MailedTokenInvalid):
        await mails.verify(second)


async def test_a_job_that_is_repeated_revives_no_token(mails: MailApp) -> None:
    user = await mails.app.register()
    await mails.request_verification(user)
    token = await mails.token()
    await mails.verify(token)

    await mails.run(mails.jobs[0])

    with pytest.raises(MailedTokenInvalid):
        await mails.verify(token)


async def test_a_token_is_of_no_use_for_anything_else(mails: MailApp) -> None:
    user = await mails.app.register()
    await mails.request_verification(user)
    verifies = await mails.token()
    await mails.request_reset()
    resets = await mails.token()

    async with mails.app.backend.open_stores() as stores:
        now = mails.app.backend.clock.now()
        assert await stores.mailed_tokens.find(digest_of(verifies), Purpose.EMAIL_VERIFICATION, now)
        assert not await stores.mailed_tokens.find(digest_of(verifies), Purpose.PASSWORD_RESET, now)
    with pytest.raises(MailedTokenInvalid):
        await mails.reset(verifies)
    with pytest.raises(MailedTokenInvalid):
        await mails.verify(resets)


async def test_only_the_user_and_administrators_ask_for_the_mail(mails: MailApp) -> None:
    user, eve = await mails.app.register(), await mails.app.register("eve@example.com")

    with pytest.raises(UserNotFound):
        await mails.request_verification(eve, id=str(user.id))
