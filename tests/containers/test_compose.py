"""Images are built, compose.yaml is started, and a shopper's day passes against it from outside.

Minutes, as root, with packages that CI does not have: `make containers` runs it.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import httpx
import pytest

from deploy.containers.build import MADE_HERE, PACKAGES, ROOTFS, bootstrap, build, import_rootfs
from deploy.containers.secrets import SERVICES, USER
from deploy.containers.wheels import IMAGES, fetch
from deploy.local.plain_http import plain_client
from tests.architecture.tracked import ROOT
from tests.containers.composed import (
    ADMIN_PASSWORD,
    Composed,
    build_postgres,
    capabilities,
    composed,
    require_programs,
)
from tests.e2e.invariants import at_rest, check
from tests.e2e.running_mesh import free_port
from tests.polling import eventually

pytestmark = [pytest.mark.load, pytest.mark.timeout(2400)]
TAG = "test"
# Bytes; those of the base are not counted.
LIMITS = {"services": 250_000_000, "envoy": 120_000_000, "pgbouncer": 20_000_000}


@pytest.fixture(scope="module")
def images() -> None:
    require_programs()
    if subprocess.run(["podman", "image", "exists", MADE_HERE]).returncode:
        import_rootfs("buildah", bootstrap(ROOTFS, PACKAGES), MADE_HERE)
    fetch()
    os.environ.setdefault("BUILDAH_ISOLATION", "chroot")
    for image in IMAGES:
        build("buildah", image, MADE_HERE, TAG)
    build_postgres(os.environ)


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


@pytest.mark.usefixtures("images")
async def test_a_shoppers_day_in_containers(tmp_path: Path) -> None:
    port = free_port()
    begun = time.monotonic()
    async with composed(tmp_path, port, TAG) as mesh:
        async with plain_client(mesh.url, timeout=5) as client:
            await eventually(lambda: serves(client), timeout_s=180)
        for container in [mesh.container(f"{service}-{n}") for service in SERVICES for n in (1, 2)]:
            await eventually(partial(is_healthy, mesh, container), timeout_s=60)
        print(f"all healthy after {time.monotonic() - begun:.0f} s")
        await asyncio.to_thread(check_restrictions, mesh)

        await eventually(partial(passes_a_day, mesh), timeout_s=60)
        await eventually(lambda: at_rest(mesh), timeout_s=30)
        await check(mesh)


def check_restrictions(mesh: Composed) -> None:
    """As they are for the processes, not as they are written in a file."""
    for service in (*SERVICES, "envoy", "pgbouncer"):
        container = mesh.inspect(service if service in ("envoy", "pgbouncer") else f"{service}-2")
        pid = container["State"]["Pid"]
        assert capabilities(pid) == 0
        assert os.stat(f"/proc/{pid}").st_uid == USER
        mounts = Path(f"/proc/{pid}/mounts").read_text(encoding="utf-8").splitlines()
        root = next(line.split() for line in reversed(mounts) if line.split()[1] == "/")
        assert "ro" in root[3].split(",")


async def passes_a_day(mesh: Composed) -> bool:
    """`make demo`. On a busy machine, the first calls between processes may find no connection in time."""
    settings = {"EASYORDER_HTTP_PORT": str(mesh.port), "EASYORDER_ADMIN_PASSWORD": ADMIN_PASSWORD, "NO_COLOR": "1"}
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "deploy.local", "demo"],
        cwd=ROOT,
        env={**os.environ, **settings},
        capture_output=True,
        encoding="utf-8",
    )
    print(done.stdout, done.stderr)
    assert f"EasyOrder is running at {mesh.url}" in done.stdout
    return done.returncode == 0


async def is_healthy(mesh: Composed, container: str) -> bool:
    """Whether the HEALTHCHECK of its image says so."""
    command = ["podman", "healthcheck", "run", container]
    done = await asyncio.to_thread(subprocess.run, command, env=dict(mesh.environment), capture_output=True)
    return done.returncode == 0


async def serves(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/healthz")).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout
