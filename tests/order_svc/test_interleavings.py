"""Under random interleavings of all operations on two replicas, the promises of the design (I1 to I6) are kept.

Shoppers create orders, once or several times at once with one request_id, also with other contents; cards are good,
declined, flaky, down or lose the provider's reply, others pay by PayPal, wallet or in cash. They change orders, retry
refused payments, and cancel; some orders wait for stock, which arrives in small amounts. Many orders use codes with too
few uses, and shared points. At the same time administrators refund, take back, ship and deliver, edit and end codes,
operators retry jobs, holds expire, connections break, and services stall, die between two steps and restart. At the
end, stock, points, uses, report and ledger are those of a model that knows what the clients were told and shares no
code with the services.
EASYORDER_TEST_INTERLEAVINGS [4] is the number of runs, all but the first for `make soak`; the test name has the seed.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from random import Random

import pytest
from easyorder.catalog.v1 import CreateProductRequest, Product, ProductItem
from easyorder.google.type import Money
from easyorder.incentive.v1 import CreateIncentiveRequest, Incentive, IncentiveKind

from tests.conftest import DatabasesOf
from tests.e2e import invariants
from tests.inventory_svc.service import CREATE_PRODUCT
from tests.order_svc.calls import CREATE_INCENTIVE
from tests.order_svc.interleavings.agreement import Run, compare
from tests.order_svc.interleavings.chaos import Chaos
from tests.order_svc.interleavings.hazards import Hazards
from tests.order_svc.whole_shop import WholeShop, whole_shop
from tests.polling import eventually

RUNS = int(os.environ.get("EASYORDER_TEST_INTERLEAVINGS", "4"))
SHOPPERS, LASTS_S = 30, 1.5
# In the run that is no soak.
FEW, SHORT_S = 10, 0.5
SETTLED_WITHIN_S = 60
# The longest that stock is held before and after its order is known to be placed: no order loses its stock.
LASTING = (900, 50)
# As many points as make a difference at these prices.
RATE = 90
# Stalls outlast all of them now and then.
QUICK = {
    "payment_backoff_initial_s": 0.1,
    "payment_max_attempts": 3,
    "payment_timeout_s": 1.5,
    "inventory_timeout_s": 1.5,
    "job_lease_s": 2.5,
    "reservation_reap_s": 0.1,
    "drain_grace_s": 0,
    "loyalty_points_per_unit": RATE,
    "database_pool_size": 4,
}
# Of the first there is enough, of the others too little for all; the last is waited for. Prices are in cents.
STOCK = {10_00: 100_000, 3_33: 60, 19_99: 20, 7: 1}


async def stocked(shop: WholeShop) -> Product:
    items = [
        ProductItem(
            sku=f"SKU-{number}",
            quantity_on_hand=pieces,
            backorderable=number == len(STOCK) - 1,
            price_override=Money(currency_code="USD", units=price // 100, nanos=price % 100 * 10_000_000),
        )
        for number, (price, pieces) in enumerate(STOCK.items())
    ]
    product = Product(name="Lamp", base_price=Money(currency_code="USD", units=1), product_items=items)
    client = shop.client(shop.tokens.admin(), of="inventory")
    return await client.call(CREATE_PRODUCT, CreateProductRequest(product=product))


async def offered(shop: WholeShop, items: list[int]) -> list[Incentive]:
    """Codes that are good for some orders and not for others."""
    ids = [str(item) for item in items]
    codes = [
        Incentive(code="PART", kind=IncentiveKind.PERCENT, value="33.3", max_uses=5),
        Incentive(
            code="FREE",
            kind=IncentiveKind.BUY_X_GET_Y,
            buy_quantity=2,
            get_quantity=1,
            product_item_ids=ids[:2],
        ),
        Incentive(code="LESS", kind=IncentiveKind.AMOUNT, value="25.01", currency_code="USD", max_uses_per_user=3),
        Incentive(code="MORE", kind=IncentiveKind.PERCENT, value="7", min_total=Money(currency_code="USD", units=40)),
        Incentive(code="GIFT", kind=IncentiveKind.PERCENT, value="100", max_uses=3),
        Incentive(
            code="TWICE",
            kind=IncentiveKind.LOYALTY_MULTIPLIER,
            value="2.5",
            product_item_ids=ids[1:3],
        ),
    ]
    client = shop.client(shop.tokens.admin(), of="inventory")
    requests = [CreateIncentiveRequest(incentive=replace(incentive, stackable=True)) for incentive in codes]
    return [await client.call(CREATE_INCENTIVE, request) for request in requests]


_UNFINISHED = (
    "SELECT count(*) FROM job WHERE state IN ('READY', 'RUNNING')",
    # What no order got, nobody could release.
    "SELECT count(*) FROM reservation WHERE state IN ('HELD', 'BACKORDERED')",
    "SELECT count(*) FROM change_log",
)


async def dead_letters(shop: WholeShop) -> list[tuple[str, ...]]:
    """Jobs that ended without their effect: kind, key and last error."""
    found: list[tuple[str, ...]] = []
    for name in ("easyorder_order_write", "easyorder_inventory_write"):
        async with shop.database(name) as database:
            rows = await database.fetch("SELECT kind, key, last_error FROM job WHERE state = 'DEAD'")
        found += [tuple(row) for row in rows]
    return found


async def let_holds_end(shop: WholeShop) -> None:
    async with shop.database("easyorder_inventory_write") as inventory:
        await inventory.execute("UPDATE reservation SET expire_at = now() WHERE expire_at > now()")


async def at_rest(shop: WholeShop) -> bool:
    if not await invariants.at_rest(shop):
        return False
    async with shop.database("easyorder_inventory_write") as inventory:
        return not any([await inventory.fetchval(query) for query in _UNFINISHED])


@pytest.mark.timeout(180)
@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(1, RUNS))])
async def test_all_promises_hold_in_the_end(
    databases_of: DatabasesOf, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    random, began = Random(seed), datetime.now(UTC).date()
    urls: Mapping[str, str] = {**await databases_of("inventory_svc"), **await databases_of("order_svc.payment")}
    # Some holds end before their charge has, some never.
    placed_s, unplaced_s = random.choice([(0.2, 2), (1, 2), LASTING])
    times = {"reservation_ttl_s": placed_s, "unplaced_hold_s": unplaced_s}
    urls = {**urls, **await databases_of("order_svc")}
    async with whole_shop(urls, replicas=2, **QUICK, **times) as shop:
        product = await stocked(shop)
        items = [int(item.id) for item in product.product_items]
        codes = await offered(shop, items)
        shoppers, lasts_s = (SHOPPERS, LASTS_S) if seed else (FEW, SHORT_S)
        chaos = Chaos(shop, random, items, codes, shoppers=shoppers, lasts_s=lasts_s)
        await chaos.save_points()

        hazards = Hazards(monkeypatch, random)
        await chaos.happen()
        await hazards.end()

        await eventually(lambda: invariants.at_rest(shop), timeout_s=SETTLED_WITHIN_S)
        await let_holds_end(shop)
        await eventually(lambda: at_rest(shop), timeout_s=SETTLED_WITHIN_S)
        assert await dead_letters(shop) == []
        await chaos.ask_again()
        await invariants.check(shop, [life.order.id for life in chaos.lives])
        came = dict(zip(items, STOCK.values(), strict=True))
        came[items[-1]] += chaos.delivered
        terms = {code.code: [code] for code in codes} | {codes[0].code: [codes[0], chaos.edited(codes[0])]}
        run = Run(product_id=product.id, stocked=came, codes=terms, rate=RATE, began=began, users=chaos.users)
        await compare(shop, run, chaos.lives, keep_stock=(placed_s, unplaced_s) == LASTING)
