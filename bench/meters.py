"""What calls take besides time: CPU of an echo, statements, rows, WAL and room in PostgreSQL, bytes on the wire.

`bench.worker` uses this file with other versions of everything else, so it imports only what all of them have.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

import asyncpg
import httpx
import psutil
import yaml

from deploy.local.postgres import EmbeddedPostgres

# The log of a measurement must not be removed before it is read.
_SETTINGS = "shared_preload_libraries = 'pg_stat_statements'\nwal_keep_size = '4GB'\n"
_EXTENSIONS = "CREATE EXTENSION IF NOT EXISTS pg_stat_statements; CREATE EXTENSION IF NOT EXISTS pg_walinspect"
_NOW = "SELECT pg_current_wal_flush_lsn()::text"
# Without those of the benchmark: its own database's, and where it looks whether all work is done.
_STATEMENTS = """
SELECT coalesce(sum(calls), 0)::bigint FROM pg_stat_statements JOIN pg_database AS d ON d.oid = dbid
WHERE d.datname <> current_database()
    AND query NOT LIKE '%enable_seqscan%' AND query NOT LIKE '%EXISTS (SELECT FROM job WHERE state IN%'
"""
# Without images of whole pages, which depend on when the last checkpoint was.
_LOGGED = """
SELECT coalesce(sum(record_size), 0)::bigint AS bytes,
       coalesce(sum(count) FILTER (WHERE record = 'Transaction/COMMIT'), 0)::bigint AS commits,
       coalesce(sum(count) FILTER (WHERE record ~ '^Heap/(INSERT|UPDATE|HOT_UPDATE|DELETE)'), 0)::bigint AS rows
FROM pg_get_wal_stats($1::text::pg_lsn, $2::text::pg_lsn, true) AS of_kind("record", count)
"""
_SIZES = """
SELECT relname, pg_total_relation_size(oid) AS size FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""


class Databases(Protocol):
    """A mesh, as all versions have it."""

    def database(self, name: str) -> AbstractAsyncContextManager[asyncpg.Connection]: ...


@dataclass(frozen=True, slots=True)
class Reading:
    """All meters at one time; `sizes` in bytes by `database.table`."""

    position: str
    statements: int
    wire_bytes: int
    sizes: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """Of one order. `commits` are transactions that wrote something; `left_bytes` is by table, `left_kb` of all."""

    statements: float
    commits: float
    rows: float
    wal_bytes: float
    wire_bytes: float
    left_kb: float
    left_bytes: Mapping[str, float]


def prepare(data_dir: Path) -> None:
    """Makes the data of a mesh's PostgreSQL with the settings that the meters need, before the mesh starts."""
    server = EmbeddedPostgres(data_dir / "postgres")
    server.prepare()
    with (server.folder / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write(_SETTINGS)


class Meters:
    """Those of a mesh, and of the Envoy and the echo server whose files are in `front`."""

    def __init__(self, mesh: Databases, front: Path) -> None:
        self._mesh = mesh
        self._front = front

    async def read(self) -> Reading:
        async with self._mesh.database("postgres") as server:
            await server.execute(_EXTENSIONS)
            position = await server.fetchval(_NOW)
            statements = await server.fetchval(_STATEMENTS)
            found = await server.fetch("SELECT datname FROM pg_database WHERE datname LIKE 'easyorder%'")
        sizes = {}
        for (database,) in found:
            async with self._mesh.database(database) as connection:
                for row in await connection.fetch(_SIZES):
                    sizes[f"{database.removeprefix('easyorder_')}.{row['relname']}"] = row["size"]
        return Reading(position, statements, await self._wire_bytes(), sizes)

    async def since(self, before: Reading, *, orders: int) -> Amounts:
        """What each of `orders` took."""
        now = await self.read()
        async with self._mesh.database("postgres") as server:
            logged = await server.fetchrow(_LOGGED, before.position, now.position)
        left = {table: (size - before.sizes.get(table, 0)) / orders for table, size in now.sizes.items()}
        return Amounts(
            statements=(now.statements - before.statements) / orders,
            commits=logged["commits"] / orders,
            rows=logged["rows"] / orders,
            wal_bytes=logged["bytes"] / orders,
            wire_bytes=(now.wire_bytes - before.wire_bytes) / orders,
            left_kb=sum(left.values()) / 1024,
            left_bytes={table: size for table, size in left.items() if size},
        )

    def echo_cpu_s(self) -> float:
        """CPU seconds so far of what answers echoes: Envoy and the echo server."""
        used = 0.0
        for process in psutil.Process().children(recursive=True):
            try:
                if any(argument.startswith(str(self._front)) for argument in process.cmdline()):
                    times = process.cpu_times()
                    used += times.user + times.system
            except psutil.NoSuchProcess:
                continue
        return used

    @cached_property
    def _admin(self) -> tuple[str, str | None]:
        """The URL of Envoy's administration, and the socket that it listens on, if that is one."""
        config = (self._front / "envoy.yaml").read_text(encoding="utf-8")
        # It has thousands of routes, which take the loader in Python three seconds.
        address = yaml.load(config, Loader=yaml.CSafeLoader)["admin"]["address"]
        if socket := address.get("pipe", {}).get("path"):
            return "http://envoy", socket
        return "http://{address}:{port_value}".format_map(address["socket_address"]), None

    async def _wire_bytes(self) -> int:
        """What Envoy has received from clients and sent to them."""
        url, socket = self._admin
        async with httpx.AsyncClient(
            transport=httpx.AsyncHTTPTransport(uds=socket), trust_env=False, timeout=10
        ) as client:
            wanted = quote(r"^http\..*downstream_cx_[rt]x_bytes_total$")
            reply = await client.get(f"{url}/stats?format=json&filter={wanted}")
        stats: list[dict[str, Any]] = reply.raise_for_status().json()["stats"]
        return sum(stat["value"] for stat in stats if not stat["name"].startswith("http.admin."))
