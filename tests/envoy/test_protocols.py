"""One port serves JSON, gRPC and grpc-web, to programs and to browsers, and routes each call to the right service."""

from __future__ import annotations

import base64
from typing import Any

import httpx
import pytest
from grpc_health.v1 import health_pb2

from chassis.grpc.channel import open_channel
from tests.envoy.fake_mesh import FakeMesh, new
from tests.envoy.running import RunningEnvoy

pytestmark = pytest.mark.asyncio(loop_scope="session")

ORDER = "easyorder.order.v1.Order"
GET_ORDER = "/easyorder.order.v1.OrderService/GetOrder"
LIST_JOBS = "/easyorder.ops.v1.OpsService/ListJobs"
LIST_PRODUCTS = "/easyorder.catalog.v1.ProductService/ListProducts"
EMPTY_FRAME = b"\x00" + bytes(4)
BROWSER = {"origin": "https://shop.example"}


async def an_order(request: Any, context: Any) -> Any:
    await context.send_initial_metadata((("x-easyorder-position", "42"), ("etag", '"1"')))
    return new(ORDER, id="seven", status=3, total_amount={"currency_code": "USD", "units": 9, "nanos": 900_000_000})


async def test_json(http: httpx.AsyncClient, mesh: FakeMesh, bearer: dict[str, str]) -> None:
    mesh.answers[GET_ORDER] = an_order

    reply = await http.get("/api/v1/orders/7", headers=bearer)

    order = reply.json()
    assert (order["id"], order["status"], order["items"]) == ("seven", "ORDER_STATUS_PAID", [])
    assert order["totalAmount"] == {"currencyCode": "USD", "units": "9", "nanos": 900_000_000}
    assert (reply.headers["x-easyorder-position"], reply.headers["etag"]) == ("42", '"1"')
    assert reply.headers["x-request-id"] == mesh.only_call.metadata["x-request-id"]
    assert int(mesh.only_call.metadata["x-envoy-expected-rq-timeout-ms"]) > 0
    assert "grpc-accept-encoding" not in reply.headers


async def test_a_body_may_be_one_field(http: httpx.AsyncClient, mesh: FakeMesh, bearer: dict[str, str]) -> None:
    body = {"id": "7", "name": "Cup", "productItems": [{"sku": "CUP-1"}]}
    parameters = {"updateMask": "name,productItems,no_such.fieldName"}

    await http.patch("/api/v1/products/7", headers=bearer, params=parameters, json=body)

    request = mesh.only_call.request
    assert (request.product.id, request.product.name) == ("7", "Cup")
    assert request.product.product_items[0].sku == "CUP-1"
    assert list(request.update_mask.paths) == ["name", "product_items", "no_such.field_name"]


async def test_the_id_in_a_body_is_that_of_the_path(
    http: httpx.AsyncClient, mesh: FakeMesh, bearer: dict[str, str]
) -> None:
    reply = await http.patch("/api/v1/products/7", headers=bearer, json={"id": "8", "name": "Cup"})

    assert (reply.status_code, mesh.calls) == (400, [])


async def test_a_webhook_arrives_as_it_was_sent(http: httpx.AsyncClient, mesh: FakeMesh) -> None:
    # Its signature is of the bytes: blanks, order and escapes included, whatever they are.
    body = b'{\n  "b": 1.0,  "a": "\\u00e9\xc3\xa9/", "unknown": [1,  2]\n}\n\x00\xff'
    headers = {"content-type": "application/json; charset=utf-8", "stripe-signature": "t=1,v1=2,v1=3"}

    reply = await http.post("/api/v1/payments/stripe/webhook", headers=headers, content=body)

    assert (reply.status_code, reply.json()) == (200, {})
    call = mesh.only_call
    assert (call.service, call.method.rpartition("/")[2]) == ("order", "ReceiveStripeEvent")
    assert call.request.data == body
    assert call.metadata["stripe-signature"] == "t=1,v1=2,v1=3"


async def test_json_by_any_other_name(http: httpx.AsyncClient, mesh: FakeMesh) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}  # what curl -d says

    await http.post("/api/v1/users/login", headers=form, content='{"email": "me@example.com"}')

    assert mesh.only_call.request.email == "me@example.com"


async def test_grpc(envoy: RunningEnvoy, mesh: FakeMesh, bearer: dict[str, str]) -> None:
    mesh.answers[GET_ORDER] = an_order
    async with open_channel(envoy.target) as channel:
        stub: Any = channel.unary_unary(GET_ORDER)
        call = stub(b"\x0a\x017", metadata=tuple(bearer.items()), timeout=5)
        order = new(ORDER)
        order.ParseFromString(await call)
        headers = dict(await call.initial_metadata() or ())

    assert (order.id, mesh.only_call.request.id) == ("seven", "7")
    assert headers["x-easyorder-position"] == "42"


async def test_grpc_web(http: httpx.AsyncClient, mesh: FakeMesh) -> None:
    binary = await http.post(
        LIST_PRODUCTS, content=EMPTY_FRAME, headers=BROWSER | {"content-type": "application/grpc-web+proto"}
    )
    as_text = await http.post(
        LIST_PRODUCTS, content=base64.b64encode(EMPTY_FRAME), headers={"content-type": "application/grpc-web-text"}
    )

    assert b"grpc-status:0" in binary.content
    assert b"grpc-status:0" in as_text.content or b"grpc-status:0" in base64.b64decode(as_text.content)
    assert binary.headers["access-control-allow-origin"] == BROWSER["origin"]
    assert len(mesh.calls) == 2


async def test_grpc_web_is_refused_in_its_own_way(http: httpx.AsyncClient, mesh: FakeMesh) -> None:
    reply = await http.post(GET_ORDER, content=EMPTY_FRAME, headers={"content-type": "application/grpc-web+proto"})

    assert reply.headers["grpc-status"] == "16"
    assert mesh.calls == []


async def test_a_browser_may_ask_first(http: httpx.AsyncClient, mesh: FakeMesh) -> None:
    asked = BROWSER | {
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type,idempotency-key",
    }
    for path in ("/api/v1/orders", GET_ORDER):
        reply = await http.options(path, headers=asked)

        assert reply.status_code == 200
        assert reply.headers["access-control-allow-origin"] == BROWSER["origin"]
        assert "POST" in reply.headers["access-control-allow-methods"]
        allowed = reply.headers["access-control-allow-headers"].split(", ")
        assert {"authorization", "content-type", "idempotency-key"} <= {*allowed}
    assert mesh.calls == []


async def test_a_browser_may_read_errors(http: httpx.AsyncClient, mesh: FakeMesh) -> None:
    for path in ("/api/v1/orders", "/nope", "/api/v1/products"):
        reply = await http.get(path, headers=BROWSER)

        assert reply.headers["access-control-allow-origin"] == BROWSER["origin"]
        assert "retry-after" in reply.headers["access-control-expose-headers"]


@pytest.mark.parametrize("service", ["identity", "inventory", "order", "payment"])
async def test_operations_of_each_service(
    service: str, http: httpx.AsyncClient, envoy: RunningEnvoy, mesh: FakeMesh, bearer: dict[str, str]
) -> None:
    by_path = await http.get(f"/api/v1/admin/ops/{service}/jobs", headers=bearer)
    await envoy.call(LIST_JOBS, bearer | {"x-easyorder-service": service})

    assert by_path.status_code == 200
    assert [call.service for call in mesh.calls] == [service, service]


async def test_operations_of_no_service(http: httpx.AsyncClient, mesh: FakeMesh, bearer: dict[str, str]) -> None:
    assert (await http.get("/api/v1/admin/ops/kitchen/jobs", headers=bearer)).status_code == 404
    assert mesh.calls == []


async def test_health_over_grpc(envoy: RunningEnvoy) -> None:
    reply = health_pb2.HealthCheckResponse.FromString(await envoy.call("/grpc.health.v1.Health/Check"))

    assert reply.status == health_pb2.HealthCheckResponse.SERVING
