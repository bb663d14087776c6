"""What a command read of the stock stays as it is until its transaction ends, and the reaper waits for nobody."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from chassis.db.failures import sqlstate
from tests.inventory_svc.shop import TTL, SqlShop

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
            assert len(await uow.reservations.lock_expired(10)) == 1

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
