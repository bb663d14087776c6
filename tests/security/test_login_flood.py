"""A flood of logins does not slow down orders: hashing takes only the time that nothing else needs."""

from __future__ import annotations

import asyncio
import itertools
import json
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from deploy.local.shop import Shop
from tests.e2e.running_mesh import RunningMesh, running_mesh
from tests.folders import data_folder
from tests.security import conftest
from tests.security.attackers import a_shopper, an_item
from tests.security.patient_load import PatientLoad

CONNECTIONS = 50
ROUNDS, SECONDS, CLIENTS = 3, 8, 8
# Passwords cost what they cost in a shop.
SETTINGS = {name: value for name, value in conftest.SETTINGS.items() if not name.startswith("ARGON2_")}


@pytest.fixture
def usual_mesh() -> Iterator[RunningMesh]:
    with data_folder() as data_dir, running_mesh(data_dir, SETTINGS) as running:
        yield running


@dataclass
class Flood:
    """Logins of people who do not exist, on each connection as fast as they are answered."""

    target: str
    statuses: Counter[int] = field(default_factory=Counter)
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        attackers = [asyncio.create_task(self._attack()) for _ in range(CONNECTIONS)]
        try:
            yield
        finally:
            for attacker in attackers:
                attacker.cancel()
            await asyncio.gather(*attackers, return_exceptions=True)

    async def _attack(self) -> None:
        host, port = self.target.split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        try:
            while True:
                body = json.dumps({"email": f"nobody-{next(self._numbers)}@example.com", "password": "guess " * 3})
                head = f"POST /api/v1/users/login HTTP/1.1\r\nhost: {self.target}\r\ncontent-type: application/json\r\n"
                writer.write(f"{head}content-length: {len(body)}\r\n\r\n{body}".encode())
                answer = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
                await reader.readexactly(int(answer.partition("content-length: ")[2].partition("\r\n")[0]))
                self.statuses[int(answer.split()[1])] += 1
        finally:
            writer.close()


def p99(seconds: list[float]) -> float:
    return sorted(seconds)[int(0.99 * len(seconds))]


@pytest.mark.load
@pytest.mark.timeout(240)
async def test_orders_take_at_most_twice_as_long_during_a_flood_of_logins(usual_mesh: RunningMesh) -> None:
    async with Shop.client(usual_mesh.url) as http:
        admin = await Shop(http).login("admin@example.com", "Admin123!")
        item, (shopper, _) = await an_item(admin, 1_000_000), await a_shopper(http)
    token = shopper.headers["authorization"].removeprefix("Bearer ")
    flood = Flood(usual_mesh.http_address)

    async def orders() -> list[float]:
        load = PatientLoad(usual_mesh.http_address, item, token, uuid.uuid4().hex[:8])
        await load.run_for(SECONDS, clients=CLIENTS)
        assert set(load.statuses) == {200}
        return load.took_s[200]

    await orders()
    quiet: list[float] = []
    flooded: list[float] = []
    for _ in range(ROUNDS):
        quiet += await orders()
        async with flood.running():
            flooded += await orders()

    print(f"p99 {1000 * p99(quiet):.0f} ms of {len(quiet)}, {1000 * p99(flooded):.0f} ms of {len(flooded)} flooded")
    print(f"answers to the flood: {flood.statuses}")
    assert set(flood.statuses) <= {401, 429}
    assert flood.statuses[401] > ROUNDS * SECONDS  # they were served, too
    assert p99(flooded) <= 2 * p99(quiet)
    # 0.55 where it was measured; 0.35 if hashing has the priority of all else.
    assert len(flooded) >= 0.45 * len(quiet)
