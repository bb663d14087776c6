"""The migrations create the mapped tables, and the database itself refuses stock that does not add up."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError

from chassis.db.engine import make_engine
from inventory_svc.adapters.tables import WriteBase
from inventory_svc.queries.read_model import READ
from tests.builders.incentive import percent
from tests.builders.product import a_product, an_item
from tests.conftest import DatabasesOf
from tests.inventory_svc.shop import SqlShop


@pytest.mark.parametrize(("side", "metadata"), [("write", WriteBase.metadata), ("read", READ)])
async def test_migrations_make_the_mapped_tables(databases_of: DatabasesOf, side: str, metadata: MetaData) -> None:
    url = make_url((await databases_of("inventory_svc"))[f"easyorder_inventory_{side}"])
    # SQLAlchemy's reflection needs arrays, which ODBC has not; the schema is the same whichever driver reads it.
    engine = make_engine(url.set(drivername="postgresql+asyncpg"), application_name="tests")

    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(
            connection, opts={"include_name": lambda name, kind, _parents: kind != "table" or name in metadata.tables}
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
async def test_the_database_refuses_stock_that_does_not_add_up(sql_shop: SqlShop, wrong: str, constraint: str) -> None:
    await sql_shop.given(a_product(an_item(quantity=3)))

    await refuses(sql_shop, f"UPDATE inventory SET {wrong}", constraint)


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("UPDATE product SET base_price = -0.01", "product_base_price_check"),
        ("UPDATE product_item SET price_override = -0.01", "product_item_price_override_check"),
        ("UPDATE product_item SET price = -0.01", "product_item_price_check"),
        ("UPDATE product_item SET sku_key = 'the same'", "product_item_sku_key_key"),
        ("UPDATE reservation SET state = 'LOST'", "reservation_state_check"),
        ("UPDATE reservation SET points_spent = -1", "reservation_points_spent_check"),
        ("UPDATE reservation SET points_earned = -1", "reservation_points_earned_check"),
        ("UPDATE reservation SET request_key = 'the same'", "reservation_request_key_key"),
        ("UPDATE reservation_line SET quantity = 0, backordered = 0", "reservation_line_quantity_check"),
        ("UPDATE reservation_line SET backordered = -1", "reservation_line_check"),
        ("UPDATE reservation_line SET backordered = quantity + 1", "reservation_line_check"),
        ("UPDATE reservation_line SET returned = -1", "reservation_line_check1"),
        ("UPDATE reservation_line SET returned = quantity + 1", "reservation_line_check1"),
        ("UPDATE reservation_line SET unit_price = -0.01", "reservation_line_unit_price_check"),
        (
            "UPDATE reservation_line SET product_item_id = (SELECT min(id) FROM inventory)",
            "reservation_line_order_id_product_item_id_key",
        ),
        ("UPDATE incentive SET kind = 'GIFT'", "incentive_kind_check"),
        ("UPDATE incentive SET value = -1", "incentive_value_check"),
        ("UPDATE incentive SET code_key = 'the same'", "incentive_code_key_key"),
        ("UPDATE incentive SET uses = -1", "uses_within_limit"),
        ("UPDATE incentive SET uses = max_uses + 1", "uses_within_limit"),
        ("UPDATE redemption SET order_id = 1001", "redemption_pkey"),
    ],
)
async def test_the_database_refuses_what_no_command_writes(sql_shop: SqlShop, statement: str, constraint: str) -> None:
    items = await sql_shop.stocked(9, 9)
    for code in ("A", "B"):
        await sql_shop.offered(percent(code=code, max_uses=5))
    for _ in range(2):
        await sql_shop.send(sql_shop.order(*((item, 1) for item in items), incentive_codes=("A",)))

    await refuses(sql_shop, statement, constraint)


async def refuses(shop: SqlShop, statement: str, constraint: str) -> None:
    with pytest.raises(IntegrityError, match=f'"{constraint}"'):
        async with shop.engines[0].begin() as connection:
            await connection.execute(text(statement))
