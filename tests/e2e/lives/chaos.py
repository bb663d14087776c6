"""What happens to a mesh while lives go on: processes are killed, and operators retry whatever jobs there are."""

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
from deploy.local.shop import Shop
from tests.e2e.lives.asking import Asking
from tests.e2e.lives.commands import Reply
from tests.e2e.running_mesh import RunningMesh
from tests.polling import some_time

# The front door and the database are not there twice: they are killed less often.
OFTEN, SELDOM = 6, 1
EVERY_S, STARTS_WITHIN_S = 4, 20
AT_FAILPOINT = "at a failpoint"
JOBS_OF = ("order", "inventory")


class Chaos:
    """Does it at random until `ended`, and counts it."""

    def __init__(self, mesh: RunningMesh, asking: Asking, admin: Shop, random: Random) -> None:
        self._mesh = mesh
        self._asking = asking
        self._admin = admin
        self._random = random
        self._happened: Counter[str] = Counter()

    def __str__(self) -> str:
        return ", ".join(f"{what}: {count}" for what, count in sorted(self._happened.items()))

    async def kill(self, ended: asyncio.Event, failpoints: Collection[str]) -> None:
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
                self._arm(self._random.choice(list(failpoints)))
            elif pids := self._pids_of(victim):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self._random.choice(pids), signal.SIGKILL)
                    self._happened[f"killed {victim}"] += 1

    def _arm(self, failpoint: str) -> None:
        if self._mesh.has_fired(failpoint):
            self._mesh.arm(failpoint)
            self._happened[f"died at {failpoint}"] += 1

    async def retry_jobs(self, ended: asyncio.Event) -> None:
        """Retries any job in any state: what is superseded is refused, or changes nothing."""
        while not ended.is_set():
            service = self._random.choice(JOBS_OF)
            state = self._random.choice(["", "JOB_STATE_READY", "JOB_STATE_DISCARDED", "JOB_STATE_DEAD"])
            path = f"/admin/{service}/jobs"
            query = f"?pageSize=50&state={state}" if state else "?pageSize=50"
            found = (await self._asking.for_json(self._admin, "GET", path + query, None, self._random)).get("jobs", [])
            if found:
                job = self._random.choice(found)
                reply = await self._asking.for_json(self._admin, "POST", f"{path}/{job['id']}:retry", {}, self._random)
                reason = Reply.of(reply).reason if "code" in reply else "OK"
                assert reason in {"OK", "JOB_RUNNING", "JOB_DONE", "JOB_DISCARDED"}, reply
                self._happened[f"RetryJob {job['kind']} {reason}"] += 1
            await some_time(self._random, at_most_s=0.3)

    def _pids_of(self, victim: str) -> list[int]:
        if victim == "postgres":
            with contextlib.suppress(OSError, ValueError):
                return [self._mesh.postgres_pid]
            return []
        if victim == "envoy":
            children = psutil.Process(self._mesh.pid).children()
            return [child.pid for child in children if child.name() == "envoy"]
        return self._mesh.pids_of(victim)
