"""Every operation of the OpenAPI document is called once, and answers what the document says."""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from deploy.local.shop import Json, Shop, lamp, money
from edge.openapi import document
from tests.documented import check_reply, faults, operation_of
from tests.e2e.running_mesh import RunningMesh
from tests.e2e.test_operations import a_dead_job
from tests.polling import eventually

# The sandbox sends no events to this shop; test_password_reset.py reads the tokens that are mailed.
ELSEWHERE = {"ReceiveStripeEvent", "ResetPassword", "VerifyEmail"}
PASSWORD = "Their own word 1"
ADDRESS = {"regionCode": "DE", "postalCode": "10115", "locality": "Berlin", "addressLines": ["1 Main Street"]}


@dataclass
class Caller:
    """Checks each request and each reply, and keeps the names of the operations that succeeded."""

    http: httpx.AsyncClient
    headers: dict[str, str]
    called: set[str] = field(default_factory=set)

    async def __call__(self, verb: str, path: str, body: Json | None = None) -> Any:
        """Answers JSON as it is, and another content as text."""
        reply = await self.http.request(verb, path, json=body, headers=self.headers)
        assert reply.status_code == 200, f"{verb} {path}: {reply.text}"
        operation = self._succeeded(reply.request)
        if body is not None:
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            assert faults(schema, body, strict=False) == []
        await check_reply(reply)
        return reply.json() if reply.headers["content-type"] == "application/json" else reply.text

    async def events(self, path: str, body: Json | None = None) -> AsyncIterator[Json]:
        """The messages of a stream."""
        verb = "POST" if body else "GET"
        async with self.http.stream(verb, path, json=body, headers=self.headers) as stream:
            operation = self._succeeded(stream.request)
            await check_reply(stream)
            schema = operation["responses"]["200"]["content"]["text/event-stream"]["schema"]["contentSchema"]
            async for line in stream.aiter_lines():
                if line.startswith("data: "):
                    event: Json = json.loads(line.removeprefix("data: "))
                    assert faults(schema, event) == []
                    yield event

    async def first_event(self, path: str) -> Json:
        """The first message of a stream."""
        events = self.events(path)
        first = await anext(events)
        await events.aclose()  # type: ignore[attr-defined]
        return first

    def _succeeded(self, request: httpx.Request) -> Json:
        operation = operation_of(request)
        assert operation, request.url
        self.called.add(operation["operationId"])
        return operation


async def test_every_operation_answers_what_is_documented(
    http: httpx.AsyncClient, mesh: RunningMesh, admin: Shop
) -> None:
    call = Caller(http, dict(admin.headers))

    product = await of_products(call)
    await of_stock(call, product)
    await of_incentives(call, product)
    await of_orders(call, product)
    await of_operators(call, mesh)
    await of_pages(call)
    user_id = await of_users(call)
    call.headers = dict(admin.headers)
    await of_administrators(call, user_id)

    paths: dict[str, dict[str, Json]] = document()["paths"]  # type: ignore[assignment]
    everything = {operation["operationId"] for path in paths.values() for operation in path.values()}
    assert everything - call.called == ELSEWHERE


async def of_products(call: Caller) -> Json:
    wanted = lamp(uuid.uuid4().hex[:8], colours=["red"], sizes=["S"], pieces=50)
    wanted["productItems"][0]["priceOverride"] = money(10)
    created: Json = await call("POST", "/api/v1/products", wanted)
    path = f"/api/v1/products/{created['id']}"
    await call("PATCH", path, {"name": "Another name"})
    await call("DELETE", path)
    await call("GET", path)
    await call("POST", f"{path}:undelete", {})
    await call("GET", "/api/v1/products?showDeleted=true")
    return created


async def of_stock(call: Caller, product: Json) -> None:
    (item,) = product["productItems"]
    await call("GET", f"/api/v1/products/{product['id']}/inventory")
    adjustment = {"delta": 5, "reason": "only a test", "requestId": uuid.uuid4().hex}
    await call("POST", f"/api/v1/admin/inventory/{item['id']}:adjust", adjustment)
    await call("GET", f"/api/v1/admin/inventory?productId={product['id']}")
    await call("GET", "/api/v1/admin/inventory?lowStockOnly=true&lowStockThreshold=1000")
    await call("GET", f"/api/v1/admin/inventory/{item['id']}")
    await call.first_event(f"/api/v1/inventory:watch?productItemIds={item['id']}")


async def of_incentives(call: Caller, product: Json) -> None:
    code = {"code": uuid.uuid4().hex, "kind": "INCENTIVE_KIND_PERCENT", "value": "10", "minTotal": money(1)}
    created = await call("POST", "/api/v1/admin/incentives", code)
    path = f"/api/v1/admin/incentives/{created['id']}"
    await call("PATCH", path, {"maxUses": 7})
    await call("POST", f"{path}:deactivate", {})
    await call("POST", f"{path}:activate", {})
    await call("GET", path)
    await call("GET", "/api/v1/admin/incentives")
    (item,) = product["productItems"]
    await call("POST", "/api/v1/orders:preview", an_order(item, codes=[created["code"], "no such code"]))
    await cancel(call, await call("POST", "/api/v1/orders", an_order(item, codes=[created["code"]])))
    await call("GET", "/api/v1/loyalty/me")


def an_order(
    item: Json, *, token: str = "tok_ok", method: str = "CASH", codes: tuple[str, ...] | list[str] = ()
) -> Json:
    return {
        "requestId": uuid.uuid4().hex,
        "currencyCode": "USD",
        "items": [{"productItemId": item["id"], "quantity": 2}],
        "payment": {"method": f"PAYMENT_METHOD_{method}", "token": token},
        "incentiveCodes": list(codes),
        "shippingAddress": ADDRESS,
    }


async def cancel(call: Caller, order: Json) -> None:
    await call("POST", f"/api/v1/orders/{order['id']}:cancel", {"reason": "only a test"})


async def of_orders(call: Caller, product: Json) -> None:
    (item,) = product["productItems"]
    order = await call("POST", "/api/v1/orders", an_order(item))
    path, admins = f"/api/v1/orders/{order['id']}", f"/api/v1/admin/orders/{order['id']}"
    await call("PUT", path, {"items": [{"productItemId": item["id"], "quantity": 3}]})
    await call("PATCH", f"{path}/metadata", {"metadata": {"channel": "app"}})
    shipment = {"carrier": "DHL", "trackingNumber": "1", "trackingUri": "https://example.com/1"}
    await call("POST", f"{admins}:ship", {"shipment": shipment})
    await call("POST", f"{admins}:deliver", {})
    line = {"productItemId": item["id"], "quantity": 1}
    await call("POST", f"{admins}:refund", {"items": [line], "reason": "only a test", "requestId": uuid.uuid4().hex})
    await of_payments(call, item)
    await of_webhooks(call, order)
    await call("GET", path)
    await call("GET", f"{path}/status")
    await call("GET", "/api/v1/orders")
    await call("GET", "/api/v1/admin/orders")
    day = order["placedAt"][:10]
    await call("GET", f"/api/v1/admin/reports/daily?date={day}")
    assert order["id"] in await call("GET", f"/api/v1/admin/orders:export?startDate={day}&endDate={day}")
    *_, last = [event async for event in call.events(f"{path}:watch?afterSequence=0")]
    over = await call.http.get(f"{path}:watch", headers=call.headers | {"Last-Event-ID": last["resumeToken"]})
    assert over.status_code == 204
    await check_reply(over)
    await call.first_event("/api/v1/orders:watch")
    await call.first_event("/api/v1/admin/orders:watch")
    await call.first_event("/api/v1/admin/ops/order/jobs:watch")
    await call("POST", "/api/v1/streamTickets", {})
    link = await call("POST", f"{path}:createTrackingLink", {})
    (tracked,) = [event async for event in call.events("/api/v1/trackedOrders:watch", {"token": link["token"]})]
    assert tracked["trackedOrder"]["shipments"][0]["carrier"] == "DHL"
    await call("POST", f"{path}:revokeTrackingLinks", {})


async def of_payments(call: Caller, item: Json) -> None:
    """A card that is refused, and then another one."""
    order = await call("POST", "/api/v1/orders", an_order(item, method="CARD", token="tok_declined"))
    path = f"/api/v1/orders/{order['id']}"
    await until(call, order, "ORDER_STATUS_FAILED")
    again = {"payment": {"method": "PAYMENT_METHOD_CARD", "token": "tok_ok"}, "requestId": uuid.uuid4().hex}
    # It is refused while the stock of the order is on its way back.
    await eventually(lambda: call("POST", f"{path}:retryPayment", again))
    await until(call, order, "ORDER_STATUS_PAID")
    await cancel(call, order)


async def until(call: Caller, order: Json, status: str) -> None:
    async for event in call.events(f"/api/v1/orders/{order['id']}:watch?afterSequence=0"):
        if event.get("orderStatusChanged", {}).get("toStatus") == status:
            return


async def of_operators(call: Caller, mesh: RunningMesh) -> None:
    path = "/api/v1/admin/ops/order"
    async with mesh.database("easyorder_order_write") as database:
        job = await a_dead_job(database, uuid.uuid4().hex)
    await call("GET", f"{path}/jobs")
    await call("POST", f"{path}/jobs/{job}:retry", {})
    await call("POST", f"{path}/jobs/{job}:discard", {"reason": "only a test"})
    await call("GET", f"{path}/errors")
    await call("GET", f"{path}/audit")
    await call("GET", f"{path}/audit:export?action=DiscardJob")
    await call.first_event("/api/v1/admin/health:watch")
    await of_comparisons(call)
    for service in ("identity", "inventory", "order", "payment"):
        await call("GET", f"/api/v1/admin/ops/{service}/stats")
        await call("GET", f"/api/v1/admin/ops/{service}/metrics")
        await call.first_event(f"/api/v1/admin/ops/{service}/metrics:watch")


async def of_comparisons(call: Caller) -> None:
    """Yesterday is compared by the real processes."""
    path, day = "/api/v1/admin/payments/comparisons", str(datetime.now(UTC).date() - timedelta(days=1))
    await call("POST", f"{path}/{day}:run", {})

    async def is_done() -> bool:
        [found] = [one for one in (await call("GET", path))["paymentComparisons"] if one["date"] == day]
        return bool(found["state"] == "PAYMENT_COMPARISON_STATE_DONE")

    await eventually(is_done, timeout_s=30)
    await call("GET", f"{path}/{day}/differences")


async def of_webhooks(call: Caller, order: Json) -> None:
    # Nobody listens there.
    wanted = {"url": "http://127.0.0.1:1/", "description": "only a test"}
    path = f"/api/v1/admin/webhooks/{(await call('POST', '/api/v1/admin/webhooks', wanted))['id']}"
    await call("GET", "/api/v1/admin/webhooks")
    await call("POST", f"{path}:rotateSecret", {"requestId": uuid.uuid4().hex})
    await call("POST", f"{path}:replayEvents", {"startTime": order["placedAt"]})

    async def deliveries() -> list[Json]:
        found: list[Json] = (await call("GET", f"{path}/deliveries?orderId={order['id']}"))["deliveries"]
        return found

    delivery, *_ = await eventually(deliveries)
    await call("POST", f"{path}/deliveries/{delivery['id']}:redeliver", {})
    await call("PATCH", path, {"disabled": True})
    await call("GET", path)
    await call("DELETE", path)


async def of_pages(call: Caller) -> None:
    for page in ("/", "/docs", "/docs/guide", "/docs/guide/errors", "/console", "/shop", "/track/1"):
        await call("GET", page)
    for path in ("/healthz", "/openapi.json", "/static/favicon.svg", "/.well-known/jwks.json"):
        await call("GET", path)


async def of_users(call: Caller) -> str:
    """Somebody registers, and ends every session; answers their id."""
    login = {"email": f"{uuid.uuid4().hex}@example.com", "password": PASSWORD}
    await call("POST", "/api/v1/users", login | {"displayName": "Ada"})
    tokens = await call("POST", "/api/v1/users/login", login)
    call.headers = {"authorization": f"Bearer {tokens['accessToken']}"}
    user = await call("GET", "/api/v1/users/me")
    await call("PATCH", "/api/v1/users/me", {"displayName": "Ada Lovelace"})
    login["password"] += "!"
    change = {"currentPassword": PASSWORD, "newPassword": login["password"]}
    await call("POST", "/api/v1/users/me:changePassword", change)
    tokens = await call("POST", "/api/v1/users/login", login)
    call.headers = {"authorization": f"Bearer {tokens['accessToken']}"}
    tokens = await call("POST", "/api/v1/users/refresh", {"refreshToken": tokens["refreshToken"]})
    await call("POST", "/api/v1/users/login", login)
    await call("POST", "/api/v1/users:requestPasswordReset", {"email": login["email"]})
    await call("POST", "/api/v1/users/me:requestEmailVerification", {})
    sessions = (await call("GET", "/api/v1/sessions"))["sessions"]
    other, *_ = [session for session in sessions if not session["current"]]
    await call("DELETE", f"/api/v1/sessions/{other['id']}")
    await call("POST", "/api/v1/users/logout", {"refreshToken": tokens["refreshToken"]})
    return user["id"]


async def of_administrators(call: Caller, user_id: str) -> None:
    path = f"/api/v1/admin/users/{user_id}"
    await call("GET", "/api/v1/admin/users")
    team = await call("POST", "/api/v1/admin/teams", {"name": "The shop"})
    for change in ("addMember", "removeMember"):
        await call("POST", f"/api/v1/admin/teams/{team['id']}:{change}", {"userId": user_id})
    await call("GET", "/api/v1/admin/teams")
    await call("POST", f"{path}:setRoles", {"roles": ["ROLE_USER"]})
    await call("POST", f"{path}:disable", {})
    await call("POST", f"{path}:enable", {})
