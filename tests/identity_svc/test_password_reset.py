"""A password is reset by whoever reads the user's mail, once, and nobody learns who has an account."""

from __future__ import annotations

import asyncio

import pytest

from chassis.context import Caller
from chassis.errors import RateLimited
from identity_svc.commands.change_password import ChangePassword
from identity_svc.commands.forget_expired import ForgetExpired
from identity_svc.commands.update_user import UpdateUser
from identity_svc.domain.errors import AccountLocked, MailedTokenInvalid, MailNotConfigured, WeakPassword
from identity_svc.domain.password import Password
from tests.identity_svc.identity_app import HOME, PASSWORD, SETTINGS, Backend, IdentityApp, SqlBackend
from tests.identity_svc.mail_app import NEW_PASSWORD, MailApp

LIFE_S = 1800
STRANGE = "198.51.100.1"


@pytest.fixture
def mails(identity_app: IdentityApp) -> MailApp:
    return MailApp(identity_app)


async def test_the_token_from_the_mail_sets_another_password_and_ends_all_sessions(mails: MailApp) -> None:
    signed_in = await mails.app.signed_in()
    await mails.request_reset("ADA@example.com")
    await mails.deliver()
    (mail,) = mails.sent
    assert (mail.to, mail.subject) == ("ada@example.com", "Choose another password")

    await mails.reset(await mails.token())

    assert await mails.app.login() is None
    assert await mails.app.refresh(signed_in.refresh_token) is None
    again = await mails.app.login(password=NEW_PASSWORD)
    assert again is not None
    assert again.user.is_email_verified


async def test_an_unknown_address_gets_the_same_answer_and_no_mail(mails: MailApp) -> None:
    await mails.request_reset("nobody@example.com")
    await mails.deliver()

    assert mails.sent == []
    assert mails.notes == ["nobody who may sign in has the address, or the token has expired"]


async def test_a_disabled_user_gets_no_mail_and_cannot_use_one(mails: MailApp) -> None:
    user = await mails.app.register()
    await mails.request_reset()
    token = await mails.token()
    await mails.app.backend.disable(user.id)
    await mails.request_reset()
    await mails.deliver()

    assert len(mails.sent) == 1
    with pytest.raises(MailedTokenInvalid):
        await mails.reset(token)


async def test_a_token_works_once_also_if_it_is_used_twice_at_once(mails: MailApp) -> None:
    await mails.app.register()
    await mails.request_reset()
    token = await mails.token()

    used = await asyncio.gather(*(mails.reset(token) for _ in range(5)), return_exceptions=True)

    assert used.count(None) == 1
    assert sum(isinstance(refused, MailedTokenInvalid) for refused in used) == 4


async def test_a_token_expires(mails: MailApp) -> None:
    await mails.app.register()
    await mails.request_reset()
    token = await mails.token()
    await mails.app.backend.pass_time(LIFE_S)

    with pytest.raises(MailedTokenInvalid):
        await mails.reset(token)


async def test_a_mail_that_comes_too_late_is_not_sent(mails: MailApp) -> None:
    await mails.app.register()
    await mails.request_reset()
    await mails.app.backend.pass_time(LIFE_S)

    await mails.deliver()

    assert mails.sent == []


@pytest.mark.parametrize("token", ["", "invented", "x" * 43])
async def test_an_invented_token_is_refused(mails: MailApp, token: str) -> None:
    await mails.app.register()

    with pytest.raises(MailedTokenInvalid):
        await mails.reset(token)

    assert await mails.app.login() is not None


async def test_after_another_password_was_set_no_other_token_works(mails: MailApp) -> None:
    user = await mails.app.register()
    tokens = []
    for _ in range(3):
        await mails.request_reset()
        tokens.append(await mails.token())
    await mails.reset(tokens[0])
    change = ChangePassword(
        id="me", current_password=Password(NEW_PASSWORD), new_password=Password("some other horse"), place=HOME
    )
    assert await mails.app.send(change, Caller.person(str(user.id)))

    for token in tokens[1:]:
        with pytest.raises(MailedTokenInvalid):
            await mails.reset(token)


async def test_a_token_is_void_after_a_change_of_the_password(mails: MailApp) -> None:
    user = await mails.app.register()
    await mails.request_reset()
    token = await mails.token()
    change = ChangePassword(
        id="me", current_password=Password(PASSWORD), new_password=Password("some other horse"), place=HOME
    )
    assert await mails.app.send(change, Caller.person(str(user.id)))

    with pytest.raises(MailedTokenInvalid):
        await mails.reset(token)


async def test_a_token_that_was_mailed_to_an_address_of_before_is_void(mails: MailApp) -> None:
    user = await mails.app.register()
    await mails.request_reset()
    token = await mails.token()
    change = UpdateUser(
        id="me",
        changed={"email"},
        email="ada@example.org",
        current_password=Password(PASSWORD),
        place=HOME,
    )
    assert await mails.app.send(change, Caller.person(str(user.id)))

    with pytest.raises(MailedTokenInvalid):
        await mails.reset(token)


async def test_a_weak_password_is_refused_and_the_token_still_works(mails: MailApp) -> None:
    await mails.app.register()
    await mails.request_reset()
    token = await mails.token()

    with pytest.raises(WeakPassword) as weak:
        await mails.reset(token, "short")
    assert {violation.field for violation in weak.value.violations} == {"newPassword"}

    await mails.reset(token)


async def test_mails_to_an_address_are_limited_known_or_not(mails: MailApp) -> None:
    await mails.app.register()
    for email in ("ada@example.com", "nobody@example.com"):
        for _ in range(SETTINGS.mails_per_address):
            await mails.request_reset(email)
        with pytest.raises(RateLimited) as limited:
            await mails.request_reset(email, place=STRANGE)
        assert 0 < (limited.value.retry_after_s or 0) <= LIFE_S

    await mails.request_reset("bob@example.com")
    await mails.app.backend.pass_time(LIFE_S)
    await mails.request_reset()


async def test_a_clock_that_was_set_back_stops_no_mails(mails: MailApp) -> None:
    for _ in range(SETTINGS.mails_per_address):
        await mails.request_reset()
    await mails.app.backend.pass_time(-86_400)

    await mails.request_reset()


async def test_mails_that_a_network_address_asks_for_are_limited(mails: MailApp) -> None:
    for number in range(SETTINGS.mails_per_network_address):
        await mails.request_reset(f"nobody-{number}@example.com")

    with pytest.raises(RateLimited):
        await mails.request_reset()
    await mails.request_reset(place=STRANGE)


async def test_a_job_that_is_repeated_sends_the_same_mail_and_revives_no_token(mails: MailApp) -> None:
    await mails.app.register()
    await mails.request_reset()
    token = await mails.token()
    await mails.reset(token)

    await mails.run(mails.jobs[0])

    first, second = mails.sent
    assert first == second
    with pytest.raises(MailedTokenInvalid):
        await mails.reset(token, "some other horse")


async def test_a_token_is_stored_as_its_digest_only_and_forgotten_after_its_time(sql_backend: SqlBackend) -> None:
    mails = MailApp(await IdentityApp.on(sql_backend))
    await mails.app.register()
    await mails.request_reset()
    token = await mails.token()

    for table in ("mailed_token", "job"):
        stored = await sql_backend.dump(table)
        assert stored
        assert token not in stored
    await sql_backend.pass_time(LIFE_S)
    await mails.app.mediator.send(ForgetExpired())
    assert await sql_backend.dump("mailed_token") == await sql_backend.dump("mail_count") == ""


async def test_a_reset_lets_the_user_in_however_many_strangers_guess(mails: MailApp) -> None:
    await mails.app.register()
    await mails.app.fail_everywhere()
    with pytest.raises(AccountLocked):
        await mails.app.login(place=STRANGE)
    await mails.request_reset(place=STRANGE)

    await mails.reset(await mails.token(), place=STRANGE)

    assert await mails.app.login(password=NEW_PASSWORD, place=STRANGE) is not None


async def test_a_shop_without_a_mail_server_prints_mails_on_a_laptop_only(backend: Backend) -> None:
    public = SETTINGS.model_copy(update={"envoy_host": "0.0.0.0"})
    mails = MailApp(await IdentityApp.on(backend, public))

    for email in ("ada@example.com", "nobody@example.com"):
        with pytest.raises(MailNotConfigured):
            await mails.request_reset(email)
