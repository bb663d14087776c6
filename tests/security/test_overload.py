"""With more clients than can be served at once, orders keep their rate; what is refused is refused at once."""

from __future__ import annotations

import json
import uuid

import httpx
import pytest

from deploy.local.shop import Shop
from tests.e2e import invariants
from tests.e2e.running_mesh import RunningMesh
from tests.polling import eventually
from tests.security.attackers import a_shopper, an_item
from tests.security.patient_load import PatientLoad

DEADLINE_S = 15
OK, REFUSED = 200, 503
# Envoy's flag of a call above a limit of a cluster.
OVERFLOW = "UO"


def refusals_ms(mesh: RunningMesh) -> list[int]:
    """The time of each refusal by Envoy, in ascending order, as its access log has it."""
    logged = [json.loads(line[line.index("{") :]) for line in mesh.log.splitlines() if '"duration_ms"' in line]
    return sorted(entry["duration_ms"] for entry in logged if entry["flags"] == OVERFLOW)


@pytest.mark.load
@pytest.mark.timeout(240)
async def test_a_thousand_clients_get_as_much_as_a_hundred(
    mesh: RunningMesh, http: httpx.AsyncClient, admin: Shop
) -> None:
    item, (shopper, shopper_id) = await an_item(admin, 100_000), await a_shopper(http)
    token = shopper.headers["authorization"].removeprefix("Bearer ")

    def load() -> PatientLoad:
        return PatientLoad(mesh.http_address, item, token, uuid.uuid4().hex[:8])

    first, normal, crowd = load(), load(), load()
    await first.run_for(5, clients=32)
    normal_rate = await normal.run_for(15, clients=128)
    crowded_rate = await crowd.run_for(60, clients=1000)

    assert set(normal.statuses) == {OK}
    assert set(crowd.statuses) == {OK, REFUSED}
    assert crowd.without_retry_after == 0
    # As Envoy says, because the clients share a process.
    refused_ms = refusals_ms(mesh)
    print(f"rates {normal_rate:.0f} {crowded_rate:.0f}, {crowd.statuses}, slowest {max(crowd.took_s[OK]):.1f} s")
    print(f"refusals p99 {refused_ms[int(0.99 * len(refused_ms))]} ms")
    assert len(refused_ms) >= 0.9 * crowd.statuses[REFUSED]
    assert refused_ms[int(0.99 * len(refused_ms))] <= 100
    assert max(crowd.took_s[OK]) <= DEADLINE_S
    assert crowded_rate >= 0.9 * normal_rate, (normal_rate, crowd.statuses)
    # What was refused was not done.
    await eventually(lambda: invariants.at_rest(mesh), timeout_s=60)
    async with mesh.database("easyorder_order_write") as orders:
        placed = await orders.fetchval("SELECT count(*) FROM orders WHERE created_by = $1", shopper_id)
    assert placed == sum(each.statuses[OK] for each in (first, normal, crowd))
