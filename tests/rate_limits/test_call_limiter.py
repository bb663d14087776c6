"""A service limits its calls itself, so that nobody escapes the limits by calling it straight."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

from easyorder.catalog.v1 import ListProductsRequest, ListProductsResponse
from easyorder.identity.v1 import GetJwksRequest, Jwks
from easyorder.order.v1 import CancelOrderRequest, GetOrderRequest

from chassis.errors import RateLimited
from chassis.grpc.clients import Client, Rpc, rpc
from chassis.grpc.metadata import CLIENT_ADDRESS
from rate_limits.call_limiter import CallLimiter
from rate_limits.limits_file import RateLimits
from tests.chassis.grpc.orders import (
    AN_ORDER,
    AVAILABLE,
    CANCEL_ORDER,
    CONFIRM_AVAILABILITY,
    CREATE_ORDER,
    GET_ORDER,
    ORDERS,
    STOCK,
    OrderApi,
)
from tests.mesh import Mesh, serving

CATALOG = "easyorder.catalog.v1.ProductService"
LIST_PRODUCTS = rpc(CATALOG, "ListProducts", ListProductsRequest, ListProductsResponse)
IDENTITY = "easyorder.identity.v1.IdentityService"
GET_JWKS = rpc(IDENTITY, "GetJwks", GetJwksRequest, Jwks)
LIMIT = 3
AN_HOUR: dict[str, Any] = {"requests": LIMIT, "period": "hour"}
OF_A_USER = {"name": "orders", "by": "user", "methods": [f"{ORDERS}/CreateOrder", f"{ORDERS}/CancelOrder"], **AN_HOUR}
OF_AN_ADDRESS = {"name": "pages", "by": "address", "methods": [f"{CATALOG}/*"], **AN_HOUR}
A_CANCELLATION = CancelOrderRequest(id="1")


class Catalog:
    async def list_products(self, request: ListProductsRequest) -> ListProductsResponse:
        return ListProductsResponse()


class Keys:
    async def get_jwks(self, request: GetJwksRequest) -> Jwks:
        return Jwks()


def limited(*limits: Mapping[str, Any], **options: Any) -> AbstractAsyncContextManager[Mesh]:
    limiter = CallLimiter(RateLimits.model_validate({"limits": limits}))
    api = OrderApi()
    return serving({ORDERS: api, STOCK: api, CATALOG: Catalog(), IDENTITY: Keys()}, limiter=limiter, **options)


async def outcome(client: Client, method: Rpc[Any, Any], request: Any, **sent: str) -> str:
    extra = tuple((name.replace("_", "-"), value) for name, value in sent.items())
    try:
        await client.call(method, request, extra=extra)
    except RateLimited as refusal:
        is_told = 0 < (refusal.retry_after_s or 0) <= 3600 / LIMIT
        return refusal.reason if is_told else f"wait {refusal.retry_after_s} s"
    return "OK"


async def test_calls_of_a_user_are_limited_whatever_the_call_says_about_its_sender() -> None:
    async with limited(OF_A_USER) as mesh:
        busy, other = mesh.user("busy"), mesh.user("other")
        claims = [{CLIENT_ADDRESS: f"203.0.113.{n}", "x-easyorder-user": f"u{n}"} for n in range(LIMIT + 2)]
        admitted = [await outcome(busy, CREATE_ORDER, AN_ORDER, **claim) for claim in claims]
        another_method = await outcome(busy, CANCEL_ORDER, A_CANCELLATION)
        not_limited = await outcome(busy, GET_ORDER, GetOrderRequest(id="1"))
        of_another = await outcome(other, CREATE_ORDER, AN_ORDER)

    assert admitted == ["OK"] * LIMIT + ["RATE_LIMITED"] * 2
    assert (another_method, not_limited, of_another) == ("RATE_LIMITED", "OK", "OK")


async def test_anonymous_calls_are_limited_by_the_address_that_a_trusted_proxy_reports() -> None:
    request = ListProductsRequest()
    async with limited(OF_AN_ADDRESS) as mesh:
        nobody = mesh.anonymous()
        here, there = ({"x_envoy_external_address": f"203.0.113.{n}"} for n in (1, 2))
        reported = [await outcome(nobody, LIST_PRODUCTS, request, **here) for _ in range(LIMIT + 1)]
        elsewhere = await outcome(nobody, LIST_PRODUCTS, request, **there)
    async with limited(OF_AN_ADDRESS, trusted_proxies="192.0.2.0/24") as mesh:
        claims = [f"203.0.113.{n}" for n in range(LIMIT + 1)]
        nobody = mesh.anonymous()
        claimed = [await outcome(nobody, LIST_PRODUCTS, request, x_envoy_external_address=claim) for claim in claims]

    assert reported == claimed == ["OK"] * LIMIT + ["RATE_LIMITED"]
    assert elsewhere == "OK"


async def test_all_callers_together_are_limited_by_route_and_refused_calls_take_no_place() -> None:
    of_all = OF_A_USER | {"name": "all", "by": "route", "requests": 2 * LIMIT}
    async with limited(OF_A_USER, of_all) as mesh:
        greedy = [await outcome(mesh.user("greedy"), CREATE_ORDER, AN_ORDER) for _ in range(10 * LIMIT)]
        others = [await outcome(mesh.user(f"u{n}"), CREATE_ORDER, AN_ORDER) for n in range(LIMIT + 1)]

    assert greedy.count("OK") == LIMIT
    assert others == ["OK"] * LIMIT + ["RATE_LIMITED"]


async def test_services_are_not_limited_nor_is_what_tokens_are_verified_with() -> None:
    everything = {"name": "all", "by": "address", "methods": ["*"], **AN_HOUR}
    async with limited(everything, everything | {"name": "route", "by": "route"}) as mesh:
        inventory, envoy = mesh.service("inventory"), mesh.anonymous()
        found = {await outcome(inventory, CONFIRM_AVAILABILITY, AVAILABLE) for _ in range(2 * LIMIT)}
        keys = {await outcome(envoy, GET_JWKS, GetJwksRequest()) for _ in range(2 * LIMIT)}
        others = [await outcome(envoy, LIST_PRODUCTS, ListProductsRequest()) for _ in range(LIMIT + 1)]

    assert (found, keys) == ({"OK"}, {"OK"})
    assert others == ["OK"] * LIMIT + ["RATE_LIMITED"]
