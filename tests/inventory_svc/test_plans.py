"""Reads of a shop of thousands of products use an index and one statement, for every page."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping

import pytest
from sqlalchemy import TextClause, TextualSelect, event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.engine import make_engine
from chassis.db.read_your_writes import ReadYourWrites
from deploy.rebuild import rebuild
from inventory_svc.adapters.creators import Creators
from inventory_svc.queries.products import GET, PageRequest, ProductQueries, listing
from inventory_svc.queries.read_model import COPIED
from inventory_svc.queries.stock import LIST, LIST_OF_PRODUCT, OF_PRODUCT, StockQueries
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


async def stock_the_shop(engines: Engines, products: int) -> None:
    await fill(engines["write"], products)
    await rebuild("inventory_svc", engines["write"], engines["read"])
    async with engines["read"].begin() as connection:
        await connection.execute(text("ANALYZE product_document"))


async def plan_of(
    read: AsyncEngine, statement: TextClause | TextualSelect, parameters: Mapping[str, object], mode: str
) -> str:
    async with read.begin() as connection:
        await connection.execute(text(f"SET LOCAL plan_cache_mode = {mode}"))
        explained = text(f"EXPLAIN (ANALYZE, BUFFERS) {statement}")
        return "\n".join((await connection.execute(explained, parameters)).scalars())


def tables_read_whole(plan: str) -> list[str]:
    """Except the one row of `catalogue`."""
    return [name for name in re.findall(r"Seq Scan on (\w+)", plan) if name != "catalogue"]


async def test_lists_and_products_go_by_an_index(engines: Engines) -> None:
    await stock_the_shop(engines, 3_000)
    read = engines["read"]
    statements: dict[str, tuple[TextClause | TextualSelect, Mapping[str, object]]] = {
        "first page": listing(PageRequest(number=1, size=10)),
        "page 300": listing(PageRequest(number=300, size=10)),
        "behind a token": listing(PageRequest(number=0, size=50, after=2_900)),
        "a word": listing(PageRequest(number=1, size=10, query="product 1711")),
        "a SKU": listing(PageRequest(number=1, size=10, query="SKU-77-")),
        "a letter": listing(PageRequest(number=1, size=10, query="s")),
        "many words": listing(PageRequest(number=1, size=10, query="product of the kind 1 2 3 sku s l")),
        "a currency": listing(PageRequest(number=1, size=10, currency="EUR")),
        "a key of metadata": listing(PageRequest(number=1, size=10, metadata='{"kind": "77"}')),
        "deleted ones too": listing(PageRequest(number=0, size=10, after=2_900, with_deleted=True)),
        "a product": (GET, {"id": 1711, "deleted": False}),
        "its stock": (OF_PRODUCT, {"product_id": 1711}),
        "its stock, for administrators": (LIST_OF_PRODUCT, {"product_id": 1711, "after_id": 0, "limit": 1001}),
        "a page of all stock": (LIST, {"after_id": 2_000, "limit": 51}),
    }

    plans = {name: await plan_of(read, *statement, mode="auto") for name, statement in statements.items()}

    assert {name: tables_read_whole(plan) for name, plan in plans.items()} == {name: [] for name in statements}
    # The 2,990 products before page 300 are passed over in an index alone.
    assert "Index Only Scan using ix_product_document_live" in plans["page 300"]
    for query in ("a word", "a SKU", "a letter", "many words"):
        assert "ix_product_document_search" in plans[query]


async def test_a_rebuild_knows_the_size_of_what_it_copied(engines: Engines) -> None:
    async with engines["read"].begin() as connection:
        await connection.execute(text("ANALYZE"))

    await fill(engines["write"], 20)
    await rebuild("inventory_svc", engines["write"], engines["read"])

    async with engines["read"].connect() as connection:
        for table in COPIED:
            known = text("SELECT reltuples FROM pg_class WHERE oid = CAST(:table AS regclass)")
            rows = await connection.scalar(text(f"SELECT count(*) FROM {table}"))
            assert (table, await connection.scalar(known, {"table": table})) == (table, rows)


async def test_each_read_is_one_statement(engines: Engines) -> None:
    await stock_the_shop(engines, 20)
    read, read_your_writes = engines["read"], ReadYourWrites(engines["write"], flush=soon, read_time=unknown)
    creator_of = Creators(engines["write"]).of
    products = ProductQueries(read, read_your_writes, creator_of)
    sent: list[str] = []
    event.listen(read.sync_engine, "before_cursor_execute", lambda *of_call: sent.append(of_call[2]))
    reads = [
        products.get_product(1),
        StockQueries(read, read_your_writes, creator_of, creator_of).get_product_inventory(1),
        StockQueries(read, read_your_writes, creator_of, creator_of).list_stock_levels(1),
        products.list_products(PageRequest(number=1, size=10)),
        products.list_products(PageRequest(number=1, size=10, query="product")),
    ]

    for one in reads:
        sent.clear()
        await one
        assert len(sent) == 1
