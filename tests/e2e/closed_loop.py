"""Shoppers in a closed loop: each sends the next order when the last is answered. What they got, and how soon.

Over bare connections: a client library takes more time for an order than the mesh has, and would set the rate.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

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
        while True:
            reader, writer = await asyncio.open_connection(*address.split(":"))
            try:
                while await self._order(reader, writer, address, headers, items):
                    pass
            finally:
                writer.close()

    async def _order(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        address: str,
        headers: Mapping[str, str],
        items: Sequence[str],
    ) -> bool:
        """Whether the connection stays open: Envoy closes it where it refuses what it has not read to the end."""
        sent = time.monotonic()
        writer.write(order_request(address, headers, an_order_of(items, "tok_ok")))
        async with asyncio.timeout(DEADLINE_S):
            status, received, body = await read_reply(reader)
        reason = "ordered" if status == 200 else body["details"][0]["reason"]
        if status == 200:
            self.orders.add(body["id"])
        now = time.monotonic()
        self.answers.append(Answer(now - self.began, now - sent, status, reason, received))
        if status != 200:
            await self.lasts(min(1.0, float(received.get("retry-after", 1))))
        return received.get("connection") != "close"


def order_request(address: str, headers: Mapping[str, str], order: Mapping[str, Any]) -> bytes:
    body = json.dumps(order)
    named = {"host": address, "content-type": "application/json", "content-length": str(len(body)), **headers}
    return "\r\n".join(
        ["POST /api/v1/orders HTTP/1.1", *(f"{name}: {value}" for name, value in named.items()), "", body]
    ).encode()


async def read_reply(reader: asyncio.StreamReader) -> tuple[int, Mapping[str, str], Any]:
    """The status, the headers and the JSON of a reply."""
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()[:-1]
    headers = dict(line.split(": ", 1) for line in lines)
    return int(first.split()[1]), headers, json.loads(await reader.readexactly(int(headers["content-length"])))


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
