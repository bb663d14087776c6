"""While identity is frozen, users with a valid token can order, even with an unseen token and after restarts."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import psutil
import pytest

from deploy.local.shop import Shop
from tests.e2e.forged_tokens import Forge, forge
from tests.e2e.patient_clients import an_order_of
from tests.e2e.running_mesh import RunningMesh
from tests.e2e.test_shopping import StockCounter, a_stocked_product
from tests.polling import eventually, keeping_pace

pytestmark = pytest.mark.timeout(300)

# Shorter than the keys live; tests/envoy/test_keys.py and tests/chassis/auth let keys age that live a few seconds.
A_MOMENT_S = 2
# In it, everything that verifies tokens wants newer keys several times.
FROZEN_S = 120
ORDERS_A_SECOND = 5


@contextmanager
def frozen_identity(mesh: RunningMesh) -> Iterator[None]:
    identity = psutil.Process(mesh.pid_of("identity_svc"))
    identity.suspend()
    try:
        yield
    finally:
        identity.resume()


class NewSessions:
    """Orders one piece each time as somebody whose token nothing in the mesh has seen."""

    def __init__(self, http: httpx.AsyncClient, sessions: Forge, counter: StockCounter) -> None:
        self._http = http
        self._sessions = sessions
        self._counter = counter
        self.answers: Counter[str] = Counter()

    async def order(self) -> None:
        token = self._sessions.token(sub=str(uuid.uuid4()), exp=int(time.time()) + 600)
        answer = await self._http.post(
            "/api/v1/orders",
            json=an_order_of(self._counter.ids[:1], "tok_ok"),
            headers={"authorization": f"Bearer {token}"},
        )
        self.answers[answer.text if answer.is_error else "ordered"] += 1

    async def order_for(self, seconds: float) -> None:
        """One after the other at an even pace."""
        began = asyncio.get_running_loop().time()
        for n in range(int(seconds * ORDERS_A_SECOND)):
            await keeping_pace(began + n / ORDERS_A_SECOND)
            await self.order()


@pytest.fixture
async def sessions(mesh: RunningMesh, http: httpx.AsyncClient, admin: Shop) -> NewSessions:
    return NewSessions(http, await forge(mesh), await a_stocked_product(admin, pieces=10_000))


@pytest.mark.parametrize("seconds", [A_MOMENT_S, pytest.param(FROZEN_S, marks=pytest.mark.load)])
async def test_orders_go_on(mesh: RunningMesh, sessions: NewSessions, seconds: int) -> None:
    with frozen_identity(mesh):
        await sessions.order_for(seconds)

    assert sessions.answers == {"ordered": seconds * ORDERS_A_SECOND}


async def test_orders_go_on_after_everything_else_was_restarted(
    mesh: RunningMesh, sessions: NewSessions, http: httpx.AsyncClient
) -> None:
    with frozen_identity(mesh):
        for module in ("edge", "inventory_svc", "order_svc", "order_svc.payment"):
            mesh.kill(module)
        envoy = next(child for child in psutil.Process(mesh.pid).children() if child.name() == "envoy")
        envoy.kill()

        async def is_back() -> bool:
            try:
                health = (await http.get("/healthz")).json()
            except (httpx.TransportError, ValueError):
                return False
            states = health["details"][0].get("metadata", {})
            return {name for name, state in states.items() if state != "SERVING"} == {"identity"}

        assert await eventually(is_back, timeout_s=60)
        await sessions.order_for(A_MOMENT_S)

    assert sessions.answers == {"ordered": A_MOMENT_S * ORDERS_A_SECOND}
