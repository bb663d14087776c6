"""Many streams while many orders run: each gets all its events, once and in order, despite subscribers that stall.

EASYORDER_TEST_SUBSCRIBERS [60] is the number of subscribers; each orders three times.
"""

from __future__ import annotations

import asyncio
import os

import pytest
from easyorder.common.v1 import OrderLine, PaymentMethod
from easyorder.order.v1 import CreateOrderRequest, OrderEvent, PaymentDetails, WatchAllOrdersRequest, WatchOrdersRequest

from chassis.grpc.clients import rpc
from order_svc.order_ids import OrderIds
from tests.builders.order_ids import positions_of
from tests.conftest import DatabasesOf
from tests.e2e import invariants
from tests.order_svc.calls import CREATE
from tests.order_svc.whole_shop import WholeShop, stocked, whole_shop
from tests.polling import eventually

SUBSCRIBERS = int(os.environ.get("EASYORDER_TEST_SUBSCRIBERS", "60"))
ORDERS_EACH = 3
WATCH = "easyorder.order.v1.OrderWatchService"
WATCH_ORDERS = rpc(WATCH, "WatchOrders", WatchOrdersRequest, OrderEvent)
WATCH_ALL_ORDERS = rpc(WATCH, "WatchAllOrders", WatchAllOrdersRequest, OrderEvent)
_PUBLISHED = "SELECT owner, position FROM outbox ORDER BY position"


class Subscriber:
    """A shopper, and what the stream told them."""

    def __init__(self, shop: WholeShop, name: str) -> None:
        self.name = name
        self.heard: list[OrderEvent] = []
        self.listens = asyncio.Event()
        self._client = shop.client(shop.tokens.user(name))

    async def listen(self) -> None:
        async for message in self._client.stream(WATCH_ORDERS, WatchOrdersRequest()):
            self.listens.set()
            if message.heartbeat is None:
                self.heard.append(message)

    async def order(self, item: int, number: int) -> None:
        request = CreateOrderRequest(
            request_id=f"{self.name}/{number}",
            currency_code="USD",
            items=[OrderLine(product_item_id=str(item), quantity=1)],
            payment=PaymentDetails(method=PaymentMethod.CARD, token="tok_ok"),
        )
        await self._client.call(CREATE, request, timeout_s=30)


@pytest.mark.timeout(240)
async def test_nothing_is_lost_or_doubled_while_one_does_not_read(databases_of: DatabasesOf) -> None:
    urls = {**await databases_of("inventory_svc"), **await databases_of("order_svc.payment")}
    urls |= await databases_of("order_svc")
    async with whole_shop(urls) as shop:
        (item,) = await stocked(shop, pieces=[SUBSCRIBERS * ORDERS_EACH])
        subscribers = [Subscriber(shop, f"shopper-{n}") for n in range(SUBSCRIBERS)]
        # An administrator, to whom everything is sent, reads the first message and no other.
        stalled = shop.client(shop.tokens.admin()).stream(WATCH_ALL_ORDERS, WatchAllOrdersRequest())
        await anext(stalled)
        listening = [asyncio.create_task(subscriber.listen()) for subscriber in subscribers]
        await asyncio.gather(*[subscriber.listens.wait() for subscriber in subscribers])

        await asyncio.gather(*[s.order(item, number) for number in range(ORDERS_EACH) for s in subscribers])
        await eventually(lambda: invariants.at_rest(shop), timeout_s=120)

        async with shop.database("easyorder_order_write") as orders:
            ids = OrderIds(await orders.fetchval("SELECT key FROM order_id_key"))
            published = [(row["owner"], row["position"]) for row in await orders.fetch(_PUBLISHED)]

        def all_are_told() -> bool:
            for subscriber in subscribers:
                own = [position for owner, position in published if owner == subscriber.name]
                assert positions_of(subscriber.heard, ids) == own
            return True

        await eventually(all_are_told, timeout_s=10)
        for task in listening:
            task.cancel()
        await asyncio.gather(*listening, return_exceptions=True)
        await stalled.aclose()
