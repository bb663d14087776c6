"""A dead job raises an alert of its order, in the same transaction."""

from __future__ import annotations

from chassis.alerts import Alerts, DeadLetters
from chassis.jobs import Job, JobLease
from order_svc.commands.alert_administrators import alert_administrators
from order_svc.commands.uow import OrderUow
from tests.fakes.chassis import SilentChannel
from tests.order_svc.order_app import OrderApp
from tests.order_svc.test_record_payment import a_charge_under_way


def a_job(lease: JobLease, **payload: int) -> Job:
    return Job(kind="charge", key="t-1", payload=payload, attempt=3, lease=lease, lease_end_s=0)


def dead_letters(app: OrderApp) -> DeadLetters[OrderUow]:
    alerts = Alerts("order", {"mail": SilentChannel()})
    return DeadLetters(app.open_uow, alerts, app.clock, publish=alert_administrators)


async def test_an_order_tells_that_its_job_was_given_up(order_app: OrderApp) -> None:
    lease = await a_charge_under_way(order_app)

    await dead_letters(order_app)(a_job(lease, order_id=1), "hopeless")

    assert await order_app.events(1) == [(1, "order_created"), (2, "admin_alert")]
    assert {job.kind: job.state for job in await order_app.jobs()} == {"charge": "DEAD", "alert:mail": "RUNNING"}
    assert [action for action, _, _ in await order_app.audited()] == ["GiveUpJob"]


async def test_a_job_of_no_order_is_given_up_all_the_same(order_app: OrderApp) -> None:
    lease = await a_charge_under_way(order_app)

    await dead_letters(order_app)(a_job(lease), "hopeless")

    assert await order_app.events(1) == [(1, "order_created")]
    assert (await order_app.job("charge")).state == "DEAD"
