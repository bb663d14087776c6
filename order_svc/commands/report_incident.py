"""ReportIncident: a refund that failed late, or a dispute, becomes a job, once for all messages about it."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.mediator import Command
from order_svc.commands import jobs
from order_svc.commands.uow import OrderUow
from order_svc.domain.payments import Incident


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportIncident(Command[None]):
    transaction_id: str
    incident: Incident


async def report_incident(cmd: ReportIncident, uow: OrderUow) -> None:
    make = jobs.failed_refund if cmd.incident.refund_id else jobs.dispute
    uow.schedule(make(cmd.transaction_id, cmd.incident))
