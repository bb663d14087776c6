"""The pages of the portal, and the health of the mesh as the services report it."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import grpc
import pytest
from easyorder.edge.v1 import GetHealthRequest, GetHomeRequest, GetOpenApiRequest
from easyorder.google.api import HttpBody
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

from chassis import contract
from chassis.errors import AppError, Unavailable
from chassis.grpc.channel import open_channel
from chassis.grpc.clients import Client, rpc
from chassis.grpc.status import from_rpc_error
from edge.home import content_policy, home_page
from edge.mesh_health import MeshHealth
from tests.edge.conftest import SERVICES, HealthServers

PORTAL = "easyorder.edge.v1.PortalService"
GET_HOME = rpc(PORTAL, "GetHome", GetHomeRequest, HttpBody)
GET_HEALTH = rpc(PORTAL, "GetHealth", GetHealthRequest, HttpBody)
GET_OPEN_API = rpc(PORTAL, "GetOpenApi", GetOpenApiRequest, HttpBody)


async def test_the_front_page_shows_every_path_that_is_served(client: Client) -> None:
    home = await client.call(GET_HOME, GetHomeRequest())

    page = home.data.decode()
    assert home.content_type == "text/html; charset=utf-8"
    assert "${" not in page
    for method in contract.methods().values():
        for binding in method.http if method.service != PORTAL else ():
            assert (f"{binding.verb}</b> {binding.path}<" in page) is not method.access.planned, binding


async def test_the_front_page_needs_nothing_else(client: Client) -> None:
    page = (await client.call(GET_HOME, GetHomeRequest())).data.decode()

    assert "<script" not in page
    assert "http://" not in page
    assert "https://" not in page


def test_a_page_has_only_the_styles_that_it_came_with() -> None:
    policy = content_policy("<style>b { color: red }</style><style></style>")

    # Of `b { color: red }` and of nothing.
    assert policy.split("; ")[:2] == [
        "default-src 'none'",
        "style-src 'sha256-O28scEPi1wp28nkUG+W8j5nTbUOBZEuee0EWEjDpinQ=' "
        "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
    ]
    assert "style=" not in home_page()


async def test_the_open_api_document_is_json(client: Client) -> None:
    reply = await client.call(GET_OPEN_API, GetOpenApiRequest())

    assert reply.content_type == "application/json"
    assert json.loads(reply.data)["openapi"] == "3.1.0"


async def test_all_is_well_when_every_service_serves(client: Client) -> None:
    reply = await client.call(GET_HEALTH, GetHealthRequest())

    assert reply.content_type == "application/json"
    assert json.loads(reply.data) == {"status": "SERVING", "services": dict.fromkeys(SERVICES, "SERVING")}


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_that_is_gone_is_named_until_it_is_back(
    service: str, client: Client, address: str, servers: HealthServers
) -> None:
    await servers.stop(service)

    refusal = await _health_refusal(address)
    assert refusal.metadata == dict.fromkeys(SERVICES, "SERVING") | {service: "UNREACHABLE"}
    assert service in refusal.message

    await servers.start(service)
    assert (await client.call(GET_HEALTH, GetHealthRequest(), timeout_s=20)).data


async def test_a_service_that_drains_does_not_serve(address: str, servers: HealthServers) -> None:
    await servers.drain("order")

    assert (await _health_refusal(address)).metadata["order"] == "NOT_SERVING"


async def test_one_replica_is_enough(servers: HealthServers) -> None:
    await servers.start("second")
    health = MeshHealth({"order": [servers.addresses["order"], servers.addresses["second"]]})
    await health.start()
    await servers.stop("order")

    assert await health.states() == {"order": "SERVING"}

    await servers.stop("second")
    assert await health.states() == {"order": "UNREACHABLE"}
    await health.stop()


async def test_a_crowd_that_asks_costs_one_question(servers: HealthServers) -> None:
    health = MeshHealth({"order": [servers.addresses["order"]]})
    await health.start()

    answers = await asyncio.gather(*(health.states() for _ in range(100)))

    assert answers == [{"order": "SERVING"}] * 100
    assert servers.asked("order") == 1
    await health.stop()


async def test_reflection_tells_of_the_whole_public_contract(address: str) -> None:
    def services() -> set[str]:
        with grpc.insecure_channel(address, options=[("grpc.enable_http_proxy", 0)]) as channel:
            return set(ProtoReflectionDescriptorDatabase(channel).get_services())

    served = await asyncio.to_thread(services)

    known = {method.service for method in contract.methods().values()}
    assert {name for name in known if not contract.is_internal(name)} == {name for name in served if name in known}


async def _health_refusal(address: str) -> AppError:
    """The error of one call, not repeated."""
    async with open_channel(address) as channel:
        ask: Any = channel.unary_unary(GET_HEALTH.full_name)
        with pytest.raises(grpc.aio.AioRpcError) as refusal:
            await ask(b"", timeout=10)
    assert ("retry-after", "1") in tuple(refusal.value.trailing_metadata() or ())
    error = from_rpc_error(refusal.value)
    assert isinstance(error, Unavailable)
    return error
