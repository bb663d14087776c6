"""A process for test_inbox: handles three events of two aggregates in the database at argv[1], and exits."""

from __future__ import annotations

import asyncio
import sys

from chassis.db.engine import make_engine
from tests.inventory_svc.test_inbox import Consumer, a_batch, an_event_at


async def main(url: str) -> None:
    engine = make_engine(url, application_name="inbox-process")
    events = (an_event_at(3, 1), an_event_at(5, 2), an_event_at(6, 1, sequence=2))
    await Consumer(engine).inbox.take(a_batch(*events, position=9))
    await engine.dispose()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
