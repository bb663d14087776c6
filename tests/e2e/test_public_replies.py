"""What every public method answers through Envoy: no stock but what is available, and nothing of others."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import pytest

from chassis import contract
from chassis.context import Audience
from deploy.local.shop import Shop, lamp
from tests.e2e.test_shopping import Json, watched
from tests.polling import eventually

PUBLIC = {
    method.full_name.rpartition(".")[2]
    for method in contract.methods().values()
    if Audience.PUBLIC in method.access.allow and not method.access.planned
}
# Names of fields that are for administrators, or for whoever an order belongs to.
PRIVATE = {"quantityOnHand", "onHand", "reserved", "sold", "backordered", "warehouseLocation"}
PRIVATE |= {"orderId", "orderIds", "createdBy", "userId", "owner", "ownerTeam", "transactionId"}
FIRST_STOCK, SOLD, HELD, MISSING = 7919, 997, 509, 491
LOCATION = "PLACE-7907"
# Without a signature, or a token from a mail.
PAGES = {
    f"PortalService/{name}"
    for name in (
        "GetHome",
        "GetOpenApi",
        "GetDocs",
        "GetGuides",
        "GetGuide",
        "GetConsole",
        "GetShop",
        "GetTracking",
        "GetStatic",
    )
}
REFUSED = {
    "IdentityService/ResetPassword",
    "IdentityService/VerifyEmail",
    "OrderWatchService/WatchTrackedOrder",
    "PaymentWebhookService/ReceiveStripeEvent",
}


@dataclass(frozen=True)
class Stall:
    """A product whose every figure is known, and the secrets of those who ordered it."""

    product: Json
    ids: frozenset[str]
    figures: frozenset[str]


@asynccontextmanager
async def a_stall(admin: Shop, buyer: Shop) -> AsyncIterator[Stall]:
    """Some pieces of its first item are sold; an order holds all of its second one, and waits for more."""
    wanted = lamp(uuid.uuid4().hex[:8], colours=["red", "blue"], sizes=["S"], pieces=FIRST_STOCK)
    first, second = wanted["productItems"]
    first["warehouseLocation"] = second["warehouseLocation"] = LOCATION
    second |= {"quantityOnHand": HELD, "backorderable": True}
    product = await admin.create_product(wanted)
    sold, waiting = (item["id"] for item in product["productItems"])
    paid = await buyer.order({sold: SOLD}, "tok_ok")
    await watched(buyer, paid["id"])
    pending = await buyer.order({waiting: HELD + MISSING}, "tok_ok")
    levels = await admin.stock(product["id"])
    assert [(level.on_hand, level.reserved) for level in levels.values()][1] == (HELD, HELD)
    figures = {str(figure) for figure in (FIRST_STOCK, SOLD, HELD, MISSING)}
    ids = {paid["id"], pending["id"], paid["createdBy"], paid["payments"][0]["transactionId"]}
    try:
        yield Stall(product, frozenset(ids | {LOCATION}), frozenset(figures))
    finally:
        # The tests after this wait until every order of the mesh is over.
        await buyer.cancel(pending["id"], "only a test")


async def replies(http: httpx.AsyncClient, stall: Stall, headers: dict[str, str]) -> AsyncIterator[tuple[str, str]]:
    """What each public method answers."""
    product, sku = stall.product["id"], stall.product["productItems"][0]["sku"]
    login = {"email": f"{uuid.uuid4().hex}@example.com", "password": "Their own word 1"}
    refresh: Json = {}
    requests: dict[str, tuple[str, str, Json | None]] = {
        "ProductService/ListProducts": ("GET", f"/api/v1/products?query={sku}", None),
        "ProductService/GetProduct": ("GET", f"/api/v1/products/{product}", None),
        "InventoryService/GetProductInventory": ("GET", f"/api/v1/products/{product}/inventory", None),
        "PortalService/GetHome": ("GET", "/", None),
        "PortalService/GetHealth": ("GET", "/healthz", None),
        "PortalService/GetOpenApi": ("GET", "/openapi.json", None),
        "PortalService/GetDocs": ("GET", "/docs", None),
        "PortalService/GetGuides": ("GET", "/docs/guide", None),
        "PortalService/GetGuide": ("GET", "/docs/guide/errors", None),
        "PortalService/GetConsole": ("GET", "/console", None),
        "PortalService/GetShop": ("GET", "/shop", None),
        "PortalService/GetTracking": ("GET", "/track/1", None),
        "PortalService/GetStatic": ("GET", "/static/favicon.svg", None),
        "IdentityService/Register": ("POST", "/api/v1/users", login | {"displayName": "Ada"}),
        "IdentityService/Login": ("POST", "/api/v1/users/login", login),
        "IdentityService/RefreshToken": ("POST", "/api/v1/users/refresh", refresh),
        "IdentityService/RequestPasswordReset": (
            "POST",
            "/api/v1/users:requestPasswordReset",
            {"email": login["email"]},
        ),
        "IdentityService/ResetPassword": ("POST", "/api/v1/users:resetPassword", {"token": "x", "newPassword": "y"}),
        "IdentityService/VerifyEmail": ("POST", "/api/v1/users:verifyEmail", {"token": "invented"}),
        "IdentityService/GetJwks": ("GET", "/.well-known/jwks.json", None),
        "OrderWatchService/WatchTrackedOrder": ("POST", "/api/v1/trackedOrders:watch", {"token": "invented"}),
        "PaymentWebhookService/ReceiveStripeEvent": ("POST", "/api/v1/payments/stripe/webhook", {}),
    }
    for name, (verb, path, body) in requests.items():
        reply = await http.request(verb, path, json=body, headers=headers)
        assert reply.status_code == 200 or name in REFUSED, f"{name}: {reply.text}"
        yield name, reply.text
        if name.endswith("/Login"):
            refresh["refreshToken"] = reply.json()["refreshToken"]
    items = "&".join(f"productItemIds={item['id']}" for item in stall.product["productItems"])
    async with http.stream("GET", f"/api/v1/inventory:watch?{items}", headers=headers) as stream:
        async for line in stream.aiter_lines():
            if line.startswith("data: "):
                yield "InventoryService/WatchInventory", line.removeprefix("data: ")
                return


def names_in(reply: object) -> Iterator[str]:
    if isinstance(reply, dict):
        yield from reply
    for part in reply.values() if isinstance(reply, dict) else reply if isinstance(reply, list) else ():
        yield from names_in(part)


@pytest.mark.parametrize("who", ["anonymous", "another shopper"])
async def test_no_public_reply_tells_of_stock_or_of_others(
    http: httpx.AsyncClient, admin: Shop, shopper: Shop, who: str
) -> None:
    async with a_stall(admin, buyer=admin) as stall:
        headers = shopper.headers if who == "another shopper" else {}
        path = f"/api/v1/products/{stall.product['id']}/inventory"

        async def is_shown() -> bool:
            reply = (await http.get(path, headers=headers)).json()
            return [item["available"] for item in reply["items"]] == [FIRST_STOCK - SOLD, 0]

        await eventually(is_shown)
        received = {name: text async for name, text in replies(http, stall, headers)}

    assert received.keys() == PUBLIC
    assert stall.product["id"] in received["ProductService/ListProducts"]
    for name, text in received.items():
        # Pages hold figures of their own, and the document names the fields of administrators' methods.
        secrets = stall.ids if name in PAGES else stall.ids | stall.figures
        found = secrets & set(re.findall(r"[\w-]+", text))
        assert not found, f"{name} tells of {found}"
        if name not in PAGES:
            assert not PRIVATE & set(names_in(json.loads(text))), name
