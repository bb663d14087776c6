"""How lives reach a shop: by JSON through the front door of a mesh, or by gRPC in one process."""

from __future__ import annotations

import re
import uuid
from contextlib import AbstractAsyncContextManager
from functools import cache
from typing import Any, Protocol
from urllib.parse import parse_qsl

import asyncpg
import httpx

from chassis import contract
from chassis.errors import AppError, Conflict, DeadlineExceeded, Locked, RateLimited, Unavailable
from chassis.grpc.clients import Client, Rpc
from deploy.local.shop import Shop
from tests.e2e.running_mesh import RunningMesh
from tests.lives.commands import Json
from tests.order_svc.whole_shop import WholeShop

ADMIN = ""
# Nobody knows what became of the call.
UNKNOWN = (Unavailable, DeadlineExceeded, Conflict, Locked, RateLimited)
_UNKNOWN = {error.reason for error in UNKNOWN}
_TIMEOUT_S = 5


class Front(Protocol):
    """A shop, whose users are known by name."""

    async def register(self, who: str) -> None: ...

    async def send(self, who: str, method: str, path: str, body: Json | None) -> Json | None:
        """A resource or an error as JSON; None if nobody knows what became of the call."""

    def database(self, name: str) -> AbstractAsyncContextManager[asyncpg.Connection]: ...


class MeshFront:
    """JSON over HTTP."""

    def __init__(self, mesh: RunningMesh, http: httpx.AsyncClient, admin: Shop) -> None:
        self._http = http
        self._sessions = {ADMIN: admin}
        self.database = mesh.database

    async def register(self, who: str) -> None:
        email = f"{uuid.uuid4().hex}@example.com"
        await Shop(self._http).register(email, "untold Passw0rd!", who)
        self._sessions[who] = await Shop(self._http).login(email, "untold Passw0rd!")

    async def send(self, who: str, method: str, path: str, body: Json | None) -> Json | None:
        headers = self._sessions[who].headers
        try:
            reply = await self._http.request(method, f"/api/v1{path}", json=body, headers=headers)
        except httpx.TransportError:
            return None
        said: Json = reply.json()
        if reply.status_code == httpx.codes.OK:
            return said
        # A service that has no time left to say why does not say it.
        is_late = reply.status_code == httpx.codes.GATEWAY_TIMEOUT
        if is_late or {detail.get("reason") for detail in said["details"]} & _UNKNOWN:
            return None
        assert reply.status_code < httpx.codes.INTERNAL_SERVER_ERROR, f"{method} {path}: {said}"
        return said


class OneProcessFront:
    """The same paths and bodies, as the contract binds them to methods."""

    def __init__(self, shop: WholeShop) -> None:
        self._shop = shop
        self._clients: dict[tuple[str, str], Client] = {}
        self.database = shop.database

    async def register(self, who: str) -> None:
        """Tokens are made when they are needed."""

    async def send(self, who: str, method: str, path: str, body: Json | None) -> Json | None:
        rpc, request, service = _bound(method, path, body or {})
        try:
            reply = await self._client(who, service).call(rpc, request, timeout_s=_TIMEOUT_S)
        except UNKNOWN:
            return None
        except AppError as error:
            if error.reason == "INTERNAL":
                raise AssertionError(f"{method} {path}: {error}") from error
            return {"code": error.kind.value, "details": [{"reason": error.reason, "metadata": dict(error.metadata)}]}
        said: Json = reply.to_dict()
        return said

    def _client(self, who: str, service: str) -> Client:
        if (who, service) not in self._clients:
            tokens = self._shop.tokens
            self._clients[who, service] = self._shop.client(tokens.user(who) if who else tokens.admin(), of=service)
        return self._clients[who, service]


def _bound(verb: str, path: str, body: Json) -> tuple[Rpc[Any, Any], Any, str]:
    """The method, its request, and the service that has it."""
    path, _, query = path.partition("?")
    for method, pattern, field in _bindings(verb):
        if match := re.fullmatch(pattern, f"/api/v1{path}"):
            given = {field: body} if field not in ("", "*") else body
            request = method.request.from_dict({**given, **dict(parse_qsl(query)), **match.groupdict()})
            service = match.groupdict().get("service") or ("order" if ".order." in method.service else "inventory")
            return Rpc(method.full_name, method.request, method.response), request, service
    raise AssertionError(f"the contract has no {verb} {path}")


@cache
def _bindings(verb: str) -> list[tuple[contract.Method, str, str]]:
    return [
        (method, re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/:]+)", re.escape(binding.path)), binding.body)
        for method in contract.methods().values()
        for binding in method.http
        if binding.verb == verb
    ]
