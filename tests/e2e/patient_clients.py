"""Clients that follow the contract: without a reply they retry with the same request_id."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.polling import eventually

Json = dict[str, Any]
PATIENCE_S = 60


def an_order_of(items: Sequence[str], token: str) -> Json:
    """One piece of each item, paid by card."""
    return {
        "requestId": uuid.uuid4().hex,
        "currencyCode": "USD",
        "items": [{"productItemId": item, "quantity": 1} for item in items],
        "payment": {"method": "PAYMENT_METHOD_CARD", "token": token},
    }


@dataclass
class PatientClient:
    """Places and cancels orders as one person, and remembers which ids it was told."""

    http: httpx.AsyncClient
    headers: dict[str, str]
    acknowledged: dict[str, str] = field(default_factory=dict)  # order id by request_id

    async def order(self, body: Json) -> Json:
        """The order as it was placed, however often that took."""
        placed = await self._answer("/api/v1/orders", body)
        order_id: str = placed["id"]
        assert self.acknowledged.setdefault(body["requestId"], order_id) == order_id, "a request_id got a second order"
        return placed

    async def order_all(self, bodies: Sequence[Json]) -> list[Json]:
        """All at once."""
        return await asyncio.gather(*[self.order(body) for body in bodies])

    async def cancel(self, order_id: str) -> None:
        """Cancels, or finds that it is too late: the payment was refused before."""
        await self._answer(
            f"/api/v1/orders/{order_id}:cancel", {"reason": "changed my mind"}, or_reason="ILLEGAL_TRANSITION"
        )

    async def _answer(self, path: str, body: Json, *, or_reason: str = "") -> Json:
        last = "no answer"

        async def answered() -> Json | None:
            nonlocal last
            try:
                answer = await self.http.post(path, json=body, headers=self.headers)
            except httpx.TransportError as error:
                last = repr(error)
                return None
            if answer.status_code == httpx.codes.OK:
                found: Json = answer.json()
                return found
            last = answer.text
            if or_reason and answer.json()["details"][0]["reason"] == or_reason:
                refusal: Json = answer.json()
                return refusal
            assert answer.status_code in (409, 429, 503, 504), last
            return None

        try:
            return await eventually(answered, timeout_s=PATIENCE_S)
        except AssertionError as error:
            raise AssertionError(f"POST {path}: {last}") from error
