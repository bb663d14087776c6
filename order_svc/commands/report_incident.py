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
    incident = cmd.incident
    if not incident.refund_id:
        uow.schedule(jobs.dispute(cmd.transaction_id, incident))
        return
    uow.schedule(new := jobs.failed_refund(cmd.transaction_id, incident))
    # The job that has paid it, and does not know, would pay it again by itself.
    await uow.open_jobs.withdraw(jobs.RETURN_MONEY, incident.refund_id, f"{new.payload['failed']}; see job {new.key}")
