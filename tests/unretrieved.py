"""What asyncio reports of tasks and futures that ended with an exception which nobody retrieved."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def unretrieved() -> Iterator[list[str]]:
    """Complete when the block has ended."""
    reported: list[str] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: reported.append(f"{context['message']}: {context.get('exception')}"))
    try:
        yield reported
    finally:
        # asyncio reports them when they are deleted.
        gc.collect()
        loop.set_exception_handler(None)
