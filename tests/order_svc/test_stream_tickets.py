"""Stream tickets open one stream, for their caller, within a minute, at whichever replica."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from easyorder.order.v1 import (
    CreateStreamTicketRequest,
    OrderEvent,
    StreamTicket,
    WatchAllOrdersRequest,
    WatchOrderRequest,
    WatchOrdersRequest,
)
from sqlalchemy import text

from chassis.auth.keys import KeyCache
from chassis.auth.service_tokens import ServiceKeys
from chassis.context import Caller
from chassis.db.engine import make_engine
from chassis.errors import PermissionDenied, TokenExpired, Unauthenticated
from chassis.grpc.clients import Client, rpc
from chassis.grpc.status import from_status
from order_svc.api.order_watch import OrderWatchApi
from order_svc.stream_tickets import PREFIX, StreamTickets, TicketOrTokenVerifier
from order_svc.tracking_links import TrackingLinks
from tests.builders.order import SHOPPER, an_order
from tests.builders.order_ids import IDS
from tests.conftest import DatabasesOf
from tests.fakes.chassis import FakeClock
from tests.fakes.link_generations import InMemoryLinkGenerations
from tests.mesh import Mesh, Tokens, service_keys, serving
from tests.order_svc.watch_app import WatchApp
from tests.polling import eventually
from tests.watching import Watching

KEY = bytes(range(16))
SERVICE = "easyorder.order.v1.OrderWatchService"
CREATE = rpc(SERVICE, "CreateStreamTicket", CreateStreamTicketRequest, StreamTicket)
WATCH_ORDER = rpc(SERVICE, "WatchOrder", WatchOrderRequest, OrderEvent)
WATCH_ORDERS = rpc(SERVICE, "WatchOrders", WatchOrdersRequest, OrderEvent)
WATCH_ALL_ORDERS = rpc(SERVICE, "WatchAllOrders", WatchAllOrdersRequest, OrderEvent)
MEMBER = replace(Caller.person(SHOPPER, team_ids=("red", "blue")), expires_at_s=4e9)


@dataclass
class Replicas:
    """The tickets of two processes on one database."""

    clock: FakeClock
    here: StreamTickets
    there: StreamTickets
    url: str

    async def execute(self, statement: str) -> list[int]:
        engine = make_engine(self.url, application_name="tests")
        async with engine.begin() as connection:
            result = await connection.execute(text(statement))
            found = [row[0] for row in result] if result.returns_rows else []
        await engine.dispose()
        return found

    async def uses(self) -> int:
        (count,) = await self.execute("SELECT count(*) FROM stream_ticket_use")
        return count


@pytest.fixture
async def replicas(databases_of: DatabasesOf) -> AsyncIterator[Replicas]:
    url = (await databases_of("order_svc"))["easyorder_order_write"]
    clock = FakeClock(datetime.now(UTC).replace(microsecond=0))
    engines = [make_engine(url, application_name="tests") for _ in range(2)]
    here, there = (StreamTickets(KEY, engine, clock) for engine in engines)
    yield Replicas(clock, here, there, url)
    for engine in engines:
        await engine.dispose()


async def test_a_ticket_stands_for_its_caller_once_at_whichever_replica(replicas: Replicas) -> None:
    ticket, expires = replicas.here.create(MEMBER)

    outcomes = await asyncio.gather(
        *(replica.use(ticket) for replica in (replicas.here, replicas.there, replicas.here)), return_exceptions=True
    )

    assert (expires - replicas.clock.now()).total_seconds() == 60
    assert [outcome for outcome in outcomes if isinstance(outcome, Caller)] == [MEMBER]
    assert [type(outcome) for outcome in outcomes if not isinstance(outcome, Caller)] == [Unauthenticated] * 2
    assert await replicas.uses() == 1


async def test_the_caller_of_a_ticket_ends_with_the_access_token(replicas: Replicas) -> None:
    ticket, _ = replicas.here.create(replace(MEMBER, expires_at_s=1234.5))

    assert (await replicas.there.use(ticket)).expires_at_s == 1234.5


async def test_a_ticket_is_valid_for_a_minute(replicas: Replicas) -> None:
    in_time, late = (replicas.here.create(MEMBER)[0] for _ in range(2))

    replicas.clock.advance(59)
    await replicas.here.use(in_time)
    replicas.clock.advance(1)
    with pytest.raises(Unauthenticated, match="has expired or was used"):
        await replicas.here.use(late)


async def test_what_is_no_ticket_is_refused_and_stores_nothing(replicas: Replicas) -> None:
    ticket, _ = replicas.here.create(MEMBER)
    engine = make_engine(replicas.url, application_name="tests")
    of_another_shop, _ = StreamTickets(bytes(16), engine, replicas.clock).create(MEMBER)

    for forged in (PREFIX, f"{PREFIX}x", f"{PREFIX}ä", ticket[:-3], ticket.swapcase(), of_another_shop):
        with pytest.raises(Unauthenticated, match="is not valid"):
            await replicas.here.use(forged)
    assert await replicas.uses() == 0


async def test_uses_are_forgotten_once_their_tickets_have_expired(replicas: Replicas) -> None:
    await replicas.execute(
        "INSERT INTO stream_ticket_use SELECT decode(lpad(to_hex(n), 24, '0'), 'hex'), now() - n * interval '1 minute' "
        "FROM generate_series(1, 50) AS n"
    )

    await replicas.here.use(replicas.here.create(MEMBER)[0])

    assert await replicas.uses() == 10


@asynccontextmanager
async def service(replicas: Replicas, app: WatchApp) -> AsyncIterator[Mesh]:
    tokens = Tokens()
    verifier = TicketOrTokenVerifier(KeyCache(tokens.keys), ServiceKeys(service_keys(), "test"), replicas.here)
    api = OrderWatchApi(
        app.order_watch,
        IDS,
        replicas.here,
        TrackingLinks(KEY, app.load_order, InMemoryLinkGenerations(), replicas.clock),
    )
    async with serving({SERVICE: api}, tokens=tokens, verifier=verifier, clock=replicas.clock) as mesh:
        yield mesh


async def ticket_of(client: Client) -> str:
    return (await client.call(CREATE, CreateStreamTicketRequest())).ticket


async def test_a_ticket_opens_one_stream_of_its_caller(replicas: Replicas) -> None:
    app = WatchApp()
    async with service(replicas, app) as mesh, AsyncExitStack() as watching:
        ticket = await ticket_of(mesh.user(SHOPPER))
        own = Watching(mesh.with_token(ticket).stream(WATCH_ORDERS, WatchOrdersRequest()))
        await watching.enter_async_context(own)
        await eventually(lambda: app.order_watch.subscribers == 1)
        app.given(an_order(owner="another"))
        order = app.given(an_order())
        (created,) = await own.hears(1)
        async with Watching(mesh.with_token(ticket).stream(WATCH_ORDERS, WatchOrdersRequest())) as again:
            with pytest.raises(Unauthenticated):
                await again.ends()

    assert created.order_id == IDS.of_order(order.id)
    assert again.messages == []


async def test_a_ticket_has_the_roles_of_its_caller(replicas: Replicas) -> None:
    app = WatchApp()
    async with service(replicas, app) as mesh:
        of_shopper, of_admin = await ticket_of(mesh.user(SHOPPER)), await ticket_of(mesh.admin())
        async with Watching(mesh.with_token(of_shopper).stream(WATCH_ALL_ORDERS, WatchAllOrdersRequest())) as refused:
            with pytest.raises(PermissionDenied):
                await refused.ends()
        async with Watching(mesh.with_token(of_admin).stream(WATCH_ALL_ORDERS, WatchAllOrdersRequest())) as everybodys:
            await eventually(lambda: app.order_watch.subscribers == 1)
            app.given(an_order())
            await everybodys.hears(1)


async def test_a_ticket_is_good_for_streams_only(replicas: Replicas) -> None:
    async with service(replicas, WatchApp()) as mesh:
        ticket = await ticket_of(mesh.user(SHOPPER))
        with pytest.raises(Unauthenticated, match="send the access token"):
            await ticket_of(mesh.with_token(ticket))
        with pytest.raises(Unauthenticated):
            await ticket_of(mesh.anonymous())

    # As reflection does, which is no method of the contract.
    verifier = TicketOrTokenVerifier(KeyCache(Tokens().keys), ServiceKeys(service_keys(), "test"), replicas.here)
    with pytest.raises(Unauthenticated, match="send the access token"):
        await verifier.verify(ticket)
    assert await replicas.uses() == 0


async def test_a_stream_ends_with_the_access_token_that_its_ticket_was_made_with(replicas: Replicas) -> None:
    app = WatchApp()
    order = app.given(an_order())
    async with service(replicas, app) as mesh:
        # Tokens of these tests are valid for ten minutes.
        replicas.clock.advance(599)
        ticket = await ticket_of(mesh.user(SHOPPER))
        request = WatchOrderRequest(id=IDS.of_order(order.id))
        async with Watching(mesh.with_token(ticket).stream(WATCH_ORDER, request)) as watching:
            *_, last = await watching.ends()

    assert isinstance(from_status(last.error), TokenExpired)
