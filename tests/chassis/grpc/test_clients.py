"""Calls between services are typed, have deadlines, are retried while the server is away, and keep its errors."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from easyorder.order.v1 import GetOrderRequest, GetOrderStatusResponse, Order
from structlog.testing import capture_logs

from chassis.auth.service_tokens import ServiceTokens
from chassis.context import RequestContext, request_context
from chassis.errors import DeadlineExceeded, Unavailable
from chassis.grpc import clients
from chassis.grpc.clients import Client, Peer, rpc
from deploy.service_keys import make_keys
from tests.chassis.grpc.orders import AVAILABLE, CONFIRM_AVAILABILITY, GET_ORDER, ORDERS, OrderApi, orders
from tests.fakes.chassis import FakeClock
from tests.freezing import freezable
from tests.mesh import Tokens, service_keys, service_tokens
from tests.polling import eventually, some_time


def free_address() -> str:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{taken.getsockname()[1]}"


def times_unavailable(count: int) -> Callable[[], Awaitable[None]]:
    left = iter(range(count))

    async def work() -> None:
        if next(left, None) is not None:
            raise Unavailable("in a moment")

    return work


async def test_a_peer_that_is_away_for_a_moment_is_tried_again() -> None:
    async with orders(api := OrderApi(times_unavailable(2))) as mesh:
        await mesh.service("inventory").call(CONFIRM_AVAILABILITY, AVAILABLE)

    assert len(api.seen) == 3


async def test_a_peer_that_stays_unavailable_is_tried_five_times() -> None:
    async with orders(api := OrderApi(times_unavailable(100))) as mesh:
        with pytest.raises(Unavailable, match="in a moment"):
            await mesh.service("inventory").call(CONFIRM_AVAILABILITY, AVAILABLE, timeout_s=10)

    assert len(api.seen) == 5


async def test_a_peer_that_starts_later_is_reached() -> None:
    address, tokens = free_address(), Tokens()
    client = Client(address, token=tokens.user())
    call = asyncio.create_task(client.call(GET_ORDER, GetOrderRequest(id="3"), timeout_s=10))
    await asyncio.sleep(0)

    async with orders(OrderApi(), address=address, tokens=tokens):
        assert (await call).id == "3"
    await client.close()


async def test_a_call_waits_for_a_connection_and_makes_no_attempt_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "_OPTIONS", (("grpc.enable_retries", 0), *clients._OPTIONS[2:]))
    address, tokens = free_address(), Tokens()
    refused: list[object] = []

    async def refuse(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        refused.append(writer.get_extra_info("peername"))
        writer.close()

    host, port = address.split(":")
    client = Client(address, token=tokens.user())
    async with await asyncio.start_server(refuse, host, int(port)):
        call = asyncio.create_task(client.call(GET_ORDER, GetOrderRequest(id="3"), timeout_s=10))
        await eventually(lambda: len(refused) >= 3)

    async with orders(OrderApi(), address=address, tokens=tokens):
        assert (await call).id == "3"
    await client.close()


async def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://{free_address()}")
    monkeypatch.setenv("grpc_proxy", f"http://{free_address()}")
    async with orders(api := OrderApi()) as mesh:
        await mesh.service("inventory").call(CONFIRM_AVAILABILITY, AVAILABLE)

    assert len(api.seen) == 1


async def test_a_peer_that_stays_away_is_unavailable_within_the_time_given() -> None:
    began = asyncio.get_running_loop().time()
    peer = Peer(free_address(), "test", service_tokens("inventory"))

    with pytest.raises(Unavailable):
        await peer.call(CONFIRM_AVAILABILITY, AVAILABLE, timeout_s=0.3)

    assert asyncio.get_running_loop().time() - began < 2
    await peer.close()


async def test_a_call_takes_no_longer_than_the_request_it_is_made_for() -> None:
    async def endless() -> None:
        await asyncio.Event().wait()

    loop = asyncio.get_running_loop()
    async with orders(api := OrderApi(endless)) as mesh:
        with (
            request_context(RequestContext(deadline=loop.time() + 0.1)),
            pytest.raises(DeadlineExceeded),
        ):
            await mesh.service("inventory").call(CONFIRM_AVAILABILITY, AVAILABLE, timeout_s=30)

    assert api.seen[0].deadline is not None


async def test_replicas_take_turns_and_one_that_is_gone_is_passed_over() -> None:
    async with orders(first := OrderApi()) as one:
        async with orders(second := OrderApi()) as two:
            peer = Peer(f"{one.address},{two.address}", "test", service_tokens("inventory"))

            async def both_were_asked() -> bool:
                await peer.call(CONFIRM_AVAILABILITY, AVAILABLE)
                return bool(first.seen and second.seen)

            await eventually(both_were_asked)
        before = len(first.seen)
        for _ in range(10):
            await peer.call(CONFIRM_AVAILABILITY, AVAILABLE)
        await peer.close()

    assert len(first.seen) == before + 10


async def test_a_replica_that_stops_while_it_is_called_costs_no_call() -> None:
    stopped, random = asyncio.Event(), Random(0)

    async def work() -> None:
        await some_time(random, at_most_s=0.02)

    async with orders(OrderApi(work)) as one:
        async with orders(api := OrderApi(work)) as two:
            peer = Peer(f"{one.address},{two.address}", "test", service_tokens("inventory"))

            async def call() -> None:
                while not stopped.is_set():
                    await peer.call(CONFIRM_AVAILABILITY, AVAILABLE, timeout_s=30)

            calling = [asyncio.create_task(call()) for _ in range(40)]
            await eventually(lambda: len(api.seen) > 100, timeout_s=30)
        stopped.set()
        await asyncio.gather(*calling)
        await peer.close()


async def test_a_replica_that_freezes_is_left_and_its_calls_are_made_at_another_one() -> None:
    async with (
        orders(first := OrderApi()) as one,
        orders(second := OrderApi()) as two,
        freezable(one.server.port) as it,
    ):
        peer = Peer(f"{it.address},{two.address}", "test", service_tokens("inventory"), silence_s=0.25)

        async def both_were_asked() -> bool:
            await peer.call(CONFIRM_AVAILABILITY, AVAILABLE)
            return bool(first.seen and second.seen)

        await eventually(both_were_asked)
        before = len(first.seen) + len(second.seen)
        it.freeze()
        await asyncio.gather(*(peer.call(CONFIRM_AVAILABILITY, AVAILABLE, timeout_s=4) for _ in range(10)))
        # From now on, without any delay.
        await asyncio.gather(*(peer.call(CONFIRM_AVAILABILITY, AVAILABLE, timeout_s=0.5) for _ in range(10)))
        await peer.close()

    assert len(first.seen) + len(second.seen) == before + 20


async def test_a_call_that_takes_long_is_pinged_until_its_replica_freezes() -> None:
    async with (
        orders(first := OrderApi(asyncio.Event().wait)) as one,
        orders(second := OrderApi()) as two,
        freezable(one.server.port) as it,
    ):
        peer = Peer(f"{it.address},{two.address}", "test", service_tokens("inventory"), silence_s=0.25)
        calls: list[asyncio.Task[object]] = []

        def one_call_waits() -> bool:
            calls.append(asyncio.create_task(peer.call(CONFIRM_AVAILABILITY, AVAILABLE, timeout_s=10)))
            return bool(first.seen)

        await eventually(one_call_waits)
        answered = len(second.seen)
        # By default, gRPC sends two pings, and a server ends a connection at the fourth.
        await asyncio.wait(calls, timeout=1.4)
        assert len(first.seen) < len(calls) == len(first.seen) + len(second.seen)
        it.freeze()
        await asyncio.wait_for(asyncio.gather(*calls), timeout=4)
        await peer.close()

    assert len(second.seen) > answered


async def test_no_call_is_made_when_the_time_is_already_up() -> None:
    async with orders(api := OrderApi()) as mesh:
        with (
            request_context(RequestContext(deadline=asyncio.get_running_loop().time() - 1)),
            pytest.raises(DeadlineExceeded),
        ):
            await mesh.service("inventory").call(CONFIRM_AVAILABILITY, AVAILABLE)

    assert api.seen == []


@pytest.mark.parametrize(
    ("service", "name", "response"),
    [(ORDERS, "Missing", Order), ("shop.Missing", "GetOrder", Order), (ORDERS, "GetOrder", GetOrderStatusResponse)],
)
def test_a_call_that_the_contract_lacks_is_refused_when_it_is_named(service: str, name: str, response: Any) -> None:
    with pytest.raises(ValueError, match="the contract has no"):
        rpc(service, name, GetOrderRequest, response)


def of_another_mesh(folder: Path) -> ServiceTokens:
    make_keys(folder, datetime.now(UTC))
    return ServiceTokens("inventory", folder)


@pytest.mark.parametrize(
    "tokens",
    [
        lambda _: ServiceTokens("inventory", service_keys(), FakeClock(datetime.now(UTC) - timedelta(hours=1))),
        lambda _: ServiceTokens("inventory", service_keys(), FakeClock(datetime.now(UTC) + timedelta(hours=1))),
        of_another_mesh,
    ],
    ids=["an hour behind", "an hour ahead", "keys of another mesh"],
)
async def test_a_peer_that_refuses_our_token_is_unavailable_to_the_shopper(
    tokens: Callable[[Path], ServiceTokens], tmp_path: Path
) -> None:
    class Inner(OrderApi):
        async def get_order(self, request: GetOrderRequest) -> Order:
            await peer.call(CONFIRM_AVAILABILITY, AVAILABLE)
            return Order()

    async with orders(OrderApi()) as mesh, orders(Inner()) as front:
        peer = Peer(mesh.address, "test", service_tokens("inventory"))
        peer._tokens = tokens(tmp_path)
        with capture_logs() as logs, pytest.raises(Unavailable) as refusal:
            await front.user().call(GET_ORDER, GetOrderRequest(id="1"))
        await peer.close()

    assert refusal.value.retry_after_s == 1
    assert "token" not in refusal.value.message
    assert front.unexpected == []
    assert {line["event"].partition(":")[0] for line in logs if line["log_level"] == "warning"} == {
        "service token refused"
    }


@pytest.mark.parametrize("replicas", ["order-1:1,order-2:1", "127.0.0.1:1,order-2:1"])
def test_replicas_by_name_are_refused(replicas: str) -> None:
    with pytest.raises(ValueError, match="one name that has the addresses of all"):
        Client(replicas)
