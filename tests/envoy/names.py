"""Calls of a method under each of its names, as an outside client makes them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import grpc

from chassis.contract import HttpBinding, Method
from chassis.grpc.channel import open_channel
from deploy.local.plain_http import plain_client
from envoy.paths import has_verb
from envoy.routing import OPS
from tests.envoy.running import RunningEnvoy

VALUES = {"service": "inventory", "path=**": "a/b.css"}


@dataclass(frozen=True)
class Name:
    """One name of a method: a path, and the verb if it is an HTTP path."""

    method: Method
    path: str
    binding: HttpBinding | None = None

    def __str__(self) -> str:
        return f"{self.binding.verb if self.binding else 'gRPC'} {self.path}"

    async def status(self, envoy: RunningEnvoy, headers: dict[str, str]) -> int | grpc.StatusCode:
        """HTTP status or gRPC code of a call."""
        if self.binding is None:
            return await grpc_code(envoy, self.method, headers)
        body = b"{}" if self.binding.body else None
        async with plain_client(envoy.url) as client:
            return (await client.request(self.binding.verb, self.path, headers=headers, content=body)).status_code


def names_of(method: Method) -> Iterator[Name]:
    """The gRPC name, and every HTTP path, once with the slash at its end that the transcoder overlooks."""
    yield Name(method, method.full_name)
    for binding in method.http:
        path = re.sub(r"\{([^}]+)\}", lambda match: VALUES.get(match[1], "7"), binding.path)
        yield Name(method, path, binding)
        if path != "/" and not has_verb(path):
            yield Name(method, f"{path}/", binding)


async def grpc_code(envoy: RunningEnvoy, method: Method, headers: dict[str, str]) -> grpc.StatusCode:
    """How a call with an empty request ends."""
    if method.service == OPS:
        headers = headers | {"x-easyorder-service": "inventory"}
    async with open_channel(envoy.target) as channel:
        stub: Any = (channel.unary_stream if method.server_streaming else channel.unary_unary)(method.full_name)
        code: grpc.StatusCode = await stub(b"", metadata=tuple(headers.items())).code()
        return code
