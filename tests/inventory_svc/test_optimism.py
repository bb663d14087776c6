"""Reserve and Commit without locks: a change since the read is never overwritten."""

from __future__ import annotations

import asyncio

import pytest

from chassis.db.failures import translated
from chassis.errors import Conflict
from inventory_svc.commands.commit import Commit
from inventory_svc.commands.keep_reservation import KeepReservation
from inventory_svc.domain.lines import Line
from tests.inventory_svc.shop import TTL, Pieces, SqlShop


@pytest.mark.reaches("CONFLICT")
async def test_stock_that_another_replica_took_meanwhile_is_not_held_twice(sql_shop: SqlShop) -> None:
    (item,) = await sql_shop.stocked(5)

    async with sql_shop.open_uows[0](optimistic=True) as uow:
        stock_batch = await uow.stocks.lock([item.id])
        await sql_shop.send(sql_shop.order((item, 3)), replica=1)
        stock_batch.hold([Line(item.id, 1)], "USD")
        await uow.stocks.save(stock_batch)
        with pytest.raises(Conflict), translated():
            await uow.commit()

    assert await sql_shop.of(item) == Pieces(on_hand=5, reserved=3)


async def test_a_reservation_that_changed_meanwhile_is_not_overwritten(sql_shop: SqlShop) -> None:
    (item,) = await sql_shop.backorderable(0)
    waiting = await sql_shop.send(sql_shop.order((item, 1)))

    async with sql_shop.open_uows[0](optimistic=True) as uow:
        (seen,) = await uow.reservations.lock_requested([], [waiting.order_id])
        # Moves no stock.
        await sql_shop.send(KeepReservation(order_id=waiting.order_id), replica=1)
        await uow.reservations.save([seen])
        with pytest.raises(Conflict), translated():
            await uow.commit()

    # What was kept does not end by itself.
    await sql_shop.let_time_pass(2 * TTL)
    await sql_shop.reap()
    assert await sql_shop.states() == {waiting.order_id: "BACKORDERED"}


async def test_many_orders_at_two_replicas_are_held_and_sold_to_the_piece(sql_shop: SqlShop) -> None:
    (item,) = await sql_shop.stocked(60)
    orders = [sql_shop.order((item, 1)) for _ in range(50)]

    async def buy(number: int) -> None:
        await sql_shop.send(orders[number], replica=number % 2)
        await sql_shop.send(Commit(order_id=orders[number].order_id), replica=(number + 1) % 2)

    await asyncio.gather(*(buy(number) for number in range(50)))

    assert await sql_shop.of(item) == Pieces(on_hand=10, sold=50)
