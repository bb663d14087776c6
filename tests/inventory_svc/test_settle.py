"""Commit, Release and expiry: repeated, late or concurrent, no piece is counted twice or lost."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from inventory_svc.commands.commit import Commit
from inventory_svc.commands.release import Release
from inventory_svc.domain.errors import OutOfStock, ProductItemNotFound, ReservationNotFound, ReservationReleased
from inventory_svc.domain.reservation import ReservationState
from tests.builders.product import a_product, an_item
from tests.inventory_svc.shop import TTL, InMemoryShop, Pieces, Shop, SqlShop


class SettleContract:
    async def test_a_sale_leaves_the_warehouse_once(self, shop: Shop) -> None:
        (item,) = await shop.stocked(5)
        held = await shop.send(shop.order((item, 2)))

        await shop.send(Commit(order_id=held.order_id))
        await shop.send(Commit(order_id=held.order_id))

        assert await shop.of(item) == Pieces(on_hand=3, sold=2)
        assert await shop.states() == {held.order_id: "COMMITTED"}

    async def test_a_hold_is_given_back_once(self, shop: Shop) -> None:
        (item,) = await shop.stocked(5)
        held = await shop.send(shop.order((item, 2)))

        await shop.send(Release(order_id=held.order_id))
        await shop.send(Release(order_id=held.order_id))

        assert await shop.of(item) == Pieces(on_hand=5)
        assert await shop.states() == {held.order_id: "RELEASED"}

    async def test_the_same_settlement_many_times_at_once(self, shop: Shop) -> None:
        (item,) = await shop.stocked(5)
        sold = await shop.send(shop.order((item, 2)))
        freed = await shop.send(shop.order((item, 2)))

        await asyncio.gather(
            *(shop.send(Commit(order_id=sold.order_id), replica=n % 2) for n in range(10)),
            *(shop.send(Release(order_id=freed.order_id), replica=n % 2) for n in range(10)),
        )

        assert await shop.of(item) == Pieces(on_hand=3, sold=2)

    async def test_releasing_a_sale_restocks_it_once(self, shop: Shop) -> None:
        (item,) = await shop.stocked(5)
        held = await shop.send(shop.order((item, 2)))
        await shop.send(Commit(order_id=held.order_id))

        await shop.send(Release(order_id=held.order_id))
        await shop.send(Release(order_id=held.order_id))

        assert await shop.of(item) == Pieces(on_hand=5, sold=2, restocked=2)

    async def test_a_late_commit_does_not_sell_what_was_restocked(self, shop: Shop) -> None:
        (item,) = await shop.stocked(5)
        held = await shop.send(shop.order((item, 2)))
        await shop.send(Commit(order_id=held.order_id))
        await shop.send(Release(order_id=held.order_id))

        await shop.send(Commit(order_id=held.order_id))

        assert await shop.of(item) == Pieces(on_hand=5, sold=2, restocked=2)
        assert await shop.states() == {held.order_id: "RELEASED"}

    async def test_what_was_restocked_can_be_renewed_and_sold_again(self, shop: Shop) -> None:
        (item,) = await shop.stocked(5)
        held = await shop.send(shop.order((item, 2), key="k"))
        await shop.send(Commit(order_id=held.order_id))
        await shop.send(Release(order_id=held.order_id))

        await shop.send(shop.order((item, 2), key="k", re_reserve=True))
        await shop.send(Commit(order_id=held.order_id))

        assert await shop.of(item) == Pieces(on_hand=3, sold=4, restocked=2)

    async def test_a_hold_that_expired_is_taken_again(self, shop: Shop) -> None:
        (item,) = await shop.stocked(5)
        held = await shop.send(shop.order((item, 2)))
        await shop.let_time_pass(TTL + timedelta(seconds=1))
        await shop.reap(replica=0)

        await shop.send(Commit(order_id=held.order_id))

        assert await shop.of(item) == Pieces(on_hand=3, sold=2)

    @pytest.mark.parametrize("expired", [False, True])
    async def test_a_hold_that_was_released_is_never_sold(self, shop: Shop, expired: bool) -> None:
        (item,) = await shop.stocked(5)
        held = await shop.send(shop.order((item, 2)))
        if expired:
            await shop.let_time_pass(TTL + timedelta(seconds=1))
            await shop.reap(replica=0)
        await shop.send(Release(order_id=held.order_id))

        with pytest.raises(ReservationReleased):
            await shop.send(Commit(order_id=held.order_id))

        assert await shop.of(item) == Pieces(on_hand=5)
        assert await shop.states() == {held.order_id: "RELEASED"}

    async def test_a_hold_that_is_gone_is_out_of_stock(self, shop: Shop) -> None:
        (item,) = await shop.stocked(2)
        late = await shop.send(shop.order((item, 2)))
        await shop.let_time_pass(TTL + timedelta(seconds=1))
        await shop.reap(replica=0)
        quick = await shop.send(shop.order((item, 1)))

        with pytest.raises(OutOfStock) as refusal:
            await shop.send(Commit(order_id=late.order_id))

        assert refusal.value.metadata == {"productItemId": str(item.id), "requested": "2", "available": "1"}
        assert await shop.of(item) == Pieces(on_hand=2, reserved=1)
        assert await shop.states() == {late.order_id: "EXPIRED", quick.order_id: "HELD"}

    async def test_what_was_never_reserved(self, shop: Shop) -> None:
        (item,) = await shop.stocked(2)

        await shop.send(Release(order_id=99))
        with pytest.raises(ReservationNotFound):
            await shop.send(Commit(order_id=99))

        assert await shop.of(item) == Pieces(on_hand=2)

    async def test_holds_go_back_by_themselves_when_their_time_is_up(self, shop: Shop) -> None:
        (item,) = await shop.stocked(5)
        old = await shop.send(shop.order((item, 2)))
        await shop.let_time_pass(TTL + timedelta(seconds=1))
        young = await shop.send(shop.order((item, 1)))

        await asyncio.gather(shop.reap(replica=0), shop.reap(replica=1))

        assert await shop.states() == {old.order_id: "EXPIRED", young.order_id: "HELD"}
        assert await shop.of(item) == Pieces(on_hand=5, reserved=1)

    async def test_what_is_settled_does_not_expire(self, shop: Shop) -> None:
        (item,) = await shop.stocked(5)
        sold, freed = await shop.send(shop.order((item, 2))), await shop.send(shop.order((item, 1)))
        await shop.send(Commit(order_id=sold.order_id))
        await shop.send(Release(order_id=freed.order_id))
        await shop.let_time_pass(2 * TTL)

        await shop.reap()

        assert await shop.states() == {sold.order_id: "COMMITTED", freed.order_id: "RELEASED"}
        assert await shop.of(item) == Pieces(on_hand=3, sold=2)

    async def test_an_expired_hold_is_told_as_it_is_and_sold_if_it_can_be(self, shop: Shop) -> None:
        (item,) = await shop.stocked(5)
        held = await shop.send(shop.order((item, 2), key="k"))
        await shop.let_time_pass(2 * TTL)
        await shop.reap()

        again = await shop.send(shop.order((item, 2), key="k"))
        await shop.send(Commit(order_id=held.order_id))

        assert again.state is ReservationState.EXPIRED
        assert await shop.of(item) == Pieces(on_hand=3, sold=2)

    async def test_a_hold_past_its_time_that_is_still_there_is_sold(self, shop: Shop) -> None:
        (item,) = await shop.stocked(2)
        held = await shop.send(shop.order((item, 2)))
        await shop.let_time_pass(2 * TTL)

        await shop.send(Commit(order_id=held.order_id))
        await shop.reap()

        assert await shop.of(item) == Pieces(on_hand=0, sold=2)
        assert await shop.states() == {held.order_id: "COMMITTED"}

    async def test_a_deleted_product_is_not_sold_any_more_but_what_was_held_of_it_is(self, shop: Shop) -> None:
        product = await shop.given(a_product(an_item(quantity=5)))
        (item,) = product.items
        held, freed = await shop.send(shop.order((item, 2))), await shop.send(shop.order((item, 1)))
        await shop.delete(product)

        with pytest.raises(ProductItemNotFound):
            await shop.send(shop.order((item, 1)))
        await shop.send(Commit(order_id=held.order_id))
        await shop.send(Release(order_id=freed.order_id))

        assert await shop.of(item) == Pieces(on_hand=3, sold=2)

    async def test_more_than_a_batch_expires_in_one_go(self, shop: Shop) -> None:
        (item,) = await shop.stocked(600)
        await asyncio.gather(*(shop.send(shop.order((item, 1))) for _ in range(600)))
        await shop.let_time_pass(2 * TTL)

        await shop.reap()

        assert await shop.of(item) == Pieces(on_hand=600)

    async def test_everything_at_once_adds_up(self, shop: Shop) -> None:
        items = await shop.stocked(20, 20, 20)
        orders = [shop.order(*((item, 1 + n % 2) for item in items[n % 3 :] + items[: n % 3])) for n in range(60)]

        async def live(n: int) -> None:
            reserved = await shop.send(orders[n], replica=n % 2)
            settle = Commit if n % 3 else Release
            await shop.send(settle(order_id=reserved.order_id), replica=(n + 1) % 2)
            if n % 5 == 0:
                await shop.send(Release(order_id=reserved.order_id), replica=n % 2)

        results = await asyncio.gather(*(live(n) for n in range(60)), return_exceptions=True)

        assert {type(result).__name__ for result in results} <= {"NoneType", "OutOfStock"}
        await shop.check_invariants()


class TestInMemory(SettleContract):
    @pytest.fixture
    def shop(self, in_memory_shop: InMemoryShop) -> InMemoryShop:
        return in_memory_shop


class TestOnPostgres(SettleContract):
    @pytest.fixture
    def shop(self, sql_shop: SqlShop) -> SqlShop:
        return sql_shop
