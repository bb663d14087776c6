"""Backorders are accepted beyond the stock, filled first come first served, and never filled twice."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from inventory_svc.commands.commit import Commit
from inventory_svc.commands.keep_reservation import KeepReservation
from inventory_svc.commands.release import Release
from inventory_svc.domain.errors import AwaitingStock, OutOfStock
from inventory_svc.domain.reservation import ReservationState
from inventory_svc.domain.stock import StockState
from tests.builders.incentive import percent
from tests.inventory_svc.shop import TTL, InMemoryShop, Pieces, Shop, SqlShop

HELD, BACKORDERED = ReservationState.HELD, ReservationState.BACKORDERED


class BackorderContract:
    async def test_what_is_not_there_is_waited_for(self, shop: Shop) -> None:
        (item,) = await shop.backorderable(2)

        reservation = await shop.send(shop.order((item, 5)))

        assert reservation.state is BACKORDERED
        assert [(line.quantity, line.backordered) for line in reservation.lines] == [(5, 3)]
        assert await shop.of(item) == Pieces(on_hand=2, reserved=2, backordered=3)

    async def test_who_does_not_want_to_wait_is_refused(self, shop: Shop) -> None:
        (item,) = await shop.backorderable(2)

        with pytest.raises(OutOfStock):
            await shop.send(shop.order((item, 5), no_backorder=True))

        assert await shop.of(item) == Pieces(on_hand=2)
        assert await shop.states() == {}

    async def test_one_line_that_can_not_wait_refuses_all(self, shop: Shop) -> None:
        (scarce,) = await shop.stocked(1)
        (patient,) = await shop.backorderable(1)

        with pytest.raises(OutOfStock):
            await shop.send(shop.order((patient, 5), (scarce, 2)))

        assert await shop.of(patient) == Pieces(on_hand=1)
        assert await shop.of(scarce) == Pieces(on_hand=1)

    async def test_what_arrives_is_held_for_those_who_wait(self, shop: Shop) -> None:
        (item,) = await shop.backorderable(0)
        waiting = await shop.send(shop.order((item, 3)))

        await shop.arrives(item, 5)

        assert await shop.states() == {waiting.order_id: "HELD"}
        assert await shop.of(item) == Pieces(on_hand=5, reserved=3, adjusted=5)
        assert await shop.jobs() == [waiting.order_id]
        await shop.send(Commit(order_id=waiting.order_id))
        assert await shop.of(item) == Pieces(on_hand=2, sold=3, adjusted=5)

    async def test_first_come_first_served_and_a_small_order_does_not_overtake(self, shop: Shop) -> None:
        (item,) = await shop.backorderable(0)
        large = await shop.send(shop.order((item, 5)))
        small = await shop.send(shop.order((item, 1), order_id=1))

        await shop.arrives(item, 4)
        assert await shop.states() == {large.order_id: "BACKORDERED", small.order_id: "BACKORDERED"}
        assert await shop.of(item) == Pieces(on_hand=4, reserved=4, adjusted=4, backordered=2)

        await shop.arrives(item, 1)
        assert await shop.states() == {large.order_id: "HELD", small.order_id: "BACKORDERED"}

        await shop.arrives(item, 1)
        assert await shop.states() == {large.order_id: "HELD", small.order_id: "HELD"}
        # Each piece that arrived for an order was reported to it.
        assert await shop.jobs() == [large.order_id, large.order_id, small.order_id]

    async def test_one_batch_is_served_in_the_order_of_its_commands(self, shop: Shop) -> None:
        (item,) = await shop.backorderable(0)
        orders = [shop.order((item, 1), order_id=id, key=f"k{id}") for id in (30, 10, 20)]
        await asyncio.gather(*(shop.send(order) for order in orders))

        await shop.arrives(item, 2)

        assert await shop.states() == {30: "HELD", 10: "HELD", 20: "BACKORDERED"}

    async def test_an_order_waits_until_all_its_items_are_there(self, shop: Shop) -> None:
        one, other = await shop.backorderable(0, 0)
        both = await shop.send(shop.order((one, 1), (other, 1)))

        await shop.arrives(one, 1)
        assert await shop.states() == {both.order_id: "BACKORDERED"}
        with pytest.raises(AwaitingStock):
            await shop.send(Commit(order_id=both.order_id))
        await shop.arrives(other, 1)

        assert await shop.states() == {both.order_id: "HELD"}

    async def test_arrivals_of_two_items_at_once_fill_an_order_once(self, shop: Shop) -> None:
        one, other = await shop.backorderable(0, 0)
        both = [await shop.send(shop.order((one, 1), (other, 1))) for _ in range(5)]

        await asyncio.gather(*(shop.arrives(item, 1, replica=n % 2) for n in range(5) for item in (one, other)))

        assert await shop.states() == {reservation.order_id: "HELD" for reservation in both}

    @pytest.mark.parametrize("way", ["release", "restock", "expiry"])
    async def test_what_others_release_arrives_too(self, shop: Shop, way: str) -> None:
        (item,) = await shop.backorderable(2)
        first = await shop.send(shop.order((item, 2)))
        if way == "restock":
            await shop.send(Commit(order_id=first.order_id))
        if way == "expiry":
            await shop.let_time_pass(TTL + timedelta(seconds=1))
        waiting = await shop.send(shop.order((item, 2)))

        await (shop.reap() if way == "expiry" else shop.send(Release(order_id=first.order_id)))

        assert (await shop.states())[waiting.order_id] == "HELD"
        assert (await shop.of(item)).reserved == 2

    async def test_who_stops_waiting_gives_the_place_and_the_pieces_back(self, shop: Shop) -> None:
        (item,) = await shop.backorderable(1)
        first = await shop.send(shop.order((item, 3)))
        second = await shop.send(shop.order((item, 1)))

        await shop.send(Release(order_id=first.order_id))

        assert await shop.states() == {first.order_id: "RELEASED", second.order_id: "HELD"}
        assert await shop.of(item) == Pieces(on_hand=1, reserved=1)

    async def test_whose_order_never_came_stops_waiting(self, shop: Shop) -> None:
        (item,) = await shop.backorderable(1)
        lost = await shop.send(shop.order((item, 3)))
        await shop.let_time_pass(TTL + timedelta(seconds=1))

        await shop.reap()

        assert await shop.states() == {lost.order_id: "EXPIRED"}
        assert await shop.of(item) == Pieces(on_hand=1)

    async def test_whose_order_came_waits_as_long_as_it_takes(self, shop: Shop) -> None:
        (item,) = await shop.backorderable(1)
        waiting = await shop.send(shop.order((item, 3)))
        await shop.send(KeepReservation(order_id=waiting.order_id))
        await shop.let_time_pass(100 * TTL)
        await shop.reap()
        assert await shop.states() == {waiting.order_id: "BACKORDERED"}

        # Nor does it end between its last piece and its payment.
        await shop.arrives(item, 2)
        await shop.reap()
        assert await shop.states() == {waiting.order_id: "HELD"}

    async def test_an_order_heard_of_late_takes_a_new_place(self, shop: Shop) -> None:
        (item,) = await shop.backorderable(0)
        late = await shop.send(shop.order((item, 1)))
        await shop.let_time_pass(TTL + timedelta(seconds=1))
        await shop.reap()
        other = await shop.send(shop.order((item, 1)))

        await shop.send(KeepReservation(order_id=late.order_id))
        await shop.arrives(item, 1)

        assert await shop.states() == {late.order_id: "BACKORDERED", other.order_id: "HELD"}

    async def test_an_order_heard_of_late_that_can_have_all_of_it_is_confirmed(self, shop: Shop) -> None:
        (item,) = await shop.backorderable(0)
        late = await shop.send(shop.order((item, 1)))
        await shop.let_time_pass(TTL + timedelta(seconds=1))
        await shop.reap()
        await shop.arrives(item, 1)

        await shop.send(KeepReservation(order_id=late.order_id))

        assert await shop.states() == {late.order_id: "HELD"}
        assert await shop.jobs() == [late.order_id]
        await shop.let_time_pass(2 * TTL)
        await shop.reap()
        assert await shop.states() == {late.order_id: "HELD"}

    @pytest.mark.parametrize("gone", ["stock", "code"])
    async def test_an_order_heard_of_too_late_is_told_so_and_hinders_nobody(self, shop: Shop, gone: str) -> None:
        (scarce,) = await shop.stocked(1)
        (patient,) = await shop.backorderable(0)
        await shop.offered(percent("10", code="ONCE", max_uses=1))
        late = await shop.send(shop.order((patient, 1), (scarce, 1), incentive_codes=("ONCE",)))
        neighbour = await shop.send(shop.order((patient, 1)))
        await shop.let_time_pass(TTL + timedelta(seconds=1))
        await shop.reap()
        if gone == "stock":
            await shop.send(shop.order((scarce, 1)))
        else:
            await shop.send(shop.order((patient, 1), incentive_codes=("ONCE",)))
        before = await shop.pieces()

        # In one batch.
        await asyncio.gather(
            *(shop.send(KeepReservation(order_id=each.order_id)) for each in (late, neighbour)),
        )

        states = await shop.states()
        assert (states[late.order_id], states[neighbour.order_id]) == ("EXPIRED", "BACKORDERED")
        ((denied, why),) = (await shop.denied()).items()
        assert denied == late.order_id
        assert ("0 are available" in why) if gone == "stock" else why.startswith("ONCE cannot be used")
        moved = replace(before[patient.id], backordered=before[patient.id].backordered + 1)
        assert await shop.pieces() == {scarce.id: before[scarce.id], patient.id: moved}

    async def test_what_is_settled_is_not_kept(self, shop: Shop) -> None:
        (item,) = await shop.backorderable(1)
        gone = await shop.send(shop.order((item, 3)))
        await shop.send(Release(order_id=gone.order_id))

        await shop.send(KeepReservation(order_id=gone.order_id))
        await shop.send(KeepReservation(order_id=999))

        assert await shop.states() == {gone.order_id: "RELEASED"}
        assert await shop.of(item) == Pieces(on_hand=1)

    async def test_a_renewed_hold_that_was_filled_ends_again(self, shop: Shop) -> None:
        (item,) = await shop.backorderable(0)
        order = shop.order((item, 1), key="k")
        await shop.send(order)
        await shop.send(KeepReservation(order_id=order.order_id))
        await shop.arrives(item, 1)

        renewed = await shop.send(shop.order((item, 1), key="k", re_reserve=True))

        assert renewed.expire_at is not None
        await shop.let_time_pass(2 * TTL)
        await shop.reap()
        assert await shop.states() == {order.order_id: "EXPIRED"}

    async def test_how_the_stock_stands_is_told_with_the_reservation(self, shop: Shop) -> None:
        plenty, few, last = await shop.stocked(100, 3, 1)
        (scarce,) = await shop.backorderable(0)

        reservation = await shop.send(shop.order((plenty, 1), (few, 1), (last, 1), (scarce, 1)))

        assert [(stock.state, stock.available) for stock in reservation.stands] == [
            (StockState.IN_STOCK, 99),
            (StockState.LOW, 2),
            (StockState.OUT_OF_STOCK, 0),
            (StockState.BACKORDERED, 0),
        ]

    async def test_cancellations_and_arrivals_at_once_add_up(self, shop: Shop) -> None:
        items = await shop.backorderable(0, 0, 0)
        orders = [shop.order(*((item, 1 + n % 2) for item in items[n % 3 :])) for n in range(30)]
        reserved = await asyncio.gather(*(shop.send(order, replica=n % 2) for n, order in enumerate(orders)))

        await asyncio.gather(
            *(shop.arrives(item, 1, replica=n % 2) for n in range(10) for item in items),
            *(shop.send(Release(order_id=r.order_id), replica=r.order_id % 2) for r in reserved[::3]),
        )

        await shop.check_invariants()


class TestInMemory(BackorderContract):
    @pytest.fixture
    def shop(self, in_memory_shop: InMemoryShop) -> InMemoryShop:
        return in_memory_shop


class TestOnPostgres(BackorderContract):
    @pytest.fixture
    def shop(self, sql_shop: SqlShop) -> SqlShop:
        return sql_shop
