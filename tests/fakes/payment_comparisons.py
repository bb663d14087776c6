"""The reports of comparisons in memory, as far as the commands that begin them go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from order_svc.payment_comparison.domain.comparison import Comparison, Stage
from tests.fakes.chassis import ChassisState, FakeClock, InMemoryUnitOfWork


@dataclass
class ComparisonState(ChassisState):
    """What is durable. `begun` has the hour of the night after the day for which it was begun; None: by hand."""

    reports: dict[date, Comparison] = field(default_factory=dict)
    begun: list[tuple[date, int | None]] = field(default_factory=list)
    # The days that the database calls due, and those that another replica begins just before.
    due: list[date] = field(default_factory=list)
    taken: set[date] = field(default_factory=set)
    asked: list[tuple[date, int]] = field(default_factory=list)
    purged: list[date] = field(default_factory=list)


class InMemoryComparisons:
    def __init__(self, state: ComparisonState, clock: FakeClock) -> None:
        self._state, self._clock = state, clock

    async def begin(self, day: date, *, if_due_at: int | None = None) -> Comparison | None:
        if if_due_at is not None and day in self._state.taken:
            return None
        before = self._state.reports.get(day)
        self._state.begun.append((day, if_due_at))
        self._state.reports[day] = Comparison(
            day=day,
            run=before.run + 1 if before else 1,
            stage=Stage.LIST,
            cursor="",
            provider_count=0,
            ledger_count=0,
            foreign_count=0,
            in_transit_count=0,
            difference_count=0,
            started_at=self._clock.now(),
            finished_at=None,
        )
        return self._state.reports[day]

    async def due(self, yesterday: date, *, hour: int) -> Sequence[date]:
        self._state.asked.append((yesterday, hour))
        return self._state.due

    async def purge(self, before: date) -> None:
        self._state.purged.append(before)


class InMemoryComparisonUow(InMemoryUnitOfWork):
    def __init__(self, state: ComparisonState, clock: FakeClock) -> None:
        super().__init__(state, clock)
        self.comparisons = InMemoryComparisons(state, clock)
