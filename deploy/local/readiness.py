"""Readiness checks. Each check returns the current state; `until` repeats it until it is true."""

from __future__ import annotations

import asyncio
from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import grpc
import httpx
from grpc_health.v1 import health_pb2
from pydantic_core import to_json

from chassis.grpc.channel import RenewedChannel, open_channel
from chassis.grpc.tls import Tls
from deploy.local.errors import CannotStart
from deploy.local.plain_http import plain_client
from deploy.local.supervisor import Process

POLL_S = 0.05
CRASHES_TO_GIVE_UP = 3
HEALTH = "/grpc.health.v1.Health/Check"

ANSWER_WITHIN_S = 5.0

Check = Callable[[], Awaitable[bool]]


async def comes_true(check: Check, *, within_s: float) -> bool:
    """Repeats `check` until it is true or time is up; returns whether it became true."""
    give_up_at = asyncio.get_running_loop().time() + within_s
    while True:
        if await check():
            return True
        if asyncio.get_running_loop().time() > give_up_at:
            return False
        await asyncio.sleep(POLL_S)


async def until(process: Process, ready: Check, *, timeout_s: float = 60.0) -> None:
    """Returns once `ready` is true; raises CannotStart, with the program's last output, if it never is."""

    async def ready_or_hopeless() -> bool:
        return process.crashes >= CRASHES_TO_GIVE_UP or await ready()

    answered = await comes_true(ready_or_hopeless, within_s=timeout_s)
    if process.crashes >= CRASHES_TO_GIVE_UP:
        raise CannotStart(_failure(process, f"crashed {process.crashes} times"))
    if not answered:
        raise CannotStart(_failure(process, f"is not ready after {timeout_s:g} s"))
    process.has_answered = True


def _failure(process: Process, what: str) -> str:
    said = "\n".join(f"  {line}" for line in process.last_lines)
    return f"{process.program.name} {what}. It said last:\n{said}"


def grpc_serving(address: str, name: str, tls: Tls | None) -> Check:
    """Whether the gRPC server of `name` at `address` reports SERVING (grpc.health.v1)."""

    async def check() -> bool:
        async with open_channel(address, tls=tls, name=name) as channel:
            ask: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(HEALTH)
            try:
                reply = health_pb2.HealthCheckResponse.FromString(await ask(b"", timeout=1.0))
            except grpc.aio.AioRpcError:
                return False
            return bool(reply.status == health_pb2.HealthCheckResponse.SERVING)

    return check


def health_channel(address: str, name: str, tls: Tls | None) -> RenewedChannel:
    """A channel for `grpc_answers`; reconnects to a restarted program within a second."""
    return RenewedChannel(address, (("grpc.max_reconnect_backoff_ms", 1_000),), tls=tls, name=name)


def grpc_answers(channel: RenewedChannel) -> Check:
    """Whether the server answers a health check at all: a server that reports NOT_SERVING is alive."""

    async def check() -> bool:
        ask: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.current().unary_unary(HEALTH)
        try:
            await ask(b"", timeout=ANSWER_WITHIN_S)
        except grpc.aio.AioRpcError as error:
            return error.code() not in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)
        return True

    return check


def http_answers(url: str, *, socket: Path) -> Check:
    """Whether `url` answers anything, behind a Unix socket."""

    async def check() -> bool:
        try:
            async with plain_client(socket=socket, timeout=ANSWER_WITHIN_S) as client:
                await client.get(url)
        except httpx.TransportError:
            return False
        return True

    return check


def http_ok(url: str) -> Check:
    """Whether `url` answers 200."""

    async def check() -> bool:
        try:
            async with plain_client(timeout=2.0) as client:
                return (await client.get(url)).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    return check


def verifies_tokens(url: str) -> Check:
    """Whether the Envoy at `url` has the keys to verify tokens with. Until then a token is answered with 503."""
    # Only the signature is wrong: whatever else is wrong with a token, Envoy refuses it without looking for the keys.
    claims = {"iss": "easyorder", "aud": "easyorder", "exp": 2**32}
    encoded = (urlsafe_b64encode(to_json(part)).rstrip(b"=").decode() for part in ({"alg": "EdDSA"}, claims))
    headers = {"authorization": f"Bearer {'.'.join([*encoded, 'c2lnbmVk'])}"}

    async def check() -> bool:
        try:
            async with plain_client(timeout=2.0, headers=headers) as client:
                return (await client.get(f"{url}/api/v1/users/me")).status_code == httpx.codes.UNAUTHORIZED
        except httpx.TransportError:
            return False

    return check


def postgres_accepts(folder: Path, socket_dir: Path) -> Check:
    """Whether the PostgreSQL server whose data is in `folder` takes connections behind the socket.

    Connects only once the server reports ready in the file that pg_ctl reads: earlier it would log a refusal.
    """

    async def check() -> bool:
        try:
            if (folder / "postmaster.pid").read_text(encoding="utf-8").split()[-1] != "ready":
                return False
            connection = await asyncpg.connect(host=str(socket_dir), user="postgres", database="postgres", timeout=2.0)
        except (OSError, IndexError, asyncpg.PostgresError):
            return False
        await connection.close()
        return True

    return check
