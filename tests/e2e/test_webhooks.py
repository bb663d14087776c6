"""Webhooks over the whole mesh: what happens to an order arrives, signed, though order_svc is killed meanwhile."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator

import httpx
import pytest

from deploy.local.shop import Shop, lamp
from tests.e2e.running_mesh import RunningMesh
from tests.order_svc.webhooks.receiver import OK, Receiver
from tests.polling import eventually


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    started = Receiver()
    await started.start()
    yield started
    await started.kill()


async def test_events_of_an_order_arrive_though_the_service_is_killed(
    mesh: RunningMesh, http: httpx.AsyncClient, admin: Shop, shopper: Shop, receiver: Receiver
) -> None:
    webhooks = "/api/v1/admin/webhooks"
    webhook = (await http.post(webhooks, json={"url": receiver.url}, headers=admin.headers)).json()
    # It gets what happens, and does not answer.
    receiver.answers = lambda headers: b""
    product = await admin.create_product(lamp(uuid.uuid4().hex[:8], colours=["red"], sizes=["S"], pieces=5))
    order = await shopper.order({product["productItems"][0]["id"]: 1}, "tok_ok")
    await eventually(lambda: receiver.requests)

    mesh.kill("order_svc")
    receiver.answers = lambda headers: OK

    def sequences() -> list[int]:
        own = [request.event for request in receiver.taken if request.event["orderId"] == order["id"]]
        return list(dict.fromkeys(event["sequence"] for event in own))

    await eventually(lambda: len(sequences()) >= 3, timeout_s=20)
    assert sequences() == list(range(1, len(sequences()) + 1))
    assert all(request.is_signed_with(webhook["secret"]) for request in receiver.requests)
    assert (await http.delete(f"{webhooks}/{webhook['id']}", headers=admin.headers)).status_code == 200
