"""Cached pages: a page always equals a fresh read, and a page that a change does not touch stays cached."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory_svc.domain.product import Product
from inventory_svc.queries import product_pages
from inventory_svc.queries.catalogue_log import Catalogue, ChangeKind, ProductChange
from inventory_svc.queries.product_pages import PageTooLarge, ProductPages
from inventory_svc.queries.products import TOKENS, PageRequest, ProductPage
from tests.builders.product import a_product
from tests.polling import eventually

CREATED, UPDATED, DELETED = ChangeKind.CREATED, ChangeKind.UPDATED, ChangeKind.DELETED
SIZES = [5, 10, 50]


@dataclass
class ReadDatabase:
    """What pages are read from; as many products as wanted, a version each, and the log of their changes."""

    versions: dict[int, int] = field(default_factory=dict)
    log: list[ProductChange] = field(default_factory=list)
    forgotten: int = 0
    epoch: str = "first"
    readings: list[PageRequest] = field(default_factory=list)
    # Set to hold readings up, after they have seen what is there.
    gate: asyncio.Event | None = None

    @property
    def generation(self) -> int:
        return self.log[-1].generation if self.log else 0

    def change(self, product_id: int, kind: ChangeKind, *, words: bool = False) -> None:
        if kind is DELETED:
            del self.versions[product_id]
        else:
            self.versions[product_id] = self.versions.get(product_id, 0) + 1
        words = words or kind is not UPDATED
        self.log.append(ProductChange(self.generation + 1, product_id, kind, words))

    async def list_products(self, request: PageRequest) -> ProductPage:
        self.readings.append(request)
        page = self.page(request)
        if self.gate is not None:
            await self.gate.wait()
        return page

    def page(self, request: PageRequest) -> ProductPage:
        matching = [known for known in sorted(self.versions) if not request.query or self.versions[known] % 2]
        behind = [known for known in matching if known > request.after][max(0, request.number - 1) * request.size :]
        shown, rest = behind[: request.size], behind[request.size :]
        return ProductPage(
            products=tuple(_product(known, self.versions[known]) for known in shown),
            total=len(matching),
            next_id=rest[0] if rest else None,
            epoch=self.epoch,
            generation=self.generation,
        )

    async def since(self, generation: int) -> Catalogue:
        changes = tuple(change for change in self.log if change.generation > max(generation, self.forgotten))
        return Catalogue(self.epoch, self.generation, len(self.versions), self.forgotten, changes)


class AlwaysFresh:
    def read_time(self) -> None:
        return None

    async def wait(self, _caller_id: str, _position: str | None = None, _timeout_s: float = 0) -> bool:
        return True


@dataclass
class Time:
    now: float = 0.0


def _product(product_id: int, version: int) -> Product:
    product = a_product()
    return Product(
        id=product_id, version=version, name="P", description="", base_price=product.base_price, variations=(), items=()
    )


def serialise(products: Sequence[Product]) -> bytes:
    return repr([(product.id, product.version) for product in products]).encode()


def a_shop_of(count: int) -> ReadDatabase:
    return ReadDatabase(versions=dict.fromkeys(range(1, count + 1), 1))


def a_cache(
    database: ReadDatabase, *, ttl_s: float = 600, max_pages: int = 1000, time: Time | None = None
) -> ProductPages:
    clock = time or Time()
    fresh: Any = AlwaysFresh()
    return ProductPages(database, database, fresh, serialise, ttl_s=ttl_s, max_pages=max_pages, now=lambda: clock.now)


async def all_pages(cache: ProductPages, size: int, pages: int) -> list[PageRequest]:
    requests = [PageRequest(number=number, size=size) for number in range(1, pages + 1)]
    for request in requests:
        await cache.get(request)
    return requests


async def kept(cache: ProductPages, requests: Sequence[PageRequest]) -> list[int]:
    """The numbers of the pages that are still there, once the cache has looked."""
    await cache.get(PageRequest(number=999, size=1))
    return [request.number for request in requests if cache.is_kept(request)]


@pytest.mark.parametrize("size", SIZES)
async def test_an_update_leaves_all_pages_but_its_own(size: int) -> None:
    database = a_shop_of(4 * size)
    cache = a_cache(database)
    requests = await all_pages(cache, size, 4)

    database.change(size + 1, UPDATED, words=True)

    assert await kept(cache, requests) == [1, 3, 4]


async def test_a_page_that_was_read_before_a_change_has_the_total_of_its_own_moment() -> None:
    database = a_shop_of(10)
    cache = a_cache(database)
    database.gate = asyncio.Event()
    reading = asyncio.create_task(cache.get(PageRequest(number=1, size=50)))
    await eventually(lambda: database.readings)
    database.change(11, CREATED)
    looking = asyncio.create_task(cache.get(PageRequest(number=2, size=5)))
    await eventually(lambda: len(database.readings) == 2)
    database.gate.set()

    reply = await reading

    assert reply.total == reply.products.count(b"(") == 10
    assert (await looking).total == 11


async def test_an_update_is_found_on_pages_of_every_size() -> None:
    database = a_shop_of(100)
    cache = a_cache(database)
    requests = {size: await all_pages(cache, size, 100 // size) for size in SIZES}

    database.change(27, UPDATED)

    missing = {size: set(range(1, 100 // size + 1)) - set(await kept(cache, requests[size])) for size in SIZES}
    assert missing == {5: {6}, 10: {3}, 50: {1}}


@pytest.mark.parametrize("size", SIZES)
async def test_a_deletion_leaves_the_pages_before_its_own(size: int) -> None:
    database = a_shop_of(4 * size)
    cache = a_cache(database)
    requests = await all_pages(cache, size, 4)

    database.change(2 * size + 1, DELETED)

    assert await kept(cache, requests) == [1, 2]
    reply = await cache.get(requests[0])
    assert (reply.total, bool(reply.next_page_token)) == (4 * size - 1, True)


@pytest.mark.parametrize("size", SIZES)
async def test_a_creation_leaves_the_full_pages_before_it(size: int) -> None:
    database = a_shop_of(3 * size + 1)
    cache = a_cache(database)
    requests = await all_pages(cache, size, 5)

    database.change(3 * size + 2, CREATED)

    assert await kept(cache, requests) == [1, 2, 3]
    assert (await cache.get(requests[0])).total == 3 * size + 2


async def test_the_last_full_page_learns_that_another_follows_or_does_not() -> None:
    database = a_shop_of(10)
    cache = a_cache(database)
    (request,) = await all_pages(cache, 10, 1)
    assert not (await cache.get(request)).next_page_token

    database.change(11, CREATED)
    assert (await cache.get(request)).next_page_token
    database.change(11, DELETED)
    assert not (await cache.get(request)).next_page_token

    assert database.readings == [request]


async def test_one_that_comes_back_shifts_all_pages_behind_it() -> None:
    database = a_shop_of(40)
    database.change(15, DELETED)
    cache = a_cache(database)
    requests = await all_pages(cache, 10, 4)

    database.change(15, CREATED)

    assert await kept(cache, requests) == [1]


async def test_pages_by_token_go_when_something_changes_between_their_ends() -> None:
    database = a_shop_of(30)
    cache = a_cache(database)
    requests = [PageRequest(number=0, size=10, after=after) for after in (0, 10, 20)]
    for request in requests:
        await cache.get(request)

    database.change(5, DELETED)

    assert [cache.is_kept(request) for request in requests if await cache.get(PageRequest(number=9, size=1))] == [
        False,
        True,
        True,
    ]


async def test_a_page_by_token_leaves_to_the_next_one_what_has_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(product_pages, "MAX_PAGE_BYTES", 3 * len(serialise([_product(1, 1)])))
    cache, after, bodies = a_cache(a_shop_of(8)), 0, list[bytes]()
    while not bodies or after:
        reply = await cache.get(PageRequest(number=0, size=5, after=after))
        bodies.append(reply.products)
        after = TOKENS.read(reply.next_page_token, filter="") if reply.next_page_token else 0

    assert [body.count(b"(") for body in bodies] == [3, 3, 2]


async def test_one_product_always_has_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(product_pages, "MAX_PAGE_BYTES", 1)

    reply = await a_cache(a_shop_of(2)).get(PageRequest(number=0, size=5))

    assert (reply.products, reply.total) == (serialise([_product(1, 1)]), 2)


@pytest.mark.reaches("PAGE_TOO_LARGE")
async def test_a_page_by_number_that_has_no_room_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(product_pages, "MAX_PAGE_BYTES", 3 * len(serialise([_product(1, 1)])))
    cache = a_cache(a_shop_of(8))

    with pytest.raises(PageTooLarge, match="fewer"):
        await cache.get(PageRequest(number=1, size=4))
    assert (await cache.get(PageRequest(number=2, size=3))).products.count(b"(") == 3


async def test_a_large_page_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(product_pages, "MAX_KEPT_BYTES", 3 * len(serialise([_product(1, 1)])))
    cache = a_cache(a_shop_of(8))
    requests = [PageRequest(number=1, size=size) for size in (3, 4)]
    for request in requests:
        await cache.get(request)

    assert [cache.is_kept(request) for request in requests] == [True, False]


async def test_pages_of_a_query_go_when_words_change() -> None:
    database = a_shop_of(30)
    cache = a_cache(database)
    query = PageRequest(number=1, size=5, query="odd")
    await cache.get(query)

    database.change(20, UPDATED)
    await cache.get(PageRequest(number=9, size=1))
    assert cache.is_kept(query)
    database.change(21, UPDATED, words=True)
    await cache.get(PageRequest(number=9, size=1))
    assert not cache.is_kept(query)


async def test_a_missing_page_is_read_once_under_load() -> None:
    database = a_shop_of(30)
    database.gate = asyncio.Event()
    cache = a_cache(database)
    request = PageRequest(number=1, size=10)

    waiting = [asyncio.ensure_future(cache.get(request)) for _ in range(50)]
    waiting[0].cancel()
    await eventually(lambda: database.readings)
    waiting[1].cancel()
    database.gate.set()
    replies = await asyncio.gather(*waiting[2:])

    assert len(set(replies)) == 1
    assert database.readings == [request]


async def test_a_reading_that_began_before_a_change_is_not_good_for_who_comes_after_it() -> None:
    database = a_shop_of(30)
    database.gate = asyncio.Event()
    cache = a_cache(database)
    request = PageRequest(number=1, size=10)
    early = asyncio.ensure_future(cache.get(request))
    await eventually(lambda: database.readings)

    database.change(3, UPDATED)
    late = asyncio.ensure_future(cache.get(request))
    for _ in range(20):
        await asyncio.sleep(0)
    database.gate.set()

    assert b"(3, 1)" in (await early).products
    assert b"(3, 2)" in (await late).products
    assert b"(3, 2)" in (await cache.get(request)).products
    assert len(database.readings) == 2


async def test_a_failed_reading_is_not_kept() -> None:
    database = a_shop_of(3)
    cache = a_cache(database)
    request = PageRequest(number=1, size=10)
    database.versions = {1: None}  # type: ignore[dict-item]
    with pytest.raises(TypeError):
        await cache.get(PageRequest(number=1, size=10, query="odd"))

    database.versions = {1: 1}
    assert (await cache.get(request)).total == 1


async def test_a_page_lives_for_its_time_and_the_cache_has_an_end() -> None:
    database, time = a_shop_of(30), Time()
    cache = a_cache(database, ttl_s=10, max_pages=3, time=time)
    requests = await all_pages(cache, 5, 4)
    assert [request.number for request in requests if cache.is_kept(request)] == [2, 3, 4]

    time.now = 10.0
    assert not any(cache.is_kept(request) for request in requests)


async def test_a_replica_that_missed_changes_forgets_everything() -> None:
    database = a_shop_of(30)
    cache = a_cache(database)
    requests = await all_pages(cache, 10, 3)
    database.change(1, UPDATED)
    database.change(11, UPDATED)
    database.forgotten = 1
    assert await kept(cache, requests) == []

    requests = await all_pages(cache, 10, 3)
    database.epoch = "another database"
    assert await kept(cache, requests) == []


REQUESTS = st.builds(
    lambda by_number, place, size, query: PageRequest(
        number=place + 1 if by_number else 0, size=size, after=0 if by_number else 3 * place, query=query
    ),
    st.booleans(),
    st.integers(0, 6),
    st.sampled_from([1, 2, 5]),
    st.sampled_from(["", "", "odd"]),
)


@given(st.lists(st.tuples(REQUESTS, st.integers(1, 12), st.booleans(), st.booleans()), max_size=40))
def test_a_page_is_always_what_a_fresh_reading_is(steps: Any) -> None:
    async def play() -> None:
        database = a_shop_of(6)
        cache, without = a_cache(database), a_cache(database, ttl_s=0)
        for request, product_id, delete, twice in steps:
            assert await cache.get(request) == await without.get(request)
            kind = CREATED if product_id not in database.versions else DELETED if delete else UPDATED
            # Here a query finds odd versions, so that every update changes what it finds.
            database.change(product_id, kind, words=True)
            if twice and kind is not DELETED:
                database.change(product_id, UPDATED, words=True)

    asyncio.run(play())
