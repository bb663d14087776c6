"""Two replicas on the same databases: once the read database has a change, neither returns a page without it."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from easyorder.catalog.v1 import ListProductsResponse
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.engine import make_engine
from chassis.wire import codec
from deploy.rebuild import rebuild
from inventory_svc.bootstrap import Service
from inventory_svc.commands.commit import Commit
from inventory_svc.commands.create_product import CreateProduct
from inventory_svc.commands.delete_product import DeleteProduct
from inventory_svc.commands.reserve import Reserve
from inventory_svc.commands.undelete_product import UndeleteProduct
from inventory_svc.domain.lines import Line
from inventory_svc.domain.product import Product
from inventory_svc.queries.products import PageRequest
from tests.builders.product import a_product, replacing
from tests.conftest import DatabasesOf
from tests.inventory_svc.service import running_replica
from tests.mesh import Tokens
from tests.polling import eventually

SIZES = [5, 10, 50]


@dataclass
class Shop:
    """Writes through one replica or the other, and knows what readers must and may see from now on."""

    replicas: list[Service]
    write: AsyncEngine
    read: AsyncEngine
    # The least version of a product that a reader may get.
    least: dict[int, int] = field(default_factory=dict)
    # Counts for every product how often it began to go, and came back: odd while a reader may miss it.
    absences: Counter[int] = field(default_factory=Counter)
    turns: itertools.count[int] = field(default_factory=itertools.count)

    async def send(self, command: object) -> Product:
        replica = self.replicas[next(self.turns) % len(self.replicas)]
        return await replica.mediator.send(command)  # type: ignore[arg-type]

    async def create(self) -> Product:
        return await self.projected(await self.send(CreateProduct(product=a_product())))

    async def rename(self, product: Product, name: str) -> Product:
        return await self.projected(await self.send(replacing(replace(product, name=name))))

    async def delete(self, product: Product) -> None:
        self.absences[product.id] += 1
        await self.send(DeleteProduct(product_id=product.id))
        await eventually(lambda: self._is_shown(product.id, None), timeout_s=20)
        # Its next version is the deleted one.
        self.least[product.id] = product.version + 2

    async def undelete(self, product: Product) -> Product:
        back = await self.projected(await self.send(UndeleteProduct(product_id=product.id)))
        self.absences[product.id] += 1
        return back

    async def projected(self, product: Product) -> Product:
        await eventually(lambda: self._is_shown(product.id, product.version), timeout_s=20)
        self.least[product.id] = product.version
        return product

    async def _is_shown(self, product_id: int, version: int | None) -> bool:
        query = text(
            "SELECT CAST(document ->> 'version' AS bigint) FROM product_document WHERE id = :id AND NOT is_deleted"
        )
        async with self.read.connect() as connection:
            return bool(await connection.scalar(query, {"id": product_id}) == version)

    async def page(self, replica: int, request: PageRequest) -> ListProductsResponse:
        reply = await self.replicas[replica].pages.get(request)
        page = codec(ListProductsResponse).decode(reply.products)
        page.total_size, page.next_page_token = reply.total, reply.next_page_token
        return page

    async def warm(self, size: int, count: int) -> list[PageRequest]:
        """Pages that both replicas have in memory."""
        requests = [PageRequest(number=number, size=size) for number in range(1, -(-count // size) + 1)]
        for replica, request in itertools.product(range(2), requests):
            await self.page(replica, request)
        assert await self.kept(requests) == [[request.number for request in requests]] * 2
        return requests

    async def kept(self, requests: list[PageRequest]) -> list[list[int]]:
        """By replica, the numbers of the pages still in memory, once it has looked."""
        for replica in range(2):
            await self.page(replica, PageRequest(number=99, size=1))
        return [[r.number for r in requests if service.pages.is_kept(r)] for service in self.replicas]


@pytest.fixture
async def shop(databases_of: DatabasesOf) -> AsyncIterator[Shop]:
    databases = await databases_of("inventory_svc")
    tokens = Tokens()
    async with AsyncExitStack() as running:
        replicas = [await running.enter_async_context(running_replica(databases, tokens)) for _ in range(2)]
        engines: list[Any] = []
        for side in ("write", "read"):
            engine = make_engine(databases[f"easyorder_inventory_{side}"], application_name="tests", pool_size=3)
            running.push_async_callback(engine.dispose)
            engines.append(engine)
        write, read = engines
        yield Shop(replicas, write, read)


@pytest.mark.parametrize("size", SIZES)
async def test_a_change_takes_the_pages_it_touches_from_both_replicas_and_no_other(shop: Shop, size: int) -> None:
    products = [await shop.send(CreateProduct(product=a_product())) for _ in range(2 * size + 2)]
    await shop.projected(products[-1])
    await eventually(lambda: _has(shop, len(products)), timeout_s=20)
    requests = await shop.warm(size, len(products))

    await shop.rename(products[size], "renamed")
    assert await shop.kept(requests) == [[1, 3]] * 2
    await shop.warm(size, len(products))
    await shop.delete(products[size])
    assert await shop.kept(requests) == [[1]] * 2
    await shop.warm(size, len(products))
    await shop.create()
    assert await shop.kept(requests) == [[1, 2]] * 2
    pages = [await shop.page(replica, requests[0]) for replica in range(2)]
    assert [page.total_size for page in pages] == [len(products)] * 2


async def _has(shop: Shop, total: int) -> bool:
    return [(await shop.page(replica, PageRequest(number=1, size=1))).total_size for replica in range(2)] == [total] * 2


async def test_neither_a_reservation_nor_a_sale_takes_a_page(shop: Shop) -> None:
    products = [await shop.create() for _ in range(11)]
    requests = await shop.warm(5, 11)
    item = products[5].items[0]

    await shop.send(Reserve(order_id=1, request_key="k", user_id="u", currency="USD", lines=(Line(item.id, 2),)))
    await eventually(lambda: _stock_is(shop, item.id, reserved=2, sold=0))
    assert await shop.kept(requests) == [[1, 2, 3]] * 2
    await shop.send(Commit(order_id=1))
    await eventually(lambda: _stock_is(shop, item.id, reserved=0, sold=2))
    # Stock is not public: no page shows it.
    assert await shop.kept(requests) == [[1, 2, 3]] * 2


async def _stock_is(shop: Shop, item_id: int, *, reserved: int, sold: int) -> bool:
    async with shop.read.connect() as connection:
        query = text("SELECT reserved, sold FROM inventory WHERE id = :id")
        return tuple((await connection.execute(query, {"id": item_id})).one()) == (reserved, sold)


async def test_no_reader_gets_a_page_older_than_the_read_database(shop: Shop) -> None:
    products = [await shop.create() for _ in range(12)]
    is_over = asyncio.Event()
    looks = 0

    async def read(replica: int, request: PageRequest) -> None:
        nonlocal looks
        while not is_over.is_set():
            least, absences = dict(shop.least), shop.absences.copy()
            page = await shop.page(replica, request)
            found = {int(product.id): int(product.etag) for product in page.products}
            assert {known for known, version in found.items() if version < least.get(known, 0)} == set()
            if request == PageRequest(number=1, size=50):
                there = {
                    known for known in least if absences[known] == shop.absences[known] and not absences[known] % 2
                }
                assert there <= found.keys()
                assert page.total_size == len(found)
            looks += 1
            await asyncio.sleep(0)

    async def change() -> None:
        for turn in range(8):
            victim = products[turn % 5]
            await shop.rename(products[5 + turn % 5], f"name {turn}")
            await shop.delete(victim)
            await shop.create()
            products[turn % 5] = await shop.undelete(victim)
        is_over.set()

    requests = [PageRequest(number=number, size=size) for size in SIZES for number in (1, 2)]
    requests += [PageRequest(number=0, size=5, after=after) for after in (0, 5)]
    requests += [PageRequest(number=1, size=10, query="name"), PageRequest(number=1, size=10, query="sku")]

    async with asyncio.timeout(120), asyncio.TaskGroup() as tasks:
        for replica, request in itertools.product(range(2), requests):
            tasks.create_task(read(replica, request))
        tasks.create_task(change())

    assert looks > 500


async def test_a_rebuild_mends_what_is_wrong_and_leaves_cached_what_is_right(shop: Shop) -> None:
    products = [await shop.create() for _ in range(11)]
    requests = await shop.warm(5, 11)
    right = [await shop.page(0, request) for request in requests]

    await rebuild("inventory_svc", shop.write, shop.read)
    assert await shop.kept(requests) == [[1, 2, 3]] * 2

    for damage in (
        f"UPDATE product SET name = 'wrong' WHERE id = {products[5].id}",
        f"DELETE FROM product_item WHERE id = {products[5].items[0].id}",
        f"INSERT INTO product SELECT 777, {', '.join(COLUMNS)} FROM product WHERE id = {products[0].id}",
        "INSERT INTO product_document (id, name, description, skus, document, currency, is_deleted) "
        "SELECT 888, name, description, skus, document, 'USD', false FROM product_document ORDER BY id LIMIT 1",
        "UPDATE catalogue SET total = 12",
    ):
        async with shop.read.begin() as connection:
            await connection.execute(text(damage))
    _, created = await asyncio.gather(rebuild("inventory_svc", shop.write, shop.read), shop.create())

    pages = [await shop.page(1, request) for request in requests]
    assert [page.products for page in pages[:2]] == [page.products for page in right[:2]]
    assert [int(product.id) for product in pages[2].products] == [products[10].id, created.id]
    assert {page.total_size for page in pages} == {12}
    assert [int(product.id) for product in (await shop.page(0, PageRequest(number=1, size=50))).products] == [
        product.id for product in (*products, created)
    ]


COLUMNS = ("is_deleted", "row_version", "name", "description", "currency", "base_price", "created_on", "modified_on")
