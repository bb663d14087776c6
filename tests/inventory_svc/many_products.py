"""A catalogue of many products, written at once; each has a variation of two options and an item for each option."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

_AUDIT = "created_on, created_by, modified_on, modified_by"
_BY_NOBODY = "now(), 'nobody', now(), 'nobody'"
_STATEMENTS = (
    # Straight to the tables: nothing is to go through the change log.
    "SET LOCAL session_replication_role = replica",
    f"INSERT INTO product (id, name, description, currency, base_price, metadata, {_AUDIT}) "
    f"SELECT n, 'Product ' || n, 'Of the kind ' || n % 100, 'USD', 10, "
    f"jsonb_build_object('kind', CAST(n % 100 AS text)), {_BY_NOBODY} "
    "FROM generate_series(:first, :first + :count - 1) AS n",
    f"INSERT INTO variation (id, product_id, name, {_AUDIT}) SELECT id, id, 'size', {_BY_NOBODY} FROM product "
    "WHERE id >= :first",
    f"INSERT INTO variation_option (id, variation_id, value, price_modifier, {_AUDIT}) "
    f"SELECT 2 * id - part, id, CASE part WHEN 0 THEN 'L' ELSE 'S' END, part, {_BY_NOBODY} "
    "FROM product, generate_series(0, 1) AS part WHERE product.id >= :first",
    f"INSERT INTO product_item (id, product_id, sku, sku_key, price, backorderable, {_AUDIT}) "
    f"SELECT 2 * id - part, id, 'SKU-' || id || '-' || part, 'sku-' || id || '-' || part, 10 + part, false, "
    f"{_BY_NOBODY} "
    "FROM product, generate_series(0, 1) AS part WHERE product.id >= :first",
    f"INSERT INTO product_item_option (id, product_item_id, variation_option_id, {_AUDIT}) "
    f"SELECT id, id, id, {_BY_NOBODY} FROM product_item "
    "WHERE product_id >= :first",
    "INSERT INTO inventory (id, on_hand, reserved, sold, restocked, adjusted, initial, backordered, "
    f"warehouse_location, {_AUDIT}) SELECT id, :pieces, 0, 0, 0, 0, :pieces, 0, 'A-1', {_BY_NOBODY} FROM product_item "
    "WHERE product_id >= :first",
)
_TABLES = ("product", "variation", "variation_option", "product_item", "product_item_option")


async def fill(write: AsyncEngine, count: int, *, first: int = 1, pieces: int = 10) -> None:
    """Makes `count` products with ids from `first`, far above those there are; the read side needs a rebuild then."""
    async with write.begin() as connection:
        for statement in _STATEMENTS:
            numbers = {":first": first, ":count": count, ":pieces": pieces}
            for name, number in numbers.items():
                statement = statement.replace(name, str(number))
            await connection.execute(text(statement))
        for table in _TABLES:
            free = 10 * (first + count)
            await connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {free})"))
