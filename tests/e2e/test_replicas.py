"""Two replicas of every service share the work, and one of each may die during it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import partial

import httpx
import pytest

from deploy.local.mesh import SERVICES
from deploy.local.shop import Shop, lamp
from tests.e2e import test_repeats
from tests.e2e.conftest import SETTINGS
from tests.e2e.crowd import MIXED, Crowd, all_end_as_they_should, many_connections
from tests.e2e.running_mesh import RunningMesh, running_mesh
from tests.folders import data_folder
from tests.polling import eventually

# Orders are under way when each of them is killed.
KILLED_AT = {"order_svc": 0.2, "inventory_svc": 0.35, "order_svc.payment": 0.5, "identity_svc": 0.65, "edge": 0.8}


@pytest.fixture
def mesh() -> Iterator[RunningMesh]:
    with data_folder() as data_dir, running_mesh(data_dir, SETTINGS | {"REPLICAS": "2"}) as running:
        yield running


def _runs_twice(mesh: RunningMesh, module: str) -> bool:
    return len(mesh.pids_of(module)) == 2


@pytest.mark.soak
@pytest.mark.timeout(300)
async def test_equal_calls_at_once_get_one_response(http: httpx.AsyncClient, admin: Shop, shopper: Shop) -> None:
    for _ in range(3):
        await test_repeats.test_calls_for_an_order(http, admin, shopper)
        await test_repeats.test_calls_for_the_catalogue(http, admin)
        await test_repeats.test_calls_for_a_code(http, admin)


@pytest.mark.soak
@pytest.mark.timeout(300)
async def test_one_of_each_is_killed_midway(mesh: RunningMesh) -> None:
    assert set(KILLED_AT) == set(SERVICES.values())

    async def kill_one_of_each(crowd: Crowd) -> None:
        for module, share in KILLED_AT.items():
            assert len(mesh.pids_of(module)) == 2
            await crowd.reaches(share)
            mesh.kill(module)

    async with many_connections(mesh) as http:
        admin = await Shop(http).login("admin@example.com", "Admin123!")
        await all_end_as_they_should(mesh, http, admin, MIXED, meanwhile=kill_one_of_each)

    for module in SERVICES.values():
        await eventually(partial(_runs_twice, mesh, module), timeout_s=20)


@pytest.mark.soak
@pytest.mark.timeout(300)
async def test_of_two_requests_with_one_id_and_different_cards_one_is_the_order(mesh: RunningMesh) -> None:
    async with many_connections(mesh) as http:
        admin = await Shop(http).login("admin@example.com", "Admin123!")
        lamps = await admin.create_product(lamp("pairs", colours=["red"], sizes=["S"], pieces=10_000))
        item = lamps["productItems"][0]["id"]

        async def ask(number: int, token: str) -> httpx.Response:
            body = {
                "requestId": f"pair-{number}",
                "currencyCode": "USD",
                "items": [{"productItemId": item, "quantity": 1}],
                "payment": {"method": "PAYMENT_METHOD_CARD", "token": token},
            }
            return await http.post("/api/v1/orders", json=body, headers=admin.headers)

        answers = [
            await asyncio.gather(ask(number, "tok_ok"), ask(number, f"tok_slow_{number % 50}")) for number in range(60)
        ]

        orders = [answer.json()["id"] for pair in answers for answer in pair if answer.status_code == 200]
        refused = [answer.json() for pair in answers for answer in pair if answer.status_code != 200]
        assert [refusal["details"][0]["reason"] for refusal in refused] == ["REQUEST_ID_REUSED"] * 60

        async def all_are_paid() -> bool:
            statuses = {(await admin.get_order(order_id))["status"] for order_id in orders}
            assert statuses <= {"ORDER_STATUS_CONFIRMED", "ORDER_STATUS_PAID"}, statuses
            return statuses == {"ORDER_STATUS_PAID"}

        await eventually(all_are_paid, timeout_s=30)
        (stock,) = (await admin.stock(lamps["id"])).values()
        assert (len(set(orders)), stock.sold) == (60, 60)
