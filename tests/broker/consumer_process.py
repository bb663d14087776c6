"""A process that takes events from the broker at argv[2] into the database at argv[1], until it is killed."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from typing import Any

from easyorder.internal.order.v1 import EventBatch, SubscribeRequest
from pydantic import SecretStr

from chassis.db.engine import make_engine
from inventory_svc.adapters.broker_consumer import BrokerConsumer
from tests.inventory_svc.test_inbox import Consumer


class NoFeed:
    """Has nothing, so that everything has to come over the broker."""

    async def stream(self, method: object, request: SubscribeRequest) -> AsyncIterator[EventBatch]:
        yield EventBatch(after_position=request.after_position, position=request.after_position)


async def main(database: str, broker: str) -> None:
    engine = make_engine(database, application_name="consumer-process")
    feed: Any = NoFeed()
    consumer = BrokerConsumer(SecretStr(broker), feed, Consumer(engine).inbox, name="notes")
    await consumer.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
