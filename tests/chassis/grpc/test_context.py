"""Handlers see the deadline, the position and the caller of a call, and their additions are returned."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from easyorder.order.v1 import GetOrderRequest, OrderEvent, WatchOrdersRequest

from chassis.context import Caller, RequestContext, current, request_context
from chassis.errors import DeadlineExceeded
from chassis.grpc.channel import open_channel
from chassis.grpc.metadata import POSITION
from tests.chassis.grpc.orders import (
    AVAILABLE,
    CONFIRM_AVAILABILITY,
    GET_ORDER,
    ORDERS,
    WATCH_ORDERS,
    OrderApi,
    order_watch,
    orders,
)
from tests.mesh import Mesh
from tests.polling import eventually

REQUEST = bytes(GetOrderRequest(id="1"))


def left_s(seen: RequestContext) -> float:
    assert seen.deadline is not None
    return seen.deadline - asyncio.get_running_loop().time()


def token(mesh: Mesh) -> tuple[str, str]:
    return "authorization", f"Bearer {mesh.tokens.user()}"


async def test_a_deadline_is_the_callers_or_envoys_or_the_default() -> None:
    async with orders(api := OrderApi(), call_timeout_s=50) as mesh, open_channel(mesh.address) as channel:
        call: Any = channel.unary_unary(GET_ORDER.full_name)
        await call(REQUEST, timeout=20, metadata=[token(mesh)])
        await call(REQUEST, metadata=[token(mesh), ("x-envoy-expected-rq-timeout-ms", "30000")])
        await call(REQUEST, metadata=[token(mesh), ("x-envoy-expected-rq-timeout-ms", "soon")])
        await call(REQUEST, metadata=[token(mesh)])

        assert [round(left_s(seen), -1) for seen in api.seen] == [20, 30, 50, 50]


async def test_a_call_whose_time_is_up_is_answered_and_its_handler_cancelled() -> None:
    cancelled = asyncio.Event()

    async def endless() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    async with orders(OrderApi(endless)) as mesh, open_channel(mesh.address) as channel:
        call: Any = channel.unary_unary(GET_ORDER.full_name)
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await call(REQUEST, metadata=[token(mesh), ("x-envoy-expected-rq-timeout-ms", "50")])

    assert refused.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert "grpc-status-details-bin" in dict(refused.value.trailing_metadata())
    assert cancelled.is_set()


async def test_shielded_work_goes_on_while_the_deadline_is_answered() -> None:
    may_end, ended = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        await may_end.wait()
        ended.set()

    async def shielded() -> None:
        await asyncio.shield(asyncio.ensure_future(work()))

    async with orders(OrderApi(shielded)) as mesh:
        with pytest.raises(DeadlineExceeded):
            await mesh.user().call(GET_ORDER, GetOrderRequest(id="1"), timeout_s=0.05)
        assert not ended.is_set()
        may_end.set()
        await eventually(ended.is_set)


async def test_a_stream_has_no_deadline_unless_the_client_sets_one() -> None:
    deadlines: list[float | None] = []

    async def one() -> AsyncIterator[OrderEvent]:
        deadlines.append(current().deadline)
        yield OrderEvent(sequence=1)

    async with order_watch(one, call_timeout_s=0.001) as mesh:
        received = [message async for message in mesh.user().stream(WATCH_ORDERS, WatchOrdersRequest())]

    assert [message.sequence for message in received] == [1]
    assert deadlines == [None]


async def test_a_position_tells_nothing_and_is_known_when_it_comes_back() -> None:
    async def work() -> None:
        current().reply_headers[POSITION] = "742"

    async with orders(api := OrderApi(work)) as mesh, open_channel(mesh.address) as channel:
        call_order: Any = channel.unary_unary(GET_ORDER.full_name)
        unasked, call = (call_order(REQUEST, metadata=[token(mesh), *asked]) for asked in ((), ((POSITION, "?"),)))
        await asyncio.gather(unasked, call)
        assert POSITION not in dict(await unasked.initial_metadata())
        shown = dict(await call.initial_metadata())[POSITION]
        for sent in (shown, "742", "", shown[:-4], shown.swapcase(), "x" * 40):
            await mesh.user().call(GET_ORDER, GetOrderRequest(id="1"), extra=((POSITION, sent),))

    assert (len(shown), "742" in shown) == (28, False)
    assert [seen.position for seen in api.seen] == [None, None, "742", None, None, None, None, None]


async def test_a_services_call_says_for_whom() -> None:
    async with orders(api := OrderApi()) as mesh:
        peer = mesh.service("inventory")
        ada = mesh.tokens.user("ada", teams=["t1"])
        with request_context(RequestContext(caller=Caller.person("ada"), user_token=ada, correlation_id="abc")):
            await peer.call(CONFIRM_AVAILABILITY, AVAILABLE)
        await peer.call(CONFIRM_AVAILABILITY, AVAILABLE)

    assert [(seen.caller.id, seen.on_behalf_of) for seen in api.seen] == [
        ("service:inventory", "ada"),
        ("service:inventory", ""),
    ]
    assert [seen.subject for seen in api.seen] == [
        Caller.person("ada", team_ids=("t1",)),
        Caller.service("inventory"),
    ]
    assert api.seen[0].correlation_id == "abc"


async def test_reply_headers_go_with_the_answer() -> None:
    async def work() -> None:
        current().reply_headers["etag"] = "742"

    async with orders(OrderApi(work)) as mesh, open_channel(mesh.address) as channel:
        call_order: Any = channel.unary_unary(GET_ORDER.full_name)
        call = call_order(REQUEST, metadata=[token(mesh)])
        await call

        assert dict(await call.initial_metadata())["etag"] == "742"


async def test_reply_headers_go_with_the_first_message_of_a_stream() -> None:
    async def messages() -> AsyncIterator[OrderEvent]:
        current().reply_headers["etag"] = "742"
        yield OrderEvent(sequence=1)
        yield OrderEvent(sequence=2)

    async with order_watch(messages) as mesh, open_channel(mesh.address) as channel:
        watch: Any = channel.unary_stream(WATCH_ORDERS.full_name)
        call = watch(b"", metadata=[token(mesh)])

        assert len([data async for data in call]) == 2
        assert dict(await call.initial_metadata())["etag"] == "742"


async def test_calls_at_the_same_time_do_not_see_each_other() -> None:
    both_in = asyncio.Barrier(2)

    async def meet() -> None:
        current().reply_headers["x-caller"] = current().caller.id
        await both_in.wait()

    async with orders(api := OrderApi(meet)) as mesh, open_channel(mesh.address) as channel:
        call: Any = channel.unary_unary(f"/{ORDERS}/GetOrder")
        bearers = [("authorization", f"Bearer {mesh.tokens.user(name)}") for name in ("u1", "u2")]
        calls = [call(REQUEST, metadata=[bearer]) for bearer in bearers]
        await asyncio.gather(*calls)
        answered = [dict(await each.initial_metadata())["x-caller"] for each in calls]

    assert answered == ["u1", "u2"]
    assert {seen.caller.id for seen in api.seen} == {"u1", "u2"}


async def test_details_reach_the_caller_before_its_own_clock_ends_the_call() -> None:
    async def endless() -> None:
        await asyncio.Event().wait()

    async with orders(OrderApi(endless)) as mesh, open_channel(mesh.address) as channel:
        call: Any = channel.unary_unary(GET_ORDER.full_name)
        calls = [call(REQUEST, timeout=1 + number / 10, metadata=[token(mesh)]) for number in range(10)]
        ended = await asyncio.gather(*calls, return_exceptions=True)

    for refused in ended:
        assert isinstance(refused, grpc.aio.AioRpcError)
        assert refused.code() is grpc.StatusCode.DEADLINE_EXCEEDED
        assert "grpc-status-details-bin" in dict(refused.trailing_metadata())
