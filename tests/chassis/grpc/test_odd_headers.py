"""Bytes that are no text, in any header, are the caller's fault: no call ends in an unexpected error."""

from __future__ import annotations

import asyncio

import pytest
from easyorder.order.v1 import GetOrderRequest

from chassis.wire import codec
from tests.chassis.grpc.orders import OrderApi, orders
from tests.mesh import Mesh

_HEADERS, _DATA, _SETTINGS = 1, 0, 4
_END_STREAM, _END_HEADERS = 1, 4
_CALL = {
    b":method": b"POST",
    b":scheme": b"http",
    b":path": b"/easyorder.order.v1.OrderService/GetOrder",
    b":authority": b"x",
    b"te": b"trailers",
    b"content-type": b"application/grpc",
}
NAMES = [
    b"authorization",
    b"x-request-id",
    b"x-easyorder-position",
    b"x-easyorder-on-behalf-of",
    b"x-envoy-external-address",
    b"x-envoy-expected-rq-timeout-ms",
    b"traceparent",
    b"user-agent",
    b"x-anything",
]


def frame(kind: int, payload: bytes, *, flags: int = 0, stream: int = 1) -> bytes:
    return len(payload).to_bytes(3) + bytes([kind, flags]) + stream.to_bytes(4) + payload


def text(value: bytes) -> bytes:
    """HPACK's literal: the length as a prefixed integer of 7 bits."""
    length, written = len(value), bytes([min(len(value), 127)])
    if length >= 127:
        length -= 127
        while length >= 128:
            written += bytes([length % 128 + 128])
            length //= 128
        written += bytes([length])
    return written + value


async def get_order(mesh: Mesh, headers: dict[bytes, bytes]) -> None:
    """Over a bare HTTP/2 connection, because gRPC's libraries send no such header; waits for the end of the reply."""
    fields = b"".join(b"\0" + text(name) + text(value) for name, value in (_CALL | headers).items())
    message = codec(GetOrderRequest).encode(GetOrderRequest(id="1"))
    reader, writer = await asyncio.open_connection("127.0.0.1", mesh.server.port)
    writer.write(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(_SETTINGS, b"", stream=0))
    writer.write(frame(_HEADERS, fields, flags=_END_HEADERS))
    writer.write(frame(_DATA, b"\0" + len(message).to_bytes(4) + message, flags=_END_STREAM))
    try:
        async with asyncio.timeout(5):
            while True:
                head = await reader.readexactly(9)
                await reader.readexactly(int.from_bytes(head[:3]))
                if int.from_bytes(head[5:]) == 1 and head[4] & _END_STREAM:
                    return
    finally:
        writer.close()


@pytest.mark.parametrize(
    "value", [b"\xe9\xff", b"\xb2", b"9" * 5000, b" "], ids=["bytes", "superscript", "long", "blank"]
)
async def test_no_header_makes_an_unexpected_error(value: bytes) -> None:
    api = OrderApi()
    async with orders(api) as mesh:
        token = {b"authorization": f"Bearer {mesh.tokens.user()}".encode()}
        for name in NAMES:
            await get_order(mesh, token | {name: value})

    assert mesh.unexpected == []
    assert len(api.seen) == len(NAMES) - 1  # only a token that is none is refused
