"""The rows that a command reads stay locked until its transaction ends; the reaper waits for no lock."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from chassis.db.failures import sqlstate
from chassis.db.writes import send_writes
from chassis.errors import Conflict, RequestIdReused
from inventory_svc.commands.adjust_stock import AdjustStock, adjust_stock
from inventory_svc.commands.amend import Amend, amend_batch
from inventory_svc.commands.commit import Commit
from inventory_svc.commands.expire_reservation import ExpireReservation
from inventory_svc.commands.release import Release
from inventory_svc.commands.reserve import reserve_and_commit
from inventory_svc.domain.errors import IncentiveInvalid
from inventory_svc.domain.incentive_set import IncentiveLocks
from inventory_svc.domain.lines import Line
from inventory_svc.domain.pricing import LoyaltyRates
from inventory_svc.domain.reservation import Reservation
from tests.builders.incentive import percent
from tests.builders.product import a_product
from tests.inventory_svc.shop import TIMES, TTL, Pieces, SqlShop
from tests.polling import eventually

LOCK_NOT_AVAILABLE = "55P03"


async def is_locked(shop: SqlShop, query: str) -> bool:
    """Whether somebody else holds the row that `query` finds."""
    try:
        async with shop.engines[1].connect() as connection:
            await connection.execute(text(f"{query} FOR UPDATE NOWAIT"))
    except DBAPIError as error:
        return sqlstate(error) == LOCK_NOT_AVAILABLE
    return False


async def test_stock_is_locked(sql_shop: SqlShop) -> None:
    (item,) = await sql_shop.stocked(5)

    async with sql_shop.open_uows[0]() as uow:
        await uow.stocks.lock([item.id])

        assert await is_locked(sql_shop, "SELECT FROM inventory")
        # Prices and names can be changed meanwhile.
        assert not await is_locked(sql_shop, "SELECT FROM product_item")


async def test_the_stock_of_orders_is_locked(sql_shop: SqlShop) -> None:
    (item,) = await sql_shop.stocked(5)
    held = await sql_shop.send(sql_shop.order((item, 1)))

    async with sql_shop.open_uows[0]() as uow:
        await uow.stocks.lock(of_orders=[held.order_id])

        assert await is_locked(sql_shop, "SELECT FROM inventory")


@pytest.mark.parametrize("by", ["item", "order"])
async def test_stock_is_locked_in_the_order_of_the_items(sql_shop: SqlShop, by: Any) -> None:
    low, high = await sql_shop.stocked(5, 5)
    held = await sql_shop.send(sql_shop.order((high, 1), (low, 1)))
    # Its row is behind the other's now, where a scan of the table finds it last.
    await sql_shop.arrives(low, 1)

    async def locks() -> None:
        async with sql_shop.open_uows[0]() as uow:
            await (uow.stocks.lock([high.id, low.id]) if by == "item" else uow.stocks.lock(of_orders=[held.order_id]))

    async with sql_shop.open_uows[1]() as other:
        await other.stocks.lock([low.id])
        locking = asyncio.create_task(locks())
        await eventually(lambda: waits_for_a_lock(sql_shop))

        # A transaction that waits for the first lock does not hold the second.
        assert not await is_locked(sql_shop, f"SELECT FROM inventory WHERE id = {high.id}")
    await locking


async def test_incentives_are_locked_in_the_order_of_their_ids(sql_shop: SqlShop) -> None:
    low, high = [await sql_shop.offered(percent(code=code)) for code in ("ZLOW", "AHIGH")]
    async with sql_shop.engines[0].begin() as connection:
        await connection.execute(text(f"UPDATE incentive SET active = true WHERE id = {low.id}"))

    async def locks() -> None:
        async with sql_shop.open_uows[0]() as uow:
            await uow.incentives.lock([IncentiveLocks(user_id="u", codes=("AHIGH", "ZLOW"))])

    async with sql_shop.open_uows[1]() as other:
        await other.incentives.lock([IncentiveLocks(user_id="u", codes=("ZLOW",))])
        locking = asyncio.create_task(locks())
        await eventually(lambda: waits_for_a_lock(sql_shop))

        assert not await is_locked(sql_shop, f"SELECT FROM incentive WHERE id = {high.id}")
    await locking


async def test_who_waits_for_stock_is_locked(sql_shop: SqlShop) -> None:
    (item,) = await sql_shop.backorderable(0)
    first, second = [await sql_shop.send(sql_shop.order((item, 1))) for _ in range(2)]

    async with sql_shop.open_uows[0]() as uow:
        waiting = await uow.reservations.lock_waiting({item.id: 1})

        assert [reservation.order_id for reservation in waiting] == [first.order_id]
        assert await is_locked(sql_shop, f"SELECT FROM reservation WHERE order_id = {first.order_id}")
        # Who gets nothing is left alone.
        assert not await is_locked(sql_shop, f"SELECT FROM reservation WHERE order_id = {second.order_id}")


async def test_an_order_that_is_served_of_one_item_elsewhere_is_served_of_the_other_after_that(
    sql_shop: SqlShop,
) -> None:
    one, other = await sql_shop.backorderable(0, 0)
    both = await sql_shop.send(sql_shop.order((one, 1), (other, 1)))

    async with sql_shop.open_uows[1]() as elsewhere:
        await adjust_stock(AdjustStock(product_item_id=one.id, delta=1, reason="delivery"), elsewhere)
        arriving = asyncio.create_task(sql_shop.arrives(other, 1))
        await eventually(lambda: waits_for_a_lock(sql_shop))
        await elsewhere.commit()
    await arriving

    assert await sql_shop.states() == {both.order_id: "HELD"}


async def test_reservations_are_locked_in_the_order_of_their_ids(sql_shop: SqlShop) -> None:
    (item,) = await sql_shop.stocked(9)
    low, high = [await sql_shop.send(sql_shop.order((item, 1))) for _ in range(2)]
    async with sql_shop.engines[0].begin() as connection:
        # Its row is behind the other's now.
        await connection.execute(text(f"UPDATE reservation SET revision = 0 WHERE order_id = {low.order_id}"))

    async def locks() -> None:
        async with sql_shop.open_uows[0]() as uow:
            await uow.reservations.lock([high.order_id, low.order_id])

    async with sql_shop.open_uows[1]() as other:
        await other.reservations.lock([low.order_id])
        locking = asyncio.create_task(locks())
        await eventually(lambda: waits_for_a_lock(sql_shop))

        assert not await is_locked(sql_shop, f"SELECT FROM reservation WHERE order_id = {high.order_id}")
    await locking


async def test_new_reservations_are_written_in_the_order_of_their_keys(sql_shop: SqlShop) -> None:
    (item,) = await sql_shop.stocked(9)
    kept = await sql_shop.send(sql_shop.order((item, 1), key="kept"))
    first, second, again = [
        replace(kept, order_id=order_id, request_key=key) for order_id, key in ((1, "a"), (2, "z"), (3, "a"))
    ]

    async def adds() -> None:
        async with sql_shop.open_uows[0]() as uow:
            await uow.reservations.add([second, again])
            await send_writes(uow.session)

    async with sql_shop.open_uows[1]() as other:
        await other.reservations.add([first])
        await send_writes(other.session)
        adding = asyncio.create_task(adds())
        await eventually(lambda: waits_for_a_lock(sql_shop))

        # A transaction that waits for the first key does not hold the second, so there is no deadlock.
        async with sql_shop.engines[1].connect() as connection:
            await connection.execute(text("SET LOCAL lock_timeout = '200ms'"))
            await connection.execute(
                text(
                    "INSERT INTO reservation (order_id, request_key, fingerprint, user_id, currency, state, sold, "
                    "discounts, points_spent, points_earned) "
                    "VALUES (4, 'z', '', 'u', 'USD', 'RELEASED', false, '[]', 0, 0)"
                )
            )
    await adding


async def test_one_key_at_once_for_different_items_is_one_reservation(sql_shop: SqlShop) -> None:
    # Nothing but the key's uniqueness stands between them: each has locked its own item.
    one, other = await sql_shop.stocked(5, 5)
    first = sql_shop.order((one, 1), key="k")

    async with sql_shop.open_uows[1]() as elsewhere:
        await reserve_and_commit([first], elsewhere, times=TIMES, rates=LoyaltyRates(), low=0)
        await send_writes(elsewhere.session)
        second = asyncio.create_task(sql_shop.send(sql_shop.order((other, 1), key="k")))
        await eventually(lambda: waits_for_a_lock(sql_shop))
        await elsewhere.commit()

    with pytest.raises(RequestIdReused):
        await second
    assert await sql_shop.states() == {first.order_id: "HELD"}
    assert await sql_shop.of(other) == Pieces(on_hand=5)


async def test_a_product_and_an_incentive_that_are_edited_are_locked(sql_shop: SqlShop) -> None:
    product = await sql_shop.given(a_product())
    incentive = await sql_shop.offered(percent(code="TEN"))

    async with sql_shop.open_uows[0]() as uow:
        await uow.products.lock(product.id)
        await uow.incentives.get(incentive.id)

        assert await is_locked(sql_shop, "SELECT FROM product")
        assert await is_locked(sql_shop, "SELECT FROM incentive")


@pytest.mark.parametrize("command", [Commit, Release, ExpireReservation])
async def test_a_command_begins_again_when_its_order_came_to_have_other_items(sql_shop: SqlShop, command: Any) -> None:
    had, has = await sql_shop.stocked(5, 5)
    held, more = [await sql_shop.send(sql_shop.order((item, 1))) for item in (had, has)]
    amended = Amend(order_id=held.order_id, revision=1, lines=(Line(has.id, 1),), supplementary_hold_id=more.order_id)
    await sql_shop.let_time_pass(2 * TTL)
    whose: dict[str, int] = {"order_id": held.order_id}
    if command is not ExpireReservation:
        whose["revision"] = 1

    # The command waits for the stock of an order that is being changed.
    async with sql_shop.open_uows[1]() as other:
        results = await amend_batch([amended], other, times=TIMES, rates=LoyaltyRates())
        settling = asyncio.create_task(sql_shop.send(command(**whose)))
        await eventually(lambda: waits_for_a_lock(sql_shop))
        await other.commit()
    await settling

    assert isinstance(results[0], Reservation)
    assert await sql_shop.of(had) == Pieces(on_hand=5)
    assert await sql_shop.of(has) == (Pieces(on_hand=4, sold=1) if command is Commit else Pieces(on_hand=5))


async def test_a_sale_of_items_that_are_not_locked_is_a_conflict(sql_shop: SqlShop) -> None:
    had, has = await sql_shop.stocked(5, 5)
    held, more = [await sql_shop.send(sql_shop.order((item, 1))) for item in (had, has)]
    amended = Amend(order_id=held.order_id, revision=1, lines=(Line(has.id, 1),), supplementary_hold_id=more.order_id)

    async def sell() -> None:
        async with sql_shop.open_uows[0]() as uow:
            commands = [Commit(order_id=held.order_id)]
            await reserve_and_commit(commands, uow, times=TIMES, rates=LoyaltyRates(), low=0)
            await uow.commit()

    # With locks, as while others want the same rows: without, the commit finds out.
    async with sql_shop.open_uows[1]() as other:
        await amend_batch([amended], other, times=TIMES, rates=LoyaltyRates())
        selling = asyncio.create_task(sell())
        await eventually(lambda: waits_for_a_lock(sql_shop))
        await other.commit()
    with pytest.raises(Conflict):
        await selling

    assert await sql_shop.of(had) == Pieces(on_hand=5)
    assert await sql_shop.of(has) == Pieces(on_hand=5, reserved=1)


async def test_a_hold_that_was_renewed_meanwhile_does_not_expire(sql_shop: SqlShop) -> None:
    (item,) = await sql_shop.stocked(5)
    held = await sql_shop.send(sql_shop.order((item, 1), key="k"))
    await sql_shop.let_time_pass(2 * TTL)

    async with sql_shop.open_uows[0]() as uow:
        due = await uow.reservations.find_due(10, after=0)
        await sql_shop.send(sql_shop.order((item, 1), key="k", re_reserve=True), replica=1)

        assert due == [held.order_id]
        assert await uow.reservations.lock_expired(due) == []


@pytest.mark.parametrize("by", ["order id", "request key", "expiry"])
async def test_reservations_are_locked(sql_shop: SqlShop, by: Any) -> None:
    (item,) = await sql_shop.stocked(5)
    held = await sql_shop.send(sql_shop.order((item, 1), key="k"))
    await sql_shop.let_time_pass(2 * TTL)

    async with sql_shop.open_uows[0]() as uow:
        if by == "order id":
            assert list(await uow.reservations.lock([held.order_id])) == [held.order_id]
        elif by == "request key":
            assert len(await uow.reservations.lock_requested(["k"], [])) == 1
        else:
            assert len(await uow.reservations.lock_expired([held.order_id])) == 1

        assert await is_locked(sql_shop, "SELECT FROM reservation")


async def test_the_reaper_passes_over_what_is_being_settled(sql_shop: SqlShop) -> None:
    (item,) = await sql_shop.stocked(5)
    held = await sql_shop.send(sql_shop.order((item, 1)))
    await sql_shop.let_time_pass(2 * TTL)

    async with sql_shop.open_uows[0]() as uow:
        await uow.reservations.lock([held.order_id])
        async with asyncio.timeout(5):
            await sql_shop.reap(replica=1)

    assert await sql_shop.states() == {held.order_id: "HELD"}


@pytest.mark.parametrize("by", ["code", "id"])
async def test_incentives_are_locked(sql_shop: SqlShop, by: Any) -> None:
    incentive = await sql_shop.offered(percent(code="TEN"))
    lock_requests = {
        "code": IncentiveLocks(user_id="u", codes=("TEN",)),
        "id": IncentiveLocks(user_id="u", incentive_ids=(incentive.id,)),
    }

    async with sql_shop.open_uows[0]() as uow:
        await uow.incentives.lock([lock_requests[by]])

        assert await is_locked(sql_shop, "SELECT FROM incentive")


async def test_a_preview_locks_nothing(sql_shop: SqlShop) -> None:
    (item,) = await sql_shop.stocked(5)
    await sql_shop.offered(percent(code="TEN"))

    async with sql_shop.open_uows[0]() as uow:
        await uow.stocks.look([item.id])
        await uow.incentives.look(IncentiveLocks(user_id="u", codes=("TEN",), spends_points=True))

        assert not await is_locked(sql_shop, "SELECT FROM inventory")
        assert not await is_locked(sql_shop, "SELECT FROM incentive")


async def test_points_are_counted_after_those_who_spend_them_now(sql_shop: SqlShop) -> None:
    remaining, right = await sql_shop.stocked(20, 20)
    bought = await sql_shop.send(sql_shop.order((remaining, 10)))
    await sql_shop.send(Commit(order_id=bought.order_id))
    incentive_locks = IncentiveLocks(user_id="shopper", spends_points=True)

    async with sql_shop.open_uows[0]() as uow:
        await uow.incentives.lock([incentive_locks])
        second = asyncio.create_task(sql_shop.send(sql_shop.order((right, 1), loyalty_points=100), replica=1))
        await eventually(lambda: waits_for_a_lock(sql_shop))
        # Spent here, and there is nothing left for the one who waits.
        order = sql_shop.order((remaining, 1), loyalty_points=100)
        results = await reserve_and_commit([order], uow, times=TIMES, rates=LoyaltyRates(), low=0)
        await uow.commit()

    assert isinstance(results[0], Reservation)
    with pytest.raises(IncentiveInvalid, match="0 points"):
        await second


async def waits_for_a_lock(shop: SqlShop) -> bool:
    async with shop.engines[0].connect() as connection:
        return bool(await connection.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))
