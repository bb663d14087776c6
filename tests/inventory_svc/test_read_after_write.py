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
from inventory_svc.adapters.product_creators import ProductCreators
from inventory_svc.domain.errors import ProductNotFound
from inventory_svc.projections import refresh_documents
from inventory_svc.queries.products import ProductQueries
from inventory_svc.queries.read_model import COPIED
from inventory_svc.queries.stock import StockQueries
from tests.conftest import DatabasesOf
from tests.fakes.chassis import soon, unknown
from tests.inventory_svc.many_products import fill

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
    creator_of = ProductCreators(engines["write"]).of
    read = engines["read"]
    return ProductQueries(read, read_your_writes, creator_of), StockQueries(read, read_your_writes, creator_of)


async def test_an_anonymous_reader_waits_for_a_new_product(engines: Engines) -> None:
    await create(engines["write"])
    projector = Projector(engines["write"], engines["read"], list(COPIED.values()), conclude=refresh_documents)

    hasty_products, hasty_stock = queries(engines, Impatient(engines["write"], flush=soon, read_time=unknown))
    for get in (hasty_products.get_product, hasty_stock.get_product_inventory):
        with pytest.raises(Unavailable, match="try again"):
            await get(1)
    products, stock = queries(engines, ReadYourWrites(engines["write"], flush=soon, read_time=unknown))
    reading = asyncio.gather(products.get_product(1), stock.get_product_inventory(1))
    while await projector.project():
        pass
    product, levels = await reading

    assert product.id == 1
    assert {level.product_item_id for level in levels} == {item.id for item in product.items}


async def test_a_deleted_product_is_not_waited_for(engines: Engines) -> None:
    await fill(engines["write"], 1)
    async with engines["write"].begin() as connection:
        await connection.execute(text("UPDATE product SET is_deleted = true"))

    products, _ = queries(engines, ReadYourWrites(engines["write"], flush=soon, read_time=unknown))
    with pytest.raises(ProductNotFound):
        await products.get_product(1)


async def test_many_made_up_ids_cost_the_write_side_few_statements(engines: Engines) -> None:
    products, stock = queries(engines, ReadYourWrites(engines["write"], flush=soon, read_time=unknown))
    sent: list[str] = []
    event.listen(engines["write"].sync_engine, "before_cursor_execute", lambda *of_call: sent.append(of_call[2]))

    made_up = range(10**15, 10**15 + 200)
    replies = await asyncio.gather(*(products.get_product(id) for id in made_up), return_exceptions=True)

    assert {type(reply) for reply in replies} == {ProductNotFound}
    # They come as fast as the ten connections to the read database let them.
    assert len(sent) <= 20
    with pytest.raises(ProductNotFound):
        await stock.get_product_inventory(10**15)
