"""Cached pages of products: no page is older than the read database was when the request arrived.

Before a page is returned, the catalogue log is queried for changes; requests that arrive during such a query share the
next one. A page is dropped when a change affects it: an update of a product on the page, or a creation or deletion
before the end of the page. So replicas need not notify each other, and no lost message leaves a stale page.
"""

from __future__ import annotations

import asyncio
import math
import time
from bisect import bisect_right
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Sequence
from contextvars import Context
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import accumulate, takewhile
from typing import Protocol

from chassis.background import to_completion
from chassis.batching import Batcher
from chassis.context import current
from chassis.db.read_your_writes import ReadYourWrites
from chassis.errors import AppError, Kind
from inventory_svc.domain.product import Product
from inventory_svc.queries.catalogue_log import Catalogue, ChangeKind, ProductChange
from inventory_svc.queries.products import TOKENS, PageRequest, ProductPage

MAX_PAGES = 1000
# Of protobuf: gRPC clients take messages of 4 MiB. Larger pages than these are read again each time.
MAX_PAGE_BYTES, MAX_KEPT_BYTES = 3 * 1024 * 1024, 256 * 1024
_REMEMBERED_CHANGES = 10_000
# Querying the log takes a fifth of the time of a cached page: under load, requests within this time share one query.
_LOOK_PACE_S = 0.005


class PageReader(Protocol):
    async def list_products(self, request: PageRequest) -> ProductPage: ...


class ChangeSource(Protocol):
    async def since(self, generation: int) -> Catalogue: ...


@dataclass(frozen=True, slots=True)
class PageReply:
    """A page to be returned: its products, serialised, and what comes with them.

    Changes before `read_time` are in the page; None if that is not known.
    """

    products: bytes
    total: int
    next_page_token: str
    read_time: datetime | None


@dataclass(frozen=True, slots=True)
class _Kept:
    """A page as of `generation`: all products with ids above `after` up to `reach`."""

    request: PageRequest
    body: bytes
    product_ids: frozenset[int]
    last_id: int
    reach: float
    more: bool
    total: int
    epoch: str
    generation: int
    expires_at: float


class PageTooLarge(AppError):
    """A page by number cannot leave out products: the next one would not have them either."""

    kind, reason = Kind.FAILED_PRECONDITION, "PAGE_TOO_LARGE"


class _Changed:
    """Changes, grouped by their effect on pages."""

    def __init__(self, changes: Iterable[ProductChange]) -> None:
        self._updated: set[int] = set()
        self._shifting: list[int] = []
        # Only the database can decide whether a query finds a product.
        self._concerns_queries = False
        for change in changes:
            if change.kind is ChangeKind.UPDATED:
                self._updated.add(change.product_id)
            else:
                self._shifting.append(change.product_id)
            self._concerns_queries |= change.words
        self._shifting.sort()

    def touch(self, page: _Kept) -> bool:
        if not page.product_ids.isdisjoint(self._updated):
            return True
        if page.request.is_filtered:
            return self._concerns_queries
        # Whether one of them is above `after` and at most `reach`.
        first = bisect_right(self._shifting, page.request.after)
        return first < len(self._shifting) and self._shifting[first] <= page.reach


class ProductPages:
    """Caches pages for `ttl_s`, at most `max_pages`; 0 reads each page from the database."""

    def __init__(
        self,
        pages: PageReader,
        log: ChangeSource,
        read_your_writes: ReadYourWrites,
        serialise: Callable[[Sequence[Product]], bytes],
        *,
        ttl_s: float,
        max_pages: int = MAX_PAGES,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pages = pages
        self._log = log
        self._freshness = read_your_writes
        self._serialise = serialise
        self._ttl_s = ttl_s
        self._max_pages = max_pages
        self._now = now
        self._kept: OrderedDict[PageRequest, _Kept] = OrderedDict()
        self._reading: dict[PageRequest, asyncio.Task[_Kept]] = {}
        self._looks: Batcher[None, int] = Batcher("catalogue", self._look, max_size=10_000, pace_s=_LOOK_PACE_S)
        self._epoch, self._generation, self._total = "", 0, 0
        # All changes after `_remembered_from`, for pages that were read while newer ones came in.
        self._changes: deque[ProductChange] = deque(maxlen=_REMEMBERED_CHANGES)
        self._remembered_from = 0
        # The number of requested pages, and of those read from the database.
        self.asked = self.read = 0

    async def get(self, request: PageRequest) -> PageReply:
        """The current page; with a read-your-writes token it includes all writes of the caller."""
        await self._freshness.wait(current().caller.id, current().position)
        read_time = self._freshness.read_time()
        if request.with_deleted:
            # The log of changes does not tell when these change.
            return self._reply(await self._read(request), read_time)
        needed = await self._looks.submit(None)
        self.asked += 1
        while (page := self._found(request)) is None:
            page = await self._read_once(request)
            # A query that was already running when this request arrived may be too old.
            if page.epoch != self._epoch or page.generation >= needed:
                break
        return self._reply(page, read_time)

    def is_kept(self, request: PageRequest) -> bool:
        """Whether the page is cached, as of this replica's last query of the log."""
        return self._found(request) is not None

    def _found(self, request: PageRequest) -> _Kept | None:
        page = self._kept.get(request)
        if page is None:
            return None
        if self._now() >= page.expires_at:
            del self._kept[request]
            return None
        self._kept.move_to_end(request)
        return page

    async def _read_once(self, request: PageRequest) -> _Kept:
        reading = self._reading.get(request)
        if reading is None:
            self.read += 1
            # Not part of any request, so that it completes for the other callers when its first caller has gone.
            reading = asyncio.get_running_loop().create_task(self._read(request), context=Context())
            self._reading[request] = reading
            reading.add_done_callback(lambda _: self._reading.pop(request, None))
        return await to_completion(reading)

    async def _read(self, request: PageRequest) -> _Kept:
        page, body = self._fitting(request, await self._pages.list_products(request))
        ids = [product.id for product in page.products]
        # By number, the total shows whether more products follow; by token, the first product after the page does.
        is_full = len(ids) == request.size
        by_number_of_all = request.number > 0 and not request.is_filtered
        reach = ids[-1] if is_full and by_number_of_all else page.next_id
        kept = _Kept(
            request=request,
            body=body,
            product_ids=frozenset(ids),
            last_id=ids[-1] if ids else 0,
            reach=math.inf if reach is None else reach,
            more=page.next_id is not None,
            total=page.total,
            epoch=page.epoch,
            generation=page.generation,
            expires_at=self._now() + self._ttl_s,
        )
        self._keep(kept)
        return kept

    def _fitting(self, request: PageRequest, page: ProductPage) -> tuple[ProductPage, bytes]:
        """The page without the products for which it has no room, serialised. Raises PageTooLarge."""
        products = [self._serialise([product]) for product in page.products]
        count = max(1, sum(size <= MAX_PAGE_BYTES for size in accumulate(map(len, products))))
        if count < len(products):
            if request.number:
                raise PageTooLarge("the products are too large for one page; ask for fewer, or use page tokens only")
            page = replace(page, products=page.products[:count], next_id=page.products[count].id)
        return page, b"".join(products[:count])

    def _keep(self, page: _Kept) -> None:
        if page.epoch != self._epoch or page.generation < self._remembered_from or len(page.body) > MAX_KEPT_BYTES:
            return
        if page.request.with_deleted:
            return
        newer = takewhile(lambda change: change.generation > page.generation, reversed(self._changes))
        if not _Changed(newer).touch(page):
            self._kept[page.request] = page
            if len(self._kept) > self._max_pages:
                self._kept.popitem(last=False)

    async def _look(self, askers: Sequence[None]) -> Sequence[int]:
        self._learn(await self._log.since(self._generation))
        return [self._generation] * len(askers)

    def _learn(self, seen: Catalogue) -> None:
        if seen.epoch == self._epoch and seen.forgotten <= self._generation <= seen.generation:
            if seen.changes:
                self._forget_touched(seen.changes)
        else:
            # Changes between the two generations are missing.
            self._kept.clear()
            self._changes.clear()
            self._remembered_from = seen.generation
        self._epoch, self._generation, self._total = seen.epoch, seen.generation, seen.total

    def _forget_touched(self, changes: Sequence[ProductChange]) -> None:
        changed = _Changed(changes)
        for request, page in list(self._kept.items()):
            if page.generation > self._generation:
                # Read after the last query of the log: it contains some of the changes already.
                is_touched = _Changed(c for c in changes if c.generation > page.generation).touch(page)
            else:
                is_touched = changed.touch(page)
            if is_touched:
                del self._kept[request]
        self._changes.extend(changes)
        if len(self._changes) == _REMEMBERED_CHANGES:
            self._remembered_from = self._changes[0].generation

    def _reply(self, page: _Kept, read_time: datetime | None) -> PageReply:
        request = page.request
        total, more = page.total, page.more
        if not request.is_filtered and page.generation < self._generation and self._kept.get(request) is page:
            # The total changes with every creation or deletion; the pages before that product do not. A page that is
            # not kept has changed since, and keeps the total of its own moment.
            total = self._total
        if not request.is_filtered and request.number:
            more = request.number * request.size < total
        token = TOKENS.write(page.last_id, filter=request.filter) if more else ""
        return PageReply(page.body, total, token, read_time)
