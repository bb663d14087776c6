"""Many concurrent orders over JSON, with the expected end of each. EASYORDER_TEST_CROWD [1000] is their number."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

import httpx

from deploy.local.plain_http import plain_client
from deploy.local.shop import Shop
from tests.e2e import invariants
from tests.e2e.patient_clients import Json, PatientClient, an_order_of
from tests.e2e.test_shopping import StockCounter, a_stocked_product
from tests.polling import eventually

ORDERS = int(os.environ.get("EASYORDER_TEST_CROWD", "1000"))
CONNECTIONS = 200
SETTLED_WITHIN_S = 120


class Mesh(invariants.Databases, Protocol):
    """Whatever serves orders and has databases."""

    @property
    def url(self) -> str: ...


@dataclass(frozen=True)
class PlannedOrder:
    """An order to be placed, perhaps to be cancelled as soon as it is there, and the status that it ends in."""

    token: str = "tok_ok"
    is_cancelled: bool = False
    ends: str = "PAID"


CHARGED = PlannedOrder()
# 20 % flaky, 10 % declined, 10 % cancelled midway.
MIXED = (
    *[PlannedOrder("tok_flaky_1")] * 2,
    PlannedOrder("tok_declined", ends="FAILED"),
    PlannedOrder(is_cancelled=True, ends="CANCELLED"),
    *[CHARGED] * 6,
)


@asynccontextmanager
async def many_connections(mesh: Mesh) -> AsyncIterator[httpx.AsyncClient]:
    limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
    async with plain_client(mesh.url, timeout=60, limits=limits) as client:
        yield client


class Crowd:
    """Places `orders`, cycling through `planned`, and tells how many are acknowledged while it does."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        admin: Shop,
        counter: StockCounter,
        planned: Sequence[PlannedOrder],
        orders: int = ORDERS,
    ) -> None:
        self._client = PatientClient(http, admin.headers)
        self._planned = [planned[n % len(planned)] for n in range(orders)]
        self._counter = counter
        # More at once would wait for a connection anyway, until they lose patience.
        self._free = asyncio.Semaphore(CONNECTIONS)
        self.ends: dict[str, str] = {}

    async def order(self) -> None:
        """Returns when all are acknowledged, and those cancelled that are to be."""
        await asyncio.gather(*[self._place(order) for order in self._planned])

    async def reaches(self, share: float) -> None:
        """Returns when that share of the orders is acknowledged."""
        await eventually(lambda: len(self.ends) >= share * len(self._planned), timeout_s=60)

    async def _place(self, order: PlannedOrder) -> None:
        async with self._free:
            placed = await self._client.order(an_order_of(self._counter.ids[:2], order.token))
            assert total_of(placed) == 40 + 45
            self.ends[placed["id"]] = order.ends
            if order.is_cancelled:
                await self._client.cancel(placed["id"])


def total_of(order: Json) -> int:
    assert order["totalAmount"]["nanos"] == 0
    return int(order["totalAmount"]["units"])


async def all_end_as_they_should(
    mesh: Mesh,
    http: httpx.AsyncClient,
    admin: Shop,
    planned: Sequence[PlannedOrder],
    *,
    orders: int = ORDERS,
    meanwhile: Meanwhile | None = None,
) -> None:
    """Places the orders, does `meanwhile`, and raises AssertionError for whatever is not as it should be."""
    counter = await a_stocked_product(admin, pieces=orders)
    crowd = Crowd(http, admin, counter, planned, orders)

    await asyncio.gather(crowd.order(), *([meanwhile(crowd)] if meanwhile else []))
    await eventually(lambda: invariants.at_rest(mesh), timeout_s=SETTLED_WITHIN_S)

    assert len(crowd.ends) == orders
    async with mesh.database("easyorder_order_write") as written:
        rows = await written.fetch("SELECT id, status FROM orders")
    ids = await invariants.order_ids(mesh)
    statuses = {ids.of_order(row["id"]): row["status"] for row in rows}
    assert {id: statuses.get(id) for id in crowd.ends} == crowd.ends, Counter(statuses.values())
    await invariants.check(mesh, set(crowd.ends))


Meanwhile = Callable[[Crowd], Awaitable[None]]
