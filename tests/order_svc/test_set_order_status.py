"""SetOrderStatus allows only the transitions of MOVES."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chassis.errors import EtagMismatch
from order_svc.commands.cancel_order import CancelOrder
from order_svc.commands.set_order_status import SetOrderStatus
from order_svc.domain.status import IllegalTransition, PaymentMethod, PaymentStatus, Status
from tests.builders.order import AT, OrderBuilder, an_order
from tests.order_svc.order_app import OrderApp


async def test_a_paid_order_is_shipped_and_delivered(order_app: OrderApp) -> None:
    order_id = await order_app.given(an_order().paid())

    shipped = await order_app.send(SetOrderStatus(order_id=order_id, status=Status.SHIPPED))
    delivered = await order_app.send(SetOrderStatus(order_id=order_id, status=Status.DELIVERED, etag=shipped.etag))

    assert (shipped.status, delivered.status) == (Status.SHIPPED, Status.DELIVERED)
    assert delivered.paid_at == AT
    assert [kind for _, kind in await order_app.events(order_id)][-2:] == ["order_status_changed"] * 2
    assert await order_app.jobs() == []


async def test_cash_is_paid_when_it_is_delivered(order_app: OrderApp) -> None:
    order_id = await order_app.given(an_order(method=PaymentMethod.CASH))

    shipped = await order_app.send(SetOrderStatus(order_id=order_id, status=Status.SHIPPED))
    delivered = await order_app.send(SetOrderStatus(order_id=order_id, status=Status.DELIVERED))

    assert (shipped.payment.status, shipped.paid_at) == (PaymentStatus.PENDING, None)
    assert delivered.payment.status is PaymentStatus.PAID
    assert delivered.paid_at == delivered.payment.processed_at == order_app.clock.now()
    # It has earned its points.
    assert (await order_app.job("commit_stock")).payload["paid"] is True


@pytest.mark.parametrize("wanted", list(Status))
@pytest.mark.parametrize(
    "before",
    [
        an_order,
        lambda: an_order(method=PaymentMethod.CASH),
        lambda: an_order().paid(),
        lambda: an_order().paid().shipped(),
        lambda: an_order().paid().delivered(),
        lambda: an_order().cancelled(),
        lambda: an_order().refused(),
    ],
    ids=["confirmed", "cash", "paid", "shipped", "delivered", "cancelled", "failed"],
)
async def test_nothing_else_moves(order_app: OrderApp, before: Callable[[], OrderBuilder], wanted: Status) -> None:
    order = before().build()
    allowed = {(Status.PAID, Status.SHIPPED), (Status.SHIPPED, Status.DELIVERED)}
    if order.payment.method is PaymentMethod.CASH:
        allowed.add((Status.CONFIRMED, Status.SHIPPED))
    if (order.status, wanted) in allowed:
        return
    order_id = await order_app.given(before())
    present = await order_app.order(order_id)

    with pytest.raises(IllegalTransition) as refusal:
        await order_app.send(SetOrderStatus(order_id=order_id, status=wanted))

    assert refusal.value.metadata == {"from": present.status.value, "to": wanted.value}
    assert await order_app.order(order_id) == present
    assert await order_app.jobs() == []


async def test_another_version_is_not_touched(order_app: OrderApp) -> None:
    order_id = await order_app.given(an_order().paid())

    with pytest.raises(EtagMismatch):
        await order_app.send(SetOrderStatus(order_id=order_id, status=Status.SHIPPED, etag="2"))

    assert await order_app.status(order_id) is Status.PAID


@pytest.mark.parametrize("how", ["shipped", "delivered"])
async def test_what_has_left_the_house_is_not_cancelled(order_app: OrderApp, how: str) -> None:
    order_id = await order_app.given(getattr(an_order().paid(), how)())
    present = await order_app.order(order_id)

    with pytest.raises(IllegalTransition):
        await order_app.send(CancelOrder(order_id=order_id, reason="late"))

    assert await order_app.order(order_id) == present
    assert await order_app.jobs() == []
