"""Shoppers in an open loop: orders come at a steady pace, however long the others take. None is repeated."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.e2e.closed_loop import DEADLINE_S, order_request, read_reply
from tests.e2e.patient_clients import an_order_of
from tests.polling import keeping_pace

UNANSWERED = "without an answer"
_Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class OpenLoop:
    """What became of each call: `results` by reason, `orders` by shopper, how long answers took, and the `refusals`."""

    address: str
    results: Counter[str] = field(default_factory=Counter)
    orders: dict[str, int] = field(default_factory=dict)
    took_s: list[float] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    _idle: list[_Connection] = field(default_factory=list)
    _asking: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def failed(self) -> dict[str, int]:
        return {reason: times for reason, times in self.results.items() if reason != "ordered"}

    @property
    def p99_s(self) -> float:
        return sorted(self.took_s)[len(self.took_s) * 99 // 100]

    async def order(self, shoppers: Sequence[Mapping[str, str]], items: Sequence[str], *, per_s: float) -> None:
        """Until it is cancelled; `end` waits for the calls that are under way then."""
        now = asyncio.get_running_loop().time
        begins = now()
        for number in itertools.count():
            await keeping_pace(begins + number / per_s)
            shopper = number % len(shoppers)
            task = asyncio.create_task(self._ask(shopper, shoppers[shopper], items[number % len(items)]))
            self._asking.add(task)
            task.add_done_callback(self._asking.discard)

    async def end(self) -> None:
        """Once all are answered."""
        await asyncio.gather(*self._asking)
        for _, writer in self._idle:
            writer.close()

    async def _ask(self, shopper: int, headers: Mapping[str, str], item: str) -> None:
        sent, connection = time.monotonic(), None
        try:
            async with asyncio.timeout(DEADLINE_S):
                connection = self._idle.pop() if self._idle else await asyncio.open_connection(*self.address.split(":"))
                connection[1].write(order_request(self.address, headers, an_order_of([item], "tok_ok")))
                status, received, body = await read_reply(connection[0])
        except (OSError, EOFError) as error:
            self.results[f"{UNANSWERED}: {type(error).__name__}"] += 1
            if connection:
                connection[1].close()
            return
        self.took_s.append(time.monotonic() - sent)
        if status == 200:
            self.orders[body["id"]] = shopper
        else:
            self.refusals.append(f"{datetime.now(UTC)}, after {self.took_s[-1]:.2f} s: {body}")
        reasons = [detail["reason"] for detail in body.get("details", ()) if "reason" in detail]
        self.results["ordered" if status == 200 else f"{status} {' '.join(reasons) or body.get('message', '')}"] += 1
        if received.get("connection") == "close":
            connection[1].close()
        else:
            self._idle.append(connection)


@asynccontextmanager
async def ordering_steadily(
    address: str, shoppers: Sequence[Mapping[str, str]], items: Sequence[str], *, per_s: float
) -> AsyncIterator[OpenLoop]:
    """Orders come until the block ends; after it, all are answered."""
    loop = OpenLoop(address)
    ordering = asyncio.create_task(loop.order(shoppers, items, per_s=per_s))
    try:
        yield loop
    finally:
        ordering.cancel()
        await asyncio.wait([ordering])
        await loop.end()
