"""Returns: pieces are in stock once, and the points are those of the money and the pieces that are kept."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from chassis.money import Money
from inventory_svc.commands.commit import Commit
from inventory_svc.commands.release import Release
from inventory_svc.commands.restock import Restock
from inventory_svc.domain.errors import NotCommittedYet
from inventory_svc.domain.lines import HeldLine, Line
from inventory_svc.domain.pricing import Discount, LoyaltyRates, Quote, price
from inventory_svc.domain.product import ProductItem
from inventory_svc.domain.reservation import Reservation
from inventory_svc.domain.returns import Returned, after_returns
from tests.builders.incentive import buy_get, multiplier, percent
from tests.builders.product import a_product, an_item
from tests.inventory_svc.shop import InMemoryShop, Pieces, Shop, SqlShop


def back(
    held: Reservation, *lines: tuple[ProductItem, int], refunded: str = "0.00", written_off: tuple[Line, ...] = ()
) -> Restock:
    came = tuple(Line(item.id, count) for item, count in lines)
    returned = Returned(lines=came, money=Decimal(refunded), written_off=written_off)
    return Restock(order_id=held.order_id, returned=returned)


async def sold(shop: Shop, *lines: tuple[ProductItem, int], **how: Any) -> Reservation:
    held: Reservation = await shop.send(shop.order(*lines, **how))
    await shop.send(Commit(order_id=held.order_id))
    return held


async def priced(shop: Shop, *prices: str) -> list[ProductItem]:
    """An item of plenty of pieces for each price."""
    return list((await shop.given(a_product(*(an_item(quantity=1000, price=price) for price in prices)))).items)


def test_the_rate_is_that_of_the_sale() -> None:
    lines = (HeldLine(1, "SKU", "Lamp", 2, Money.of("10.00", "USD"), returned=1),)
    sale = price(lines, (), 0, "USD", LoyaltyRates(earned_per_unit=Decimal(3)))
    assert sale.points_earned == 60

    later = after_returns(sale, lines, Money.of("10.00", "USD"), LoyaltyRates(earned_per_unit=Decimal(5)))

    assert later.points_earned == 30


@given(
    prices=st.lists(st.integers(0, 5000), min_size=1, max_size=4),
    percents=st.integers(1, 100),
    points=st.integers(0, 3000),
    seed=st.randoms(use_true_random=False),
)
def test_however_it_comes_back_nothing_is_left(prices: list[int], percents: int, points: int, seed: Random) -> None:
    lines = tuple(
        HeldLine(n, f"SKU-{n}", "Lamp", seed.randint(1, 5), Money.of(Decimal(cents).scaleb(-2), "USD"))
        # The code is for the first.
        for n, cents in enumerate([100 + prices[0], *prices[1:]])
    )
    codes = (replace(percent(str(percents), product_item_ids=(0,)), id=1),)
    quote = sale = price(lines, codes, points, "USD", LoyaltyRates())
    kept = [(sale.points_earned, sale.points_spent)]
    while any(line.returned < line.quantity for line in lines):
        n = seed.choice([n for n, line in enumerate(lines) if line.returned < line.quantity])
        lines = tuple(replace(line, returned=line.returned + (number == n)) for number, line in enumerate(lines))
        quote = after_returns(quote, lines, Money.zero("USD"), LoyaltyRates())
        # As if it had come back at once.
        assert quote == after_returns(sale, lines, Money.zero("USD"), LoyaltyRates())
        kept.append((quote.points_earned, quote.points_spent))

    assert kept == sorted(kept, reverse=True)
    assert [spent for _, spent in kept] == sorted((spent for _, spent in kept), reverse=True)
    assert kept[-1] == (0, 0)


@given(
    costs=st.lists(st.tuples(st.integers(1, 5), st.integers(0, 500)), min_size=1, max_size=3),
    seed=st.randoms(use_true_random=False),
)
def test_the_money_that_is_kept_earns_points_however_its_refunds_were_rounded(
    costs: list[tuple[int, int]], seed: Random
) -> None:
    """Lines of some pieces that cost some cents, each of which earns a point. The rounding is changed now and then."""
    lines = [HeldLine(n, f"SKU-{n}", "Lamp", pieces, Money.of(100, "USD")) for n, (pieces, _) in enumerate(costs)]
    shares = tuple(Money.of(100 * pieces - Decimal(cents).scaleb(-2), "USD") for pieces, cents in costs)
    discount = Discount(incentive_id=1, code="CENTS", description="", shares=shares)
    sale = Quote(discounts=(discount,), points_rate=Decimal(100))
    refunds = [Decimal(0) for _ in costs]
    while any(line.returned < line.quantity for line in lines):
        n = seed.choice([n for n, line in enumerate(lines) if line.returned < line.quantity])
        lines[n] = replace(lines[n], returned=lines[n].returned + 1)
        price_of_returned = Decimal(costs[n][1]).scaleb(-2) * lines[n].returned / lines[n].quantity
        refunds[n] = price_of_returned.quantize(Decimal("0.01"), seed.choice([ROUND_HALF_EVEN, ROUND_HALF_UP]))

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Money, "rounding", seed.choice([ROUND_HALF_EVEN, ROUND_HALF_UP]))
            left = after_returns(sale, lines, Money(sum(refunds, Decimal(0)), "USD"), LoyaltyRates())

        assert left.points_earned == sum(cents for _, cents in costs) - sum(refunds) * 100


class ReturnsContract:
    async def test_points_are_those_of_the_pieces_kept_rounded_down_once(self, shop: Shop) -> None:
        (item,) = await priced(shop, "1.50")
        order = await sold(shop, (item, 7))
        assert await shop.points() == 10

        kept = []
        for count in range(1, 8):
            await shop.send(back(order, (item, count), refunded=str(count * Decimal("1.50"))))
            kept.append(await shop.points())

        assert kept == [9, 7, 6, 4, 3, 1, 0]

    async def test_points_are_those_of_the_money_that_was_paid_for_the_pieces_kept(self, shop: Shop) -> None:
        cheap, dear = await priced(shop, "100.00", "100.00")
        await shop.offered(percent("99", code="MOST", product_item_ids=(cheap.id,)))
        order = await sold(shop, (cheap, 1), (dear, 1), incentive_codes=("MOST",))
        assert await shop.points() == 101

        await shop.send(back(order, (cheap, 1), refunded="1.00"))

        assert await shop.points() == 100

    async def test_each_piece_earned_by_its_own_multipliers(self, shop: Shop) -> None:
        first, second = await priced(shop, "10.00", "10.00")
        await shop.offered(multiplier("3", code="TRIPLE", product_item_ids=(second.id,)))
        order = await sold(shop, (first, 2), (second, 1), incentive_codes=("TRIPLE",))
        assert await shop.points() == 50

        await shop.send(back(order, (second, 1), refunded="10.00"))
        assert await shop.points() == 20
        await shop.send(back(order, (first, 1), (second, 1), refunded="20.00"))
        assert await shop.points() == 10

    async def test_money_that_goes_back_by_amount_takes_its_points_along(self, shop: Shop) -> None:
        first, second = await priced(shop, "40.00", "20.00")
        await shop.offered(multiplier("2", code="DOUBLE", product_item_ids=(second.id,)))
        order = await sold(shop, (first, 1), (second, 1), incentive_codes=("DOUBLE",))
        assert await shop.points() == 80

        # A quarter of the money, so a quarter of the points.
        for _ in range(2):
            await shop.send(back(order, refunded="15.00"))
            assert await shop.points() == 60
        # 20.00 are kept of what cost 20.00 twice as many points, less what went back by amount.
        await shop.send(back(order, (first, 1), refunded="55.00"))
        assert await shop.points() == 10
        await shop.send(back(order, (first, 1), refunded="60.00"))
        assert await shop.points() == 0

    @pytest.mark.parametrize(
        ("pieces", "points", "left"),
        [
            (2, 300, [150, 0]),
            (3, 100, [67, 33, 0]),
            (3, 200, [133, 67, 0]),
            (7, 1000, [857, 714, 571, 429, 286, 143, 0]),
        ],
    )
    async def test_points_that_were_spent_come_back_with_the_pieces(
        self, shop: Shop, pieces: int, points: int, left: list[int]
    ) -> None:
        (item,) = await priced(shop, "10.00")
        await sold(shop, (item, 100), user_id="ann")
        order = await sold(shop, (item, pieces), user_id="ann", loyalty_points=points)
        paid = 10 * pieces - points // 100
        assert await shop.points("ann") == 1000 - points + paid

        for count in range(1, pieces + 1):
            money = round(Decimal(paid * count) / pieces, 2)
            await shop.send(back(order, (item, count), refunded=str(money)))
            assert await shop.points("ann") == 1000 - left[count - 1] + int(paid - money)

    async def test_points_that_paid_for_one_item_do_not_come_back_with_another(self, shop: Shop) -> None:
        gift, item = await priced(shop, "5.00", "10.00")
        await shop.offered(buy_get(1, 1, code="GIFT"))
        await sold(shop, (item, 100), user_id="ann")
        order = await sold(shop, (gift, 1), (item, 1), user_id="ann", loyalty_points=500, incentive_codes=("GIFT",))
        assert await shop.points("ann") == 1000 - 500 + 5

        await shop.send(back(order, (gift, 1)))
        assert await shop.points("ann") == 1000 - 500 + 5
        assert await shop.of(gift) == Pieces(on_hand=1000, sold=1, restocked=1)
        await shop.send(back(order, (gift, 1), (item, 1), refunded="5.00"))
        assert await shop.points("ann") == 1000

    async def test_an_order_paid_with_points_alone_can_come_back(self, shop: Shop) -> None:
        (item,) = await priced(shop, "10.00")
        await sold(shop, (item, 100), user_id="ann")
        order = await sold(shop, (item, 1), user_id="ann", loyalty_points=1000)
        assert await shop.points("ann") == 0

        await shop.send(back(order, (item, 1)))

        assert await shop.points("ann") == 1000
        assert await shop.of(item) == Pieces(on_hand=900, sold=101, restocked=1)

    async def test_the_codes_stay_used(self, shop: Shop) -> None:
        (item,) = await priced(shop, "10.00")
        await shop.offered(percent("50", code="HALF"))
        order = await sold(shop, (item, 2), incentive_codes=("HALF",))

        await shop.send(back(order, (item, 2), refunded="10.00"))

        assert await shop.uses() == {"HALF": 1}

    async def test_reports_in_any_order_end_in_the_same(self, shop: Shop) -> None:
        (item,) = await priced(shop, "10.00")
        order = await sold(shop, (item, 3))

        for count, refunded in ((2, "25.00"), (1, "10.00"), (0, "5.00")):
            await shop.send(back(order, *([(item, count)] if count else []), refunded=refunded))

        assert await shop.points() == 5
        assert await shop.of(item) == Pieces(on_hand=999, sold=3, restocked=2)

    async def test_what_came_back_is_in_stock_once(self, shop: Shop) -> None:
        first, second = await shop.stocked(5, 5)
        held = await shop.send(shop.order((first, 3), (second, 1)))
        await shop.send(Commit(order_id=held.order_id))

        # Reported twice, and an older total last.
        for count in (2, 2, 1):
            await shop.send(back(held, (first, count)))

        assert await shop.of(first) == Pieces(on_hand=4, sold=3, restocked=2)
        await shop.send(Release(order_id=held.order_id))
        await shop.send(back(held, (first, 3)))
        assert await shop.of(first) == Pieces(on_hand=5, sold=3, restocked=3)
        assert await shop.of(second) == Pieces(on_hand=5, sold=1, restocked=1)
        await shop.check_invariants()

    async def test_what_is_written_off_is_refunded_and_never_in_stock_again(self, shop: Shop) -> None:
        (item,) = await priced(shop, "10.00")
        held = await sold(shop, (item, 4))
        damaged = (Line(item.id, 1),)

        # Reported twice, and an older total last.
        for count, lost in ((2, damaged), (2, damaged), (1, ())):
            await shop.send(back(held, (item, count), refunded=f"{10 * count}.00", written_off=lost))

        assert await shop.of(item) == Pieces(on_hand=997, sold=4, restocked=1)
        assert await shop.points() == 20
        await shop.send(Release(order_id=held.order_id, written_off=damaged))
        await shop.send(back(held, (item, 4), written_off=damaged))
        assert await shop.of(item) == Pieces(on_hand=999, sold=4, restocked=3)
        await shop.check_invariants()

    @pytest.mark.parametrize("is_sold", [True, False])
    async def test_an_order_that_is_cancelled_before_a_write_off_is_reported_keeps_it(
        self, shop: Shop, is_sold: bool
    ) -> None:
        first, second = await shop.stocked(5, 5)
        held = await shop.send(shop.order((first, 3), (second, 1)))
        if is_sold:
            await shop.send(Commit(order_id=held.order_id))

        for _ in range(2):
            await shop.send(Release(order_id=held.order_id, written_off=(Line(first.id, 2),)))
            await shop.send(back(held, (first, 2), written_off=(Line(first.id, 2),)))

        assert (await shop.of(first)).on_hand == 3
        assert (await shop.of(second)).on_hand == 5
        assert await shop.points() == 0
        await shop.check_invariants()

    async def test_what_is_not_sold_yet_can_not_come_back(self, shop: Shop) -> None:
        (item,) = await shop.stocked(5)
        held = await shop.send(shop.order((item, 3)))

        with pytest.raises(NotCommittedYet):
            await shop.send(back(held, (item, 1)))

        assert await shop.of(item) == Pieces(on_hand=5, reserved=3)

    async def test_no_more_comes_back_than_was_sold(self, shop: Shop) -> None:
        (item,) = await shop.stocked(5)
        held = await shop.send(shop.order((item, 3)))
        await shop.send(Commit(order_id=held.order_id))

        await shop.send(back(held, (item, 7)))

        assert await shop.of(item) == Pieces(on_hand=5, sold=3, restocked=3)


class TestInMemory(ReturnsContract):
    @pytest.fixture
    def shop(self, in_memory_shop: InMemoryShop) -> InMemoryShop:
        return in_memory_shop


class TestOnPostgres(ReturnsContract):
    @pytest.fixture
    def shop(self, sql_shop: SqlShop) -> SqlShop:
        return sql_shop

    async def test_an_order_from_before_these_rules_follows_them(self, sql_shop: SqlShop) -> None:
        (item,) = await priced(sql_shop, "10.00")
        await sold(sql_shop, (item, 100), user_id="ann")
        order = await sold(sql_shop, (item, 2), user_id="ann", loyalty_points=300)
        # 0.1.0 stored neither the rate nor the points of a discount.
        older = "SELECT jsonb_agg(d - 'points') FROM jsonb_array_elements(discounts) AS d"
        async with sql_shop.engines[0].begin() as connection:
            query = (
                f"UPDATE reservation SET points_rate = NULL, discounts = ({older}) WHERE order_id = {order.order_id}"
            )
            await connection.execute(text(query))

        await sql_shop.send(back(order, (item, 1), refunded="8.50"))

        assert await sql_shop.points("ann") == 1000 - 150 + 8
