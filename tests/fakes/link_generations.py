"""Generations of tracking links in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping


class InMemoryLinkGenerations:
    def __init__(self) -> None:
        self._ended: Counter[int] = Counter()

    async def of(self, order_ids: Collection[int]) -> Mapping[int, int]:
        return {order_id: self._ended[order_id] for order_id in order_ids if order_id in self._ended}

    async def end_present(self, order_id: int) -> None:
        self._ended[order_id] += 1
