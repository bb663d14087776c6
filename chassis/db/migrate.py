"""`python -m chassis.db.migrate order_svc …`: makes the databases of services where missing, brings them up to date.

A package keeps its revisions in `migrations/versions` (one database, `easyorder_<name>`), or in
`migrations/write/versions` and `migrations/read/versions` (`easyorder_<name>_write`, `easyorder_<name>_read`); the
environment is the chassis's. Each upgrade is one transaction under an advisory lock: replicas may start at once, and a
failed upgrade leaves nothing.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.engine import make_engine
from chassis.db.failures import sqlstate
from chassis.settings import MeshSettings, from_environment

UrlOf = Callable[[str], str]

_ENVIRONMENT = Path(__file__).parent / "alembic"
# Any constant: one upgrade at a time in a database.
_LOCK = text("SELECT pg_advisory_xact_lock(5082104)")
_EXISTS = text("SELECT EXISTS (SELECT FROM pg_database WHERE datname = :name)")
_MADE_BY_ANOTHER = frozenset({"42P04", "23505"})


@dataclass(frozen=True, slots=True)
class Schema:
    """A database and the folder of the revisions that make it."""

    database: str
    versions: Path


def schemas(package: str) -> list[Schema]:
    """The databases of a package (`order_svc`, `order_svc.payment`), as its migrations folder has them."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ValueError(f"there is no package {package}")
    migrations = Path(spec.submodule_search_locations[0]) / "migrations"
    found = list(_schemas_in(migrations, f"easyorder_{package.rpartition('.')[2].removesuffix('_svc')}"))
    if not found:
        raise ValueError(f"{package} has neither migrations/versions nor migrations/write/versions")
    return found


def chassis_sql(change: str) -> str:
    """A change of the chassis's own tables as one statement, for the revision of each service that has them.

    Like a revision, its file is never edited once it was released.
    """
    return f"DO $change$ BEGIN\n{(_ENVIRONMENT / f'{change}.sql').read_text(encoding='utf-8')}\nEND $change$"


async def migrate(packages: Sequence[str], url_of: UrlOf) -> None:
    """Brings the databases of all packages up to date. `url_of` tells the URL of a database by its name."""
    for package in packages:
        for schema in schemas(package):
            await upgrade(url_of(schema.database), schema.versions)


async def upgrade(url: str, versions: Path) -> None:
    """Makes the database where missing and runs the revisions that it lacks."""
    await _create_where_missing(url)
    engine = make_engine(url, application_name="migrate", pool_size=1)
    try:
        async with engine.begin() as connection:
            await connection.execute(_LOCK)
            await connection.run_sync(_upgrade, versions)
    finally:
        await engine.dispose()


def _upgrade(connection: Connection, versions: Path) -> None:
    config = Config()
    config.set_main_option("script_location", str(_ENVIRONMENT).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", str(versions).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "heads")


def _schemas_in(migrations: Path, database: str) -> Iterator[Schema]:
    for side in ("", "write", "read"):
        versions = migrations / side / "versions"
        if versions.is_dir():
            yield Schema(f"{database}_{side}".rstrip("_"), versions)


async def _create_where_missing(url: str) -> None:
    target = make_url(url)
    if await _can_connect(make_engine(target, application_name="migrate", pool_size=1)):
        return
    engine = make_engine(target.set(database="postgres"), application_name="migrate", pool_size=1)
    try:
        async with engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            if not await connection.scalar(_EXISTS, {"name": target.database}):
                name = (target.database or "").replace('"', '""')
                # template0: unlike template1, nobody can be connected to it.
                await connection.execute(text(f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'"))
    except DBAPIError as error:
        if sqlstate(error) not in _MADE_BY_ANOTHER:
            raise
    finally:
        await engine.dispose()


async def _can_connect(engine: AsyncEngine) -> bool:
    try:
        async with engine.connect():
            return True
    except DBAPIError:
        return False
    finally:
        await engine.dispose()


if __name__ == "__main__":
    asyncio.run(migrate(sys.argv[1:], from_environment(MeshSettings).database_url))
