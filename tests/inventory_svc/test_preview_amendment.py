"""PreviewAmendment and Amend with discounts: the order gets what the preview showed; uses and points stay correct."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chassis.errors import InvalidArgument
from inventory_svc.commands.commit import Commit
from inventory_svc.commands.deactivate_incentive import DeactivateIncentive
from inventory_svc.commands.preview_amendment import PreviewAmendment
from inventory_svc.commands.release import Release
from inventory_svc.domain.errors import AmendmentTooEarly, IncentiveInvalid, ReservationNotFound
from inventory_svc.domain.incentive import Incentive
from inventory_svc.domain.lines import Line
from inventory_svc.domain.product import ProductItem
from inventory_svc.domain.reservation import Reservation
from tests.builders.incentive import amount, buy_get, edited, multiplier, percent
from tests.inventory_svc.shop import TTL, InMemoryShop, Pieces, Shop, SqlShop
from tests.inventory_svc.test_amend import amend
from tests.inventory_svc.test_redeem import total, usd, with_points

LONG_AGO = timedelta(days=1)


def preview(held: Reservation, *lines: tuple[ProductItem, int], **how: Any) -> PreviewAmendment:
    change = amend(held, *lines, **how)
    return PreviewAmendment(
        order_id=change.order_id,
        revision=change.revision,
        lines=change.lines,
        supplementary_hold_id=change.supplementary_hold_id,
    )


def costs(reservation: Reservation) -> dict[int, str]:
    """What each item costs after its discounts."""
    return {
        line.product_item_id: str(
            (line.unit_price * line.quantity - reservation.quote.line_discount(number, reservation.currency)).amount
        )
        for number, line in enumerate(reservation.lines)
    }


class PreviewContract:
    async def test_codes_are_worked_out_for_the_new_lines_and_nothing_changes_before_the_order(
        self, shop: Shop
    ) -> None:
        first, second = await shop.stocked(5, 5)
        await shop.offered(percent("10", code="TEN"))
        held = await shop.send(shop.order((first, 3), incentive_codes=("TEN",)))
        await shop.reprice(first, "99.00")
        await shop.reprice(second, "20.00")
        extra = await shop.send(shop.order((second, 2)))
        lines = ((second, 2), (first, 1))

        shown = await shop.send(preview(held, *lines, extra=extra))

        assert costs(shown) == {first.id: "9.00", second.id: "36.00"}
        assert await shop.of(first) == Pieces(on_hand=5, reserved=3)
        assert await shop.states() == {held.order_id: "HELD", extra.order_id: "HELD"}
        assert await shop.send(preview(held, *lines, extra=extra)) == shown
        amended = await shop.send(amend(held, *lines, extra=extra))
        assert (amended.lines, amended.quote, amended.revision) == (shown.lines, shown.quote, shown.revision)
        assert await shop.uses() == {"TEN": 1}
        await shop.check_invariants()

    async def test_cents_that_do_not_divide_go_the_same_way_whoever_tells_the_lines(self, shop: Shop) -> None:
        items = await shop.stocked(5, 5, 5)
        await shop.offered(amount("0.01", code="CENT"))
        held = await shop.send(shop.order(*((item, 2) for item in items), incentive_codes=("CENT",)))

        shown = await shop.send(preview(held, *((item, 1) for item in items[::-1])))
        amended = await shop.send(amend(held, *((item, 1) for item in items)))

        assert costs(amended) == costs(shown)
        assert total(amended) == usd("29.99")

    async def test_an_order_keeps_its_last_use_of_a_code_through_all_changes(self, shop: Shop) -> None:
        (item,) = await shop.stocked(9)
        await shop.offered(percent("10", code="ONCE", max_uses=1, max_uses_per_user=1))
        held = await shop.send(shop.order((item, 3), incentive_codes=("ONCE",)))

        for revision, count in ((1, 2), (2, 4)):
            extra = await shop.send(shop.order((item, 2))) if count == 4 else None
            await shop.send(preview(held, (item, count), extra=extra, revision=revision))
            for _ in range(2):
                amended = await shop.send(amend(held, (item, count), extra=extra, revision=revision))
            assert await shop.uses() == {"ONCE": 1}

        assert total(amended) == usd("36.00")
        with pytest.raises(IncentiveInvalid, match="used up"):
            await shop.send(shop.order((item, 1), user_id="other", incentive_codes=("ONCE",)))
        await shop.send(Release(order_id=held.order_id, revision=2))
        assert await shop.uses() == {"ONCE": 0}
        await shop.check_invariants()

    @pytest.mark.parametrize(
        ("offer", "why"),
        [
            (percent(min_total=usd("30.00")), "30.00 USD"),
            (buy_get(2, 1), "it needs 3 pieces"),
            (percent(product_item_ids=(-1,)), "not for any of these items"),
        ],
        ids=["min_total", "pieces", "items"],
    )
    async def test_a_code_that_is_not_for_the_new_lines_is_refused(
        self, shop: Shop, offer: Incentive, why: str
    ) -> None:
        first, second = await shop.stocked(5, 5)
        # An item that is in the order.
        covered = tuple(first.id for _ in offer.product_item_ids)
        await shop.offered(replace(offer, code="GONE", product_item_ids=covered))
        held = await shop.send(shop.order((first, 2), (second, 1), incentive_codes=("GONE",)))

        with pytest.raises(IncentiveInvalid) as refusal:
            await shop.send(preview(held, (second, 1)))

        assert refusal.value.metadata["code"] == "GONE"
        assert why in refusal.value.metadata["why"]
        assert await shop.of(first) == Pieces(on_hand=5, reserved=2)
        assert await shop.uses() == {"GONE": 1}

    @pytest.mark.parametrize("ended", ["deactivated", "past"])
    async def test_a_code_that_is_given_no_more_is_refused_but_an_order_that_was_changed_keeps_it(
        self, shop: Shop, ended: str
    ) -> None:
        (item,) = await shop.stocked(5)
        offered = await shop.offered(percent("10", code="TEN"))
        held = await shop.send(shop.order((item, 3), incentive_codes=("TEN",)))
        if ended == "deactivated":
            await shop.send(DeactivateIncentive(incentive_id=offered.id))
        else:
            past = replace(offered, ends=await shop.now() - LONG_AGO)
            await shop.send(edited(past))

        with pytest.raises(IncentiveInvalid, match=r"ended|not active"):
            await shop.send(preview(held, (item, 2)))

        # It was shown before that, and the order was changed.
        amended = await shop.send(amend(held, (item, 2)))
        assert total(amended) == usd("18.00")
        assert await shop.uses() == {"TEN": 1}

    async def test_a_code_gives_and_asks_what_it_did_when_it_was_redeemed(self, shop: Shop) -> None:
        first, second = await shop.stocked(5, 5)
        bargain = percent("50", code="HALF", min_total=usd("10.00"), product_item_ids=(first.id,))
        offered = await shop.offered(bargain)
        held = await shop.send(shop.order((first, 3), (second, 1), incentive_codes=("HALF",)))
        changed = replace(offered, value=percent("1").value, min_total=usd("500.00"), product_item_ids=(second.id,))
        await shop.send(edited(changed))

        shown = await shop.send(preview(held, (first, 2), (second, 1)))
        amended = await shop.send(amend(held, (first, 2), (second, 1)))

        assert costs(shown) == costs(amended) == {first.id: "10.00", second.id: "10.00"}
        assert [discount.description for discount in amended.quote.discounts] == ["50 % off"]

    async def test_points_beyond_what_the_order_is_worth_go_back_and_no_more_are_spent_than_were(
        self, shop: Shop
    ) -> None:
        (item,) = await shop.stocked(500)
        await with_points(shop, item, 150)
        held = await shop.send(shop.order((item, 2), loyalty_points=1500))
        assert (total(held), await shop.points()) == (usd("5.00"), 0)

        shown = await shop.send(preview(held, (item, 1)))
        assert (total(shown), shown.quote.points_spent, await shop.points()) == (usd("0.00"), 1000, 0)
        await shop.send(amend(held, (item, 1)))
        assert await shop.points() == 500

        extra = await shop.send(shop.order((item, 2)))
        amended = await shop.send(amend(held, (item, 3), extra=extra, revision=2))
        assert (total(amended), amended.quote.points_spent, await shop.points()) == (usd("20.00"), 1000, 500)
        await shop.send(Release(order_id=held.order_id, revision=2))
        assert await shop.points() == 1500

    async def test_who_waits_with_a_code_goes_on_waiting_with_it(self, shop: Shop) -> None:
        (item,) = await shop.backorderable(1)
        await shop.offered(percent("10", code="ONCE", max_uses=1))
        held = await shop.send(shop.order((item, 5), incentive_codes=("ONCE",)))

        shown = await shop.send(preview(held, (item, 3)))
        amended = await shop.send(amend(held, (item, 3)))

        assert (amended.lines, amended.quote) == (shown.lines, shown.quote)
        assert total(amended) == usd("27.00")
        assert await shop.of(item) == Pieces(on_hand=1, reserved=1, backordered=2)
        await shop.arrives(item, 2)
        assert await shop.states() == {held.order_id: "HELD"}
        assert await shop.uses() == {"ONCE": 1}
        await shop.check_invariants()

    async def test_points_earned_follow_the_codes_of_the_order(self, shop: Shop) -> None:
        first, second = await shop.stocked(50, 50)
        await shop.offered(multiplier("3", code="TRIPLE", stackable=True, product_item_ids=(first.id,)))
        await shop.offered(percent("50", code="HALF", stackable=True))
        held = await shop.send(shop.order((first, 4), (second, 2), incentive_codes=("TRIPLE", "HALF")))
        assert held.quote.points_earned == 70

        await shop.send(amend(held, (first, 2), (second, 2)))
        await shop.send(Commit(order_id=held.order_id, revision=1))

        assert await shop.points() == 40

    async def test_what_expired_is_redeemed_again_as_it_is_now(self, shop: Shop) -> None:
        (item,) = await shop.stocked(500)
        await with_points(shop, item, 10)
        await shop.offered(percent("50", code="ONCE", max_uses=1))
        held = await shop.send(shop.order((item, 3), incentive_codes=("ONCE",), loyalty_points=100))
        await shop.let_time_pass(TTL * 2)
        await shop.reap()
        assert (await shop.uses(), await shop.points()) == ({"ONCE": 0}, 100)
        quick = await shop.send(shop.order((item, 1), user_id="quick", incentive_codes=("ONCE",)))

        with pytest.raises(IncentiveInvalid, match="used up"):
            await shop.send(amend(held, (item, 2), re_reserve=True))
        await shop.send(Release(order_id=quick.order_id))
        renewed = await shop.send(amend(held, (item, 2), re_reserve=True))

        assert total(renewed) == usd("9.00")
        assert (await shop.uses(), await shop.points()) == ({"ONCE": 1}, 0)
        await shop.check_invariants()

    async def test_what_was_shown_before_it_was_done_is_what_is_there(self, shop: Shop) -> None:
        (item,) = await shop.stocked(5)
        held = await shop.send(shop.order((item, 3)))

        with pytest.raises(AmendmentTooEarly):
            await shop.send(preview(held, (item, 1), revision=2))
        with pytest.raises(InvalidArgument):
            await shop.send(preview(held, (item, 4)))
        await shop.send(amend(held, (item, 2)))

        late = await shop.send(preview(held, (item, 1)))
        assert [line.quantity for line in late.lines] == [2]

    async def test_what_was_never_reserved(self, shop: Shop) -> None:
        (item,) = await shop.stocked(5)
        held = await shop.send(shop.order((item, 1)))

        with pytest.raises(ReservationNotFound):
            await shop.send(PreviewAmendment(order_id=77, revision=1, lines=(Line(item.id, 1),)))
        with pytest.raises(ReservationNotFound):
            await shop.send(preview(held, (item, 1), supplementary_hold_id=77))


class TestInMemory(PreviewContract):
    @pytest.fixture
    def shop(self, in_memory_shop: InMemoryShop) -> InMemoryShop:
        return in_memory_shop


class TestOnPostgres(PreviewContract):
    @pytest.fixture
    def shop(self, sql_shop: SqlShop) -> SqlShop:
        return sql_shop
