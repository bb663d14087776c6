"""One run: a mesh of two replicas, shoppers and traders, harm, and then the question whether every promise was kept."""

from __future__ import annotations

import asyncio
import os
import time
import traceback
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AbstractContextManager, AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random

import httpx

from deploy.local.shop import Shop
from tests.broker.rabbitmq import is_installed
from tests.chaos import recovery
from tests.chaos.broker import running_broker
from tests.chaos.checker import violations
from tests.chaos.checker.history import Json
from tests.chaos.faults import small_disk
from tests.chaos.followers import Followers
from tests.chaos.nemesis import FAILPOINTS, Nemesis
from tests.chaos.postgres_pair import PostgresPair
from tests.chaos.recording import Recorder, recorded_client
from tests.chaos.traders import Traders
from tests.e2e import invariants
from tests.e2e.conftest import SETTINGS
from tests.e2e.running_mesh import RunningMesh, running_mesh
from tests.folders import data_folder
from tests.lives.fronts import MeshFront
from tests.lives.shop import Meanwhile, RandomLives
from tests.polling import eventually

REPLICAS, MOST_ATTEMPTS = 2, 8
# Every how many passings a process dies: points that an order or a batch passes, and those that few pass.
NTH = {"refunded_not_recorded": 2, "published_not_delivered": 2}
REPLICATED: Mapping[str, str] = SETTINGS | {
    "FAILPOINT": ",".join(f"{name}:{NTH.get(name, 3)}" for name in FAILPOINTS),
    "REPLICAS": str(REPLICAS),
    "PAYMENT_MAX_ATTEMPTS": str(MOST_ATTEMPTS),
    "PAYMENT_BACKOFF_MAX_S": "1",
    "PAYMENT_ACTION_MINUTES": "0.1",
    "CALL_TIMEOUT_S": "10",
    "UNPLACED_HOLD_S": "20",
    "RESERVATION_REAP_S": "1",
    "ACCESS_TOKEN_LIFE_S": "86400",
}
# Of every four runs, three have two servers of PostgreSQL, and one that which `make up` brings; two have a broker.
RUNS, WITH_THE_EMBEDDED_SERVER, WITH_A_BROKER = 4, (0,), (1, 3)
DISK_MB = 1_500
CALL_TIMEOUT_S = 20
# Only what is left when the harm is over has to be done in time.
PATIENCE_S = 900
USERS = 30
# More than a run needs: it ends with the kills.
LIVES = 2_000
FOLLOWED = 0.2
SETTLED_WITHIN_S = 60
_ENTRIES = "SELECT transaction_id, kind, amount, refund_id FROM ledger_entry ORDER BY transaction_id, ordinal"


@dataclass
class Outcome:
    """What a run did and found. `recovered_s` are seconds by process, `settled_s` those after the last fault.

    `load` is the machine's, with what else ran there: processes that want to run, on average of 15 minutes.
    """

    seed: int
    kills: Counter[str] = field(default_factory=Counter)
    failpoints: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    recovered_s: dict[str, list[float]] = field(default_factory=dict)
    settled_s: float = 0
    load: float = 0
    violations: list[str] = field(default_factory=list)


async def run(seed: int, *, kills: int, every_s: float, history: Path) -> Outcome:
    """Until `kills` processes have died, with a fault every `every_s` on average; leaves the history at its path."""
    outcome = Outcome(seed)
    async with AsyncExitStack() as stack:
        recorder = Recorder(stack.enter_context(history.open("w", encoding="utf-8")))
        disk = stack.enter_context(small_disk(DISK_MB))
        folder = disk or stack.enter_context(data_folder())
        servers = broker = None
        settings: Mapping[str, str] = REPLICATED
        if seed % RUNS not in WITH_THE_EMBEDDED_SERVER:
            servers = await stack.enter_async_context(PostgresPair(folder / "servers").running())
        if seed % RUNS in WITH_A_BROKER and is_installed():
            broker = await stack.enter_async_context(running_broker())
            settings = {**settings, **broker.settings}
        mesh = await stack.enter_async_context(elsewhere(running_mesh(folder, settings, server=servers)))
        nemesis = Nemesis(mesh, seed, every_s=every_s, replicas=REPLICAS, disk=disk, servers=servers, broker=broker)
        http = await stack.enter_async_context(recorded_client(mesh.url, recorder, timeout_s=CALL_TIMEOUT_S))
        await _go(mesh, http, recorder, nemesis, outcome, kills)
        with _noted(outcome):
            if servers:
                await servers.whole()
            if broker:
                await broker.look(mesh, recorder)
    outcome.violations += violations(recorder.history)
    if outcome.settled_s > SETTLED_WITHIN_S:
        outcome.violations.append(f"settled {outcome.settled_s:.0f} s after the last fault")
    outcome.load = os.getloadavg()[2]
    outcome.kills, outcome.failpoints = nemesis.kills, nemesis.failpoints
    outcome.faults = Counter(str(fault.what) for fault in nemesis.faults)
    outcome.recovered_s = dict(recovery.recovered(recorder.history.calls, nemesis.faults))
    outcome.counts.update(
        calls=len(recorder.history.calls),
        unanswered=sum(call.is_unknown for call in recorder.history.calls),
        unexplained=sum(call.status >= 400 and not call.error[0] for call in recorder.history.calls),
        orders=len(recorder.history.orders),
        events=len(recorder.history.events),
        items=len(recorder.history.markets),
        entries=len(recorder.history.ledger),
        published=len(recorder.history.published),
    )
    return outcome


async def _go(
    mesh: RunningMesh, http: httpx.AsyncClient, recorder: Recorder, nemesis: Nemesis, outcome: Outcome, kills: int
) -> None:
    admin = await Shop(http).login("admin@example.com", "Admin123!")
    front = MeshFront(mesh, http, admin)
    lives = RandomLives(front, seed=outcome.seed, most_attempts=MOST_ATTEMPTS, patience_s=PATIENCE_S)
    traders = Traders(front, recorder, Random(f"{outcome.seed}/traders"))
    followers = Followers(http, admin, recorder, Random(f"{outcome.seed}/followers"), share=FOLLOWED)
    recorder.placed = followers.placed
    await traders.begin()
    enough = asyncio.Event()
    over_at = time.monotonic()

    async def rage(ended: asyncio.Event) -> None:
        nonlocal over_at
        await nemesis.rage(kills, ended)
        over_at = time.monotonic()
        enough.set()

    async def trade(ended: asyncio.Event) -> None:
        await traders.trade(enough)

    meanwhile: list[Meanwhile] = [rage, trade, lives.chaos.retry_jobs, partial(recovery.probe, http, admin)]
    with _noted(outcome):
        await lives.happen(LIVES, users=USERS, meanwhile=meanwhile, enough=enough)
    with _noted(outcome):
        await eventually(lambda: invariants.at_rest(mesh), timeout_s=2 * SETTLED_WITHIN_S)
    outcome.settled_s = time.monotonic() - over_at
    with _noted(outcome):
        await _look(mesh, front, recorder, traders, followers)
    with _noted(outcome):
        await invariants.check(mesh)


@contextmanager
def _noted(outcome: Outcome) -> Iterator[None]:
    """An error is a violation, and the others are looked for nevertheless."""
    try:
        yield
    except Exception as error:
        outcome.violations += _told(error)


async def _look(
    mesh: RunningMesh, front: MeshFront, recorder: Recorder, traders: Traders, followers: Followers
) -> None:
    """Records how everything is in the end."""
    await traders.close()
    page = ""
    while True:
        found: Json | None = await front.send("", "GET", f"/admin/orders?pageSize=50&pageToken={page}", None)
        assert found is not None
        for order in found.get("orders", []):
            kept = ("id", "status", "payments")
            recorder.add("order", order={name: order[name] for name in kept})
        page = found.get("nextPageToken", "")
        if not page:
            break
    async with mesh.database("easyorder_payment") as payment:
        for row in await payment.fetch(_ENTRIES):
            recorder.add(
                "entry",
                transaction=row["transaction_id"],
                moved=row["kind"],
                amount=str(row["amount"]),
                refund=row["refund_id"] or "",
            )
    statuses = {id: order["status"].removeprefix("ORDER_STATUS_") for id, order in recorder.history.orders.items()}
    await followers.end(statuses)


@asynccontextmanager
async def elsewhere(mesh: AbstractContextManager[RunningMesh]) -> AsyncIterator[RunningMesh]:
    """Starts and stops it in a thread: the servers of its databases are looked after by this one."""
    running = ExitStack()
    try:
        yield await asyncio.to_thread(running.enter_context, mesh)
    finally:
        await asyncio.to_thread(running.close)


def _told(error: BaseException) -> list[str]:
    """The errors of a group, each with where it was raised."""
    if isinstance(error, BaseExceptionGroup):
        return [line for inner in error.exceptions for line in _told(inner)]
    where = traceback.extract_tb(error.__traceback__)[-1]
    return [f"{type(error).__name__} in {where.name}: {error}"]
