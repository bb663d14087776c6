"""What is declared at the broker. Whoever needs it declares it; what is there already must be the same.

All events go to one topic exchange, by routing keys such as `order.7.order_created`: the 7 is the partition of the
order. A queue keeps the order of what was published, so the events of an order reach its consumer in their order.
"""

from __future__ import annotations

from collections.abc import Iterable

from aio_pika import ExchangeType
from aio_pika.abc import AbstractChannel, AbstractExchange, AbstractQueue
from pamqp.common import FieldTable

EXCHANGE = "easyorder.events"
# Every event, for whoever begins later or reads again.
STREAM = "easyorder.events.stream"
DEAD_LETTERS = "easyorder.dead-letters"
PARTITIONS = 16

_STREAM: FieldTable = {"x-queue-type": "stream", "x-max-age": "30D", "x-stream-max-segment-size-bytes": 100_000_000}
_QUORUM: FieldTable = {"x-queue-type": "quorum"}
_CONSUMED: FieldTable = _QUORUM | {
    # Further replicas of a consumer are on standby, so that the order holds.
    "x-single-active-consumer": True,
    "x-dead-letter-exchange": DEAD_LETTERS,
    # A message that is dead-lettered leaves its queue only when the other one has it.
    "x-dead-letter-strategy": "at-least-once",
    "x-overflow": "reject-publish",
    # As good as none. RabbitMQ 4 takes 20 otherwise, and dead-letters what a consumer without its database gives back;
    # and with a limit, what is given back keeps its place.
    "x-delivery-limit": 1_000_000,
}


def partition_of(order_id: int) -> int:
    return order_id % PARTITIONS


def routing_key(order_id: int, kind: str) -> str:
    return f"order.{partition_of(order_id)}.{kind}"


async def declare_exchange(channel: AbstractChannel) -> AbstractExchange:
    """The exchange of the events, the stream that keeps them, and the queue of dead letters."""
    exchange = await channel.declare_exchange(EXCHANGE, ExchangeType.TOPIC, durable=True)
    stream = await channel.declare_queue(STREAM, durable=True, arguments=_STREAM)
    await stream.bind(exchange, "#")
    dead = await channel.declare_exchange(DEAD_LETTERS, ExchangeType.TOPIC, durable=True)
    dead_letters = await channel.declare_queue(DEAD_LETTERS, durable=True, arguments=_QUORUM)
    await dead_letters.bind(dead, "#")
    return exchange


async def declare_queue(channel: AbstractChannel, name: str, kinds: Iterable[str]) -> AbstractQueue:
    """The queue of a consumer of events of these kinds, all partitions."""
    exchange = await declare_exchange(channel)
    queue = await channel.declare_queue(name, durable=True, arguments=_CONSUMED)
    for kind in kinds:
        await queue.bind(exchange, f"order.*.{kind}")
    return queue
