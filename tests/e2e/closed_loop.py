"""Shoppers in a closed loop: each sends the next order when the last is answered. What they got, and how soon."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx

from deploy.local.plain_http import plain_client
from tests.e2e.patient_clients import an_order_of
from tests.e2e.running_mesh import RunningMesh
from tests.polling import keeping_pace

# What Envoy lets a call take, and a little.
DEADLINE_S = 16.0


@dataclass(frozen=True)
class Answer:
    """One answer: when it came, after which time, and what it was."""

    at_s: float
    took_s: float
    status: int
    reason: str
    headers: httpx.Headers


@dataclass
class ClosedLoop:
    """The answers to `clients` shoppers who order a piece of `items`, while the block of `ordering` lasts."""

    answers: list[Answer] = field(default_factory=list)
    orders: set[int] = field(default_factory=set)
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

    async def shop(self, http: httpx.AsyncClient, headers: dict[str, str], items: Sequence[str]) -> None:
        while True:
            sent = time.monotonic()
            body = an_order_of(items, "tok_ok")
            response = await http.post("/api/v1/orders", json=body, headers=headers)
            answer = response.json()
            reason = "ordered" if response.status_code == 200 else answer["details"][0]["reason"]
            if response.status_code == 200:
                self.orders.add(int(answer["id"]))
            now = time.monotonic()
            self.answers.append(Answer(now - self.began, now - sent, response.status_code, reason, response.headers))
            if response.status_code != 200:
                await self.lasts(min(1.0, float(response.headers.get("retry-after", 1))))


@asynccontextmanager
async def ordering(
    mesh: RunningMesh, headers: dict[str, str], items: Sequence[str], *, clients: int
) -> AsyncIterator[ClosedLoop]:
    """Shoppers order the items until the block ends; those under way are answered."""
    loop = ClosedLoop()
    limits = httpx.Limits(max_connections=clients, max_keepalive_connections=clients)
    async with plain_client(mesh.url, timeout=DEADLINE_S, limits=limits) as http:
        shoppers = [asyncio.create_task(loop.shop(http, headers, items)) for _ in range(clients)]
        try:
            yield loop
        finally:
            failed = [task.exception() for task in shoppers if task.done()]
            for shopper in shoppers:
                shopper.cancel()
            await asyncio.gather(*shoppers, return_exceptions=True)
    assert not failed, failed
