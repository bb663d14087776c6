"""ListPaymentComparisons and ListPaymentDifferences, and the newest report as metrics."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.clock import Clock
from chassis.db.engine import fetch
from chassis.errors import AppError
from chassis.page_tokens import PageTokens
from order_svc.payment_comparison.domain.comparison import Comparison, Stage
from order_svc.payment_comparison.domain.differences import Difference
from order_svc.payment_comparison.tables import COMPARISON, DIFFERENCE, comparison_of, difference_of

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

_RUNG_DAYS = 7
_DAYS, _NUMBERS, _DEFAULT_PAGE = PageTokens(date), PageTokens(int), 20


class ComparisonQueries:
    """Reads reports from the write side, which alone has them."""

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine, self._clock = engine, clock
        self._began_at = clock.now()

    async def list_comparisons(self, *, page_size: int, page_token: str) -> tuple[Sequence[Comparison], str]:
        """The latest day first. Raises InvalidArgument for a token that this list never gave."""
        size, query = page_size or _DEFAULT_PAGE, select(COMPARISON)
        if page_token:
            query = query.where(COMPARISON.c.day < _DAYS.read(page_token, filter=""))
        rows = await fetch(self._engine, query.order_by(COMPARISON.c.day.desc()).limit(size + 1))
        token = _DAYS.write(rows[size - 1].day, filter="") if len(rows) > size else ""
        return [comparison_of(row) for row in rows[:size]], token

    async def list_differences(self, day: date, *, page_size: int, page_token: str) -> tuple[Sequence[Difference], str]:
        """In the order in which they were found. Raises InvalidArgument for a token that this list never gave."""
        size, filter = page_size or _DEFAULT_PAGE, day.isoformat()
        after = _NUMBERS.read(page_token, filter=filter) if page_token else 0
        query = select(DIFFERENCE).where(DIFFERENCE.c.day == day, DIFFERENCE.c.number > after)
        rows = await fetch(self._engine, query.order_by(DIFFERENCE.c.number).limit(size + 1))
        token = _NUMBERS.write(rows[size - 1].number, filter=filter) if len(rows) > size else ""
        return [difference_of(row) for row in rows[:size]], token

    async def collect(self) -> Iterable[Metric]:
        """What the reports of the last week's days found, and how long ago the latest of these days ended.

        A day whose movements were in transit may differ later, when the next one has long been compared. Before the
        first report, how long ago the first day ended that was begun, or this process began.
        """
        from prometheus_client.metrics_core import GaugeMetricFamily

        # The clock of a process may have been ahead for a while; what it compared then is no latest day.
        today = self._clock.now().date()
        begun = select(COMPARISON).where(COMPARISON.c.day < today)
        done = begun.where(COMPARISON.c.stage == Stage.DONE.value).order_by(COMPARISON.c.day.desc()).limit(_RUNG_DAYS)
        try:
            rows = await fetch(self._engine, done)
            first = rows[:1] or await fetch(self._engine, begun.order_by(COMPARISON.c.day).limit(1))
        except AppError:
            return []
        differences = sum(row.difference_count for row in rows if row.day >= today - timedelta(days=_RUNG_DAYS))
        latest = comparison_of(first[0]) if first else None
        since = latest.end if latest else self._began_at
        age_s = max(0.0, (self._clock.now() - since).total_seconds())
        found, age = "Payments of the last week that differ", "Time since the end of the latest day compared"
        return [
            GaugeMetricFamily("easyorder_payment_differences", found, value=differences),
            GaugeMetricFamily("easyorder_payment_comparison_age_seconds", age, value=age_s),
        ]
