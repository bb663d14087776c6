"""An outage of the payment process's database fails no order: it is paid afterwards, by its first attempt."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

from easyorder.common.v1 import OrderLine, PaymentMethod
from easyorder.order.v1 import CreateOrderRequest, GetOrderRequest, Order, OrderStatus, PaymentDetails

from order_svc.payment.config import DATABASE
from tests.e2e import invariants
from tests.order_svc.calls import CREATE, GET
from tests.order_svc.whole_shop import WholeShop, stocked, whole_shop
from tests.polling import eventually

_END_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@asynccontextmanager
async def read_only(shop: WholeShop, database: str) -> AsyncIterator[None]:
    """As a standby is, also for the connections of before."""
    async with shop.database(database) as connection:
        name = await connection.fetchval("SELECT quote_ident(current_database())")
        await connection.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        await connection.execute(_END_OTHERS)
        yield
        await connection.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")
        await connection.execute(_END_OTHERS)


async def test_an_order_that_meets_an_outage_is_paid_after_it(
    databases_of: Callable[[str], Awaitable[Mapping[str, str]]],
) -> None:
    services = "inventory_svc", "order_svc.payment", "order_svc"
    urls = {name: url for service in services for name, url in (await databases_of(service)).items()}
    # The only attempt at the provider is left for the time after the outage.
    once = {"payment_max_attempts": 1, "drain_grace_s": 0}
    async with whole_shop(urls, **once) as shop:
        (item,) = await stocked(shop, pieces=[5])
        client = shop.client(shop.tokens.user())

        async def order_now() -> Order:
            return await client.call(GET, GetOrderRequest(id=placed.id))

        async def put_off() -> bool:
            async with shop.database("easyorder_order_write") as database:
                tried = await database.fetchval("SELECT max(attempts) FROM job WHERE kind = 'charge'")
            return bool(tried and tried > 2)

        async def paid() -> bool:
            return (await order_now()).status is OrderStatus.PAID

        async with read_only(shop, DATABASE):
            placed = await client.call(
                CREATE,
                CreateOrderRequest(
                    request_id="order",
                    currency_code="USD",
                    items=[OrderLine(product_item_id=str(item), quantity=1)],
                    payment=PaymentDetails(method=PaymentMethod.CARD, token="tok_ok"),
                ),
            )
            await eventually(put_off, timeout_s=40)
            meanwhile = await order_now()
            assert meanwhile.status is OrderStatus.CONFIRMED
            assert [payment.attempts for payment in meanwhile.payments] == [0]

        await eventually(paid, timeout_s=30)
        assert [payment.attempts for payment in (await order_now()).payments] == [1]
        await eventually(lambda: invariants.at_rest(shop), timeout_s=30)
        await invariants.check(shop)
