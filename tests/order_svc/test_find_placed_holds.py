"""FindPlacedHolds: which holds belong to orders."""

from __future__ import annotations

from order_svc.commands.find_placed_holds import FindPlacedHolds
from tests.builders.order import an_order
from tests.order_svc.order_app import OrderApp


async def test_holds_belong_to_orders_that_exist_and_to_those_that_took_them_in(order_app: OrderApp) -> None:
    placed = await order_app.given(an_order())
    changed = an_order().build()
    changed.id, changed.supplementary_hold_id = placed + 1, placed + 10
    changed.payment.transaction_id = "another"
    async with order_app.open_uow() as uow:
        await uow.orders.add([changed])
        await uow.commit()

    found = await order_app.send(FindPlacedHolds(order_ids=(placed, placed + 5, placed + 10)))

    assert found == (placed, placed + 10)
