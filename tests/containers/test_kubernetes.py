"""The manifests of Kubernetes run: pods of podman, with their settings, users and volumes, serve a shopper's day."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.containers.secrets import SERVICES
from deploy.local.plain_http import plain_client
from tests.containers.from_outside import is_restricted, passes_a_day, serves
from tests.containers.played import played
from tests.deploy.test_kubernetes import rendered
from tests.e2e.invariants import at_rest, check
from tests.e2e.running_mesh import free_port
from tests.polling import eventually

pytestmark = [pytest.mark.load, pytest.mark.timeout(2400), pytest.mark.usefixtures("images")]


async def test_a_shoppers_day_in_pods(tmp_path: Path) -> None:
    with played(tmp_path, rendered("local"), free_port()) as mesh:
        async with plain_client(mesh.url, timeout=5) as client:
            await eventually(lambda: serves(client), timeout_s=180)
        for container in [*(f"{service}-0-{service}" for service in SERVICES), "envoy-0-envoy", "envoy-0-drain"]:
            assert is_restricted(mesh.pid(container)), container

        await passes_a_day(mesh.port)
        await eventually(lambda: at_rest(mesh), timeout_s=60)
        await check(mesh)
