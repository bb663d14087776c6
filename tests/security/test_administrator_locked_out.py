"""Strangers who guess the administrator's password make themselves wait, not the administrator."""

from __future__ import annotations

import asyncio

import httpx

from deploy.local.plain_http import plain_client
from deploy.local.shop import Shop
from tests.e2e.running_mesh import RunningMesh
from tests.envoy.error_shape import reason_of

# More than EASYORDER_LOCKOUT_MAX_FAILURES, and than EASYORDER_LOCKOUT_STRANGERS_MAX_FAILURES.
GUESSES, STRANGERS = 6, 51
LONGEST_WAIT_S = 60
HOME, STRANGE, ELSEWHERE, FAR_AWAY = "127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4"


async def sign_in(mesh: RunningMesh, address: str, password: str, **headers: str) -> httpx.Response:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    async with plain_client(mesh.url, local_address=address, timeout=10) as http:
        credentials = {"email": "admin@example.com", "password": password}
        return await http.post("/api/v1/users/login", json=credentials, headers=sent)


def wait_of(refused: httpx.Response) -> int:
    assert (refused.status_code, reason_of(refused)) == (429, "ACCOUNT_LOCKED")
    return int(refused.headers["retry-after"])


async def test_the_administrator_is_not_locked_out(mesh: RunningMesh, admin: Shop) -> None:
    guesses = [await sign_in(mesh, STRANGE, f"Wrong{n}!") for n in range(GUESSES)]

    assert 0 < wait_of(guesses[-1]) <= LONGEST_WAIT_S
    # Who guesses waits, and nobody else does.
    assert (await sign_in(mesh, HOME, "Admin123!")).status_code == httpx.codes.OK
    assert (await sign_in(mesh, ELSEWHERE, "Admin123!")).status_code == httpx.codes.OK

    await asyncio.gather(*(sign_in(mesh, f"127.0.1.{n}", "Wrong!") for n in range(1, STRANGERS)))

    # After guesses from everywhere, places where the administrator has never been wait, for a moment.
    assert 0 < wait_of(await sign_in(mesh, FAR_AWAY, "Admin123!")) <= LONGEST_WAIT_S
    for known in (HOME, ELSEWHERE):
        assert (await sign_in(mesh, known, "Admin123!")).status_code == httpx.codes.OK
    # Claiming to be there is not enough.
    wait_of(await sign_in(mesh, FAR_AWAY, "Admin123!", x_envoy_external_address=HOME, x_forwarded_for=HOME))
