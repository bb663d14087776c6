"""The revisions convert the data of a released version."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.bulk import as_json
from deploy.schemas import upgrade
from tests.conftest import EngineAt
from tests.inventory_svc.test_released_keys import AUDIT, PRODUCT, WRITE

HOLDS = """
INSERT INTO reservation (order_id, request_key, fingerprint, user_id, currency, state, sold, expire_at, discounts,
                         points_spent, points_earned)
SELECT number, state, '', 'ann', 'USD', state, false, now(), '[]', 0, 0
FROM unnest(ARRAY['HELD', 'BACKORDERED', 'COMMITTED']) WITH ORDINALITY AS given(state, number)
"""


@pytest.fixture
async def released(engine_at: EngineAt) -> AsyncEngine:
    """The write database of version 0.1.0."""
    return await engine_at(WRITE, "0001")


async def test_holds_of_before_are_held_as_long_as_an_order_needs(released: AsyncEngine) -> None:
    async with released.begin() as connection:
        await connection.execute(text(HOLDS))

    await upgrade(released.url.render_as_string(hide_password=False), WRITE)

    async with released.connect() as connection:
        placed = list(await connection.scalars(text("SELECT placed FROM reservation")))
    assert placed == [True] * 3


async def test_names_and_keys_of_before_are_composed(engine_at: EngineAt) -> None:
    nfd, nfc = "cafe\u0301", "caf\u00e9"
    database = await engine_at(WRITE, "0012")
    rows = "SELECT row_number() OVER (), 1, written, written, 1, false, now(), 'ann', now(), 'ann'"
    async with database.begin() as connection:
        await connection.execute(text(PRODUCT.replace("'', ''", f"'{nfd}', '{nfd}'")))
        await connection.execute(
            text(
                f"INSERT INTO product_item (id, product_id, sku, sku_key, price, backorderable, {AUDIT}) {rows} "
                "FROM jsonb_array_elements_text(CAST(:written AS jsonb)) AS given(written)"
            ),
            {"written": as_json([nfd, f"{nfc}-2", f"{nfd}-2", "plain"])},
        )

    await upgrade(database.url.render_as_string(hide_password=False), WRITE)

    async with database.connect() as connection:
        names = (await connection.execute(text("SELECT name, description FROM product"))).one()
        keys = list(await connection.scalars(text("SELECT sku_key FROM product_item ORDER BY id")))
    assert tuple(names) == (nfc, nfc)
    # The key of the third belongs to the second.
    assert keys == [nfc, f"{nfc}-2", f"{nfd}-2", "plain"]


async def test_items_of_before_name_their_options(engine_at: EngineAt) -> None:
    database = await engine_at(WRITE, "0018")
    made = "now(), 'ann', now(), 'ann'"
    async with database.begin() as connection:
        await connection.execute(text(PRODUCT))
        for statement in (
            f"INSERT INTO variation (id, product_id, name, {AUDIT}) "
            f"VALUES (1, 1, 'Colour', {made}), (2, 1, 'Size', {made})",
            f"INSERT INTO variation_option (id, variation_id, value, price_modifier, {AUDIT}) "
            f"VALUES (1, 1, 'Red', 0, {made}), (2, 1, 'Blue', 0, {made}), (3, 2, 'S', 0, {made})",
            f"INSERT INTO product_item (id, product_id, sku, sku_key, price, backorderable, {AUDIT}) "
            f"VALUES (1, 1, 'a', 'a', 1, false, {made}), (2, 1, 'b', 'b', 1, false, {made})",
            f"INSERT INTO product_item_option (id, product_item_id, variation_option_id, is_deleted, {AUDIT}) "
            f"VALUES (1, 1, 2, true, {made}), (2, 1, 1, false, {made}), (3, 1, 3, false, {made})",
        ):
            await connection.execute(text(statement))

    await upgrade(database.url.render_as_string(hide_password=False), WRITE)

    async with database.connect() as connection:
        rows = (
            await connection.execute(text("SELECT id, CAST(chosen AS text), row_version FROM product_item ORDER BY id"))
        ).all()
    assert [tuple(row) for row in rows] == [(1, '[["Colour", "Red"], ["Size", "S"]]', 1), (2, "[]", 1)]
