"""The migrations create the tables that the code maps."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.engine import make_url

from chassis.db.engine import make_engine
from identity_svc.adapters.tables import Base


async def test_the_migrated_database_has_the_tables_of_the_code(identity_database: str) -> None:
    # SQLAlchemy cannot reflect over ODBC.
    url = make_url(identity_database).set(drivername="postgresql+asyncpg")
    engine = make_engine(url, application_name="tests")

    async with engine.connect() as connection:
        differences = await connection.run_sync(_differences)
    await engine.dispose()

    assert differences == []


def _differences(connection: Connection) -> list[object]:
    options = {
        "compare_type": False,
        "include_name": lambda name, kind, _: kind != "table" or name in Base.metadata.tables,
    }
    context = MigrationContext.configure(connection, opts=options)
    return list(compare_metadata(context, Base.metadata))
