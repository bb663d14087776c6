"""Tells administrators on the hub of a job that was given up, in the transaction that gives it up."""

from __future__ import annotations

from chassis.alerts import Alert
from chassis.jobs import Job
from order_svc.commands.uow import OrderUow


async def alert_administrators(job: Job, alert: Alert, uow: OrderUow) -> None:
    """The hub tells events of orders: an alert is one of the order that the job is about."""
    orders = await uow.orders.find([job.payload["order_id"]] if "order_id" in job.payload else [])
    for order in orders.values():
        uow.emit(*order.alert(summary=alert.summary, detail=alert.detail, at=alert.at))
    await uow.orders.save(list(orders.values()))
