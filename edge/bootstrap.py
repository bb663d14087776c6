"""Wires edge: the only place where its rpcs meet the mesh."""

from __future__ import annotations

import json

from chassis import contract
from chassis.auth.keys import KeyCache, keys_of
from chassis.auth.service_tokens import ServiceKeys
from chassis.auth.verifier import TokenVerifier
from chassis.grpc.clients import Client
from chassis.grpc.server import GrpcServer, serve
from edge.api import HealthApi, KeysApi, PortalApi
from edge.assets import static_files
from edge.config import EdgeSettings
from edge.health_stream import HealthStream
from edge.home import home_page
from edge.mesh_health import MeshHealth
from edge.openapi import document
from edge.rate_limits import RateLimitService
from rate_limits.call_limiter import CallLimiter
from rate_limits.limits_file import read_rate_limits

NAME = "edge"
PORTAL = "easyorder.edge.v1.PortalService"
HEALTH = "easyorder.ops.v1.HealthService"
IDENTITY = "easyorder.identity.v1.IdentityService"


def portal(settings: EdgeSettings, health: MeshHealth, identity: Client) -> GrpcServer:
    """The gRPC server, not started. Its reflection lists all services, for clients that connect through Envoy."""
    keys = KeyCache(keys_of(identity), file=settings.jwks_file)
    limits = read_rate_limits(settings.rate_limits_file)
    return GrpcServer(
        name=NAME,
        address=settings.listen_address or settings.edge_address,
        servicers={
            PORTAL: PortalApi(home=home_page(), open_api=json.dumps(document()), files=static_files(), health=health),
            HEALTH: HealthApi(HealthStream(health)),
            IDENTITY: KeysApi(keys),
        },
        tls=settings.tls(NAME),
        verifier=TokenVerifier(keys, ServiceKeys(settings.service_keys_dir, NAME)),
        call_timeout_s=settings.call_timeout_s,
        stream_limits=settings.stream_limits,
        reflection_for_all=settings.is_local,
        trusted_proxies=settings.trusted_proxies,
        limiter=CallLimiter(limits),
        reflected=sorted({method.service for method in contract.methods().values()}),
        infrastructure=[RateLimitService(limits, trusted=settings.trusted_proxies).handler()],
        background=[health],
    )


async def run(settings: EdgeSettings) -> None:
    """Serves until SIGTERM or SIGINT."""
    health = MeshHealth(settings.watched(), tls=settings.tls(NAME))
    identity = Client(settings.identity_address, "identity", tls=settings.tls(NAME))
    try:
        await serve(portal(settings, health, identity), settings)
    finally:
        await identity.close()
