"""The mesh on this machine: its programs, the order of their start, and their end."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import sys
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

from chassis.background import PollingLoop
from chassis.clock import SystemClock
from chassis.grpc.tls import Tls
from chassis.settings import from_environment
from deploy.config import RoleSettings, as_role, password_variable, role, secret_of
from deploy.local import readiness
from deploy.local.certificates import ENVOY, OPERATOR, Authority
from deploy.local.commands import output_of
from deploy.local.config import LocalSettings, refuse_unknown
from deploy.local.console import PrefixedLines
from deploy.local.data_dir import held, mesh_secret
from deploy.local.errors import REFUSED, CannotStart
from deploy.local.front_door import front_door, write_configuration
from deploy.local.ports import all_free, require_free
from deploy.local.postgres import EmbeddedPostgres
from deploy.local.supervisor import Backoff, Process, Program, Watch
from deploy.service_keys import make_keys, write_file
from edge.config import EdgeSettings
from envoy.upstream_tls import SECRET, secret
from identity_svc.config import AdministratorSettings, IdentitySettings
from inventory_svc.config import InventorySettings
from order_svc.config import OrderSettings
from order_svc.payment.config import PaymentSettings

ROOT = Path(__file__).resolve().parent.parent.parent
SERVICES = {
    "identity": "identity_svc",
    "inventory": "inventory_svc",
    "payment": "order_svc.payment",
    "order": "order_svc",
    "edge": "edge",
}
SETTINGS = (IdentitySettings, InventorySettings, OrderSettings, PaymentSettings, EdgeSettings, RoleSettings)
# Long enough to drain.
KILLED_MESH_ENDS_WITHIN_S = 15.0
_ROTATE_S = 60.0
MIGRATED = ("identity_svc", "inventory_svc", "order_svc", "order_svc.payment")
WITH_READ_REPLICA = ("inventory_svc", "order_svc")


class LocalMesh:
    """Everything of one DATA_DIR. `async with` starts it, and stops it in the reverse order."""

    def __init__(self, settings: LocalSettings, output: PrefixedLines) -> None:
        self._settings = settings.replicated(SERVICES)
        self._backoff = Backoff(max_s=settings.restart_backoff_max_s)
        self._output = output
        self._data_dir = settings.data_dir.absolute()
        self._running = AsyncExitStack()
        self.url = settings.url

    async def __aenter__(self) -> LocalMesh:
        refuse_unknown(os.environ, (LocalSettings, *SETTINGS))
        async with AsyncExitStack() as starting:
            started = time.monotonic()
            after_a_kill = starting.enter_context(held(self._data_dir, url=self.url))
            await self._require_ports(patience_s=KILLED_MESH_ENDS_WITHIN_S if after_a_kill else 0)
            self._secret = self._settings.mesh_secret.get_secret_value() or mesh_secret(self._data_dir)
            await self._identities(starting)
            for settings in SETTINGS:  # a service that refuses its own would be started again and again
                from_environment(settings)
            environment = await self._database(starting)
            passwords = self._passwords()
            await self._migrate({**environment, **passwords})
            await self._services(starting, environment, passwords)
            self._say(f"all healthy after {time.monotonic() - started:.1f} s")
            self._running = starting.pop_all()
        return self

    async def __aexit__(self, *exception: object) -> None:
        self._say("stopping")
        await self._running.aclose()
        self._say("stopped")

    def places(self) -> dict[str, str]:
        """Names and addresses, for the person at the terminal."""
        settings, metrics = self._settings, self._settings.metrics_of(0)
        return {
            "JSON, gRPC, grpc-web": self.url,
            "What is here": f"{self.url}/",
            "API document": f"{self.url}/openapi.json",
            **{f"{name} (gRPC)": ", ".join(settings.addresses(name)) for name in SERVICES},
            "Envoy's admin": str(settings.envoy_admin_socket),
            **({"Metrics": f"{metrics}/metrics, and the next ports"} if metrics else {}),
            "Administrator": from_environment(AdministratorSettings).admin_email,
            "Data": str(self._data_dir),
        }

    async def _identities(self, running: AsyncExitStack) -> None:
        """Makes the keys and certificates of the processes, and new ones from time to time."""
        settings = self._settings
        folder, older_than = settings.service_keys_dir, timedelta(hours=settings.service_key_hours)
        life = timedelta(hours=settings.certificate_hours)
        authority: Authority | None = None
        self._tls_dir = settings.tls_dir
        if settings.mesh_tls and self._tls_dir is None:
            self._tls_dir = self._data_dir / "tls"
            authority = Authority(self._tls_dir, [*SERVICES, ENVOY, OPERATOR], life=life)

        async def rotate() -> bool:
            now = SystemClock().now()
            # First what expires: keys do not.
            if authority:
                authority.issue(now)
            make_keys(folder, now, older_than=older_than)
            return False

        await rotate()
        if self._tls_dir:
            write_file(self._tls_dir / SECRET, secret(self._tls_dir))
        self._tls = Tls(self._tls_dir, OPERATOR) if self._tls_dir else None
        loop = PollingLoop("identities", rotate, idle_s=min(_ROTATE_S, life.total_seconds() / 8))
        await loop.start()
        running.push_async_callback(loop.stop)

    async def _database(self, running: AsyncExitStack) -> Mapping[str, str]:
        """Starts the embedded server unless there is another; returns the environment that all programs share."""
        environment = {
            "EASYORDER_DATA_DIR": str(self._data_dir),
            "PYTHONPATH": f"{ROOT}:{ROOT / 'gen'}",
            "PYTHONUNBUFFERED": "1",
            "PYTHONUTF8": "1",
            # Without these, threads' heaps and large blocks are never returned to the system: 20 MiB in identity.
            "MALLOC_ARENA_MAX": "2",
            "MALLOC_MMAP_THRESHOLD_": "131072",
        }
        if self._settings.database_server:
            return environment
        server = EmbeddedPostgres(self._data_dir / "postgres", roles=[role(package) for package in MIGRATED])
        await asyncio.to_thread(server.prepare)
        process = await self._start(server.program, running)
        await readiness.until(process, readiness.postgres_accepts(server.folder, server.socket_dir))
        # Twice as many as are used: those that a service has given up may hang.
        connections = 2 * self._settings.database_pool_size * self._settings.replica_count
        limit = {"EASYORDER_ROLE_CONNECTIONS": str(connections)}
        return {**environment, **limit, "EASYORDER_DATABASE_URL": server.url}

    def _passwords(self) -> dict[str, str]:
        """The passwords of the services' roles, by variable; empty if a service connects as the owner."""
        given = from_environment(RoleSettings)
        return {
            password_variable(package): given.password(package)
            if self._settings.database_server
            else secrets.token_urlsafe(32)
            for package in MIGRATED
        }

    async def _migrate(self, environment: Mapping[str, str]) -> None:
        code, said = await output_of(sys.executable, "-m", "deploy.migrate", *MIGRATED, environment=environment)
        if code == REFUSED:
            raise CannotStart(said.strip())
        if code:
            raise CannotStart(f"The databases cannot be brought up to date:\n{said}")

    async def _services(
        self, running: AsyncExitStack, environment: Mapping[str, str], passwords: Mapping[str, str]
    ) -> None:
        """Starts the services and Envoy together and waits for all: none needs another one to start."""
        listed = {f"EASYORDER_{name.upper()}_ADDRESS": getattr(self._settings, f"{name}_address") for name in SERVICES}
        environment = {**environment, **listed, "EASYORDER_TLS_DIR": str(self._tls_dir or "")}
        processes: dict[str, tuple[str, Process]] = {}
        for name, module in SERVICES.items():
            for number, address in enumerate(self._settings.addresses(name), 1):
                channel = readiness.health_channel(address, name, self._tls)
                running.push_async_callback(channel.close)
                program = Program(
                    name=name if number == 1 else f"{name} {number}",
                    command=[sys.executable, "-m", module],
                    environment={
                        **environment,
                        **dict.fromkeys(passwords, ""),
                        **self._database_urls(environment, module, passwords),
                        "EASYORDER_LISTEN_ADDRESS": address,
                        "EASYORDER_METRICS_ADDRESS": self._settings.metrics_of(len(processes)),
                        "EASYORDER_MESH_SECRET": secret_of(name, self._secret),
                    },
                    answers=readiness.grpc_answers(channel),
                    # Envoy, which is to notice a SIGTERM, has stopped before.
                    stop_signal=signal.SIGINT,
                    # Then its jobs and its last telemetry have some seconds each.
                    stop_grace_s=self._settings.drain_grace_s + 15,
                )
                processes[address] = (name, await self._start(program, running))
        await write_configuration(self._data_dir, environment)
        envoy = await self._start(front_door(self._settings, self._data_dir), running)
        for address, (name, process) in processes.items():
            await readiness.until(process, readiness.grpc_serving(address, name, self._tls))
        await readiness.until(envoy, readiness.http_ok(f"{self.url}/healthz"))
        await readiness.until(envoy, readiness.verifies_tokens(self.url))

    def _database_urls(
        self, environment: Mapping[str, str], module: str, passwords: Mapping[str, str]
    ) -> dict[str, str]:
        """How a service reaches its server and the read replica, as its role; empty for what it has not."""
        replica = from_environment(OrderSettings).read_replica_url
        urls = {
            "EASYORDER_DATABASE_URL": environment.get("EASYORDER_DATABASE_URL", self._settings.database_server)
            if module in MIGRATED
            else "",
            "EASYORDER_READ_REPLICA_URL": replica if module in WITH_READ_REPLICA else "",
        }
        password = passwords.get(password_variable(module), "")
        return {name: as_role(url, module, password) if url and password else url for name, url in urls.items()}

    async def _start(self, program: Program, running: AsyncExitStack) -> Process:
        process = Process(
            program, self._output, backoff=self._backoff, watch=Watch(silence_s=self._settings.unresponsive_after_s)
        )
        await process.start()
        running.push_async_callback(process.stop)
        return process

    async def _require_ports(self, *, patience_s: float) -> None:
        async def are_free() -> bool:
            return all_free(self._settings.host, self._ports().values())

        await readiness.comes_true(are_free, within_s=patience_s)
        require_free(self._settings.host, self._ports())

    def _ports(self) -> dict[str, int]:
        ports = {
            f"{name} service" if number == 1 else f"{name} service, replica {number}": port
            for name in SERVICES
            for number, (_, port) in enumerate(self._settings.replicas(name), 1)
        }
        metrics = [self._settings.metrics_of(n) for n in range(len(ports))]
        scraped = {
            f"metrics of {name}": int(at.rpartition(":")[2]) for name, at in zip(ports, metrics, strict=True) if at
        }
        return {"HTTP": self._settings.http_port, **ports, **scraped}

    def _say(self, text: str) -> None:
        self._output.line("mesh", text)
