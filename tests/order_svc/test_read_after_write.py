"""An order is found by its id as soon as it was placed, by everybody who may see it, and nobody else learns of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.context import Caller, RequestContext, request_context
from chassis.db.read_your_writes import ReadYourWrites
from chassis.errors import Unavailable
from order_svc.adapters.order_creators import OrderCreators
from order_svc.domain.errors import OrderNotFound
from order_svc.queries.orders import OrderQueries
from tests.builders.order import an_order
from tests.builders.order_ids import IDS
from tests.fakes.chassis import soon, unknown
from tests.order_svc.order_reads import OrderReads

ADMIN = Caller.person("admin-1", admin=True)
SERVICE = Caller.service("inventory")
TEAM_MEMBER, STRANGER = Caller.person("shopper-2", team_ids=("red",)), Caller.person("shopper-3", team_ids=("blue",))


def looks(write: AsyncEngine) -> Callable[[], int]:
    """Counts the statements that look for orders on the write side from now on."""
    sent: list[str] = []
    event.listen(write.sync_engine, "before_cursor_execute", lambda *of_call: sent.append(of_call[2]))
    return lambda: sum("team_id FROM orders" in statement for statement in sent)


@pytest.mark.parametrize("caller", [ADMIN, SERVICE, TEAM_MEMBER])
async def test_others_who_may_see_an_order_wait_for_it(reads: OrderReads, caller: Caller) -> None:
    read_your_writes = ReadYourWrites(reads.write, flush=soon, read_time=unknown)
    patient = OrderQueries(reads.read, read_your_writes, IDS, OrderCreators(reads.write).of)
    order_id = await reads.app.given(an_order(team="red"))

    with pytest.raises(Unavailable, match="try again") as refusal:
        await reads.get(order_id, caller=caller)
    with request_context(RequestContext(caller=caller)):
        reading = asyncio.create_task(patient.get_order(order_id))
    await reads.project()

    assert refusal.value.retry_after_s == 1
    assert (await reading).id == order_id


async def test_to_a_stranger_a_new_order_is_like_one_that_never_was(reads: OrderReads) -> None:
    order_id = await reads.app.given(an_order(team="red"))
    counted = looks(reads.write)

    for foreign_id in (order_id, order_id + 1):
        with pytest.raises(OrderNotFound):
            await reads.get(foreign_id, caller=STRANGER)

    assert counted() == 2


async def test_an_id_that_nobody_gave_out_never_reaches_the_write_side(reads: OrderReads) -> None:
    counted = looks(reads.write)

    with pytest.raises(OrderNotFound):
        await reads.get(IDS.order_number("a" * 26), caller=ADMIN)

    assert counted() == 0


async def test_many_who_look_for_orders_share_statements(reads: OrderReads) -> None:
    creators, counted = OrderCreators(reads.write), looks(reads.write)
    order_id = await reads.app.given(an_order())

    with request_context(RequestContext(caller=ADMIN)):
        found = await asyncio.gather(*(creators.of(order_id + number) for number in range(300)))

    assert [creator is not None for creator in found] == [True] + [False] * 299
    assert counted() <= 2
