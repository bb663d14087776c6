"""Keys that sign tokens are replaced, and identity restarts, while shoppers order: nobody is refused for that."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import httpx
import jwt
import pytest

from deploy.local.shop import Refused, Shop
from tests.e2e.closed_loop import ordering
from tests.e2e.conftest import SETTINGS
from tests.e2e.running_mesh import ROOT, RunningMesh, running_mesh
from tests.e2e.test_shopping import a_stocked_product
from tests.folders import data_folder
from tests.polling import eventually

ROTATIONS, RESTARTS = 3, 2
# More than identity needs to start again on a busy machine, and Envoy to read the keys.
AHEAD = {"SIGNING_KEY_AHEAD_S": "30"}
EMAIL, PASSWORD = "ada@example.com", "untold Passw0rd!"


async def rotate_keys(data_dir: Path) -> None:
    environment = os.environ | {f"EASYORDER_{name}": value for name, value in AHEAD.items()}
    environment |= {"EASYORDER_DATA_DIR": str(data_dir), "PYTHONPATH": f"{ROOT}:{ROOT / 'gen'}"}
    command = (sys.executable, "-m", "identity_svc.rotate_keys")
    process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=asyncio.subprocess.PIPE)
    said, _ = await process.communicate()
    assert process.returncode == 0
    assert b" signs from " in said


async def signs_in(mesh: RunningMesh) -> str | None:
    """An access token; None while identity is away."""
    try:
        async with Shop.client(mesh.url) as http:
            return (await Shop(http).login(EMAIL, PASSWORD)).headers["authorization"]
    except (Refused, httpx.TransportError):
        return None


@pytest.mark.load
@pytest.mark.timeout(240)
@pytest.mark.parametrize(("clients", "seconds"), [(2, 2), (32, 60)])
async def test_orders_go_on_while_keys_rotate_and_identity_restarts(clients: int, seconds: float) -> None:
    with data_folder() as data_dir, running_mesh(data_dir, SETTINGS | AHEAD) as mesh:
        async with Shop.client(mesh.url) as http:
            counter = await a_stocked_product(
                await Shop(http).login("admin@example.com", "Admin123!"), pieces=1_000_000
            )
            await Shop(http).register(EMAIL, PASSWORD, "A shopper")
        headers = {"authorization": await eventually(lambda: signs_in(mesh))}
        signed_with = [jwt.get_unverified_header(headers["authorization"].removeprefix("Bearer "))["kid"]]

        async def has_another_key() -> bool:
            """Signs in again, and orders with that token from then on."""
            if token := await signs_in(mesh):
                headers["authorization"] = token
                kid = jwt.get_unverified_header(token.removeprefix("Bearer "))["kid"]
                if kid not in signed_with:
                    signed_with.append(kid)
                    return True
            return False

        async with ordering(mesh, headers, counter.ids[:1], clients=clients) as loop:
            for number in range(ROTATIONS):
                await rotate_keys(data_dir)
                if number < RESTARTS:
                    mesh.kill("identity_svc")
            for _ in range(ROTATIONS):
                assert await eventually(has_another_key, timeout_s=60)
            await loop.lasts(max(2, seconds - loop.now_s))  # with the last key
            lasted_s = loop.now_s

    print(f"{len(loop.orders)} orders in {lasted_s:.0f} s: {dict(loop.reasons())}")
    assert len(signed_with) == 1 + ROTATIONS
    assert len(loop.orders) > 100
    assert set(loop.reasons()) == {"ordered"}
