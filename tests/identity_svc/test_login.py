"""Login returns tokens for the right password; guesses are counted and paused, and reveal nothing."""

from __future__ import annotations

import asyncio

import jwt
import pytest

from identity_svc.adapters.lockouts import PLACES_KNOWN
from identity_svc.commands.forget_expired import ForgetExpired
from identity_svc.domain.errors import AccountLocked
from identity_svc.domain.password import Password, PasswordHash
from identity_svc.domain.ports import Credential
from identity_svc.domain.user import email_of
from tests.identity_svc.identity_app import PASSWORD, SETTINGS, IdentityApp, SqlBackend

FIRST_PAUSE_S, PAUSE_S = SETTINGS.lockout_first_pause_s, SETTINGS.lockout_pause_s
HOME, STRANGE = "203.0.113.1", "198.51.100.1"
MAX_FAILURES = SETTINGS.lockout_max_failures


async def test_the_right_password_gives_tokens(identity_app: IdentityApp) -> None:
    user = await identity_app.register()
    team_id = await identity_app.backend.add_to_team(user.id)

    signed_in = await identity_app.login()

    assert signed_in is not None
    assert signed_in.user.id == user.id
    assert signed_in.access_token.expires_in_s == 900
    claims = jwt.decode(signed_in.access_token.text, options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == 900
    assert {key: claims[key] for key in ("iss", "aud", "sub", "roles", "teams")} == {
        "iss": "easyorder",
        "aud": "easyorder",
        "sub": str(user.id),
        "roles": ["USER"],
        "teams": [str(team_id)],
    }
    assert claims["jti"]
    assert claims["sid"]
    assert jwt.get_unverified_header(signed_in.access_token.text)["typ"] == "at+jwt"
    assert [jwt.get_unverified_header(signed_in.access_token.text)["kid"]] == await identity_app.kids()


async def test_wrong_credentials_give_nothing(identity_app: IdentityApp) -> None:
    await identity_app.register()

    assert await identity_app.login(password="wrong password 1") is None
    assert await identity_app.login("nobody@example.com") is None

    assert identity_app.passwords.compared == 2  # as much work for an unknown address


async def test_a_disabled_user_is_told_what_a_stranger_is_told(identity_app: IdentityApp) -> None:
    user = await identity_app.register()
    await identity_app.backend.disable(user.id)

    assert await identity_app.login() is None


async def test_too_many_failures_in_a_row_lock_out_even_the_right_password(identity_app: IdentityApp) -> None:
    await identity_app.register()
    await identity_app.fail(MAX_FAILURES)
    compared = identity_app.passwords.compared

    with pytest.raises(AccountLocked) as with_right_password:
        await identity_app.login()
    with pytest.raises(AccountLocked) as with_wrong_password:
        await identity_app.login(password="wrong password 1")

    assert with_right_password.value.message == with_wrong_password.value.message
    assert 0 < (with_right_password.value.retry_after_s or 0) <= PAUSE_S
    assert identity_app.passwords.compared == compared  # nothing was looked at


async def test_an_unknown_address_is_locked_out_alike(identity_app: IdentityApp) -> None:
    await identity_app.fail(MAX_FAILURES, email="nobody@example.com")

    with pytest.raises(AccountLocked):
        await identity_app.login("nobody@example.com")


async def test_each_further_failure_doubles_the_wait(identity_app: IdentityApp) -> None:
    await identity_app.register()
    await identity_app.fail(MAX_FAILURES)

    for wait_s in (FIRST_PAUSE_S, 2 * FIRST_PAUSE_S, PAUSE_S, PAUSE_S):
        with pytest.raises(AccountLocked) as locked:
            await identity_app.login()
        assert wait_s - 5 < (locked.value.retry_after_s or 0) <= wait_s
        await identity_app.backend.pass_time(wait_s + 1)
        await identity_app.fail(1)

    await identity_app.backend.pass_time(PAUSE_S + 1)
    assert await identity_app.login() is not None


async def test_attempts_during_a_wait_do_not_prolong_it(identity_app: IdentityApp) -> None:
    await identity_app.register()
    await identity_app.fail(MAX_FAILURES)
    await identity_app.backend.pass_time(FIRST_PAUSE_S / 2)
    for _ in range(MAX_FAILURES):
        with pytest.raises(AccountLocked):
            await identity_app.login(password="wrong password 1")

    await identity_app.backend.pass_time(FIRST_PAUSE_S / 2 + 1)

    assert await identity_app.login() is not None


async def test_after_a_quiet_time_failures_are_forgotten(identity_app: IdentityApp) -> None:
    await identity_app.register()
    await identity_app.fail(MAX_FAILURES)
    await identity_app.backend.pass_time(FIRST_PAUSE_S + SETTINGS.lockout_memory_s + 1)

    await identity_app.fail(MAX_FAILURES - 1)

    assert await identity_app.login() is not None


async def test_a_success_ends_the_row_of_failures(identity_app: IdentityApp) -> None:
    await identity_app.register()
    await identity_app.fail(MAX_FAILURES - 1)

    assert await identity_app.login() is not None

    await identity_app.fail(MAX_FAILURES - 1)
    assert await identity_app.login() is not None


async def test_who_never_failed_is_not_counted(identity_app: IdentityApp) -> None:
    await identity_app.register()

    assert await identity_app.login() is not None

    assert await identity_app.backend.counted() == 0


async def test_failures_long_ago_do_not_count(identity_app: IdentityApp) -> None:
    await identity_app.register()
    await identity_app.fail(MAX_FAILURES - 1)
    await identity_app.backend.pass_time(SETTINGS.lockout_memory_s + 1)

    await identity_app.fail(MAX_FAILURES - 1)

    assert await identity_app.login() is not None


async def test_a_stranger_makes_nobody_else_wait(identity_app: IdentityApp) -> None:
    await identity_app.register()
    await identity_app.fail(MAX_FAILURES, place=STRANGE)

    with pytest.raises(AccountLocked):
        await identity_app.login(place=STRANGE)
    assert await identity_app.login(place="198.51.100.2") is not None
    with pytest.raises(AccountLocked):  # what strangers did is not forgotten for that
        await identity_app.login(place=STRANGE)


async def test_many_strangers_together_have_to_wait_but_not_where_the_user_signed_in_before(
    identity_app: IdentityApp,
) -> None:
    await identity_app.register()
    assert await identity_app.login(place=HOME) is not None
    await identity_app.fail_everywhere()

    with pytest.raises(AccountLocked) as locked:
        await identity_app.login(place=STRANGE)
    assert await identity_app.login(place=HOME) is not None

    assert 0 < (locked.value.retry_after_s or 0) <= FIRST_PAUSE_S
    with pytest.raises(AccountLocked):
        await identity_app.login(place=STRANGE)


async def test_many_strangers_make_an_unknown_address_wait_alike(identity_app: IdentityApp) -> None:
    await identity_app.fail_everywhere("nobody@example.com")

    with pytest.raises(AccountLocked):
        await identity_app.login("nobody@example.com", place=STRANGE)


async def test_strangers_who_go_on_make_others_wait_only_so_long(identity_app: IdentityApp) -> None:
    await identity_app.register()
    await identity_app.fail_everywhere()
    for n in range(4):
        await identity_app.backend.pass_time(SETTINGS.lockout_strangers_pause_s + 1)
        await identity_app.fail(1, place=f"198.51.100.{n}")

    with pytest.raises(AccountLocked) as locked:
        await identity_app.login(place="198.51.100.9")

    assert (locked.value.retry_after_s or 0) <= SETTINGS.lockout_strangers_pause_s


async def test_guesses_from_a_known_place_are_counted_there(identity_app: IdentityApp) -> None:
    await identity_app.register()
    assert await identity_app.login(place=HOME) is not None
    await identity_app.fail(MAX_FAILURES, place=HOME)

    with pytest.raises(AccountLocked):
        await identity_app.login(place=HOME)
    assert await identity_app.login(place="198.51.100.2") is not None


async def test_a_place_of_somebody_else_is_none_of_theirs(identity_app: IdentityApp) -> None:
    await identity_app.register()
    await identity_app.register("eve@example.com")
    assert await identity_app.login("eve@example.com", place=STRANGE) is not None

    await identity_app.fail_everywhere()

    with pytest.raises(AccountLocked):
        await identity_app.login(place=STRANGE)


async def test_the_last_few_places_are_known(identity_app: IdentityApp) -> None:
    await identity_app.register()
    for n in range(PLACES_KNOWN + 1):
        assert await identity_app.login(place=f"203.0.113.{n}") is not None
    await identity_app.fail_everywhere()

    with pytest.raises(AccountLocked):
        await identity_app.login(place="203.0.113.0")
    assert await identity_app.login(place=f"203.0.113.{PLACES_KNOWN}") is not None


async def test_a_place_that_was_not_used_for_long_is_forgotten(identity_app: IdentityApp) -> None:
    await identity_app.register()
    assert await identity_app.login(place=HOME) is not None
    await identity_app.backend.pass_time(SETTINGS.lockout_places_days * 24 * 3600 + 1)
    await identity_app.mediator.send(ForgetExpired())
    await identity_app.fail_everywhere()

    with pytest.raises(AccountLocked):
        await identity_app.login(place=HOME)


async def test_guesses_at_once_are_counted_one_by_one(identity_app: IdentityApp) -> None:
    await identity_app.register()

    guesses = [identity_app.login(password=f"wrong password {n}") for n in range(20)]
    results = await asyncio.gather(*guesses, return_exceptions=True)

    assert sum(result is None for result in results) == MAX_FAILURES
    assert sum(isinstance(result, AccountLocked) for result in results) == 20 - MAX_FAILURES


async def test_a_right_password_is_of_no_use_when_the_lock_came_while_it_was_looked_at(
    sql_backend: SqlBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity_app = await IdentityApp.on(sql_backend)
    await identity_app.register()
    verify = identity_app.passwords.verify

    async def verify_late(password: Password, known: PasswordHash | None) -> bool:
        monkeypatch.undo()
        await identity_app.fail(MAX_FAILURES)
        return await verify(password, known)

    monkeypatch.setattr(identity_app.passwords, "verify", verify_late)

    with pytest.raises(AccountLocked):
        await identity_app.login()


async def test_who_has_a_password_that_nobody_could_choose_today_logs_in(sql_backend: SqlBackend) -> None:
    identity_app = await IdentityApp.on(sql_backend)
    user = await identity_app.register()
    async with sql_backend.open_uow() as uow:
        short = await identity_app.passwords.hash(Password("Admin1!"))
        await uow.credentials.put(Credential(user.id, short))
        await uow.commit()

    assert await identity_app.login(password="Admin1!") is not None


async def test_a_password_hashed_with_old_parameters_is_hashed_again(identity_app: IdentityApp) -> None:
    await identity_app.register()
    identity_app.passwords.parameters = "v2"

    assert await identity_app.login(password="wrong password 1") is None
    assert str(await identity_app.password_hash_of("ada@example.com")).startswith("v1$")
    assert await identity_app.login(password=PASSWORD) is not None

    assert str(await identity_app.password_hash_of("ada@example.com")).startswith("v2$")
    assert await identity_app.login(password=PASSWORD) is not None


async def test_a_password_that_was_changed_while_its_predecessor_was_hashed_again_stays(
    sql_backend: SqlBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity_app = await IdentityApp.on(sql_backend)
    user = await identity_app.register()
    identity_app.passwords.parameters = "v2"
    hash_again = identity_app.passwords.hash

    async def hash_late(password: Password) -> PasswordHash:
        async with sql_backend.open_uow() as uow:
            await uow.credentials.put(Credential(user.id, await hash_again(Password("another password 2"))))
            await uow.commit()
        return await hash_again(password)

    with monkeypatch.context() as late:
        late.setattr(identity_app.passwords, "hash", hash_late)
        # Otherwise somebody with the old password would be signed in after the change.
        assert await identity_app.login() is None

    assert await identity_app.login(password="another password 2") is not None
    assert await identity_app.login() is None


async def test_the_time_of_a_lockout_is_when_it_was_read_not_when_its_transaction_began(
    sql_backend: SqlBackend,
) -> None:
    """A transaction may wait for others that guess: a pause that counts from before is too short."""
    email = email_of("ada@example.com")
    async with sql_backend.open_uow() as uow:
        unknown = [(await uow.lockouts.read(email, HOME)).as_of for _ in range(2)]
        locked = [(await uow.lockouts.lock(email, HOME)).as_of for _ in range(2)]
        known = [(await uow.lockouts.read(email, HOME)).as_of for _ in range(2)]

    times = [*unknown, *locked, *known]
    assert sorted(set(times)) == times
