"""PlanPaymentComparisons and RunPaymentComparison: which days are compared, when, and by which job."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

import pytest

from chassis.errors import InvalidArgument
from order_svc.payment_comparison.commands.plan_payment_comparisons import (
    PlanPaymentComparisons,
    plan_payment_comparisons,
)
from order_svc.payment_comparison.commands.run_payment_comparison import RunPaymentComparison, run_payment_comparison
from order_svc.payment_comparison.commands.uow import ComparisonUow
from order_svc.payment_comparison.domain.comparison import KEPT_DAYS, Comparison
from tests.fakes.chassis import FakeClock
from tests.fakes.payment_comparisons import ComparisonState, InMemoryComparisonUow

DAY_LONG = timedelta(days=1)
HOUR = 2
TODAY = date(2026, 5, 2)


class Comparing:
    """One replica, at a time of the night."""

    def __init__(self, at: datetime) -> None:
        self.state, self.clock = ComparisonState(), FakeClock(at)

    async def plan(self) -> None:
        uow = self._uow()
        await plan_payment_comparisons(PlanPaymentComparisons(), uow, clock=self.clock, hour=HOUR)
        await uow.commit()

    async def run(self, day: date) -> Comparison:
        uow = self._uow()
        begun = await run_payment_comparison(RunPaymentComparison(day=day), uow, clock=self.clock)
        await uow.commit()
        return begun

    @property
    def jobs(self) -> list[tuple[str, str, Any]]:
        return [(job.kind, job.key, job.payload) for job in self.state.jobs]

    def _uow(self) -> ComparisonUow:
        return cast(ComparisonUow, InMemoryComparisonUow(self.state, self.clock))


def the_job(day: date, run: int) -> tuple[str, str, Any]:
    return ("compare_payments", f"{day}/{run}", {"day": str(day), "run": run})


async def test_nothing_is_begun_before_the_hour() -> None:
    comparing = Comparing(datetime(2026, 5, 2, HOUR - 1, 59, tzinfo=UTC))
    comparing.state.due = [TODAY - DAY_LONG]

    await comparing.plan()

    assert (comparing.state.asked, comparing.state.begun, comparing.jobs) == ([], [], [])


@pytest.mark.parametrize("hour", [HOUR, 23])
async def test_the_days_that_are_due_are_begun_from_the_hour_on(hour: int) -> None:
    comparing = Comparing(datetime(2026, 5, 2, hour, tzinfo=UTC))
    due = [TODAY - 2 * DAY_LONG, TODAY - DAY_LONG]
    comparing.state.due = due

    await comparing.plan()

    assert comparing.state.asked == [(TODAY - DAY_LONG, HOUR)]
    assert comparing.state.begun == [(day, HOUR) for day in due]
    assert comparing.jobs == [the_job(day, 1) for day in due]
    # Four hundred reports are kept, the new one included.
    assert comparing.state.purged == [day - 399 * DAY_LONG for day in due]


async def test_a_day_that_another_replica_has_begun_gets_no_second_job() -> None:
    comparing = Comparing(datetime(2026, 5, 2, HOUR, tzinfo=UTC))
    comparing.state.due, comparing.state.taken = [TODAY - 2 * DAY_LONG, TODAY - DAY_LONG], {TODAY - 2 * DAY_LONG}

    await comparing.plan()

    assert comparing.jobs == [the_job(TODAY - DAY_LONG, 1)]


async def test_a_day_is_compared_by_hand_as_often_as_is_asked_for() -> None:
    comparing = Comparing(datetime(2026, 5, 2, tzinfo=UTC))
    day = TODAY - DAY_LONG

    assert (await comparing.run(day)).run == 1
    assert (await comparing.run(day)).run == 2

    assert comparing.state.begun == [(day, None), (day, None)]
    assert comparing.jobs == [the_job(day, 1), the_job(day, 2)]


async def test_only_days_that_are_over_and_whose_reports_are_kept_are_compared() -> None:
    comparing = Comparing(datetime(2026, 5, 2, 23, 59, tzinfo=UTC))

    for day in (TODAY, TODAY + DAY_LONG, TODAY - (KEPT_DAYS + 1) * DAY_LONG):
        with pytest.raises(InvalidArgument, match="400 days") as refused:
            await comparing.run(day)
        assert [violation.field for violation in refused.value.violations] == ["date"]
    assert comparing.state.begun == []

    await comparing.run(TODAY - KEPT_DAYS * DAY_LONG)
    assert comparing.jobs == [the_job(TODAY - KEPT_DAYS * DAY_LONG, 1)]


async def test_a_day_begins_and_ends_at_midnight_utc() -> None:
    day = await Comparing(datetime(2026, 5, 2, tzinfo=UTC)).run(TODAY - DAY_LONG)
    midnight, moment = datetime(2026, 5, 2, tzinfo=UTC), timedelta(microseconds=1)

    assert day.covers(midnight - DAY_LONG)
    assert day.covers(midnight - moment)
    assert not day.covers(midnight)
    assert not day.covers(midnight - DAY_LONG - moment)
    assert not day.covers(None)


async def test_jobs_may_settle_what_differs_for_six_days() -> None:
    day = await Comparing(datetime(2026, 5, 2, tzinfo=UTC)).run(TODAY - DAY_LONG)
    end = datetime(2026, 5, 8, tzinfo=UTC)

    assert day.allows_transit(end - timedelta(microseconds=1))
    assert not day.allows_transit(end)
