"""Requests that are not HTTP as it should be, or ask for parts of it that are not there, get the API's errors too."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
from dataclasses import dataclass

import httpx
import pytest
from easyorder.google.rpc import Status

from chassis.grpc.status import from_status
from chassis.wire import codec
from tests.envoy.error_shape import HTTP_STATUS, detail_of, reason_of, reason_of_grpc
from tests.envoy.fake_mesh import FakeMesh
from tests.envoy.running import RunningEnvoy

pytestmark = pytest.mark.asyncio(loop_scope="session")

PRODUCTS = "GET /api/v1/products HTTP/1.1"
ORDERS = "POST /api/v1/orders HTTP/1.1"
LIST_PRODUCTS = "/easyorder.catalog.v1.ProductService/ListProducts"


@dataclass(frozen=True)
class Refusal:
    """What is sent, line by line, and the answer: its status, reason, and words of its message."""

    lines: tuple[str, ...]
    status: int
    reason: str
    words: str


REFUSALS = {
    "no host": Refusal((PRODUCTS,), 400, "INVALID_ARGUMENT", "host is required"),
    "a header without a name": Refusal((PRODUCTS, "host: x", ": 1"), 400, "INVALID_ARGUMENT", "not valid HTTP"),
    "a blank in a name": Refusal((PRODUCTS, "host: x", "a b: 1"), 400, "INVALID_ARGUMENT", "not valid HTTP"),
    "an underscore": Refusal((PRODUCTS, "host: x", "x_user_id: 1"), 400, "INVALID_ARGUMENT", "underscore"),
    "no path": Refusal(("GET products HTTP/1.1", "host: x"), 400, "INVALID_ARGUMENT", "not valid HTTP"),
    "two lengths": Refusal(
        (ORDERS, "host: x", "content-length: 1", "content-length: 2"), 400, "INVALID_ARGUMENT", "not valid HTTP"
    ),
    "length and chunks": Refusal(
        (ORDERS, "host: x", "transfer-encoding: chunked", "content-length: 5"),
        400,
        "INVALID_ARGUMENT",
        "not valid HTTP",
    ),
    "gzip in transfer": Refusal(
        (ORDERS, "host: x", "transfer-encoding: gzip, chunked"), 501, "UNIMPLEMENTED", "transfer-encoding"
    ),
    "no encoding that is": Refusal(
        (ORDERS, "host: x", "transfer-encoding: banana"), 501, "UNIMPLEMENTED", "transfer-encoding"
    ),
    "a tunnel": Refusal(("CONNECT x.example:80 HTTP/1.1", "host: x.example:80"), 501, "UNIMPLEMENTED", "CONNECT"),
    "a web socket": Refusal(
        ("GET /api/v1/orders:watch HTTP/1.1", "host: x", "connection: upgrade", "upgrade: websocket"),
        501,
        "UNIMPLEMENTED",
        "WebSocket",
    ),
}


@pytest.mark.parametrize("kind", REFUSALS)
async def test_an_unusual_request_is_refused_at_once(kind: str, envoy: RunningEnvoy, mesh: FakeMesh) -> None:
    wanted = REFUSALS[kind]

    head, body = await envoy.exchange("".join(f"{line}\r\n" for line in [*wanted.lines, ""]).encode())

    error = json.loads(body)
    assert (int(head.split()[1]), error["details"][0]["reason"]) == (wanted.status, wanted.reason)
    assert "content-type: application/json" in head
    assert "connection: close" in head
    assert wanted.words in error["message"]
    assert wanted.status in HTTP_STATUS[error["code"]]
    assert mesh.calls == []


async def test_a_tunnel_over_http_2(envoy: RunningEnvoy, mesh: FakeMesh) -> None:
    headers = {":method": "CONNECT", ":authority": "x.example:80"}
    # Literal fields, without Huffman codes (RFC 7541, 6.2.2), in one HEADERS frame that does not end the stream.
    block = b"".join(b"\0" + _text(name) + _text(value) for name, value in headers.items())
    settings, fields = b"\0\0\0\x04\0\0\0\0\0", len(block).to_bytes(3) + b"\x01\x04\0\0\0\x01" + block

    answer = await read(envoy, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + settings + fields, until=b"(CONNECT)")

    assert b'"reason":"UNIMPLEMENTED"' in answer
    assert mesh.calls == []


@pytest.mark.parametrize("request_line", [PRODUCTS, PRODUCTS.replace("1.1", "1.0")])
async def test_http_1_0_is_served(request_line: str, envoy: RunningEnvoy, mesh: FakeMesh) -> None:
    """Proxies speak it by default, nginx for one."""
    head, body = await envoy.exchange(f"{request_line}\r\nhost: x\r\nconnection: close\r\n\r\n".encode())

    assert head.split()[1] == "200"
    assert json.loads(body)["products"] == []
    assert mesh.only_call.method == LIST_PRODUCTS


@pytest.mark.parametrize("written", ["banana", "", "-1S", "5s", "5", "999999999S", "1S, 2S"])
async def test_a_timeout_that_is_none(
    written: str, http: httpx.AsyncClient, mesh: FakeMesh, bearer: dict[str, str]
) -> None:
    reply = await http.get("/api/v1/orders/7", headers=bearer | {"grpc-timeout": written})
    web = {"content-type": "application/grpc-web+proto", "grpc-timeout": written}
    refused = await http.post(LIST_PRODUCTS, content=bytes(5), headers=web)

    assert (reply.status_code, reason_of(reply)) == (400, "INVALID_ARGUMENT")
    assert detail_of(reply, "BadRequest")["fieldViolations"][0]["field"] == "grpc-timeout"
    # The code in grpc-status is Envoy's filter's, as of any 403.
    details = base64.b64decode(refused.headers["grpc-status-details-bin"] + "==")
    assert from_status(codec(Status).decode(details)).reason == "INVALID_ARGUMENT"
    assert mesh.calls == []


@pytest.mark.parametrize("written", ["5S", "00000005S", "10000m", "1H"])
async def test_a_timeout_is_taken(
    written: str, http: httpx.AsyncClient, mesh: FakeMesh, bearer: dict[str, str]
) -> None:
    assert (await http.get("/api/v1/orders/7", headers=bearer | {"grpc-timeout": written})).status_code == 200


@pytest.mark.reaches("UNSUPPORTED_MEDIA_TYPE")
@pytest.mark.parametrize("encoding", ["gzip", "br", "banana", "identity, gzip"])
@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("POST", "/api/v1/orders"),
        ("PATCH", "/api/v1/products/7"),
        ("POST", "/api/v1/payments/stripe/webhook"),
    ],
)
async def test_a_compressed_body(
    verb: str, path: str, encoding: str, http: httpx.AsyncClient, mesh: FakeMesh, bearer: dict[str, str]
) -> None:
    headers = bearer | {"content-encoding": encoding}

    reply = await http.request(verb, path, headers=headers, content=gzip.compress(b"{}"))

    assert (reply.status_code, reason_of(reply)) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert mesh.calls == []


async def test_a_body_may_say_that_it_is_not_compressed(
    http: httpx.AsyncClient, mesh: FakeMesh, bearer: dict[str, str]
) -> None:
    headers = bearer | {"content-encoding": "identity"}

    assert (await http.post("/api/v1/orders", headers=headers, json={})).status_code == 200


async def test_grpc_gets_its_own_form_of_these(envoy: RunningEnvoy, bearer: dict[str, str]) -> None:
    refusal = await envoy.refusal("/easyorder.order.v1.OrderService/GetOrder", bearer | {"content-encoding": "gzip"})

    assert reason_of_grpc(refusal) == "UNSUPPORTED_MEDIA_TYPE"


async def read(envoy: RunningEnvoy, request: bytes, *, until: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", envoy.http_port)
    writer.write(request)
    try:
        return await asyncio.wait_for(reader.readuntil(until), timeout=5)
    finally:
        writer.close()


def _text(text: str) -> bytes:
    return bytes([len(text)]) + text.encode()
