"""An anonymous request with an e-mail of 60 KB is refused within 50 ms of CPU time."""

from __future__ import annotations

import httpx
import psutil
import pytest

from tests.e2e.running_mesh import RunningMesh
from tests.security.attackers import fields_of, reason_of

CALLS = 10


@pytest.mark.parametrize("path", ["/api/v1/users", "/api/v1/users/login"])
@pytest.mark.parametrize("middle", [".", "@.", "a.", "\u00e9."])
async def test_it_is_refused_in_less_than_50_ms(
    mesh: RunningMesh, http: httpx.AsyncClient, path: str, middle: str
) -> None:
    body = {"email": f"a@{middle * (60_000 // len(middle))}@", "password": "untold Passw0rd!"}
    identity = psutil.Process(mesh.pid_of("identity_svc"))
    before = sum(identity.cpu_times()[:2])

    answers = [await http.post(path, json=body) for _ in range(CALLS)]

    # Time of its processor: the same on a busy machine.
    assert (sum(identity.cpu_times()[:2]) - before) / CALLS < 0.05
    assert {(answer.status_code, reason_of(answer)) for answer in answers} == {(400, "INVALID_ARGUMENT")}
    assert "email" in fields_of(answers[0])
