"""Images are built, compose.yaml is started, and a shopper's day, a crowd and crashes pass against it from outside.

Minutes, as root, with packages that CI does not have: `make containers` runs it.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import time
from functools import partial
from pathlib import Path

import pytest

from deploy.containers.secrets import SERVICES, USER
from deploy.containers.wheels import IMAGES
from deploy.local.plain_http import plain_client
from deploy.local.shop import Shop
from tests.containers.composed import ADMIN_PASSWORD, TAG, Composed
from tests.containers.from_outside import is_restricted, passes_a_day, serves
from tests.e2e.crowd import MIXED, Crowd, all_end_as_they_should, many_connections
from tests.e2e.invariants import at_rest, check
from tests.polling import eventually

pytestmark = [pytest.mark.load, pytest.mark.timeout(2400)]
# One user may place 600 in a minute.
ORDERS = 500
# Containers whose process is killed when that share of the orders is acknowledged.
KILLED_AT = {
    "order-1": 0.1,
    "inventory-2": 0.25,
    "payment-1": 0.4,
    "pgbouncer": 0.55,
    "identity-2": 0.7,
    "edge-1": 0.85,
}
# Bytes; those of the base are not counted.
LIMITS = {"services": 250_000_000, "envoy": 120_000_000, "pgbouncer": 20_000_000}


@pytest.mark.usefixtures("images")
@pytest.mark.parametrize("image", IMAGES)
def test_an_image_is_small_and_says_what_is_in_it(image: str, tmp_path: Path) -> None:
    found = json.loads(output("podman", "image", "inspect", f"localhost/easyorder/{image}:{TAG}"))[0]

    assert found["Size"] < LIMITS[image]
    assert found["Config"]["User"] == f"{USER}:{USER}"
    assert found["Labels"]["org.opencontainers.image.revision"]
    container = output("buildah", "from", f"localhost/easyorder/{image}:{TAG}").strip()
    try:
        root = Path(output("buildah", "mount", container).strip())
        programs = {path.name for folder in ("usr/bin", "usr/sbin") for path in (root / folder).iterdir()}
        assert not {name for name in programs if name.endswith("sh") or name in ("busybox", "apt-get", "dpkg", "pip")}
        bill = json.loads((root / "usr/share/sbom/easyorder.cdx.json").read_text(encoding="utf-8"))
    finally:
        output("buildah", "rm", container)
    kinds = {one.get("purl", "").partition("/")[0] for one in bill["components"]}
    assert kinds >= ({"pkg:deb", "pkg:pypi"} if image != "pgbouncer" else {"pkg:deb"})


async def test_every_process_is_healthy_and_can_do_no_more_than_it_has_to(mesh: Composed) -> None:
    begun = time.monotonic()
    async with plain_client(mesh.url, timeout=5) as client:
        await eventually(lambda: serves(client), timeout_s=180)
    for container in [mesh.container(f"{service}-{n}") for service in SERVICES for n in (1, 2)]:
        await eventually(partial(is_healthy, mesh, container), timeout_s=60)
    print(f"all healthy after another {time.monotonic() - begun:.0f} s")
    await asyncio.to_thread(check_restrictions, mesh)


async def test_a_shoppers_day_in_containers(mesh: Composed) -> None:
    await passes_a_day(mesh.port)

    await eventually(lambda: at_rest(mesh), timeout_s=60)
    await check(mesh)


async def test_what_is_killed_comes_back_and_no_order_is_lost(mesh: Composed) -> None:
    killed: dict[str, int] = {}

    async def kill_each(crowd: Crowd) -> None:
        for service, share in KILLED_AT.items():
            await crowd.reaches(share)
            killed[service] = await asyncio.to_thread(mesh.kill, service)

    async with many_connections(mesh) as http:
        admin = await Shop(http).login("admin@example.com", ADMIN_PASSWORD)
        await all_end_as_they_should(mesh, http, admin, MIXED, orders=ORDERS, meanwhile=kill_each)

    assert {*killed} == {*KILLED_AT}
    for service, pid in killed.items():
        await eventually(partial(runs_again, mesh, service, pid), timeout_s=60)
        if service != "pgbouncer":
            await eventually(partial(is_healthy, mesh, mesh.container(service)), timeout_s=60)


def check_restrictions(mesh: Composed) -> None:
    """As they are for the processes, not as they are written in a file."""
    for service in (*(f"{service}-2" for service in SERVICES), "envoy", "pgbouncer"):
        assert is_restricted(mesh.pid(service)), service


def runs_again(mesh: Composed, service: str, killed: int) -> bool:
    return mesh.pid(service) not in (0, killed)


async def is_healthy(mesh: Composed, container: str) -> bool:
    """Whether the HEALTHCHECK of its image says so."""
    command = ["podman", "healthcheck", "run", container]
    done = await asyncio.to_thread(subprocess.run, command, env=dict(mesh.environment), capture_output=True)
    return done.returncode == 0


def output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout
