"""Input that the transcoder would forward unchecked is refused or dropped; a refusal never repeats a token."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest

from chassis import contract
from chassis.grpc.channel import open_channel
from chassis.grpc.status import from_rpc_error
from deploy.local.plain_http import plain_client
from envoy.routing import OPS, is_reachable
from tests.envoy.error_shape import detail_of, error_of, reason_of
from tests.envoy.fake_mesh import FakeMesh, new
from tests.envoy.names import names_of
from tests.envoy.running import RunningEnvoy, running_envoy
from tests.mesh import Tokens

pytestmark = pytest.mark.asyncio(loop_scope="session")

PRODUCT = "/api/v1/products/7"
LIST_JOBS = f"/{OPS}/ListJobs"


async def in_pieces(body: str) -> AsyncIterator[bytes]:
    for byte in body.encode():
        yield bytes([byte])


@pytest.mark.parametrize(
    "content_type", ["application/grpcx", "application/grpc;x=1", "application/grpc-json", "Application/grpc"]
)
async def test_what_is_nearly_grpc_is_checked_as_json(
    content_type: str, http: httpx.AsyncClient, mesh: FakeMesh, bearer: dict[str, str]
) -> None:
    headers = bearer | {"content-type": content_type}

    reply = await http.post("/api/v1/orders/7:cancel?id=8", headers=headers, content='{"foo": 1}')

    assert (reply.status_code, fields_of(reply)) == (400, ["id", "foo"])
    assert mesh.calls == []


async def test_a_check_that_fails_refuses_the_request(
    started_mesh: FakeMesh, mesh: FakeMesh, bearer: dict[str, str], tmp_path: Path
) -> None:
    def broken(config: str) -> str:
        assert "local counts = {}" in config
        assert "length > MAX_BYTES" in config
        return config.replace("local counts = {}", "local counts = nil").replace("length > MAX_BYTES", "length > nil")

    async with (
        running_envoy(tmp_path, started_mesh.ports, changed=broken) as envoy,
        plain_client(envoy.url, timeout=10) as http,
    ):
        for reply in (
            await http.get("/api/v1/orders?pageSize=1", headers=bearer),
            await http.post("/api/v1/orders", headers=bearer, content="{}"),
        ):
            assert (reply.status_code, reason_of(reply)) == (500, "INTERNAL")

    assert mesh.calls == []


def fields_of(reply: httpx.Response) -> list[str]:
    return [violation["field"] for violation in detail_of(reply, "BadRequest")["fieldViolations"]]


@pytest.mark.parametrize("in_chunks", [False, True])
@pytest.mark.parametrize("body", ['{"etga": "x"}', '{"etag": "1", "etag": "2"}', "{}", " "])
async def test_a_body_of_a_call_that_takes_none(
    body: str, in_chunks: bool, http: httpx.AsyncClient, mesh: FakeMesh, bearer: dict[str, str]
) -> None:
    content = in_pieces(body) if in_chunks else body
    reply = await http.request("DELETE", PRODUCT, headers=bearer, content=content)

    assert (reply.status_code, reason_of(reply), fields_of(reply)) == (400, "INVALID_ARGUMENT", ["body"])
    assert mesh.calls == []


@pytest.mark.parametrize("method", [m for m in contract.methods().values() if is_reachable(m)], ids=lambda m: m.name)
async def test_no_call_without_a_body_in_the_contract_takes_one(
    method: contract.Method, http: httpx.AsyncClient, mesh: FakeMesh, tokens: Tokens
) -> None:
    headers = {"authorization": f"Bearer {tokens.admin()}", "x-easyorder-ignore-unknown-fields": "true"}

    for name in names_of(method):
        if name.binding and not name.binding.body:
            reply = await http.request(name.binding.verb, name.path, headers=headers, content='{"x": 1}')
            assert (reply.status_code, fields_of(reply)) == (400, ["body"]), name
    assert mesh.calls == []


async def test_an_empty_body_is_none(http: httpx.AsyncClient, mesh: FakeMesh, bearer: dict[str, str]) -> None:
    for content in (b"", in_pieces("")):
        reply = await http.request("DELETE", f"{PRODUCT}?etag=1", headers=bearer, content=content)
        assert reply.status_code == 200

    assert [call.request.etag for call in mesh.calls] == ["1", "1"]


async def test_a_value_may_look_like_parameters(http: httpx.AsyncClient, mesh: FakeMesh) -> None:
    reply = await http.get("/api/v1/products?query=etag=1%26etag=2&pageSize=1")

    assert (reply.status_code, mesh.only_call.request.query) == (200, "etag=1&etag=2")


async def test_a_plus_in_a_query_is_a_blank(http: httpx.AsyncClient, mesh: FakeMesh, bearer: dict[str, str]) -> None:
    reply = await http.get("/api/v1/orders?filter=status+%3D+A+AND+placed_at+>+%2B02:00", headers=bearer)

    assert (reply.status_code, mesh.only_call.request.filter) == (200, "status = A AND placed_at > +02:00")


GRPC_HEADERS = {
    "grpc-encoding": "foo",
    "grpc-accept-encoding": "gzip",
    "grpc-internal-encoding-request": "foo",
    "grpc-previous-rpc-attempts": "x",
    "grpc-retry-pushback-ms": "x",
    "x-any-bin": "not base64!",
    "grpc-trace-bin": "%%%",
}


@pytest.mark.parametrize("header", GRPC_HEADERS)
@pytest.mark.parametrize(
    ("verb", "path"), [("GET", "/api/v1/orders"), ("GET", PRODUCT), ("DELETE", PRODUCT), ("POST", "/api/v1/orders")]
)
async def test_headers_of_grpc_mean_nothing_to_json(
    verb: str, path: str, header: str, http: httpx.AsyncClient, mesh: FakeMesh, bearer: dict[str, str]
) -> None:
    content = "{}" if verb == "POST" else None
    reply = await http.request(verb, path, headers=bearer | {header: GRPC_HEADERS[header]}, content=content)

    assert reply.status_code == 200
    assert mesh.only_call.metadata.get(header) != GRPC_HEADERS[header]


@pytest.mark.parametrize("sign", "!#$%&'*+^`|~")
async def test_headers_that_grpc_cannot_name_are_removed(
    sign: str, http: httpx.AsyncClient, mesh: FakeMesh, bearer: dict[str, str]
) -> None:
    odd = {f"{sign}x": "1", f"x{sign}": "2", f"x{sign}y": "3", sign: "4"}
    reply = await http.get("/api/v1/orders", headers=bearer | odd | {"x-a.b-c": "5"})

    assert reply.status_code == 200
    assert not odd.keys() & mesh.only_call.metadata.keys()
    assert mesh.only_call.metadata["x-a.b-c"] == "5"


@pytest.mark.parametrize("name", ["order.v1.OrderService/GetOrder", "catalog.v1.ProductService/ListProducts"])
async def test_grpc_keeps_its_headers(name: str, envoy: RunningEnvoy, mesh: FakeMesh, bearer: dict[str, str]) -> None:
    seen: list[object] = []

    async def remember(request: Any, context: Any) -> Any:
        seen.extend(value for key, value in context.invocation_metadata() if key == "x-any-bin")
        return new(contract.full_name_of(contract.methods()[full_name].response))

    full_name = f"/easyorder.{name}"
    mesh.answers[full_name] = remember
    async with open_channel(envoy.target) as channel:
        stub: Any = channel.unary_unary(full_name)
        await stub(b"", metadata=(*bearer.items(), ("x-any-bin", b"\x01")), timeout=10)

    assert seen == [b"\x01"]


@pytest.mark.parametrize("path", ["/api/v1/orders/7:watch", "/api/v1/orders"])
async def test_a_refusal_does_not_repeat_the_token(
    path: str, http: httpx.AsyncClient, envoy: RunningEnvoy, tokens: Tokens
) -> None:
    token = tokens.user(exp=1_000_000_000)

    by_query = await http.get(path, params={"ticket": token})
    by_header = await http.get(path, headers={"authorization": f"Bearer {token}"})
    refusal = await envoy.refusal("/easyorder.order.v1.OrderService/ListOrders")

    for reply in (by_query, by_header):
        assert reply.status_code == 401
        assert reply.headers["www-authenticate"] == 'Bearer realm="easyorder"'
        assert token not in reply.text + str(reply.headers)
    assert ("www-authenticate", 'Bearer realm="easyorder"') in tuple(refusal.trailing_metadata() or ())


@pytest.mark.parametrize("path", ["/api/v1/users/a%00b", "/api/v1/products#x", "/api/v1/products?pageSize=1#x"])
async def test_a_path_that_cannot_be_is_named(
    path: str, envoy: RunningEnvoy, mesh: FakeMesh, bearer: dict[str, str]
) -> None:
    # By hand: clients encode what must not be there.
    status, error = await raw_get(envoy, path, bearer)

    assert status == 400
    assert error["message"].startswith("path ")
    assert [detail["fieldViolations"][0]["field"] for detail in error["details"] if "fieldViolations" in detail] == [
        "path"
    ]
    assert mesh.calls == []


async def raw_get(envoy: RunningEnvoy, path: str, headers: dict[str, str]) -> tuple[int, Any]:
    lines = [
        f"GET {path} HTTP/1.1",
        "host: x",
        "connection: close",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    head, body = await envoy.exchange("".join(f"{line}\r\n" for line in [*lines, ""]).encode())
    return int(head.split()[1]), json.loads(body)


@pytest.mark.parametrize("choice", [{}, {"x-easyorder-service": "kitchen"}])
async def test_operations_of_no_service_over_grpc(
    choice: dict[str, str], envoy: RunningEnvoy, mesh: FakeMesh, bearer: dict[str, str]
) -> None:
    refusal = await envoy.refusal(LIST_JOBS, bearer | choice)

    assert refusal.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "x-easyorder-service" in str(refusal.details())
    assert [violation.field for violation in from_rpc_error(refusal).violations] == ["x-easyorder-service"]
    assert mesh.calls == []


async def test_an_unknown_operation_is_unimplemented(envoy: RunningEnvoy, bearer: dict[str, str]) -> None:
    refusal = await envoy.refusal(f"/{OPS}/Nope", bearer)

    assert refusal.code() is grpc.StatusCode.UNIMPLEMENTED


async def test_json_to_the_grpc_name_of_an_operation(http: httpx.AsyncClient, bearer: dict[str, str]) -> None:
    reply = await http.post(LIST_JOBS, headers=bearer, json={})

    assert (reply.status_code, reason_of(reply)) == (404, "NOT_FOUND")
    assert error_of(reply)["message"].startswith("There is no such path")
