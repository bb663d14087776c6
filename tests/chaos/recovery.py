"""How long a process is missed: from a fault to the first good call that needs the process and began after it."""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import httpx

from deploy.local.shop import Shop
from tests.chaos.checker.history import Call
from tests.polling import keeping_pace

EVERY_S = 0.4
PROBE_TIMEOUT_S = 5.0
# The first is for whoever has no part of the API of its own.
PROBES = {
    "edge": "/openapi.json",
    "identity_svc": "/api/v1/users/me",
    "inventory_svc": "/api/v1/admin/inventory?pageSize=1",
    "order_svc": "/api/v1/orders?pageSize=1",
    "order_svc.payment": "/api/v1/admin/ops/payment/jobs?pageSize=1",
}
_PREFIXES = {
    "/openapi.json": "edge",
    "/users": "identity_svc",
    "/admin/inventory": "inventory_svc",
    "/orders": "order_svc",
    "/admin/ops/payment": "order_svc.payment",
}
# These have no replica: every call needs the one, those of services with databases the other.
ALONE = ("envoy", "postgres")


@dataclass(frozen=True, slots=True)
class Fault:
    """What was done to a process, and when it was over: at once if it was killed."""

    what: str
    process: str
    at: float


async def probe(http: httpx.AsyncClient, admin: Shop, ended: asyncio.Event) -> None:
    """Asks each service for something, all the time."""

    async def one(path: str) -> None:
        loop = asyncio.get_running_loop()
        while not ended.is_set():
            due = loop.time() + EVERY_S
            with suppress(httpx.TransportError):
                await http.get(path, headers=admin.headers, timeout=PROBE_TIMEOUT_S)
            await keeping_pace(due)

    # Three for each: some may wait for a process that is gone.
    await asyncio.gather(*[one(path) for path in PROBES.values() for _ in range(3)])


def recovered(calls: Sequence[Call], faults: Sequence[Fault]) -> Mapping[str, list[float]]:
    """Seconds by process, of the faults that calls followed."""
    good: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for call in calls:
        if call.is_ok:
            for process in _needed(call.path):
                good[process].append((call.start, call.end))
    starts: dict[str, list[float]] = {}
    first_ends: dict[str, list[float]] = {}
    for process, spans in good.items():
        spans.sort()
        starts[process] = [start for start, _ in spans]
        # The earliest end of all that began at that time or later.
        ends = [end for _, end in spans]
        for number in range(len(ends) - 2, -1, -1):
            ends[number] = min(ends[number], ends[number + 1])
        first_ends[process] = ends
    found: defaultdict[str, list[float]] = defaultdict(list)
    for fault in faults:
        number = bisect_left(starts.get(fault.process, []), fault.at)
        if number < len(first_ends.get(fault.process, [])):
            found[fault.process].append(first_ends[fault.process][number] - fault.at)
    return found


def _needed(path: str) -> list[str]:
    service = next((process for prefix, process in _PREFIXES.items() if path.startswith(prefix)), "")
    with_database = ["postgres"] if service not in ("", "edge") else []
    return [*filter(None, [service]), *with_database, "envoy"]
