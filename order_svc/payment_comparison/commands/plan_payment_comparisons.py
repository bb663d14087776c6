"""PlanPaymentComparisons: begin to compare the days that are due, once for all replicas."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from chassis.clock import Clock
from chassis.mediator import Command
from order_svc.payment_comparison.commands.jobs import compare_payments
from order_svc.payment_comparison.commands.uow import ComparisonUow
from order_svc.payment_comparison.domain.comparison import KEPT_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPaymentComparisons(Command[None]):
    """Sent every few minutes by every replica."""


async def plan_payment_comparisons(cmd: PlanPaymentComparisons, uow: ComparisonUow, *, clock: Clock, hour: int) -> None:
    """Nothing before that hour of the day, in UTC."""
    now = clock.now()
    if now.hour < hour:
        return
    for day in await uow.comparisons.due(now.date() - timedelta(days=1), hour=hour):
        if (comparison := await uow.comparisons.begin(day, if_due_at=hour)) is not None:
            uow.schedule(compare_payments(comparison))
            # From the day that is due: the clock of this process may be ahead.
            await uow.comparisons.purge(day - timedelta(days=KEPT_DAYS - 1))
