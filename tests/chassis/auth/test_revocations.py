"""Tokens of ended sessions, and of users who lost a right, are refused and end their streams."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from easyorder.internal.identity.v1 import ListRevocationsRequest, ListRevocationsResponse, Revocation
from easyorder.order.v1 import GetOrderRequest, OrderEvent, WatchOrdersRequest

from chassis.auth import revocations
from chassis.auth.keys import KeyCache
from chassis.auth.revocations import Revocations, revocations_of
from chassis.auth.service_tokens import ServiceKeys
from chassis.auth.verifier import TokenVerifier
from chassis.context import Caller
from chassis.errors import TokenRevoked, Unavailable
from tests.chassis.grpc.orders import GET_ORDER, ORDER_WATCH, ORDERS, WATCH_ORDERS, OrderApi, OrderWatchApi
from tests.mesh import Mesh, Tokens, service_keys, serving
from tests.polling import eventually

IDENTITY = "easyorder.internal.identity.v1.RevocationService"
ADA = Caller.person("ada")


def in_s(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


def session(id: str, *, seconds: float = 60) -> Revocation:
    return Revocation(session_id=id, expire_time=in_s(seconds))


def user(id: str, version: int, *, seconds: float = 60) -> Revocation:
    return Revocation(user_id=id, before_version=version, expire_time=in_s(seconds))


class Feed:
    """What identity_svc would answer."""

    def __init__(self) -> None:
        self._answers: asyncio.Queue[ListRevocationsResponse | Exception] = asyncio.Queue()
        self.asked: list[int] = []

    def revoke(self, *revoked: Revocation, position: int = 1) -> None:
        self._answers.put_nowait(ListRevocationsResponse(revocations=list(revoked), position=position))

    def fail(self) -> None:
        self._answers.put_nowait(Unavailable("identity does not answer"))

    async def __call__(self, request: ListRevocationsRequest) -> ListRevocationsResponse:
        self.asked.append(request.after_position)
        answer = await self._answers.get()
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def feed() -> Feed:
    return Feed()


@asynccontextmanager
async def following(feed: Feed) -> AsyncIterator[Revocations]:
    known = Revocations(feed, "orders")
    await known.start()
    yield known
    await known.stop()


def tokens_of(id: str, *, session: str = "", version: int = 0) -> Caller:
    caller = Caller.person(id)
    return Caller(caller.id, caller.audiences, session_id=session, version=version)


async def test_what_was_revoked_before_is_known_from_the_start(feed: Feed) -> None:
    feed.revoke(session("s1"), user("ada", 3), position=7)

    async with following(feed) as known:
        assert known.cover(tokens_of("bob", session="s1", version=9))
        assert not known.cover(tokens_of("bob", session="s2", version=1))
        assert [known.cover(tokens_of("ada", session="s2", version=version)) for version in (2, 3)] == [True, False]
        await eventually(lambda: feed.asked == [0, 7])


async def test_a_later_version_of_a_user_counts_and_an_earlier_one_does_not(feed: Feed) -> None:
    feed.revoke(user("ada", 3), user("ada", 5), user("ada", 4))

    async with following(feed) as known:
        assert [known.cover(tokens_of("ada", version=version)) for version in (4, 5)] == [True, False]


async def test_what_has_expired_is_forgotten(feed: Feed) -> None:
    feed.revoke(session("s1", seconds=-1), user("ada", 3, seconds=-1))

    async with following(feed) as known:
        feed.revoke(session("s2"))
        await eventually(lambda: known.cover(tokens_of("bob", session="s2")))
        assert not known.cover(tokens_of("bob", session="s1"))
        assert not known.cover(tokens_of("ada", version=1))


async def test_while_nobody_answers_what_is_known_counts(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revocations, "_RETRY_S", 0.01)
    feed.revoke(session("s1"), position=7)

    async with following(feed) as known:
        for _ in range(12):
            feed.fail()
        feed.revoke(session("s2"), position=8)
        await eventually(lambda: known.cover(tokens_of("bob", session="s2")))
        assert known.cover(tokens_of("bob", session="s1"))
        assert set(feed.asked) <= {0, 7, 8}


async def test_a_process_starts_although_nobody_answers(feed: Feed) -> None:
    async with asyncio.timeout(2), following(feed) as known:
        assert not known.cover(tokens_of("ada"))


@asynccontextmanager
async def orders(feed: Feed, tokens: Tokens) -> AsyncIterator[Mesh]:
    async def endless() -> AsyncIterator[OrderEvent]:
        yield OrderEvent(sequence=1)
        await asyncio.Event().wait()

    verifier = TokenVerifier(
        KeyCache(tokens.keys), ServiceKeys(service_keys(), "test"), revocations=Revocations(feed, "orders")
    )
    servicers = {ORDERS: OrderApi(), ORDER_WATCH: OrderWatchApi(endless)}
    async with serving(servicers, tokens=tokens, verifier=verifier) as mesh:
        yield mesh


async def test_a_token_that_was_verified_before_is_refused_once_it_is_revoked(feed: Feed) -> None:
    tokens = Tokens()
    feed.revoke()
    async with orders(feed, tokens) as mesh:
        ended = mesh.with_token(tokens.user("ada", sid="s1", ver=2))
        other = mesh.with_token(tokens.user("ada", sid="s2", ver=2))
        await ended.call(GET_ORDER, GetOrderRequest(id="7"))
        feed.revoke(session("s1"))

        async def is_refused() -> bool:
            try:
                await ended.call(GET_ORDER, GetOrderRequest(id="7"))
            except TokenRevoked:
                return True
            return False

        await eventually(is_refused)
        await other.call(GET_ORDER, GetOrderRequest(id="7"))


async def test_streams_end_with_their_tokens(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.grpc.streams._LAST_WORDS_S", 0.2)
    tokens = Tokens()
    feed.revoke()
    async with orders(feed, tokens) as mesh:
        ended = mesh.with_token(tokens.user("ada", sid="s1", ver=2)).stream(WATCH_ORDERS, WatchOrdersRequest())
        other = mesh.with_token(tokens.user("ada", sid="s2", ver=3)).stream(WATCH_ORDERS, WatchOrdersRequest())
        assert (await anext(ended)).sequence == (await anext(other)).sequence == 1
        feed.revoke(user("ada", 3))

        with pytest.raises(TokenRevoked):
            await anext(ended)
        assert sum(not end.done() for end in mesh.server._interceptor.streams._open) == 1
        await other.aclose()


async def test_identity_is_asked_as_a_service_by_a_name_of_its_own() -> None:
    asked: list[ListRevocationsRequest] = []

    class Identity:
        async def list_revocations(self, request: ListRevocationsRequest) -> ListRevocationsResponse:
            asked.append(request)
            if request.after_position == 7:
                await asyncio.Event().wait()
            return ListRevocationsResponse(position=7)

    async with serving({IDENTITY: Identity()}) as mesh:
        for _ in range(2):
            known = Revocations(revocations_of(mesh.service("order")), "order")
            await known.start()
            await known.stop()

    first, *_, last = asked
    assert first.reader.startswith("order at ")
    assert len({request.reader for request in asked}) == 2
    assert last.after_position == 2**63 - 1


async def test_a_process_that_ends_says_so(feed: Feed) -> None:
    feed.revoke(position=7)
    async with following(feed):
        await eventually(lambda: feed.asked == [0, 7])

    assert feed.asked == [0, 7, 2**63 - 1]
