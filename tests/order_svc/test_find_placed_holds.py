"""FindPlacedHolds: which holds belong to orders."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chassis.jobs import JobOutcome
from order_svc.commands import jobs
from order_svc.commands.find_placed_holds import FindPlacedHolds
from tests.builders.order import an_order
from tests.order_svc.order_app import OrderApp


async def test_holds_belong_to_orders_that_exist_and_to_those_that_took_them_in(order_app: OrderApp) -> None:
    placed = await order_app.given(an_order())
    changed = an_order().build()
    changed.id, changed.supplementary_hold_id = placed + 1, placed + 10
    changed.payment.transaction_id = "another"
    async with order_app.open_uow() as uow:
        await uow.orders.add([changed])
        await uow.commit()

    found = await order_app.send(FindPlacedHolds(order_ids=(placed, placed + 5, placed + 10)))

    assert (found.placed, found.unsold) == ((placed, placed + 10), ())


@pytest.mark.parametrize(("state", "is_placed"), [("RUNNING", True), ("READY", True), ("DEAD", True), ("DONE", False)])
async def test_the_hold_of_a_change_belongs_to_its_order_until_the_change_is_applied(
    order_app: OrderApp, state: Any, is_placed: bool
) -> None:
    order = await order_app.order(await order_app.given(an_order()))
    hold, later_hold = order.id + 10, order.id + 20
    async with order_app.open_uow() as uow:
        for order.revision, order.supplementary_hold_id in ((1, hold), (2, later_hold), (3, 0)):
            uow.schedule(jobs.amend_stock(order))
        await uow.orders.save([order])
        await uow.commit()
    leases = [job.lease for job in await order_app.jobs() if job.payload["supplementary_hold_id"] == hold]
    if state != "RUNNING":
        async with order_app.open_uow() as uow:
            uow.settle(*(JobOutcome(lease, state) for lease in leases if lease))
            await uow.commit()

    found = await order_app.send(FindPlacedHolds(order_ids=(order.id, hold, later_hold, order.id + 30)))

    merging = (hold, later_hold) if is_placed else (later_hold,)
    assert (found.placed, found.unsold) == ((order.id, *merging), merging)


@pytest.mark.parametrize(("state", "is_unsold"), [("RUNNING", True), ("READY", True), ("DEAD", True), ("DONE", False)])
async def test_the_hold_of_an_order_is_unsold_until_its_sale_is_made(
    order_app: OrderApp, state: str, is_unsold: bool
) -> None:
    paid, other = [await order_app.order(await order_app.given(an_order().paid())) for _ in range(2)]
    earlier = replace(other, payment=replace(other.payment, transaction_id="earlier"))
    async with order_app.open_uow() as uow:
        # The second sale belongs to a payment that another one has replaced.
        uow.schedule(jobs.commit_stock(paid), jobs.commit_stock(earlier))
        await uow.commit()
    if state != "RUNNING":
        async with order_app.open_uow() as uow:
            leases = [job.lease for job in await order_app.jobs() if job.payload["order_id"] == paid.id and job.lease]
            uow.settle(*(JobOutcome(lease, state) for lease in leases if lease))  # type: ignore[arg-type]
            await uow.commit()

    found = await order_app.send(FindPlacedHolds(order_ids=(paid.id, other.id, other.id + 99)))

    assert (found.placed, found.unsold) == ((paid.id, other.id), (paid.id,) if is_unsold else ())
