"""The lease of the publisher in memory: shared by the replicas that have the same row."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic

from chassis.jobs import LeaseLost


@dataclass
class Row:
    """What the database has."""

    position: int = 0
    holder: object = None
    lease_end: float = 0


class InMemoryLease:
    """Like order_svc.adapters.publisher_lease.PublisherLease."""

    def __init__(self, row: Row | None = None, *, lease_s: float = 20) -> None:
        self.row, self.lease_s = row or Row(), lease_s

    async def follow(self) -> None:
        """The row is there."""

    async def take(self, end: int) -> int | None:
        row = self.row
        if row.position >= end or not (row.holder is self or row.lease_end <= monotonic()):
            return None
        row.holder, row.lease_end = self, monotonic() + self.lease_s
        return row.position

    async def move(self, position: int, *, published: int) -> None:
        if self.row.holder is not self or self.row.position != published:
            raise LeaseLost("another process publishes, or the position was set")
        self.row.position, self.row.lease_end = position, monotonic() + self.lease_s

    async def release(self) -> None:
        if self.row.holder is self:
            self.row.lease_end = 0
