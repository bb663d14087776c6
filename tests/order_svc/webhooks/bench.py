"""Webhooks on a database, with processes that deliver, and end at any moment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from random import Random
from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.alerts import Alerts
from chassis.clock import SystemClock
from chassis.db.engine import make_engine, make_sessions
from chassis.db.jobs import SqlJobStore
from chassis.db.tables import OUTBOX
from chassis.events import Event
from chassis.job_runner import JobRunner
from chassis.jobs import Backoff, Job
from order_svc.adapters.feed import Feed, FeedTail
from order_svc.config import OrderSettings
from order_svc.connections import Connections
from order_svc.webhooks.bootstrap import Webhooks
from order_svc.webhooks.commands.jobs import DELIVER_EVENTS
from order_svc.webhooks.deliver_events import DeliverEvents
from tests.builders.order_ids import CONTENTS, IDS
from tests.chassis.db.rows import event_rows, insert_rows
from tests.fakes.chassis import SilentChannel
from tests.order_svc.webhooks.receiver import Receiver

KEY = bytes(16)
QUICK = Backoff(initial_s=0.02, max_s=0.1, max_attempts=2**31, random=Random(1))


def an_attempt(order_id: int, sequence: int) -> Event:
    """An event of an order."""
    event = Event(
        kind="payment_attempt",
        aggregate_id=order_id,
        sequence=sequence,
        owner="ann",
        occurred_on=datetime.now(UTC),
        payload={"number": sequence, "outcome": "TRANSIENT", "next_attempt_time": None},
    )
    return CONTENTS.added_to(event)


class Process:
    """One replica of the service, as far as webhooks go."""

    def __init__(self, engine: AsyncEngine, settings: OrderSettings) -> None:
        clock = SystemClock()
        to = cast(Connections, SimpleNamespace(settings=settings, clock=clock, write=engine))
        self.store = SqlJobStore(engine)
        alerts = Alerts("order", {"mail": SilentChannel()})
        self.webhooks = Webhooks(to, KEY, IDS, alerts, self.store, [], lambda source, error: None)
        self.handler = cast(DeliverEvents, self.webhooks.handlers[DELIVER_EVENTS])
        self.handler.backoff = self.handler.pauses = QUICK
        self.runner = JobRunner(
            self.store,
            self.webhooks.handlers,
            backoff=QUICK,
            backoffs={DELIVER_EVENTS: QUICK},
            dead_letter=self._dead,
            service="order",
            lease_s=settings.job_lease_s,
            tick_s=0.05,
        )
        self.send = self.webhooks._mediator.send
        self.tail = FeedTail(Feed(engine), self._dispatch, idle_s=0.05)

    def _dispatch(self, events: object) -> None:
        self.webhooks.wake()

    async def _dead(self, job: Job, error: str) -> None:
        raise AssertionError(f"{job.kind} never dies, but did: {error}")

    async def start(self) -> None:
        await self.tail.start()
        await self.runner.start()

    async def stop(self) -> None:
        await self.webhooks.stop()
        await self.runner.stop()
        await self.tail.stop()

    async def kill(self) -> None:
        """Ends at once what it does, and settles nothing."""
        running = self.runner._running
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await self.stop()


class Bench:
    """The database, the receiver and the processes."""

    def __init__(self, engine: AsyncEngine, receiver: Receiver) -> None:
        self.engine, self.receiver = engine, receiver
        self._running: list[Process] = []

    def settings(self, **changes: Any) -> OrderSettings:
        quick: dict[str, Any] = {"job_lease_s": 2, "payment_timeout_s": 1, "webhook_timeout_s": 0.5}
        quick["webhook_networks"] = "127.0.0.0/8"
        return OrderSettings(**quick | changes)

    async def process(self, **changes: Any) -> Process:
        """Another one, which has started."""
        process = Process(self.engine, self.settings(**changes))
        await process.start()
        self._running.append(process)
        return process

    async def publish(self, *events: Event) -> None:
        stored = [event if event.content else CONTENTS.added_to(event) for event in events]
        async with make_sessions(self.engine)() as session:
            await insert_rows(session, OUTBOX, event_rows(stored))
            await session.commit()

    async def rows(self, query: str, **parameters: Any) -> list[Mapping[str, Any]]:
        async with self.engine.begin() as connection:
            found = await connection.execute(text(query), parameters)
            return [dict(row) for row in found.mappings()] if found.returns_rows else []

    async def close(self) -> None:
        for process in self._running:
            await process.stop()
        await self.receiver.kill()


@asynccontextmanager
async def bench_on(url: str) -> AsyncIterator[Bench]:
    async with AsyncExitStack() as opened:
        engine = make_engine(url, application_name="tests", pool_size=10)
        opened.push_async_callback(engine.dispose)
        bench = Bench(engine, Receiver())
        await bench.receiver.start()
        opened.push_async_callback(bench.close)
        yield bench


def in_order_of_each(requests: list[Any]) -> bool:
    """Whether the events of each order came in their order, the first time that each was taken."""
    first: dict[str, int] = {}
    for place, request in enumerate(requests):
        first.setdefault(request.id, place)
    by_order: dict[str, list[int]] = {}
    for request_id in first:
        _, order_id, sequence = request_id.split("_")
        by_order.setdefault(order_id, []).append(int(sequence))
    return all(sequences == sorted(sequences) for sequences in by_order.values())
