"""The job that compares a day, in steps: each is a transaction that says where the next one begins.

A process that is killed loses a step at most, and another one goes on. A process that has lost its lease without
knowing it cannot write: each step begins only where the one before has ended.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from time import monotonic
from typing import TypeAlias

from chassis import audit
from chassis.alerts import Alert, Alerts
from chassis.clock import Clock
from chassis.jobs import Job, JobOutcome, JobResult, JobStore, LeaseLost
from chassis.unit_of_work import OpenUnitOfWork
from order_svc.payment_comparison.commands.uow import ComparisonUow
from order_svc.payment_comparison.domain.comparison import Comparison, Stage
from order_svc.payment_comparison.domain.differences import Difference, compared, unlisted
from order_svc.payment_comparison.domain.movements import (
    LedgerMovement,
    MovementKey,
    MovementKind,
    ProviderMovement,
    ledger_of,
)
from order_svc.payment_comparison.domain.ports import Ledger, ProviderBooks
from order_svc.reconciliation.domain.books import StoredTransaction

_REPLACED = "the day is compared again by another job"


_Movements: TypeAlias = dict[int, list[LedgerMovement]]


@dataclass(kw_only=True, slots=True)
class _Looked:
    """Movements of the ledger by order: all, those of the day, and of these what the provider has not listed."""

    movements: _Movements = field(default_factory=dict)
    of_day: _Movements = field(default_factory=dict)
    unknown: _Movements = field(default_factory=dict)
    busy: set[int] = field(default_factory=set)
    listed: dict[MovementKey, ProviderMovement] = field(default_factory=dict)


@dataclass(kw_only=True)
class ComparePayments:
    """The handler of the job. A step takes `step_s` at most, and more steps begin only while the lease has that left.

    `page` is how many movements or orders are looked up at once; of at most `asked` orders a step asks the provider.
    """

    open_uow: OpenUnitOfWork[ComparisonUow]
    provider: ProviderBooks
    ledger: Ledger
    jobs: JobStore
    alerts: Alerts
    clock: Clock
    step_s: float
    page: int = 200
    asked: int = 10

    async def __call__(self, job: Job) -> JobResult:
        day, run = date.fromisoformat(job.payload["day"]), job.payload["run"]
        steps = {Stage.LIST: self._list, Stage.PROVIDER: self._look_up, Stage.LEDGER: self._look_for_unlisted}
        while True:
            async with self.open_uow() as uow:
                comparison = await uow.comparisons.get(day)
            if comparison is None or comparison.run != run:
                return JobResult(note=_REPLACED)
            if comparison.stage is Stage.DONE:
                return JobResult()
            await steps[comparison.stage](comparison)
            if monotonic() + self.step_s > job.lease_end_s:
                break
        if not await self.jobs.settle([JobOutcome(job.lease, "READY")]):
            raise LeaseLost("another process compares the payments of this day")
        return JobResult(by_handler=True, again_in_s=0)

    async def _list(self, comparison: Comparison) -> None:
        """Keeps a page of the provider's books."""
        page = await self.provider.listed(comparison.start, comparison.end, after=comparison.cursor)
        async with self.open_uow() as uow:
            await uow.comparisons.advance(
                comparison,
                stage=Stage.LIST if page.next else Stage.PROVIDER,
                cursor=page.next,
                listed=page.movements,
                foreign=page.foreign,
            )
            await uow.commit()

    async def _look_up(self, comparison: Comparison) -> None:
        """Compares some of the movements that were listed with the ledger, which may have them on any day."""
        async with self.open_uow() as uow:
            after = int(comparison.cursor or 0)
            listed = await uow.comparisons.listed(comparison.day, after=after, limit=self.page)
        orders = await self.ledger.orders({movement.order_id for _, movement, _ in listed if movement.order_id})
        known = {one.key: one for stored in orders.values() for one in ledger_of(stored.order)}
        differences, in_transit, allows_transit = list[Difference](), 0, comparison.allows_transit(self.clock.now())
        for _, movement, is_repeat in listed:
            ledger = known.get(movement.key)
            if (kind := compared(movement, ledger, is_repeat=is_repeat)) is None:
                continue
            if (stored := orders.get(movement.order_id)) and stored.is_busy and allows_transit:
                in_transit += 1
            else:
                differences.append(Difference(kind=kind, provider=movement, ledger=ledger))
        is_last = len(listed) < self.page
        async with self.open_uow() as uow:
            await uow.comparisons.advance(
                comparison,
                stage=Stage.LEDGER if is_last else Stage.PROVIDER,
                cursor="" if is_last else str(listed[-1][0]),
                in_transit=in_transit,
                differences=differences,
            )
            await uow.commit()

    async def _look_for_unlisted(self, comparison: Comparison) -> None:
        """Looks for movements of some orders that the provider has not listed for the day, and asks it about them."""
        moved, last = await self.ledger.moved(comparison.start, comparison.end, after=int(comparison.cursor or 0))
        if last is None:
            await self._finish(comparison)
            return
        looked = await self._look(comparison, moved)
        unknown = looked.unknown
        if len(unknown) > self.asked:
            # The rest is for the next step.
            last = list(unknown)[self.asked - 1]
            unknown = {id: left for id, left in unknown.items() if id <= last}
        known = await self.provider.find({one.transaction_id for left in unknown.values() for one in left})
        differences, in_transit, allows_transit = list[Difference](), 0, comparison.allows_transit(self.clock.now())
        for id, left in unknown.items():
            found = [
                one for movement in left if (one := _difference(movement, looked.movements[id], known, looked.listed))
            ]
            if id in looked.busy and allows_transit:
                in_transit += len(found)
            else:
                differences += found
        async with self.open_uow() as uow:
            await uow.comparisons.advance(
                comparison,
                stage=Stage.LEDGER,
                cursor=str(last),
                of_ledger=sum(len(found) for id, found in looked.of_day.items() if id <= last),
                in_transit=in_transit,
                differences=differences,
            )
            await uow.commit()

    async def _look(self, comparison: Comparison, order_ids: Sequence[int]) -> _Looked:
        """Loads these orders by pages, until there are more than enough to ask the provider about."""
        looked = _Looked()
        for begin in range(0, len(order_ids), self.page):
            orders = await self.ledger.orders(order_ids[begin : begin + self.page])
            looked.busy |= {id for id, stored in orders.items() if stored.is_busy}
            movements = {id: ledger_of(stored.order) for id, stored in sorted(orders.items())}
            looked.movements |= movements
            async with self.open_uow() as uow:
                ids = {one.transaction_id for of_order in movements.values() for one in of_order}
                looked.listed |= await uow.comparisons.listed_of(comparison.day, ids)
            for id, of_order in movements.items():
                looked.of_day[id] = [one for one in of_order if comparison.covers(one.moved_at)]
                if left := _not_live(looked.of_day[id], looked.listed):
                    looked.unknown[id] = left
            if len(looked.unknown) > self.asked:
                break
        return looked

    async def _finish(self, comparison: Comparison) -> None:
        day, now = comparison.day.isoformat(), self.clock.now()
        async with self.open_uow() as uow:
            done = await uow.comparisons.advance(comparison, stage=Stage.DONE)
            what = f"{done.difference_count} of {done.provider_count} movements at the provider differ from the orders"
            outcome = "PAYMENTS_DIFFER" if done.difference_count else "OK"
            uow.audit(audit.entry("ComparePayments", day, outcome=outcome, detail=what, at=now))
            if done.difference_count:
                alert = Alert(
                    key=f"payments/{day}/{done.run}",
                    summary=f"payments of {day} differ from the provider's books",
                    detail=f"{what}; the console lists them under Payments",
                    at=now,
                )
                uow.schedule(*self.alerts.jobs(alert))
            await uow.commit()


def _not_live(
    movements: Collection[LedgerMovement], listed: Mapping[MovementKey, ProviderMovement]
) -> list[LedgerMovement]:
    return [one for one in movements if not ((found := listed.get(one.key)) and found.is_live)]


def _difference(
    movement: LedgerMovement,
    of_order: Collection[LedgerMovement],
    known: Mapping[str, StoredTransaction],
    listed: Mapping[MovementKey, ProviderMovement],
) -> Difference | None:
    refunded: dict[str, Decimal] = defaultdict(Decimal)
    for one in of_order:
        if one.kind is MovementKind.REFUND and one.moved_at is not None:
            refunded[one.transaction_id] += one.amount.amount
    stored, failed = known.get(movement.transaction_id), listed.get(movement.key)
    kind = unlisted(
        movement,
        charged=stored.charged if stored else Decimal(0),
        refunded=stored.refunded if stored else Decimal(0),
        refunded_by_ledger=refunded[movement.transaction_id],
        failed=failed,
    )
    return None if kind is None else Difference(kind=kind, provider=failed, ledger=movement)
