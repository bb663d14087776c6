"""Does harm to a mesh, in an order and at a pace that one number decides on."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from random import Random

from deploy.local.mesh import SERVICES
from tests.chaos.broker import Broker
from tests.chaos.faults import CAN_CUT, LOCKED, Faults, victims
from tests.chaos.postgres_pair import PostgresPair
from tests.chaos.recovery import ALONE, Fault
from tests.e2e.running_mesh import RunningMesh
from tests.polling import keeping_pace

# Whose process dies there. The last one nobody passes without a broker.
FAILPOINTS = {
    "stock_held_not_answered": "inventory_svc",
    "event_handled_not_in_inbox": "inventory_svc",
    "stock_held_order_not_written": "order_svc",
    "order_written_not_committed": "order_svc",
    "order_placed_not_answered": "order_svc",
    "charged_not_recorded": "order_svc",
    "paid_stock_not_sold": "order_svc",
    "refunded_not_recorded": "order_svc",
    "published_not_delivered": "order_svc",
    "charged_not_answered": "order_svc.payment",
    "published_position_not_moved": "order_svc",
}


class What(StrEnum):
    """Of all that can be done."""

    KILL = "kill -9"
    KILL_ALL = "kill -9 of all replicas"
    FAILPOINT = "death at a failpoint"
    FREEZE = "SIGSTOP"
    FREEZE_ALL = "SIGSTOP of all replicas"
    CUT = "network cut"
    LOSS = "network loses 30 %"
    LOCK = "pools exhausted"
    DISCONNECT = "database sessions ended"
    FULL = "disk full"
    SWITCH = "primary switched"
    NO_BROKER = "broker gone"


WEIGHTS = {
    What.KILL: 30,
    What.FAILPOINT: 12,
    What.KILL_ALL: 3,
    What.FREEZE: 4,
    What.FREEZE_ALL: 2,
    What.CUT: 2,
    What.LOSS: 2,
    What.LOCK: 2,
    What.DISCONNECT: 2,
    What.FULL: 1,
    What.SWITCH: 2,
    What.NO_BROKER: 2,
}
# What is there once is killed as often as each replica of the others.
KILL_WEIGHTS = {process: 1 if process in ALONE else 2 for process in victims()}
LONGEST_S = 6.0
# The broker is away for up to two minutes.
LONGER = 20


@dataclass(frozen=True, slots=True)
class Step:
    """After a wait, something that is done to a process. `chance` chooses among its replicas."""

    wait_s: float
    what: What
    process: str
    failpoint: str
    chance: float
    lasts_s: float


def schedule(seed: int, *, every_s: float) -> Iterator[Step]:
    """The same for the same numbers, whatever comes of it."""
    random = Random(f"{seed}/nemesis")
    while True:
        what = random.choices([*WEIGHTS], [*WEIGHTS.values()])[0]
        failpoint = random.choice([*FAILPOINTS])
        # Drawn in any case, so that each step takes as many numbers.
        processes = {
            What.KILL: random.choices([*KILL_WEIGHTS], [*KILL_WEIGHTS.values()])[0],
            What.FAILPOINT: FAILPOINTS[failpoint],
            What.LOCK: random.choice([*LOCKED]),
            What.FULL: "postgres",
            What.SWITCH: "postgres",
            What.NO_BROKER: "rabbitmq",
        }
        service = random.choice([*SERVICES.values()])
        yield Step(
            wait_s=random.uniform(0, 2 * every_s),
            what=what,
            process=processes.get(what, service),
            failpoint=failpoint if what == What.FAILPOINT else "",
            chance=random.random(),
            lasts_s=random.uniform(0.3, LONGEST_S),
        )


class Nemesis:
    """`faults` are those that were done, `kills` the processes that died by them, also at `failpoints`."""

    def __init__(
        self,
        mesh: RunningMesh,
        seed: int,
        *,
        every_s: float,
        replicas: int,
        disk: Path | None,
        servers: PostgresPair | None,
        broker: Broker | None,
    ) -> None:
        self._mesh = mesh
        self._servers = servers
        self._broker = broker
        self._does = Faults(mesh, replicas=replicas)
        self._steps = schedule(seed, every_s=every_s)
        self._disk = disk
        self._armed: set[str] = set()
        self.faults: list[Fault] = []
        self.kills: Counter[str] = Counter()
        self.failpoints: Counter[str] = Counter()

    async def rage(self, kills: int, ended: asyncio.Event) -> None:
        """Until it has killed so often, or everything else has ended. When this returns, all harm is over."""
        loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as going_on:
            while self.kills.total() < kills and not ended.is_set():
                step = next(self._steps)
                await keeping_pace(loop.time() + step.wait_s)
                self._count_fired()
                going_on.create_task(self._do(step))
        # Nobody has passed those that are left.
        self._count_fired()
        for failpoint in self._armed:
            self._mesh.disarm(failpoint)

    async def _do(self, step: Step) -> None:
        process, seconds, began = step.process, step.lasts_s, self._now()
        match step.what:
            case What.KILL | What.KILL_ALL:
                killed = self._does.kill(process, step.chance, all=step.what == What.KILL_ALL)
                if killed:
                    self.kills[process] += killed
                    self.faults.append(Fault(step.what, process, began))
                return
            case What.FAILPOINT:
                if step.failpoint not in self._armed:
                    self._mesh.arm(step.failpoint)
                    self._armed.add(step.failpoint)
                return
            case What.SWITCH if self._servers:
                if await self._servers.switch():
                    self.kills[process] += 1
                    # When it was killed, because the other one is there only by the switch.
                    self.faults.append(Fault(step.what, process, began))
                return
            case What.FREEZE | What.FREEZE_ALL:
                await self._does.freeze(process, step.chance, seconds, all=step.what == What.FREEZE_ALL)
            case What.CUT | What.LOSS if CAN_CUT:
                await self._does.cut(process, seconds, loss=step.what == What.LOSS)
            case What.LOCK:
                await self._does.lock(process, seconds)
            case What.DISCONNECT:
                await self._does.disconnect(process)
            case What.NO_BROKER if self._broker:
                if not await self._broker.go_away(LONGER * seconds):
                    return
            case What.FULL if self._disk:
                await self._does.fill_disk(self._disk, seconds)
            case _:
                return  # cannot be had here
        self.faults.append(Fault(step.what, process, self._now()))

    def _count_fired(self) -> None:
        for failpoint in [name for name in self._armed if self._mesh.has_fired(name)]:
            self._armed.remove(failpoint)
            self.failpoints[failpoint] += 1
            self.kills[FAILPOINTS[failpoint]] += 1
            self.faults.append(Fault(What.FAILPOINT, FAILPOINTS[failpoint], self._now()))

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
