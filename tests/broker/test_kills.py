"""Each event takes effect once, in the order of its order, while broker, publishers and consumers are killed."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle
from time import monotonic

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from inventory_svc.adapters.broker_consumer import QUEUE
from tests.broker.rabbitmq import RabbitMq, a_broker
from tests.builders.event import an_event
from tests.inventory_svc.test_inbox import Consumer
from tests.order_svc.test_feed_on_postgres import written
from tests.polling import eventually

EVENTS_OF_AN_ORDER = 50
_PAGE = 5000


@dataclass
class Replicas:
    """Two processes that do the same, each started again when it is killed."""

    module: str
    arguments: list[str]
    processes: list[asyncio.subprocess.Process] = field(default_factory=list)
    kills: int = 0

    async def start(self) -> None:
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-m", f"tests.broker.{self.module}", *self.arguments]
        self.processes.append(await asyncio.create_subprocess_exec(*command, env=environment))

    async def kill(self) -> None:
        """kill -9 of both in turn: whichever is at work, this or the next one hits it."""
        process = self.processes.pop(0)
        process.kill()
        await process.wait()
        self.kills += 1

    async def kill_one(self) -> None:
        await self.kill()
        await self.start()

    async def stop(self) -> None:
        while self.processes:
            await self.kill()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Replicas]:
        try:
            await self.start()
            await self.start()
            yield self
        finally:
            await self.stop()


@pytest.fixture
def broker() -> Iterator[RabbitMq]:
    """One that may be killed."""
    with a_broker() as started:
        yield started


@pytest.fixture
async def consumer(chassis_engine: AsyncEngine) -> Consumer:
    """Notes each event once, or fails: its table has a primary key."""
    table = "id bigint GENERATED ALWAYS AS IDENTITY, aggregate_id bigint, sequence bigint"
    async with chassis_engine.begin() as connection:
        await connection.execute(text(f"CREATE TABLE note ({table}, PRIMARY KEY (aggregate_id, sequence))"))
    return Consumer(chassis_engine)


async def noted(consumer: Consumer) -> int:
    async with consumer.engine.connect() as connection:
        return int((await connection.execute(text("SELECT count(*) FROM note"))).scalar_one())


async def fill(engine: AsyncEngine, events: int) -> None:
    """Events of many orders at a time, in turns."""
    orders = events // EVENTS_OF_AN_ORDER
    turns = [(order, sequence) for sequence in range(1, EVENTS_OF_AN_ORDER + 1) for order in range(1, orders + 1)]
    for start in range(0, events, _PAGE):
        await written(engine, *(an_event(*turn) for turn in turns[start : start + _PAGE]))


@pytest.mark.soak
async def test_each_event_takes_effect_once_although_everything_is_killed(
    broker: RabbitMq, order_engine: AsyncEngine, consumer: Consumer
) -> None:
    await survives(broker, order_engine, consumer, events=2_000, kills=3)


@pytest.mark.load
@pytest.mark.timeout(1800)
async def test_100_000_events_take_effect_once_although_everything_is_killed(
    broker: RabbitMq, order_engine: AsyncEngine, consumer: Consumer
) -> None:
    await survives(broker, order_engine, consumer, events=100_000, kills=18)


async def survives(broker: RabbitMq, order_engine: AsyncEngine, consumer: Consumer, *, events: int, kills: int) -> None:
    await broker.ready()
    amqp = broker.url.get_secret_value()
    urls = [engine.url.render_as_string(hide_password=False) for engine in (order_engine, consumer.engine)]
    publishers, consumers = (
        Replicas("publisher_process", [urls[0], amqp]),
        Replicas("consumer_process", [urls[1], amqp]),
    )
    began = monotonic()
    async with AsyncExitStack() as running:
        await running.enter_async_context(consumers.running())
        await eventually(lambda: queue_is_there(broker), timeout_s=60)
        await fill(order_engine, events)
        await running.enter_async_context(publishers.running())
        victims = cycle(("publisher", "consumer", "broker"))
        for n in range(1, kills + 1):
            share = events * n // (kills + 2)
            await eventually(partial(reached, consumer, share), timeout_s=300)
            match next(victims):
                case "publisher":
                    await publishers.kill_one()
                case "consumer":
                    await consumers.kill_one()
                case "broker":
                    broker.kill()
                    broker.launch()
        await eventually(lambda: reached(consumer, events), timeout_s=600)
    print(f"{events} events in {monotonic() - began:.0f} s with {kills} kills")

    notes = await consumer.notes()
    assert len(notes) == events
    in_order: dict[int, list[int]] = {}
    for order, sequence in notes:
        in_order.setdefault(order, []).append(sequence)
    assert set(map(tuple, in_order.values())) == {tuple(range(1, EVENTS_OF_AN_ORDER + 1))}
    assert await consumer.jobs() == {}
    assert len(in_order) == events // EVENTS_OF_AN_ORDER


async def reached(consumer: Consumer, count: int) -> bool:
    return await noted(consumer) >= count


async def queue_is_there(broker: RabbitMq) -> bool:
    return await broker.has(QUEUE)
