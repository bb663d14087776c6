"""WatchHealth on real sockets: processes that end, come back, freeze or refuse, and callers who leave."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import grpc
import pytest
from easyorder.ops import v1
from easyorder.ops.v1 import GetStatsRequest, HealthEvent, ProcessHealth, ProcessState, Stats, WatchHealthRequest

from chassis.errors import AppError, PermissionDenied, TokenExpired, TokenRevoked, Unauthenticated, Unavailable
from chassis.grpc.clients import Client, rpc
from chassis.grpc.streams import TooManyStreams
from edge import health_stream
from edge.api import HealthApi
from edge.bootstrap import HEALTH, IDENTITY, portal
from edge.config import EdgeSettings
from edge.mesh_health import MeshHealth
from ops.snapshots import snapshots
from tests.edge.conftest import SERVICES, HealthServers
from tests.edge.test_keys import Identity
from tests.mesh import Mesh, Tokens, running, service_keys, serving
from tests.polling import eventually
from tests.vanishing import host, served_there
from tests.watching import Watching

OPS = "easyorder.ops.v1.OpsService"
WATCH_HEALTH = rpc(HEALTH, "WatchHealth", WatchHealthRequest, HealthEvent)
SERVING, UNREACHABLE = ProcessState.SERVING, ProcessState.UNREACHABLE
STREAMS_OF_A_USER = 3


@dataclass
class Ops:
    """The OpsService of a process, as far as edge needs it."""

    service: str
    refusal: AppError | None = None

    async def get_stats(self, request: GetStatsRequest) -> Stats:
        if self.refusal:
            raise self.refusal
        started, lag = datetime(2026, 1, 1, tzinfo=UTC), timedelta(0)
        return Stats(service=self.service, start_time=started, projection_lag=lag)


class BusyOps(Ops):
    """It counts much, and always something else."""

    asked = 0

    async def get_stats(self, request: GetStatsRequest) -> Stats:
        self.asked += 1
        stats = await super().get_stats(request)
        stats.figures = {f"figure {number:05000}": float(self.asked) for number in range(50)}
        return stats


@dataclass
class Processes:
    """One of each service, on sockets of their own, and edge in front of them."""

    tokens: Tokens = field(default_factory=Tokens)
    ops: dict[str, Ops] = field(default_factory=lambda: {service: Ops(service) for service in SERVICES})
    _edge: str = ""
    _addresses: dict[str, str] = field(default_factory=dict)
    _running: dict[str, AsyncExitStack] = field(default_factory=dict)
    _clients: list[Client] = field(default_factory=list)

    async def start(self, service: str) -> None:
        """On the port it had, if it has been up before."""
        servicers: dict[str, object] = {OPS: self.ops[service]}
        if service == "identity":
            servicers[IDENTITY] = Identity(self.tokens)
        address = self._addresses.get(service, "127.0.0.1:0")
        self._running[service] = AsyncExitStack()
        process: Mesh = await self._running[service].enter_async_context(
            serving(servicers, tokens=self.tokens, name=service, address=address)
        )
        self._addresses[service] = process.address

    async def stop(self, service: str) -> None:
        await self._running.pop(service).aclose()

    @asynccontextmanager
    async def behind_edge(self) -> AsyncIterator[Processes]:
        for service in SERVICES:
            await self.start(service)
        settings = EdgeSettings.model_validate(
            {f"{service}_address": address for service, address in self._addresses.items()}
            | {"edge_address": "127.0.0.1:0", "service_keys_dir": service_keys(), "jwks_file": None}
            | {"stream_limit_per_user": STREAMS_OF_A_USER}
        )
        identity = Client(settings.identity_address)
        async with running(portal(settings, MeshHealth(settings.watched()), identity)) as server:
            self._edge = f"127.0.0.1:{server.port}"
            yield self
            for client in self._clients:
                await client.close()
        await identity.close()
        for service in list(self._running):
            await self.stop(service)

    def watch(self, token: str) -> AsyncGenerator[HealthEvent, None]:
        """A stream for whoever has the token."""
        self._clients.append(Client(self._edge, token=token))
        return self._clients[-1].stream(WATCH_HEALTH, WatchHealthRequest())


@pytest.fixture
async def processes() -> AsyncIterator[Processes]:
    async with Processes().behind_edge() as running:
        yield running


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes are asked again at once."""
    monkeypatch.setattr(health_stream, "_EVERY_S", 0.02)


@pytest.fixture
def late(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes are asked again only when something has changed."""
    monkeypatch.setattr(health_stream, "_EVERY_S", 3600)


def of(watching: Watching, service: str) -> ProcessHealth:
    """The process, as it was told last."""
    health = watching.heard[-1].health
    return next(process for process in health.processes if process.service == service)


async def test_a_process_that_ends_is_told_and_that_it_is_back(processes: Processes, late: None) -> None:
    async with Watching(processes.watch(processes.tokens.admin())) as watching:
        (first, *_) = await watching.hears(1)
        assert [(one.service, one.state) for one in first.health.processes] == [(name, SERVING) for name in SERVICES]
        assert [one.stats and one.stats.service for one in first.health.processes] == [*SERVICES]

        await processes.stop("payment")
        await eventually(lambda: of(watching, "payment").state is UNREACHABLE, timeout_s=30)
        payment = of(watching, "payment")
        assert (payment.stats, payment.stats_error) == (None, None)
        assert of(watching, "order") == first.health.processes[2]

        await processes.start("payment")
        await eventually(lambda: of(watching, "payment") == first.health.processes[3], timeout_s=30)


async def test_it_is_for_administrators(processes: Processes) -> None:
    for token, refusal in (("", Unauthenticated), (processes.tokens.user(), PermissionDenied)):
        with pytest.raises(refusal):
            await anext(processes.watch(token))


async def test_the_streams_of_a_user_are_limited(processes: Processes) -> None:
    token = processes.tokens.admin()
    async with AsyncExitStack() as opened:
        for _ in range(STREAMS_OF_A_USER):
            watching = await opened.enter_async_context(Watching(processes.watch(token)))
            await watching.hears(1)

        with pytest.raises(TooManyStreams):
            await anext(processes.watch(token))


async def test_a_token_that_a_service_refuses_watches_nothing(processes: Processes, soon: None) -> None:
    async with Watching(processes.watch(processes.tokens.admin())) as watching:
        await watching.hears(1)
        processes.ops["order"].refusal = TokenRevoked()

        *_, last = await watching.ends()

    assert last.error.message == TokenRevoked().message
    with pytest.raises(TokenRevoked):
        await anext(processes.watch(processes.tokens.admin()))


async def test_a_process_that_alone_takes_a_token_for_expired_hides_no_other(processes: Processes, soon: None) -> None:
    processes.ops["order"].refusal = TokenExpired("the token has expired")
    async with Watching(processes.watch(processes.tokens.admin())) as watching:
        await watching.hears(1)

    refused = of(watching, "order").stats_error
    assert refused
    assert refused.message == "the token has expired"
    assert of(watching, "payment").stats


async def test_a_process_that_ends_each_watch_at_once_does_not_make_others_busy(late: None) -> None:
    busy, ended = BusyOps("order"), []

    async def end(request: bytes, context: grpc.aio.ServicerContext[bytes, bytes]) -> None:
        ended.append(request)
        await context.abort(grpc.StatusCode.UNIMPLEMENTED)

    other = grpc.aio.server()
    watch: Any = {"Watch": grpc.unary_stream_rpc_method_handler(end)}
    other.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("grpc.health.v1.Health", watch),))
    port = other.add_insecure_port("127.0.0.1:0")
    await other.start()
    async with serving({OPS: busy}) as order:
        mesh = MeshHealth({"order": [order.address], "payment": [f"127.0.0.1:{port}"]})
        await mesh.start()
        streams = health_stream.HealthStream(mesh)
        async with Watching(streams.of(f"Bearer {order.tokens.admin()}")) as watching:
            await watching.hears(1)
            before = len(ended)
            await eventually(lambda: len(ended) > before + 5)
            assert of(watching, "payment").state is UNREACHABLE
        await mesh.stop()
    await other.stop(None)

    assert busy.asked <= 2


async def test_a_process_that_does_not_say_what_it_counts_says_why(processes: Processes, soon: None) -> None:
    async with Watching(processes.watch(processes.tokens.admin())) as watching:
        await watching.hears(1)
        processes.ops["order"].refusal = Unavailable("the database is away")

        await eventually(lambda: of(watching, "order").stats_error is not None)

    order = of(watching, "order")
    assert (order.state, order.stats, order.stats_error and order.stats_error.message) == (
        SERVING,
        None,
        "the database is away",
    )
    assert of(watching, "payment").stats


async def test_heartbeats_come_while_a_pause_lasts() -> None:
    async def look() -> tuple[v1.MeshHealth, float]:
        return v1.MeshHealth(), 3600

    stream = snapshots(look, HealthEvent, "health", heartbeat_s=0.02)
    async with asyncio.timeout(30):
        first, second = await anext(stream), await anext(stream)
    await stream.aclose()

    assert first.health is not None
    assert second.heartbeat is not None


async def test_a_reader_that_stops_reading_is_waited_for(soon: None) -> None:
    busy = BusyOps("order")
    async with serving({OPS: busy}) as order:
        health = MeshHealth({"order": [order.address]})
        await health.start()
        async with serving({HEALTH: HealthApi(health_stream.HealthStream(health))}, tokens=order.tokens) as edge:
            stream = edge.admin().stream(WATCH_HEALTH, WatchHealthRequest())
            await anext(stream)

            asked = [busy.asked]

            def is_asked_no_more() -> bool:
                asked.append(busy.asked)
                return len(asked) > 50 and asked[-50] == asked[-1]

            await eventually(is_asked_no_more, timeout_s=30)
            async for _ in stream:
                if busy.asked > asked[-1]:
                    break
            await stream.aclose()
        await health.stop()


async def test_all_streams_watch_a_process_once_and_leave_nothing(servers: HealthServers, late: None) -> None:
    mesh = MeshHealth({"order": [servers.addresses["order"]]})
    await mesh.start()
    streams = health_stream.HealthStream(mesh)
    async with Watching(streams.of("nobody's")) as first, Watching(streams.of("nobody's")) as second:
        await first.hears(1)
        await second.hears(1)
        assert servers.watchers("order") == 1
        await servers.drain("order")
        await eventually(lambda: of(second, "order").state is ProcessState.NOT_SERVING)

    await eventually(lambda: servers.watchers("order") == 0)
    async with Watching(streams.of("nobody's")) as again:
        await again.hears(1)
        assert of(again, "order").state is ProcessState.NOT_SERVING
    await mesh.stop()


async def test_a_process_that_falls_silent_is_told(late: None) -> None:
    async with serving({OPS: Ops("order")}) as order:
        with host() as there:
            connect = partial(asyncio.open_connection, "127.0.0.1", order.server.port)
            async with served_there(there, connect) as port:
                mesh = MeshHealth({"order": [f"{there.address}:{port}"]})
                await mesh.start()
                streams = health_stream.HealthStream(mesh)
                async with Watching(streams.of(f"Bearer {order.tokens.admin()}")) as watching:
                    await watching.hears(1)
                    assert of(watching, "order").state is SERVING

                    there.vanish()
                    await eventually(lambda: of(watching, "order").state is UNREACHABLE, timeout_s=15)
                await mesh.stop()
