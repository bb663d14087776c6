"""order_svc's commands on fakes or on PostgreSQL, so that one suite runs on both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any, TypeVar

from sqlalchemy import delete, event, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.alerts import Alerts
from chassis.db.engine import make_sessions
from chassis.db.hilo import HiLo
from chassis.db.jobs import JobWriter
from chassis.db.tables import AUDIT_ENTRY, IDEMPOTENCY_KEY, JOB, OUTBOX
from chassis.db.unit_of_work import sql_units_of_work
from chassis.jobs import Backoff, JobLease
from chassis.mediator import Command, Mediator
from chassis.unit_of_work import OpenUnitOfWork
from order_svc.adapters.recent_orders import RecentOrders
from order_svc.adapters.unit_of_work import SqlOrderUow
from order_svc.commands.handlers import handle_commands
from order_svc.commands.place_order import PlaceOrder
from order_svc.commands.uow import OrderUow
from order_svc.domain.order import Order
from order_svc.domain.status import Status
from order_svc.domain.views import OrderView
from tests.builders.order import OrderBuilder
from tests.builders.order_ids import ORDERS
from tests.fakes.chassis import FakeClock, SilentChannel, in_memory_units_of_work
from tests.fakes.order import InMemoryOrderUow, OrderState

R = TypeVar("R")
ACTION_TIME = timedelta(minutes=30)
BACKOFF = Backoff(initial_s=2, max_s=300, max_attempts=3, random=Random(1))


@dataclass(frozen=True)
class JobSeen:
    """A job as the tests look at it."""

    kind: str
    key: str
    state: str
    payload: Mapping[str, Any]
    lease: JobLease | None
    secret: str | None = None
    # Its last error, or why it was discarded.
    why: str | None = None


def viewed(placed: bytes) -> OrderView:
    """The order that PlaceOrder answers."""
    return ORDERS.views[placed]


class OrderApp:
    """Sends commands, and looks at what is durable."""

    def __init__(
        self,
        open_uow: OpenUnitOfWork[OrderUow],
        clock: FakeClock,
    ) -> None:
        self.open_uow = open_uow
        self.clock = clock
        self.mediator = Mediator(open_uow, service="order")
        alerts = Alerts("order", {"mail": SilentChannel()})
        handle_commands(
            self.mediator, clock=clock, backoff=BACKOFF, payment_timeout_s=10, payment_action=ACTION_TIME, alerts=alerts
        )

    async def given(self, builder: OrderBuilder) -> int:
        """Writes the order with its events, as if it had come about before; answers its id."""
        order = builder.build()
        async with self.open_uow() as uow:
            await uow.orders.add([order])
            uow.emit(*builder.events)
            await uow.commit()
        return order.id

    async def send(self, command: Command[R]) -> R:
        return await self.mediator.send(command)

    async def placed(self, placing: PlaceOrder) -> OrderView:
        return viewed(await self.mediator.send(placing))

    async def order(self, order_id: int) -> Order:
        async with self.open_uow() as uow:
            return (await uow.orders.find([order_id]))[order_id]

    async def status(self, order_id: int) -> Status:
        return (await self.order(order_id)).status

    async def events(self, order_id: int) -> list[tuple[int, str]]:
        """Sequence and kind of the order's events, in order."""
        raise NotImplementedError

    async def jobs(self) -> list[JobSeen]:
        raise NotImplementedError

    async def delete_keys(self) -> None:
        """As 0.1.0 did when their retention time was over."""
        raise NotImplementedError

    async def audited(self) -> list[tuple[str, str, str]]:
        """Action, resource and detail of what the system itself wrote into the audit."""
        raise NotImplementedError

    async def job(self, kind: str) -> JobSeen:
        """The only job of that kind."""
        (job,) = [job for job in await self.jobs() if job.kind == kind]
        return job


class InMemoryOrderApp(OrderApp):
    def __init__(self, clock: FakeClock | None = None) -> None:
        self._state = OrderState()
        clock = clock or FakeClock()
        super().__init__(in_memory_units_of_work(partial(InMemoryOrderUow, clock=clock), self._state), clock)

    async def events(self, order_id: int) -> list[tuple[int, str]]:
        return [(event.sequence, event.kind) for event in self._state.events if event.aggregate_id == order_id]

    async def jobs(self) -> list[JobSeen]:
        return [
            JobSeen(
                job.kind,
                job.key,
                job.state,
                job.payload,
                JobLease(job.id, job.token) if job.token else None,
                job.secret,
                job.discard_reason or job.last_error,
            )
            for job in self._state.jobs
        ]

    async def delete_keys(self) -> None:
        self._state.answers.clear()

    async def audited(self) -> list[tuple[str, str, str]]:
        return [(entry.action, entry.resource, entry.detail) for entry in self._state.audit]


class SqlOrderApp(OrderApp):
    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self.recent = RecentOrders()
        open_uow = sql_units_of_work(
            partial(SqlOrderUow, recent=self.recent, encoded=ORDERS),
            make_sessions(engine),
            jobs=JobWriter(HiLo(engine, "job_hilo")),
            has_read_side=True,
        )
        super().__init__(open_uow, FakeClock())

    @contextmanager
    def statements(self) -> Iterator[list[str]]:
        """What the database is asked meanwhile."""
        seen: list[str] = []

        def see(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            seen.append(statement)

        event.listen(self.engine.sync_engine, "before_cursor_execute", see)
        yield seen
        event.remove(self.engine.sync_engine, "before_cursor_execute", see)

    async def somebody_waits(self) -> bool:
        """Whether a statement waits for a lock."""
        waiting = text("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        async with self.engine.connect() as connection:
            return bool(await connection.scalar(waiting))

    async def events(self, order_id: int) -> list[tuple[int, str]]:
        query = select(OUTBOX).where(OUTBOX.c.aggregate_id == order_id).order_by(OUTBOX.c.sequence)
        async with self.engine.connect() as connection:
            return [(row.sequence, row.kind) for row in await connection.execute(query)]

    async def jobs(self) -> list[JobSeen]:
        async with self.engine.connect() as connection:
            rows = await connection.execute(select(JOB).order_by(JOB.c.id))
            return [
                JobSeen(
                    row.kind,
                    row.key,
                    row.state,
                    row.payload,
                    JobLease(row.id, row.lease_token) if row.lease_token else None,
                    row.secret,
                    row.discard_reason or row.last_error,
                )
                for row in rows
            ]

    async def delete_keys(self) -> None:
        async with self.engine.begin() as connection:
            await connection.execute(delete(IDEMPOTENCY_KEY))

    async def audited(self) -> list[tuple[str, str, str]]:
        async with self.engine.connect() as connection:
            rows = await connection.execute(select(AUDIT_ENTRY).order_by(AUDIT_ENTRY.c.id))
            return [(row.action, row.resource, row.detail) for row in rows]
