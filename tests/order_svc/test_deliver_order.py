"""DeliverOrder ends a shipped order; cash is paid, and its shipments have arrived."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chassis.errors import EtagMismatch
from order_svc.commands.deliver_order import DeliverOrder
from order_svc.domain.status import IllegalTransition, PaymentMethod, PaymentStatus, Status
from tests.builders.order import AT, OrderBuilder, an_order
from tests.order_svc.order_app import OrderApp


async def test_a_shipped_order_is_delivered(order_app: OrderApp) -> None:
    order_id = await order_app.given(an_order().paid().shipped())
    order_app.clock.advance(2 * 86400)

    delivered = await order_app.send(DeliverOrder(order_id=order_id))

    (parcel,) = delivered.shipments
    assert (delivered.status, delivered.paid_at) == (Status.DELIVERED, AT)
    assert (parcel.shipped_at, parcel.delivered_at) == (AT, order_app.clock.now())
    assert (await order_app.order(order_id)).view() == delivered
    assert [kind for _, kind in await order_app.events(order_id)][-1] == "order_status_changed"
    assert await order_app.jobs() == []


async def test_cash_is_paid_when_it_is_delivered(order_app: OrderApp) -> None:
    order_id = await order_app.given(an_order(method=PaymentMethod.CASH).shipped())

    delivered = await order_app.send(DeliverOrder(order_id=order_id))

    assert delivered.payment.status is PaymentStatus.PAID
    assert delivered.paid_at == delivered.payment.processed_at == order_app.clock.now()
    # It has earned its points.
    assert (await order_app.job("commit_stock")).payload["paid"] is True


@pytest.mark.parametrize(
    "before",
    [
        an_order,
        lambda: an_order(method=PaymentMethod.CASH),
        lambda: an_order().paid(),
        lambda: an_order().paid().delivered(),
        lambda: an_order().cancelled(),
        lambda: an_order().refused(),
    ],
    ids=["confirmed", "cash", "paid", "delivered", "cancelled", "failed"],
)
async def test_nothing_else_is_delivered(order_app: OrderApp, before: Callable[[], OrderBuilder]) -> None:
    order_id = await order_app.given(before())
    present = await order_app.order(order_id)

    with pytest.raises(IllegalTransition) as refusal:
        await order_app.send(DeliverOrder(order_id=order_id))

    assert refusal.value.metadata == {"fromStatus": present.status.contract_name, "toStatus": "ORDER_STATUS_DELIVERED"}
    assert await order_app.order(order_id) == present
    assert await order_app.jobs() == []


async def test_another_version_is_not_touched(order_app: OrderApp) -> None:
    order_id = await order_app.given(an_order().paid().shipped())

    with pytest.raises(EtagMismatch):
        await order_app.send(DeliverOrder(order_id=order_id, etag="2"))

    assert await order_app.status(order_id) is Status.SHIPPED
