"""A refused call with a NUL does not stop the audit trail: later entries are written."""

from __future__ import annotations

import uuid
from typing import Any

import grpc
import httpx
import pytest
from easyorder.identity.v1 import UpdateUserRequest, User

from tests.e2e.running_mesh import RunningMesh
from tests.polling import eventually
from tests.security.attackers import a_shopper

UPDATE_USER = "/easyorder.identity.v1.IdentityService/UpdateUser"
POISONED = 10


@pytest.mark.parametrize("id", ["a\0b", "\0", "x" * 500_000], ids=["NUL inside", "NUL", "500 KB"])
async def test_it_costs_no_other_entry(mesh: RunningMesh, http: httpx.AsyncClient, id: str) -> None:
    shopper, own_id = await a_shopper(http)
    correlation_ids = [uuid.uuid4().hex for _ in range(21)]

    async with mesh.open_channel("identity") as channel:
        update: Any = channel.unary_unary(UPDATE_USER)
        for number, correlation_id in enumerate(correlation_ids):
            metadata = [("authorization", shopper.headers["authorization"]), ("x-request-id", correlation_id)]
            user = User(id=id if number == POISONED else own_id, display_name=f"Name {number}")
            request = UpdateUserRequest(user=user)
            code = await update(bytes(request), metadata=metadata, timeout=10).code()
            assert (code is grpc.StatusCode.INVALID_ARGUMENT) == (number == POISONED)

    async with mesh.database("easyorder_identity") as identity:

        async def all_are_there() -> bool:
            query = "SELECT correlation_id, outcome FROM audit_entry WHERE correlation_id = ANY($1)"
            outcomes = {row["correlation_id"]: row["outcome"] for row in await identity.fetch(query, correlation_ids)}
            refused = [one for one, outcome in outcomes.items() if outcome == "INVALID_ARGUMENT"]
            return outcomes.keys() == set(correlation_ids) and refused == [correlation_ids[POISONED]]

        await eventually(all_are_there)
