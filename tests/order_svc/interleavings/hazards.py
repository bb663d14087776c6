"""Processes that stall or seem to die between two steps, and lost replies: replicas here would else run in step."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from random import Random
from typing import Any

import pytest

from chassis.errors import Unavailable
from chassis.grpc.clients import Peer
from chassis.mediator import Mediator
from foundation import failpoints
from tests.polling import eventually, some_time

# How often, and for at most how many seconds. The longest outlast a lease.
_STALLS = ((0.1, 0.1), (0.005, 4.0))
_DEATHS, _LOST_REPLIES = 0.03, 0.02


class Hazards:
    """Commands and calls between services are late now and then, until the end is told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, random: Random) -> None:
        self._random = random
        self._are_over = False
        self._stalled = 0
        for of, name in ((Mediator, "send"), (Peer, "call")):
            monkeypatch.setattr(of, name, self._stalling(getattr(of, name)))
        monkeypatch.setattr(failpoints, "reach", self._die)

    async def end(self) -> None:
        """No later test finds what a call that still stalls would write."""
        self._are_over = True
        await eventually(lambda: not self._stalled, timeout_s=2 * _STALLS[-1][1])

    def _stalling(self, original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def stall_around(*arguments: Any, **options: Any) -> Any:
            await self._stall()
            result = await original(*arguments, **options)
            await self._stall()
            if self._is_time_for(_LOST_REPLIES):
                raise Unavailable("the reply was lost")
            return result

        return stall_around

    async def _stall(self) -> None:
        for chance, at_most_s in _STALLS:
            if self._is_time_for(chance):
                self._stalled += 1
                try:
                    await some_time(self._random, at_most_s=at_most_s)
                finally:
                    self._stalled -= 1

    def _die(self, name: str) -> None:
        if self._is_time_for(_DEATHS):
            raise Unavailable(f"the process ends here: {name}")

    def _is_time_for(self, chance: float) -> bool:
        return not self._are_over and self._random.random() < chance
