"""RefreshToken gives new tokens for one that was not used; a second use ends the session, except for a repeat."""

from __future__ import annotations

import asyncio
import base64

import pytest

from identity_svc.adapters.refresh_tokens import MacRefreshTokens
from identity_svc.commands.forget_expired import ForgetExpired
from tests.identity_svc.identity_app import (
    HOME,
    SECRET,
    SETTINGS,
    IdentityApp,
    SqlBackend,
    caller_of,
    claims_of,
)

DAY_S = 24 * 3600
REPEAT_S = SETTINGS.refresh_repeat_s
STRANGE = "198.51.100.1"


async def test_a_token_gives_the_next_ones_of_its_session(identity_app: IdentityApp) -> None:
    first = await identity_app.signed_in()

    second = await identity_app.refresh(first.refresh_token)

    assert second is not None
    assert second.user == first.user
    assert second.refresh_token != first.refresh_token
    before, after = claims_of(first), claims_of(second)
    assert (before["sid"], before["sub"]) == (after["sid"], after["sub"])
    assert before["jti"] != after["jti"]
    third = await identity_app.refresh(second.refresh_token)
    assert third is not None
    assert len({first.refresh_token, second.refresh_token, third.refresh_token}) == 3


async def test_the_same_client_may_repeat_the_call_for_a_moment_and_gets_the_same(identity_app: IdentityApp) -> None:
    first = await identity_app.signed_in()
    second = await identity_app.refresh(first.refresh_token)
    await identity_app.backend.pass_time(REPEAT_S - 2)

    repeated = await identity_app.refresh(first.refresh_token)

    assert second is not None
    assert repeated is not None
    assert repeated.refresh_token == second.refresh_token
    assert claims_of(repeated)["jti"] == claims_of(second)["jti"]
    assert await identity_app.refresh(second.refresh_token) is not None


@pytest.mark.parametrize(
    ("seconds", "place", "user_agent"),
    [(REPEAT_S + 2, HOME, "tests"), (0, STRANGE, "tests"), (0, HOME, "another client")],
    ids=["late", "from elsewhere", "with another client"],
)
async def test_any_other_second_use_ends_the_session(
    identity_app: IdentityApp, seconds: float, place: str, user_agent: str
) -> None:
    first = await identity_app.signed_in()
    another = await identity_app.signed_in()
    second = await identity_app.refresh(first.refresh_token)
    await identity_app.backend.pass_time(seconds)

    assert await identity_app.refresh(first.refresh_token, place=place, user_agent=user_agent) is None

    assert second is not None
    assert await identity_app.refresh(second.refresh_token) is None
    left = (await identity_app.sessions(caller_of(second))).sessions
    assert [str(session.id) for session in left] == [claims_of(another)["sid"]]
    assert await identity_app.refresh(another.refresh_token) is not None


async def test_a_token_that_was_used_long_ago_ends_the_session_too(identity_app: IdentityApp) -> None:
    first = await identity_app.signed_in()
    last = first
    for _ in range(3):
        last = await identity_app.refresh(last.refresh_token) or first

    assert await identity_app.refresh(first.refresh_token) is None

    assert await identity_app.refresh(last.refresh_token) is None


async def test_what_was_not_issued_here_ends_nothing(identity_app: IdentityApp) -> None:
    first = await identity_app.signed_in()
    content = MacRefreshTokens(SECRET).read(first.refresh_token)
    assert content is not None
    forged = MacRefreshTokens("another secret that only its services share").write(content)
    raw = bytearray(base64.urlsafe_b64decode(first.refresh_token))
    raw[19] ^= 1  # its generation
    numbered = base64.urlsafe_b64encode(raw).decode()

    for token in (forged, numbered, "", "x", "é", first.refresh_token[:-4], first.refresh_token + "AAAA"):
        assert await identity_app.refresh(token) is None

    assert await identity_app.refresh(first.refresh_token) is not None


async def test_the_secret_of_another_session_is_of_no_use(identity_app: IdentityApp) -> None:
    """Not even with the key that makes tokens."""
    one, other = await identity_app.signed_in(), await identity_app.signed_in("bob@example.com")
    made = MacRefreshTokens(SECRET)
    own, others = made.read(one.refresh_token), made.read(other.refresh_token)
    assert own is not None
    assert others is not None

    assert await identity_app.refresh(made.write(type(own)(others.session_id, 1, own.secret))) is None

    assert await identity_app.refresh(other.refresh_token) is not None


async def test_a_disabled_user_refreshes_nothing(identity_app: IdentityApp) -> None:
    first = await identity_app.signed_in()
    await identity_app.backend.disable(first.user.id)

    assert await identity_app.refresh(first.refresh_token) is None


async def test_a_session_that_is_not_used_expires(identity_app: IdentityApp) -> None:
    first = await identity_app.signed_in()
    await identity_app.backend.pass_time(29 * DAY_S)
    second = await identity_app.refresh(first.refresh_token)
    assert second is not None
    await identity_app.backend.pass_time(30 * DAY_S + 1)

    assert await identity_app.refresh(second.refresh_token) is None


async def test_a_session_ends_however_much_it_is_used(identity_app: IdentityApp) -> None:
    last = await identity_app.signed_in()
    for _ in range(4):
        await identity_app.backend.pass_time(22 * DAY_S)
        used = await identity_app.refresh(last.refresh_token)
        assert used is not None
        last = used
    await identity_app.backend.pass_time(2 * DAY_S + 1)

    assert await identity_app.refresh(last.refresh_token) is None


async def test_expired_sessions_are_deleted_and_others_stay(identity_app: IdentityApp) -> None:
    await identity_app.signed_in()
    await identity_app.backend.pass_time(30 * DAY_S + 1)
    kept = await identity_app.signed_in()

    assert await identity_app.mediator.send(ForgetExpired()) is False

    assert await identity_app.backend.sessions() == 1
    assert await identity_app.refresh(kept.refresh_token) is not None


async def test_they_are_deleted_batch_by_batch(identity_app: IdentityApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("identity_svc.commands.forget_expired.BATCH", 2)
    for _ in range(3):
        await identity_app.signed_in()
    await identity_app.backend.pass_time(30 * DAY_S + 1)

    assert [await identity_app.mediator.send(ForgetExpired()) for _ in range(2)] == [True, False]

    assert await identity_app.backend.sessions() == 0


async def test_the_session_that_was_not_used_for_longest_ends_for_one_too_many(identity_app: IdentityApp) -> None:
    settings = SETTINGS.model_copy(update={"sessions_per_user": 2})
    app = await IdentityApp.on(identity_app.backend, settings)
    await app.signed_in("bob@example.com")
    oldest = await app.signed_in()
    await app.backend.pass_time(60)
    unused = await app.signed_in()
    await app.backend.pass_time(60)
    refreshed = await app.refresh(oldest.refresh_token)

    newest = await app.signed_in()

    assert refreshed is not None
    assert await app.refresh(unused.refresh_token) is None
    assert await app.refresh(refreshed.refresh_token) is not None
    assert await app.refresh(newest.refresh_token) is not None
    assert await app.backend.sessions() == 3  # Bob's is left alone


async def test_ten_uses_at_once_on_two_replicas_give_one_successor(sql_backend: SqlBackend) -> None:
    replicas = [await IdentityApp.on(sql_backend) for _ in range(2)]
    first = await replicas[0].signed_in()

    uses = [replicas[n % 2].refresh(first.refresh_token) for n in range(10)]
    results = await asyncio.gather(*uses)

    assert all(results)
    assert len({result.refresh_token for result in results if result}) == 1
    assert len({result.access_token.text for result in results if result}) == 1


async def test_ten_thieves_at_once_get_at_most_one_session_that_ends_with_the_next_use(sql_backend: SqlBackend) -> None:
    identity_app = await IdentityApp.on(sql_backend)
    first = await identity_app.signed_in()

    uses = [identity_app.refresh(first.refresh_token, place=f"198.51.100.{n}") for n in range(10)]
    results = await asyncio.gather(*uses)

    assert sum(result is not None for result in results) == 1
    assert await sql_backend.sessions() == 0


async def test_nothing_that_is_stored_is_of_use_as_a_token(sql_backend: SqlBackend) -> None:
    identity_app = await IdentityApp.on(sql_backend)
    first = await identity_app.signed_in()
    content = MacRefreshTokens(SECRET).read(first.refresh_token)
    assert content is not None

    stored = await sql_backend.dump("user_session")

    assert content.secret.hex() not in stored
    assert base64.b64encode(content.secret).decode() not in stored
    assert first.refresh_token not in stored
    assert content.digest in stored
