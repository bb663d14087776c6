"""`python -m deploy.migrate order_svc …`: makes missing databases of services and upgrades all of them.

If a service has a password for its role, the role is made too.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Sequence

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.engine import make_engine
from chassis.db.failures import sqlstate
from chassis.settings import from_environment
from deploy.config import RoleSettings, role
from deploy.local.errors import REFUSED, CannotStart
from deploy.roles import NO_LIMIT, grant
from deploy.schemas import schemas, upgrade
from deploy.upgradable import CannotUpgrade, require_upgradable

UrlOf = Callable[[str], str]

_EXISTS = text("SELECT EXISTS (SELECT FROM pg_database WHERE datname = :name)")
_MADE_BY_ANOTHER = frozenset({"42P04", "23505"})


async def migrate(packages: Sequence[str], url_of: UrlOf) -> None:
    """Brings the databases of all packages up to date. `url_of` returns the URL of a database by its name.

    Raises CannotUpgrade before any is changed if one of them cannot be upgraded.
    """
    wanted = [(url_of(schema.database), schema) for package in packages for schema in schemas(package)]
    for url, schema in wanted:
        await create_where_missing(url)
        await require_upgradable(url, schema)
    for url, schema in wanted:
        await upgrade(url, schema.versions)


async def create_where_missing(url: str) -> None:
    """Makes a missing database, through the database `postgres`. If that is closed, the database must exist.

    Raises CannotStart where no server answers.
    """
    target = make_url(url)
    engine = make_engine(target.set(database="postgres"), application_name="migrate", pool_size=1)
    try:
        async with engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            if not await connection.scalar(_EXISTS, {"name": target.database}):
                name = (target.database or "").replace('"', '""')
                # template0: unlike template1, it accepts no connections, which would block the copy.
                await connection.execute(text(f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'"))
    except DBAPIError as error:
        is_there = sqlstate(error) in _MADE_BY_ANOTHER
        if not (is_there or await _can_connect(make_engine(target, application_name="migrate", pool_size=1))):
            raise
    except OSError as error:
        why = str(error) or "not in time"
        raise CannotStart(f"No PostgreSQL server answers ({why}): is EASYORDER_DATABASE_URL right?") from error
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


async def main(packages: Sequence[str]) -> None:
    settings = from_environment(RoleSettings)
    await migrate(packages, settings.database_url)
    for package in packages:
        if password := settings.password(package):
            urls = [settings.database_url(schema.database) for schema in schemas(package)]
            limit = settings.role_connections * len(urls) or NO_LIMIT
            await grant(urls, role(package), password, audit_kept_days=settings.audit_kept_days, connections=limit)


if __name__ == "__main__":
    try:
        asyncio.run(main(sys.argv[1:]))
    except (CannotStart, CannotUpgrade) as refusal:
        print(refusal)
        sys.exit(REFUSED)
