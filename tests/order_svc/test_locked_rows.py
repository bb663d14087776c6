"""A row that somebody else has locked costs the order that needs it, and no other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.engine import make_engine
from chassis.errors import Locked
from order_svc.commands.cancel_order import CancelOrder
from order_svc.commands.confirm_availability import ConfirmAvailability
from order_svc.commands.record_payment import RecordPayment
from order_svc.domain.status import PaymentOutcome, Status
from tests.order_svc.order_app import SqlOrderApp
from tests.order_svc.test_place_order import a_placing, waiting
from tests.order_svc.test_record_payment import a_charge_under_way


@pytest.fixture
async def engine(databases_of: Callable[[str], Awaitable[Mapping[str, str]]]) -> AsyncIterator[AsyncEngine]:
    url = (await databases_of("order_svc"))["easyorder_order_write"]
    engine = make_engine(url, application_name="tests", lock_timeout_s=0.1)
    yield engine
    await engine.dispose()


async def together(*sending: Awaitable[Any]) -> list[Any]:
    return await asyncio.gather(*sending, return_exceptions=True)


@pytest.mark.parametrize("row", ["orders WHERE id = 1", "payment WHERE id = 1", "job WHERE key = 't-1'"])
@pytest.mark.parametrize("recent", [True, False], ids=["recent", "read"])
async def test_payments_of_other_orders_are_recorded(engine: AsyncEngine, row: str, recent: bool) -> None:
    app = SqlOrderApp(engine)
    leases = [await a_charge_under_way(app, order_id) for order_id in (1, 2, 3)]
    paid = [
        RecordPayment(lease=lease, order_id=id, transaction_id=f"t-{id}", outcome=PaymentOutcome.CHARGED)
        for id, lease in enumerate(leases, start=1)
    ]
    app.recent.take([] if recent else [1, 2, 3])

    async with engine.begin() as connection:
        await connection.execute(text(f"SELECT FROM {row} FOR UPDATE"))
        results = await together(*map(app.send, paid), app.send(a_placing(4)))
        assert [isinstance(result, Locked) for result in results] == [True, False, False, False]
        assert await app.status(2) is await app.status(3) is Status.PAID
        assert await app.events(1) == [(1, "order_created")]

        # The same again, without those that wait.
        async with asyncio.timeout(2):
            again, _ = await together(app.send(paid[0]), app.send(a_placing(5)))
        assert isinstance(again, Locked)

    await app.send(paid[0])
    assert await app.status(1) is Status.PAID


async def test_stock_comes_to_other_orders(engine: AsyncEngine) -> None:
    app = SqlOrderApp(engine)
    orders = [1, 2]
    for order_id in orders:
        await app.send(waiting(a_placing(order_id)))

    async with engine.begin() as connection:
        await connection.execute(text(f"SELECT FROM orders WHERE id = {orders[0]} FOR UPDATE"))
        came = [ConfirmAvailability(order_id=order_id, filled=True, stocks=()) for order_id in orders]
        results = await together(*map(app.send, came))
        assert [isinstance(result, Locked) for result in results] == [True, False]

        with pytest.raises(Locked):
            await app.send(CancelOrder(order_id=orders[0], reason="late"))
        # Known to be locked by now, so that nobody waits for it.
        with app.statements() as statements, pytest.raises(Locked):
            await app.send(CancelOrder(order_id=orders[0], reason="late"))
        assert len([statement for statement in statements if "FOR UPDATE" in statement]) == 1

    assert [await app.status(order_id) for order_id in orders] == [Status.PENDING, Status.CONFIRMED]
