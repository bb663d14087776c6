"""A real Envoy on free ports, with the configuration that production has."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from envoy import binary
from envoy.config import EnvoySettings
from envoy.render import render
from tests.polling import eventually


@dataclass(frozen=True)
class RunningEnvoy:
    http_port: int
    access_log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http_port}"

    @property
    def target(self) -> str:
        return f"127.0.0.1:{self.http_port}"


@asynccontextmanager
async def running_envoy(folder: Path, ports: dict[str, int], **settings: int) -> AsyncIterator[RunningEnvoy]:
    """Envoy before backends at `ports` of this machine."""
    addresses = {f"{service}_address": f"127.0.0.1:{port}" for service, port in ports.items()}
    access_log = folder / "access.log"
    options = {"http_port": 0, "envoy_admin_port": 0, "envoy_access_log": str(access_log), **addresses, **settings}
    config = folder / "envoy.yaml"
    config.write_text(render(EnvoySettings.model_validate(options)))
    admin_address = folder / "admin"
    command = [binary.path(), "-c", config, "--admin-address-path", admin_address, "--use-dynamic-base-id"]
    with (folder / "envoy.log").open("w") as log:
        process = subprocess.Popen([*command, "--concurrency", "1"], stdout=log, stderr=log)  # noqa: ASYNC220
    try:
        yield RunningEnvoy(await eventually(lambda: _http_port(admin_address), timeout_s=20), access_log)
    finally:
        process.terminate()
        process.wait()


async def _http_port(admin_address: Path) -> int:
    """The listener's port; 0 while Envoy is not ready."""
    if not admin_address.exists():
        return 0
    async with httpx.AsyncClient(base_url=f"http://{admin_address.read_text()}") as admin:
        if (await admin.get("/ready")).status_code != httpx.codes.OK:
            return 0
        listeners = (await admin.get("/listeners", params={"format": "json"})).json()["listener_statuses"]
    ports = [s["local_address"]["socket_address"]["port_value"] for s in listeners if s["name"] == "http"]
    return int(ports[0]) if ports else 0
