"""A PostgreSQL primary and a standby that has all that is acknowledged, until the one takes the other's place."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import subprocess
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import asyncpg
import psutil

from deploy.config import password_variable, role
from deploy.local.mesh import MIGRATED
from deploy.local.postgres import INSTALLATION, SYSTEM_USER, EmbeddedPostgres
from deploy.local.supervisor import Backoff, Process
from tests.polling import eventually

READY_S, BUILT_S, ENDED_S = 60, 300, 30
LAST_LINES = 1_000
# What a standby needs is kept, and both fit on a small disk. Shared memory of a killed server goes with its folder.
_CONFIGURATION = """
wal_keep_size = '192MB'
max_wal_size = '192MB'
min_wal_size = '32MB'
wal_retrieve_retry_interval = '500ms'
dynamic_shared_memory_type = 'mmap'
"""
_SYNCHRONOUS = "ALTER SYSTEM SET synchronous_standby_names = '*'"
_HAS_ALL = """
SELECT count(*) > 0 FROM pg_stat_replication WHERE sync_state = 'sync' AND flush_lsn >= pg_current_wal_lsn()
"""
_IS_SYNCHRONOUS = f"SELECT current_setting('synchronous_standby_names') = '*' AND ({_HAS_ALL})"
_FAILURES = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)


class PostgresPair:
    """Two servers in `folder`; a server that ends is started again, as the one that it was.

    While there is no standby, the primary goes on alone: that is what a switch costs where there are no more than two.
    """

    def __init__(self, folder: Path) -> None:
        self.lines: deque[str] = deque(maxlen=LAST_LINES)
        roles = [role(package) for package in MIGRATED]
        self._servers = [EmbeddedPostgres(folder / name, roles=roles) for name in ("a", "b")]
        self._processes: dict[EmbeddedPostgres, Process] = {}
        self._passwords = {password_variable(package): secrets.token_urlsafe(32) for package in MIGRATED}
        self._switching = asyncio.Lock()
        self._building: asyncio.Task[None] | None = None
        self._hosts = [str(server.socket_dir) for server in self._servers]

    @property
    def settings(self) -> Mapping[str, str]:
        """How the mesh reaches whichever is the primary."""
        hosts = quote(",".join(self._hosts))
        url = f"postgresql+asyncpg://postgres@/?host={hosts}&port=5432,5432&target_session_attrs=read-write"
        passwords = {name.removeprefix("EASYORDER_"): password for name, password in self._passwords.items()}
        return {"DATABASE_URL": url, **passwords}

    @property
    def pid(self) -> int:
        """Of the primary. Raises ProcessLookupError while it does not run."""
        process = self._processes.get(self._servers[0])
        if process is None or process.pid is None:
            raise ProcessLookupError("no primary runs")
        return process.pid

    def line(self, name: str, text: str) -> None:
        """What both have said last."""
        self.lines.append(f"{name} {text}")

    @asynccontextmanager
    async def database(self, name: str) -> AsyncIterator[asyncpg.Connection]:
        """A connection to the primary."""
        connection = await asyncpg.connect(
            host=self._hosts, user="postgres", database=name, target_session_attrs="read-write"
        )
        try:
            yield connection
        finally:
            await connection.close()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[PostgresPair]:
        primary = self._servers[0]
        primary.prepare()
        with (primary.folder / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(_CONFIGURATION)
        try:
            await self._start(primary)
            await eventually(lambda: self._says("SELECT true"), timeout_s=READY_S)
            await self._build()
            yield self
        finally:
            if self._building:
                self._building.cancel()
                await asyncio.wait([self._building])
            await asyncio.gather(*[process.stop() for process in self._processes.values()])

    async def switch(self) -> bool:
        """Kills the primary, promotes the standby, and has another built; False while there is none that has all."""
        async with self._switching:
            if not await self._says(_IS_SYNCHRONOUS):
                return False
            old, new = self._servers
            await self._kill(old)
            self._servers.reverse()
            await eventually(self._promote, timeout_s=READY_S)
            self.line("pair", f"{new.folder.name} is the primary now")
            self._building = asyncio.create_task(self._build())
            return True

    async def whole(self) -> None:
        """Returns once there is a standby that has everything."""
        if self._building:
            await self._building
        await eventually(lambda: self._says(_IS_SYNCHRONOUS), timeout_s=BUILT_S)

    async def _promote(self) -> bool:
        with suppress(*_FAILURES):
            connection = await asyncpg.connect(host=str(self._servers[0].socket_dir), user="postgres")
            try:
                return bool(await connection.fetchval("SELECT NOT pg_is_in_recovery() OR pg_promote()"))
            finally:
                await connection.close()
        return False

    async def _kill(self, server: EmbeddedPostgres) -> None:
        process = self._processes.pop(server)
        backends: list[psutil.Process] = []
        if process.pid:
            with suppress(psutil.Error):
                backends = psutil.Process(process.pid).children()
        process.kill()
        await process.stop()
        # They notice by themselves that they are alone.
        await asyncio.to_thread(psutil.wait_procs, backends, timeout=ENDED_S)

    async def _build(self) -> None:
        """A copy of the primary that follows it, and whose receipts commits then wait for."""
        standby = self._servers[1]
        await eventually(lambda: asyncio.to_thread(self._copied, standby), timeout_s=BUILT_S)
        await self._start(standby)
        await eventually(self._is_followed, timeout_s=BUILT_S)
        self.line("pair", f"{standby.folder.name} is the standby now")

    async def _is_followed(self) -> bool:
        if not await self._says("SELECT count(*) > 0 FROM pg_stat_replication WHERE state = 'streaming'"):
            return False
        with suppress(*_FAILURES):
            async with self.database("postgres") as connection:
                await connection.execute(_SYNCHRONOUS)
                await connection.execute("SELECT pg_reload_conf()")
        return await self._says(_IS_SYNCHRONOUS)

    def _copied(self, standby: EmbeddedPostgres) -> bool:
        """Whether that went well: the primary may have been killed meanwhile, or the disk be full."""
        shutil.rmtree(standby.folder, ignore_errors=True)
        standby.folder.mkdir(mode=0o700)
        source = ["-h", str(self._servers[0].socket_dir), "-U", "postgres"]
        how = ["-D", str(standby.folder), "--write-recovery-conf", "--checkpoint=fast", "--no-sync"]
        command = [str(INSTALLATION / "bin/pg_basebackup"), *source, *how]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", timeout=BUILT_S)
        if os.geteuid() == 0:
            subprocess.run(["chown", "-R", f"{SYSTEM_USER}:", str(standby.folder)], check=True)
        if done.returncode == 0:
            with suppress(OSError):
                standby.prepare()
                return True
        self.line("pair", f"{standby.folder.name} cannot be made: {done.stderr}")
        return False

    async def _says(self, question: str) -> bool:
        with suppress(*_FAILURES):
            async with self.database("postgres") as connection:
                return bool(await connection.fetchval(question))
        return False

    async def _start(self, server: EmbeddedPostgres) -> None:
        process = Process(server.program, self, backoff=Backoff(max_s=1))
        await process.start()
        self._processes[server] = process
