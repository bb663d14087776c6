"""Shared code of the attacks of this folder: people, products, and checks of replies."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

import httpx

from deploy.local.shop import Shop, lamp
from tests.e2e.running_mesh import RunningMesh


async def a_shopper(http: httpx.AsyncClient) -> tuple[Shop, str]:
    """Somebody who has just registered and logged in, and their id."""
    email = f"{uuid.uuid4().hex}@example.com"
    person = await Shop(http).register(email, "untold Passw0rd!", "Somebody")
    return await Shop(http).login(email, "untold Passw0rd!"), str(person["id"])


async def an_item(admin: Shop, pieces: int = 100) -> str:
    """The id of an item that can be ordered."""
    product = await admin.create_product(lamp(uuid.uuid4().hex[:8], colours=["red"], sizes=["S"], pieces=pieces))
    return str(product["productItems"][0]["id"])


def an_order(item: str, **changes: Any) -> dict[str, Any]:
    payment = {"method": "PAYMENT_METHOD_CARD", "token": "tok_ok"}
    return {
        "requestId": uuid.uuid4().hex,
        "currencyCode": "USD",
        "items": [{"productItemId": item, "quantity": 1}],
        "payment": payment,
    } | changes


def reason_of(answer: httpx.Response) -> str:
    return str(answer.json()["details"][0]["reason"])


def fields_of(answer: httpx.Response) -> Sequence[str]:
    """The fields that an answer names as being at fault."""
    details = answer.json()["details"]
    return [violation["field"] for detail in details for violation in detail.get("fieldViolations", [])]


async def written(mesh: RunningMesh) -> tuple[int, int]:
    """How many orders and how many holds there are."""
    async with mesh.database("easyorder_order_write") as orders:
        count = await orders.fetchval("SELECT count(*) FROM orders")
    async with mesh.database("easyorder_inventory_write") as inventory:
        return count, await inventory.fetchval("SELECT count(*) FROM reservation")
