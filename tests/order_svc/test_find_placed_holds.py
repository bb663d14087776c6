"""FindPlacedHolds: which holds belong to orders."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from chassis.db.engine import make_engine
from chassis.jobs import JobOutcome
from order_svc.adapters import orders
from order_svc.commands import jobs
from order_svc.commands.find_placed_holds import FindPlacedHolds
from tests.builders.order import an_order
from tests.conftest import DatabasesOf
from tests.order_svc.order_app import OrderApp

MANY_ORDERS = """
INSERT INTO orders (id, status, currency, placed_at, cancel_reason, sequence, revision, supplementary_hold_id,
                    created_on, created_by, modified_on, modified_by)
SELECT id, 'PAID', 'USD', now(), '', 1, 0, 0, now(), 'ann', now(), 'ann' FROM generate_series(1, 2000) AS id
"""
THEIR_PAYMENTS = """
INSERT INTO payment (id, order_id, transaction_id, method, status, amount, attempts, failure_reason, refunded,
                     created_on, created_by, modified_on, modified_by)
SELECT id, id, 't-' || id, 'CARD', 'PAID', 1, 1, '', 0, now(), 'ann', now(), 'ann' FROM orders
"""
THEIR_JOBS = """
INSERT INTO job (id, kind, key, payload, state, attempts, due_at)
SELECT id, 'charge', 't-' || id, jsonb_build_object('order_id', id), 'DONE', 1, now() FROM orders
UNION ALL
SELECT id + 2000, 'commit_stock', id || '/t-' || id, jsonb_build_object('order_id', id), 'DONE', 1, now() FROM orders
"""


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


@pytest.mark.parametrize(("state", "is_unsold"), [("RUNNING", True), ("READY", True), ("DEAD", False), ("DONE", False)])
async def test_the_hold_of_an_order_that_is_being_charged_is_unsold(
    order_app: OrderApp, state: Any, is_unsold: bool
) -> None:
    charged, other = [await order_app.order(await order_app.given(an_order())) for _ in range(2)]
    replaced = replace(other, payment=replace(other.payment, transaction_id="replaced"))
    async with order_app.open_uow() as uow:
        uow.schedule(*(jobs.charge(order, token="tok_ok", hold=None) for order in (charged, replaced)))
        await uow.commit()
    if state != "RUNNING":
        async with order_app.open_uow() as uow:
            uow.settle(*(JobOutcome(job.lease, state) for job in await order_app.jobs() if job.lease))
            await uow.commit()

    found = await order_app.send(FindPlacedHolds(order_ids=(charged.id, other.id)))

    assert (found.placed, found.unsold) == ((charged.id, other.id), (charged.id,) if is_unsold else ())


async def test_neither_orders_nor_jobs_that_have_ended_are_read_whole(databases_of: DatabasesOf) -> None:
    url = (await databases_of("order_svc"))["easyorder_order_write"]
    engine = make_engine(url, application_name="tests")
    async with engine.begin() as connection:
        for statement in (MANY_ORDERS, THEIR_PAYMENTS, THEIR_JOBS):
            await connection.execute(text(statement))
        for query in (orders._PLACED_HOLDS, orders._UNSOLD_HOLDS):
            explained = text(f"EXPLAIN (ANALYZE) {query.text}")
            plan = "\n".join((await connection.execute(explained, {"ids": json.dumps([7, 8, 9])})).scalars())
            # Not those that a bitmap takes from an index: it has the rows of earlier tests, too.
            rows = re.findall(r"(?:Bitmap Heap|(?<!Bitmap )Index(?: Only)?) Scan .*actual time=\S+ rows=([\d.]+)", plan)
            assert rows, plan
            assert max(map(float, rows)) <= 3, plan
            assert not re.search(r"Seq Scan|Rows Removed by Filter: \d{3}", plan), plan
    await engine.dispose()
