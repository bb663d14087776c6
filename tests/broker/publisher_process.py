"""A process that publishes the outbox of the database at argv[1] to the broker at argv[2], until it is killed."""

from __future__ import annotations

import asyncio
import sys

from pydantic import SecretStr

from chassis.db.engine import make_engine
from order_svc.adapters.broker_publisher import BrokerPublisher
from order_svc.adapters.feed import Feed
from order_svc.adapters.publisher_lease import PublisherLease
from tests.builders.order_ids import CONTENTS

# A replica takes over soon after another one was killed.
LEASE_S = 2


async def main(database: str, broker: str) -> None:
    engine = make_engine(database, application_name="publisher-process")
    lease = PublisherLease(engine, lease_s=LEASE_S)
    publisher = BrokerPublisher(Feed(engine, CONTENTS.read), lease, SecretStr(broker), name="order")
    await publisher.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
