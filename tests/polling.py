"""Waiting in tests: ask again until it is so, or fail when time is up."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def eventually(probe: Callable[[], T | Awaitable[T]], *, timeout_s: float = 5, interval_s: float = 0.02) -> T:
    """The first truthy answer of `probe`, a function or coroutine function. AssertionError with the last answer after `timeout_s`.

    An AssertionError of the probe means "not yet"; any other exception passes through.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout_s
    while True:
        answer: object
        try:
            found = probe()
            answer = await found if inspect.isawaitable(found) else found
            if answer:
                return answer  # type: ignore[return-value]
        except AssertionError as failure:
            answer = failure
        if loop.time() > deadline:
            raise AssertionError(f"not within {timeout_s} s; the last answer was: {answer!r}")
        await asyncio.sleep(interval_s)
