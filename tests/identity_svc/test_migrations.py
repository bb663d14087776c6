"""The migrations make the tables that the code means."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData
from sqlalchemy.engine import make_url

from chassis.db.engine import make_engine
from chassis.db.tables import CHASSIS
from identity_svc.adapters.tables import Base


async def test_the_migrated_database_has_the_tables_of_the_code(identity_database: str) -> None:
    # SQLAlchemy can not reflect over ODBC.
    url = make_url(identity_database).set(drivername="postgresql+asyncpg")
    engine = make_engine(url, application_name="tests")

    async with engine.connect() as connection:
        differences = await connection.run_sync(_differences)
    await engine.dispose()

    assert differences == []


def _differences(connection: Connection) -> list[object]:
    # The owner's alone, which no service reads.
    owners = {"include_name": lambda name, *_: name != "audit_retention"}
    context = MigrationContext.configure(connection, opts={"compare_type": False, **owners})
    meant = MetaData()
    for table in (*Base.metadata.tables.values(), *CHASSIS.tables.values()):
        table.to_metadata(meant)
    return list(compare_metadata(context, meant))
