"""Shared limits hold over two Envoys, which ask edge; each Envoy's own limits hold while edge is gone."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest

from chassis.grpc.status import from_rpc_error
from deploy.local.plain_http import plain_client
from tests.e2e.running_mesh import ROOT, free_port
from tests.envoy.error_shape import detail_of, reason_of
from tests.envoy.fake_mesh import FakeMesh
from tests.envoy.running import RunningEnvoy, running_envoy
from tests.mesh import Tokens, service_keys
from tests.polling import eventually
from tests.rate_limits.files import written

pytestmark = pytest.mark.asyncio(loop_scope="session")

LIMIT, CALLS = 20, 200
ORDERS = "easyorder.order.v1.OrderService"
CREATE_ORDER, CANCEL_ORDER = f"/{ORDERS}/CreateOrder", f"/{ORDERS}/CancelOrder"
LOGIN = "/easyorder.identity.v1.IdentityService/Login"
# No bucket refills during a test.
SLOW: dict[str, Any] = {"period": "day", "requests": LIMIT, "shared": True}
LIMITS: list[dict[str, Any]] = [
    {"name": "orders", "by": "user", "methods": [f"{ORDERS}/CreateOrder"], **SLOW},
    {"name": "cancellations", "by": "route", "methods": [f"{ORDERS}/CancelOrder"], **SLOW},
    {"name": "sign-ins", "by": "address", "methods": [LOGIN.strip("/")], **SLOW},
]
# So long that a busy machine makes no difference.
PATIENT = {"limits": LIMITS, "shared_timeout_ms": 5000}


class Edge:
    """A process `python -m edge`, which a test can freeze, kill and start again on the same port."""

    def __init__(self, mesh: FakeMesh, folder: Path) -> None:
        self.port, self._mesh, self._folder = free_port(), mesh, folder
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, limits: str) -> None:
        variables = {
            "EDGE_ADDRESS": f"127.0.0.1:{self.port}",
            "IDENTITY_ADDRESS": f"127.0.0.1:{self._mesh.ports['identity']}",
            "SERVICE_KEYS_DIR": str(service_keys()),
            "DATA_DIR": str(self._folder),
            "RATE_LIMITS_FILE": limits,
        }
        environment = os.environ | {f"EASYORDER_{name}": value for name, value in variables.items()}
        with (self._folder / f"edge-{self.port}.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "edge", cwd=ROOT, env=environment, stdout=log, stderr=log
            )
        await eventually(self._is_up, timeout_s=30)

    def signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    async def kill(self) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                self.signal(signal.SIGKILL)
            await self._process.wait()
            self._process = None

    async def _is_up(self) -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        writer.close()
        return True


@dataclass
class Entrances:
    """Two Envoys before one mesh, and the replicas of edge that they ask, the first one first."""

    envoys: Sequence[RunningEnvoy]
    edges: Sequence[Edge]
    tokens: Tokens

    async def calls(
        self, count: int, path: str, method: str, bearer: dict[str, str], *, envoys: Sequence[int] = (0, 1)
    ) -> Counter[str]:
        """How many of the calls, by turns at the Envoys and over JSON and gRPC, are admitted and refused."""
        async with AsyncExitStack() as opened:
            http = [await opened.enter_async_context(plain_client(self.envoys[n].url, timeout=30)) for n in envoys]

            async def one(n: int) -> str:
                if n // 2 % 2:
                    return await over_grpc(self.envoys[envoys[n % len(envoys)]], method, bearer)
                return await over_json(http[n % len(envoys)], path, bearer)

            return Counter(await asyncio.gather(*(one(n) for n in range(count))))

    async def orders(self, count: int, user: str, *, envoys: Sequence[int] = (0, 1)) -> Counter[str]:
        bearer = {"authorization": f"Bearer {self.tokens.user(user)}"}
        return await self.calls(count, "/api/v1/orders", CREATE_ORDER, bearer, envoys=envoys)

    async def ask(self, *replicas: int) -> bool:
        """Whether these replicas of edge, and no others, are what the Envoys find healthy."""
        ports = {self.edges[n].port for n in replicas}
        return all([await envoy.healthy_ports("rate_limits") == ports for envoy in self.envoys])


async def verifies_tokens(envoy: RunningEnvoy, tokens: Tokens) -> bool:
    async with plain_client(envoy.url, timeout=10) as http:
        bearer = {"authorization": f"Bearer {tokens.user('the first one')}"}
        return (await http.get("/api/v1/orders", headers=bearer)).status_code == httpx.codes.OK


async def over_json(http: httpx.AsyncClient, path: str, bearer: dict[str, str]) -> str:
    reply = await http.post(path, headers=bearer, json={})
    if reply.status_code == httpx.codes.OK:
        return "admitted"
    assert (reply.status_code, reason_of(reply)) == (429, "RATE_LIMITED"), reply.text
    # The next of at least 10 in a day.
    assert 0 < int(reply.headers["retry-after"]) <= 24 * 3600 / (LIMIT // 2)
    assert detail_of(reply, "RetryInfo")["retryDelay"] == f"{reply.headers['retry-after']}s"
    return "refused over JSON"


async def over_grpc(envoy: RunningEnvoy, method: str, bearer: dict[str, str]) -> str:
    refusal = await asyncio.gather(envoy.call(method, bearer), return_exceptions=True)
    if not isinstance(error := refusal[0], grpc.aio.AioRpcError):
        return "admitted"
    assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED, error
    known = from_rpc_error(error)
    assert (known.reason, known.retry_after_s) == ("RATE_LIMITED", 24 * 3600 / LIMIT)
    return "refused over gRPC"


@asynccontextmanager
async def entrances(
    mesh: FakeMesh, tokens: Tokens, folder: Path, content: dict[str, Any], *, edges: int = 1
) -> AsyncIterator[Entrances]:
    limits = written(folder, content)
    async with AsyncExitStack() as started:
        replicas = [Edge(mesh, folder) for _ in range(edges)]
        for edge in replicas:
            started.push_async_callback(edge.kill)
            await edge.start(limits)
        addresses = ",".join(f"127.0.0.1:{edge.port}" for edge in replicas)
        envoys = []
        for n in range(2):
            (folder / str(n)).mkdir()
            running = running_envoy(folder / str(n), mesh.ports, edge_address=addresses, rate_limits_file=limits)
            envoys.append(await started.enter_async_context(running))
        found = Entrances(envoys, replicas, tokens)
        await eventually(lambda: found.ask(*range(edges)), timeout_s=20)
        for envoy in envoys:
            await eventually(partial(verifies_tokens, envoy, tokens), timeout_s=20)
        mesh.calls.clear()
        yield found


async def test_exactly_as_many_as_the_limit_pass_two_envoys(mesh: FakeMesh, tokens: Tokens, tmp_path: Path) -> None:
    async with entrances(mesh, tokens, tmp_path, PATIENT) as shop:
        of_user = await shop.orders(CALLS, "somebody")
        of_another = await shop.orders(4, "another")
        anonymous = await shop.calls(CALLS, "/api/v1/users/login", LOGIN, {})
        users = [{"authorization": f"Bearer {tokens.user(str(n))}"} for n in range(3)]
        cancelled = [await shop.calls(50, "/api/v1/orders/1:cancel", CANCEL_ORDER, user) for user in users]
        one_after_the_other = [await shop.orders(1, "patient", envoys=[n % 2]) for n in range(LIMIT + 2)]

    assert of_user["admitted"] == LIMIT
    assert of_user["refused over JSON"] > 0 < of_user["refused over gRPC"]
    assert of_user.total() == CALLS
    assert of_another == {"admitted": 4}
    assert anonymous["admitted"] == LIMIT
    assert sum(outcome["admitted"] for outcome in cancelled) == LIMIT
    assert [outcome["admitted"] for outcome in one_after_the_other] == [1] * LIMIT + [0, 0]
    assert Counter(call.method for call in mesh.calls) == {
        CREATE_ORDER: 2 * LIMIT + 4,
        LOGIN: LIMIT,
        CANCEL_ORDER: LIMIT,
    }


async def test_without_edge_each_envoy_counts_alone(mesh: FakeMesh, tokens: Tokens, tmp_path: Path) -> None:
    async with entrances(mesh, tokens, tmp_path, PATIENT) as shop:
        before = await shop.orders(CALLS, "somebody")
        await shop.edges[0].kill()
        alone = await shop.orders(CALLS, "another")
        fewer = [limit | {"requests": LIMIT // 2} for limit in LIMITS]
        await shop.edges[0].start(written(tmp_path, PATIENT | {"limits": fewer}))
        await eventually(lambda: shop.ask(0), timeout_s=20)
        again = await shop.orders(LIMIT, "a third")

    assert before["admitted"] == LIMIT
    assert alone["admitted"] == 2 * LIMIT
    # Edge has read the new file.
    assert again["admitted"] == LIMIT // 2


async def test_a_frozen_edge_is_not_waited_for(mesh: FakeMesh, tokens: Tokens, tmp_path: Path) -> None:
    async with entrances(mesh, tokens, tmp_path, PATIENT | {"shared_timeout_ms": 1000}) as shop:
        loop = asyncio.get_running_loop()
        shop.edges[0].signal(signal.SIGSTOP)
        began = loop.time()
        first = await shop.orders(2, "somebody")
        took_s = loop.time() - began
        await eventually(shop.ask, timeout_s=20)
        timeouts = [await envoy.stat("cluster.rate_limits.upstream_rq_timeout") for envoy in shop.envoys]
        later = await shop.orders(CALLS, "another")
        unasked = [await envoy.stat("cluster.rate_limits.upstream_rq_timeout") for envoy in shop.envoys]
        shop.edges[0].signal(signal.SIGCONT)
        await eventually(lambda: shop.ask(0), timeout_s=20)
        thawed = await shop.orders(CALLS, "a third")

    assert first == {"admitted": 2}
    assert took_s < 5
    assert later["admitted"] == 2 * LIMIT
    assert unasked == timeouts
    assert thawed["admitted"] == LIMIT


async def test_one_replica_of_edge_counts_for_all_and_the_next_takes_over(
    mesh: FakeMesh, tokens: Tokens, tmp_path: Path
) -> None:
    async with entrances(mesh, tokens, tmp_path, PATIENT, edges=2) as shop:
        both_up = await shop.orders(CALLS, "somebody")
        await shop.edges[0].kill()
        await eventually(lambda: shop.ask(1), timeout_s=20)
        one_left = await shop.orders(CALLS, "another")

    assert both_up["admitted"] == LIMIT
    assert one_left["admitted"] == LIMIT
