"""RunPaymentComparison: compare a day now, also if it was compared before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from chassis.clock import Clock
from chassis.errors import InvalidArgument
from chassis.mediator import Command
from order_svc.payment_comparison.commands.jobs import compare_payments
from order_svc.payment_comparison.commands.uow import ComparisonUow
from order_svc.payment_comparison.domain.comparison import KEPT_DAYS, Comparison


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPaymentComparison(Command[Comparison]):
    day: date


async def run_payment_comparison(cmd: RunPaymentComparison, uow: ComparisonUow, *, clock: Clock) -> Comparison:
    """Raises InvalidArgument for a day that is not over, or whose report would not be kept."""
    today = clock.now().date()
    if not today - timedelta(days=KEPT_DAYS) <= cmd.day < today:
        raise InvalidArgument.of("date", f"must be one of the last {KEPT_DAYS} days, and over, in UTC")
    comparison = await uow.comparisons.begin(cmd.day)
    assert comparison is not None  # without a condition
    uow.schedule(compare_payments(comparison))
    return comparison
