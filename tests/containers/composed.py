"""compose.yaml as it is, under podman-compose, with images that were built here and a name and a port of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from deploy.containers.build import MADE_HERE
from tests.architecture.tracked import ROOT

PROJECT = "easyorder-test"
TAG = "test"
PREPARE = ("run", "--rm", "-T", "--no-deps")
START = ("up", "-d", "--no-deps")
COMPOSE = ROOT / "deploy/compose/compose.yaml"
ADMIN_PASSWORD = "a very long passphrase"
NEEDED = ("buildah", "podman", "runc", "netavark", "aardvark-dns", "debootstrap")
POSTGRES = "localhost/easyorder/postgres:test"
# In a sandbox: no manager of control groups, and limits that are below what the engine asks for.
ENGINE = """
[containers]
cgroupns="host"
default_ulimits=["nofile=4096:4096","nproc=4096:4096"]
[engine]
runtime="runc"
[network]
network_backend="netavark"
"""
# Debian has these two where no path leads.
_LIBEXEC = ("/usr/lib/podman", "/usr/libexec/podman")


def require_programs() -> None:
    """Skips the test unless images can be built and run here."""
    path = os.pathsep.join([os.environ["PATH"], "/usr/sbin", *_LIBEXEC])
    missing = [name for name in NEEDED if not shutil.which(name, path=path)]
    if missing or os.geteuid() != 0:
        pytest.skip(f"needs root and {', '.join(missing)}: see CONTRIBUTING.md")


@dataclass(frozen=True)
class Composed:
    """Containers that run."""

    environment: Mapping[str, str]
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def compose(self, *command: str, timeout_s: float = 300) -> str:
        program = [sys.executable, "-m", "podman_compose", "-p", PROJECT, "-f", str(COMPOSE)]
        return run(self.environment, *program, *command, timeout_s=timeout_s)

    def inspect(self, service: str) -> dict[str, Any]:
        found: list[dict[str, Any]] = json.loads(run(self.environment, "podman", "inspect", self.container(service)))
        return found[0]

    def container(self, service: str) -> str:
        label = f"label=com.docker.compose.service={service}"
        names = run(self.environment, "podman", "ps", "-a", "--filter", label, "--format", "{{.Names}}").split()
        return next(name for name in names if name.startswith(PROJECT))

    def pid(self, service: str) -> int:
        """Of its first process, as this machine sees it; 0 while it does not run."""
        return int(self.inspect(service)["State"]["Pid"])

    def kill(self, service: str) -> int:
        """kill -9 of its process, as a crash is; of a `podman kill` the engine knows that it was meant."""
        pid = self.pid(service)
        os.kill(pid, signal.SIGKILL)
        return pid

    def volume(self, name: str) -> Path:
        mountpoint = run(
            self.environment, "podman", "volume", "inspect", f"{PROJECT}_{name}", "--format", "{{.Mountpoint}}"
        )
        return Path(mountpoint.strip())

    @asynccontextmanager
    async def database(self, name: str) -> AsyncIterator[asyncpg.Connection]:
        connection = await asyncpg.connect(user="postgres", database=name, **self._postgres)
        try:
            yield connection
        finally:
            await connection.close()

    @cached_property
    def _postgres(self) -> Mapping[str, str]:
        networks: Mapping[str, Any] = self.inspect("postgres")["NetworkSettings"]["Networks"]
        password = (self.volume("postgres-secrets") / "password").read_text(encoding="utf-8")
        return {"host": next(iter(networks.values()))["IPAddress"], "password": password}


def run(environment: Mapping[str, str], *command: str, timeout_s: float = 300) -> str:
    """The output of a command. AssertionError with all of it if it fails."""
    done = subprocess.run(command, env=dict(environment), capture_output=True, encoding="utf-8", timeout=timeout_s)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@contextmanager
def composed(folder: Path, port: int, tag: str) -> Iterator[Composed]:
    """All services of compose.yaml but those of profiles; gone afterwards, with their data."""
    configuration = folder / "containers.conf"
    configuration.write_text(ENGINE, encoding="utf-8")
    own = {
        "CONTAINERS_CONF": str(configuration),
        "EASYORDER_ADMIN_PASSWORD": ADMIN_PASSWORD,
        "EASYORDER_PUBLISHED": f"127.0.0.1:{port}",
        "EASYORDER_SERVICES_IMAGE": f"localhost/easyorder/services:{tag}",
        "EASYORDER_ENVOY_IMAGE": f"localhost/easyorder/envoy:{tag}",
        "PGBOUNCER_IMAGE": f"localhost/easyorder/pgbouncer:{tag}",
        "POSTGRES_IMAGE": POSTGRES,
    }
    others = {name: value for name, value in os.environ.items() if not name.startswith("EASYORDER_")}
    mesh = Composed({**others, **own}, port)
    try:
        # As docs/operations.md says for podman: see there why.
        mesh.compose(*PREPARE, "secrets")
        mesh.compose(*PREPARE, "envoy-configuration")
        mesh.compose(*START, "postgres")
        mesh.compose(*PREPARE, "migrations")
        mesh.compose(*START, timeout_s=600)
        yield mesh
    finally:
        if not os.environ.get("KEEP_CONTAINERS"):
            mesh.compose("down", "-v", "-t", "20")


def build_postgres(environment: Mapping[str, str]) -> None:
    """The image that stands for `postgres`."""
    folder = Path(__file__).parent / "postgres"
    options = ["--build-arg", f"BASE={MADE_HERE}", "-t", POSTGRES, "--isolation", "chroot", "-f", "Containerfile"]
    subprocess.run(["buildah", "bud", "--layers", *options, "."], cwd=folder, env=dict(environment), check=True)
