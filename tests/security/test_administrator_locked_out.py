"""Strangers who guess the administrator's password lock out themselves, not the administrator."""

from __future__ import annotations

import httpx

from deploy.local.plain_http import plain_client
from deploy.local.shop import Shop
from tests.e2e.running_mesh import RunningMesh
from tests.envoy.error_shape import reason_of

GUESSES = 6
HOME, STRANGE, ELSEWHERE = "127.0.0.1", "127.0.0.2", "127.0.0.3"


async def sign_in(mesh: RunningMesh, address: str, password: str, **headers: str) -> httpx.Response:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    async with plain_client(mesh.url, local_address=address, timeout=10) as http:
        credentials = {"email": "admin@example.com", "password": password}
        return await http.post("/api/v1/users/login", json=credentials, headers=sent)


async def test_the_administrator_signs_in_where_they_did_before(mesh: RunningMesh, admin: Shop) -> None:
    guesses = [await sign_in(mesh, STRANGE, f"Wrong{n}!") for n in range(GUESSES)]

    assert reason_of(guesses[-1]) == "ACCOUNT_LOCKED"
    assert (await sign_in(mesh, HOME, "Admin123!")).status_code == httpx.codes.OK
    # Claiming to be there is not enough.
    pretended = await sign_in(mesh, ELSEWHERE, "Admin123!", x_envoy_external_address=HOME, x_forwarded_for=HOME)
    assert reason_of(pretended) == "ACCOUNT_LOCKED"
