"""Ends a process whose event loop does not turn, so that a supervisor replaces it."""

from __future__ import annotations

import asyncio
import faulthandler


async def watch_loop(limit_s: float) -> None:
    """Runs until cancelled. When the loop does not turn for `limit_s`, all stacks go to standard error and the process
    ends with 1. faulthandler's own thread does it, even when C code (a pattern, a large number) holds the interpreter.
    """
    try:
        while True:
            faulthandler.dump_traceback_later(limit_s, exit=True, file=2)
            await asyncio.sleep(limit_s / 4)
    finally:
        faulthandler.cancel_dump_traceback_later()
