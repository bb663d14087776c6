"""`python -m deploy.local up`: the mesh in the foreground. `python -m deploy.local demo`: a shopper's day on it.

The first Ctrl-C or SIGTERM stops the mesh in order, however far it has started; a second one does not wait for it.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import time
from collections.abc import Awaitable, Callable

from deploy.local.config import LocalSettings
from deploy.local.console import PrefixedLines, show_where
from deploy.local.demo import demo
from deploy.local.errors import CannotStart
from deploy.local.mesh import LocalMesh


async def up() -> int:
    """Runs until asked to stop."""
    async with LocalMesh(LocalSettings(), PrefixedLines(sys.stdout)) as mesh:
        show_where(sys.stdout, mesh.places())
        await asyncio.Event().wait()
    return 0


async def until_stopped(work: Callable[[], Awaitable[int]]) -> int:
    """Does `work`; a signal cancels it, which is not a failure. Returns the exit code."""
    doing = asyncio.current_task()
    assert doing is not None
    stop = _Impatience(doing.cancel)
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    try:
        return await work()
    except asyncio.CancelledError:
        return 0
    except CannotStart as error:
        print(f"\n{error}", file=sys.stderr)
        return 1


class _Impatience:
    """Takes signals that come together for one: make passes on what its whole process group gets as well."""

    def __init__(self, cancel: Callable[[], object], *, together_s: float = 1.0) -> None:
        self._cancel = cancel
        self._together_s = together_s
        self._last = -together_s

    def __call__(self) -> None:
        now = time.monotonic()
        if now - self._last >= self._together_s:
            self._cancel()
        self._last = now


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.local", description=__doc__)
    parser.add_argument("what", choices=("up", "demo"))
    work = {"up": up, "demo": demo}[parser.parse_args(arguments).what]
    return asyncio.run(until_stopped(work))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
