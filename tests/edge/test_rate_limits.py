"""Edge counts for the Envoys that it trusts, and for nobody else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import grpc
import pytest

from chassis.grpc.channel import open_channel
from chassis.grpc.clients import Client
from edge.bootstrap import portal
from edge.config import EdgeSettings
from edge.mesh_health import MeshHealth
from edge.rate_limits import MAX_KEYS, METHOD, OK, OVER_LIMIT, SERVICE, RateLimitService, message
from rate_limits.limits_file import read_rate_limits
from tests.edge.conftest import HealthServers
from tests.mesh import running, service_keys
from tests.rate_limits.files import written

LIMIT = 3
AN_HOUR: Mapping[str, Any] = {"requests": LIMIT, "period": "hour", "methods": ["*"], "shared": True}
LIMITS = {
    "limits": [
        {"name": "users", "by": "user", **AN_HOUR},
        {"name": "all", "by": "route", **AN_HOUR, "requests": 2 * LIMIT},
        {"name": "alone", "by": "user", **AN_HOUR, "shared": False},
    ]
}


def of_user(user: str) -> Sequence[tuple[str, str]]:
    return ("limit", "users"), ("user", user)


OF_ALL = (("limit", "all"),)


async def ask(address: str, *descriptors: Sequence[tuple[str, str]]) -> Any:
    request = message("RateLimitRequest")(domain="easyorder")
    for entries in descriptors:
        added = request.descriptors.add()
        for key, value in entries:
            added.entries.add(key=key, value=value)
    async with open_channel(address) as channel:
        stub: Any = channel.unary_unary(f"/{SERVICE}/{METHOD}")
        return message("RateLimitResponse").FromString(await stub(request.SerializeToString(), timeout=10))


def a_portal(servers: HealthServers, folder: Path, **settings: str) -> Any:
    values = {f"{service}_address": address for service, address in servers.addresses.items()} | {
        "edge_address": "127.0.0.1:0",
        "service_keys_dir": service_keys(),
        "jwks_file": None,
        "rate_limits_file": written(folder, LIMITS),
    }
    found = EdgeSettings.model_validate(values | settings)
    return portal(found, MeshHealth(found.watched()), Client(found.identity_address))


async def test_counts_by_limit_and_caller_and_not_what_is_refused(servers: HealthServers, tmp_path: Path) -> None:
    async with running(a_portal(servers, tmp_path)) as server:
        address = f"127.0.0.1:{server.port}"
        greedy = [await ask(address, of_user("greedy"), OF_ALL) for _ in range(4 * LIMIT)]
        other = [await ask(address, of_user("other"), OF_ALL) for _ in range(LIMIT)]
        full = await ask(address, of_user("a third"), OF_ALL)
        not_shared = [await ask(address, (("limit", "alone"), ("user", "a"))) for _ in range(LIMIT + 1)]
        unknown = [await ask(address, (("limit", "of another file"), ("user", "a"))) for _ in range(LIMIT + 1)]

    assert [reply.overall_code for reply in greedy] == [OK] * LIMIT + [OVER_LIMIT] * 3 * LIMIT
    assert [status.code for status in greedy[-1].statuses] == [OVER_LIMIT, OK]
    (header,) = greedy[-1].response_headers_to_add
    assert (header.key, 0 < int(header.value) <= 3600 / LIMIT) == ("retry-after", True)
    assert {reply.overall_code for reply in other} == {OK}
    assert [status.code for status in full.statuses] == [OK, OVER_LIMIT]
    assert {reply.overall_code for reply in (*not_shared, *unknown)} == {OK}


async def test_who_is_not_trusted_cannot_use_up_what_others_may(servers: HealthServers, tmp_path: Path) -> None:
    async with running(a_portal(servers, tmp_path, trusted_proxies="192.0.2.0/24")) as server:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await ask(f"127.0.0.1:{server.port}", of_user("victim"))

    assert refused.value.code() is grpc.StatusCode.PERMISSION_DENIED


def test_a_flood_of_callers_takes_no_more_memory_than_allowed(tmp_path: Path) -> None:
    service = RateLimitService(read_rate_limits(Path(written(tmp_path, LIMITS))), trusted="")
    for n in range(MAX_KEYS + 1000):
        service.count([of_user(str(n))])

    assert service.remembered == MAX_KEYS
