"""For every failure, at any point, the caller gets an error in the API's format, and nothing is done."""

from __future__ import annotations

import asyncio
import itertools
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
import pytest_asyncio
from easyorder.order.v1 import CreateOrderRequest

from chassis.errors import InvalidArgument
from chassis.grpc.status import to_status
from chassis.validation import checked
from deploy.local.plain_http import plain_client
from tests.envoy.error_shape import detail_of, error_of, reason_of, reason_of_grpc
from tests.envoy.fake_mesh import FakeMesh, new
from tests.envoy.running import RunningEnvoy, running_envoy
from tests.polling import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

ORDER: dict[str, Any] = {
    "currencyCode": "USD",
    "items": [{"productItemId": "1", "quantity": 2}],
    "payment": {"method": "PAYMENT_METHOD_CARD", "token": "tok_ok"},
}
CREATE_ORDER = "/easyorder.order.v1.OrderService/CreateOrder"
GET_ORDER = "/easyorder.order.v1.OrderService/GetOrder"
REFLECTION = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"
LIST_PRODUCTS = "/easyorder.catalog.v1.ProductService/ListProducts"

UNREADABLE = {
    "unknown enum": (ORDER | {"payment": {"method": "BITCOIN"}}, "payment.method"),
    "truth for an enum": (ORDER | {"payment": {"method": True}}, "payment.method"),
    "text for a number": (ORDER | {"items": [{"productItemId": "1", "quantity": "two"}]}, "items[0].quantity"),
    "a part of a piece": (ORDER | {"items": [{"quantity": 1}, {"quantity": 1.5}]}, "items[1].quantity"),
    "too large a number": (ORDER | {"items": [{"productItemId": "1", "quantity": 10**12}]}, "items[0].quantity"),
    "a number for an id": (ORDER | {"items": [{"productItemId": 1}]}, "items[0].productItemId"),
    "a number in a list of texts": (ORDER | {"incentiveCodes": ["A", 1]}, "incentiveCodes[1]"),
    "a hexadecimal number": (ORDER | {"items": [{"quantity": "0x10"}]}, "items[0].quantity"),
    "truth for a number": (ORDER | {"loyaltyPoints": True}, "loyaltyPoints"),
    "no number of an enum": (ORDER | {"payment": {"method": 99}}, "payment.method"),
    "one more than 64 bits": (ORDER | {"loyaltyPoints": str(2**63)}, "loyaltyPoints"),
    "one less than 64 bits": (ORDER | {"loyaltyPoints": -(2**63) - 1}, "loyaltyPoints"),
    "text for an object": (ORDER | {"payment": "cash"}, "payment"),
    "object for a text": (ORDER | {"currencyCode": {}}, "currencyCode"),
    "list for a text": (ORDER | {"currencyCode": ["USD", "EUR"]}, "currencyCode"),
    "list for an object": (ORDER | {"payment": [{}]}, "payment"),
    "object for a list": (ORDER | {"items": {"productItemId": "1"}}, "items"),
    "text for a list": (ORDER | {"incentiveCodes": "A"}, "incentiveCodes"),
    "list in a list": (ORDER | {"incentiveCodes": [["A"]]}, "incentiveCodes[0]"),
    "nothing in a list": (ORDER | {"items": [None, {"productItemId": "1"}]}, "items[0]"),
}


@pytest.mark.parametrize("kind", UNREADABLE)
async def test_a_value_that_can_not_be_read_is_named(
    kind: str, http: httpx.AsyncClient, mesh: FakeMesh, bearer: dict[str, str]
) -> None:
    body, field = UNREADABLE[kind]

    reply = await http.post("/api/v1/orders", headers=bearer, json=body)

    assert (reply.status_code, reason_of(reply)) == (400, "INVALID_ARGUMENT")
    assert error_of(reply)["message"].startswith(field)
    assert [violation["field"] for violation in detail_of(reply, "BadRequest")["fieldViolations"]] == [field]
    assert mesh.calls == []


async def test_an_enum_is_refused_in_the_words_of_the_services(
    http: httpx.AsyncClient, mesh: FakeMesh, bearer: dict[str, str]
) -> None:
    request = new("easyorder.order.v1.CreateOrderRequest", payment={"method": 99})
    with pytest.raises(InvalidArgument) as over_grpc:
        checked(CreateOrderRequest, request)

    reply = await http.post("/api/v1/orders", headers=bearer, json=ORDER | {"payment": {"method": 99}})

    (violation,) = detail_of(reply, "BadRequest")["fieldViolations"]
    said = {violation.field: violation.description for violation in over_grpc.value.violations}
    assert violation["description"] == said[violation["field"]]


@pytest.mark.parametrize("body", ['{"currencyCode": "USD", "items": [', '{"currencyCode": USD}', "[1]", "\x00"])
async def test_broken_json(body: str, http: httpx.AsyncClient, mesh: FakeMesh, bearer: dict[str, str]) -> None:
    reply = await http.post("/api/v1/orders", headers=bearer, content=body)

    assert (reply.status_code, reason_of(reply)) == (400, "INVALID_ARGUMENT")
    assert mesh.calls == []


async def test_what_only_the_transcoder_refuses_is_the_body(
    http: httpx.AsyncClient, mesh: FakeMesh, bearer: dict[str, str]
) -> None:
    # The year 0, in UTC.
    body = {"startTime": "0001-01-01T00:00:00+01:00"}
    reply = await http.post("/api/v1/admin/incentives", headers=bearer, json=body)

    (violation,) = detail_of(reply, "BadRequest")["fieldViolations"]
    assert (reply.status_code, reason_of(reply)) == (400, "INVALID_ARGUMENT")
    assert violation == {"field": "body", "description": error_of(reply)["message"], "reason": "INVALID_ARGUMENT"}
    assert mesh.calls == []


async def test_every_unreadable_value_is_named(http: httpx.AsyncClient, mesh: FakeMesh, bearer: dict[str, str]) -> None:
    body = {"currencyCode": 1, "payment": {"method": "BITCOIN"}, "items": [{"quantity": "two"}], "unknown": 1}

    reply = await http.post("/api/v1/orders", headers=bearer, json=body)

    violations = detail_of(reply, "BadRequest")["fieldViolations"]
    fields = [violation["field"] for violation in violations]
    assert fields == ["currencyCode", "payment.method", "items[0].quantity", "unknown"]
    assert {violation["reason"] for violation in violations} == {"INVALID_ARGUMENT"}
    assert mesh.calls == []


@pytest.mark.parametrize("quantity", ["2", 2.0, None, 2**31 - 1, -(2**31)])
async def test_every_form_of_a_number_is_read(
    quantity: object, http: httpx.AsyncClient, mesh: FakeMesh, bearer: dict[str, str]
) -> None:
    body = ORDER | {"items": [{"productItemId": "1", "quantity": quantity}], "payment": {"method": 1}}

    assert (await http.post("/api/v1/orders", headers=bearer, json=body)).status_code == 200
    assert mesh.only_call.request.items[0].quantity == int(float(quantity or 0))  # type: ignore[arg-type]


@pytest.mark.reaches("PAYLOAD_TOO_LARGE")
async def test_a_body_of_10_mb(http: httpx.AsyncClient, mesh: FakeMesh, bearer: dict[str, str]) -> None:
    body = b'{"currencyCode": "' + b"x" * 10_000_000 + b'"}'

    reply = await http.post("/api/v1/orders", headers=bearer, content=body)

    assert (reply.status_code, reason_of(reply)) == (413, "PAYLOAD_TOO_LARGE")
    assert mesh.calls == []


async def test_a_body_just_within_the_limit(http: httpx.AsyncClient, mesh: FakeMesh, bearer: dict[str, str]) -> None:
    body = b'{"currencyCode": "' + b"x" * 1_000_000 + b'"}'

    assert (await http.post("/api/v1/orders", headers=bearer, content=body)).status_code == 200
    assert len(mesh.only_call.request.currency_code) == 1_000_000


@pytest.mark.parametrize("path", ["/grpc.health.v1.Health/Check", REFLECTION, LIST_PRODUCTS])
async def test_a_grpc_name_is_no_path_for_json(path: str, http: httpx.AsyncClient, mesh: FakeMesh) -> None:
    reply = await http.post(path, json={})

    assert (reply.status_code, reason_of(reply)) == (404, "NOT_FOUND")
    assert mesh.calls == []


@pytest.mark.reaches("NOT_FOUND")
async def test_an_unknown_path(http: httpx.AsyncClient, mesh: FakeMesh) -> None:
    for path in ("/nope", "/api/v1/nope", "/api/v1/orders/7/nope"):
        reply = await http.get(path)
        assert (reply.status_code, reason_of(reply)) == (404, "NOT_FOUND")
    assert mesh.calls == []


VERBS = {
    "/api/v1/orders": "GET, HEAD, POST",
    "/api/v1/orders?pageSize=1": "GET, HEAD, POST",
    "/api/v1/orders/7": "GET, HEAD, PUT",
    "/api/v1/orders/7:cancel": "POST",
    "/api/v1/products/7": "DELETE, GET, HEAD, PATCH",
    "/api/v1/users/login": "POST",
}


@pytest.mark.reaches("METHOD_NOT_ALLOWED")
@pytest.mark.parametrize("verb", ["OPTIONS", "TRACE", "PROPFIND", "NONSENSE"])
@pytest.mark.parametrize("path", VERBS)
async def test_a_known_path_with_another_verb(
    path: str, verb: str, http: httpx.AsyncClient, mesh: FakeMesh, bearer: dict[str, str]
) -> None:
    reply = await http.request(verb, path, headers=bearer)

    assert (reply.status_code, reason_of(reply)) == (405, "METHOD_NOT_ALLOWED")
    assert reply.headers["allow"] == VERBS[path]
    assert mesh.calls == []


@pytest.mark.parametrize("verb", ["PATCH", "NONSENSE"])
async def test_an_unknown_path_with_an_unknown_verb(verb: str, http: httpx.AsyncClient) -> None:
    reply = await http.request(verb, "/api/v1/nope")

    assert (reply.status_code, reason_of(reply)) == (404, "NOT_FOUND")


async def test_a_grpc_path_takes_no_json(http: httpx.AsyncClient, mesh: FakeMesh, bearer: dict[str, str]) -> None:
    reply = await http.post(CREATE_ORDER, headers=bearer, json=ORDER)

    assert (reply.status_code, reason_of(reply)) == (404, "NOT_FOUND")
    assert mesh.calls == []


async def test_a_header_with_an_underscore(http: httpx.AsyncClient, mesh: FakeMesh) -> None:
    reply = await http.get("/api/v1/products", headers={"x_user_id": "admin"})

    assert (reply.status_code, reason_of(reply)) == (400, "INVALID_ARGUMENT")
    assert mesh.calls == []


async def test_a_services_own_error_arrives_whole(
    http: httpx.AsyncClient, mesh: FakeMesh, bearer: dict[str, str]
) -> None:
    async def refuse(request: Any, context: Any) -> None:
        status = bytes(to_status(InvalidArgument.of("items[0].quantity", "must be at least 1")))
        details = (("grpc-status-details-bin", status),)
        await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "bad quantity", trailing_metadata=details)

    mesh.answers[CREATE_ORDER] = refuse

    reply = await http.post("/api/v1/orders", headers=bearer, json=ORDER)

    assert (reply.status_code, reason_of(reply)) == (400, "INVALID_ARGUMENT")
    assert detail_of(reply, "BadRequest")["fieldViolations"][0]["field"] == "items[0].quantity"


@pytest_asyncio.fixture(loop_scope="session")
async def without_inventory(mesh: FakeMesh, http: httpx.AsyncClient) -> AsyncIterator[None]:
    await mesh.stop("inventory")
    yield
    await mesh.start("inventory")

    async def is_back() -> bool:
        return (await http.get("/api/v1/products")).status_code == 200

    await eventually(is_back)


@pytest.mark.reaches("UNAVAILABLE")
@pytest.mark.usefixtures("without_inventory")
async def test_a_service_that_is_down(http: httpx.AsyncClient, envoy: RunningEnvoy) -> None:
    reply = await http.get("/api/v1/products")
    refusal = await envoy.refusal(LIST_PRODUCTS)

    assert (reply.status_code, reason_of(reply)) == (503, "UNAVAILABLE")
    assert refusal.code() is grpc.StatusCode.UNAVAILABLE
    assert reason_of_grpc(refusal) == "UNAVAILABLE"


async def test_a_replica_that_is_down_is_not_noticed(
    started_mesh: FakeMesh, mesh: FakeMesh, bearer: dict[str, str], tmp_path: Path
) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        replicas = f"127.0.0.1:{nobody.getsockname()[1]},127.0.0.1:{started_mesh.ports['order']}"
        async with (
            running_envoy(tmp_path, started_mesh.ports, order_address=replicas) as envoy,
            plain_client(envoy.url) as http,
        ):
            replies = [await http.post("/api/v1/orders", headers=bearer, json=ORDER) for _ in range(20)]

    assert {reply.status_code for reply in replies} == {200}
    assert len(mesh.calls) == len(replies)


async def test_only_reads_are_repeated_when_a_service_gave_up(
    http: httpx.AsyncClient, mesh: FakeMesh, bearer: dict[str, str]
) -> None:
    async def give_up(request: Any, context: Any) -> None:
        await context.abort(grpc.StatusCode.UNAVAILABLE, "it may have been done, or not")

    mesh.answers |= dict.fromkeys((CREATE_ORDER, GET_ORDER), give_up)

    write = await http.post("/api/v1/orders", headers=bearer, json=ORDER)
    writes = len(mesh.calls)
    read = await http.get("/api/v1/orders/7", headers=bearer)

    assert write.status_code == read.status_code == 503
    assert (writes, len(mesh.calls) - writes) == (1, 3)


async def test_few_of_many_reads_are_repeated_at_once(
    http: httpx.AsyncClient, mesh: FakeMesh, bearer: dict[str, str]
) -> None:
    reads, budget = 90, 18  # a fifth
    all_there, first_ones = asyncio.Event(), itertools.count(1)

    async def give_up(request: Any, context: Any) -> None:
        if next(first_ones) == reads:
            all_there.set()
        await all_there.wait()
        await context.abort(grpc.StatusCode.UNAVAILABLE, "too much to do")

    mesh.answers[GET_ORDER] = give_up
    replies = await asyncio.gather(*(http.get("/api/v1/orders/7", headers=bearer) for _ in range(reads)))

    assert {reply.status_code for reply in replies} == {503}
    assert reads < len(mesh.calls) <= reads + 2 * budget


@pytest.mark.parametrize("size", [9_000, 12_000, 15_500])
async def test_headers_within_the_limit_reach_the_service(
    size: int, http: httpx.AsyncClient, envoy: RunningEnvoy, mesh: FakeMesh, bearer: dict[str, str]
) -> None:
    big = bearer | {"x-big": "x" * (size - len(bearer["authorization"]))}

    assert (await http.get("/api/v1/orders/7", headers=big)).status_code == 200
    await envoy.call(GET_ORDER, big)

    assert [len(call.metadata["x-big"]) for call in mesh.calls] == [len(big["x-big"])] * 2


TOO_LARGE = {
    "one of 17 KB": {"x-big": "x" * 17_000},
    "one of 58 KB": {"x-big": "x" * 58_000},
    "100 of them": {f"x-{number}": "1" for number in range(100)},
    "900 of them": {f"x-{number}": "1" for number in range(900)},
}


@pytest.mark.parametrize("kind", TOO_LARGE)
async def test_headers_that_are_too_large(
    kind: str, http: httpx.AsyncClient, envoy: RunningEnvoy, mesh: FakeMesh, bearer: dict[str, str]
) -> None:
    reply = await http.get("/api/v1/orders/7", headers=bearer | TOO_LARGE[kind])
    refusal = await envoy.refusal(GET_ORDER, bearer | TOO_LARGE[kind])

    assert (reply.status_code, reason_of(reply)) == (431, "PAYLOAD_TOO_LARGE")
    assert reason_of_grpc(refusal) == "PAYLOAD_TOO_LARGE"
    assert mesh.calls == []


async def test_a_path_that_is_too_long(http: httpx.AsyncClient, mesh: FakeMesh, bearer: dict[str, str]) -> None:
    reply = await http.get(f"/api/v1/orders?filter={'x' * 17_000}", headers=bearer)

    assert (reply.status_code, reason_of(reply)) == (431, "PAYLOAD_TOO_LARGE")
    assert mesh.calls == []


@pytest.mark.reaches("DEADLINE_EXCEEDED")
async def test_a_deadline_of_the_client_that_runs_out(
    http: httpx.AsyncClient, mesh: FakeMesh, bearer: dict[str, str]
) -> None:
    async def never(request: Any, context: Any) -> None:
        await asyncio.Event().wait()

    mesh.answers[GET_ORDER] = never

    async def is_whole() -> bool:
        # The service gives up a moment after Envoy, without details; on a busy machine it may be the first.
        reply = await http.get("/api/v1/orders/7", headers=bearer | {"grpc-timeout": "200m"})
        assert reply.status_code == 504
        return bool(reply.json()["details"]) and reason_of(reply) == "DEADLINE_EXCEEDED"

    await eventually(is_whole)


async def test_an_unknown_grpc_method_is_unimplemented(envoy: RunningEnvoy) -> None:
    refusal = await envoy.refusal("/easyorder.order.v1.OrderService/Nope")

    assert refusal.code() is grpc.StatusCode.UNIMPLEMENTED
