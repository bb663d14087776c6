"""A whole mesh of processes for tests, as `make up` runs it, on free ports and with a separate data folder."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Protocol

import asyncpg
import grpc
import psutil

from chassis.grpc.channel import open_channel
from chassis.grpc.tls import Tls
from chassis.settings import MAX_PORT_OFFSET, PORTS
from deploy.local.certificates import OPERATOR
from deploy.local.config import REPLICA_STRIDE
from foundation.socket_dir import socket_dir

ROOT = Path(__file__).resolve().parents[2]
STARTS_WITHIN_S = 120
STOPS_WITHIN_S = 30


class Server(Protocol):
    """A PostgreSQL that is not the mesh's own; `settings` lead the mesh to it."""

    @property
    def settings(self) -> Mapping[str, str]: ...
    @property
    def pid(self) -> int: ...
    def database(self, name: str) -> AbstractAsyncContextManager[asyncpg.Connection]: ...


class RunningMesh:
    """Its addresses, its processes and its databases."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        data_dir: Path,
        http_port: int,
        port_offset: int,
        server: Server | None = None,
    ) -> None:
        self._process = process
        self._data_dir = data_dir
        self._server = server
        self.port_offset = port_offset
        self.http_address = f"127.0.0.1:{http_port}"
        self.url = f"http://{self.http_address}"

    @property
    def pid(self) -> int:
        """Of the process that keeps all others."""
        return self._process.pid

    def address(self, service: str) -> str:
        """host:port of a service's own gRPC server."""
        return f"127.0.0.1:{PORTS[service] + self.port_offset}"

    @property
    def data_dir(self) -> Path:
        return self._data_dir

    @property
    def tls(self) -> Tls | None:
        """An operator's certificate, if the processes demand one."""
        return Tls(self.tls_dir, OPERATOR) if self.tls_dir else None

    @property
    def tls_dir(self) -> Path | None:
        folder = self._data_dir / "tls"
        return folder if folder.exists() else None

    def open_channel(self, service: str, options: Sequence[tuple[str, Any]] = ()) -> grpc.aio.Channel:
        """A channel to a service, past Envoy."""
        return open_channel(self.address(service), tuple(options), tls=self.tls, name=service)

    @property
    def service_keys(self) -> Path:
        """The keys of its services."""
        return self._data_dir / "service_keys"

    @property
    def secret(self) -> str:
        """What identity_svc encrypts with."""
        return (self._data_dir / "mesh_secret").read_text(encoding="utf-8").strip()

    @property
    def environment(self) -> dict[str, str]:
        """That of commands for operators of this mesh."""
        own = {"EASYORDER_DATA_DIR": str(self._data_dir), "EASYORDER_PORT_OFFSET": str(self.port_offset)}
        return {**os.environ, **own, "PYTHONPATH": f"{ROOT}:{ROOT / 'gen'}"}

    @property
    def log(self) -> str:
        return (self._data_dir / "mesh.log").read_text(encoding="utf-8", errors="replace")

    def kill(self, module: str) -> int:
        """kill -9 of `python -m module`, of one where there are replicas; answers the pid it had."""
        pid = self.pid_of(module)
        assert pid is not None, f"{module} does not run"
        os.kill(pid, signal.SIGKILL)
        return pid

    def pid_of(self, module: str) -> int | None:
        """The process of `python -m module`, if it runs."""
        return next(iter(self.pids_of(module)), None)

    def pids_of(self, module: str) -> list[int]:
        """The processes of `python -m module`: the replicas that run."""
        pids = []
        for child in psutil.Process(self._process.pid).children(recursive=True):
            try:
                if child.cmdline()[-2:] == ["-m", module]:
                    pids.append(child.pid)
            except psutil.Error:
                continue
        return pids

    @property
    def postgres_dir(self) -> str:
        """Where its PostgreSQL listens."""
        return str(socket_dir(self._data_dir / "postgres"))

    @property
    def postgres_pid(self) -> int:
        if self._server:
            return self._server.pid
        return int((self._data_dir / "postgres" / "postmaster.pid").read_text(encoding="utf-8").split()[0])

    def arm(self, failpoint: str) -> None:
        """The next process that passes it as often as EASYORDER_FAILPOINT says dies there."""
        self._mark(failpoint).unlink()

    def disarm(self, failpoint: str) -> None:
        """No process dies there any more."""
        self._mark(failpoint).touch()

    def has_fired(self, failpoint: str) -> bool:
        """Whether a process died there since it was armed."""
        return self._mark(failpoint).exists()

    def _mark(self, failpoint: str) -> Path:
        return _marks(self._data_dir) / failpoint

    @asynccontextmanager
    async def database(self, name: str) -> AsyncIterator[asyncpg.Connection]:
        if self._server:
            async with self._server.database(name) as connection:
                yield connection
            return
        connection = await asyncpg.connect(host=self.postgres_dir, user="postgres", database=name)
        try:
            yield connection
        finally:
            await connection.close()


@contextmanager
def running_mesh(
    data_dir: Path,
    settings: Mapping[str, str],
    *,
    command: Sequence[str] = ("-m", "deploy.local", "up"),
    server: Server | None = None,
) -> Iterator[RunningMesh]:
    """Starts a mesh with EASYORDER_… `settings`, and stops it: with exit code 0, or the test has found something.

    Its databases are at `server`, if there is one, else at its own.
    """
    if server:
        settings = {**settings, **server.settings}
    http_port, port_offset = free_port(), free_offset(int(settings.get("REPLICAS", 1)))
    environment = os.environ | {f"EASYORDER_{name}": value for name, value in settings.items()}
    environment |= {
        "EASYORDER_DATA_DIR": str(data_dir),
        "EASYORDER_HTTP_PORT": str(http_port),
        "EASYORDER_PORT_OFFSET": str(port_offset),
        "PYTHONPATH": f"{ROOT}:{ROOT / 'gen'}",
    }
    if not server:
        environment.pop("EASYORDER_DATABASE_URL", None)
    _marks(data_dir).mkdir(parents=True, exist_ok=True)
    # None is deadly until a test arms it.
    for failpoint in filter(None, settings.get("FAILPOINT", "").split(",")):
        (_marks(data_dir) / failpoint.partition(":")[0]).touch()
    with (data_dir / "mesh.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, *command], cwd=ROOT, env=environment, stdout=log, stderr=log)
    mesh = RunningMesh(process, data_dir, http_port, port_offset, server)
    try:
        wait_until_up(process, mesh)
        yield mesh
    finally:
        process.send_signal(signal.SIGTERM)
        code = process.wait(STOPS_WITHIN_S)
    assert code == 0, mesh.log[-5000:]


def _marks(data_dir: Path) -> Path:
    return data_dir / "failpoints"


def wait_until_up(process: subprocess.Popen[bytes], mesh: RunningMesh) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while "EasyOrder is up" not in mesh.log:
        assert process.poll() is None, mesh.log[-5000:]
        assert time.monotonic() < deadline, mesh.log[-5000:]
        try:
            process.wait(0.1)
        except subprocess.TimeoutExpired:
            continue


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def free_offset(replicas: int = 1) -> int:
    """An offset at which all services find their ports free."""
    ports = [port + n * REPLICA_STRIDE for port in PORTS.values() for n in range(replicas)]
    # Below the ports that the kernel gives to whoever asks for any; steps of ten, as replicas have.
    for offset in range(1_000 + 10 * (os.getpid() % 1_000), MAX_PORT_OFFSET, 10):
        if all(_is_free(port + offset) for port in ports):
            return offset
    raise AssertionError("no free range of ports")


def free_ports(count: int) -> int:
    """The first of as many free ports in a row, where no service of a mesh has one."""
    for port in range(9_000 + 10 * (os.getpid() % 500), 15_000, 10):
        if all(_is_free(port + n) for n in range(count)):
            return port
    raise AssertionError("no free range of ports")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
