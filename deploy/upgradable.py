"""Refuses a database that this version cannot upgrade, before any is changed, and explains what to do."""

from __future__ import annotations

from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from chassis.db.engine import make_engine
from deploy.schemas import Schema, alembic_config, run_revisions

# The only revision that was ever edited in place: until 0.1.0 was released.
_EDITED = "0001"
_SCRATCH = "easyorder_scratch"
_IS_MIGRATED = text("SELECT to_regclass('public.alembic_version') IS NOT NULL")
_IS_USED = text("SELECT EXISTS (SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace)")
_REVISION = text("SELECT version_num FROM public.alembic_version")
# Without foreign keys, whose definition names their table with or without its schema.
_PARTS = text(
    """
    SELECT format('column %s.%s %s', table_name, column_name, udt_name) FROM information_schema.columns
    WHERE table_schema = :schema
    UNION ALL SELECT format('function %s %s', proname, md5(prosrc)) FROM pg_proc
    WHERE pronamespace = to_regnamespace(:schema)
    UNION ALL SELECT format('index %s', relname) FROM pg_class
    WHERE relnamespace = to_regnamespace(:schema) AND relkind = 'i'
    UNION ALL SELECT format('constraint %s %s', conname, pg_get_constraintdef(oid)) FROM pg_constraint
    WHERE connamespace = to_regnamespace(:schema) AND contype IN ('c', 'p', 'u')
    UNION ALL SELECT format('trigger %s', tgname) FROM pg_trigger JOIN pg_class AS c ON c.oid = tgrelid
    WHERE relnamespace = to_regnamespace(:schema) AND NOT tgisinternal
    """
)


class CannotUpgrade(Exception):
    """The message says which database, why, and what to do."""


async def require_upgradable(url: str, schema: Schema) -> None:
    """Raises CannotUpgrade unless the database is empty or was made by a released version of EasyOrder."""
    engine = make_engine(url, application_name="migrate", pool_size=1)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_require_upgradable, schema)
    finally:
        await engine.dispose()


def _require_upgradable(connection: Connection, schema: Schema) -> None:
    # In this order, because another process may be making the database at the same time.
    is_used = connection.scalar(_IS_USED)
    if not connection.scalar(_IS_MIGRATED):
        if is_used:
            raise CannotUpgrade(
                f"The database {schema.database} holds tables that are not EasyOrder's: "
                "choose another server, or move them to a database of another name."
            )
        return
    revision = connection.scalar(_REVISION)
    scripts = ScriptDirectory.from_config(alembic_config(schema.versions))
    if revision not in {script.revision for script in scripts.walk_revisions()}:
        raise CannotUpgrade(
            f"The database {schema.database} is at revision {revision}, which this version of EasyOrder does not know: "
            "a newer version has used it. Start that version, or restore the backup made before its upgrade "
            "(docs/operations.md)."
        )
    if revision == _EDITED != scripts.get_current_head() and (missing := _missing(connection, schema)):
        raise CannotUpgrade(
            f"The database {schema.database} was made by EasyOrder before 0.1.0, or changed by hand: it has no "
            f"{missing[0]} (differences: {len(missing)}). It cannot be upgraded: choose another EASYORDER_DATA_DIR or "
            "server, or start the version that made it."
        )


def _missing(connection: Connection, schema: Schema) -> list[str]:
    """The objects of the current revision that the database lacks; found in a schema that is rolled back."""
    there = set(connection.scalars(_PARTS, {"schema": "public"}))
    connection.execute(text(f"CREATE SCHEMA {_SCRATCH}"))
    connection.execute(text(f"SET LOCAL search_path = {_SCRATCH}"))
    run_revisions(connection, schema.versions, _EDITED)
    made = set(connection.scalars(_PARTS, {"schema": _SCRATCH}))
    connection.rollback()
    return sorted(made - there)
