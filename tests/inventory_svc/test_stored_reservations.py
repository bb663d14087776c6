"""Reservations are listed as they are stored, page by page, for a comparison with the orders."""

from __future__ import annotations

from inventory_svc.commands.commit import Commit
from inventory_svc.commands.confirm_placed import ConfirmPlaced
from inventory_svc.commands.release import Release
from inventory_svc.domain.reservation import ReservationState
from inventory_svc.queries.reservations import StoredReservations
from tests.inventory_svc.shop import SqlShop


async def test_a_page_has_what_takes_stock_for_orders_that_exist(sql_shop: SqlShop) -> None:
    lamp, desk = await sql_shop.stocked(50, 50)
    unplaced, placed, sold, released = [await sql_shop.send(sql_shop.order((lamp, 1), (desk, n))) for n in (2, 3, 4, 5)]
    await sql_shop.send(ConfirmPlaced(order_id=placed.order_id))
    await sql_shop.send(Commit(order_id=sold.order_id))
    await sql_shop.send(Release(order_id=released.order_id))
    stored = StoredReservations(sql_shop.engines[1])

    first = await stored.page(after=0, limit=1)
    rest = await stored.page(after=first[0].order_id, limit=10)
    named = await stored.of_orders([released.order_id, unplaced.order_id, sold.order_id + 1000])

    assert [(one.order_id, one.state) for one in first + rest] == [
        (placed.order_id, ReservationState.HELD),
        (sold.order_id, ReservationState.COMMITTED),
    ]
    assert {one.order_id: one.state for one in named} == {
        unplaced.order_id: ReservationState.HELD,
        released.order_id: ReservationState.RELEASED,
    }
    assert {line[0]: line[1:] for line in first[0].lines} == {lamp.id: (1, 0), desk.id: (3, 0)}
    assert first[0].request_key == placed.request_key
    assert await stored.page(after=sold.order_id, limit=10) == []
