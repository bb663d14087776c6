"""The job that compares a day."""

from __future__ import annotations

from chassis.jobs import NewJob
from order_svc.payment_comparison.domain.comparison import Comparison

COMPARE_PAYMENTS = "compare_payments"


def compare_payments(comparison: Comparison) -> NewJob:
    """Goes on where the one before was ended, until the day is compared or somebody compares it again."""
    day = comparison.day.isoformat()
    return NewJob(kind=COMPARE_PAYMENTS, key=f"{day}/{comparison.run}", payload={"day": day, "run": comparison.run})
