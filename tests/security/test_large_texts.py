"""Texts and headers of many KB get 200, 400 or 431, never 502 or 503."""

from __future__ import annotations

import httpx
import pytest

from deploy.local.shop import Shop
from tests.e2e.running_mesh import RunningMesh
from tests.security.attackers import a_shopper, an_item, an_order, fields_of, reason_of, written

SIZES = [1_000, 4_000, 7_000, 8_000, 9_000, 12_000, 16_000, 20_000, 60_000]


@pytest.mark.parametrize("letter", ["A", "\u00e9", "\U0001f381"])
@pytest.mark.parametrize("size", [20_000, 200_000])
async def test_an_incentive_code(
    mesh: RunningMesh, http: httpx.AsyncClient, admin: Shop, size: int, letter: str
) -> None:
    item = await an_item(admin)
    shopper, _ = await a_shopper(http)
    before = await written(mesh)

    body = an_order(item, incentiveCodes=[letter * size, "B"])
    answer = await http.post("/api/v1/orders", json=body, headers=shopper.headers)

    assert (answer.status_code, reason_of(answer)) == (400, "INVALID_ARGUMENT")
    assert list(fields_of(answer)) == ["incentiveCodes[0]"]
    assert len(answer.content) < 4_096
    assert await written(mesh) == before


async def test_a_code_as_long_as_it_may_be(http: httpx.AsyncClient, admin: Shop) -> None:
    item = await an_item(admin)
    shopper, _ = await a_shopper(http)

    body = an_order(item, incentiveCodes=["\U0001f381" * 1_000] * 10)
    answer = await http.post("/api/v1/orders", json=body, headers=shopper.headers)

    assert answer.status_code == 400
    assert len(answer.content) < 8_192


@pytest.mark.parametrize("size", SIZES)
async def test_headers(http: httpx.AsyncClient, admin: Shop, size: int) -> None:
    for path in ("/api/v1/orders", "/api/v1/products", "/api/v1/users/me", "/healthz"):
        answer = await http.get(path, headers=admin.headers | {"x-padding": "x" * size})

        if answer.status_code == 431:
            assert reason_of(answer) == "PAYLOAD_TOO_LARGE"
        assert answer.status_code == (200 if size <= 15_000 else 431)
