"""A shopper confirms a payment, through the whole mesh: they learn of the page by their stream, and pay once."""

from __future__ import annotations

from functools import partial

import httpx

from deploy.local.shop import Shop
from tests.e2e import invariants
from tests.e2e.running_mesh import RunningMesh
from tests.e2e.test_corners import events, status_of
from tests.e2e.test_shopping import a_stocked_product
from tests.polling import eventually


async def test_a_payment_is_confirmed_and_paid_once(
    http: httpx.AsyncClient, admin: Shop, shopper: Shop, mesh: RunningMesh
) -> None:
    counter = await a_stocked_product(admin)
    placed = await shopper.order({counter.ids[0]: 1}, "tok_requires_action_1500")
    seen = []
    async for event in events(http, shopper, placed["id"]):
        if changed := event.get("orderStatusChanged"):
            payment = changed["order"]["payments"][-1]
            seen.append((status_of(event), payment["status"], payment["nextActionUri"]))
        if status_of(event) == "PAID":
            break

    page = f"https://bank.invalid/confirm/{placed['payments'][-1]['transactionId']}"
    assert seen == [
        ("CONFIRMED", "PAYMENT_STATUS_REQUIRES_ACTION", page),
        ("PAID", "PAYMENT_STATUS_PAID", ""),
    ]
    await eventually(partial(invariants.at_rest, mesh), timeout_s=20)
    await invariants.check(mesh, {placed["id"]})


async def test_what_is_not_confirmed_is_read_and_cancelled(http: httpx.AsyncClient, admin: Shop, shopper: Shop) -> None:
    counter = await a_stocked_product(admin)
    placed = await shopper.order({counter.ids[0]: 1}, "tok_requires_action")

    async def asked() -> bool:
        payment = (await shopper.get_order(placed["id"]))["payments"][-1]
        return bool(payment["status"] == "PAYMENT_STATUS_REQUIRES_ACTION" and payment["nextActionUri"])

    await eventually(asked)
    await shopper.cancel(placed["id"], "no confirmation")

    async def ended() -> bool:
        payment = (await shopper.get_order(placed["id"]))["payments"][-1]
        return bool(payment["status"] == "PAYMENT_STATUS_CANCELLED" and not payment["nextActionUri"])

    await eventually(ended)
