"""Many buyers of little stock: exactly the stock is sold, and quickly."""

from __future__ import annotations

import asyncio
import time

from inventory_svc.domain.errors import OutOfStock
from inventory_svc.domain.reservation import Reservation
from tests.inventory_svc.shop import SqlShop

ORDERS, SKUS = 1000, 10
# Two seconds on two cores that do nothing else; a busy machine gets more.
WITHIN_S = 10


async def test_a_thousand_orders_for_half_as_many_pieces(sql_shop: SqlShop) -> None:
    items = await sql_shop.stocked(*[ORDERS // 2 // SKUS] * SKUS)
    orders = [sql_shop.order((items[n % SKUS], 1)) for n in range(ORDERS)]

    began = time.perf_counter()
    results = await asyncio.gather(
        *(sql_shop.send(order, replica=n % 2) for n, order in enumerate(orders)), return_exceptions=True
    )
    took_s = time.perf_counter() - began

    print(f"{ORDERS} reservations over {SKUS} SKUs in {took_s:.2f} s")
    assert sum(isinstance(result, Reservation) for result in results) == ORDERS // 2
    assert sum(isinstance(result, OutOfStock) for result in results) == ORDERS // 2
    assert took_s < WITHIN_S
