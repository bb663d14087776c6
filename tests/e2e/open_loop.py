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

from tests.e2e.bare_http import BareClient
from tests.e2e.patient_clients import an_order_of
from tests.polling import keeping_pace

UNANSWERED = "without an answer"


@dataclass
class OpenLoop:
    """What became of each call: `results` by reason, `orders` by shopper, how long answers took, and the `refusals`."""

    client: BareClient
    results: Counter[str] = field(default_factory=Counter)
    orders: dict[str, int] = field(default_factory=dict)
    took_s: list[float] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
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
        self.client.close()

    async def _ask(self, shopper: int, headers: Mapping[str, str], item: str) -> None:
        sent, order = time.monotonic(), an_order_of([item], "tok_ok")
        try:
            reply = await self.client.request("POST", "/api/v1/orders", json=order, headers=headers)
        except (OSError, EOFError) as error:
            self.results[f"{UNANSWERED}: {type(error).__name__}"] += 1
            return
        self.took_s.append(time.monotonic() - sent)
        body = reply.json()
        if reply.is_success:
            self.orders[body["id"]] = shopper
            self.results["ordered"] += 1
            return
        self.refusals.append(f"{datetime.now(UTC)}, after {self.took_s[-1]:.2f} s: {body}")
        reasons = [detail["reason"] for detail in body.get("details", ()) if "reason" in detail]
        self.results[f"{reply.status_code} {' '.join(reasons) or body.get('message', '')}"] += 1


@asynccontextmanager
async def ordering_steadily(
    address: str, shoppers: Sequence[Mapping[str, str]], items: Sequence[str], *, per_s: float
) -> AsyncIterator[OpenLoop]:
    """Orders come until the block ends; after it, all are answered."""
    loop = OpenLoop(BareClient(address))
    ordering = asyncio.create_task(loop.order(shoppers, items, per_s=per_s))
    try:
        yield loop
    finally:
        ordering.cancel()
        await asyncio.wait([ordering])
        await loop.end()
