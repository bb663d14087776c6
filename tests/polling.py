"""Waiting in tests: poll with a deadline; sleep only to vary the timing of actions, or to spread them."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any, TypeVar, overload

T = TypeVar("T")

_INTERVAL_S = 0.01


@overload
async def eventually(
    condition: Callable[[], Awaitable[T | None]], *, timeout_s: float = ..., every_s: float = ...
) -> T: ...
@overload
async def eventually(condition: Callable[[], T], *, timeout_s: float = ..., every_s: float = ...) -> T: ...
async def eventually(condition: Callable[[], Any], *, timeout_s: float = 5, every_s: float = _INTERVAL_S) -> Any:
    """What `condition` answers once it is true; AssertionError when it is not within `timeout_s`.

    An AssertionError of the condition counts as not yet.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout_s
    while True:
        failure: AssertionError | None = None
        try:
            answer = condition()
            value = await answer if inspect.isawaitable(answer) else answer
            if value:
                return value
        except AssertionError as error:
            failure = error
        if loop.time() >= deadline:
            raise failure or AssertionError(f"did not become true within {timeout_s} s: {condition}")
        await asyncio.sleep(every_s)


async def keeping_pace(until: float) -> None:
    """Waits for a time of the loop's clock, to spread a load evenly. Nothing may rely on what happens until then."""
    await asyncio.sleep(max(0, until - asyncio.get_running_loop().time()))


async def some_time(random: Random, *, at_most_s: float) -> None:
    """Parts two things by a random while, so that others come between them. Nothing may rely on its length."""
    await asyncio.sleep(random.uniform(0, at_most_s))
