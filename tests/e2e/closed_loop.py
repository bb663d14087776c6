"""Shoppers in a closed loop: each sends the next order when the last is answered. What they got, and how soon."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.e2e.bare_http import BareClient
from tests.e2e.patient_clients import an_order_of
from tests.e2e.running_mesh import RunningMesh
from tests.polling import keeping_pace


@dataclass(frozen=True)
class Answer:
    """One answer: when it came, after which time, and what it was."""

    at_s: float
    took_s: float
    status: int
    reason: str
    headers: Mapping[str, str]


@dataclass
class ClosedLoop:
    """The answers to `clients` shoppers who order a piece of `items`, while the block of `ordering` lasts."""

    answers: list[Answer] = field(default_factory=list)
    orders: set[str] = field(default_factory=set)
    began: float = field(default_factory=time.monotonic)

    @property
    def now_s(self) -> float:
        return time.monotonic() - self.began

    async def lasts(self, seconds: float) -> None:
        """Returns when the shoppers have ordered for this time."""
        await keeping_pace(asyncio.get_running_loop().time() + seconds)

    def between(self, first_s: float, last_s: float) -> list[Answer]:
        return [answer for answer in self.answers if first_s <= answer.at_s < last_s]

    def asked_between(self, first_s: float, last_s: float) -> list[Answer]:
        """The answers to calls that began and ended in this time."""
        return [answer for answer in self.between(first_s, last_s) if answer.at_s - answer.took_s >= first_s]

    def rate(self, first_s: float, last_s: float) -> float:
        """Orders per second."""
        return sum(answer.status == 200 for answer in self.between(first_s, last_s)) / (last_s - first_s)

    def p99_s(self, first_s: float, last_s: float) -> float:
        took = sorted(answer.took_s for answer in self.between(first_s, last_s))
        return took[len(took) * 99 // 100]

    def reasons(self, first_s: float = 0, last_s: float = float("inf")) -> Counter[str]:
        return Counter(answer.reason for answer in self.between(first_s, last_s))

    async def shop(self, address: str, headers: Mapping[str, str], items: Sequence[str]) -> None:
        client = BareClient(address, dict(headers))
        try:
            while True:
                await self._order(client, items)
        finally:
            client.close()

    async def _order(self, client: BareClient, items: Sequence[str]) -> None:
        sent = time.monotonic()
        reply = await client.request("POST", "/api/v1/orders", json=an_order_of(items, "tok_ok"))
        body = reply.json()
        if reply.is_success:
            self.orders.add(body["id"])
        reason = "ordered" if reply.is_success else body["details"][0]["reason"]
        now = time.monotonic()
        self.answers.append(Answer(now - self.began, now - sent, reply.status_code, reason, reply.headers))
        if not reply.is_success:
            await self.lasts(min(1.0, float(reply.headers.get("retry-after", 1))))


@asynccontextmanager
async def ordering(
    mesh: RunningMesh, headers: Mapping[str, str], items: Sequence[str], *, clients: int
) -> AsyncIterator[ClosedLoop]:
    """Shoppers order the items until the block ends."""
    loop = ClosedLoop()
    shoppers = [asyncio.create_task(loop.shop(mesh.http_address, headers, items)) for _ in range(clients)]
    try:
        yield loop
    finally:
        failed = [task.exception() for task in shoppers if task.done()]
        for shopper in shoppers:
            shopper.cancel()
        await asyncio.gather(*shoppers, return_exceptions=True)
    assert not failed, failed
