"""`python -m deploy.local up`: the mesh in the foreground. `python -m deploy.local demo`: a shopper's day on it.

The first Ctrl-C, SIGTERM or SIGHUP stops the mesh in order, also during its start; a second one stops it at once. The
mesh also stops when the reader of its output closes it.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import signal
import sys
import time
from collections.abc import Awaitable, Callable

from chassis.settings import from_environment
from deploy.local.config import LocalSettings
from deploy.local.console import PrefixedLines, Terminal, show_where
from deploy.local.errors import CannotStart
from deploy.local.mesh import LocalMesh

_TOGETHER_S = 1.0


async def up() -> int:
    """Runs until asked to stop."""
    running = asyncio.current_task()
    assert running is not None
    terminal = Terminal(sys.stdout, on_closed=lambda: running.cancelling() or running.cancel())
    async with LocalMesh(from_environment(LocalSettings), PrefixedLines(terminal)) as mesh:
        show_where(terminal, mesh.places())
        await asyncio.Event().wait()
    return 0


async def demo() -> int:
    """Runs a shopper's day."""
    from deploy.local import demo as story  # `up` need not keep it in memory

    return await story.demo()


async def until_stopped(work: Callable[[], Awaitable[int]]) -> int:
    """Runs `work`; a signal cancels it, which is not a failure. Returns the exit code."""
    doing = asyncio.current_task()
    assert doing is not None
    stop = _Impatience(doing.cancel)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup ignores it
            asyncio.get_running_loop().add_signal_handler(number, stop)
    try:
        return await work()
    except asyncio.CancelledError:
        return 0
    except (CannotStart, OSError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1


class _Impatience:
    """Treats signals in quick succession as one: make forwards a signal that its whole process group also receives."""

    def __init__(self, cancel: Callable[[], object]) -> None:
        self._cancel = cancel
        self._last = -_TOGETHER_S

    def __call__(self) -> None:
        now = time.monotonic()
        if now - self._last >= _TOGETHER_S:
            self._cancel()
        self._last = now


def replace_what_cannot_be_shown() -> None:
    """Characters that the terminal's encoding lacks are shown as question marks."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.local", description=__doc__)
    parser.add_argument("what", choices=("up", "demo"))
    replace_what_cannot_be_shown()
    work = {"up": up, "demo": demo}[parser.parse_args(arguments).what]
    return asyncio.run(until_stopped(work))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
