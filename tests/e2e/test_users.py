"""Users over JSON through Envoy: they change themselves, and administrators manage them."""

from __future__ import annotations

import uuid
from typing import Any

import httpx

from deploy.local.shop import Shop
from tests.envoy.error_shape import reason_of

PASSWORD, NEW_PASSWORD = "their own long word", "another long passphrase"


async def sign_in(http: httpx.AsyncClient, email: str, password: str = PASSWORD) -> httpx.Response:
    return await http.post("/api/v1/users/login", json={"email": email, "password": password})


async def a_user(http: httpx.AsyncClient) -> tuple[dict[str, Any], dict[str, str]]:
    """Somebody who has just registered and signed in, and the headers of their calls."""
    email = f"{uuid.uuid4().hex}@example.com"
    await Shop(http).register(email, PASSWORD, "A shopper")
    tokens = (await sign_in(http, email)).json()
    return tokens["user"], {"authorization": f"Bearer {tokens['accessToken']}"}


async def test_a_user_changes_name_address_and_password(http: httpx.AsyncClient) -> None:
    user, bearer = await a_user(http)
    address = f"{uuid.uuid4().hex}@example.com"

    named = await http.patch("/api/v1/users/me", json={"displayName": "Ada"}, headers=bearer)
    unproven = await http.patch(f"/api/v1/users/{user['id']}", json={"email": address}, headers=bearer)
    moved = await http.patch(
        f"/api/v1/users/{user['id']}",
        json={"email": address, "currentPassword": PASSWORD, "etag": named.json()["etag"]},
        headers=bearer,
    )
    passwords = {"currentPassword": PASSWORD, "newPassword": NEW_PASSWORD}
    changed = await http.post("/api/v1/users/me:changePassword", json=passwords, headers=bearer)

    assert (named.status_code, named.json()["displayName"]) == (200, "Ada")
    assert (unproven.status_code, reason_of(unproven)) == (400, "INVALID_ARGUMENT")
    assert (moved.json()["email"], moved.json()["displayName"]) == (address, "Ada")
    assert "currentPassword" not in moved.json()
    assert changed.status_code == 200
    assert (await sign_in(http, address)).status_code == 401
    assert (await sign_in(http, address, NEW_PASSWORD)).status_code == 200
    again = await http.post("/api/v1/users/me:changePassword", json=passwords, headers=bearer)
    assert (again.status_code, reason_of(again)) == (401, "WRONG_PASSWORD")


async def test_nobody_makes_themselves_an_administrator(http: httpx.AsyncClient) -> None:
    user, bearer = await a_user(http)

    for body in ({"roles": ["ROLE_ADMIN"]}, {"disabled": True}, {"teamIds": ["x"]}):
        await http.patch("/api/v1/users/me", json=body | {"displayName": "Ada"}, headers=bearer)
    masked = await http.patch("/api/v1/users/me?updateMask=roles", json={"roles": ["ROLE_ADMIN"]}, headers=bearer)

    assert masked.status_code == 400
    me = (await http.get("/api/v1/users/me", headers=bearer)).json()
    assert (me["roles"], me["disabled"], me["teamIds"]) == (["ROLE_USER"], False, [])
    for verb in ("setRoles", "disable", "enable"):
        refused = await http.post(f"/api/v1/admin/users/{user['id']}:{verb}", json={}, headers=bearer)
        assert refused.status_code in (400, 403)


async def administrators(http: httpx.AsyncClient, admin: Shop) -> set[str]:
    found: set[str] = set()
    page = {"nextPageToken": ""}
    while True:
        asked = {"pageSize": "100", "pageToken": page["nextPageToken"]}
        page = (await http.get("/api/v1/admin/users", params=asked, headers=admin.headers)).json()
        found |= {user["id"] for user in page["users"] if "ROLE_ADMIN" in user["roles"]}
        if not page["nextPageToken"]:
            return found


async def test_administrators_find_promote_and_disable(http: httpx.AsyncClient, admin: Shop) -> None:
    user, _ = await a_user(http)

    found = await http.get("/api/v1/admin/users", params={"emailPrefix": user["email"][:12]}, headers=admin.headers)
    path = f"/api/v1/admin/users/{user['id']}"
    roles = {"roles": ["ROLE_USER", "ROLE_ADMIN"]}
    promoted = await http.post(f"{path}:setRoles", json=roles, headers=admin.headers)
    disabled = await http.post(f"{path}:disable", json={}, headers=admin.headers)

    assert [one["id"] for one in found.json()["users"]] == [user["id"]]
    assert promoted.json()["roles"] == ["ROLE_USER", "ROLE_ADMIN"]
    assert disabled.json()["disabled"] is True
    assert (await sign_in(http, user["email"])).status_code == 401
    assert (await http.post(f"{path}:enable", json={}, headers=admin.headers)).json()["disabled"] is False
    assert (await sign_in(http, user["email"])).status_code == 200
    me = (await http.get("/api/v1/users/me", headers=admin.headers)).json()["id"]
    # Only one administrator is left; other tests of this mesh may have made some.
    for other in await administrators(http, admin) - {me}:
        other_path = f"/api/v1/admin/users/{other}:setRoles"
        await http.post(other_path, json={"roles": ["ROLE_USER"]}, headers=admin.headers)
    last = await http.post(f"/api/v1/admin/users/{me}:disable", json={}, headers=admin.headers)
    assert (last.status_code, last.json()["details"][0]["reason"]) == (400, "LAST_ADMINISTRATOR")
