"""A tracking link shows its order to whoever has it, and nothing else: no other order, no address, no change."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from easyorder.google.protobuf import Empty
from easyorder.order.v1 import (
    CreateTrackingLinkRequest,
    OrderStatus,
    RevokeTrackingLinksRequest,
    TrackedOrderEvent,
    TrackingLink,
    WatchTrackedOrderRequest,
)

from chassis.grpc.clients import Client, rpc
from order_svc.adapters.link_generations import SqlLinkGenerations
from order_svc.api.order_watch import OrderWatchApi
from order_svc.domain.errors import OrderNotFound
from order_svc.tracking_links import LinkGenerations, TrackingLinks
from tests.builders.order import SHOPPER, an_order
from tests.builders.order_ids import IDS
from tests.fakes.chassis import FakeClock
from tests.fakes.link_generations import InMemoryLinkGenerations
from tests.mesh import Mesh, serving
from tests.order_svc.order_app import SqlOrderApp
from tests.order_svc.watch_app import WatchApp
from tests.watching import Watching

SERVICE = "easyorder.order.v1.OrderWatchService"
CREATE = rpc(SERVICE, "CreateTrackingLink", CreateTrackingLinkRequest, TrackingLink)
REVOKE = rpc(SERVICE, "RevokeTrackingLinks", RevokeTrackingLinksRequest, Empty)
WATCH = rpc(SERVICE, "WatchTrackedOrder", WatchTrackedOrderRequest, TrackedOrderEvent)
DAY_S = 24 * 3600


@pytest.fixture
def app() -> WatchApp:
    return WatchApp()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(datetime.now(UTC))


@asynccontextmanager
async def replica(app: WatchApp, generations: LinkGenerations, clock: FakeClock) -> AsyncIterator[Mesh]:
    links = TrackingLinks(bytes(range(16)), app.load_order, generations, clock)
    no_tickets: object = None
    async with serving({SERVICE: OrderWatchApi(app.order_watch, IDS, no_tickets, links)}) as mesh:  # type: ignore[arg-type]
        await links.start()
        yield mesh
        await links.stop()


@pytest.fixture
def generations() -> InMemoryLinkGenerations:
    return InMemoryLinkGenerations()


@pytest.fixture
async def mesh(app: WatchApp, generations: InMemoryLinkGenerations, clock: FakeClock) -> AsyncIterator[Mesh]:
    async with replica(app, generations, clock) as mesh:
        yield mesh


async def link_to(order_id: int, client: Client) -> TrackingLink:
    return await client.call(CREATE, CreateTrackingLinkRequest(id=IDS.of_order(order_id)))


def follow(mesh: Mesh, token: str) -> Watching:
    return Watching(mesh.anonymous().stream(WATCH, WatchTrackedOrderRequest(token=token)))


async def test_whoever_has_the_link_sees_the_order_as_it_changes(app: WatchApp, mesh: Mesh) -> None:
    order = app.given(an_order())
    link = await link_to(order.id, mesh.user(SHOPPER))

    async with follow(mesh, link.token) as watching:
        await watching.hears(1)
        app.happens(order.cancel(reason="late", at=datetime.now(UTC)))
        first, last = await watching.ends()

    assert link.path == f"/track/{IDS.of_order(order.id)}#{link.token}"
    assert first.tracked_order.id == IDS.of_order(order.id)
    assert first.tracked_order.items[0].quantity == order.view().items[0].quantity
    assert last.tracked_order.status is OrderStatus.CANCELLED
    assert SHOPPER not in repr(watching.messages)


@pytest.mark.reaches("ORDER_NOT_FOUND")
async def test_only_those_who_see_an_order_make_links_to_it(app: WatchApp, mesh: Mesh) -> None:
    order = app.given(an_order())

    with pytest.raises(OrderNotFound):
        await link_to(order.id, mesh.user("somebody-else"))
    assert (await link_to(order.id, mesh.admin())).token


async def test_a_link_works_for_a_month_and_its_token_for_nothing_else(
    app: WatchApp, mesh: Mesh, clock: FakeClock
) -> None:
    order = app.given(an_order())
    token = (await link_to(order.id, mesh.user(SHOPPER))).token
    clock.advance(30 * DAY_S - 1)
    async with follow(mesh, token) as watching:
        await watching.hears(1)

    clock.advance(1)
    for useless in (token, token[:-2], token.swapcase(), "x"):
        async with follow(mesh, useless) as watching:
            with pytest.raises(OrderNotFound):
                await watching.ends()
        assert watching.messages == []


async def test_revoked_links_end_at_each_replica_and_later_ones_work(
    app: WatchApp, mesh: Mesh, generations: InMemoryLinkGenerations, clock: FakeClock
) -> None:
    order, other = app.given(an_order()), app.given(an_order())
    shopper = mesh.user(SHOPPER)
    token, token_of_other = [(await link_to(one.id, shopper)).token for one in (order, other)]
    async with (
        replica(app, generations, clock) as elsewhere,
        follow(mesh, token) as here,
        follow(elsewhere, token) as there,
        follow(elsewhere, token_of_other) as unaffected,
    ):
        for watching in (here, there, unaffected):
            await watching.hears(1)

        await shopper.call(REVOKE, RevokeTrackingLinksRequest(id=IDS.of_order(order.id)))

        async with asyncio.timeout(1):
            endings = [(await watching.ends())[-1].error for watching in (here, there)]
        assert ["revoked" in ending.message for ending in endings] == [True, True]
        async with follow(elsewhere, token) as refused:
            with pytest.raises(OrderNotFound, match="revoked"):
                await refused.ends()
        async with follow(elsewhere, (await link_to(order.id, shopper)).token) as later:
            await later.hears(1)
        app.happens(other.cancel(reason="late", at=datetime.now(UTC)))
        assert (await unaffected.ends())[-1].tracked_order.status is OrderStatus.CANCELLED


async def test_only_those_who_see_an_order_revoke_its_links(app: WatchApp, mesh: Mesh) -> None:
    order = app.given(an_order())
    token = (await link_to(order.id, mesh.user(SHOPPER))).token
    request = RevokeTrackingLinksRequest(id=IDS.of_order(order.id))

    with pytest.raises(OrderNotFound):
        await mesh.user("somebody-else").call(REVOKE, request)
    async with follow(mesh, token) as watching:
        await watching.hears(1)
        await mesh.admin().call(REVOKE, request)
        await watching.ends()


@pytest.mark.parametrize("kind", ["fake", "sql"])
async def test_generations_are_counted_for_each_order(kind: str, sql_app: SqlOrderApp) -> None:
    generations = InMemoryLinkGenerations() if kind == "fake" else SqlLinkGenerations(sql_app.engine)
    await asyncio.gather(*(generations.end_present(order_id) for order_id in (1, 1, 2**40)))

    assert await generations.of([1, 2, 2**40]) == {1: 2, 2**40: 1}
