"""Users list and end their own sessions, administrators anybody's."""

from __future__ import annotations

import uuid

import pytest

from chassis.context import Caller
from chassis.errors import InvalidArgument
from identity_svc.domain.errors import SessionNotFound, UserNotFound
from tests.identity_svc.identity_app import HOME, IdentityApp, caller_of, claims_of

BOSS = Caller.person(str(uuid.uuid4()), admin=True)


async def test_my_sessions_newest_first(identity_app: IdentityApp) -> None:
    phone = await identity_app.signed_in(user_agent="a phone")
    await identity_app.backend.pass_time(60)
    laptop = await identity_app.signed_in(user_agent="a laptop")
    await identity_app.signed_in("bob@example.com")
    await identity_app.backend.pass_time(60)
    await identity_app.refresh(phone.refresh_token, place="198.51.100.7", user_agent="a phone, updated")

    page = await identity_app.sessions(caller_of(laptop))

    newer, older = page.sessions
    assert [str(session.id) for session in page.sessions] == [claims_of(laptop)["sid"], claims_of(phone)["sid"]]
    assert (newer.client.address, newer.client.user_agent) == (HOME, "a laptop")
    assert (older.client.address, older.client.user_agent) == ("198.51.100.7", "a phone, updated")
    assert newer.last_used_on == newer.created_on
    assert older.created_on < newer.created_on < older.last_used_on < older.expires_on
    assert page.next_page_token == ""


async def test_page_by_page(identity_app: IdentityApp) -> None:
    signed_in = [await identity_app.signed_in() for _ in range(5)]
    caller = caller_of(signed_in[0])
    pages = [await identity_app.sessions(caller, page_size=2)]
    while token := pages[-1].next_page_token:
        pages.append(await identity_app.sessions(caller, page_size=2, page_token=token))
    listed = [session for page in pages for session in page.sessions]

    assert [len(page.sessions) for page in pages] == [2, 2, 1]
    assert sorted(str(session.id) for session in listed) == sorted(claims_of(one)["sid"] for one in signed_in)
    with pytest.raises(InvalidArgument):
        await identity_app.sessions(BOSS, user_id=str(signed_in[0].user.id), page_token="x")


async def test_a_page_token_is_of_one_user(identity_app: IdentityApp) -> None:
    for _ in range(2):
        ada = await identity_app.signed_in()
    bob = await identity_app.signed_in("bob@example.com")
    token = (await identity_app.sessions(caller_of(ada), page_size=1)).next_page_token

    with pytest.raises(InvalidArgument):
        await identity_app.sessions(caller_of(bob), page_token=token)


async def test_somebody_elses_sessions_do_not_exist(identity_app: IdentityApp) -> None:
    ada, bob = await identity_app.signed_in(), await identity_app.signed_in("bob@example.com")

    with pytest.raises(UserNotFound):
        await identity_app.sessions(caller_of(bob), user_id=str(ada.user.id))
    with pytest.raises(SessionNotFound):
        await identity_app.delete_session(claims_of(ada)["sid"], caller_of(bob))

    assert await identity_app.refresh(ada.refresh_token) is not None
    listed = (await identity_app.sessions(BOSS, user_id=str(ada.user.id))).sessions
    assert [str(session.id) for session in listed] == [claims_of(ada)["sid"]]


@pytest.mark.parametrize("by", ["its user", "an administrator"])
async def test_a_deleted_session_refreshes_nothing(identity_app: IdentityApp, by: str) -> None:
    ada, other = await identity_app.signed_in(), await identity_app.signed_in()
    caller = caller_of(other) if by == "its user" else BOSS

    await identity_app.delete_session(claims_of(ada)["sid"], caller)

    assert await identity_app.refresh(ada.refresh_token) is None
    assert await identity_app.refresh(other.refresh_token) is not None
    with pytest.raises(SessionNotFound):
        await identity_app.delete_session(claims_of(ada)["sid"], caller)


@pytest.mark.parametrize("id", ["me", "no uuid", "6f0c1d2e-0000-4000-8000-000000000000"])
async def test_what_is_no_session_is_not_found(identity_app: IdentityApp, id: str) -> None:
    ada = await identity_app.signed_in()

    with pytest.raises(SessionNotFound):
        await identity_app.delete_session(id, caller_of(ada))


async def test_an_expired_session_is_neither_listed_nor_found(identity_app: IdentityApp) -> None:
    ada = await identity_app.signed_in()
    await identity_app.backend.pass_time(31 * 24 * 3600)

    assert (await identity_app.sessions(caller_of(ada))).sessions == []
    with pytest.raises(SessionNotFound):
        await identity_app.delete_session(claims_of(ada)["sid"], caller_of(ada))


@pytest.mark.parametrize("named", [True, False], ids=["by its token", "the present one"])
async def test_logout_ends_one_session(identity_app: IdentityApp, named: bool) -> None:
    ada, other = await identity_app.signed_in(), await identity_app.signed_in()

    for _ in range(2):  # the second time it has ended already
        if named:
            await identity_app.logout(caller_of(other), ada.refresh_token)
        else:
            await identity_app.logout(caller_of(ada))

    assert await identity_app.refresh(ada.refresh_token) is None
    assert await identity_app.refresh(other.refresh_token) is not None


async def test_logout_ends_the_session_of_a_spent_token_too(identity_app: IdentityApp) -> None:
    ada = await identity_app.signed_in()
    refreshed = await identity_app.refresh(ada.refresh_token)

    await identity_app.logout(caller_of(ada), ada.refresh_token)

    assert refreshed is not None
    assert await identity_app.refresh(refreshed.refresh_token) is None


async def test_nobody_is_logged_out_by_others(identity_app: IdentityApp) -> None:
    ada, bob = await identity_app.signed_in(), await identity_app.signed_in("bob@example.com")

    await identity_app.logout(caller_of(bob), ada.refresh_token)
    await identity_app.logout(Caller.person(str(bob.user.id)))  # with a token that has no session

    assert await identity_app.refresh(ada.refresh_token) is not None
    assert await identity_app.refresh(bob.refresh_token) is not None
