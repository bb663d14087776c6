"""Brings a service's databases up to date.

A package keeps its revisions in `migrations/versions` (one database, `easyorder_<name>`), or in
`migrations/write/versions` and `migrations/read/versions` (`easyorder_<name>_write`, `easyorder_<name>_read`); the
environment is `deploy/alembic`. Each revision is one transaction, except for statements in an `autocommit_block`, such
as CREATE INDEX CONCURRENTLY. A revision that fails changes nothing, and the next upgrade runs it again. Replicas may
start together: one of them upgrades.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.db.engine import make_engine

_ENVIRONMENT = Path(__file__).parent / "alembic"
# Any constant: only one upgrade at a time in a database. It is not waited for in PostgreSQL, because CREATE INDEX
# CONCURRENTLY waits for every statement that runs.
_LOCK = text("SELECT pg_try_advisory_lock(5082104)")
_POLL_S = 0.1
# The server looks this often whether an upgrade is still there whose statement takes long, and holds the lock.
_CHECK = text("SET client_connection_check_interval = '5s'")
# How long another process may upgrade the database. Large tables take long.
_OTHER_UPGRADE_S = 3600.0


@dataclass(frozen=True, slots=True)
class Schema:
    """A database and the folder of its revisions."""

    database: str
    versions: Path


def schemas(package: str) -> list[Schema]:
    """The databases of a package (`order_svc`, `order_svc.payment`), derived from its migrations folder."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ValueError(f"there is no package {package}")
    migrations = Path(spec.submodule_search_locations[0]) / "migrations"
    database = f"easyorder_{package.rpartition('.')[2].removesuffix('_svc')}"
    folders = {side: migrations / side / "versions" for side in ("", "write", "read")}
    found = [Schema(f"{database}_{side}".rstrip("_"), folder) for side, folder in folders.items() if folder.is_dir()]
    if not found:
        raise ValueError(f"{package} has neither migrations/versions nor migrations/write/versions")
    return found


async def upgrade(url: str, versions: Path, until: str = "heads") -> None:
    """Runs the revisions that the database lacks, up to `until`.

    Raises TimeoutError if the upgrade of another process does not end.
    """
    engine = make_engine(url, application_name="migrate", pool_size=1)
    try:
        async with engine.connect() as connection:
            await connection.execute(_CHECK)
            async with asyncio.timeout(_OTHER_UPGRADE_S):
                await _lock(connection)
            await connection.run_sync(run_revisions, versions, until)
    finally:
        await engine.dispose()


async def _lock(connection: AsyncConnection) -> None:
    """Held until the connection closes."""
    while not await connection.scalar(_LOCK):
        await connection.commit()
        await asyncio.sleep(_POLL_S)
    await connection.commit()


def run_revisions(connection: Connection, versions: Path, until: str) -> None:
    """Runs them in transactions of their own, or in that of the connection if it has begun one."""
    command.upgrade(alembic_config(versions, connection=connection), until)


def alembic_config(versions: Path, **attributes: object) -> Config:
    """The revisions of a folder, in the environment of all services."""
    config = Config(attributes=attributes)
    config.set_main_option("script_location", str(_ENVIRONMENT).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", str(versions).replace("%", "%%"))
    return config
