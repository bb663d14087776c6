"""Amend and Restock: a reservation follows its order, once for each change, and no piece is counted twice or lost."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from chassis.errors import InvalidArgument
from inventory_svc.commands.amend import Amend
from inventory_svc.commands.commit import Commit
from inventory_svc.commands.keep_reservation import KeepReservation
from inventory_svc.commands.release import Release
from inventory_svc.commands.restock import Restock
from inventory_svc.domain.errors import (
    AmendmentTooEarly,
    AwaitingStock,
    HoldSuperseded,
    OutOfStock,
    ReservationNotFound,
    ReservationReleased,
)
from inventory_svc.domain.incentive import Incentive
from inventory_svc.domain.lines import Line
from inventory_svc.domain.product import ProductItem
from inventory_svc.domain.reservation import Reservation
from inventory_svc.domain.returns import Returned
from tests.builders.incentive import amount, multiplier, percent
from tests.inventory_svc.shop import TTL, InMemoryShop, Pieces, Shop, SqlShop


def amend(held: Reservation, *lines: tuple[ProductItem, int], extra: Reservation | None = None, **how: Any) -> Amend:
    how = {"revision": 1, "supplementary_hold_id": extra.order_id if extra else 0} | how
    return Amend(order_id=held.order_id, lines=tuple(Line(item.id, count) for item, count in lines), **how)


class AmendContract:
    async def test_additions_come_from_the_supplementary_hold_and_the_rest_is_released(self, shop: Shop) -> None:
        first, second = await shop.stocked(5, 5)
        held = await shop.send(shop.order((first, 3)))
        extra = await shop.send(shop.order((second, 2)))

        amended = await shop.send(amend(held, (first, 1), (second, 2), extra=extra))

        assert {line.product_item_id: line.quantity for line in amended.lines} == {first.id: 1, second.id: 2}
        assert await shop.of(first) == Pieces(on_hand=5, reserved=1)
        assert await shop.of(second) == Pieces(on_hand=5, reserved=2)
        assert await shop.states() == {held.order_id: "HELD", extra.order_id: "RELEASED"}
        await shop.check_invariants()

    async def test_a_revision_is_applied_once(self, shop: Shop) -> None:
        first, second = await shop.stocked(5, 5)
        held = await shop.send(shop.order((first, 3)))
        extra = await shop.send(shop.order((second, 2)))
        change = amend(held, (second, 2), extra=extra)

        await asyncio.gather(*(shop.send(change, replica=n % 2) for n in range(6)))

        assert await shop.of(first) == Pieces(on_hand=5)
        assert await shop.of(second) == Pieces(on_hand=5, reserved=2)
        await shop.check_invariants()

    async def test_changes_are_followed_in_their_order(self, shop: Shop) -> None:
        (item,) = await shop.stocked(5)
        held = await shop.send(shop.order((item, 3)))

        with pytest.raises(AmendmentTooEarly):
            await shop.send(amend(held, (item, 1), revision=2))
        assert await shop.of(item) == Pieces(on_hand=5, reserved=3)

        await shop.send(amend(held, (item, 2)))
        await shop.send(amend(held, (item, 1), revision=2))
        await shop.send(amend(held, (item, 2)))
        assert await shop.of(item) == Pieces(on_hand=5, reserved=1)

    async def test_what_costs_more_now_costs_it_only_in_larger_quantity(self, shop: Shop) -> None:
        same, larger = await shop.stocked(5, 5)
        held = await shop.send(shop.order((same, 2), (larger, 1)))
        await shop.reprice(same, "99.00")
        await shop.reprice(larger, "99.00")
        extra = await shop.send(shop.order((larger, 1)))

        amended = await shop.send(amend(held, (same, 1), (larger, 2), extra=extra))

        assert [str(line.unit_price) for line in amended.lines] == ["10.00 USD", "99.00 USD"]

    async def test_more_than_was_reserved_is_refused(self, shop: Shop) -> None:
        (item,) = await shop.stocked(5)
        held = await shop.send(shop.order((item, 2)))

        with pytest.raises(InvalidArgument):
            await shop.send(amend(held, (item, 3)))

        assert await shop.of(item) == Pieces(on_hand=5, reserved=2)

    async def test_who_waits_gives_up_first_what_has_not_come(self, shop: Shop) -> None:
        (item,) = await shop.backorderable(2)
        held = await shop.send(shop.order((item, 5)))
        behind = await shop.send(shop.order((item, 1)))

        amended = await shop.send(amend(held, (item, 4)))

        assert [(line.quantity, line.backordered, line.place) for line in amended.lines] == [(4, 2, 1)]
        assert await shop.of(item) == Pieces(on_hand=2, reserved=2, backordered=3)
        await shop.arrives(item, 2)
        assert await shop.states() == {held.order_id: "HELD", behind.order_id: "BACKORDERED"}
        await shop.check_invariants()

    async def test_who_wants_no_more_than_has_come_waits_no_longer_and_is_told(self, shop: Shop) -> None:
        (item,) = await shop.backorderable(2)
        held = await shop.send(shop.order((item, 5)))
        behind = await shop.send(shop.order((item, 1)))

        await shop.send(amend(held, (item, 1)))

        # The piece that was given up goes to the next.
        assert await shop.states() == {held.order_id: "HELD", behind.order_id: "HELD"}
        assert await shop.of(item) == Pieces(on_hand=2, reserved=2)
        assert sorted(await shop.jobs()) == sorted([held.order_id, behind.order_id])
        await shop.check_invariants()

    async def test_who_waits_gets_more_of_what_is_there_and_goes_on_waiting(self, shop: Shop) -> None:
        (patient,) = await shop.backorderable(1)
        (there,) = await shop.stocked(5)
        held = await shop.send(shop.order((patient, 3)))
        extra = await shop.send(shop.order((there, 2)))

        await shop.send(amend(held, (patient, 3), (there, 2), extra=extra))

        assert await shop.states() == {held.order_id: "BACKORDERED", extra.order_id: "RELEASED"}
        assert await shop.of(patient) == Pieces(on_hand=1, reserved=1, backordered=2)
        assert await shop.of(there) == Pieces(on_hand=5, reserved=2)
        await shop.arrives(patient, 2)
        assert (await shop.states())[held.order_id] == "HELD"
        await shop.check_invariants()

    async def test_a_supplementary_hold_that_waits_is_not_merged(self, shop: Shop) -> None:
        (patient,) = await shop.backorderable(0)
        (there,) = await shop.stocked(5)
        held = await shop.send(shop.order((there, 2)))
        extra = await shop.send(shop.order((patient, 1)))

        with pytest.raises(AwaitingStock):
            await shop.send(amend(held, (there, 2), (patient, 1), extra=extra))

        assert await shop.states() == {held.order_id: "HELD", extra.order_id: "BACKORDERED"}

    async def test_what_was_sold_stays_sold(self, shop: Shop) -> None:
        first, second = await shop.stocked(5, 5)
        held = await shop.send(shop.order((first, 3)))
        await shop.send(Commit(order_id=held.order_id))
        extra = await shop.send(shop.order((second, 2)))

        await shop.send(amend(held, (first, 1), (second, 2), extra=extra))

        assert await shop.of(first) == Pieces(on_hand=4, sold=3, restocked=2)
        assert await shop.of(second) == Pieces(on_hand=3, sold=2)
        await shop.send(Release(order_id=held.order_id, revision=1))
        assert await shop.of(first) == Pieces(on_hand=5, sold=3, restocked=3)
        assert await shop.of(second) == Pieces(on_hand=5, sold=2, restocked=2)
        await shop.check_invariants()

    async def test_an_order_that_was_stopped_holds_nothing_more(self, shop: Shop) -> None:
        first, second = await shop.stocked(5, 5)
        held = await shop.send(shop.order((first, 3)))
        extra = await shop.send(shop.order((second, 2)))
        await shop.send(Release(order_id=held.order_id))

        await shop.send(amend(held, (first, 1), (second, 2), extra=extra))

        assert await shop.of(first) == await shop.of(second) == Pieces(on_hand=5)
        assert set((await shop.states()).values()) == {"RELEASED"}

    async def test_an_expired_supplementary_hold_is_taken_again_or_out_of_stock(self, shop: Shop) -> None:
        first, second = await shop.stocked(5, 5)
        held = await shop.send(shop.order((first, 3)))
        extra = await shop.send(shop.order((second, 4)))
        # Sold, so that only the extra one expires.
        await shop.send(Commit(order_id=held.order_id))
        await shop.let_time_pass(TTL * 2)
        await shop.reap()
        rival = await shop.send(shop.order((second, 4)))
        change = amend(held, (first, 3), (second, 4), extra=extra)

        with pytest.raises(OutOfStock):
            await shop.send(change)
        assert await shop.of(second) == Pieces(on_hand=5, reserved=4)

        await shop.send(Release(order_id=rival.order_id))
        await shop.send(change)
        assert await shop.of(second) == Pieces(on_hand=1, sold=4)
        await shop.check_invariants()

    @pytest.mark.parametrize("ended", ["released", "expired"])
    async def test_renewing_holds_the_order_as_it_is_at_its_own_prices(self, shop: Shop, ended: str) -> None:
        (item,) = await shop.stocked(5)
        held = await shop.send(shop.order((item, 3)))
        await shop.send(amend(held, (item, 2)))
        if ended == "released":
            await shop.send(Release(order_id=held.order_id, revision=1))
        else:
            await shop.let_time_pass(TTL * 2)
            await shop.reap()
        await shop.reprice(item, "99.00")

        if ended == "released":
            # A charge that comes late for an order that was stopped.
            with pytest.raises(ReservationReleased):
                await shop.send(amend(held, (item, 2), re_reserve=True))
            assert await shop.of(item) == Pieces(on_hand=5)

        how: dict[str, Any] = {"revision": 2, "reopen": True} if ended == "released" else {}
        renewed = await shop.send(amend(held, (item, 2), re_reserve=True, **how))

        assert [str(line.unit_price) for line in renewed.lines] == ["10.00 USD"]
        assert await shop.now() < renewed.expire_at <= await shop.now() + TTL
        assert await shop.of(item) == Pieces(on_hand=5, reserved=2)
        await shop.send(Commit(order_id=held.order_id, revision=renewed.revision))
        assert await shop.of(item) == Pieces(on_hand=3, sold=2)

    async def test_what_has_gone_can_not_be_renewed(self, shop: Shop) -> None:
        (item,) = await shop.stocked(5)
        held = await shop.send(shop.order((item, 3)))
        await shop.send(Release(order_id=held.order_id))
        rival = await shop.send(shop.order((item, 4)))
        again = amend(held, (item, 3), re_reserve=True, reopen=True)

        with pytest.raises(OutOfStock):
            await shop.send(again)
        assert await shop.of(item) == Pieces(on_hand=5, reserved=4)

        await shop.send(Release(order_id=rival.order_id))
        await shop.send(again)
        assert await shop.of(item) == Pieces(on_hand=5, reserved=3)

    @pytest.mark.parametrize("late", ["commit", "release", "amend", "reserve"])
    async def test_what_was_meant_for_an_earlier_attempt_does_nothing_to_a_later_one(
        self, shop: Shop, late: str
    ) -> None:
        (item,) = await shop.stocked(5)
        first = shop.order((item, 3))
        held = await shop.send(first)
        await shop.send(Release(order_id=held.order_id, revision=0))
        again = await shop.send(amend(held, (item, 3), re_reserve=True, reopen=True))
        commands = {
            "commit": Commit(order_id=held.order_id, revision=0),
            "release": Release(order_id=held.order_id, revision=0),
            "amend": amend(held, (item, 3), revision=0, re_reserve=True),
            "reserve": replace(first, re_reserve=True, keep_prices=True),
        }

        with pytest.raises(HoldSuperseded):
            await shop.send(commands[late])

        assert await shop.of(item) == Pieces(on_hand=5, reserved=3)
        assert await shop.states() == {held.order_id: "HELD"}
        assert again.expire_at == (await shop.send(amend(held, (item, 3)))).expire_at

    async def test_news_that_an_order_waits_holds_nothing_for_a_later_attempt_that_got_nothing(
        self, shop: Shop
    ) -> None:
        (item,) = await shop.stocked(5)
        held = await shop.send(shop.order((item, 3)))
        await shop.send(Release(order_id=held.order_id, revision=0))
        rival = await shop.send(shop.order((item, 4)))
        # In one batch with another, so that what it changed until then is written.
        again = shop.send(amend(held, (item, 3), re_reserve=True, reopen=True))
        others = shop.send(amend(rival, (item, 3)))
        results: tuple[Any, ...] = await asyncio.gather(again, others, return_exceptions=True)
        assert isinstance(results[0], OutOfStock)
        await shop.send(Release(order_id=rival.order_id, revision=1))

        # The event of its creation, when it waited for stock, comes late.
        await shop.send(KeepReservation(order_id=held.order_id))

        assert await shop.of(item) == Pieces(on_hand=5)

    async def test_an_order_that_is_paid_again_costs_what_it_cost(self, shop: Shop) -> None:
        first, second = await shop.stocked(5, 5)
        cent = await shop.offered(amount("0.01"))
        held = await shop.send(shop.order((second, 1), (first, 1), incentive_codes=(cent.code,)))
        await shop.send(Release(order_id=held.order_id))

        again = await shop.send(amend(held, (first, 1), (second, 1), re_reserve=True, reopen=True))

        assert (again.lines, again.quote) == (held.lines, held.quote)

    async def test_a_late_release_does_not_stop_the_others_of_its_batch(self, shop: Shop) -> None:
        (item,) = await shop.stocked(5)
        later, other = [await shop.send(shop.order((item, 2))) for _ in range(2)]
        await shop.send(amend(later, (item, 1)))

        results = await asyncio.gather(
            *(shop.send(Release(order_id=held.order_id, revision=0)) for held in (later, other)), return_exceptions=True
        )

        assert [type(result) for result in results] == [HoldSuperseded, type(None)]
        assert await shop.of(item) == Pieces(on_hand=5, reserved=1)

    async def test_an_attempt_that_has_ended_is_not_begun_by_its_own_late_request(self, shop: Shop) -> None:
        (item,) = await shop.stocked(5)
        held = await shop.send(shop.order((item, 3)))
        begin = amend(held, (item, 3), re_reserve=True, reopen=True)
        await shop.send(begin)
        await shop.send(Release(order_id=held.order_id, revision=1))

        with pytest.raises(ReservationReleased):
            await shop.send(begin)

        assert await shop.of(item) == Pieces(on_hand=5)

    async def test_what_was_never_reserved(self, shop: Shop) -> None:
        (item,) = await shop.stocked(5)
        held = await shop.send(shop.order((item, 1)))

        with pytest.raises(ReservationNotFound):
            await shop.send(Amend(order_id=77, revision=1, lines=(Line(item.id, 1),)))
        with pytest.raises(ReservationNotFound):
            await shop.send(amend(held, (item, 1), supplementary_hold_id=77))
        with pytest.raises(ReservationNotFound):
            await shop.send(Restock(order_id=77, returned=Returned(lines=(Line(item.id, 1),))))

    @pytest.mark.parametrize("code", [percent("0.5", code="NOTHING"), multiplier("1.01", code="NOTHING")])
    async def test_a_confirmed_change_is_applied_although_a_code_has_no_effect_any_more(
        self, shop: Shop, code: Incentive
    ) -> None:
        # 0.1.0 confirmed such changes, and the points per unit of money may have been changed since.
        dear, cheap = await shop.stocked(50, 5)
        await shop.reprice(cheap, "0.50")
        await shop.offered(code)
        held = await shop.send(shop.order((dear, 20), (cheap, 1), incentive_codes=("NOTHING",)))

        amended = await shop.send(amend(held, (cheap, 1)))

        assert [str(discount.amount("USD")) for discount in amended.quote.discounts] == ["0.00 USD"]
        assert await shop.of(dear) == Pieces(on_hand=50)
        await shop.check_invariants()

    async def test_points_are_earned_for_what_the_order_is(self, shop: Shop) -> None:
        first, second = await shop.stocked(50, 50)
        held = await shop.send(shop.order((first, 30)))
        await shop.send(amend(held, (first, 3)))
        await shop.send(Commit(order_id=held.order_id, revision=1))
        assert await shop.points() == 30

        extra = await shop.send(shop.order((second, 1)))
        await shop.send(amend(held, (first, 3), (second, 1), extra=extra, revision=2))
        assert await shop.points() == 40


class TestInMemory(AmendContract):
    @pytest.fixture
    def shop(self, in_memory_shop: InMemoryShop) -> InMemoryShop:
        return in_memory_shop


class TestOnPostgres(AmendContract):
    @pytest.fixture
    def shop(self, sql_shop: SqlShop) -> SqlShop:
        return sql_shop
