"""What the upgrade makes of SKUs and codes that were different before: none is lost, and the upgrade cannot fail."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.engine import make_engine
from deploy.schemas import schemas, upgrade
from tests.conftest import Lend

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
async def released(lend: Lend, tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    """The write database as it was before SKUs and codes had keys."""
    before = tmp_path / "versions"
    before.mkdir()
    for revision in WRITE.glob("000[1-6]_*.py"):
        shutil.copy(revision, before)

    async def fill(url: str) -> None:
        await upgrade(url, before)

    engine = make_engine(await lend("inventory_svc before keys", fill), application_name="tests")
    yield engine
    await engine.dispose()


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

    await upgrade(released.url.render_as_string(hide_password=False), WRITE)

    async with released.connect() as connection:
        found = (await connection.execute(text(query))).all()
        changes = await connection.scalar(text("SELECT count(*) FROM change_log"))
    assert {row.written: row.key for row in found} == KEYS
    # Readers see nothing of it.
    assert ({row.row_version for row in found}, changes) == ({1}, 0)
