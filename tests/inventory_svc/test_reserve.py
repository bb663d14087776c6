"""Reserve holds all lines of an order or none, once for each request, and never more than the stock."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from chassis.errors import AppError, InvalidArgument, RequestIdReused
from chassis.money import Money
from inventory_svc.commands.commit import Commit
from inventory_svc.commands.confirm_placed import ConfirmPlaced
from inventory_svc.commands.release import Release
from inventory_svc.domain.errors import OrderIdTaken, OutOfStock, ProductItemNotFound
from inventory_svc.domain.lines import HeldLine
from inventory_svc.domain.reservation import ReservationState
from tests.builders.product import a_product, a_variation, an_item
from tests.inventory_svc.shop import UNPLACED, InMemoryShop, Pieces, Shop, SqlShop


async def outcomes(*sending: Any) -> list[Any]:
    return await asyncio.gather(*sending, return_exceptions=True)


class ReserveContract:
    async def test_stock_is_held_at_the_price_of_the_moment(self, shop: Shop) -> None:
        product = await shop.given(
            a_product(
                an_item(sku="RED-L", quantity=5, options={"size": "L", "colour": "red"}),
                name="Shirt",
                price="10.00",
                variations=(a_variation("size", S="0", L="2.50"), a_variation("colour", red="-1.00")),
            )
        )
        (item,) = product.items

        reservation = await shop.send(shop.order((item, 2)))

        assert reservation.state is ReservationState.HELD
        assert reservation.lines == (HeldLine(item.id, "RED-L", "Shirt", 2, Money.of("11.50", "USD")),)
        chosen = (("size", "L"), ("colour", "red"))
        assert [(stock.product_id, stock.options) for stock in reservation.stands] == [(product.id, chosen)]
        assert abs(reservation.expire_at - await shop.now() - UNPLACED) < timedelta(seconds=5)
        assert await shop.of(item) == Pieces(on_hand=5, reserved=2)

    async def test_a_change_of_price_counts_at_once(self, shop: Shop) -> None:
        (item,) = await shop.stocked(5)
        await shop.send(shop.order((item, 1)))

        await shop.reprice(item, "12.34")

        assert (await shop.send(shop.order((item, 1)))).lines[0].unit_price == Money.of("12.34", "USD")

    async def test_lines_of_one_item_count_together(self, shop: Shop) -> None:
        (item,) = await shop.stocked(3)

        with pytest.raises(OutOfStock) as refusal:
            await shop.send(shop.order((item, 2), (item, 2)))

        assert [violation.field for violation in refusal.value.violations] == ["items[0].quantity"]

        assert refusal.value.metadata == {"productItemId": str(item.id), "requested": "4", "available": "3"}
        assert await shop.of(item) == Pieces(on_hand=3)
        reservation = await shop.send(shop.order((item, 2), (item, 1)))
        assert [line.quantity for line in reservation.lines] == [3]

    async def test_all_lines_or_none(self, shop: Shop) -> None:
        plenty, scarce = await shop.stocked(10, 1)

        with pytest.raises(OutOfStock):
            await shop.send(shop.order((plenty, 1), (scarce, 2)))

        assert await shop.of(plenty) == Pieces(on_hand=10)
        assert await shop.of(scarce) == Pieces(on_hand=1)
        assert await shop.states() == {}

    async def test_every_line_that_is_short_is_named(self, shop: Shop) -> None:
        plenty, scarce, none = await shop.stocked(10, 1, 0)
        order = shop.order((plenty, 1), (scarce, 2), (none, 1), (scarce, 1))

        with pytest.raises(OutOfStock) as refusal:
            await shop.send(order)

        assert [(violation.field, violation.description) for violation in refusal.value.violations] == [
            ("items[1].quantity", f"3 of {scarce.sku} were asked for, 1 are available"),
            ("items[2].quantity", f"1 of {none.sku} were asked for, 0 are available"),
        ]
        assert refusal.value.metadata == {"productItemId": str(scarce.id), "requested": "3", "available": "1"}
        assert await shop.of(plenty) == Pieces(on_hand=10)

    async def test_an_unknown_item_is_named(self, shop: Shop) -> None:
        (item,) = await shop.stocked(3)
        order = shop.order((item, 1), (an_item(), 1), (an_item(), 2))

        with pytest.raises(ProductItemNotFound) as refusal:
            await shop.send(order)

        assert refusal.value.metadata == {"productItemId": "0"}
        assert [violation.field for violation in refusal.value.violations] == [
            "items[1].productItemId",
            "items[2].productItemId",
        ]
        assert await shop.of(item) == Pieces(on_hand=3)
        assert await shop.states() == {}

    async def test_an_item_sold_in_another_currency_is_refused(self, shop: Shop) -> None:
        item, other = await shop.stocked(3, 3)

        with pytest.raises(InvalidArgument) as refusal:
            await shop.send(shop.order((item, 1), (other, 1), currency="EUR"))

        assert [violation.field for violation in refusal.value.violations] == [
            "items[0].productItemId",
            "items[1].productItemId",
        ]
        assert await shop.of(item) == Pieces(on_hand=3)

    async def test_one_order_that_can_not_be_served_does_not_hinder_the_others(self, shop: Shop) -> None:
        (item,) = await shop.stocked(3)

        results = await outcomes(
            shop.send(shop.order((item, 1))),
            shop.send(shop.order((item, 5))),
            shop.send(shop.order((an_item(), 1))),
            shop.send(shop.order((item, 2))),
        )

        assert [type(result).__name__ for result in results] == [
            "Reservation",
            "OutOfStock",
            "ProductItemNotFound",
            "Reservation",
        ]
        assert await shop.of(item) == Pieces(on_hand=3, reserved=3)

    async def test_fifty_shoppers_and_ten_pieces(self, shop: Shop) -> None:
        (item,) = await shop.stocked(10)

        results = await outcomes(*(shop.send(shop.order((item, 1)), replica=n % 2) for n in range(50)))

        assert sum(isinstance(result, OutOfStock) for result in results) == 40
        assert sum(not isinstance(result, BaseException) for result in results) == 10
        assert await shop.of(item) == Pieces(on_hand=10, reserved=10)

    async def test_two_items_in_opposite_order_never_deadlock(self, shop: Shop) -> None:
        remaining, right = await shop.stocked(100, 100)
        orders = [
            shop.order((remaining, 1), (right, 1)) if n % 2 else shop.order((right, 1), (remaining, 1))
            for n in range(120)
        ]

        results = await outcomes(*(shop.send(order, replica=n // 2 % 2) for n, order in enumerate(orders)))

        assert {type(result).__name__ for result in results} == {"Reservation", "OutOfStock"}
        assert await shop.of(remaining) == await shop.of(right) == Pieces(on_hand=100, reserved=100)

    async def test_a_request_that_comes_often_at_once_is_served_once(self, shop: Shop) -> None:
        (item,) = await shop.stocked(50)

        reservations = await asyncio.gather(
            *(shop.send(shop.order((item, 2), key="same"), replica=n % 2) for n in range(10))
        )

        assert len({reservation.order_id for reservation in reservations}) == 1
        assert await shop.of(item) == Pieces(on_hand=50, reserved=2)
        assert list(await shop.states()) == [reservations[0].order_id]

    async def test_a_request_for_the_last_piece_that_comes_often_at_once_is_served(self, shop: Shop) -> None:
        (item,) = await shop.stocked(1)

        reservations = await asyncio.gather(
            *(shop.send(shop.order((item, 1), key="same"), replica=n % 2) for n in range(10))
        )

        assert len({reservation.order_id for reservation in reservations}) == 1

    async def test_the_first_answer_is_given_again_whatever_became_of_it(self, shop: Shop) -> None:
        (item,) = await shop.stocked(5)
        first = await shop.send(shop.order((item, 2), key="k"))
        await shop.send(Release(order_id=first.order_id))

        again = await shop.send(shop.order((item, 2), key="k"))

        assert (again.order_id, again.state) == (first.order_id, ReservationState.RELEASED)
        assert again.lines == first.lines
        assert await shop.of(item) == Pieces(on_hand=5)

    async def test_the_order_of_lines_does_not_make_another_request(self, shop: Shop) -> None:
        remaining, right = await shop.stocked(5, 5)
        first = await shop.send(shop.order((remaining, 2), (right, 1), key="k"))

        again = await shop.send(shop.order((right, 1), (remaining, 1), (remaining, 1), key="k"))

        assert again.order_id == first.order_id

    @pytest.mark.parametrize("change", ["quantity", "user", "codes"])
    async def test_a_key_is_not_good_for_another_request(self, shop: Shop, change: Any) -> None:
        (item,) = await shop.stocked(5)
        await shop.send(shop.order((item, 2), key="k"))
        other = {
            "quantity": shop.order((item, 3), key="k"),
            "user": shop.order((item, 2), key="k", user_id="somebody else"),
            "codes": shop.order((item, 2), key="k", incentive_codes=("SAVE",)),
        }

        with pytest.raises(RequestIdReused) as refusal:
            await shop.send(other[change])

        assert refusal.value.message == "this request_id was used before with another body; use a new one"
        assert refusal.value.metadata == {}

        assert await shop.of(item) == Pieces(on_hand=5, reserved=2)

    async def test_a_key_used_for_two_things_at_once_serves_one_of_them(self, shop: Shop) -> None:
        remaining, right = await shop.stocked(5, 5)

        results = await outcomes(
            shop.send(shop.order((remaining, 1), key="k"), replica=0),
            shop.send(shop.order((right, 1), key="k"), replica=1),
        )

        assert sorted(type(result).__name__ for result in results) == ["RequestIdReused", "Reservation"]
        assert (await shop.of(remaining)).reserved + (await shop.of(right)).reserved == 1

    @pytest.mark.parametrize("when", ["later", "at once"])
    async def test_a_hold_that_two_requests_got_is_not_released_by_the_one_that_fails(
        self, shop: Shop, when: str
    ) -> None:
        (item,) = await shop.stocked(5)
        first, second = (shop.order((item, 2), key="one") for _ in range(2))
        if when == "later":
            held = await shop.send(first)
            assert (await shop.send(second, replica=1)).order_id == held.order_id
        else:
            held, _ = await asyncio.gather(shop.send(first), shop.send(second))

        await shop.send(Release(order_id=held.order_id, revision=0, unplaced=True))

        assert await shop.of(item) == Pieces(on_hand=5, reserved=2)
        await shop.let_time_pass(UNPLACED)
        await shop.reap()
        assert await shop.of(item) == Pieces(on_hand=5)

    async def test_a_request_that_is_sent_again_shares_its_hold_with_nobody(self, shop: Shop) -> None:
        (item,) = await shop.stocked(5)
        order = shop.order((item, 2))
        held = await shop.send(order)
        await shop.send(order, replica=1)

        await shop.send(Release(order_id=held.order_id, revision=0, unplaced=True))

        assert await shop.of(item) == Pieces(on_hand=5)

    @pytest.mark.parametrize("known_by", ["its sale", "order_svc"])
    async def test_the_hold_of_an_order_that_exists_is_not_released_as_unplaced(
        self, shop: Shop, known_by: str
    ) -> None:
        (item,) = await shop.stocked(5)
        held = await shop.send(shop.order((item, 2)))
        if known_by == "order_svc":
            await shop.send(ConfirmPlaced(order_id=held.order_id))
        else:
            await shop.send(Commit(order_id=held.order_id, revision=0))
        before = await shop.of(item)

        await shop.send(Release(order_id=held.order_id, revision=0, unplaced=True))

        assert await shop.of(item) == before

    async def test_a_reported_hold_stays_while_the_other_request_fails(self, shop: Shop) -> None:
        (item,) = await shop.stocked(50)
        for number in range(8):
            first, second = (shop.order((item, 1), key=f"both-{number}") for _ in range(2))
            held = await shop.send(first)

            _, reported = await asyncio.gather(
                shop.send(Release(order_id=held.order_id, revision=0, unplaced=True)), shop.send(second, replica=1)
            )

            assert (await shop.states())[held.order_id] == reported.state.value

    async def test_an_order_id_belongs_to_one_request(self, shop: Shop) -> None:
        (item,) = await shop.stocked(5)
        first = await shop.send(shop.order((item, 1)))

        with pytest.raises(OrderIdTaken) as refusal:
            await shop.send(shop.order((item, 1), order_id=first.order_id))

        assert refusal.value.metadata == {"orderId": str(first.order_id)}
        assert await shop.of(item) == Pieces(on_hand=5, reserved=1)

    async def test_renewing_takes_the_stock_again_at_the_price_of_now(self, shop: Shop) -> None:
        (item,) = await shop.stocked(5)
        first = await shop.send(shop.order((item, 2), key="k"))
        await shop.send(Release(order_id=first.order_id))
        await shop.reprice(item, "12.00")

        renewed = await shop.send(shop.order((item, 2), key="k", re_reserve=True))

        assert (renewed.order_id, renewed.state) == (first.order_id, ReservationState.HELD)
        assert renewed.lines[0].unit_price == Money.of("12.00", "USD")
        assert await shop.send(shop.order((item, 2), key="k")) == renewed
        assert await shop.of(item) == Pieces(on_hand=5, reserved=2)

    async def test_renewing_what_is_held_makes_it_last_longer_and_keeps_its_price(self, shop: Shop) -> None:
        (item,) = await shop.stocked(5)
        first = await shop.send(shop.order((item, 2), key="k"))
        await shop.let_time_pass(UNPLACED / 2)
        await shop.reprice(item, "12.00")

        renewed = await shop.send(shop.order((item, 2), key="k", re_reserve=True))
        await shop.let_time_pass(UNPLACED / 2 + timedelta(seconds=1))
        await shop.reap()

        assert renewed.lines == first.lines
        assert await shop.states() == {first.order_id: "HELD"}
        assert await shop.of(item) == Pieces(on_hand=5, reserved=2)

    async def test_what_another_request_has_taken_again_the_first_does_not_release(self, shop: Shop) -> None:
        (item,) = await shop.stocked(5)
        first = await shop.send(shop.order((item, 2), key="k"))
        await shop.send(Release(order_id=first.order_id, unplaced=True))
        await shop.send(shop.order((item, 2), key="k", re_reserve=True))

        await shop.send(Release(order_id=first.order_id, unplaced=True))

        assert await shop.states() == {first.order_id: "HELD"}
        assert await shop.of(item) == Pieces(on_hand=5, reserved=2)

    async def test_what_has_gone_meanwhile_can_not_be_renewed(self, shop: Shop) -> None:
        (item,) = await shop.stocked(2)
        first = await shop.send(shop.order((item, 2), key="k"))
        await shop.send(Release(order_id=first.order_id))
        await shop.send(shop.order((item, 1)))

        with pytest.raises(OutOfStock):
            await shop.send(shop.order((item, 2), key="k", re_reserve=True))

        assert (await shop.states())[first.order_id] == "RELEASED"
        assert await shop.of(item) == Pieces(on_hand=2, reserved=1)

    async def test_big_orders_in_big_batches(self, shop: Shop) -> None:
        items = await shop.stocked(*([40] * 30))
        orders = [shop.order(*((item, 1) for item in items)) for _ in range(60)]

        results = await outcomes(*(shop.send(order) for order in orders))

        assert sum(isinstance(result, AppError) for result in results) == 20
        assert {(await shop.of(item)).reserved for item in items} == {40}


class TestInMemory(ReserveContract):
    @pytest.fixture
    def shop(self, in_memory_shop: InMemoryShop) -> InMemoryShop:
        return in_memory_shop


class TestOnPostgres(ReserveContract):
    @pytest.fixture
    def shop(self, sql_shop: SqlShop) -> SqlShop:
        return sql_shop
