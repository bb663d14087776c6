"""Alerts administrators who watch orders to a dead job, in the transaction that marks it dead."""

from __future__ import annotations

from chassis.alerts import Alert
from chassis.jobs import Job
from order_svc.commands.record_failed_refund import keep_that_it_was_dead
from order_svc.commands.uow import OrderUow


async def alert_administrators(job: Job, alert: Alert, uow: OrderUow) -> None:
    """Streams have events of orders only, so the alert is an event of the order that the job belongs to."""
    orders = await uow.orders.find([job.payload["order_id"]] if "order_id" in job.payload else [])
    for order in orders.values():
        uow.emit(*order.alert(summary=alert.summary, detail=alert.detail, at=alert.at))
    await uow.orders.save(list(orders.values()))
    await keep_that_it_was_dead(job, alert, uow)
