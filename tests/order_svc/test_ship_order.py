"""ShipOrder allows only the transitions of MOVES, and keeps what the carrier got."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

import pytest

from chassis.errors import EtagMismatch
from order_svc.commands.cancel_order import CancelOrder
from order_svc.commands.ship_order import ShipOrder
from order_svc.domain.shipment import Shipment
from order_svc.domain.status import IllegalTransition, PaymentMethod, PaymentStatus, Status
from tests.builders.order import AT, PARCEL, OrderBuilder, an_order
from tests.order_svc.order_app import OrderApp


async def test_a_paid_order_is_shipped(order_app: OrderApp) -> None:
    order_id = await order_app.given(an_order().paid())

    shipped = await order_app.send(ShipOrder(order_id=order_id, parcel=PARCEL))

    assert (shipped.status, shipped.paid_at) == (Status.SHIPPED, AT)
    assert shipped.shipments == (Shipment(id="1", **asdict(PARCEL), shipped_at=order_app.clock.now()),)
    assert (await order_app.order(order_id)).view() == shipped
    assert [kind for _, kind in await order_app.events(order_id)][-1] == "order_status_changed"
    assert await order_app.jobs() == []


async def test_cash_is_not_paid_when_it_is_shipped(order_app: OrderApp) -> None:
    order_id = await order_app.given(an_order(method=PaymentMethod.CASH))

    shipped = await order_app.send(ShipOrder(order_id=order_id, parcel=PARCEL))

    assert (shipped.status, shipped.payment.status, shipped.paid_at) == (Status.SHIPPED, PaymentStatus.PENDING, None)


@pytest.mark.parametrize(
    "before",
    [
        an_order,
        lambda: an_order().paid().shipped(),
        lambda: an_order().paid().delivered(),
        lambda: an_order().cancelled(),
        lambda: an_order().refused(),
    ],
    ids=["confirmed", "shipped", "delivered", "cancelled", "failed"],
)
async def test_nothing_else_is_shipped(order_app: OrderApp, before: Callable[[], OrderBuilder]) -> None:
    order_id = await order_app.given(before())
    present = await order_app.order(order_id)

    with pytest.raises(IllegalTransition) as refusal:
        await order_app.send(ShipOrder(order_id=order_id, parcel=PARCEL))

    assert refusal.value.metadata == {"fromStatus": present.status.contract_name, "toStatus": "ORDER_STATUS_SHIPPED"}
    assert await order_app.order(order_id) == present
    assert await order_app.jobs() == []


async def test_another_version_is_not_touched(order_app: OrderApp) -> None:
    order_id = await order_app.given(an_order().paid())

    with pytest.raises(EtagMismatch):
        await order_app.send(ShipOrder(order_id=order_id, parcel=PARCEL, etag="2"))

    assert await order_app.status(order_id) is Status.PAID


@pytest.mark.parametrize("how", ["shipped", "delivered"])
async def test_what_has_left_the_house_is_not_cancelled(order_app: OrderApp, how: str) -> None:
    order_id = await order_app.given(getattr(an_order().paid(), how)())
    present = await order_app.order(order_id)

    with pytest.raises(IllegalTransition):
        await order_app.send(CancelOrder(order_id=order_id, reason="late"))

    assert await order_app.order(order_id) == present
    assert await order_app.jobs() == []
