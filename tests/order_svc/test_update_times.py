"""An order says when it last changed: with each change and its event, and not with a read or a repeat."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from chassis.context import Caller
from chassis.mediator import Command
from order_svc.commands.cancel_order import CancelOrder
from order_svc.commands.deliver_order import DeliverOrder
from order_svc.commands.record_refund import RecordRefund
from order_svc.commands.refund_order import RefundGranted, RefundOrder
from order_svc.commands.ship_order import ShipOrder
from order_svc.commands.update_order import OrderUpdated
from order_svc.domain.status import PaymentMethod
from order_svc.domain.views import OrderView
from order_svc.messages.orders import order_message
from tests.builders.order import AT, PARCEL, OrderBuilder, an_order
from tests.builders.order_ids import IDS
from tests.fakes.chassis import request_key
from tests.order_svc.order_app import OrderApp, SqlOrderApp
from tests.order_svc.order_reads import OrderReads
from tests.order_svc.test_amendments import _extra, _retry, an_update

LATER = AT + timedelta(days=1)


@pytest.mark.parametrize(
    ("order", "command"),
    [
        (an_order, lambda id: CancelOrder(order_id=id, reason="late")),
        (lambda: an_order(method=PaymentMethod.CASH), lambda id: an_update(id, (1, 1))),
        (lambda: an_order().refused(), lambda id: _retry(id, hold=_extra())),
        (lambda: an_order().paid(), lambda id: ShipOrder(order_id=id, parcel=PARCEL)),
        (lambda: an_order(method=PaymentMethod.CASH).shipped(), lambda id: DeliverOrder(order_id=id)),
        (lambda: an_order().paid().shipped(), lambda id: RefundOrder(order_id=id, reason="broken")),
        # It has no event: nobody took money for the order, and nobody will.
        (
            lambda: an_order().cancelled(),
            lambda id: RecordRefund(
                lease=None, order_id=id, transaction_id=f"t-{id}", refund_id=f"t-{id}/all", charged_at=None
            ),
        ),
    ],
    ids=["cancelled", "updated", "paid again", "shipped", "delivered", "refunded", "never charged"],
)
async def test_it_is_that_of_the_last_change(
    reads: OrderReads, order: Callable[[], OrderBuilder], command: Callable[[int], Command[Any]]
) -> None:
    (order_id,) = await reads.given(order())
    assert (await reads.get(order_id)).updated_at == AT
    reads.app.clock.advance(60)
    now = reads.app.clock.now()

    answer = await reads.app.send(command(order_id))
    await reads.project()
    reads.app.clock.advance(60)

    changed = answer.order if isinstance(answer, RefundGranted | OrderUpdated) else answer
    assert changed.updated_at == (await reads.app.order(order_id)).updated_at == now
    seen = await reads.get(order_id, caller=Caller.person("admin-1", admin=True))
    assert order_message(seen, IDS).update_time == now


async def test_a_repeat_changes_nothing(order_app: OrderApp) -> None:
    order_id = await order_app.given(an_order())
    order_app.clock.advance(60)
    cancelling = CancelOrder(order_id=order_id, reason="late", request=request_key())
    first = await order_app.send(cancelling)
    order_app.clock.advance(60)

    again: OrderView = await order_app.send(cancelling)

    assert again.updated_at == first.updated_at == (await order_app.order(order_id)).updated_at


async def test_the_payment_whose_refund_is_promised_has_changed(order_app: OrderApp) -> None:
    order_id = await order_app.given(an_order().paid().shipped())
    order_app.clock.advance(60)

    granted = await order_app.send(RefundOrder(order_id=order_id, reason="broken"))

    assert granted.order.payment.processed_at == granted.order.updated_at == order_app.clock.now()


def test_an_order_that_0_2_0_stored_has_the_last_time_that_is_known_of_it() -> None:
    order = an_order().paid().build()
    order.cancel(reason="late", at=LATER)

    stored = replace(order.view(), updated_at=None)

    assert order_message(stored, IDS).update_time == LATER
    assert order_message(replace(stored, cancelled_at=None), IDS).update_time == AT


async def test_an_order_that_0_2_0_answered_is_answered_again(sql_app: SqlOrderApp) -> None:
    order_id = await sql_app.given(an_order())
    sql_app.clock.advance(60)
    cancelling = CancelOrder(order_id=order_id, reason="late", request=request_key())
    await sql_app.send(cancelling)
    older = "CAST(CAST(convert_from(answer, 'UTF8') AS jsonb) - 'updated_at' AS text)"
    without = text(f"UPDATE idempotency_key SET answer = convert_to({older}, 'UTF8')")
    async with sql_app.engine.begin() as connection:
        await connection.execute(without)

    again: OrderView = await sql_app.send(cancelling)

    assert (again.updated_at, order_message(again, IDS).update_time) == (None, sql_app.clock.now())
