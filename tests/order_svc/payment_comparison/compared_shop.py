"""A shop on PostgreSQL, a provider with books of its own, and processes that compare both, and end at any moment."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.alerts import Alerts
from chassis.context import Caller, RequestContext, request_context
from chassis.db.jobs import SqlJobStore
from chassis.db.unit_of_work import Committed
from chassis.errors import Unavailable
from chassis.jobs import Job, JobOutcome
from chassis.money import Money
from order_svc.config import OrderSettings
from order_svc.connections import Connections
from order_svc.domain.order import Order
from order_svc.payment_comparison.adapters.books import SqlLedger
from order_svc.payment_comparison.bootstrap import PaymentComparisons
from order_svc.payment_comparison.commands.jobs import COMPARE_PAYMENTS
from order_svc.payment_comparison.commands.run_payment_comparison import RunPaymentComparison
from order_svc.payment_comparison.commands.uow import ComparisonUow
from order_svc.payment_comparison.compare_payments import ComparePayments
from order_svc.payment_comparison.domain.comparison import Comparison
from order_svc.payment_comparison.domain.differences import Difference
from order_svc.payment_comparison.domain.movements import MovementKind, ProviderMovement, ProviderState, ledger_of
from order_svc.payment_comparison.domain.ports import ListedPage
from order_svc.reconciliation.domain.books import StoredTransaction
from tests.builders.order import AT, OrderBuilder
from tests.builders.order_ids import IDS
from tests.fakes.chassis import FakeClock, SilentChannel
from tests.order_svc.order_app import SqlOrderApp

DAY = AT.date()
THE_NIGHT_AFTER = datetime(2026, 1, 2, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Killed(BaseException):
    """The process has ended, at once."""


@dataclass
class ProviderBooks:
    """The provider's own books, by pages of two."""

    movements: list[ProviderMovement] = field(default_factory=list)
    foreign: int = 0
    fails: bool = False
    # Waited for before a page is returned.
    pause: Callable[[], Awaitable[None]] | None = None
    asked: list[str] = field(default_factory=list)

    async def listed(self, start: datetime, end: datetime, *, after: str) -> ListedPage:
        await self._called()
        begin = int(after or 0)
        found = [one for one in self.movements if start <= one.created_at < end]
        page = found[begin : begin + 2]
        is_last = begin + 2 >= len(found)
        return ListedPage(
            movements=page, next="" if is_last else str(begin + 2), foreign=self.foreign if is_last else 0
        )

    async def find(self, transaction_ids: Collection[str]) -> Mapping[str, StoredTransaction]:
        await self._called()
        self.asked += sorted(transaction_ids)
        return {id: self._stored(id) for id in transaction_ids if any(m.transaction_id == id for m in self.movements)}

    def _stored(self, id: str) -> StoredTransaction:
        def total(kind: MovementKind) -> Decimal:
            of_kind = [one for one in self.movements if one.transaction_id == id and one.kind is kind]
            return sum((one.amount.amount for one in of_kind if one.is_live), Decimal(0))

        charged, refunded = total(MovementKind.CHARGE), total(MovementKind.REFUND)
        return StoredTransaction(transaction_id=id, order_id=0, charged=charged, refunded=refunded)

    async def _called(self) -> None:
        if self.pause is not None:
            await self.pause()
        if self.fails:
            raise Unavailable("the payment process does not answer")


class Process:
    """One replica of order_svc, as far as comparisons go; small pages, so that there are many steps.

    It ends when the job begins its transaction number `killed_at`.
    """

    def __init__(self, engine: AsyncEngine, clock: FakeClock, books: ProviderBooks) -> None:
        self._leased: list[Job] = []
        settings = OrderSettings(payment_comparison_hour=2)
        to = cast(Connections, SimpleNamespace(settings=settings, clock=clock, write=engine, payment=None))
        self.store = SqlJobStore(engine)
        alerts = Alerts("order", {"mail": SilentChannel()})
        self.comparisons = PaymentComparisons(to, IDS, alerts, self.store, [self._submit])
        self.handler = cast(ComparePayments, self.comparisons.handlers[COMPARE_PAYMENTS])
        self.handler.provider, self.handler.ledger = books, SqlLedger(engine, page=2)
        self.handler.page, self.handler.asked, self.handler.step_s = 2, 1, 1
        self.transactions = self.killed_at = 0
        self._open_uow, self.handler.open_uow = self.handler.open_uow, self._counted

    def _counted(self, **how: bool) -> AbstractAsyncContextManager[ComparisonUow]:
        self.transactions += 1
        if self.transactions == self.killed_at:
            raise Killed
        return self._open_uow(**how)

    def _submit(self, committed: Committed) -> None:
        self._leased += [job for job in committed.jobs if job.kind == COMPARE_PAYMENTS]

    async def plan(self) -> None:
        await self.comparisons.plan()

    async def compare(self, day: date = DAY) -> Comparison:
        """Begins to compare a day, also once more."""
        return await self.comparisons._mediator.send(RunPaymentComparison(day=day))

    async def work(self) -> int:
        """Runs the job until nothing of it is due; how many leases it took."""
        leases = 0
        while jobs := [*self._leased, *await self.store.claim([COMPARE_PAYMENTS], limit=5, lease_s=20)]:
            self._leased.clear()
            for job in jobs:
                leases += 1
                await self.run(job)
        return leases

    async def run(self, job: Job) -> None:
        with request_context(RequestContext(caller=Caller.service("order"), method=COMPARE_PAYMENTS)):
            result = await self.handler(job)
        if not result.by_handler:
            await self.store.settle([JobOutcome(job.lease, error=result.note)])


class ComparedShop:
    """Orders that agree with the provider, until something is planted. It is the night after their day."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine, self.app = engine, SqlOrderApp(engine)
        self.clock, self.books = FakeClock(THE_NIGHT_AFTER), ProviderBooks()
        self.process = self.another_process()

    def another_process(self) -> Process:
        return Process(self.engine, self.clock, self.books)

    async def given(self, builder: OrderBuilder, *, agreed: bool = True) -> Order:
        """An order; the provider has what it says, an hour later."""
        order = builder.build()
        await self.app.given(builder)
        if agreed:
            await self.agree(order.id)
        return order

    async def agree(self, order_id: int) -> None:
        """The provider has in its books what the order knows of, and nothing else of it."""
        order = await self.app.order(order_id)
        self.books.movements = [one for one in self.books.movements if one.order_id != order_id]
        for one in ledger_of(order):
            if one.moved_at is not None:
                self.add(one.kind, order, one.refund_id, one.amount, transaction_id=one.transaction_id)

    def add(
        self,
        kind: MovementKind,
        order: Order,
        refund_id: str = "",
        amount: Money | None = None,
        *,
        transaction_id: str = "",
        at: datetime = AT + HOUR,
        state: ProviderState = ProviderState.SUCCEEDED,
    ) -> None:
        movement = ProviderMovement(
            id=f"{kind.value.lower()}_{len(self.books.movements)}",
            kind=kind,
            transaction_id=transaction_id or order.payment.transaction_id,
            refund_id=refund_id,
            order_id=order.id,
            amount=amount or order.payment.amount,
            state=state,
            created_at=at,
        )
        self.books.movements.append(movement)

    def change(self, order: Order, kind: MovementKind = MovementKind.CHARGE, **changes: Any) -> None:
        """What the provider has of an order becomes another."""
        self.books.movements = [
            replace(one, **changes) if (one.order_id, one.kind) == (order.id, kind) else one
            for one in self.books.movements
        ]

    def forget(self, order: Order, kind: MovementKind = MovementKind.CHARGE) -> None:
        """The provider has never heard of it."""
        self.books.movements = [one for one in self.books.movements if (one.order_id, one.kind) != (order.id, kind)]

    async def sql(self, statement: str, **values: Any) -> Sequence[Any]:
        async with self.engine.begin() as connection:
            done = await connection.execute(text(statement), values)
            return done.all() if done.returns_rows else []

    async def found(self, day: date = DAY) -> list[str]:
        """Compares a day, and answers what differs: kind, movement and order."""
        await self.process.compare(day)
        await self.process.work()
        return [shown(one) for one in await self.differences(day)]

    async def differences(self, day: date = DAY) -> Sequence[Difference]:
        return (await self.process.comparisons.queries.list_differences(day, page_size=50, page_token=""))[0]

    async def report(self) -> Comparison:
        """Of the only day that was compared."""
        [found] = await self.reports()
        return found

    async def reports(self) -> Sequence[Comparison]:
        return (await self.process.comparisons.queries.list_comparisons(page_size=50, page_token=""))[0]

    async def leases_end(self) -> None:
        await self.sql("UPDATE job SET due_at = now() - interval '1 second' WHERE state = 'RUNNING'")

    async def jobs(self) -> list[tuple[str, str]]:
        rows = await self.sql("SELECT key, state FROM job WHERE kind = :kind ORDER BY key", kind=COMPARE_PAYMENTS)
        return [(row.key, row.state) for row in rows]

    async def jobs_of_orders_end(self) -> None:
        await self.sql("UPDATE job SET state = 'DONE' WHERE kind <> :kind", kind=COMPARE_PAYMENTS)


def shown(difference: Difference) -> str:
    about = difference.ledger or difference.provider
    assert about is not None
    return f"{difference.kind} {about.kind} {about.order_id}"


async def killed(work: Awaitable[object]) -> None:
    """Waits for work whose process ends."""
    try:
        await asyncio.ensure_future(work)
    except Killed:
        return
    raise AssertionError("the process has lived")
