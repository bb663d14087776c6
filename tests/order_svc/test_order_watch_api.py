"""OrderWatchService over a real socket: access, refusals before the first message, errors in the stream after it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from easyorder.order.v1 import OrderEvent, WatchAllOrdersRequest, WatchOrderRequest, WatchOrdersRequest

from chassis.errors import InvalidArgument, PermissionDenied, TokenExpired, Unauthenticated, Unavailable
from chassis.grpc.clients import Client, rpc
from chassis.grpc.status import from_status
from order_svc.api.order_watch import OrderWatchApi
from order_svc.domain.errors import OrderNotFound
from tests.builders.order import AT, SHOPPER, an_order
from tests.builders.order_ids import IDS, positions_of
from tests.fakes.chassis import FakeClock
from tests.mesh import Mesh, serving
from tests.order_svc.watch_app import WatchApp
from tests.polling import eventually
from tests.watching import Watching, content

SERVICE = "easyorder.order.v1.OrderWatchService"
WATCH_ORDER = rpc(SERVICE, "WatchOrder", WatchOrderRequest, OrderEvent)
WATCH_ORDERS = rpc(SERVICE, "WatchOrders", WatchOrdersRequest, OrderEvent)
WATCH_ALL_ORDERS = rpc(SERVICE, "WatchAllOrders", WatchAllOrdersRequest, OrderEvent)
TOKENS = IDS.resume_tokens
# test_stream_tickets.py and test_tracking_links.py have those with tickets and links.
NO_TICKETS = NO_LINKS = cast(Any, None)


@pytest.fixture
def app() -> WatchApp:
    return WatchApp()


@pytest.fixture
async def mesh(app: WatchApp) -> AsyncIterator[Mesh]:
    async with serving({SERVICE: OrderWatchApi(app.order_watch, IDS, NO_TICKETS, NO_LINKS)}) as mesh:
        yield mesh


def watch(
    client: Client,
    order_id: int,
    *,
    after_sequence: int | None = None,
    resume_token: str = "",
    last_event_id: str | None = None,
) -> Watching:
    request = WatchOrderRequest(id=IDS.of_order(order_id), after_sequence=after_sequence, resume_token=resume_token)
    extra = () if last_event_id is None else (("last-event-id", last_event_id),)
    return Watching(client.stream(WATCH_ORDER, request, extra=extra))


def watch_own(client: Client, resume_token: str = "") -> Watching:
    return Watching(client.stream(WATCH_ORDERS, WatchOrdersRequest(resume_token=resume_token)))


def watch_all(client: Client, resume_token: str = "", *, past_minutes: int = 0) -> Watching:
    request = WatchAllOrdersRequest(resume_token=resume_token, past_minutes=past_minutes)
    return Watching(client.stream(WATCH_ALL_ORDERS, request))


async def test_a_shopper_follows_an_order_to_its_end(app: WatchApp, mesh: Mesh) -> None:
    order = app.given(an_order())

    async with watch(mesh.user(SHOPPER), order.id) as watching:
        await watching.hears(1)
        app.happens(order.cancel(reason="changed my mind", at=AT))
        messages = await watching.ends()

    assert [content(message) for message in messages] == ["order_snapshot", "order_status_changed"]
    assert watching.sequences == [1, 2]


async def test_after_sequence_zero_is_not_the_same_as_none(app: WatchApp, mesh: Mesh) -> None:
    order = app.given(an_order().cancelled())

    async with watch(mesh.user(SHOPPER), order.id, after_sequence=0) as watching:
        messages = await watching.ends()

    assert [content(message) for message in messages] == ["order_created", "order_status_changed"]


@pytest.mark.parametrize(("last_seen", "heard"), [(None, [2, 3, 4]), (0, [1, 2, 3, 4]), (2, [3, 4]), (4, [])])
async def test_a_browser_resumes_after_the_last_event_that_it_received(
    app: WatchApp, mesh: Mesh, last_seen: int | None, heard: list[int]
) -> None:
    order = app.given(an_order().paid().cancelled())
    first = TOKENS.of_order(order.id, 1)
    last_event_id = "" if last_seen is None else TOKENS.of_order(order.id, last_seen)

    # Its URL is that of its first connection.
    async with watch(mesh.user(SHOPPER), order.id, resume_token=first, last_event_id=last_event_id) as watching:
        await watching.ends()

    assert watching.sequences == heard


@pytest.mark.parametrize("token", ["1", "x" * 48, "ä", TOKENS.of_order(0, 1), TOKENS.of_feed(1)], ids=range(5))
async def test_what_is_no_resume_token_of_the_order_is_refused(app: WatchApp, mesh: Mesh, token: str) -> None:
    order = app.given(an_order())
    shopper = mesh.user(SHOPPER)

    requests = [(watch(shopper, order.id, resume_token=token), "resumeToken must be")]
    if token.isascii():
        requests.append((watch(shopper, order.id, last_event_id=token), "last-event-id must be"))
    for watching, refusal in requests:
        async with watching:
            with pytest.raises(InvalidArgument, match=refusal):
                await watching.ends()
        assert watching.messages == []


async def test_a_place_after_the_last_event_is_refused_where_it_was_given(app: WatchApp, mesh: Mesh) -> None:
    order, shopper = app.given(an_order()), mesh.user(SHOPPER)
    later, much_later = TOKENS.of_order(order.id, 9), TOKENS.of_feed(99)

    for watching, field in (
        (watch(shopper, order.id, after_sequence=9), "afterSequence"),
        (watch(shopper, order.id, resume_token=later), "resumeToken"),
        (watch(shopper, order.id, last_event_id=later), "last-event-id"),
        (watch_own(shopper, much_later), "resumeToken"),
    ):
        async with watching:
            with pytest.raises(InvalidArgument) as refusal:
                await watching.ends()
        assert [violation.field for violation in refusal.value.violations] == [field]


@pytest.mark.parametrize("token", ["1", "x" * 48, TOKENS.of_order(1, 1)], ids=range(3))
async def test_what_is_no_resume_token_of_many_orders_is_refused(app: WatchApp, mesh: Mesh, token: str) -> None:
    app.given(an_order())

    for watching in (watch_own(mesh.user(SHOPPER), token), watch_all(mesh.admin(), token)):
        async with watching:
            with pytest.raises(InvalidArgument, match="resumeToken must be"):
                await watching.ends()
        assert watching.messages == []


async def test_a_shopper_follows_all_that_is_their_own(app: WatchApp, mesh: Mesh) -> None:
    async with watch_own(mesh.user(SHOPPER)) as watching, watch_own(mesh.user("stranger")) as stranger:
        await eventually(lambda: app.order_watch.subscribers == 2)
        order = app.given(an_order())
        (created,) = await watching.hears(1)
        app.given(an_order())
        await watching.hears(2)
    async with watch_own(mesh.user(SHOPPER), created.resume_token) as resumed:
        await resumed.hears(1)

    assert created.order_id == IDS.of_order(order.id)
    assert [message.order_id for message in resumed.heard] == [watching.heard[1].order_id]
    assert stranger.heard == []


async def test_administrators_follow_their_own_orders_or_everybodys(app: WatchApp, mesh: Mesh) -> None:
    admin = mesh.admin()
    async with watch_own(admin) as own, watch_all(admin) as everybodys:
        await eventually(lambda: app.order_watch.subscribers == 2)
        of_a_shopper = app.given(an_order())
        of_the_admin = app.given(an_order(owner="admin"))
        await everybodys.hears(2)
        await own.hears(1)
    async with watch_all(mesh.user(SHOPPER)) as refused:
        with pytest.raises(PermissionDenied):
            await refused.ends()

    assert [message.order_id for message in own.heard] == [IDS.of_order(of_the_admin.id)]
    assert [message.order_id for message in everybodys.heard] == [
        IDS.of_order(order.id) for order in (of_a_shopper, of_the_admin)
    ]


async def test_a_stream_begins_with_what_was_counted_and_goes_on_with_what_was_not(app: WatchApp, mesh: Mesh) -> None:
    order = app.given(an_order())
    # Published and not dispatched yet: the stream reads it, and its counts do not have it.
    put_off = app.happens(order.charge_put_off(reason="no answer", at=AT, next_attempt=AT), delivered=False)

    async with watch_all(mesh.admin(), past_minutes=15) as watching:
        await watching.hears(2)
        # What is dispatched again is counted once.
        app.order_watch.dispatch(put_off)
        app.order_watch.dispatch(put_off)
        app.happens(order.charged(at=AT))
        first, *events = await watching.hears(4)
    async with watch_all(mesh.admin(), first.resume_token, past_minutes=15) as resumed:
        await resumed.hears(3)
    async with watch_all(mesh.admin(), past_minutes=1) as later:
        (counted,) = await later.hears(1)

    assert first.order_counts is not None
    assert [bucket.placed_count for bucket in first.order_counts.buckets] == [1]
    assert (first.sequence, first.order_id, positions_of([first])) == (0, "", [1])
    assert [message.sequence for message in events] == [2, 3, 4]
    assert content(resumed.messages[0]) == "heartbeat"
    assert resumed.sequences == [2, 3, 4]
    assert counted.order_counts is not None
    (bucket,) = counted.order_counts.buckets
    assert (bucket.placed_count, bucket.transient_count, bucket.charged_count, bucket.paid_count) == (1, 1, 1, 1)


async def test_at_most_a_quarter_of_an_hour_can_be_asked_for(mesh: Mesh) -> None:
    for minutes in (-1, 16):
        async with watch_all(mesh.admin(), past_minutes=minutes) as watching:
            with pytest.raises(InvalidArgument) as refusal:
                await watching.ends()
        assert [violation.field for violation in refusal.value.violations] == ["pastMinutes"]


async def test_refusals_come_as_the_calls_status(app: WatchApp, mesh: Mesh) -> None:
    order = app.given(an_order())

    for client, after_sequence, refusal in (
        (mesh.anonymous(), None, Unauthenticated),
        (mesh.user("stranger"), None, OrderNotFound),
        (mesh.user(SHOPPER), 99, InvalidArgument),
        (mesh.user(SHOPPER), -1, InvalidArgument),
    ):
        async with watch(client, order.id, after_sequence=after_sequence) as watching:
            with pytest.raises(refusal):
                await watching.ends()
        assert watching.messages == []


async def test_a_client_that_leaves_leaves_nothing_behind(app: WatchApp, mesh: Mesh) -> None:
    order = app.given(an_order())

    async with watch(mesh.user(SHOPPER), order.id) as watching:
        await watching.hears(1)
        assert app.order_watch.subscribers == 1
    await eventually(lambda: app.order_watch.subscribers == 0)


async def test_a_server_that_drains_says_so_inside_the_stream(app: WatchApp, mesh: Mesh) -> None:
    order = app.given(an_order())

    async with watch(mesh.user(SHOPPER), order.id) as watching:
        await watching.hears(1)
        stopping = asyncio.create_task(mesh.server.stop(5))
        _, ending = await watching.ends()
        await stopping

    assert ending.error is not None
    assert isinstance(from_status(ending.error), Unavailable)
    assert ending.sequence == 1


async def test_a_stream_ends_with_its_token_and_another_resumes_it(app: WatchApp) -> None:
    order = app.given(an_order())
    clock = FakeClock(datetime.now(UTC).replace(microsecond=0))
    async with serving({SERVICE: OrderWatchApi(app.order_watch, IDS, NO_TICKETS, NO_LINKS)}, clock=clock) as mesh:
        expiring, user = mesh.user(SHOPPER), mesh.user(SHOPPER)
        # Tokens of these tests are valid for ten minutes.
        clock.advance(599.5)
        async with watch(expiring, order.id) as of_one, watch_own(expiring) as of_all:
            await eventually(lambda: of_one.messages and of_all.messages)
            clock.advance(-300)
            async with watch(user, order.id) as other:
                _, ending = await of_one.ends()
                (ending_of_all,) = await of_all.ends()
                app.happens(order.cancel(reason="changed my mind", at=AT))
                await other.ends()

        async with watch(user, order.id, resume_token=ending.resume_token) as resumed:
            (cancelled,) = await resumed.ends()

    assert [type(from_status(last.error)) for last in (ending, ending_of_all)] == [TokenExpired] * 2
    assert (ending.sequence, positions_of([ending_of_all])) == (1, [1])
    assert [content(message) for message in of_one.messages] == ["order_snapshot", "error"]
    assert cancelled.sequence == 2
