"""Databases for tests: each looks new, but is emptied and reused, which takes a hundredth of the time."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import asyncpg
import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.engine import make_engine

# Ends everybody else on the database and returns when they have gone.
_END_OTHERS = """
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
# Whatever a test may have changed of the schema, or set for the database, is seen in this.
_SCHEMA = """
SELECT md5(string_agg(line, E'\\n' ORDER BY line)) FROM (
    SELECT format('%s %s %s %s', c.relkind, c.oid::regclass, a.attname, a.atttypid::regtype) AS line
    FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relnamespace = 'public'::regnamespace
    UNION ALL SELECT format('%s %s %s', conrelid::regclass, conname, convalidated) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT format('%s %s %s', tgrelid::regclass, tgname, tgenabled) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT proname || md5(prosrc) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_(temp|toast_temp)_'
    UNION ALL SELECT setconfig::text FROM pg_db_role_setting JOIN pg_database d ON d.oid = setdatabase
    WHERE datname = current_database()
) AS lines
"""
# Deleting is far quicker than TRUNCATE, which makes new files; what has grown is truncated, lest it grows for ever. No
# trigger fires and no foreign key is looked at.
_EMPTY = """
DO $$
DECLARE
    name text;
    size bigint;
BEGIN
    SET LOCAL session_replication_role = replica;
    FOR name, size IN
        SELECT oid::regclass, pg_total_relation_size(oid) - pg_indexes_size(oid) FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0
    LOOP
        IF size > 262144 THEN
            EXECUTE 'TRUNCATE ' || name || ' CASCADE';
        ELSE
            EXECUTE 'DELETE FROM ' || name;
        END IF;
    END LOOP;
    PERFORM setval(seqrelid, seqstart, false) FROM pg_sequence;
END $$
"""
# Positions of events are counted from 1, as in no database that is in use.
_COUNT_FROM_ONE = """
DO $$ BEGIN
    IF to_regclass('outbox_epoch') IS NOT NULL THEN
        UPDATE outbox_epoch SET server = outbox_server();
    END IF;
END $$
"""
_WITH_ROWS = """
SELECT oid::regclass::text FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0
"""


def filled(by: Callable[[AsyncEngine], Awaitable[None]]) -> Callable[[str], Awaitable[None]]:
    """A `fill` for Postgres.lend of what works on an engine."""

    async def fill(url: str) -> None:
        engine = make_engine(url, application_name="tests")
        await by(engine)
        await engine.dispose()

    return fill


@dataclass
class _Template:
    """A database to be copied, and how an emptied copy becomes as new."""

    name: str
    schema: str
    # The rows that come with the tables, as JSON, by table.
    rows: dict[str, str]
    free: list[str] = field(default_factory=list)


@dataclass
class Postgres:
    """A server for tests. `base_url` fits EASYORDER_DATABASE_URL; all URLs are for the driver under test."""

    base_url: str
    _templates: dict[str, _Template] = field(default_factory=dict)
    _lent: dict[str, _Template] = field(default_factory=dict)

    def url(self, database: str) -> str:
        return make_url(self.base_url).set(database=database).render_as_string(hide_password=False)

    async def create(self, *, template: str = "template0") -> str:
        """Makes a database with a name of its own; answers the name."""
        name = f"test_{uuid.uuid4().hex[:16]}"
        await self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    async def drop(self, database: str) -> None:
        await self.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    async def lend(self, kind: str, fill: Callable[[str], Awaitable[None]]) -> str:
        """The name of a database just as `fill`, given its URL, leaves one; done once for all databases of a kind."""
        if kind not in self._templates:
            name = await self.create()
            await fill(self.url(name))
            self._templates[kind] = await self._as_template(name)
        template = self._templates[kind]
        lent = template.free.pop() if template.free else await self._copy(template)
        self._lent[lent] = template
        return lent

    async def take_back(self, lent: str) -> None:
        """The database is nobody's any more; who is still connected to it, is no longer."""
        template = self._lent.pop(lent)
        try:
            emptied = await self._empty(lent, template)
        except asyncpg.InsufficientPrivilegeError:
            # On somebody's server we may not be allowed to.
            emptied = False
        if emptied:
            template.free.append(lent)
        else:
            await self.drop(lent)

    async def execute(self, statement: str) -> None:
        """Outside of any transaction, in the server's own database."""
        connection = await self.connect("postgres")
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    async def _copy(self, template: _Template) -> str:
        name = await self.create(template=template.name)
        connection = await self.connect(name)
        await connection.execute(_COUNT_FROM_ONE)
        await connection.close()
        return name

    async def _as_template(self, name: str) -> _Template:
        connection = await self.connect(name)
        try:
            rows = {}
            for (table,) in await connection.fetch(_WITH_ROWS):
                rows[table] = await connection.fetchval(f"SELECT json_agg(t) FROM {table} AS t") or "[]"
            return _Template(name, await connection.fetchval(_SCHEMA), rows)
        finally:
            # It is copied only while nobody is connected to it.
            await connection.execute(_END_OTHERS)
            await connection.close()

    async def _empty(self, name: str, template: _Template) -> bool:
        """Whether it is as new: no other than its template's schema can be made out of it by emptying it."""
        connection = await self.connect(name)
        try:
            await connection.execute(_END_OTHERS)
            if await connection.fetchval(_SCHEMA) != template.schema:
                return False
            await connection.execute(_EMPTY)
            for table, rows in template.rows.items():
                await connection.execute(
                    f"INSERT INTO {table} SELECT * FROM json_populate_recordset(NULL::{table}, $1)", rows
                )
            await connection.execute(_COUNT_FROM_ONE)
            return True
        finally:
            await connection.close()

    async def connect(self, database: str) -> asyncpg.Connection:
        """Whichever driver is under test."""
        server = make_url(self.base_url)
        return await asyncpg.connect(
            host=server.host or server.query.get("host"),
            port=server.port or 5432,
            user=server.username,
            password=server.password,
            database=database,
        )


class NoServer(Postgres):
    """For runs without PostgreSQL: a test that needs a database is skipped."""

    def __init__(self) -> None:
        super().__init__("")

    def url(self, database: str) -> str:
        pytest.skip("needs PostgreSQL")

    async def connect(self, database: str) -> asyncpg.Connection:
        pytest.skip("needs PostgreSQL")
