"""Ends a process whose event loop is blocked, so that a supervisor restarts it."""

from __future__ import annotations

import asyncio
import faulthandler
import os
import signal
import threading

_LOOKS = 4


class Watchdog:
    """Ends the process if its loop is blocked for `limit_s`; all stacks are written to standard error.

    A thread checks the loop and counts missed checks instead of time, so that a stopped process (SIGSTOP) has time to
    recover when it continues. Where C code holds the GIL, a timer of CPU time ends the process with SIGPROF.
    """

    def __init__(self, limit_s: float) -> None:
        self._limit_s, self._stopped = limit_s, threading.Event()

    async def start(self) -> None:
        faulthandler.register(signal.SIGPROF, file=2, chain=True)
        signal.setitimer(signal.ITIMER_PROF, self._limit_s)
        threading.Thread(target=self._watch, args=[asyncio.get_running_loop()], daemon=True).start()

    async def stop(self) -> None:
        self._stopped.set()
        signal.setitimer(signal.ITIMER_PROF, 0)
        faulthandler.unregister(signal.SIGPROF)

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        turned, missed = threading.Event(), 0
        turned.set()
        while not self._stopped.wait(self._limit_s / _LOOKS):
            signal.setitimer(signal.ITIMER_PROF, self._limit_s)
            if not turned.is_set():
                missed += 1
                if missed == _LOOKS:
                    faulthandler.dump_traceback(file=2)
                    os._exit(1)
                continue
            missed = 0
            turned.clear()
            loop.call_soon_threadsafe(turned.set)
