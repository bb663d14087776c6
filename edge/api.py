"""The rpcs of edge: pages and documents of the HTTP interface, health, and the keys that Envoy verifies tokens with."""

from __future__ import annotations

import json
from asyncio import to_thread
from collections.abc import AsyncIterator, Mapping

from easyorder.edge.v1 import (
    GetConsoleRequest,
    GetDocsRequest,
    GetGuideRequest,
    GetGuidesRequest,
    GetHealthRequest,
    GetHomeRequest,
    GetOpenApiRequest,
    GetShopRequest,
    GetStaticRequest,
    GetTrackingRequest,
)
from easyorder.google.api import HttpBody
from easyorder.identity.v1 import GetJwksRequest, Jwks
from easyorder.ops.v1 import HealthEvent, WatchHealthRequest

from chassis.auth.keys import KeyCache, to_jwks
from chassis.errors import Unavailable
from chassis.grpc import metadata
from chassis.wire import Encoded
from edge.app_pages import app_page, reference_page
from edge.assets import HTML, Asset, NoSuchFile, reply
from edge.guides import FIRST, guide
from edge.health_stream import HealthStream
from edge.home import content_policy
from edge.mesh_health import SERVING, MeshHealth


class PortalApi:
    """`home` is HTML, `open_api` is JSON, `files` are those below /static; all are made once, at the start."""

    def __init__(self, *, home: str, open_api: str, files: Mapping[str, Asset], health: MeshHealth) -> None:
        self._home = Asset.of(home.encode(), HTML, headers={"content-security-policy": content_policy(home)})
        self._docs = reference_page()
        self._open_api = Asset.of(open_api.encode(), "application/json")
        self._files = files
        self._console = app_page("console")
        self._tracking = app_page("track")
        self._shop = app_page("shop")
        self._health = health

    async def get_home(self, request: GetHomeRequest) -> Encoded:
        return reply(self._home)

    async def get_open_api(self, request: GetOpenApiRequest) -> Encoded:
        return reply(self._open_api)

    async def get_console(self, request: GetConsoleRequest) -> Encoded:
        return reply(self._console)

    async def get_tracking(self, request: GetTrackingRequest) -> Encoded:
        """The same page for all orders: it asks for the one whose token is in its address."""
        return reply(self._tracking)

    async def get_shop(self, request: GetShopRequest) -> Encoded:
        return reply(self._shop)

    async def get_docs(self, request: GetDocsRequest) -> Encoded:
        return reply(self._docs)

    async def get_guides(self, request: GetGuidesRequest) -> Encoded:
        return reply(await to_thread(guide, FIRST))

    async def get_guide(self, request: GetGuideRequest) -> Encoded:
        """Raises NoSuchFile."""
        return reply(await to_thread(guide, request.id))

    async def get_static(self, request: GetStaticRequest) -> Encoded:
        """Raises NoSuchFile."""
        if (file := self._files.get(request.path)) is None:
            raise NoSuchFile("There is no such file.")
        return reply(file)

    async def get_health(self, request: GetHealthRequest) -> HttpBody:
        """Raises Unavailable, with the state of every service, unless all services serve."""
        states = await self._health.states()
        failing = [service for service, state in states.items() if state != SERVING]
        if failing:
            raise Unavailable(f"not serving: {', '.join(failing)}", metadata=states)
        health = json.dumps({"status": SERVING, "services": states})
        return HttpBody(content_type="application/json", data=health.encode())


class HealthApi:
    def __init__(self, stream: HealthStream) -> None:
        self._stream = stream

    def watch_health(self, request: WatchHealthRequest) -> AsyncIterator[HealthEvent]:
        return self._stream.of(metadata.incoming.get()[metadata.AUTHORIZATION])


class KeysApi:
    """The only rpc of IdentityService that Envoy needs while identity_svc is slow, frozen or down."""

    def __init__(self, keys: KeyCache) -> None:
        self._keys = keys

    async def get_jwks(self, request: GetJwksRequest) -> Jwks:
        """Returns no keys until some are known: Envoy treats that as a failure and retries."""
        return to_jwks(await self._keys.all())
