"""A product is found by its id as soon as it was created, by everybody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.engine import make_engine
from chassis.db.projector import Projector
from chassis.db.read_your_writes import ReadYourWrites
from chassis.errors import Unavailable
from inventory_svc.adapters.creators import INCENTIVES, PRODUCT_ITEMS, Creators
from inventory_svc.domain.errors import IncentiveNotFound, ProductItemNotFound, ProductNotFound
from inventory_svc.projections import PROJECTED, refresh_documents
from inventory_svc.queries.incentives import IncentiveQueries
from inventory_svc.queries.products import ProductQueries
from inventory_svc.queries.read_model import COPIED
from inventory_svc.queries.stock import StockQueries
from tests.conftest import DatabasesOf
from tests.fakes.chassis import soon, unknown
from tests.inventory_svc.many_products import fill
from tests.inventory_svc.test_released_keys import AUDIT, BY

NEW_CODE = (
    "INSERT INTO incentive (id, code, code_key, kind, value, currency, product_item_ids, stackable, buy_quantity, "
    f"get_quantity, uses, active, revision, {AUDIT}) "
    f"VALUES (1, 'SAVE', 'save', 'PERCENT', 1, '', '[]', false, 0, 0, 0, true, 1, {BY})"
)
Engines = Mapping[str, AsyncEngine]


@pytest.fixture
async def engines(databases_of: DatabasesOf) -> AsyncIterator[Engines]:
    urls = await databases_of("inventory_svc")
    sides = {side: urls[f"easyorder_inventory_{side}"] for side in ("write", "read")}
    made = {side: make_engine(url, application_name="tests") for side, url in sides.items()}
    yield made
    for engine in made.values():
        await engine.dispose()


class Impatient(ReadYourWrites):
    async def wait(self, caller_id: str, position: str | None = None, timeout_s: float = 0.05) -> bool:
        return await super().wait(caller_id, position, timeout_s)


async def create(write: AsyncEngine) -> None:
    """A product with the id 1, on the write side and in the change log."""
    await fill(write, 1)
    async with write.begin() as connection:
        for table in COPIED:
            await connection.execute(text(f"UPDATE {table} SET modified_on = now()"))


def queries(engines: Engines, read_your_writes: ReadYourWrites) -> tuple[ProductQueries, StockQueries]:
    write, read = engines["write"], engines["read"]
    creator_of, item_creator_of = Creators(write).of, Creators(write, PRODUCT_ITEMS).of
    stock = StockQueries(read, read_your_writes, creator_of, item_creator_of)
    return ProductQueries(read, read_your_writes, creator_of), stock


async def test_an_anonymous_reader_waits_for_a_new_product(engines: Engines) -> None:
    await create(engines["write"])
    projector = Projector(engines["write"], engines["read"], PROJECTED, conclude=refresh_documents)

    hasty_products, hasty_stock = queries(engines, Impatient(engines["write"], flush=soon, read_time=unknown))
    for get in (hasty_products.get_product, hasty_stock.get_product_inventory, hasty_stock.get_stock_level):
        with pytest.raises(Unavailable, match="try again"):
            await get(1)
    products, stock = queries(engines, ReadYourWrites(engines["write"], flush=soon, read_time=unknown))
    reading = asyncio.gather(products.get_product(1), stock.get_product_inventory(1), stock.get_stock_level(1))
    while await projector.project():
        pass
    product, levels, level = await reading

    assert product.id == 1
    assert {level.product_item_id for level in levels} == {item.id for item in product.items}
    assert level == levels[0]


async def test_a_new_code_is_waited_for_and_no_other(engines: Engines) -> None:
    write = engines["write"]
    async with write.begin() as connection:
        await connection.execute(text(NEW_CODE))
    creator_of = Creators(write, INCENTIVES).of
    hasty = IncentiveQueries(engines["read"], Impatient(write, flush=soon, read_time=unknown), creator_of)

    with pytest.raises(Unavailable, match="try again"):
        await hasty.get_incentive(1)
    with pytest.raises(IncentiveNotFound):
        await hasty.get_incentive(2)


async def test_a_deleted_product_is_not_waited_for(engines: Engines) -> None:
    await fill(engines["write"], 1)
    async with engines["write"].begin() as connection:
        await connection.execute(text("UPDATE product SET is_deleted = true"))

    products, stock = queries(engines, ReadYourWrites(engines["write"], flush=soon, read_time=unknown))
    with pytest.raises(ProductNotFound):
        await products.get_product(1)
    with pytest.raises(ProductItemNotFound):
        await stock.get_stock_level(1)


async def test_many_made_up_ids_cost_the_write_side_few_statements(engines: Engines) -> None:
    products, stock = queries(engines, ReadYourWrites(engines["write"], flush=soon, read_time=unknown))
    sent: list[str] = []
    event.listen(engines["write"].sync_engine, "before_cursor_execute", lambda *of_call: sent.append(of_call[2]))

    made_up = range(10**15, 10**15 + 200)
    replies = await asyncio.gather(*(products.get_product(id) for id in made_up), return_exceptions=True)

    assert {type(reply) for reply in replies} == {ProductNotFound}
    # They come ten at a time, as fast as the connections to the read database let them, and
    # less evenly on a busy machine. Each on its own they would be 200.
    assert len(sent) <= 60
    with pytest.raises(ProductNotFound):
        await stock.get_product_inventory(10**15)
