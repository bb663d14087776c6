"""The migrations make what the mapped tables say, and the database itself refuses stock that does not add up."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError

from chassis.db.engine import make_engine
from chassis.db.tables import CHASSIS
from inventory_svc.adapters.tables import WriteBase
from inventory_svc.queries.read_model import READ
from tests.builders.product import a_product, an_item

NOT_MAPPED = {"alembic_version", "change_log"} | CHASSIS.tables.keys()


@pytest.mark.parametrize(("side", "metadata"), [("write", WriteBase.metadata), ("read", READ)])
async def test_migrations_make_the_mapped_tables(databases_of, side: str, metadata: MetaData):
    url = make_url((await databases_of("inventory_svc"))[f"easyorder_inventory_{side}"])
    # SQLAlchemy's reflection needs arrays, which ODBC has not; the schema is the same whichever driver reads it.
    engine = make_engine(url.set(drivername="postgresql+asyncpg"), application_name="tests")

    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(
            connection, opts={"include_name": lambda name, kind, _parents: kind != "table" or name not in NOT_MAPPED}
        )
        return list(compare_metadata(context, metadata))

    async with engine.connect() as connection:
        found = await connection.run_sync(differences)
    await engine.dispose()

    assert found == []


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        ("reserved = on_hand + 1", "reserved_is_on_hand"),
        ("reserved = -1", "reserved_is_on_hand"),
        ("on_hand = on_hand - 1", "pieces_add_up"),
        ("sold = sold + 1", "pieces_add_up"),
        ("backordered = -1", "backordered_is_not_negative"),
    ],
)
async def test_the_database_refuses_stock_that_does_not_add_up(sql_shop, wrong: str, constraint: str):
    await sql_shop.given(a_product(an_item(quantity=3)))

    with pytest.raises(IntegrityError, match=constraint):
        async with sql_shop.engines[0].begin() as connection:
            await connection.execute(text(f"UPDATE inventory SET {wrong}"))
