"""OrderHub over a real socket: access, refusals before the first message, errors in the stream after it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from easyorder.order.v1 import HubMessage, SubscribeRequest

from chassis.errors import InvalidArgument, TokenExpired, Unauthenticated, Unavailable
from chassis.grpc.clients import Client, rpc
from chassis.grpc.status import from_status
from order_svc.api.hub import OrderHubApi
from order_svc.domain.errors import OrderNotFound
from tests.builders.order import AT, SHOPPER, an_order
from tests.builders.order_ids import IDS
from tests.fakes.chassis import FakeClock
from tests.mesh import Mesh, serving
from tests.order_svc.hub_app import HubApp
from tests.polling import eventually
from tests.watching import Watching, content

HUB = "easyorder.order.v1.OrderHub"
SUBSCRIBE = rpc(HUB, "Subscribe", SubscribeRequest, HubMessage)


@pytest.fixture
def app() -> HubApp:
    return HubApp()


@pytest.fixture
async def mesh(app: HubApp) -> AsyncIterator[Mesh]:
    async with serving({HUB: OrderHubApi(app.hub, IDS)}) as mesh:
        yield mesh


def watch(
    client: Client, order_id: int = 0, *, after_sequence: int | None = None, last_event_id: str | None = None
) -> Watching:
    request = SubscribeRequest(order_id=IDS.of_order(order_id) if order_id else "", after_sequence=after_sequence)
    extra = () if last_event_id is None else (("last-event-id", last_event_id),)
    return Watching(client.stream(SUBSCRIBE, request, extra=extra))


async def test_a_shopper_follows_an_order_to_its_end(app: HubApp, mesh: Mesh) -> None:
    order = app.given(an_order())

    async with watch(mesh.user(SHOPPER), order.id) as watching:
        await watching.hears(1)
        app.happens(order.cancel(reason="changed my mind", at=AT))
        messages = await watching.ends()

    assert [content(message) for message in messages] == ["order_snapshot", "order_status_changed"]
    assert watching.sequences == [1, 2]


async def test_after_sequence_zero_is_not_the_same_as_none(app: HubApp, mesh: Mesh) -> None:
    order = app.given(an_order().cancelled())

    async with watch(mesh.user(SHOPPER), order.id, after_sequence=0) as watching:
        messages = await watching.ends()

    assert [content(message) for message in messages] == ["order_created", "order_status_changed"]


@pytest.mark.parametrize(
    ("last_event_id", "heard"), [("", [1, 2, 3, 4]), ("0", [1, 2, 3, 4]), ("2", [3, 4]), ("4", [])]
)
async def test_a_browser_resumes_after_the_last_event_that_it_received(
    app: HubApp, mesh: Mesh, last_event_id: str, heard: list[int]
) -> None:
    order = app.given(an_order().paid().cancelled())

    # Its URL is that of its first connection.
    async with watch(mesh.user(SHOPPER), order.id, after_sequence=0, last_event_id=last_event_id) as watching:
        await watching.ends()

    assert watching.sequences == heard


@pytest.mark.parametrize("last_event_id", ["x", "-1", "1.5", "9" * 19, "99"])
async def test_an_id_of_no_event_is_refused(app: HubApp, mesh: Mesh, last_event_id: str) -> None:
    order = app.given(an_order())

    async with watch(mesh.user(SHOPPER), order.id, last_event_id=last_event_id) as watching:
        with pytest.raises(InvalidArgument, match=r"last-event-id|afterSequence"):
            await watching.ends()

    assert watching.messages == []


async def test_a_shopper_follows_all_that_is_their_own(app: HubApp, mesh: Mesh) -> None:
    async with watch(mesh.user(SHOPPER)) as watching, watch(mesh.user("stranger")) as stranger:
        await eventually(lambda: app.hub.subscribers == 2)
        order = app.given(an_order())
        (created,) = await watching.hears(1)

    assert created.order_id == IDS.of_order(order.id)
    assert stranger.heard == []


async def test_refusals_come_as_the_calls_status(app: HubApp, mesh: Mesh) -> None:
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


async def test_a_client_that_leaves_leaves_nothing_behind(app: HubApp, mesh: Mesh) -> None:
    order = app.given(an_order())

    async with watch(mesh.user(SHOPPER), order.id) as watching:
        await watching.hears(1)
        assert app.hub.subscribers == 1
    await eventually(lambda: app.hub.subscribers == 0)


async def test_a_server_that_drains_says_so_inside_the_stream(app: HubApp, mesh: Mesh) -> None:
    order = app.given(an_order())

    async with watch(mesh.user(SHOPPER), order.id) as watching:
        await watching.hears(1)
        stopping = asyncio.create_task(mesh.server.stop(5))
        _, ending = await watching.ends()
        await stopping

    assert ending.error is not None
    assert isinstance(from_status(ending.error), Unavailable)
    assert ending.sequence == 1


async def test_a_stream_ends_with_its_token_and_another_resumes_it(app: HubApp) -> None:
    order = app.given(an_order())
    clock = FakeClock(datetime.now(UTC).replace(microsecond=0))
    async with serving({HUB: OrderHubApi(app.hub, IDS)}, clock=clock) as mesh:
        expiring, user = mesh.user(SHOPPER), mesh.user(SHOPPER)
        # Tokens of these tests are valid for ten minutes.
        clock.advance(599.5)
        async with watch(expiring, order.id) as of_one, watch(expiring) as of_all:
            await eventually(lambda: of_one.messages and of_all.messages)
            clock.advance(-300)
            async with watch(user, order.id) as other:
                _, ending = await of_one.ends()
                (ending_of_all,) = await of_all.ends()
                app.happens(order.cancel(reason="changed my mind", at=AT))
                await other.ends()

        async with watch(user, order.id, after_sequence=ending.sequence) as resumed:
            (cancelled,) = await resumed.ends()

    assert [type(from_status(last.error)) for last in (ending, ending_of_all)] == [TokenExpired] * 2
    assert (ending.sequence, ending_of_all.sequence) == (1, 1)
    assert [content(message) for message in of_one.messages] == ["order_snapshot", "error"]
    assert cancelled.sequence == 2
