"""RecordPayment: an attempt to charge changes the order, ends or postpones its job, and is written once."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from chassis.jobs import JobLease, LeaseLost
from order_svc.commands import jobs
from order_svc.commands.cancel_order import CancelOrder
from order_svc.commands.record_payment import RecordPayment
from order_svc.domain.status import FailureCode, PaymentOutcome, PaymentStatus, Status
from tests.builders.order import an_order
from tests.order_svc.order_app import OrderApp, SqlOrderApp
from tests.order_svc.test_place_order import a_placing
from tests.polling import eventually


async def a_charge_under_way(app: OrderApp, order_id: int = 1) -> JobLease:
    await app.send(a_placing(order_id))
    lease = next(job.lease for job in await app.jobs() if job.key == f"t-{order_id}")
    assert lease is not None
    return lease


async def test_charged_is_paid_and_sells_the_stock(order_app: OrderApp) -> None:
    lease = await a_charge_under_way(order_app)

    await order_app.send(RecordPayment(lease=lease, order_id=1, transaction_id="t-1", outcome=PaymentOutcome.CHARGED))

    order = await order_app.order(1)
    assert (order.status, order.payment.status, order.payment.attempts) == (Status.PAID, PaymentStatus.PAID, 1)
    assert order.paid_at is not None
    assert [(job.kind, job.state) for job in await order_app.jobs()] == [
        ("charge", "DONE"),
        ("commit_stock", "RUNNING"),
    ]
    assert await order_app.events(1) == [(1, "order_created"), (2, "payment_attempt"), (3, "order_status_changed")]


async def test_refused_fails_and_releases_the_stock(order_app: OrderApp) -> None:
    lease = await a_charge_under_way(order_app)

    await order_app.send(
        RecordPayment(lease=lease, order_id=1, transaction_id="t-1", outcome=PaymentOutcome.REFUSED, why="declined")
    )

    order = await order_app.order(1)
    assert (order.status, order.payment.failure_reason) == (Status.FAILED, "declined")
    assert [(job.kind, job.key, job.state) for job in await order_app.jobs()] == [
        ("charge", "t-1", "DONE"),
        ("release_stock", jobs.release_stock(order).key, "RUNNING"),
        # At the provider it could still be paid.
        ("return_money", "t-1/all", "RUNNING"),
    ]


async def test_a_transient_failure_puts_the_charge_off(order_app: OrderApp) -> None:
    lease = await a_charge_under_way(order_app)

    recorded = await order_app.send(
        RecordPayment(
            lease=lease, order_id=1, transaction_id="t-1", outcome=PaymentOutcome.TRANSIENT, detail="provider down"
        )
    )

    assert recorded.next_attempt_s is not None
    assert 2 <= recorded.next_attempt_s <= 2.5
    order = await order_app.order(1)
    assert (order.status, order.payment.status, order.payment.attempts) == (
        Status.CONFIRMED,
        PaymentStatus.PENDING,
        1,
    )
    assert order.payment.failure_code is FailureCode.PROVIDER_UNAVAILABLE
    assert "tried again" in order.payment.failure_reason
    assert "provider" not in order.payment.failure_reason
    jobs_now = [(job.kind, job.state, job.why) for job in await order_app.jobs()]
    assert jobs_now == [("charge", "READY", "provider down")]


async def test_the_last_transient_failure_gives_up_returns_the_money_and_tells_administrators(
    order_app: OrderApp,
) -> None:
    lease = await a_charge_under_way(order_app)
    async with order_app.open_uow() as uow:
        order = (await uow.orders.find([1]))[1]
        order.payment.attempts = 2
        await uow.orders.save([order])
        await uow.commit()

    await order_app.send(
        RecordPayment(lease=lease, order_id=1, transaction_id="t-1", outcome=PaymentOutcome.TRANSIENT, detail="down")
    )

    assert await order_app.status(1) is Status.FAILED
    assert {job.kind: job.state for job in await order_app.jobs()} == {
        "charge": "DONE",
        "release_stock": "RUNNING",
        "return_money": "RUNNING",
        "alert:mail": "RUNNING",
    }
    alert = (await order_app.job("alert:mail")).payload
    assert (alert["summary"], alert["detail"]) == ("payment of order 1 was given up after 3 attempts", "down")
    assert (await order_app.job("charge")).why == "down"
    assert await order_app.audited() == [("GiveUpPayment", "1", "down")]
    assert "pay in another way" in (await order_app.order(1)).payment.failure_reason
    assert [kind for _, kind in await order_app.events(1)] == [
        "order_created",
        "payment_attempt",
        "order_status_changed",
        "admin_alert",
    ]


async def test_a_lost_lease_changes_nothing(order_app: OrderApp) -> None:
    lease = await a_charge_under_way(order_app)

    with pytest.raises(LeaseLost):
        await order_app.send(
            RecordPayment(
                lease=JobLease(lease.job_id, "somebody else's"),
                order_id=1,
                transaction_id="t-1",
                outcome=PaymentOutcome.CHARGED,
            )
        )

    assert await order_app.status(1) is Status.CONFIRMED
    assert await order_app.events(1) == [(1, "order_created")]


async def test_the_same_outcome_twice_is_written_once(order_app: OrderApp) -> None:
    lease = await a_charge_under_way(order_app)
    command = RecordPayment(lease=lease, order_id=1, transaction_id="t-1", outcome=PaymentOutcome.CHARGED)

    results = await asyncio.gather(order_app.send(command), order_app.send(command), return_exceptions=True)

    assert sum(not isinstance(result, BaseException) for result in results) >= 1
    assert (await order_app.order(1)).payment.attempts == 1
    assert len(await order_app.events(1)) == 3


async def test_the_charge_of_an_order_cancelled_meanwhile_ends_and_records_nothing(order_app: OrderApp) -> None:
    lease = await a_charge_under_way(order_app)
    await order_app.send(CancelOrder(order_id=1, reason="late"))
    before = await order_app.order(1), await order_app.jobs(), await order_app.events(1)

    with pytest.raises(LeaseLost):
        await order_app.send(
            RecordPayment(lease=lease, order_id=1, transaction_id="t-1", outcome=PaymentOutcome.CHARGED)
        )

    assert (await order_app.order(1), await order_app.jobs(), await order_app.events(1)) == before
    charge = await order_app.job("charge")
    assert (charge.state, charge.why) == ("DISCARDED", "the order was cancelled")


@pytest.mark.parametrize("outcome", list(PaymentOutcome))
@pytest.mark.parametrize("how", ["cancelled", "refused", "paid", "paid_by_another"])
async def test_an_outcome_that_comes_too_late_ends_its_job_and_changes_nothing_else(
    order_app: OrderApp, how: str, outcome: PaymentOutcome
) -> None:
    # As if an older version had left the job open, or an operator had run it again.
    order_id = await order_app.given(an_order() if how == "paid_by_another" else getattr(an_order(), how)())
    order = await order_app.order(order_id)
    charged = replace(order.payment, transaction_id="t-old") if how == "paid_by_another" else order.payment
    async with order_app.open_uow() as uow:
        uow.schedule(jobs.charge(replace(order, payment=charged), token="tok_ok", hold=None))
        await uow.commit()
    lease = (await order_app.job("charge")).lease
    assert lease is not None
    events = await order_app.events(order_id)

    recorded = await order_app.send(
        RecordPayment(
            lease=lease, order_id=order_id, transaction_id=charged.transaction_id, outcome=outcome, why="late"
        )
    )

    assert recorded.next_attempt_s is None
    assert await order_app.order(order_id) == order
    assert await order_app.events(order_id) == events
    (job,) = await order_app.jobs()
    another = f"another charge, {order.payment.transaction_id}, has replaced this one"
    why = another if how == "paid_by_another" else f"the order is {order.status.contract_name}"
    assert (job.kind, job.state, job.why) == ("charge", "DONE", why)


async def another_replica_changes_it(app: SqlOrderApp) -> None:
    async with app.open_uow() as uow:
        (order,) = (await uow.orders.find([1])).values()
        uow.emit(*order.alert(summary="look", detail="", at=order.placed_at))
        await uow.orders.save([order])
        await uow.commit()


async def test_an_order_just_placed_is_paid_without_being_read(sql_app: SqlOrderApp) -> None:
    lease = await a_charge_under_way(sql_app)

    with sql_app.statements() as statements:
        await sql_app.send(RecordPayment(lease=lease, order_id=1, transaction_id="t-1", outcome=PaymentOutcome.CHARGED))

    assert len(statements) == 1
    assert await sql_app.status(1) is Status.PAID


async def test_an_order_that_another_replica_changed_is_paid_as_it_is_now(sql_app: SqlOrderApp) -> None:
    lease = await a_charge_under_way(sql_app)
    await another_replica_changes_it(sql_app)

    await sql_app.send(RecordPayment(lease=lease, order_id=1, transaction_id="t-1", outcome=PaymentOutcome.CHARGED))

    order = await sql_app.order(1)
    assert (order.status, order.sequence, order.row_version) == (Status.PAID, 4, 3)


async def test_what_is_done_because_of_an_order_is_not_done_when_it_has_changed(sql_app: SqlOrderApp) -> None:
    lease = await a_charge_under_way(sql_app)
    sql_app.recent.keep([replace(await sql_app.order(1), status=Status.CANCELLED)])
    await another_replica_changes_it(sql_app)

    # Of a cancelled order it would only end the job.
    await sql_app.send(RecordPayment(lease=lease, order_id=1, transaction_id="t-1", outcome=PaymentOutcome.CHARGED))

    assert await sql_app.status(1) is Status.PAID


async def test_an_order_that_waits_for_stock_is_not_remembered_as_it_was(sql_app: SqlOrderApp) -> None:
    await sql_app.send(replace(a_placing(1), hold=replace(a_placing(1).hold, is_held=False, waits=True)))

    assert sql_app.recent.take([1]) == {}


async def test_a_payment_that_changed_while_its_order_was_waited_for_is_not_overwritten(sql_app: SqlOrderApp) -> None:
    await sql_app.send(a_placing(1))

    async def changed_after_waiting() -> None:
        async with sql_app.open_uow() as uow:
            (order,) = (await uow.orders.find([1])).values()
            await uow.orders.save([order])
            await uow.commit()

    async with sql_app.open_uow() as uow:
        (order,) = (await uow.orders.find([1])).values()
        waiting = asyncio.create_task(changed_after_waiting())
        await eventually(sql_app.somebody_waits)
        order.payment.failure_reason = "changed"
        await uow.orders.save([order])
        await uow.commit()

    await waiting
    assert (await sql_app.order(1)).payment.failure_reason == "changed"
