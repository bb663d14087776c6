"""Reads of what `bench.stored` has stored: lists, single orders, reports and exports."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from bench.shop import BenchShop
from bench.stored import FIRST_DAY, FIRST_ON_SALE, FIRST_STORED, ON_SALE, ORDERS_OF_A_DAY, RARE, Stored, shopper
from deploy.local.plain_http import plain_client
from inventory_svc.queries.product_pages import MAX_PAGES
from inventory_svc.queries.products import TOKENS
from order_svc.order_ids import OrderIds
from tests.e2e.forged_tokens import Forge
from tests.e2e.invariants import order_ids

READERS = 32
_TOKENS_LAST_S = 3600
_TOO_LONG_S = 30.0
_PAGE = "pageSize=10"
_ORDER = '"placedAt"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """GETs of `paths` with `tokens`, each in turn; every reply has `mark` the given number of `times`."""

    name: str
    paths: Sequence[str]
    tokens: Sequence[str]
    mark: str
    times: int
    clients: int = READERS

    async def require_its_reply(self, url: str) -> None:
        """Raises AssertionError if what is stored does not show: an empty list is a fast one."""
        headers = {"authorization": f"Bearer {self.tokens[0]}"} if self.tokens else {}
        async with plain_client() as client:
            reply = await client.get(url + self.paths[0], headers=headers, timeout=_TOO_LONG_S)
        found = reply.text.count(self.mark)
        assert found == self.times, f"{self.name}: {self.times} are stored, {found} are in {reply.text[:500]}"


async def reads(shop: BenchShop, forger: Forge, stored: Stored) -> list[Read]:
    """All that are measured."""
    ids = await order_ids(shop.mesh)
    return [*_of_orders(forger, stored, ids), *_of_products(stored)]


def _of_orders(forger: Forge, stored: Stored, ids: OrderIds) -> list[Read]:
    own = [token(forger, shopper(number)) for number in range(stored.shoppers)]
    numbers = random.Random(stored.count).sample(range(RARE, stored.count), min(5_000, stored.count - RARE))
    by_id = [f"/api/v1/orders/{ids.of_order(stored.first_order + number)}" for number in numbers]
    path = f"/api/v1/admin/orders?{_PAGE}"
    rare = f"{path}&filter=status%3DORDER_STATUS_CANCELLED"
    report = f"/api/v1/admin/reports/daily?date={FIRST_DAY}"
    export = f"/api/v1/admin/orders:export?startDate={FIRST_DAY}&endDate={FIRST_DAY}"
    of_all = partial(Read, tokens=[token(forger, "admin", roles=["USER", "ADMIN"])])
    return [
        Read(name="own orders", paths=[f"/api/v1/orders?{_PAGE}"], mark=_ORDER, times=10, tokens=own),
        of_all(name="all orders", paths=[path], mark=_ORDER, times=10),
        of_all(name="orders by a rare status", paths=[rare], mark=_ORDER, times=RARE),
        of_all(name="an order", paths=by_id, mark=_ORDER, times=1),
        of_all(name="report of a day", paths=[report], mark='"topItems"', times=1),
        # More at once are refused. The first line names the columns.
        of_all(name="export of a day", paths=[export], mark="\n", times=1 + ORDERS_OF_A_DAY, clients=2),
    ]


def _of_products(stored: Stored) -> list[Read]:
    path = f"/api/v1/products?{_PAGE}"
    # More pages than the cache holds, all over the catalogue.
    on_sale = range(FIRST_ON_SALE, FIRST_ON_SALE + ON_SALE - 10)
    known = [*on_sale, *range(FIRST_STORED, FIRST_STORED + stored.products - 10)]
    starts = known[:: len(known) // (3 * MAX_PAGES)]
    pages = [f"{path}&pageToken={TOKENS.write(after, filter='')}" for after in starts]
    anonymous = partial(Read, mark='"basePrice"', times=10, tokens=[])
    return [
        anonymous(name="products from memory", paths=[path]),
        anonymous(name="products not cached", paths=pages),
    ]


def token(forger: Forge, person: str, **claims: Any) -> str:
    """For as long as the benchmark takes: one of identity_svc expires after minutes."""
    return forger.token(sub=person, exp=int(time.time()) + _TOKENS_LAST_S, **claims)
