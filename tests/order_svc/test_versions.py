"""The version that a command returns, which is the etag for the next command, is the stored version."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.mediator import Command
from order_svc.commands.cancel_order import CancelOrder
from order_svc.commands.deliver_order import DeliverOrder
from order_svc.commands.refund_order import RefundGranted, RefundOrder
from order_svc.commands.ship_order import ShipOrder
from order_svc.domain.status import PaymentMethod
from tests.builders.order import PARCEL, OrderBuilder, an_order
from tests.order_svc.order_app import OrderApp
from tests.order_svc.test_place_order import a_placing


@pytest.mark.parametrize(
    ("order", "command"),
    [
        (an_order, lambda id: CancelOrder(order_id=id, reason="late")),
        (lambda: an_order().paid(), lambda id: ShipOrder(order_id=id, parcel=PARCEL, etag="1")),
        # Promised and cancelled: two changes, and one that is stored.
        (lambda: an_order().paid(), lambda id: RefundOrder(order_id=id, reason="late")),
        (
            lambda: an_order(method=PaymentMethod.CASH).shipped(),
            lambda id: DeliverOrder(order_id=id, etag="1"),
        ),
    ],
    ids=["cancelled", "shipped", "refunded", "delivered"],
)
async def test_what_is_answered_is_what_is_stored(order_app: OrderApp, order: type, command: type) -> None:
    built: OrderBuilder = order()
    order_id = await order_app.given(built)
    cmd: Command[Any] = command(order_id)

    answer = await order_app.send(cmd)

    view = answer.order if isinstance(answer, RefundGranted) else answer
    assert view.row_version == (await order_app.order(order_id)).row_version == 2


def test_an_event_tells_the_version_that_will_be_stored() -> None:
    order = an_order().build()
    order.stored()

    (event,) = order.cancel(reason="late", at=order.placed_at)

    assert event.payload["order"].row_version == 2
    order.stored()
    assert order.row_version == 2


async def test_a_new_order_is_answered_as_its_first_version(order_app: OrderApp) -> None:
    placed = await order_app.placed(a_placing(1))

    assert placed.row_version == (await order_app.order(1)).row_version == 1
