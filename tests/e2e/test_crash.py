"""kill -9 of order_svc during 100 orders: every acknowledged order is completed, and the books agree."""

from __future__ import annotations

import asyncio
import uuid

import httpx
import pytest

from deploy.local.shop import Shop
from tests.e2e import invariants
from tests.e2e.running_mesh import RunningMesh
from tests.e2e.test_shopping import a_stocked_product
from tests.polling import eventually

ORDERS = 100
KILLED_AFTER = 20
TOKENS = ("tok_ok", "tok_ok", "tok_flaky_1", "tok_declined")


@pytest.mark.timeout(150)
async def test_no_acknowledged_order_is_lost(mesh: RunningMesh, http: httpx.AsyncClient, admin: Shop) -> None:
    counter = await a_stocked_product(admin, pieces=ORDERS * 2)
    acknowledged: dict[str, str] = {}
    enough = asyncio.Event()
    requests = {uuid.uuid4().hex: TOKENS[n % len(TOKENS)] for n in range(ORDERS)}

    async def place(request_id: str, token: str) -> None:
        body = {
            "requestId": request_id,
            "currencyCode": "USD",
            "items": [{"productItemId": item, "quantity": 1} for item in counter.ids[:2]],
            "payment": {"method": "PAYMENT_METHOD_CARD", "token": token},
        }
        try:
            answer = await http.post("/api/v1/orders", json=body, headers=admin.headers)
        except httpx.TransportError:
            return
        if answer.status_code == 200:
            acknowledged[request_id] = answer.json()["id"]
            if len(acknowledged) >= KILLED_AFTER:
                enough.set()

    async def kill() -> int:
        await enough.wait()
        return mesh.kill("order_svc")

    killed, *_ = await asyncio.gather(kill(), *[place(*request) for request in requests.items()])
    assert acknowledged

    def restarted() -> bool:
        pid = mesh.pid_of("order_svc")
        return pid is not None and pid != killed

    await eventually(restarted, timeout_s=30)
    before = dict(acknowledged)

    # Every client tries again with the request_id it had.
    async def placed_in_the_end(request_id: str, token: str) -> None:
        async def done() -> bool:
            await place(request_id, token)
            return request_id in acknowledged

        acknowledged.pop(request_id, None)
        await eventually(done, timeout_s=60)

    await asyncio.gather(*[placed_in_the_end(*request) for request in requests.items()])

    assert {key: acknowledged[key] for key in before} == before, "a request_id got a second order"
    assert len(set(acknowledged.values())) == ORDERS
    await eventually(lambda: invariants.at_rest(mesh), timeout_s=60)
    await invariants.check(mesh, set(acknowledged.values()))
