"""What a command read of stock and incentives stays until its transaction ends, and the reaper waits for nobody."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from chassis.db.failures import sqlstate
from inventory_svc.commands.commit import Commit
from inventory_svc.commands.reserve import reserve_batch
from inventory_svc.domain.errors import IncentiveInvalid
from inventory_svc.domain.offers import Claim
from inventory_svc.domain.pricing import LoyaltyRates
from inventory_svc.domain.reservation import Reservation
from tests.builders.incentive import percent
from tests.inventory_svc.shop import TTL, SqlShop
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


async def test_stock_is_locked(sql_shop):
    (item,) = await sql_shop.stocked(5)

    async with sql_shop.open_uows[0]() as uow:
        await uow.stocks.lock([item.id])

        assert await is_locked(sql_shop, "SELECT FROM inventory")
        # Prices and names can be changed meanwhile.
        assert not await is_locked(sql_shop, "SELECT FROM product_item")


@pytest.mark.parametrize("by", ["order id", "request key", "expiry"])
async def test_reservations_are_locked(sql_shop, by):
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


async def test_the_reaper_passes_over_what_is_being_settled(sql_shop):
    (item,) = await sql_shop.stocked(5)
    held = await sql_shop.send(sql_shop.order((item, 1)))
    await sql_shop.let_time_pass(2 * TTL)

    async with sql_shop.open_uows[0]() as uow:
        await uow.reservations.lock([held.order_id])
        async with asyncio.timeout(5):
            await sql_shop.reap(replica=1)

    assert await sql_shop.states() == {held.order_id: "HELD"}


@pytest.mark.parametrize("by", ["code", "id"])
async def test_incentives_are_locked(sql_shop, by):
    incentive = await sql_shop.offered(percent(code="TEN"))
    claims = {"code": Claim(user_id="u", codes=("TEN",)), "id": Claim(user_id="u", incentive_ids=(incentive.id,))}

    async with sql_shop.open_uows[0]() as uow:
        await uow.incentives.lock([claims[by]])

        assert await is_locked(sql_shop, "SELECT FROM incentive")


async def test_a_preview_locks_nothing(sql_shop):
    (item,) = await sql_shop.stocked(5)
    await sql_shop.offered(percent(code="TEN"))

    async with sql_shop.open_uows[0]() as uow:
        await uow.stocks.look([item.id])
        await uow.incentives.look(Claim(user_id="u", codes=("TEN",), spends_points=True))

        assert not await is_locked(sql_shop, "SELECT FROM inventory")
        assert not await is_locked(sql_shop, "SELECT FROM incentive")


async def test_points_are_counted_after_those_who_spend_them_now(sql_shop):
    left, right = await sql_shop.stocked(20, 20)
    bought = await sql_shop.send(sql_shop.order((left, 10)))
    await sql_shop.send(Commit(order_id=bought.order_id))
    claim = Claim(user_id="shopper", spends_points=True)

    async with sql_shop.open_uows[0]() as uow:
        await uow.incentives.lock([claim])
        second = asyncio.create_task(sql_shop.send(sql_shop.order((right, 1), loyalty_points=100), replica=1))
        await eventually(lambda: waits_for_a_lock(sql_shop))
        # Spent here, and there is nothing left for the one who waits.
        order = sql_shop.order((left, 1), loyalty_points=100)
        results = await reserve_batch([order], uow, ttl=TTL, rates=LoyaltyRates(), low=0)
        await uow.commit()

    assert isinstance(results[0], Reservation)
    with pytest.raises(IncentiveInvalid, match="0 points"):
        await second


async def waits_for_a_lock(shop: SqlShop) -> bool:
    async with shop.engines[0].connect() as connection:
        return bool(await connection.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))
