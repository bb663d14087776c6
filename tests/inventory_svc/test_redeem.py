"""Codes and points in a reservation: the last use is given once, a refusal holds nothing, a release returns all."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from chassis.errors import EtagMismatch
from chassis.money import Money
from inventory_svc.commands.commit import Commit
from inventory_svc.commands.deactivate_incentive import DeactivateIncentive
from inventory_svc.commands.preview_reservation import PreviewReservation
from inventory_svc.commands.release import Release
from inventory_svc.domain.errors import (
    CodeTaken,
    IncentiveInvalid,
    OutOfStock,
    ProductItemNotFound,
    ReservationReleased,
)
from inventory_svc.domain.lines import Line
from inventory_svc.domain.product import ProductItem
from inventory_svc.domain.reservation import Reservation, ReservationState
from tests.builders.incentive import amount, buy_get, edited, multiplier, percent
from tests.inventory_svc.shop import TTL, InMemoryShop, Pieces, Shop, SqlShop

AFTER_TTL = TTL + timedelta(seconds=1)


def usd(value: str) -> Money:
    return Money.of(value, "USD")


def total(reservation: Reservation) -> Money:
    return reservation.quote.total(reservation.lines, reservation.currency)


async def outcomes(*sending: Any) -> list[Any]:
    return await asyncio.gather(*sending, return_exceptions=True)


async def with_points(shop: Shop, item: ProductItem, pieces: int, user_id: str = "shopper") -> Reservation:
    """The shopper has bought some pieces at 10.00, which earned ten points each."""
    bought = await shop.send(shop.order((item, pieces), user_id=user_id))
    await shop.send(Commit(order_id=bought.order_id))
    return bought


class RedeemContract:
    async def test_a_code_makes_the_order_cheaper_and_is_used(self, shop: Shop) -> None:
        remaining, right = await shop.stocked(5, 5)
        await shop.offered(percent("25", code="QUARTER", product_item_ids=(remaining.id,)))

        reservation = await shop.send(shop.order((remaining, 2), (right, 1), incentive_codes=("QUARTER",)))

        (discount,) = reservation.quote.discounts
        assert (discount.code, discount.description, discount.shares) == (
            "QUARTER",
            "25 % off",
            (usd("5.00"), usd("0.00")),
        )
        assert total(reservation) == usd("25.00")
        assert await shop.uses() == {"QUARTER": 1}

    async def test_codes_that_stack_with_points(self, shop: Shop) -> None:
        (item,) = await shop.stocked(50)
        await with_points(shop, item, 10)
        for incentive in (
            percent("10", code="TEN", stackable=True),
            amount("5.00", code="FIVE", stackable=True),
            buy_get(2, 1, code="B2G1", stackable=True),
            multiplier("3", code="TRIPLE", stackable=True),
        ):
            await shop.offered(incentive)
        codes = ("FIVE", "TRIPLE", "B2G1", "TEN")

        reservation = await shop.send(shop.order((item, 3), incentive_codes=codes, loyalty_points=100))

        amounts = {discount.code: str(discount.amount("USD").amount) for discount in reservation.quote.discounts}
        assert amounts == {"B2G1": "10.00", "TEN": "2.00", "FIVE": "5.00", "TRIPLE": "0.00", "": "1.00"}
        assert (total(reservation), reservation.quote.points_earned) == (usd("12.00"), 36)
        assert await shop.uses() == dict.fromkeys(codes, 1)
        assert await shop.points() == 0

    @pytest.mark.parametrize(
        ("offer", "why"),
        [
            (None, "there is no incentive"),
            ({"currency": "EUR"}, "EUR"),
            ({"min_total": usd("20.01")}, "20.01 USD"),
            ({"min_total": Money.of("1.00", "EUR")}, "EUR"),
            ({"product_item_ids": (999,)}, "not for any of these items"),
            ({"value": "0.01"}, "it takes nothing off this order"),
        ],
    )
    async def test_a_code_that_can_not_be_used_holds_nothing(self, shop: Shop, offer: Any, why: str) -> None:
        (item,) = await shop.stocked(3)
        if offer is not None:
            await shop.offered(percent(code="NO", **offer))

        with pytest.raises(IncentiveInvalid) as refusal:
            await shop.send(shop.order((item, 2), incentive_codes=("NO",)))

        assert refusal.value.metadata["code"] == "NO"
        assert why in refusal.value.metadata["why"]
        assert [violation.field for violation in refusal.value.violations] == ["incentiveCodes[0]"]
        assert await shop.of(item) == Pieces(on_hand=3)
        assert await shop.states() == {}
        assert set((await shop.uses()).values()) <= {0}

    async def test_every_code_that_can_not_be_used_is_named_and_so_are_points(self, shop: Shop) -> None:
        (item,) = await shop.stocked(3)
        for code, product_item_ids in {"GOOD": (), "OTHER": (999,)}.items():
            await shop.offered(percent(code=code, stackable=True, product_item_ids=product_item_ids))
        await shop.offered(percent(code="DEAR", stackable=True, min_total=usd("1000")))
        codes = ("NONE", "good", "DEAR", "None")

        with pytest.raises(IncentiveInvalid) as first:
            await shop.send(shop.order((item, 1), incentive_codes=codes, loyalty_points=5))
        with pytest.raises(IncentiveInvalid) as second:
            await shop.send(shop.order((item, 1), incentive_codes=("GOOD", "OTHER")))

        assert {violation.field: violation.description for violation in first.value.violations} == {
            "incentiveCodes[0]": "NONE cannot be used: there is no incentive with this code",
            "incentiveCodes[2]": "DEAR cannot be used: the order must come to 1000.00 USD at least",
            "incentiveCodes[3]": "None cannot be used: there is no incentive with this code",
            "loyaltyPoints": "the loyalty points cannot be used: you have 0 points, and 5 were asked for",
        }
        assert [violation.field for violation in second.value.violations] == ["incentiveCodes[1]"]
        assert await shop.of(item) == Pieces(on_hand=3)
        assert set((await shop.uses()).values()) == {0}

    async def test_a_code_named_like_the_points_is_not_taken_for_them(self, shop: Shop) -> None:
        (item,) = await shop.stocked(3)

        with pytest.raises(IncentiveInvalid) as refusal:
            await shop.send(shop.order((item, 1), incentive_codes=("loyalty_points",), loyalty_points=5))

        fields = [violation.field for violation in refusal.value.violations]
        assert fields == ["incentiveCodes[0]", "loyaltyPoints"]
        assert refusal.value.metadata["code"] == "loyalty_points"

    @pytest.mark.parametrize(
        ("starts_s", "ends_s", "is_good"), [(-60, 60, True), (60, None, False), (None, -60, False), (None, None, True)]
    )
    async def test_a_code_is_good_in_its_window_only(
        self, shop: Shop, starts_s: int | None, ends_s: int | None, is_good: bool
    ) -> None:
        (item,) = await shop.stocked(3)
        now = await shop.now()
        window: dict[str, Any] = {
            name: None if seconds is None else now + timedelta(seconds=seconds)
            for name, seconds in (("starts", starts_s), ("ends", ends_s))
        }
        await shop.offered(percent(code="SOON", **window))

        (result,) = await outcomes(shop.send(shop.order((item, 1), incentive_codes=("SOON",))))

        assert isinstance(result, Reservation if is_good else IncentiveInvalid)
        assert await shop.uses() == {"SOON": int(is_good)}

    async def test_a_code_that_was_ended_is_good_no_more(self, shop: Shop) -> None:
        (item,) = await shop.stocked(3)
        incentive = await shop.offered(percent(code="PAST"))
        await shop.send(shop.order((item, 1), incentive_codes=("PAST",)))

        await shop.send(DeactivateIncentive(incentive_id=incentive.id))

        with pytest.raises(IncentiveInvalid, match="not active"):
            await shop.send(shop.order((item, 1), incentive_codes=("PAST",)))
        assert await shop.uses() == {"PAST": 1}

    async def test_codes_that_do_not_stack_are_not_combined(self, shop: Shop) -> None:
        (item,) = await shop.stocked(3)
        await shop.offered(percent(code="MIXES", stackable=True))
        await shop.offered(percent(code="ALONE"))

        with pytest.raises(IncentiveInvalid) as refusal:
            await shop.send(shop.order((item, 1), incentive_codes=("MIXES", "ALONE")))

        assert refusal.value.metadata["code"] == "ALONE"
        assert await shop.uses() == {"MIXES": 0, "ALONE": 0}

    async def test_a_code_named_twice_is_used_once(self, shop: Shop) -> None:
        (item,) = await shop.stocked(3)
        await shop.offered(percent("10", code="TEN"))

        reservation = await shop.send(shop.order((item, 1), incentive_codes=("TEN", "TEN")))

        assert total(reservation) == usd("9.00")
        assert await shop.uses() == {"TEN": 1}

    async def test_a_code_is_the_same_in_any_case_and_with_blanks_around_it(self, shop: Shop) -> None:
        (item,) = await shop.stocked(3)
        await shop.offered(percent("10", code="Ten", max_uses_per_user=1))

        with pytest.raises(CodeTaken):
            await shop.offered(percent("50", code="TEN"))
        reservation = await shop.send(shop.order((item, 1), incentive_codes=("ten", " TEN ")))

        assert [discount.code for discount in reservation.quote.discounts] == ["Ten"]
        assert total(reservation) == usd("9.00")
        with pytest.raises(IncentiveInvalid):
            await shop.send(shop.order((item, 1), incentive_codes=("tEN",)))
        assert await shop.uses() == {"Ten": 1}

    async def test_a_code_may_be_written_in_another_case(self, shop: Shop) -> None:
        offered = await shop.offered(percent("10", code="Ten"))
        other = await shop.offered(percent("10", code="Five"))

        renamed = await shop.send(edited(replace(offered, code="TEN")))
        with pytest.raises(CodeTaken):
            await shop.send(edited(replace(other, code="ten")))

        assert renamed.code == "TEN"
        assert await shop.counted_uses() == {"TEN": 0, "Five": 0}

    async def test_only_the_version_that_was_read_is_changed(self, shop: Shop) -> None:
        offered = await shop.offered(percent("10", code="Ten"))
        await shop.send(edited(replace(offered, code="TEN")))

        with pytest.raises(EtagMismatch) as refusal:
            await shop.send(edited(replace(offered, code="Eleven"), etag=str(offered.revision)))

        assert await shop.counted_uses() == {"TEN": 0}
        assert (await shop.send(edited(offered, etag=refusal.value.metadata["etag"]))).code == "Ten"

    async def test_an_order_without_stock_uses_no_code(self, shop: Shop) -> None:
        (item,) = await shop.stocked(1)
        await shop.offered(percent(code="TEN", max_uses=1))

        with pytest.raises(OutOfStock):
            await shop.send(shop.order((item, 2), incentive_codes=("TEN",)))

        assert await shop.uses() == {"TEN": 0}
        await shop.send(shop.order((item, 1), incentive_codes=("TEN",)))

    async def test_twenty_shoppers_and_a_code_with_one_use(self, shop: Shop) -> None:
        # Each wants another item, so that nothing but the code keeps them apart.
        items = await shop.stocked(*([5] * 20))
        await shop.offered(percent("50", code="ONCE", max_uses=1))
        orders = [shop.order((item, 1), user_id=f"user-{n}", incentive_codes=("ONCE",)) for n, item in enumerate(items)]

        results = await outcomes(*(shop.send(order, replica=n % 2) for n, order in enumerate(orders)))

        assert Counter(type(result).__name__ for result in results) == {"Reservation": 1, "IncentiveInvalid": 19}
        refusals = {result.metadata["why"] for result in results if isinstance(result, IncentiveInvalid)}
        assert refusals == {"it is used up"}
        assert await shop.uses() == {"ONCE": 1}
        assert sum([(await shop.of(item)).reserved for item in items]) == 1

    async def test_one_shopper_uses_a_code_as_often_as_one_may(self, shop: Shop) -> None:
        items = await shop.stocked(*([5] * 12))
        await shop.offered(percent(code="TWICE", max_uses_per_user=2))
        orders = [
            shop.order((item, 1), user_id=f"user-{n % 2}", incentive_codes=("TWICE",)) for n, item in enumerate(items)
        ]

        results = await outcomes(*(shop.send(order, replica=n // 2 % 2) for n, order in enumerate(orders)))

        served = Counter(result.user_id for result in results if isinstance(result, Reservation))
        assert served == {"user-0": 2, "user-1": 2}
        assert await shop.uses() == {"TWICE": 4}

    async def test_two_codes_in_opposite_order_never_deadlock(self, shop: Shop) -> None:
        (item,) = await shop.stocked(1000)
        for code in ("LEFT", "RIGHT"):
            await shop.offered(percent("1", code=code, stackable=True))
        codes = ("LEFT", "RIGHT")
        orders = [shop.order((item, 1), incentive_codes=codes if n % 2 else codes[::-1]) for n in range(100)]

        results = await outcomes(*(shop.send(order, replica=n // 2 % 2) for n, order in enumerate(orders)))

        assert {type(result) for result in results} == {Reservation}
        assert await shop.uses() == {"LEFT": 100, "RIGHT": 100}

    async def test_a_repeated_request_redeems_once(self, shop: Shop) -> None:
        (item,) = await shop.stocked(100)
        await shop.offered(percent(code="ONCE", max_uses=1))

        reservations = await asyncio.gather(
            *(shop.send(shop.order((item, 1), key="same", incentive_codes=("ONCE",)), replica=n % 2) for n in range(10))
        )

        assert len({reservation.order_id for reservation in reservations}) == 1
        assert {total(reservation) for reservation in reservations} == {usd("9.00")}
        assert await shop.uses() == {"ONCE": 1}

    async def test_a_release_gives_the_use_back_once(self, shop: Shop) -> None:
        (item,) = await shop.stocked(5)
        await shop.offered(percent(code="ONCE", max_uses=1))
        held = await shop.send(shop.order((item, 1), incentive_codes=("ONCE",)))

        await asyncio.gather(*(shop.send(Release(order_id=held.order_id), replica=n % 2) for n in range(6)))

        assert await shop.uses() == {"ONCE": 0}
        await shop.send(shop.order((item, 1), incentive_codes=("ONCE",)))
        assert await shop.uses() == {"ONCE": 1}

    async def test_a_sale_keeps_the_use_until_it_is_given_back(self, shop: Shop) -> None:
        (item,) = await shop.stocked(5)
        await shop.offered(percent(code="ONCE", max_uses=1))
        sold = await shop.send(shop.order((item, 1), incentive_codes=("ONCE",)))
        await shop.send(Commit(order_id=sold.order_id))
        assert await shop.uses() == {"ONCE": 1}

        await shop.send(Release(order_id=sold.order_id))
        await shop.send(Commit(order_id=sold.order_id))

        assert await shop.uses() == {"ONCE": 0}

    async def test_what_expired_gives_its_use_back_and_takes_it_again_when_sold(self, shop: Shop) -> None:
        (item,) = await shop.stocked(5)
        await shop.offered(percent(code="ONCE", max_uses=1))
        held = await shop.send(shop.order((item, 1), incentive_codes=("ONCE",)))
        await shop.let_time_pass(AFTER_TTL)
        await shop.reap()
        assert await shop.uses() == {"ONCE": 0}

        await shop.send(Commit(order_id=held.order_id))

        assert await shop.uses() == {"ONCE": 1}
        assert await shop.of(item) == Pieces(on_hand=4, sold=1)

    async def test_what_expired_is_not_sold_when_its_code_went_to_somebody_else(self, shop: Shop) -> None:
        (item,) = await shop.stocked(5)
        await shop.offered(percent(code="ONCE", max_uses=1))
        late = await shop.send(shop.order((item, 1), incentive_codes=("ONCE",)))
        await shop.let_time_pass(AFTER_TTL)
        await shop.reap()
        quick = await shop.send(shop.order((item, 1), user_id="quick", incentive_codes=("ONCE",)))

        with pytest.raises(IncentiveInvalid, match="used up"):
            await shop.send(Commit(order_id=late.order_id))

        assert await shop.states() == {late.order_id: "EXPIRED", quick.order_id: "HELD"}
        assert await shop.of(item) == Pieces(on_hand=5, reserved=1)
        assert await shop.uses() == {"ONCE": 1}

    async def test_a_placed_order_keeps_its_discount_though_the_code_has_ended(self, shop: Shop) -> None:
        (item,) = await shop.stocked(5)
        incentive = await shop.offered(percent(code="TEN"))
        held = await shop.send(shop.order((item, 1), key="k", incentive_codes=("TEN",)))
        await shop.let_time_pass(TTL * 2)
        await shop.reap()
        await shop.send(DeactivateIncentive(incentive_id=incentive.id))
        await shop.reprice(item, "50.00")

        again = await shop.send(shop.order((item, 1), key="k", re_reserve=True, keep_prices=True))

        assert (again.state, again.lines, again.quote) == (ReservationState.HELD, held.lines, held.quote)
        assert await shop.uses() == {"TEN": 1}

    async def test_who_comes_late_for_an_order_that_was_stopped_takes_nothing(self, shop: Shop) -> None:
        (item,) = await shop.stocked(5)
        await shop.offered(percent(code="TEN"))
        held = await shop.send(shop.order((item, 1), key="k", incentive_codes=("TEN",)))
        await shop.send(Release(order_id=held.order_id))

        with pytest.raises(ReservationReleased):
            await shop.send(shop.order((item, 1), key="k", re_reserve=True, keep_prices=True))

        assert await shop.of(item) == Pieces(on_hand=5)
        assert await shop.uses() == {"TEN": 0}

    async def test_renewing_at_the_prices_of_now_works_the_discount_out_again(self, shop: Shop) -> None:
        (item,) = await shop.stocked(5)
        await shop.offered(percent("10", code="TEN"))
        held = await shop.send(shop.order((item, 1), key="k", incentive_codes=("TEN",)))
        await shop.send(Release(order_id=held.order_id))
        await shop.reprice(item, "50.00")

        again = await shop.send(shop.order((item, 1), key="k", incentive_codes=("TEN",), re_reserve=True))

        assert total(again) == usd("45.00")
        assert await shop.send(shop.order((item, 1), key="k", incentive_codes=("TEN",))) == again
        assert await shop.uses() == {"TEN": 1}

    async def test_points_are_earned_when_it_is_sold_and_taken_back_when_it_is_not(self, shop: Shop) -> None:
        (item,) = await shop.stocked(10)
        await shop.offered(multiplier("2", code="DOUBLE"))
        held = await shop.send(shop.order((item, 3), incentive_codes=("DOUBLE",)))
        assert await shop.points() == 0

        await shop.send(Commit(order_id=held.order_id))
        await shop.send(Commit(order_id=held.order_id))
        assert await shop.points() == 60
        assert await shop.points("somebody else") == 0

        await shop.send(Release(order_id=held.order_id))
        assert await shop.points() == 0

    async def test_points_of_an_order_that_is_paid_on_delivery_are_earned_on_delivery(self, shop: Shop) -> None:
        (item,) = await shop.stocked(10)
        held = await shop.send(shop.order((item, 3)))

        for paid, points in ((False, 0), (True, 30), (False, 30), (True, 30)):
            await shop.send(Commit(order_id=held.order_id, paid=paid))
            assert await shop.points() == points

        assert await shop.of(item) == Pieces(on_hand=7, sold=3)
        await shop.send(Release(order_id=held.order_id))
        assert await shop.points() == 0

    async def test_an_order_that_is_sold_again_is_paid_again(self, shop: Shop) -> None:
        (item,) = await shop.stocked(10)
        held = await shop.send(shop.order((item, 3), key="k"))
        await shop.send(Commit(order_id=held.order_id))
        await shop.send(Release(order_id=held.order_id))

        await shop.send(shop.order((item, 3), key="k", re_reserve=True))
        await shop.send(Commit(order_id=held.order_id, paid=False))

        assert await shop.points() == 0

    async def test_points_are_spent_at_checkout_and_come_back(self, shop: Shop) -> None:
        (item,) = await shop.stocked(100)
        await with_points(shop, item, 30)

        held = await shop.send(shop.order((item, 1), loyalty_points=250))
        assert (total(held), await shop.points()) == (usd("7.50"), 50)

        await shop.send(Release(order_id=held.order_id))
        assert await shop.points() == 300
        expiring = await shop.send(shop.order((item, 1), loyalty_points=300))
        assert await shop.points() == 0
        await shop.let_time_pass(AFTER_TTL)
        await shop.reap()
        assert await shop.points() == 300
        await shop.send(Commit(order_id=expiring.order_id))
        assert await shop.points() == 7

    async def test_nobody_spends_points_that_are_not_there(self, shop: Shop) -> None:
        (item,) = await shop.stocked(100)
        await with_points(shop, item, 1)

        with pytest.raises(IncentiveInvalid) as refusal:
            await shop.send(shop.order((item, 1), loyalty_points=11))

        assert refusal.value.metadata["code"] == ""
        assert "10 points" in refusal.value.metadata["why"]
        assert (await shop.of(item)).reserved == 0
        assert await shop.points() == 10

    async def test_points_are_spent_once_however_many_orders_want_them(self, shop: Shop) -> None:
        items = await shop.stocked(*([20] * 20))
        await with_points(shop, items[0], 10)
        orders = [shop.order((item, 1), loyalty_points=40) for item in items]

        results = await outcomes(*(shop.send(order, replica=n % 2) for n, order in enumerate(orders)))

        assert Counter(type(result).__name__ for result in results) == {"Reservation": 2, "IncentiveInvalid": 18}
        assert await shop.points() == 20

    async def test_points_that_were_spent_before_they_were_taken_back_are_owed(self, shop: Shop) -> None:
        (item,) = await shop.stocked(200)
        bought = await with_points(shop, item, 30)
        spent = await shop.send(shop.order((item, 2), loyalty_points=300))
        await shop.send(Commit(order_id=spent.order_id))

        await shop.send(Release(order_id=bought.order_id))

        assert await shop.points() == 0
        with pytest.raises(IncentiveInvalid):
            await shop.send(shop.order((item, 1), loyalty_points=1))
        # 17 were earned and 283 are owed still.
        await with_points(shop, item, 29)
        assert await shop.points() == 7

    async def test_a_preview_shows_what_the_order_would_get_and_changes_nothing(self, shop: Shop) -> None:
        (item,) = await shop.stocked(30)
        await with_points(shop, item, 10)
        await shop.offered(percent(code="ONCE", max_uses=1, max_uses_per_user=1))
        order = shop.order((item, 2), incentive_codes=("ONCE",), loyalty_points=100)
        before = await shop.of(item)

        preview = PreviewReservation(incentive_request=order.incentive_request, lines=order.lines)
        previews = [await shop.send(preview) for _ in range(3)]

        assert {str(total(p.reservation)) for p in previews} == {"17.00 USD"}
        assert [p.refused_codes for p in previews] == [()] * 3
        assert await shop.of(item) == before
        assert (await shop.uses(), await shop.points()) == ({"ONCE": 0}, 100)
        held = await shop.send(order)
        assert (held.quote, held.lines) == (previews[0].reservation.quote, previews[0].reservation.lines)
        again = await shop.send(preview)
        assert str(total(again.reservation)) == "20.00 USD"
        reasons = {refused.code: refused.why for refused in again.refused_codes}
        assert reasons == {"ONCE": "it is used up", "": "you have 0 points, and 100 were asked for"}

    async def test_a_preview_names_each_code_that_fails_and_shows_the_order_without(self, shop: Shop) -> None:
        (item,) = await shop.stocked(30)
        await shop.offered(percent("10", code="TEN", stackable=True))
        await shop.offered(percent("50", code="ALONE"))
        ended = await shop.offered(percent(code="ENDED"))
        await shop.send(DeactivateIncentive(incentive_id=ended.id))
        order = shop.order((item, 2), incentive_codes=("ended", "ALONE", "no such", "TEN"))

        preview = await shop.send(PreviewReservation(incentive_request=order.incentive_request, lines=order.lines))

        assert str(total(preview.reservation)) == "18.00 USD"
        assert {refused.code: refused.why for refused in preview.refused_codes} == {
            "no such": "there is no incentive with this code",
            "ended": "it is not active any more",
            "ALONE": "it cannot be combined with other codes",
        }
        refused = {OutOfStock: replace(order.lines[0], quantity=31), ProductItemNotFound: Line(999, 1)}
        for error, line in refused.items():
            with pytest.raises(error):
                await shop.send(PreviewReservation(incentive_request=order.incentive_request, lines=(line,)))

    async def test_codes_and_their_going_back_all_at_once_add_up(self, shop: Shop) -> None:
        items = await shop.stocked(40, 40)
        await shop.offered(percent(code="FEW", max_uses=5, stackable=True))
        await shop.offered(amount(code="EACH", max_uses_per_user=2, stackable=True))
        wishes = [("FEW",), ("EACH",), ("FEW", "EACH"), ()]

        async def live(n: int) -> None:
            codes = wishes[n % 4]
            order = shop.order((items[n % 2], 1), user_id=f"user-{n % 7}", incentive_codes=codes)
            reserved = await shop.send(order, replica=n % 2)
            settle = Commit if n % 3 else Release
            await shop.send(settle(order_id=reserved.order_id), replica=(n + 1) % 2)
            if n % 5 == 0:
                await shop.send(Release(order_id=reserved.order_id), replica=n % 2)

        results = await outcomes(*(live(n) for n in range(60)))

        assert {type(result).__name__ for result in results} <= {"NoneType", "IncentiveInvalid"}
        assert (await shop.uses())["FEW"] <= 5
        await shop.check_invariants()


class TestInMemory(RedeemContract):
    @pytest.fixture
    def shop(self, in_memory_shop: InMemoryShop) -> InMemoryShop:
        return in_memory_shop


class TestOnPostgres(RedeemContract):
    @pytest.fixture
    def shop(self, sql_shop: SqlShop) -> SqlShop:
        return sql_shop

    async def test_an_order_without_codes_asks_nothing_of_the_incentives(self, sql_shop: SqlShop) -> None:
        (item,) = await sql_shop.stocked(10)
        statements: list[str] = []
        for engine in sql_shop.engines:
            event.listen(
                engine.sync_engine, "before_cursor_execute", lambda _c, _k, statement, *_: statements.append(statement)
            )

        held = await sql_shop.send(sql_shop.order((item, 1)))
        await sql_shop.send(Commit(order_id=held.order_id))
        await sql_shop.send(Release(order_id=held.order_id))

        assert statements
        assert [s for s in statements if "incentive" in s or "redemption" in s or "points_spent >" in s] == []
