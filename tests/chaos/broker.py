"""The broker of a mesh: how it is taken away, and what it has at the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress

import aio_pika
from aio_pika.abc import AbstractIncomingMessage

from broker.topology import DEAD_LETTERS, STREAM
from inventory_svc.adapters.broker_consumer import QUEUE
from tests.broker.rabbitmq import RabbitMq, a_broker
from tests.chaos.recording import Recorder
from tests.e2e.running_mesh import RunningMesh
from tests.polling import eventually, keeping_pace

STARTED_S, SILENT_S = 120, 60
_AT_ONCE = 100
_STORED = "SELECT aggregate_id, sequence FROM outbox ORDER BY aggregate_id, sequence"


class Broker:
    """RabbitMQ, and the `settings` with which a mesh publishes to it and inventory_svc takes its events from it."""

    def __init__(self, server: RabbitMq) -> None:
        self._server = server
        self._taken_away = asyncio.Lock()

    @property
    def settings(self) -> dict[str, str]:
        return {"BROKER_URL": self._server.url.get_secret_value(), "ORDER_EVENTS": "broker"}

    async def go_away(self, seconds: float) -> bool:
        """kill -9, and after a while it starts again with what it had; False if it is away already."""
        if self._taken_away.locked():
            return False
        async with self._taken_away:
            self._server.kill()
            try:
                await keeping_pace(asyncio.get_running_loop().time() + seconds)
            finally:
                self._server.launch()
            await eventually(self._server.answers, timeout_s=STARTED_S)
            return True

    async def look(self, mesh: RunningMesh, recorder: Recorder) -> None:
        """Records which events there are, and which have been published. Raises AssertionError for what is left."""
        async with mesh.database("easyorder_order_write") as orders:
            stored = [(row["aggregate_id"], row["sequence"]) for row in await orders.fetch(_STORED)]
        for order, sequence in stored:
            recorder.add("stored", order=str(order), sequence=sequence)
        connection = await aio_pika.connect(self._server.url.get_secret_value())
        async with connection, connection.channel() as channel:
            for name in await _published(channel, {f"{order}/{sequence}" for order, sequence in stored}):
                order, _, sequence = name.partition("/")
                recorder.add("published", order=order, sequence=int(sequence))
            for queue in (QUEUE, DEAD_LETTERS):
                left = (await channel.declare_queue(queue, passive=True)).declaration_result.message_count
                assert not left, f"{left} messages are left in {queue}"


@asynccontextmanager
async def running_broker() -> AsyncIterator[Broker]:
    with a_broker() as server:
        await eventually(server.answers, timeout_s=STARTED_S)
        yield Broker(server)


async def _published(channel: aio_pika.abc.AbstractChannel, wanted: Collection[str]) -> list[str]:
    """The names of the messages in the stream, in their order: until all that are wanted are there, or none comes."""
    arrived: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
    await channel.set_qos(_AT_ONCE)
    await (await channel.get_queue(STREAM)).consume(arrived.put, arguments={"x-stream-offset": "first"})
    names: list[str] = []
    missing = set(wanted)
    with suppress(TimeoutError):
        while missing:
            async with asyncio.timeout(SILENT_S):
                message = await arrived.get()
            await message.ack()
            names.append(message.message_id or "")
            missing.discard(names[-1])
    return names
