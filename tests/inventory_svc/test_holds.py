"""How long stock is held: short for an order that may never be placed, long for one that exists."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from chassis.errors import Unavailable
from inventory_svc.commands.amend import Amend
from inventory_svc.commands.keep_reservation import KeepReservation
from inventory_svc.commands.undelete_product import UndeleteProduct
from inventory_svc.domain.lines import Line
from inventory_svc.domain.product import Product, ProductItem
from inventory_svc.domain.reservation import Reservation
from tests.builders.product import a_product, an_item
from tests.inventory_svc.shop import TTL, UNPLACED, InMemoryShop, Pieces, Shop, SqlShop

MOMENT = timedelta(seconds=1)


class HoldContract:
    async def test_stock_of_an_order_that_never_came_is_back_within_a_minute(self, shop: Shop) -> None:
        (item,) = await shop.stocked(5)
        lost = await shop.send(shop.order((item, 2)))

        await shop.let_time_pass(timedelta(minutes=1) - 5 * MOMENT)
        await shop.reap()

        assert await shop.states() == {lost.order_id: "EXPIRED"}
        assert await shop.of(item) == Pieces(on_hand=5)

    async def test_the_hold_of_an_order_that_exists_is_prolonged(self, shop: Shop) -> None:
        (item,) = await shop.stocked(5)
        placed, lost = [await shop.send(shop.order((item, 1))) for _ in range(2)]
        shop.orders.placed = {placed.order_id}

        await shop.let_time_pass(UNPLACED)
        await asyncio.gather(shop.reap(), shop.reap(replica=1))

        assert await shop.states() == {placed.order_id: "HELD", lost.order_id: "EXPIRED"}
        await shop.let_time_pass(TTL - MOMENT)
        await shop.reap()
        assert await shop.of(item) == Pieces(on_hand=5, reserved=1)
        await shop.let_time_pass(MOMENT)
        await shop.reap()
        # Once: an order that is never paid does not hold stock for ever.
        assert await shop.of(item) == Pieces(on_hand=5)

    async def test_what_is_paid_for_stays_held_until_it_is_sold(self, shop: Shop) -> None:
        (item,) = await shop.stocked(5)
        paid, unpaid = [await shop.send(shop.order((item, 2))) for _ in range(2)]
        shop.orders.placed, shop.orders.unsold = {paid.order_id, unpaid.order_id}, {paid.order_id}
        for _ in range(3):
            await shop.let_time_pass(TTL)
            await shop.reap()
            questions = len(shop.orders.questions)
            await shop.reap()
            # It is asked about when the hold is due again, not with every round.
            assert len(shop.orders.questions) == questions

        assert await shop.of(item) == Pieces(on_hand=5, reserved=2)
        assert await shop.states() == {paid.order_id: "HELD", unpaid.order_id: "EXPIRED"}

        shop.orders.unsold = set()
        await shop.let_time_pass(TTL)
        await shop.reap()
        assert await shop.of(item) == Pieces(on_hand=5)

    @pytest.mark.parametrize("exists", [True, False])
    async def test_while_nobody_reports_whether_it_is_paid_for_stock_stays_held(self, shop: Shop, exists: bool) -> None:
        (item,) = await shop.stocked(5)
        held = await shop.send(shop.order((item, 2)))
        if exists:
            shop.orders.placed = {held.order_id}
            await shop.let_time_pass(UNPLACED)
            await shop.reap()
        shop.orders.failure = Unavailable("no answer")

        await shop.let_time_pass(3 * TTL)
        assert await shop.reap() == 1
        assert await shop.of(item) == Pieces(on_hand=5, reserved=2)

        shop.orders.failure = None
        assert await shop.reap() == 0
        assert await shop.of(item) == Pieces(on_hand=5, reserved=0)

    async def test_nobody_is_asked_about_what_was_sold_or_released(self, shop: Shop) -> None:
        (item,) = await shop.stocked(5)
        await shop.send(shop.order((item, 1)))

        await shop.let_time_pass(UNPLACED - MOMENT)
        await shop.reap()

        assert shop.orders.questions == []

    async def test_a_backorder_whose_order_exists_waits_as_long_as_it_takes(self, shop: Shop) -> None:
        (item,) = await shop.backorderable(0)
        waiting = await shop.send(shop.order((item, 1)))
        shop.orders.placed = {waiting.order_id}

        await shop.let_time_pass(UNPLACED)
        await shop.reap()
        await shop.let_time_pass(10 * TTL)
        await shop.reap()

        assert await shop.states() == {waiting.order_id: "BACKORDERED"}

    @pytest.mark.parametrize("how", ["renewed", "amended"])
    async def test_a_hold_that_an_order_renewed_is_a_long_one(self, shop: Shop, how: str) -> None:
        (item,) = await shop.stocked(5)
        held = await shop.send(shop.order((item, 1), key="k"))
        if how == "renewed":
            await shop.send(shop.order((item, 1), key="k", re_reserve=True, keep_prices=True))
        else:
            await shop.send(Amend(order_id=held.order_id, revision=0, lines=(Line(item.id, 1),), re_reserve=True))

        await shop.let_time_pass(TTL - MOMENT)
        await shop.reap()

        assert (await shop.states(), shop.orders.questions) == ({held.order_id: "HELD"}, [])

    async def test_what_a_request_holds_again_before_its_order_is_written_is_held_for_short(self, shop: Shop) -> None:
        (item,) = await shop.stocked(5)
        await shop.send(shop.order((item, 1), key="k"))
        await shop.send(shop.order((item, 1), key="k", re_reserve=True, keep_prices=True))
        await shop.let_time_pass(TTL)
        await shop.reap()

        renewed = await shop.send(shop.order((item, 1), key="k", re_reserve=True))

        assert abs(renewed.expire_at - await shop.now() - UNPLACED) < timedelta(seconds=5)

    async def test_a_hold_made_while_the_clock_was_ahead_ends_no_later_than_others(self, shop: Shop) -> None:
        (item,) = await shop.stocked(5)
        held = await shop.send(shop.order((item, 1), key="k"))
        await shop.send(shop.order((item, 1), key="k", re_reserve=True, keep_prices=True))
        await shop.let_time_pass(-timedelta(hours=1))

        await shop.sweep()
        await shop.let_time_pass(TTL)
        await shop.reap()

        assert await shop.states() == {held.order_id: "EXPIRED"}


class WithdrawnContract:
    async def waiting_for_a_deleted_product(self, shop: Shop) -> tuple[Reservation, Product, ProductItem, ProductItem]:
        (item,) = await shop.backorderable(1)
        (other,) = await shop.stocked(5)
        waiting = await shop.send(shop.order((item, 3), (other, 2)))
        await shop.send(KeepReservation(order_id=waiting.order_id))
        product = await self.product_of(shop)
        await shop.delete(product)
        return waiting, product, item, other

    async def product_of(self, shop: Shop) -> Product:
        async with shop.open_uows[0]() as uow:
            product = await uow.products.lock(1)
        assert product is not None
        return product

    async def test_an_order_that_waits_for_a_deleted_product_is_told_that_it_never_comes(self, shop: Shop) -> None:
        waiting, _, item, other = await self.waiting_for_a_deleted_product(shop)

        await shop.sweep()
        await shop.sweep()

        assert await shop.denied() == {waiting.order_id: f"{item.sku} is no longer sold"}
        assert await shop.states() == {waiting.order_id: "RELEASED"}
        assert (await shop.of(item), await shop.of(other)) == (Pieces(on_hand=1), Pieces(on_hand=5))

    async def test_what_it_held_of_other_products_is_given_to_those_who_wait(self, shop: Shop) -> None:
        gone = await shop.given(a_product(an_item(quantity=0, backorderable=True)))
        (other,) = await shop.backorderable(2)
        given_up = await shop.send(shop.order((gone.items[0], 1), (other, 2)))
        next_in_line = await shop.send(shop.order((other, 2)))
        await shop.send(KeepReservation(order_id=given_up.order_id))
        await shop.delete(gone)

        await shop.sweep()

        assert await shop.states() == {given_up.order_id: "RELEASED", next_in_line.order_id: "HELD"}
        assert await shop.of(other) == Pieces(on_hand=2, reserved=2)

    async def test_a_product_that_came_back_in_time_is_waited_for(self, shop: Shop) -> None:
        waiting, product, _, _ = await self.waiting_for_a_deleted_product(shop)
        await shop.send(UndeleteProduct(product_id=product.id))

        await shop.sweep()

        assert await shop.denied() == {}
        assert await shop.states() == {waiting.order_id: "BACKORDERED"}

    async def test_who_holds_all_of_a_deleted_product_keeps_it(self, shop: Shop) -> None:
        product = await shop.given(a_product(an_item(quantity=2, backorderable=True)))
        held = await shop.send(shop.order((product.items[0], 2)))
        await shop.send(KeepReservation(order_id=held.order_id))
        await shop.delete(product)

        await shop.sweep()

        assert (await shop.states(), await shop.denied()) == ({held.order_id: "HELD"}, {})

    async def test_an_order_that_may_never_come_is_told_nothing(self, shop: Shop) -> None:
        product = await shop.given(a_product(an_item(quantity=0, backorderable=True)))
        waiting = await shop.send(shop.order((product.items[0], 2)))
        await shop.delete(product)

        await shop.sweep()

        assert (await shop.states(), await shop.denied()) == ({waiting.order_id: "BACKORDERED"}, {})


class TestInMemory(HoldContract, WithdrawnContract):
    @pytest.fixture
    def shop(self, in_memory_shop: InMemoryShop) -> InMemoryShop:
        return in_memory_shop


class TestOnPostgres(HoldContract, WithdrawnContract):
    @pytest.fixture
    def shop(self, sql_shop: SqlShop) -> SqlShop:
        return sql_shop

    async def test_two_replicas_reap_at_once(self, shop: SqlShop) -> None:
        (item,) = await shop.stocked(50)
        held = [await shop.send(shop.order((item, 1))) for _ in range(20)]
        shop.orders.placed = {each.order_id for each in held[::2]}
        await shop.let_time_pass(UNPLACED)

        await asyncio.gather(*(shop.reap(replica=replica) for replica in (0, 1, 0, 1)))

        assert await shop.states() == {
            each.order_id: "HELD" if each.order_id in shop.orders.placed else "EXPIRED" for each in held
        }
