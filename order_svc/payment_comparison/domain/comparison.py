"""The report of a day, which is also how far its comparison is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

# How many differences a report names; all are counted.
MOST_DIFFERENCES = 1000
KEPT_DAYS = 400
_MOST_TRANSIT = timedelta(days=6)


class Stage(StrEnum):
    """What a comparison does: it lists the provider's books, looks each movement up in the ledger, and the reverse."""

    LIST = "LIST"
    PROVIDER = "PROVIDER"
    LEDGER = "LEDGER"
    DONE = "DONE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """`run` counts how often the day was compared; `cursor` is how far the stage is.

    `foreign` movements are of other programs that use the account of the provider. Those `in_transit` differ, and jobs
    of their orders are still to run.
    """

    day: date
    run: int
    stage: Stage
    cursor: str
    provider_count: int
    ledger_count: int
    foreign_count: int
    in_transit_count: int
    difference_count: int
    started_at: datetime
    finished_at: datetime | None

    @property
    def start(self) -> datetime:
        return datetime.combine(self.day, time(), UTC)

    @property
    def end(self) -> datetime:
        return self.start + timedelta(days=1)

    def allows_transit(self, now: datetime) -> bool:
        """Whether jobs of an order may still settle what differs; six days after the day, it is a difference."""
        return now < self.end + _MOST_TRANSIT

    def covers(self, at: datetime | None) -> bool:
        """Whether it was on this day, in UTC."""
        return at is not None and self.start <= at < self.end
