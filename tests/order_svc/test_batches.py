"""Commands that share a transaction: one that has nothing to do hides none, and each order has what it came with."""

from __future__ import annotations

from dataclasses import replace

from order_svc.commands.confirm_availability import confirm_availability
from order_svc.domain.address import PostalAddress
from order_svc.domain.errors import OrderNotFound
from order_svc.domain.status import Status
from tests.order_svc.order_app import InMemoryOrderApp, OrderApp
from tests.order_svc.test_confirm_availability import it_came
from tests.order_svc.test_place_order import a_placing, waiting


async def test_who_waits_behind_settled_orders_is_confirmed() -> None:
    app = InMemoryOrderApp()
    for order_id in (1, 2):
        await app.placed(waiting(a_placing(order_id)))
    await app.send(it_came(1))

    async with app.open_uow() as uow:
        results = await confirm_availability([it_came(4711), it_came(1), it_came(2)], uow, clock=app.clock)
        await uow.commit()

    assert isinstance(results[0], OrderNotFound)
    assert results[1:] == [None, None]
    assert await app.status(2) is Status.CONFIRMED


async def test_an_order_goes_to_the_address_that_it_was_placed_with_and_so_does_its_bill(order_app: OrderApp) -> None:
    home, office = PostalAddress(region_code="DE", locality="Berlin"), PostalAddress(region_code="FR")

    await order_app.send(replace(a_placing(), shipping_address=home, billing_address=office))

    order = await order_app.order(1)
    assert (order.shipping_address, order.billing_address) == (home, office)
    assert order.payment.processed_at == order.placed_at == order_app.clock.now()
