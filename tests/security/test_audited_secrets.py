"""No password and no token is in any audit entry, whoever sent it to whatever, and whether or not it was accepted."""

from __future__ import annotations

import uuid
from typing import Any

import httpx

from deploy.local.shop import Shop
from tests.e2e.running_mesh import RunningMesh
from tests.polling import eventually
from tests.security.attackers import an_item, an_order

DATABASES = ("easyorder_identity", "easyorder_inventory_write", "easyorder_order_write", "easyorder_payment")
FIRST, SECOND, THIRD, WRONG = (f"{name} Passw0rd-{uuid.uuid4().hex}" for name in ("first", "second", "third", "wrong"))


async def test_no_secret_is_audited(mesh: RunningMesh, http: httpx.AsyncClient, admin: Shop) -> None:
    statuses: list[int] = []
    headers: dict[str, str] = {}

    async def call(verb: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = await http.request(verb, f"/api/v1/{path}", json=body, headers=headers)
        statuses.append(answer.status_code)
        return dict(answer.json())

    async def login(password: str) -> dict[str, Any]:
        return await call("POST", "users/login", {"email": email, "password": password})

    before = len(await audit_entries(mesh))
    email = f"{uuid.uuid4().hex}@example.com"
    user = await call("POST", "users", {"email": email, "password": FIRST, "displayName": "Ada"})
    await login(WRONG)
    tokens = await login(FIRST)
    headers["authorization"] = f"Bearer {tokens['accessToken']}"
    await call("PATCH", "users/me", {"email": f"x{email}", "currentPassword": WRONG})
    await call("PATCH", "users/me", {"email": f"y{email}", "currentPassword": FIRST})
    email = f"y{email}"
    path = f"users/{user['id']}:changePassword"
    await call("POST", path, {"currentPassword": WRONG, "newPassword": SECOND})
    await call("POST", path, {"currentPassword": FIRST, "newPassword": SECOND})
    refreshed = await call("POST", "users/refresh", {"refreshToken": tokens["refreshToken"]})
    order = await call("POST", "orders", an_order(await an_item(admin), payment=card("tok_declined")))
    await eventually(lambda: _has_failed(http, headers, order["id"]), timeout_s=20)
    again = {"payment": card("tok_insufficient_funds"), "requestId": uuid.uuid4().hex}
    await call("POST", f"orders/{order['id']}:retryPayment", again)
    await call("POST", "users:resetPassword", {"token": WRONG, "newPassword": SECOND})
    await call("POST", "users:verifyEmail", {"token": WRONG})
    headers |= admin.headers
    await call("POST", path, {"newPassword": THIRD})
    await call("PATCH", f"users/{user['id']}", {"displayName": "Eve", "currentPassword": WRONG})
    await call("POST", f"orders/{order['id']}:retryPayment", again | {"requestId": uuid.uuid4().hex})
    await call("POST", f"orders/{order['id']}:cancel", {"reason": "only a test"})
    del headers["authorization"]
    last = await login(THIRD)
    await call("POST", "users/logout", {"refreshToken": last["refreshToken"]})

    assert {200, 400, 401} <= {*statuses}
    changed = '{"after": "\\"Eve\\"", "field": "display_name", "before": "\\"Ada\\""}'
    await eventually(lambda: _are_written(mesh, before + len(statuses), changed))
    audited = "\n".join(await audit_entries(mesh))
    secrets = [FIRST, SECOND, THIRD, WRONG, "tok_", "argon2"]
    secrets += [given[name] for given in (tokens, refreshed, last) for name in ("accessToken", "refreshToken")]
    assert [secret for secret in secrets if secret in audited] == []
    # What was changed is there.
    assert changed in audited


def card(token: str) -> dict[str, str]:
    return {"method": "PAYMENT_METHOD_CARD", "token": token}


async def _has_failed(http: httpx.AsyncClient, headers: dict[str, str], order_id: str) -> bool:
    order = await http.get(f"/api/v1/orders/{order_id}", headers=headers)
    return bool(order.json()["status"] == "ORDER_STATUS_FAILED")


async def audit_entries(mesh: RunningMesh) -> list[str]:
    """All entries of all services as text."""
    entries: list[str] = []
    for name in DATABASES:
        async with mesh.database(name) as database:
            rows = await database.fetch("SELECT CAST(to_jsonb(entry) AS text) AS text FROM audit_entry AS entry")
            entries += [row["text"] for row in rows]
    return entries


async def _are_written(mesh: RunningMesh, entries: int, change: str) -> bool:
    """Services write at their own pace, and of their calls to each other, too."""
    written = await audit_entries(mesh)
    return len(written) >= entries and any(change in entry for entry in written)
