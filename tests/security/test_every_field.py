"""Any value in any field, by gRPC or JSON, gets a proper reply at once, and every audit entry is written."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import psutil
import pytest

from chassis import contract
from chassis.contract import HttpBinding, Method
from envoy.routing import OPS
from tests.e2e.running_mesh import RunningMesh
from tests.polling import eventually
from tests.security.hostile import Attack, attacks
from tests.security.requests import FAULTS, STREAM_S, TIMEOUT_S, grpc_answer, home_of, json_request
from tests.security.stage import MODULES, Stage

# Those that keep an audit trail.
DATABASES = {
    "identity": "easyorder_identity",
    "inventory": "easyorder_inventory_write",
    "order": "easyorder_order_write",
}
# How long a call may hold the loop of the process that serves it, in time of its processor: what a watcher of the loop
# would see on an idle machine, and what a busy machine does not change.
MOST_CPU_S = 0.2
AT_ONCE = 8
METHODS = list(contract.methods().values())
# JSON takes the same bodies for CreateProduct and CreateIncentive, and gRPC the same messages for these.
TWINS = {"UpdateProduct", "UpdateIncentive"}


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.full_name.rpartition(".")[2])
async def test_by_grpc(method: Method, stage: Stage) -> None:
    service = "order" if method.service == OPS else home_of(method)
    process = psutil.Process(stage.mesh.pid_of(MODULES[service]))
    audited: set[str] = set()

    async with stage.mesh.open_channel(service) as channel:

        async def call(attack: Attack) -> str | None:
            if attack.wire is None:
                return None
            correlation_id = uuid.uuid4().hex
            headers = stage.headers(method) | {"x-request-id": correlation_id}
            code, message = await grpc_answer(channel, method, attack.wire, headers)
            if not re.search("not a valid|takes at most [0-9]+$|Received message larger", message):
                audited.add(correlation_id)
            return f"{code.name} {message}" if code in FAULTS else None

        await _attack(call, attacks_on(method, stage), [process])
    if service in DATABASES and not method.server_streaming and not re.match("Get|List|Preview", method.name):
        await _are_audited(stage.mesh, service, audited)


@pytest.mark.parametrize(
    ("method", "binding"),
    [
        pytest.param(method, binding, marks=[pytest.mark.soak] if method.name in TWINS else [])
        for method in METHODS
        for binding in method.http
    ],
    ids=lambda value: value.full_name.rpartition(".")[2] if isinstance(value, Method) else value.path,
)
async def test_by_json(method: Method, binding: HttpBinding, stage: Stage, http: httpx.AsyncClient) -> None:
    service = "order" if method.service == OPS else home_of(method)
    envoy = next(p for p in psutil.Process(stage.mesh.pid).children(recursive=True) if "envoy" in p.name())
    processes = [psutil.Process(stage.mesh.pid_of(MODULES[service])), envoy]
    seen: set[tuple[str, bytes | None]] = set()

    async def call(attack: Attack) -> str | None:
        url, content = json_request(binding, attack)
        if (url, content) in seen:
            return None
        seen.add((url, content))
        status, text = await _json_answer(http, method, binding, url, content, stage.headers(method))
        return f"{status} {text}" if status >= 500 and status != httpx.codes.NOT_IMPLEMENTED else None

    await _attack(call, attacks_on(method, stage), processes)


def attacks_on(method: Method, stage: Stage) -> list[Attack]:
    return list(attacks(contract.descriptor_of(method.request), stage.known_to(method)))


async def _attack(call: Any, attacks: Sequence[Attack], processes: Sequence[psutil.Process]) -> None:
    """Fails naming each attack that was answered by a fault, or held a process for too long."""
    found = []
    for begin in range(0, len(attacks), AT_ONCE):
        batch = attacks[begin : begin + AT_ONCE]
        before = _cpu_s(processes)
        answers = await asyncio.gather(*map(call, batch))
        found += [f"{attack.label}: {answer[:300]}" for attack, answer in zip(batch, answers, strict=True) if answer]
        if _most(before, processes) > MOST_CPU_S:
            slow = [attack.label for attack in batch if await _holds(call, attack, processes)]
            found += [f"{label}: held the process for too long" for label in slow]
    assert not found, "\n".join(found[:20])


async def _holds(call: Any, attack: Attack, processes: Sequence[psutil.Process]) -> bool:
    """Whether it does by itself, each of three times: what else a process did meanwhile is not its fault."""
    for _ in range(3):
        before = _cpu_s(processes)
        await call(attack)
        if _most(before, processes) <= MOST_CPU_S:
            return False
    return True


def _cpu_s(processes: Sequence[psutil.Process]) -> list[float]:
    return [sum(process.cpu_times()[:2]) for process in processes]


def _most(before: Sequence[float], processes: Sequence[psutil.Process]) -> float:
    return max(now - then for now, then in zip(_cpu_s(processes), before, strict=True))


async def _json_answer(
    http: httpx.AsyncClient,
    method: Method,
    binding: HttpBinding,
    url: str,
    content: bytes | None,
    headers: Mapping[str, str],
) -> tuple[int, str]:
    limit_s = STREAM_S if method.server_streaming else TIMEOUT_S
    request = http.build_request(binding.verb, url, content=content, headers=headers, timeout=TIMEOUT_S)
    try:
        answer = await asyncio.wait_for(http.send(request), limit_s)
    except TimeoutError:
        assert method.server_streaming, "no answer"
        return 200, ""
    return answer.status_code, answer.text


async def _are_audited(mesh: RunningMesh, service: str, correlation_ids: set[str]) -> None:
    async with mesh.database(DATABASES[service]) as database:

        async def all_are_there() -> bool:
            query = "SELECT count(DISTINCT correlation_id) FROM audit_entry WHERE correlation_id = ANY($1)"
            return bool(await database.fetchval(query, list(correlation_ids)) == len(correlation_ids))

        await eventually(all_are_there, timeout_s=10)
