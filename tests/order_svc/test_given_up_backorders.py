"""An item is no longer sold while an order that waits for it is being changed: the order is cancelled, or changed."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.context import Caller
from inventory_svc.commands.keep_reservation import KeepReservation
from inventory_svc.domain.product import ProductItem
from order_svc.commands import jobs
from order_svc.commands.confirm_availability import ConfirmAvailability
from order_svc.commands.update_order import UpdateOrder
from order_svc.domain.status import IllegalTransition, PaymentMethod, Status
from order_svc.domain.views import OrderView
from order_svc.sagas.basket import Basket
from tests.builders.order import SHOPPER
from tests.builders.product import a_product, an_item
from tests.inventory_svc.shop import Pieces
from tests.order_svc.attempts_app import STOCK, AttemptsApp
from tests.order_svc.order_app import viewed


class WaitingApp(AttemptsApp):
    """One order, of a piece in stock and of one that is waited for; its change wants three pieces, all in stock."""

    async def open(self) -> None:
        await super().open()
        self.product = await self.shop.given(a_product(an_item(quantity=0, backorderable=True)))
        (self.awaited,) = self.product.items
        lines = tuple((item.id, 1) for item in (self.items[0], self.awaited))
        basket = Basket(
            caller=Caller.person(SHOPPER),
            request=None,
            currency="USD",
            lines=lines,
            method=PaymentMethod.CARD,
            payment_token="tok_ok",
        )
        self.order_id = viewed(await self.checkout.place(basket)).id
        assert await self.status(self.order_id) is Status.PENDING
        # As inventory_svc reads in the feed.
        await self.shop.send(KeepReservation(order_id=self.order_id))

    async def change(self) -> OrderView:
        return await self.update(self.order_id, (self.items[0].id, 3))

    async def withdraw(self) -> None:
        """inventory_svc gives the backorder up, if its order still waits."""
        await self.shop.delete(self.product)
        await self.shop.sweep()

    async def hear(self) -> None:
        """order_svc gets the report of inventory_svc."""
        reason = (await self.shop.denied()).get(self.order_id, "")
        filled = (await self.shop.states())[self.order_id] == "HELD"
        await self.send(ConfirmAvailability(order_id=self.order_id, filled=filled, stocks=(), lost_reason=reason))

    async def pieces_of(self, *items: ProductItem) -> list[Pieces]:
        return [await self.shop.of(item) for item in items]


@pytest.fixture
async def app() -> WaitingApp:
    app = WaitingApp()
    await app.open()
    return app


async def ends_with_nothing_held(app: WaitingApp) -> None:
    await app.finish()
    order = await app.order(app.order_id)
    assert (order.status, order.cancel_reason) == (Status.CANCELLED, f"{app.awaited.sku} is no longer sold")
    assert await app.pieces_of(*app.items, app.awaited) == [Pieces(on_hand=STOCK)] * 2 + [Pieces(on_hand=0)]
    assert set((await app.shop.states()).values()) == {"RELEASED"}
    assert app.payments.ledger == {}
    await app.shop.check_invariants()


async def test_a_change_that_comes_after_the_report_is_refused_and_releases_what_it_held(app: WaitingApp) -> None:
    send = app.mediator.send

    async def report_first(command: Any) -> Any:
        if isinstance(command, UpdateOrder) and command.extra is not None:
            await app.withdraw()
            await app.hear()
        return await send(command)

    app.mediator.send = report_first  # type: ignore[method-assign]

    with pytest.raises(IllegalTransition):
        await app.change()

    await ends_with_nothing_held(app)


@pytest.mark.parametrize("first", ["withdrawn", "changed"])
async def test_a_change_that_inventory_has_not_applied_when_it_gives_up_the_order_ends_with_it(
    app: WaitingApp, first: str
) -> None:
    if first == "withdrawn":
        await app.withdraw()
    await app.change()
    if first == "changed":
        await app.withdraw()

    await app.hear()

    await ends_with_nothing_held(app)


async def test_an_order_that_does_not_want_the_item_any_more_is_not_given_up(app: WaitingApp) -> None:
    await app.change()
    await app.run(app.claimed(app.open_job(jobs.AMEND_STOCK)))

    await app.withdraw()
    await app.hear()
    await app.finish()

    assert await app.status(app.order_id) is Status.PAID
    assert await app.pieces_of(*app.items) == [Pieces(on_hand=STOCK - 3, sold=3), Pieces(on_hand=STOCK)]
    await app.shop.check_invariants()
