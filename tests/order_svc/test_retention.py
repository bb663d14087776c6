"""A request_id after the retention time of its response, through the whole shop: the order stands, nothing is held."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

import pytest
from easyorder.common.v1 import OrderLine, PaymentMethod
from easyorder.order.v1 import CancelOrderRequest, CreateOrderRequest, PaymentDetails

from chassis.errors import RequestIdExpired
from tests.order_svc.calls import CANCEL, CREATE
from tests.order_svc.whole_shop import WholeShop, stocked, whole_shop
from tests.polling import eventually

# What the purge does, and what the purge of 0.1.0 did.
PURGES = ["UPDATE idempotency_key SET answer = ''", "DELETE FROM idempotency_key"]


@pytest.mark.reaches("REQUEST_ID_EXPIRED")
async def test_a_repeat_of_a_cancelled_order_is_refused_and_holds_no_stock(
    databases_of: Callable[[str], Awaitable[Mapping[str, str]]],
) -> None:
    urls = {**await databases_of("inventory_svc"), **await databases_of("order_svc.payment")}
    urls |= await databases_of("order_svc")
    async with whole_shop(urls, reservation_reap_s=0.1) as shop:
        (item,) = await stocked(shop, pieces=[5])
        client = shop.client(shop.tokens.user("ann"))
        request = CreateOrderRequest(
            request_id="r-1",
            currency_code="USD",
            items=[OrderLine(product_item_id=str(item), quantity=2)],
            payment=PaymentDetails(method=PaymentMethod.CARD, token="tok_ok"),
        )
        order = await client.call(CREATE, request)
        await client.call(CANCEL, CancelOrderRequest(id=order.id, reason="late"))
        await eventually(lambda: reserved(shop, 0))

        for purge in PURGES:
            async with shop.database("easyorder_order_write") as database:
                await database.execute(purge)
            for _ in range(3):
                with pytest.raises(RequestIdExpired):
                    await client.call(CREATE, request)
            assert await reserved(shop, 0)


async def reserved(shop: WholeShop, pieces: int) -> bool:
    async with shop.database("easyorder_inventory_write") as database:
        return bool(await database.fetchval("SELECT sum(reserved) FROM inventory") == pieces)
