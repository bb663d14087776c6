"""Keeps programs running: a program that ends by itself is restarted with backoff; a stopped program stays stopped.

Programs run in process groups of their own, so that Ctrl-C reaches only the supervisor, which then stops them in order.
On Linux the kernel signals them to stop when the supervisor itself is killed: nothing outlives it.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

LINE_LIMIT = 1024 * 1024
_BOUND = [sys.executable, "-I", "-S", str(Path(__file__).with_name("bound.py"))]


class Output(Protocol):
    """Receives the output lines of all programs."""

    def line(self, name: str, text: str) -> None: ...


async def _nothing() -> None:
    return None


@dataclass(frozen=True, kw_only=True)
class Program:
    """The command to run, its user, and how to stop it. `before_stop` is awaited while the program still runs."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    user: str | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    stop_grace_s: float = 15.0
    before_stop: Callable[[], Awaitable[None]] = _nothing
    # Whether the program responds; a program that does not respond for a while is replaced.
    answers: Callable[[], Awaitable[bool]] | None = None

    @property
    def bound(self) -> Sequence[str]:
        """The command of a child process that becomes the program, see deploy.local.bound."""
        return [*_BOUND, str(os.getpid()), str(int(self.stop_signal)), self.user or "", *self.command]


@dataclass(frozen=True)
class Backoff:
    """The delay before a restart: doubled with each crash in a row, reset after `forgotten_after_s` of running."""

    initial_s: float = 0.5
    max_s: float = 30.0
    forgotten_after_s: float = 30.0

    def delay_s(self, crashes_in_a_row: int) -> float:
        return min(self.initial_s * 2.0 ** (crashes_in_a_row - 1), self.max_s)


@dataclass(frozen=True)
class Watch:
    """How long a program may fail to respond, and how long its first response may take."""

    silence_s: float = 30.0
    start_s: float = 120.0
    checks: int = 3  # in that time, so that one slow moment of the machine replaces no program

    @property
    def every_s(self) -> float:
        return self.silence_s / self.checks

    def allowed(self, *, has_answered: bool) -> int:
        """How many checks in a row may fail."""
        return self.checks if has_answered else math.ceil(self.start_s / self.every_s)


class Process:
    """One program, kept running from `start` to `stop`."""

    def __init__(
        self, program: Program, output: Output, *, backoff: Backoff | None = None, watch: Watch | None = None
    ) -> None:
        self.program = program
        self.crashes = 0
        self.last_lines: deque[str] = deque(maxlen=20)
        self._output = output
        self._backoff = backoff or Backoff()
        self._watch = watch or Watch()
        self._stopping = asyncio.Event()
        self._child: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._watcher: asyncio.Task[None] | None = None
        # The current process has responded: silence is no longer a slow start.
        self.has_answered = False

    @property
    def pid(self) -> int | None:
        """The current process; None between a crash and the next start."""
        return self._child.pid if self._child and self._child.returncode is None else None

    async def start(self) -> None:
        """Starts the program."""
        child = await self._spawn()
        self._keeper = asyncio.create_task(self._keep(child), name=f"keep {self.program.name}")
        if self.program.answers:
            watching = self._replace_silent(self.program.answers)
            self._watcher = asyncio.create_task(watching, name=f"watch {self.program.name}")

    async def stop(self) -> None:
        """Stops the program gracefully, and kills it after `stop_grace_s`."""
        if self._keeper is None:
            return
        if self._watcher:
            self._watcher.cancel()
        if self.pid:
            await self.program.before_stop()
        self._stopping.set()
        self._signal(self.program.stop_signal)
        done, _ = await asyncio.wait([self._keeper], timeout=self.program.stop_grace_s)
        if not done:
            self._say(f"does not stop within {self.program.stop_grace_s:g} s; killing it")
            self.kill()
        await self._keeper

    def kill(self) -> None:
        """Kills the program and its own children at once."""
        self._stopping.set()
        self._kill_group()

    def _kill_group(self) -> None:
        if self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)

    async def _replace_silent(self, answers: Callable[[], Awaitable[bool]]) -> None:
        watched, failures = self.pid, 0
        while True:
            await asyncio.sleep(self._watch.every_s)
            if self.pid != watched:
                watched, failures, self.has_answered = self.pid, 0, False
            elif watched is None or await answers():
                failures, self.has_answered = 0, watched is not None
            else:
                failures += 1
                # The child may have been replaced since the check began.
                if failures >= self._watch.allowed(has_answered=self.has_answered) and self.pid == watched:
                    self._say("does not answer any more; killing it")
                    self._kill_group()
                    failures = 0

    async def _keep(self, child: asyncio.subprocess.Process) -> None:
        in_a_row = 0
        started = time.monotonic()
        ended = await self._follow(child)
        while not self._stopping.is_set():
            self.crashes += 1
            in_a_row = 1 if time.monotonic() - started > self._backoff.forgotten_after_s else in_a_row + 1
            delay_s = self._backoff.delay_s(in_a_row)
            self._say(f"{ended}; starting it again in {delay_s:g} s")
            if await self._stopped_within(delay_s):
                return
            started = time.monotonic()
            ended = await self._follow(await self._spawn())

    async def _follow(self, child: asyncio.subprocess.Process) -> str:
        """Forwards the child's output until it ends; returns a description of its end."""
        reading = asyncio.create_task(self._pass_on(child))
        code = await child.wait()
        # A leftover process of the child may keep its output open.
        await asyncio.wait([reading], timeout=1.0)
        reading.cancel()
        return ending(code)

    async def _pass_on(self, child: asyncio.subprocess.Process) -> None:
        assert child.stdout is not None
        while True:
            try:
                line = await child.stdout.readline()
            except ValueError:  # longer than LINE_LIMIT; asyncio has dropped it
                line = b"(a line too long to show)\n"
            if not line:
                return
            text = line.decode(errors="replace").rstrip()
            self.last_lines.append(text)
            self._output.line(self.program.name, text)

    async def _stopped_within(self, delay_s: float) -> bool:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(delay_s):
                await self._stopping.wait()
        return self._stopping.is_set()

    async def _spawn(self) -> asyncio.subprocess.Process:
        program = self.program
        self._child = await asyncio.create_subprocess_exec(
            *program.bound,
            env={**os.environ, **program.environment},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            limit=LINE_LIMIT,
            process_group=0,
        )
        return self._child

    def _signal(self, number: signal.Signals) -> None:
        if self._child and self.pid:
            self._child.send_signal(number)

    def _say(self, text: str) -> None:
        self._output.line("mesh", f"{self.program.name} {text}")


def ending(code: int) -> str:
    """How a process ended, in words: "ended with exit code 1", "was ended by SIGKILL"."""
    if code >= 0:
        return f"ended with exit code {code}"
    return f"was ended by {signal.Signals(-code).name}"
