"""Revoked access tokens are refused by every service at once, over JSON through Envoy, and their streams end."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from deploy.local.shop import Shop
from tests.envoy.error_shape import reason_of

PASSWORD = "their own long word"
# A read and a write of each service that people call.
CALLS: Mapping[str, tuple[str, str, dict[str, Any] | None]] = {
    "identity reads": ("GET", "/api/v1/users/me", None),
    "identity writes": ("PATCH", "/api/v1/users/me", {"displayName": "Eve"}),
    "order reads": ("GET", "/api/v1/orders", None),
    "order writes": ("POST", "/api/v1/streamTickets", {}),
    "inventory reads": ("GET", "/api/v1/loyalty/me", None),
    "payment reads": ("GET", "/api/v1/admin/ops/payment/stats", None),
}


async def sign_in(http: httpx.AsyncClient, email: str = "") -> tuple[dict[str, Any], dict[str, str]]:
    """The tokens, and the headers of calls, of somebody who has just registered, or of an old user."""
    if not email:
        email = f"{uuid.uuid4().hex}@example.com"
        await Shop(http).register(email, PASSWORD, "A shopper")
    tokens = (await http.post("/api/v1/users/login", json={"email": email, "password": PASSWORD})).json()
    return tokens, {"authorization": f"Bearer {tokens['accessToken']}"}


async def outcomes(http: httpx.AsyncClient, headers: dict[str, str]) -> dict[str, str]:
    answers = {
        name: await http.request(verb, path, json=body, headers=headers) for name, (verb, path, body) in CALLS.items()
    }
    return {
        name: "OK" if answer.is_success else answer.json()["details"][0]["reason"] for name, answer in answers.items()
    }


async def test_a_disabled_user_does_nothing_any_more(http: httpx.AsyncClient, admin: Shop) -> None:
    tokens, bearer = await sign_in(http)
    before = await outcomes(http, bearer)

    path = f"/api/v1/admin/users/{tokens['user']['id']}:disable"
    assert (await http.post(path, json={}, headers=admin.headers)).status_code == 200

    assert await outcomes(http, bearer) == dict.fromkeys(CALLS, "TOKEN_REVOKED")
    assert before == dict.fromkeys(CALLS, "OK") | {"payment reads": "PERMISSION_DENIED"}
    again = await http.post("/api/v1/users/refresh", json={"refreshToken": tokens["refreshToken"]})
    assert again.status_code == 401


async def test_a_former_administrator_is_none_at_once(http: httpx.AsyncClient, admin: Shop) -> None:
    tokens, _ = await sign_in(http)
    path = f"/api/v1/admin/users/{tokens['user']['id']}:setRoles"
    await http.post(path, json={"roles": ["ROLE_USER", "ROLE_ADMIN"]}, headers=admin.headers)
    tokens, bearer = await sign_in(http, tokens["user"]["email"])
    assert set((await outcomes(http, bearer)).values()) == {"OK"}

    await http.post(path, json={"roles": ["ROLE_USER"]}, headers=admin.headers)

    assert set((await outcomes(http, bearer)).values()) == {"TOKEN_REVOKED"}
    refreshed = await http.post("/api/v1/users/refresh", json={"refreshToken": tokens["refreshToken"]})
    bearer = {"authorization": f"Bearer {refreshed.json()['accessToken']}"}
    assert await outcomes(http, bearer) == dict.fromkeys(CALLS, "OK") | {"payment reads": "PERMISSION_DENIED"}


@pytest.mark.parametrize("opened", ["token", "ticket"])
async def test_streams_end(http: httpx.AsyncClient, opened: str) -> None:
    _, bearer = await sign_in(http)
    options: dict[str, Any] = {"headers": bearer}
    if opened == "ticket":
        ticket = (await http.post("/api/v1/streamTickets", json={}, headers=bearer)).json()["ticket"]
        options = {"params": {"ticket": ticket}}

    async with asyncio.timeout(20), http.stream("GET", "/api/v1/orders:watch", **options) as stream:
        lines = (line async for line in stream.aiter_lines() if line.startswith("data: "))
        await anext(lines)
        await http.post("/api/v1/users/logout", json={}, headers=bearer)
        rest = [json.loads(line.removeprefix("data: ")) async for line in lines]

    assert rest[-1]["error"]["details"][0]["reason"] == "TOKEN_REVOKED"


async def test_a_ticket_made_before_opens_nothing(http: httpx.AsyncClient) -> None:
    _, bearer = await sign_in(http)
    ticket = (await http.post("/api/v1/streamTickets", json={}, headers=bearer)).json()["ticket"]
    await http.post("/api/v1/users/logout", json={}, headers=bearer)

    answer = await http.get("/api/v1/orders:watch", params={"ticket": ticket})

    assert (answer.status_code, reason_of(answer)) == (401, "TOKEN_REVOKED")


async def test_a_former_member_has_lost_the_team(http: httpx.AsyncClient, admin: Shop) -> None:
    tokens, bearer = await sign_in(http)
    made = await http.post("/api/v1/admin/teams", json={"name": "Buyers"}, headers=admin.headers)
    path, member = f"/api/v1/admin/teams/{made.json()['id']}", {"userId": tokens["user"]["id"]}
    joined = await http.post(f"{path}:addMember", json=member, headers=admin.headers)
    assert joined.json()["memberIds"] == [member["userId"]]
    # Whoever gets a team goes on, and has it with the next token.
    assert "TOKEN_REVOKED" not in (await outcomes(http, bearer)).values()

    left = await http.post(f"{path}:removeMember", json=member, headers=admin.headers)

    assert left.json()["memberIds"] == []
    assert set((await outcomes(http, bearer)).values()) == {"TOKEN_REVOKED"}
    refreshed = await http.post("/api/v1/users/refresh", json={"refreshToken": tokens["refreshToken"]})
    assert refreshed.json()["user"]["teamIds"] == []
