"""`make up`: one mesh for each DATA_DIR, stopped in order, and able to restart after any failure."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import httpx
import psutil
import pytest

from deploy.local.mesh import MIGRATED, SERVICES
from deploy.schemas import schemas
from tests.e2e.running_mesh import (
    ROOT,
    STOPS_WITHIN_S,
    RunningMesh,
    free_offset,
    free_port,
    running_mesh,
    wait_until_up,
)
from tests.folders import data_folder
from tests.polling import eventually

LOOKS_LIKE_A_FAULT = re.compile(
    r'warn|error|fatal|fail|broken|exception|traceback|interrupt|cannot|refused|unavailable|lost|"status":5', re.I
)

LOCALE = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "http_proxy": "http://127.0.0.1:1"}
DATABASES = {schema.database for package in MIGRATED for schema in schemas(package)}
# Without those who only ask.
CONNECTED = """
SELECT DISTINCT datname, usename FROM pg_stat_activity
WHERE datname LIKE 'easyorder%' AND application_name NOT IN ('', 'migrate')
"""

pytestmark = pytest.mark.timeout(180)


class Up:
    """`python -m deploy.local up` on a folder and ports of its own, started as often as a test likes."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self._http_port, self._port_offset = free_port(), free_offset()

    def start(self, **environment: str) -> tuple[subprocess.Popen[bytes], RunningMesh]:
        with (self.data_dir / "mesh.log").open("wb") as log:
            process = self.run(log, **environment)
        mesh = RunningMesh(process, self.data_dir, self._http_port, self._port_offset)
        wait_until_up(process, mesh)
        return process, mesh

    def refused(self, **environment: str) -> str:
        """Starts another one, which must not start; what it says."""
        done = subprocess.run(
            [sys.executable, "-m", "deploy.local", "up"],
            cwd=ROOT,
            env=self.environment() | environment,
            capture_output=True,
            encoding="utf-8",
            timeout=30,
        )
        assert done.returncode == 1, done.stdout + done.stderr
        return done.stderr

    def rebuild(self, **environment: str) -> None:
        """As docs/operations.md says, while the mesh runs."""
        command = [sys.executable, "-m", "deploy.rebuild", "inventory_svc", "order_svc"]
        done = subprocess.run(command, cwd=ROOT, env=self.environment() | environment, capture_output=True, timeout=30)
        assert done.returncode == 0, done.stdout + done.stderr

    def run(self, output: IO[bytes] | int, **environment: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "deploy.local", "up"],
            cwd=ROOT,
            env=self.environment() | environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )

    def environment(self) -> dict[str, str]:
        return os.environ | {
            "EASYORDER_DATA_DIR": str(self.data_dir),
            "EASYORDER_HTTP_PORT": str(self._http_port),
            "EASYORDER_PORT_OFFSET": str(self._port_offset),
            "PYTHONPATH": f"{ROOT}:{ROOT / 'gen'}",
        }


@pytest.fixture
def data_dir() -> Iterator[Path]:
    with data_folder() as parent:
        folder = parent / "R & D, neu" / "ü?#%"
        folder.mkdir(parents=True)
        folder.parent.chmod(0o755)
        yield folder


async def test_from_the_first_start_to_the_last_stop_at_any_path_in_any_locale(data_dir: Path) -> None:
    up = Up(data_dir)
    process, mesh = up.start(**LOCALE)
    log_of_the_start = mesh.log
    everything = psutil.Process(process.pid).children(recursive=True)
    assert await connected(mesh) == {(name, name.removesuffix("_write").removesuffix("_read")) for name in DATABASES}
    async with mesh.database("postgres") as connection:
        limits = await connection.fetch("SELECT rolname, rolconnlimit FROM pg_roles WHERE rolname LIKE 'easyorder%'")
    # Twice those of a process to each of its databases.
    pairs = {"easyorder_identity": 20, "easyorder_inventory": 40, "easyorder_order": 40, "easyorder_payment": 20}
    assert dict(limits) == pairs

    assert f"EasyOrder runs on {data_dir} already (pid {process.pid}): {mesh.url}" in up.refused()
    elsewhere = up.refused(EASYORDER_DATA_DIR=str(data_dir / "other"))
    assert all(f"({name} service) is in use by" in elsewhere for name in SERVICES)
    assert f"{mesh.http_address.rpartition(':')[2]} (HTTP) is in use by" in elsewhere

    up.rebuild(**LOCALE)

    killed = mesh.kill("edge")
    await eventually(lambda: mesh.pid_of("edge") not in (None, killed), timeout_s=20)
    assert "edge was ended by SIGKILL; starting it again in 0.5 s" in mesh.log

    process.kill()
    process.wait()
    # At once: the programs of the killed mesh are ending only now.
    process, mesh = up.start()
    assert [left.name() for left in everything if left.is_running()] == [], "something outlived its supervisor"

    await eventually(lambda: healthy(mesh), timeout_s=20)
    process.send_signal(signal.SIGINT)
    assert process.wait(STOPS_WITHIN_S) == 0
    assert order_of_stopping(mesh.log) == ["edge", "order", "payment", "inventory", "identity", "postgres"]
    assert mesh.log.splitlines()[-1].endswith("stopped")
    assert [line for line in log_of_the_start.splitlines() if LOOKS_LIKE_A_FAULT.search(line)] == []


@pytest.mark.soak
async def test_what_hangs_is_replaced(data_dir: Path) -> None:
    with running_mesh(data_dir, {"UNRESPONSIVE_AFTER_S": "12"}) as mesh:
        children = psutil.Process(mesh.pid).children()
        hung = [child for child in children if child.name() == "envoy" or child.cmdline()[-1:] == ["edge"]]
        assert len(hung) == 2

        for child in hung:
            child.suspend()

        await eventually(lambda: not any(child.is_running() for child in hung), timeout_s=60)
        await eventually(lambda: healthy(mesh), timeout_s=60)
        killed = {line for line in mesh.log.splitlines() if "killing it" in line}
        for name in ("edge", "envoy"):
            assert any(f"{name} does not answer any more; killing it" in line for line in killed)
        assert len(killed) == 2, f"what answers is left alone: {killed}"


async def connected(mesh: RunningMesh) -> set[tuple[str, str]]:
    """The databases that services are connected to, each with the role."""
    async with mesh.database("postgres") as postgres:
        return {tuple(row) for row in await postgres.fetch(CONNECTED)}


def healthy(mesh: RunningMesh) -> bool:
    try:
        return httpx.get(f"{mesh.url}/healthz", trust_env=False).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


@pytest.mark.soak
@pytest.mark.usefixtures("hangups_end")
def test_it_ends_with_its_reader(data_dir: Path) -> None:
    process = Up(data_dir).run(subprocess.PIPE)
    assert process.stdout is not None
    said = b""
    while b"EasyOrder is up" not in said:
        line = process.stdout.readline()
        assert line, said.decode(errors="replace")
        said += line
    everything = psutil.Process(process.pid).children(recursive=True)

    process.stdout.close()
    # Any line will do: it finds that nobody reads it.
    os.kill(next(child.pid for child in everything if child.cmdline()[-1:] == ["edge"]), signal.SIGHUP)
    assert process.wait(STOPS_WITHIN_S) == 0
    assert [left.name() for left in everything if left.is_running()] == []


def order_of_stopping(log: str) -> list[str]:
    return re.findall(r"^(\w+) +\| .*(?:draining|received fast shutdown request)", log, re.M)
