"""Refresh tokens that are used twice, over JSON through Envoy: by thieves, and by a client that retries."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import httpx

from deploy.local.plain_http import plain_client
from deploy.local.shop import Shop
from tests.e2e.running_mesh import RunningMesh
from tests.envoy.error_shape import reason_of

OWNER, THIEF = "127.0.0.1", "127.0.0.2"


async def sign_in(http: httpx.AsyncClient) -> dict[str, Any]:
    email = f"{uuid.uuid4().hex}@example.com"
    await Shop(http).register(email, "their own long word", "A shopper")
    answer = await http.post("/api/v1/users/login", json={"email": email, "password": "their own long word"})
    tokens: dict[str, Any] = answer.json()
    return tokens


async def refresh(http: httpx.AsyncClient, token: str) -> httpx.Response:
    return await http.post("/api/v1/users/refresh", json={"refreshToken": token})


async def test_a_client_that_retries_ten_times_at_once_gets_one_answer(http: httpx.AsyncClient) -> None:
    token = (await sign_in(http))["refreshToken"]

    answers = await asyncio.gather(*(refresh(http, token) for _ in range(10)))

    assert [answer.status_code for answer in answers] == [200] * 10
    (only,) = {(answer.json()["accessToken"], answer.json()["refreshToken"]) for answer in answers}
    assert (await refresh(http, only[1])).status_code == 200


async def test_ten_thieves_at_once_end_the_session(mesh: RunningMesh, http: httpx.AsyncClient) -> None:
    first = (await sign_in(http))["refreshToken"]
    second = (await refresh(http, first)).json()

    async with plain_client(mesh.url, local_address=THIEF, timeout=10) as thief:
        answers = await asyncio.gather(*(refresh(thief, first) for _ in range(10)))

    assert {(answer.status_code, reason_of(answer)) for answer in answers} == {(401, "UNAUTHENTICATED")}
    assert (await refresh(http, second["refreshToken"])).status_code == 401


async def test_an_owner_who_comes_after_the_thief_ends_the_session(mesh: RunningMesh, http: httpx.AsyncClient) -> None:
    first = (await sign_in(http))["refreshToken"]

    async with plain_client(mesh.url, local_address=THIEF, timeout=10) as thief:
        stolen = await refresh(thief, first)
        assert stolen.status_code == 200
        assert (await refresh(http, first)).status_code == 401

        assert (await refresh(thief, stolen.json()["refreshToken"])).status_code == 401


async def test_sessions_are_listed_and_ended(http: httpx.AsyncClient) -> None:
    tokens = await sign_in(http)
    bearer = {"authorization": f"Bearer {tokens['accessToken']}"}
    listed = await http.get("/api/v1/sessions", headers=bearer | {"user-agent": "another client"})

    (session,) = listed.json()["sessions"]
    assert session["current"] is True
    assert session["address"] == OWNER
    assert session["userAgent"].startswith("python-httpx")

    ended = await http.delete(f"/api/v1/sessions/{session['id']}", headers=bearer)
    assert ended.status_code == 200
    assert (await refresh(http, tokens["refreshToken"])).status_code == 401


async def test_logout_ends_the_session(http: httpx.AsyncClient) -> None:
    tokens = await sign_in(http)
    bearer = {"authorization": f"Bearer {tokens['accessToken']}"}

    assert (await http.post("/api/v1/users/logout", json={}, headers=bearer)).status_code == 200

    assert (await refresh(http, tokens["refreshToken"])).status_code == 401
    assert (await http.post("/api/v1/users/logout", json={})).status_code == 401
