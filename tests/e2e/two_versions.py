"""A mesh whose processes are of two versions: each program of Python runs from the tree that its module is set to."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import sysconfig
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psutil

from deploy.config import password_variable
from deploy.local.front_door import CONFIGURATION, admin_client, drain
from deploy.local.mesh import MIGRATED
from envoy.config import ADMIN_SOCKET
from tests.e2e.running_mesh import ROOT, RunningMesh, free_port, running_mesh
from tests.polling import eventually
from tests.released.side_by_side import OLDEST

READY_WITHIN_S = 60
_PYTHON = """#!/bin/sh
for word; do [ "$before" = -m ] && module=$word; before=$word; done
tree=$(cat "{folder}/$module.tree" 2>/dev/null || cat "{folder}/all.tree")
cd "$tree" && PYTHONPATH="$tree:$tree/gen" exec "{folder}/venv/bin/python" "$@"
"""
# The supervisor starts the programs by the same interpreter.
_UP = """
import runpy, sys
sys.executable = {python!r}
runpy.run_module("deploy.local", run_name="__main__", alter_sys=True)
"""


@dataclass(frozen=True)
class Trees:
    """The two versions, each in a folder, and which of them a program runs from when it starts the next time."""

    folder: Path
    old: Path
    new: Path = ROOT

    @property
    def python(self) -> Path:
        """An interpreter that takes a module from the tree that it is set to."""
        return self.folder / "python"

    def set(self, tree: Path, module: str = "all") -> None:
        (self.folder / f"{module}.tree").write_text(str(tree), encoding="utf-8")

    def make(self) -> None:
        """Fills the folder: an environment with the packages of this one, without its modules."""
        self.folder.mkdir()
        self.set(self.old)
        self.python.write_text(_PYTHON.format(folder=self.folder), encoding="utf-8")
        self.python.chmod(0o755)
        ours, venv = Path(sys.prefix), self.folder / "venv"
        packages = Path(sysconfig.get_path("purelib"))
        (venv / "bin").mkdir(parents=True)
        (venv / "bin" / "python").symlink_to(Path(sys.executable).resolve())
        (venv / "pyvenv.cfg").write_bytes((ours / "pyvenv.cfg").read_bytes())
        there = venv / packages.relative_to(ours)
        there.mkdir(parents=True)
        for package in packages.iterdir():
            if package.name != "easyorder.pth":
                (there / package.name).symlink_to(package)


@contextmanager
def old_mesh(data_dir: Path, settings: dict[str, str]) -> Iterator[tuple[RunningMesh, Trees]]:
    """A mesh of the oldest version that can serve at the same time as this one, as `make up` runs it there.

    It needs the same packages.
    """
    trees = Trees(data_dir / "trees", old=data_dir / "old")
    extract(OLDEST, trees.old)
    trees.make()
    python = str(trees.python)
    started = f"import os; os.execv({python!r}, ['python', '-c', {_UP.format(python=python)!r}, 'up'])"
    with running_mesh(data_dir, settings, command=("-c", started)) as mesh:
        yield mesh, trees


def extract(commit: str, folder: Path) -> None:
    """Writes the files of a commit to a new folder."""
    folder.mkdir()
    with subprocess.Popen(["git", "archive", commit], cwd=ROOT, stdout=subprocess.PIPE) as archive:
        subprocess.run(["tar", "-x", "-C", folder], stdin=archive.stdout, check=True)
    assert archive.returncode == 0, f"commit {commit} is not in this clone"


def run_from(trees: Trees, tree: Path, arguments: Sequence[str], environment: dict[str, str]) -> str:
    """What a program of one version prints."""
    environment = environment | {"PYTHONPATH": f"{tree}:{tree / 'gen'}"}
    command = [str(trees.folder / "venv" / "bin" / "python"), *arguments]
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, encoding="utf-8", timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def migrate(mesh: RunningMesh, trees: Trees) -> None:
    """Upgrades the databases to the new version, as `python -m deploy.migrate` does outside of `make up`."""
    environment = environment_of(mesh, "edge")
    for package in MIGRATED:
        url = environment_of(mesh, package)["EASYORDER_DATABASE_URL"]
        environment[password_variable(package)] = str(urlsplit(url).password)
    environment["EASYORDER_DATABASE_URL"] = f"postgresql+asyncpg://postgres@/?host={mesh.postgres_dir}"
    run_from(trees, trees.new, ["-m", "deploy.migrate", *MIGRATED], environment)


def environment_of(mesh: RunningMesh, module: str) -> dict[str, str]:
    """That of a running process of the mesh."""
    return psutil.Process(mesh.pids_of(module)[0]).environ()


@dataclass(frozen=True)
class Envoy:
    """One of several in front of a mesh."""

    process: subprocess.Popen[bytes]
    url: str
    admin_socket: Path

    async def sees_all(self) -> bool:
        """Whether it sends calls to every process."""
        async with admin_client(self.admin_socket) as admin:
            clusters = (await admin.get("/clusters", params={"format": "json"})).json()["cluster_statuses"]
        hosts = [host for cluster in clusters for host in cluster.get("host_statuses", ())]
        return not any(host["health_status"].get("failed_active_health_check") for host in hosts)

    async def stop(self) -> None:
        await drain(self.admin_socket)
        self.process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(self.process.wait, READY_WITHIN_S)


@asynccontextmanager
async def envoy_of(mesh: RunningMesh, trees: Trees, tree: Path) -> AsyncIterator[Envoy]:
    """Another Envoy for the mesh, configured by one of the versions, until the block ends."""
    port = free_port()
    folder = mesh.data_dir / f"envoy-{port}"
    folder.mkdir(mode=0o700)
    environment = environment_of(mesh, "edge")
    environment |= {"EASYORDER_HTTP_PORT": str(port), "EASYORDER_ENVOY_SOCKET_DIR": str(folder)}
    configuration = run_from(trees, tree, ["-m", "envoy.render"], environment)
    (folder / CONFIGURATION).write_text(configuration, encoding="utf-8")
    process = _start_envoy(mesh, folder)
    envoy = Envoy(process, f"http://127.0.0.1:{port}", folder / ADMIN_SOCKET)
    try:
        await eventually(lambda: serves(envoy), timeout_s=READY_WITHIN_S)
        yield envoy
    finally:
        process.kill()
        process.wait()


def _start_envoy(mesh: RunningMesh, folder: Path) -> subprocess.Popen[bytes]:
    with (folder / "log").open("wb") as log:
        return subprocess.Popen([*_envoy_of(mesh), "-c", str(folder / CONFIGURATION)], stdout=log, stderr=log)


def _envoy_of(mesh: RunningMesh) -> list[str]:
    """The command of the mesh's own Envoy, without its configuration."""
    for child in psutil.Process(mesh.pid).children(recursive=True):
        command = child.cmdline()
        if command and command[0].endswith("/envoy"):
            at = command.index("-c")
            return command[:at] + command[at + 2 :]
    raise AssertionError("the mesh has no Envoy")


async def serves(envoy: Envoy) -> bool:
    try:
        async with admin_client(envoy.admin_socket) as admin:
            return (await admin.get("/ready")).status_code == 200 and await envoy.sees_all()
    except httpx.HTTPError:
        return False
