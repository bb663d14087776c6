"""`python -m deploy.upgraded order_svc`: waits until a service of this version can use its databases, and ends.

It runs before a service where nothing else holds that back until the databases are upgraded, as on Kubernetes. It
connects as the service does, needs no right but to read which revision a database has, and changes nothing. A revision
that this version does not know is that of a newer version, whose databases it can use (ADR 0086).
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Callable, Sequence

from alembic.script import ScriptDirectory
from asyncpg import InterfaceError, PostgresError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.db.engine import make_engine
from chassis.settings import MeshSettings, from_environment
from deploy.local.errors import REFUSED
from deploy.roles import KEPT_FROM_ROLES
from deploy.schemas import Schema, alembic_config, schemas
from foundation.hosts import PoolerIgnoresSettings

_POLL_S = 1.0
_REVISION = text("SELECT version_num FROM public.alembic_version")
# Rights are granted after the upgrade, all at once: what the role cannot read is new, but for what it never reads, and
# for partitions, which are read by their table.
_LACKS = text(
    f"""
    SELECT min(CAST(relname AS text)) FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND NOT relispartition
    AND relname NOT IN ({", ".join(f"'{table}'" for table, rights in KEPT_FROM_ROLES.items() if rights == "ALL")})
    AND CASE
        WHEN relkind IN ('r', 'p', 'v', 'm') THEN NOT has_table_privilege(oid, 'SELECT')
        WHEN relkind = 'S' THEN NOT has_sequence_privilege(oid, 'USAGE')
        ELSE false
    END
    """
)

UrlOf = Callable[[str], str]


class NotUpgraded(Exception):
    """The message says which database is not as this version needs it, and what it lacks."""


async def require_upgraded(package: str, url_of: UrlOf, *, timeout_s: float = 0, lock_timeout_s: float = 0) -> None:
    """Raises NotUpgraded unless all databases of the package are as this version needs them, or newer.

    The limits are those of the service, because a pooler is configured for them.
    """
    for schema in schemas(package):
        waits_s = 0 if schema.database.endswith("_read") else lock_timeout_s
        url = url_of(schema.database)
        engine = make_engine(url, application_name="upgraded", pool_size=1, timeout_s=timeout_s, lock_timeout_s=waits_s)
        try:
            async with engine.connect() as connection:
                await _require_upgraded(connection, schema)
        except (SQLAlchemyError, PostgresError, InterfaceError, PoolerIgnoresSettings, OSError) as error:
            why = str(getattr(error, "orig", error)).partition("\n")[0] or "no answer in time"
            raise NotUpgraded(f"{schema.database} cannot be read ({why})") from error
        finally:
            await engine.dispose()


async def _require_upgraded(connection: AsyncConnection, schema: Schema) -> None:
    script = ScriptDirectory.from_config(alembic_config(schema.versions))
    head = script.get_current_head()
    older = {one.revision for one in script.walk_revisions()} - {head}
    revision = await connection.scalar(_REVISION)
    if revision is None or revision in older:
        raise NotUpgraded(f"{schema.database} is at revision {revision}, and this version needs {head}")
    if revision == head and (missing := await connection.scalar(_LACKS)):
        raise NotUpgraded(f"{schema.database} is at revision {head}, and its role has no right to {missing} yet")


async def main(packages: Sequence[str], *, wait_s: float) -> None:
    """Prints what is waited for, each time that it is something else. When the time is up, raises NotUpgraded."""
    settings = from_environment(MeshSettings)
    limits = {"timeout_s": settings.database_timeout_s, "lock_timeout_s": settings.database_lock_timeout_s}
    ends, said = time.monotonic() + wait_s, ""
    while True:
        try:
            for package in packages:
                await require_upgraded(package, settings.database_url, **limits)
            return
        except NotUpgraded as reason:
            if time.monotonic() >= ends:
                raise
            if said != (said := str(reason)):
                print(f"waiting for `python -m deploy.migrate`: {said}", flush=True)
        await asyncio.sleep(_POLL_S)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m deploy.upgraded", description=__doc__)
    parser.add_argument("packages", nargs="+", metavar="package", help="order_svc, order_svc.payment, …")
    parser.add_argument("--wait-s", type=float, default=0, help="how long to wait; 0 by default")
    given = parser.parse_args()
    try:
        asyncio.run(main(given.packages, wait_s=given.wait_s))
    except NotUpgraded as refusal:
        print(f"not upgraded: {refusal}")
        sys.exit(REFUSED)
