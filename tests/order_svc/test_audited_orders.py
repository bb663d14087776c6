"""What administrators do to orders is in the audit, by field; what is written has the time of its command."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chassis.alerts import Alert
from chassis.jobs import Job, JobLease
from chassis.mediator import Command
from chassis.money import Money
from order_svc.commands.alert_administrators import alert_administrators
from order_svc.commands.cancel_order import CancelOrder
from order_svc.commands.deliver_order import DeliverOrder
from order_svc.commands.record_failed_refund import RecordFailedRefund
from order_svc.commands.refund_order import RefundOrder
from order_svc.commands.retry_payment import RetryPayment
from order_svc.commands.ship_order import ShipOrder
from order_svc.commands.update_order_metadata import UpdateOrderMetadata
from order_svc.domain.inventory import Hold
from order_svc.domain.status import PaymentMethod, PaymentStatus
from tests.audited import changes_of
from tests.builders.order import AT, PARCEL, SHOPPER, OrderBuilder, an_order
from tests.order_svc.order_app import InMemoryOrderApp, OrderApp
from tests.order_svc.test_place_order import a_placing


async def changes(app: OrderApp, builder: OrderBuilder, command: Command[Any], **others: Any) -> dict[str, Any]:
    order_id = await app.given(builder)
    return dict(await changes_of(app.send(replace(command, order_id=order_id, **others))))  # type: ignore[call-arg]


async def test_a_cancelled_order(order_app: OrderApp) -> None:
    found = await changes(order_app, an_order(), CancelOrder(order_id=0, reason="late"))

    assert found["status"] == ('"CONFIRMED"', '"CANCELLED"')
    assert found["cancel_reason"] == ('""', '"late"')


async def test_a_shipped_and_a_delivered_order(order_app: OrderApp) -> None:
    shipped = await changes(order_app, an_order().paid(), ShipOrder(order_id=0, parcel=PARCEL))
    assert shipped["status"] == ('"PAID"', '"SHIPPED"')

    delivered = await changes(order_app, an_order().paid().shipped(), DeliverOrder(order_id=0))
    assert delivered["status"] == ('"SHIPPED"', '"DELIVERED"')


async def test_notes_of_the_shop_and_refunds(order_app: OrderApp) -> None:
    noted = await changes(order_app, an_order(), UpdateOrderMetadata(order_id=0, metadata={"gift": "yes"}))
    assert noted["metadata"] == ("{}", '{"gift":"yes"}')

    refund = RefundOrder(order_id=0, amount=Money.of("3.00", "USD"), reason="late")
    refunded = await changes(order_app, an_order().paid(), refund)
    assert refunded["payment.refunded"] == ('"0.00"', '"3.00"')


@pytest.mark.parametrize("command", [CancelOrder(order_id=0, reason="late"), DeliverOrder(order_id=0)])
async def test_events_have_the_time_of_their_command(command: Command[Any]) -> None:
    app = InMemoryOrderApp()
    builder = an_order(method=PaymentMethod.CASH)
    order_id = await app.given(builder.shipped() if isinstance(command, DeliverOrder) else builder)
    app.clock.advance(3600)
    before = len(app._state.events)

    await app.send(replace(command, order_id=order_id))  # type: ignore[call-arg]

    written = app._state.events[before:]
    assert {event.occurred_on for event in written} == {app.clock.now()}
    assert (await app.order(order_id)).updated_at == app.clock.now()


async def test_an_alert_tells_administrators_what_and_when() -> None:
    app = InMemoryOrderApp()
    order_id = await app.given(an_order())
    job = Job(kind="charge", key="t-1", payload={"order_id": order_id}, attempt=3, lease=JobLease(1, ""), lease_end_s=0)
    alert = Alert(key="job/1", summary="the job was given up", detail="hopeless", at=app.clock.now())

    async with app.open_uow() as uow:
        await alert_administrators(job, alert, uow)
        await uow.commit()

    event = app._state.events[-1]
    assert (event.kind, event.occurred_on) == ("admin_alert", alert.at)
    assert (event.payload["summary"], event.payload["detail"]) == ("the job was given up", "hopeless")


async def test_a_refund_that_the_order_does_not_have_cannot_fail(order_app: OrderApp) -> None:
    order_id = await order_app.given(an_order().paid())
    transaction_id = (await order_app.order(order_id)).payment.transaction_id
    before = await order_app.events(order_id)

    await order_app.send(
        RecordFailedRefund(order_id=order_id, transaction_id=transaction_id, refund_id="unknown", job_key="t/9@re_1")
    )

    assert await order_app.events(order_id) == before
    assert (await order_app.order(order_id)).payment.status is PaymentStatus.PAID


async def test_a_refund_that_is_still_owed_cannot_fail(order_app: OrderApp) -> None:
    order_id = await order_app.given(an_order().paid())
    granted = await order_app.send(RefundOrder(order_id=order_id, reason="late"))
    transaction_id = granted.order.payment.transaction_id
    before = await order_app.events(order_id)

    command = RecordFailedRefund(
        order_id=order_id, transaction_id=transaction_id, refund_id=granted.refund_id, job_key="r-1@re_1"
    )
    await order_app.send(command)

    assert await order_app.events(order_id) == before


def test_an_order_that_is_paid_again_is_at_its_next_revision_without_a_second_hold() -> None:
    order = an_order().refused().build()
    order.supplementary_hold_id = 4711

    order.retry_payment(method=PaymentMethod.PAYPAL, transaction_id="t-again", at=AT)

    assert (order.revision, order.supplementary_hold_id) == (1, 0)
    assert (order.payment.method, order.payment.transaction_id) == (PaymentMethod.PAYPAL, "t-again")


async def test_an_order_has_what_it_was_placed_with(order_app: OrderApp) -> None:
    await order_app.send(replace(a_placing(), metadata={"gift": "yes"}, note="ring twice"))

    order = await order_app.order(1)
    assert (order.metadata, order.note, order.owner) == ({"gift": "yes"}, "ring twice", SHOPPER)
    assert [item.product_item_id for item in order.items] == [1, 2]


async def test_who_pays_again_is_charged_with_the_stock_that_is_held_again(order_app: OrderApp) -> None:
    order_id = await order_app.given(an_order().refused())
    hold = Hold(order_id=order_id, key="k-again", is_held=True, items=(), expires_at=AT)

    await order_app.send(
        RetryPayment(
            order_id=order_id,
            method=PaymentMethod.CARD,
            payment_token="tok_again",
            transaction_id="t-again",
            hold=hold,
            revision=1,
        )
    )

    charge = await order_app.job("charge")
    assert (charge.key, charge.secret, charge.payload["hold_key"]) == ("t-again", "tok_again", "k-again")
    assert charge.payload["hold_until"] == AT.isoformat()
