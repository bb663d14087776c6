"""A gRPC server that answers as it is told, and remembers what it was asked; and both clients behind one face."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import betterproto2
import grpc
from easyorder_client import AsyncClient, Client, MemoryTokenStore, StoredTokens
from easyorder_client.messages import (
    BadRequest,
    BadRequestFieldViolation,
    Code,
    ErrorInfo,
    RetryInfo,
    Status,
    Tokens,
)
from easyorder_client.messages.google.protobuf import Any as Packed

DETAILS_KEY = "grpc-status-details-bin"
# A Status is an error that the call ends with; a sequence is the messages of a stream.
Answer = betterproto2.Message | Sequence[betterproto2.Message]
SIGNED_IN = StoredTokens("first access token", "first refresh token", expires_at=2**32)
EXPIRED = StoredTokens("first access token", "first refresh token", expires_at=1)
REFRESHED = Tokens(access_token="second access token", refresh_token="second refresh token", expires_in=900)


@dataclass(frozen=True)
class Asked:
    """A call that was made."""

    name: str
    body: bytes
    metadata: dict[str, Any]

    @property
    def token(self) -> str:
        return str(self.metadata.get("authorization", "")).removeprefix("Bearer ")


@dataclass
class FakeShop(grpc.GenericRpcHandler):
    """Each method gives its `answers` one after the other, and the last of them for ever."""

    answers: dict[str, list[Answer]] = field(default_factory=lambda: defaultdict(list))
    asked: list[Asked] = field(default_factory=list)
    url: str = ""

    def calls_of(self, name: str) -> list[Asked]:
        return [call for call in self.asked if call.name == name]

    def service(self, call: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[Any, Any]:
        name = call.method.rpartition("/")[2]

        async def serve(body: bytes, context: grpc.aio.ServicerContext[Any, Any]) -> AsyncIterator[bytes]:
            self.asked.append(Asked(name, body, dict(context.invocation_metadata() or ())))
            left = self.answers[name]
            answer = left.pop(0) if len(left) > 1 else left[0]
            for message in answer if isinstance(answer, Sequence) else [answer]:
                if isinstance(message, Status):
                    await _refuse(context, message)
                else:
                    yield bytes(message)

        return grpc.unary_stream_rpc_method_handler(serve)


async def _refuse(context: grpc.aio.ServicerContext[Any, Any], error: Status) -> None:
    context.set_trailing_metadata(((DETAILS_KEY, bytes(error)),))
    await context.abort(grpc.StatusCode[Code(error.code).name or ""], error.message)


def refusal(
    code: Code,
    reason: str,
    *,
    retry_after_s: float | None = None,
    metadata: dict[str, str] | None = None,
    fault: tuple[str, str, str] | None = None,
) -> Status:
    """An error as the shop sends it; `fault` is a field, what is wrong with it, and its reason."""
    details: list[betterproto2.Message] = [ErrorInfo(reason=reason, domain="easyorder", metadata=metadata or {})]
    if fault:
        field, description, own = fault
        violation = BadRequestFieldViolation(field=field, description=description, reason=own)
        details.append(BadRequest(field_violations=[violation]))
    if retry_after_s is not None:
        details.append(RetryInfo(retry_delay=timedelta(seconds=retry_after_s)))
    packed = [Packed(f"type.googleapis.com/google.rpc.{type(d).__name__}", bytes(d)) for d in details]
    return Status(code=code, message=f"refused: {reason}", details=packed)


UNAVAILABLE = refusal(Code.UNAVAILABLE, "UNAVAILABLE")


@asynccontextmanager
async def fake_shop(credentials: grpc.ServerCredentials | None = None) -> AsyncIterator[FakeShop]:
    shop, server = FakeShop(), grpc.aio.server()
    server.add_generic_rpc_handlers((shop,))
    if credentials:
        shop.url = f"https://localhost:{server.add_secure_port('localhost:0', credentials)}"
    else:
        shop.url = f"http://127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    await server.start()
    try:
        yield shop
    finally:
        await server.stop(0)


class EitherClient:
    """Client, in threads, or AsyncClient: each call is a coroutine, and each list or stream a coroutine of a list."""

    def __init__(self, kind: str, url: str, tokens: StoredTokens | None, **options: Any) -> None:
        self.store = MemoryTokenStore()
        self.store.save(tokens)
        made: Callable[..., Any] = AsyncClient if kind == "async" else Client
        self._client, self._is_async = made(url, tokens=self.store, **options), kind == "async"

    async def call(self, name: str, *arguments: Any, **options: Any) -> Any:
        method = getattr(self._client, name)
        if self._is_async:
            return await method(*arguments, **options)
        return await asyncio.to_thread(method, *arguments, **options)

    async def all(self, name: str, *arguments: Any) -> list[Any]:
        found = getattr(self._client, name)(*arguments)
        if self._is_async:
            return [item async for item in found]
        return await asyncio.to_thread(_list, found)

    async def close(self) -> None:
        await self.call("close")


def _list(items: Iterable[Any]) -> list[Any]:
    return list(items)
