"""Clients that order as fast as they are served and, when they are refused, wait as long as they are told."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import time
from collections import Counter
from dataclasses import dataclass, field

from tests.polling import keeping_pace

# All at once, they would wait for each other in this process.
_STARTED_PER_S = 500
_STATUS = re.compile(rb"HTTP/1.1 (\d+)")
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)")
_RETRY_AFTER = re.compile(rb"\r\nretry-after: (\d+)")


@dataclass
class PatientLoad:
    """Orders of one piece of `item` at `target`, and how they were answered: seconds by status."""

    target: str
    item: str
    token: str
    run: str
    took_s: dict[int, list[float]] = field(default_factory=dict)
    without_retry_after: int = 0
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    @property
    def statuses(self) -> Counter[int]:
        return Counter({status: len(times) for status, times in self.took_s.items()})

    async def run_for(self, seconds: float, *, clients: int) -> float:
        """Orders placed a second."""
        began, started = time.monotonic(), asyncio.get_running_loop().time()
        async with asyncio.TaskGroup() as group:
            for number in range(clients):
                await keeping_pace(started + number / _STARTED_PER_S)
                group.create_task(self._order_until(began + seconds))
        return self.statuses[200] / (time.monotonic() - began)

    async def _order_until(self, end: float) -> None:
        host, port = self.target.split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        while time.monotonic() < end:
            began = time.monotonic()
            writer.write(self._request())
            async with asyncio.timeout(60):
                head = await reader.readuntil(b"\r\n\r\n")
                if length := _LENGTH.search(head):
                    await reader.readexactly(int(length[1]))
            status, wait = int(_STATUS.match(head)[1]), _RETRY_AFTER.search(head)  # type: ignore[index]
            self.took_s.setdefault(status, []).append(time.monotonic() - began)
            if status != 200:
                self.without_retry_after += wait is None
                await keeping_pace(asyncio.get_running_loop().time() + (int(wait[1]) if wait else 1))
        writer.close()

    def _request(self) -> bytes:
        body = json.dumps(
            {
                "requestId": f"{self.run}-{next(self._numbers)}",
                "currencyCode": "USD",
                "items": [{"productItemId": self.item, "quantity": 1}],
                "payment": {"method": "PAYMENT_METHOD_CARD", "token": "tok_ok"},
            }
        )
        lines = (
            "POST /api/v1/orders HTTP/1.1",
            f"host: {self.target}",
            f"authorization: Bearer {self.token}",
            "content-type: application/json",
            f"content-length: {len(body)}",
        )
        return "\r\n".join([*lines, "", body]).encode()
