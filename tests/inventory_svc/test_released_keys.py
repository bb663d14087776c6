"""The upgrade keeps all SKUs and codes that are equal under the new rule, and cannot fail because of them."""

from __future__ import annotations

from ast import literal_eval
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.schemas import schemas, upgrade
from inventory_svc.clashes import clashes
from inventory_svc.domain.errors import SkuTaken
from inventory_svc.domain.keys import key_of
from tests.builders.incentive import edited, percent
from tests.builders.product import a_product, an_item, replacing
from tests.conftest import EngineAt
from tests.inventory_svc.shop import SqlShop

WRITE = next(schema.versions for schema in schemas("inventory_svc") if schema.database.endswith("_write"))
AUDIT = "created_on, created_by, modified_on, modified_by"
BY = "now(), 'ann', now(), 'ann'"
PRODUCT = (
    f"INSERT INTO product (id, name, description, currency, base_price, {AUDIT}) VALUES (1, '', '', 'USD', 1, {BY})"
)
ITEMS = (
    f"INSERT INTO product_item (id, product_id, sku, price, backorderable, {AUDIT}) "
    f"SELECT number, 1, written, 1, false, {BY} "
    "FROM unnest(CAST(:written AS text[])) WITH ORDINALITY AS given(written, number)"
)
INCENTIVES = (
    "INSERT INTO incentive (id, code, kind, value, currency, product_item_ids, stackable, buy_quantity, get_quantity, "
    f"uses, active, revision, {AUDIT}) SELECT number, written, 'PERCENT', 1, '', '[]', false, 0, 0, 0, true, 1, {BY} "
    "FROM unnest(CAST(:written AS text[])) WITH ORDINALITY AS given(written, number)"
)
# As they are written, and the key that each gets.
KEYS = {
    "PLAIN": "plain",
    " Blanks ": "blanks",
    "STRASSE": "strasse",
    "straße": "straße",
    "One": "one",
    "ONE": "ONE",
    "TWO": "TWO",
    "two": "two",
    " two": " two",
}


@pytest.fixture
async def released(engine_at: EngineAt) -> AsyncEngine:
    """The write database as it was before SKUs and codes had keys."""
    return await engine_at(WRITE, "0006")


@pytest.mark.parametrize(
    ("statement", "query"),
    [
        (ITEMS, "SELECT sku AS written, sku_key AS key, row_version FROM product_item"),
        (INCENTIVES, "SELECT code AS written, code_key AS key, row_version FROM incentive"),
    ],
)
async def test_what_clashes_keeps_the_key_that_it_had(released: AsyncEngine, statement: str, query: str) -> None:
    written = "{" + ",".join(f'"{one}"' for one in KEYS) + "}"
    async with released.begin() as connection:
        await connection.execute(text(PRODUCT))
        await connection.execute(text(statement.replace(":written", f"'{written}'")))
        await connection.execute(text("DELETE FROM change_log"))

    # What follows announces all rows once more.
    await upgrade(released.url.render_as_string(hide_password=False), WRITE, until="0019")

    async with released.connect() as connection:
        found = (await connection.execute(text(query))).all()
        changes = await connection.scalar(text("SELECT count(*) FROM change_log"))
    assert {row.written: row.key for row in found} == KEYS
    # Those that lost their key are listed, and no other.
    lost = sorted(written for written, key in KEYS.items() if key != key_of(written))
    assert sorted(literal_eval(line.split(" of ")[0].split(" ", 1)[1]) for line in await clashes(released)) == lost
    # Readers see nothing of it.
    assert ({row.row_version for row in found}, changes) == ({1}, 0)


async def test_a_product_whose_sku_clashes_is_edited_as_before(sql_shop: SqlShop) -> None:
    await sql_shop.given(a_product(an_item(sku="ONE")))
    other = await sql_shop.given(a_product(an_item(sku="TWO")))
    await as_released(sql_shop, "UPDATE product_item SET sku = 'One', sku_key = 'One' WHERE sku = 'TWO'")
    tree = replace(other, name="Renamed", items=(replace(other.items[0], sku="One"),))

    changed = await sql_shop.send(replacing(tree))

    assert (changed.name, changed.items[0].sku) == ("Renamed", "One")
    elsewhere = replace(tree, items=(replace(other.items[0], sku="oNE"),))
    with pytest.raises(SkuTaken):
        await sql_shop.send(replacing(elsewhere))


async def test_a_code_that_clashes_is_used_and_edited_as_it_is_written(sql_shop: SqlShop) -> None:
    (item,) = await sql_shop.stocked(5)
    await sql_shop.offered(percent("10", code="ONE"))
    other = await sql_shop.offered(percent("50", code="TWO"))
    await as_released(sql_shop, "UPDATE incentive SET code = 'One', code_key = 'One' WHERE code = 'TWO'")

    await sql_shop.send(edited(replace(other, code="One", stackable=True)))
    codes = [
        (await sql_shop.send(sql_shop.order((item, 1), incentive_codes=(written,)))).quote.discounts[0].code
        for written in ("One", "ONE", "one")
    ]

    assert codes == ["One", "ONE", "ONE"]


async def as_released(shop: SqlShop, statement: str) -> None:
    async with shop.engines[0].begin() as connection:
        await connection.execute(text(statement))
