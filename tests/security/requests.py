"""Requests of any method, as clients send them: made from its binding and a message."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from copy import deepcopy
from typing import Any
from urllib.parse import quote_from_bytes

import grpc

from chassis.contract import HttpBinding, Method
from envoy.routing import CLUSTERS
from tests.security.hostile import Attack

LONGEST_URL = 20_000
TIMEOUT_S = 20
# A stream that was not refused by then is one.
STREAM_S = 0.5
# No request may end so, whatever it is.
FAULTS = {
    grpc.StatusCode.UNKNOWN,
    grpc.StatusCode.INTERNAL,
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DATA_LOSS,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.CANCELLED,
}


async def grpc_answer(
    channel: grpc.aio.Channel, method: Method, request: bytes, headers: Mapping[str, str]
) -> tuple[grpc.StatusCode, str]:
    """How a call ends, and what it says of it; for a stream, the beginning counts."""
    open_call: Any = (channel.unary_stream if method.server_streaming else channel.unary_unary)(method.full_name)
    call = open_call(request, metadata=tuple(headers.items()), timeout=TIMEOUT_S)
    try:
        if not method.server_streaming:
            await call
        elif await asyncio.wait_for(call.read(), STREAM_S) is grpc.aio.EOF:
            return await call.code(), await call.details()
    except grpc.aio.AioRpcError as error:
        return error.code(), error.details() or ""
    except TimeoutError:
        pass
    call.cancel()
    return grpc.StatusCode.OK, ""


def json_request(binding: HttpBinding, attack: Attack) -> tuple[str, bytes | None]:
    """URL and body: fields of the path and the query are taken out of the body."""
    body = deepcopy(attack.body)

    def in_path(match: re.Match[str]) -> str:
        *above, name = map(_json_name, match[1].split("."))
        inside = body[above[0]] if above and above[0] in body else body
        # The message itself may be what is hostile.
        return _text(inside.pop(name, 0) if isinstance(inside, dict) else 0, attack)

    path = re.sub(r"\{([\w.]+)(?:=[^}]+)?\}", in_path, binding.path)
    if binding.body == "*":
        return path, attack.json_of(body)
    content = attack.json_of(body.pop(binding.body, {})) if binding.body else None
    query = "&".join(
        f"{name}={_text(value, attack)}"
        for name, values in body.items()
        for value in (values if isinstance(values, list) else [values])
        if not isinstance(value, dict)
    )
    return f"{path}?{query}" if query else path, content


def home_of(method: Method) -> str:
    """The service that serves the method; OpsService is served by all but edge."""
    # An internal service is in easyorder.internal.<process>.v1.
    return CLUSTERS.get(method.service) or method.service.split(".")[2]


def _text(value: object, attack: Attack) -> str:
    hostile = value == "@@hostile@@"
    return quote_from_bytes((attack.url or b"")[:LONGEST_URL] if hostile else str(value).encode(), safe="")


def _json_name(name: str) -> str:
    return re.sub("_(.)", lambda match: match[1].upper(), name)
