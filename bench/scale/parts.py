"""What nodes are made of in the simulation: cores, processes, batches, and the rows that everybody wants."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator
from itertools import count
from typing import Any

import simpy

Steps = Generator[simpy.Event, Any, Any]
# The system gives a core to another process after about this time.
SLICE_S = 0.003
# See chassis.batching and order_svc.adapters.inventory.
_LARGEST, _LONGEST_PACE_S = 200, 0.1
# See chassis.mediator.
_CONTENDED_S = 0.5


class Cores:
    """The cores of a machine; `busy_s` is of all of them together."""

    def __init__(self, env: simpy.Environment, number: int) -> None:
        self.env, self.number, self.busy_s = env, number, 0.0
        self.free = simpy.Resource(env, capacity=number)

    def run(self, seconds: float) -> Steps:
        self.busy_s += seconds
        yield self.env.timeout(seconds)


class Server:
    """PostgreSQL: each of its processes does one thing, on any core."""

    def __init__(self, cores: Cores) -> None:
        self._cores, self.busy_s = cores, 0.0

    def work(self, seconds: float) -> Steps:
        self.busy_s += seconds
        while seconds > 0:
            part = min(seconds, SLICE_S)
            with self._cores.free.request() as core:
                yield core
                yield from self._cores.run(part)
            seconds -= part


class Process:
    """A process with one thread: it does one thing after the other, and keeps its core while it has something to do."""

    def __init__(self, cores: Cores) -> None:
        self._cores, self.busy_s = cores, 0.0
        self._waiting: deque[tuple[float, simpy.Event]] = deque()
        self._is_running = False

    def work(self, seconds: float) -> Steps:
        done = self._cores.env.event()
        self._waiting.append((seconds, done))
        if not self._is_running:
            self._is_running = True
            self._cores.env.process(self._run())
        yield done

    def _run(self) -> Steps:
        while self._waiting:
            with self._cores.free.request() as core:
                yield core
                left_s = SLICE_S
                while self._waiting and left_s > 0:
                    seconds, done = self._waiting.popleft()
                    part = min(seconds, left_s)
                    yield from self._cores.run(part)
                    self.busy_s += part
                    left_s -= part
                    if part < seconds:
                        self._waiting.appendleft((seconds - part, done))
                    else:
                        done.succeed()
        self._is_running = False


class Batches:
    """As chassis.batching.Batcher: one batch in flight, while the next one grows. Its items are orders."""

    def __init__(
        self, env: simpy.Environment, run: Callable[[int], Steps], *, share: float = 1, pace_s: float = 0
    ) -> None:
        self._env, self._run, self._share, self._pace_s = env, run, share, pace_s
        self._waiting: list[tuple[int, simpy.Event]] = []
        self._is_running, self._not_before = False, 0.0

    def submit(self, orders: int = 1) -> simpy.Event:
        """An event that has the size of the batch, once it is done."""
        done = self._env.event()
        self._waiting.append((orders, done))
        if not self._is_running:
            self._is_running = True
            self._env.process(self._work())
        return done

    def _work(self) -> Steps:
        while self._waiting:
            if (early_s := self._not_before - self._env.now) > 0:
                yield self._env.timeout(early_s)
            batch, self._waiting = self._waiting[:_LARGEST], self._waiting[_LARGEST:]
            size, began = sum(orders for orders, _ in batch), self._env.now
            yield from self._run(size)
            for _, done in batch:
                done.succeed(size)
            if size > 1:
                took_s = self._env.now - began
                self._not_before = began + max(self._pace_s, min(took_s / self._share, _LONGEST_PACE_S))
        self._is_running = False


class HotRows:
    """The stock of a database that every order wants, and who meets whom there.

    A replica first tries without locks, and is refused if others have committed since it looked; then it takes
    locks, for half a second.
    """

    def __init__(self, env: simpy.Environment) -> None:
        self._env = env
        self._lock = simpy.Resource(env, capacity=1)
        self._versions, self._version = count(1), 0
        self.held_s = 0.0
        self.conflicts = 0

    def write(self, contended_until: float, look: Callable[[], Steps], write: Callable[[], Steps]) -> Steps:
        """Looks and writes in a transaction; returns until when rows are taken to be contended."""
        if self._env.now >= contended_until:
            seen = self._version
            yield from look()
            with self._lock.request() as lock:
                yield lock
                began = self._env.now
                if seen == self._version:
                    yield from write()
                    self._version = next(self._versions)
                    self.held_s += self._env.now - began
                    return contended_until
            self.conflicts += 1
            contended_until = self._env.now + _CONTENDED_S
        with self._lock.request() as lock:
            yield lock
            began = self._env.now
            yield from look()
            yield from write()
            self._version = next(self._versions)
            self.held_s += self._env.now - began
        return contended_until
