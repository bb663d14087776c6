"""What happens while lives go on: operators retry whatever jobs there are, and processes are killed."""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import signal
import time
from collections import Counter
from collections.abc import Collection
from random import Random

import psutil

from deploy.local.mesh import SERVICES
from tests.e2e.running_mesh import RunningMesh
from tests.lives.asking import Asking
from tests.lives.commands import Reply
from tests.polling import some_time

# The front door and the database are not there twice: they are killed less often.
OFTEN, SELDOM = 6, 1
EVERY_S, STARTS_WITHIN_S = 4, 20
AT_FAILPOINT = "at a failpoint"
JOBS_OF = ("order", "inventory")
JOB_STATES = ("", "JOB_STATE_READY", "JOB_STATE_DISCARDED", "JOB_STATE_DEAD")


class Chaos:
    """Each method does one thing at random until `ended`, and counts it."""

    def __init__(self, asking: Asking, random: Random) -> None:
        self._asking = asking
        self._random = random
        self._happened: Counter[str] = Counter()

    def __str__(self) -> str:
        return ", ".join(f"{what}: {count}" for what, count in sorted(self._happened.items()))

    async def retry_jobs(self, ended: asyncio.Event) -> None:
        """Retries any job in any state: what is superseded is refused, or changes nothing."""
        while not ended.is_set():
            path = f"/admin/ops/{self._random.choice(JOBS_OF)}/jobs"
            state = self._random.choice(JOB_STATES)
            found = await self._asking.resource("GET", f"{path}?pageSize=50" + (f"&state={state}" if state else ""))
            if jobs := found.get("jobs"):
                job = self._random.choice(jobs)
                reply = await self._asking.json("POST", f"{path}/{job['id']}:retry", {})
                reason = Reply.of(reply).reason if "details" in reply else "OK"
                assert reason in {"OK", "JOB_RUNNING", "JOB_DONE", "JOB_DISCARDED"}, reply
                self._happened[f"RetryJob {job['kind']} {reason}"] += 1
            await some_time(self._random, at_most_s=0.3)

    async def kill(self, ended: asyncio.Event, mesh: RunningMesh, failpoints: Collection[str]) -> None:
        """Kills a process now and then, or lets one die between two steps."""
        choices = [*[*SERVICES.values(), AT_FAILPOINT] * OFTEN, *["envoy", "postgres"] * SELDOM]
        killed_at = dict.fromkeys(choices, -math.inf)
        while not ended.is_set():
            await some_time(self._random, at_most_s=EVERY_S)
            victim = self._random.choice(choices)
            # The replica that died before takes a while to start.
            if time.monotonic() < killed_at[victim] + STARTS_WITHIN_S:
                continue
            killed_at[victim] = time.monotonic()
            if victim == AT_FAILPOINT:
                self._arm(mesh, self._random.choice(list(failpoints)))
            elif pids := pids_of(mesh, victim):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self._random.choice(pids), signal.SIGKILL)
                    self._happened[f"killed {victim}"] += 1

    def _arm(self, mesh: RunningMesh, failpoint: str) -> None:
        if mesh.has_fired(failpoint):
            mesh.arm(failpoint)
            self._happened[f"armed {failpoint}"] += 1


def pids_of(mesh: RunningMesh, victim: str) -> list[int]:
    """The processes of a module, of `envoy`, or of the server `postgres`."""
    if victim == "postgres":
        # While it starts, there is no file that names it.
        with contextlib.suppress(OSError, ValueError):
            return [mesh.postgres_pid]
        return []
    if victim == "envoy":
        return [child.pid for child in psutil.Process(mesh.pid).children() if child.name() == "envoy"]
    return mesh.pids_of(victim)
