"""Streams arrive message by message, have no time limit, and accept a ticket as a parameter."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import grpc
import httpx
import pytest
from easyorder.order.v1 import OrderEvent

from chassis import contract
from chassis.context import Audience
from chassis.errors import PermissionDenied
from chassis.grpc.channel import open_channel
from chassis.grpc.status import to_status
from deploy.local.plain_http import plain_client
from envoy.routing import routes
from tests.envoy.error_shape import reason_of
from tests.envoy.fake_mesh import FakeMesh, new
from tests.envoy.running import RunningEnvoy
from tests.mesh import Tokens
from tests.polling import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

LONG_AGO = 1_000_000_000
SERVICE = "/easyorder.order.v1.OrderWatchService"
WATCH_ORDER, WATCH_ORDERS = f"{SERVICE}/WatchOrder", f"{SERVICE}/WatchOrders"
ORDER_EVENT = contract.full_name_of(OrderEvent)
WATCH = "/api/v1/orders/7:watch"
TICKET = "ticket_A-b_9"


async def events(reply: httpx.Response) -> AsyncIterator[dict[str, Any]]:
    async for line in reply.aiter_lines():
        if line.startswith("data: "):
            yield json.loads(line.removeprefix("data: "))


async def test_each_message_arrives_when_it_is_sent(
    http: httpx.AsyncClient, mesh: FakeMesh, bearer: dict[str, str]
) -> None:
    seen = asyncio.Event()

    async def one_at_a_time(request: Any, context: Any) -> AsyncIterator[Any]:
        for sequence in range(1, 4):
            seen.clear()
            yield new(ORDER_EVENT, sequence=sequence, order_id=request.id, heartbeat={})
            await seen.wait()

    mesh.answers[WATCH_ORDER] = one_at_a_time
    received = []
    async with http.stream("GET", WATCH, headers=bearer, params={"resumeToken": "here"}) as reply:
        async for event in events(reply):
            received.append(event)
            seen.set()

    assert reply.headers["content-type"] == "text/event-stream"
    assert [event["sequence"] for event in received] == [1, 2, 3]
    assert mesh.only_call.request.resume_token == "here"


async def test_each_event_has_its_resume_token_as_id(
    http: httpx.AsyncClient, mesh: FakeMesh, bearer: dict[str, str]
) -> None:
    # Text that looks like an event is not one.
    detail = 'x\ndata: {"resumeToken":"9"'

    async def several_at_once(request: Any, context: Any) -> AsyncIterator[Any]:
        yield new(ORDER_EVENT, resume_token="one", heartbeat={})
        yield new(ORDER_EVENT, resume_token="-T_2", admin_alert={"summary": detail, "detail": "é" * 50_000})
        yield new(ORDER_EVENT, resume_token="0", sequence=7, heartbeat={})

    mesh.answers[WATCH_ORDERS] = several_at_once
    text = (await http.get("/api/v1/orders:watch", headers=bearer)).text

    blocks = [block.split("\n") for block in text.strip().split("\n\n")]
    assert [(len(block), block[0]) for block in blocks] == [(2, "id: one"), (2, "id: -T_2"), (2, "id: 0")]
    alert = json.loads(blocks[1][1].removeprefix("data: "))["adminAlert"]
    assert alert == {"summary": detail, "detail": "é" * 50_000}


async def test_a_browser_that_reconnects_says_where_it_was(
    http: httpx.AsyncClient, mesh: FakeMesh, bearer: dict[str, str]
) -> None:
    await http.get(WATCH, headers=bearer | {"last-event-id": "there"}, params={"resumeToken": "here"})

    assert (mesh.only_call.metadata["last-event-id"], mesh.only_call.request.resume_token) == ("there", "here")


async def test_a_stream_without_any_event_is_204(
    http: httpx.AsyncClient, envoy: RunningEnvoy, mesh: FakeMesh, bearer: dict[str, str]
) -> None:
    async def nothing(request: Any, context: Any) -> AsyncIterator[Any]:
        return
        yield

    mesh.answers[WATCH_ORDER] = nothing
    reply = await http.get(WATCH, headers=bearer)
    async with open_channel(envoy.target) as channel:
        stub: Any = channel.unary_stream(WATCH_ORDER)
        messages = [message async for message in stub(b"", metadata=tuple(bearer.items()), timeout=10)]

    assert (reply.status_code, reply.content, reply.headers.get("content-type")) == (204, b"", None)
    assert messages == []


@pytest.mark.parametrize(
    ("sent", "ticket", "status", "calls"), [(0, False, 200, 2), (1, False, 200, 1), (0, True, 503, 1)]
)
async def test_a_stream_is_opened_again_unless_it_has_begun(
    sent: int, ticket: bool, status: int, calls: int, http: httpx.AsyncClient, mesh: FakeMesh, bearer: dict[str, str]
) -> None:
    """As when its process ends in this moment; it may have taken the ticket, which opens one stream."""

    async def stops_once(request: Any, context: Any) -> AsyncIterator[Any]:
        first = len(mesh.calls) == 1
        for number in range(sent if first else 1):
            yield new(ORDER_EVENT, resume_token=f"{number}", heartbeat={})
        if first:
            await context.abort(grpc.StatusCode.UNAVAILABLE, "the process ends")

    mesh.answers[WATCH_ORDER] = stops_once
    headers, parameters = ({}, {"ticket": TICKET}) if ticket else (bearer, {})
    async with http.stream("GET", WATCH, headers=headers, params=parameters) as reply:
        received = [event async for event in events(reply) if "heartbeat" in event]

    assert (reply.status_code, len(received), len(mesh.calls)) == (status, not ticket, calls)


async def test_a_ticket_may_be_a_parameter(http: httpx.AsyncClient, mesh: FakeMesh) -> None:
    watched = await http.get("/api/v1/orders:watch", params={"ticket": TICKET, "resumeToken": "here"})
    assert watched.status_code == 204
    seen = mesh.only_call

    assert seen.metadata["authorization"] == f"Bearer {TICKET}"
    assert seen.metadata["x-envoy-original-path"] == "/api/v1/orders:watch?resumeToken=here"
    assert seen.request.resume_token == "here"


@pytest.mark.parametrize("path", ["/api/v1/admin/health:watch", "/api/v1/admin/ops/order/jobs:watch"])
async def test_a_ticket_opens_no_stream_of_another_service(path: str, http: httpx.AsyncClient, mesh: FakeMesh) -> None:
    refused = await http.get(path, params={"ticket": TICKET})

    assert (refused.status_code, reason_of(refused)) == (401, "UNAUTHENTICATED")
    assert mesh.calls == []


@pytest.mark.parametrize("text", ["a&afterSequence=7", "%41", "a+b c", "é\x7f", "a\nb: c", "x\0y"])
async def test_a_ticket_leaves_the_other_parameters_as_they_are(
    text: str, http: httpx.AsyncClient, mesh: FakeMesh
) -> None:
    for parameters in ({"ticket": TICKET, "resumeToken": text}, {"resumeToken": text, "ticket": TICKET}):
        watched = await http.get(WATCH, params=parameters)

        assert watched.status_code == 204
        assert mesh.calls[-1].request.resume_token == text
        assert "ticket" not in mesh.calls[-1].metadata["x-envoy-original-path"]


async def test_a_token_counts_more_than_a_ticket(
    http: httpx.AsyncClient, mesh: FakeMesh, tokens: Tokens, bearer: dict[str, str]
) -> None:
    expired = {"authorization": f"Bearer {tokens.user(exp=LONG_AGO)}"}

    watched = await http.get(WATCH, params={"ticket": TICKET}, headers=bearer)
    refused = await http.get(WATCH, params={"ticket": TICKET}, headers=expired)

    assert watched.status_code == 204
    assert mesh.only_call.metadata["authorization"] == bearer["authorization"]
    assert (refused.status_code, reason_of(refused)) == (401, "TOKEN_EXPIRED")


async def test_what_is_no_ticket_is_none(http: httpx.AsyncClient, mesh: FakeMesh, tokens: Tokens) -> None:
    for parameters in (
        {"ticket": tokens.user()},
        {"ticket": "nonsense"},
        {"ticket": f"{TICKET}."},
        {"access_token": tokens.user()},
    ):
        reply = await http.get(WATCH, params=parameters)
        assert (reply.status_code, reason_of(reply)) == (401, "UNAUTHENTICATED")
    assert mesh.calls == []


@pytest.mark.parametrize("path", ["/api/v1/orders", "/api/v1/orders/7", "/api/v1/admin/orders"])
async def test_nothing_but_a_stream_takes_a_ticket(http: httpx.AsyncClient, mesh: FakeMesh, path: str) -> None:
    by_query = await http.get(path, params={"ticket": TICKET})
    by_header = await http.get(path, headers={"authorization": f"Bearer {TICKET}"})

    for reply in (by_query, by_header):
        assert (reply.status_code, reason_of(reply)) == (401, "UNAUTHENTICATED")
    assert mesh.calls == []


async def test_grpc_has_headers_and_needs_no_ticket(envoy: RunningEnvoy, mesh: FakeMesh) -> None:
    for spoofed in ((), (("x-envoy-original-path", "/api/v1/orders:watch"),)):
        async with open_channel(envoy.target) as channel:
            call: Any = channel.unary_stream(WATCH_ORDERS)
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await call(b"", metadata=(("authorization", f"Bearer {TICKET}"), *spoofed), timeout=10).read()
        assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED
    assert mesh.calls == []


async def test_no_ticket_gets_into_the_access_log(http: httpx.AsyncClient, envoy: RunningEnvoy, mesh: FakeMesh) -> None:
    shown = [f"{TICKET}logged", "nonsense-ticket"]
    for path in ("/api/v1/orders:watch", "/api/v1/orders/4711:watch", "/api/v1/orders", "/last-of-all"):
        for ticket in shown:
            await http.get(path, params={"ticket": ticket})

    await eventually(
        lambda: envoy.access_log.read_text(encoding="utf-8").count("/last-of-all") >= len(shown), timeout_s=15
    )
    log = envoy.access_log.read_text(encoding="utf-8")
    assert "/api/v1/orders/4711:watch" in log
    assert not [ticket for ticket in shown if ticket in log]


async def test_an_error_before_the_first_message_is_an_ordinary_one(
    http: httpx.AsyncClient, mesh: FakeMesh, bearer: dict[str, str]
) -> None:
    async def refuse(request: Any, context: Any) -> AsyncIterator[Any]:
        status = to_status(PermissionDenied("not for you"))
        details = (("grpc-status-details-bin", bytes(status)),)
        await context.abort(_code(status.code), status.message, trailing_metadata=details)
        yield

    mesh.answers[WATCH_ORDER] = refuse

    reply = await http.get(WATCH, headers=bearer)

    assert reply.status_code == 403
    assert reply.json()["details"][0]["reason"] == "PERMISSION_DENIED"


async def test_a_stream_of_documents_keeps_its_content_type(
    http: httpx.AsyncClient, mesh: FakeMesh, bearer: dict[str, str]
) -> None:
    async def export(request: Any, context: Any) -> AsyncIterator[Any]:
        for line in (b"id,total\n", b"1,9.90\n"):
            yield new("google.api.HttpBody", content_type="text/csv", data=line)

    mesh.answers["/easyorder.order.v1.OrderService/ExportOrders"] = export

    reply = await http.get(
        "/api/v1/admin/orders:export", headers=bearer, params={"startDate": "2026-01-01", "endDate": "2026-01-31"}
    )

    assert reply.headers["content-type"] == "text/csv"
    assert reply.text == "id,total\n1,9.90\n"


async def test_300_streams_at_once(envoy: RunningEnvoy, mesh: FakeMesh, bearer: dict[str, str]) -> None:
    everybody_is_here = asyncio.Event()

    async def wait_for_all(request: Any, context: Any) -> AsyncIterator[Any]:
        yield new(ORDER_EVENT, sequence=1, heartbeat={})
        await everybody_is_here.wait()
        yield new(ORDER_EVENT, sequence=2, heartbeat={})

    mesh.answers[WATCH_ORDERS] = wait_for_all

    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    async with plain_client(envoy.url, timeout=30, limits=limits) as http:
        watching = [asyncio.create_task(http.get("/api/v1/orders:watch", headers=bearer)) for _ in range(300)]
        await eventually(lambda: len(mesh.calls) == len(watching), timeout_s=20)
        everybody_is_here.set()
        replies = await asyncio.gather(*watching)

    assert {reply.text.count("data: ") for reply in replies} == {2}


async def test_only_streams_have_no_timeout() -> None:
    endless = {str(route["match"]["path"]) for route in _method_routes() if "max_stream_duration" not in route["route"]}

    # What only services may call has no route at all.
    reachable = [method for method in contract.methods().values() if method.access.allow != {Audience.SERVICE}]
    assert endless == {method.full_name for method in reachable if method.server_streaming}


def _method_routes() -> list[Any]:
    found: list[Any] = list(routes(list(contract.methods().values())))
    return [route for route in found if "path" in route["match"]]


def _code(number: int) -> grpc.StatusCode:
    return next(code for code in grpc.StatusCode if code.value[0] == number)
