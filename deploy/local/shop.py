"""The shop as a browser sees it: JSON over HTTP through Envoy, and server-sent events."""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from deploy.local.plain_http import plain_client

Json = dict[str, Any]
CHECKOUT_IS_OVER = ("ORDER_STATUS_PAID", "ORDER_STATUS_FAILED")
# A stream sends a message at least every heartbeat, even while a payment waits for its next attempt.
SILENCE_S = 60.0


class Refused(Exception):
    """The shop answered with an error; the message is the request and its answer."""


@dataclass(frozen=True)
class Stock:
    """The stock of one item, in pieces."""

    on_hand: int
    reserved: int
    sold: int


class Shop:
    """The session of one user; `as_` returns that of another user."""

    def __init__(self, client: httpx.AsyncClient, token: str = "") -> None:
        self._client = client
        self.headers = {"authorization": f"Bearer {token}"} if token else {}

    @staticmethod
    def client(url: str) -> httpx.AsyncClient:
        return plain_client(url, timeout=httpx.Timeout(10.0, read=SILENCE_S))

    async def register(self, email: str, password: str, display_name: str) -> Json:
        return await self._post("/api/v1/users", {"email": email, "password": password, "displayName": display_name})

    async def login(self, email: str, password: str) -> Shop:
        tokens = await self._post("/api/v1/users/login", {"email": email, "password": password})
        return Shop(self._client, tokens["accessToken"])

    async def create_product(self, product: Json) -> Json:
        return await self._post("/api/v1/products", product)

    async def list_products(self) -> Json:
        return await self._answer("GET", "/api/v1/products")

    async def stock(self, product_id: str) -> dict[str, Stock]:
        """The stock of a product's items by SKU."""
        answer = await self._answer("GET", f"/api/v1/admin/inventory?productId={product_id}")
        return {
            item["sku"]: Stock(*(int(item.get(name, 0)) for name in ("quantityOnHand", "reserved", "sold")))
            for item in answer["stockLevels"]
        }

    async def order(self, lines: Mapping[str, int], token: str, *, currency: str = "USD") -> Json:
        """Orders `lines` (product item id -> pieces), to be paid by card with the provider's `token`."""
        items = [{"productItemId": item, "quantity": quantity} for item, quantity in lines.items()]
        body = {
            "requestId": str(uuid.uuid4()),
            "currencyCode": currency,
            "items": items,
            "payment": {"method": "PAYMENT_METHOD_CARD", "token": token},
        }
        return await self._post("/api/v1/orders", body)

    async def get_order(self, order_id: str) -> Json:
        return await self._answer("GET", f"/api/v1/orders/{order_id}")

    async def list_orders(self) -> Json:
        return await self._answer("GET", "/api/v1/orders")

    async def cancel(self, order_id: str, reason: str) -> Json:
        return await self._post(f"/api/v1/orders/{order_id}:cancel", {"reason": reason})

    async def watch(self, order_id: str, *, after: int | None = None) -> AsyncIterator[Json]:
        """Streams a snapshot of an order and then its events, until its checkout is over or its status is final.

        `after` is a sequence to resume from, without a snapshot: 0 streams the whole history.
        """
        path = f"/api/v1/orders/{order_id}:watch"
        query = {} if after is None else {"afterSequence": after}
        async with self._client.stream("GET", path, params=query, headers=self.headers) as answer:
            if answer.is_error:
                raise _refused(answer, await answer.aread())
            async for line in answer.aiter_lines():
                if line.startswith("data:"):
                    message = json.loads(line.removeprefix("data:"))
                    yield message
                    if _status(message) in CHECKOUT_IS_OVER:
                        return

    async def _post(self, path: str, body: Json) -> Json:
        return await self._answer("POST", path, body)

    async def _answer(self, method: str, path: str, body: Json | None = None) -> Json:
        answer = await self._client.request(method, path, json=body, headers=self.headers)
        if answer.is_error:
            raise _refused(answer, answer.content)
        content: Json = answer.json()
        return content


def _status(message: Json) -> str | None:
    """The status of the order that a message of its stream reports, if any."""
    changed: Json = message.get("orderStatusChanged") or message.get("orderSnapshot", {}).get("order", {})
    return changed.get("toStatus") or changed.get("status")


def _refused(answer: httpx.Response, body: bytes) -> Refused:
    request = answer.request
    return Refused(f"{request.method} {request.url.path} was answered with {answer.status_code}: {body.decode()}")


def money(amount: int, *, currency: str = "USD") -> Json:
    """An amount of whole units as google.type.Money."""
    return {"currencyCode": currency, "units": str(amount)}


def lamp(run: str, *, colours: Sequence[str], sizes: Sequence[str], pieces: int) -> Json:
    """A product with two variations, and `pieces` of each item in stock. `run` makes its SKUs unique."""
    return {
        "name": f"Desk lamp {run}",
        "description": "Bends, and stays bent.",
        "basePrice": money(40),
        "variations": [
            {"name": "Colour", "options": [{"value": colour} for colour in colours]},
            {"name": "Size", "options": [{"value": s, "priceModifier": money(5 * n)} for n, s in enumerate(sizes)]},
        ],
        "productItems": [
            {
                "sku": f"LAMP-{run}-{colour}-{size}".upper(),
                "options": [{"variation": "Colour", "value": colour}, {"variation": "Size", "value": size}],
                "quantityOnHand": pieces,
                "warehouseLocation": "A-1",
            }
            for colour in colours
            for size in sizes
        ],
    }
