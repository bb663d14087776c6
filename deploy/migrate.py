"""`python -m deploy.migrate order_svc …`: makes missing databases of services and upgrades all of them.

If a service has a password for its role, the role is made too. With `--wait-s 60`, a server that starts at the same
time is waited for, also if it goes away once more.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import tenacity
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.engine import make_engine
from chassis.db.failures import meaning_of, sqlstate
from chassis.errors import Unavailable
from chassis.settings import from_environment
from deploy.config import RoleSettings, role
from deploy.local.errors import REFUSED, CannotStart
from deploy.roles import NO_LIMIT, grant
from deploy.schemas import schemas, upgrade
from deploy.upgradable import CannotUpgrade, require_upgradable

_POLL_S = 0.5

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


def _is_away(error: BaseException) -> bool:
    """Whether the server is not there, or not any more: one that starts for the first time starts twice."""
    return isinstance(error, CannotStart) or (
        isinstance(error, DBAPIError | OSError) and isinstance(meaning_of(error), Unavailable)
    )


async def once_it_is_there(work: Callable[[], Awaitable[None]], *, within_s: float) -> None:
    """Does what may be repeated; again while the server is away. When the time is up, the last error is raised."""
    again = tenacity.AsyncRetrying(
        retry=tenacity.retry_if_exception(_is_away),
        stop=tenacity.stop_after_delay(within_s),
        wait=tenacity.wait_fixed(_POLL_S),
        reraise=True,
    )
    async for attempt in again:
        with attempt:
            await work()


async def main(packages: Sequence[str], *, wait_s: float = 0) -> None:
    """Raises CannotStart or CannotUpgrade."""
    settings = from_environment(RoleSettings)
    await once_it_is_there(partial(_as_configured, packages, settings), within_s=wait_s)


async def _as_configured(packages: Sequence[str], settings: RoleSettings) -> None:
    await migrate(packages, settings.database_url)
    for package in packages:
        if password := settings.password(package):
            urls = [settings.database_url(schema.database) for schema in schemas(package)]
            limit = settings.role_connections * len(urls) or NO_LIMIT
            await grant(urls, role(package), password, audit_kept_days=settings.audit_kept_days, connections=limit)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m deploy.migrate", description=__doc__)
    parser.add_argument("packages", nargs="*", metavar="package", help="order_svc, order_svc.payment, …")
    parser.add_argument("--wait-s", type=float, default=0, help="how long to wait for the server; 0 by default")
    given = parser.parse_args()
    try:
        asyncio.run(main(given.packages, wait_s=given.wait_s))
    except (CannotStart, CannotUpgrade) as refusal:
        print(refusal)
        sys.exit(REFUSED)
