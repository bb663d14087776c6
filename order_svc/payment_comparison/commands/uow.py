"""What comparisons need of a transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Protocol

from chassis.unit_of_work import UnitOfWork
from order_svc.payment_comparison.domain.comparison import Comparison, Stage
from order_svc.payment_comparison.domain.differences import Difference
from order_svc.payment_comparison.domain.movements import MovementKey, ProviderMovement


class Comparisons(Protocol):
    """The reports, and what was listed for those that are not done."""

    async def begin(self, day: date, *, if_due_at: int | None = None) -> Comparison | None:
        """Begins to compare a day, also one that was compared before, whose report is replaced.

        None with an hour `if_due_at` if it is not due any more, as somebody else has begun it.
        """

    async def due(self, yesterday: date, *, hour: int) -> Sequence[date]:
        """Days of a week up to this one that were not compared, or not since that hour of the night after them.

        With them those of any time that were compared more than 20 hours ago with movements in transit. No day whose
        night has not come by the database's clock, too: a clock that is ahead begins nothing.
        """

    async def purge(self, before: date) -> None:
        """Deletes the reports of earlier days."""

    async def get(self, day: date) -> Comparison | None: ...

    async def advance(
        self,
        comparison: Comparison,
        *,
        stage: Stage,
        cursor: str = "",
        listed: Sequence[ProviderMovement] = (),
        foreign: int = 0,
        of_ledger: int = 0,
        in_transit: int = 0,
        differences: Sequence[Difference] = (),
    ) -> Comparison:
        """Writes what a step has found, and where the next one begins. Raises LeaseLost if it is not there any more."""

    async def listed(self, day: date, *, after: int, limit: int) -> Sequence[tuple[int, ProviderMovement, bool]]:
        """Live movements after that number, each with its number and whether an earlier one has its key."""

    async def listed_of(self, day: date, transaction_ids: Collection[str]) -> Mapping[MovementKey, ProviderMovement]:
        """What was listed of these transactions; of several with one key a live one."""


class ComparisonUow(UnitOfWork, Protocol):
    @property
    def comparisons(self) -> Comparisons: ...
