"""Who a caller is, one access token says: no other header does, and no second token, over Envoy and straight."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import grpc
import httpx
import pytest
from easyorder.order.v1 import GetOrderRequest

from chassis.grpc.channel import open_channel
from chassis.wire import codec
from deploy.local.shop import Shop
from tests.e2e.running_mesh import RunningMesh
from tests.security.attackers import a_shopper, an_item, reason_of

GET_ORDER = "/easyorder.order.v1.OrderService/GetOrder"
NAMES = (
    *("x-user-id", "x-user", "x-user-name", "x-user-email", "x-user-roles", "x-user-teams", "x-roles", "x-role"),
    *("x-forwarded-user", "x-forwarded-email", "x-forwarded-groups", "x-remote-user", "remote-user", "x-auth-user"),
    *("x-auth-request-user", "x-auth-request-groups", "x-authenticated-userid", "x-consumer-username", "x-jwt-payload"),
    *("x-easyorder-caller", "x-easyorder-on-behalf-of", "x-easyorder-roles", "x-easyorder-teams", "x-easyorder-user"),
    *("x-easyorder-user-id", "x-original-authorization", "proxy-authorization", "x-authorization", "x-access-token"),
)
AT_ONCE = 10


class Owned:
    """An order of one shopper, which another one tries to read."""

    def __init__(self, order_id: str, owner: Shop, owner_id: str, other: Shop, admin: Shop) -> None:
        self.path, self.request = (
            f"/api/v1/orders/{order_id}",
            codec(GetOrderRequest).encode(GetOrderRequest(id=order_id)),
        )
        self.owner, self.owner_id, self.other, self.admin = owner, owner_id, other, admin


@pytest.fixture
async def owned(http: httpx.AsyncClient, admin: Shop) -> Owned:
    item, (owner, owner_id), (other, _) = await an_item(admin), await a_shopper(http), await a_shopper(http)
    order = await owner.order({item: 1}, "tok_ok")
    return Owned(order["id"], owner, owner_id, other, admin)


async def by_grpc(mesh: RunningMesh, way: str, request: bytes, metadata: list[tuple[str, str]]) -> grpc.StatusCode:
    async with open_channel(mesh.http_address) if way == "over Envoy" else mesh.open_channel("order") as channel:
        stub: Any = channel.unary_unary(GET_ORDER)
        code: grpc.StatusCode = await stub(request, metadata=metadata, timeout=10).code()
        return code


async def test_no_header_but_the_token_says_who_it_is(mesh: RunningMesh, http: httpx.AsyncClient, owned: Owned) -> None:
    owner_id, bearer = owned.owner_id, ("authorization", owned.other.headers["authorization"])
    claims = json.dumps({"sub": owner_id, "roles": ["ADMIN"]})
    for value in (owner_id, "ADMIN", claims, owned.owner.headers["authorization"]):
        # Headers have at most 16 KiB.
        for begin in range(0, len(NAMES), AT_ONCE):
            twice = [(name, value) for name in NAMES[begin : begin + AT_ONCE] for _ in range(2)]
            as_other = await http.get(owned.path, headers=[bearer, *twice])
            as_nobody = await http.get(owned.path, headers=twice)
            assert (as_other.status_code, reason_of(as_other)) == (404, "ORDER_NOT_FOUND")
            assert (as_nobody.status_code, reason_of(as_nobody)) == (401, "UNAUTHENTICATED")
            for way in ("over Envoy", "straight"):
                other = await by_grpc(mesh, way, owned.request, [bearer, *twice])
                nobody = await by_grpc(mesh, way, owned.request, twice)
                assert (other, nobody) == (grpc.StatusCode.NOT_FOUND, grpc.StatusCode.UNAUTHENTICATED)


def pairs(owned: Owned) -> dict[str, list[str]]:
    """Several tokens in one call, of which at most one is good, or each is another's."""
    other, owner = owned.other.headers["authorization"], owned.owner.headers["authorization"]
    nonsense = "Bearer nonsense"
    return {
        "own and nonsense": [other, nonsense],
        "nonsense and own": [nonsense, other],
        "own and the owner's": [other, owner],
        "the owner's and own": [owner, other],
        "nonsense and the owner's": [nonsense, owner],
        "the owner's and nonsense": [owner, nonsense],
        "basic and the owner's": ["Basic YTpi", owner],
        "twice the owner's": [owner, owner],
    }


KINDS = (
    *("own and nonsense", "nonsense and own", "own and the owner's", "the owner's and own", "twice the owner's"),
    *("nonsense and the owner's", "the owner's and nonsense", "basic and the owner's"),
)


@pytest.mark.parametrize("kind", KINDS)
async def test_several_tokens_are_none(mesh: RunningMesh, owned: Owned, kind: str) -> None:
    tokens = pairs(owned)[kind]
    two = [("authorization", token) for token in tokens]
    one = [("authorization", ", ".join(tokens))]

    for headers in (two, one):
        assert await raw_get(mesh, owned.path, headers) == 401
        for way in ("over Envoy", "straight"):
            assert await by_grpc(mesh, way, owned.request, headers) is grpc.StatusCode.UNAUTHENTICATED


async def raw_get(mesh: RunningMesh, path: str, headers: list[tuple[str, str]]) -> int:
    """The status of a GET whose headers are sent as they are, one after the other."""
    reader, writer = await asyncio.open_connection(*mesh.http_address.split(":"))
    lines = [f"GET {path} HTTP/1.1", "host: shop", *(f"{name}: {value}" for name, value in headers), "", ""]
    writer.write("\r\n".join(lines).encode())
    status = int((await asyncio.wait_for(reader.readline(), 10)).split()[1])
    writer.close()
    return status
