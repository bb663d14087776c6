"""The rpcs of edge: pages and documents of the HTTP interface, and the keys that Envoy verifies tokens with."""

from __future__ import annotations

import json

from easyorder.edge.v1 import GetHealthRequest, GetHomeRequest, GetOpenApiRequest
from easyorder.google.api import HttpBody
from easyorder.identity.v1 import GetJwksRequest, Jwks

from chassis.auth.keys import KeyCache, to_jwks
from chassis.context import current
from chassis.errors import Unavailable
from edge.home import content_policy
from edge.mesh_health import SERVING, MeshHealth


class PortalApi:
    """`home` is HTML, `open_api` is JSON; both are made once, at the start of the process."""

    def __init__(self, *, home: str, open_api: str, health: MeshHealth) -> None:
        self._home = HttpBody(content_type="text/html; charset=utf-8", data=home.encode())
        self._home_policy = content_policy(home)
        self._open_api = HttpBody(content_type="application/json", data=open_api.encode())
        self._health = health

    async def get_home(self, request: GetHomeRequest) -> HttpBody:
        current().reply_headers["content-security-policy"] = self._home_policy
        return self._home

    async def get_open_api(self, request: GetOpenApiRequest) -> HttpBody:
        return self._open_api

    async def get_health(self, request: GetHealthRequest) -> HttpBody:
        """Raises Unavailable, with the state of every service, unless all services serve."""
        states = await self._health.states()
        failing = [service for service, state in states.items() if state != SERVING]
        if failing:
            raise Unavailable(f"not serving: {', '.join(failing)}", metadata=states)
        health = json.dumps({"status": SERVING, "services": states})
        return HttpBody(content_type="application/json", data=health.encode())


class KeysApi:
    """The only rpc of IdentityService that Envoy needs while identity_svc is slow, frozen or down."""

    def __init__(self, keys: KeyCache) -> None:
        self._keys = keys

    async def get_jwks(self, request: GetJwksRequest) -> Jwks:
        """Returns no keys until some are known: Envoy treats that as a failure and retries."""
        return to_jwks(await self._keys.all())
