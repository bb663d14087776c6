"""A payment that the shopper has to confirm: they learn where, have their time, and the order ends one way or other."""

from __future__ import annotations

import pytest

from chassis.jobs import JobLease
from order_svc.commands.cancel_order import CancelOrder
from order_svc.commands.record_payment import RecordPayment
from order_svc.domain.payments import ActionRequired, Refused
from order_svc.domain.status import FailureCode, PaymentOutcome, PaymentStatus, Status
from tests.order_svc.order_app import ACTION_TIME, OrderApp
from tests.order_svc.test_checkout import CheckoutApp
from tests.order_svc.test_record_payment import a_charge_under_way

PAGE = "https://bank.example/confirm"
ASKED = ActionRequired(PAGE)


@pytest.fixture
def app() -> CheckoutApp:
    return CheckoutApp()


async def asked(app: CheckoutApp) -> tuple[int, str]:
    """Given an order whose payment the shopper has to confirm: its id and transaction."""
    app.payments.answers = [ASKED]
    placed = await app.place()
    await app.work()
    return placed.id, placed.payment.transaction_id


async def look(app: CheckoutApp, seconds: float) -> None:
    await app.due(seconds)
    await app.work()


async def test_the_shopper_learns_where_to_confirm_it_and_the_stock_stays_held(app: CheckoutApp) -> None:
    order_id, _ = await asked(app)

    order = await app.order(order_id)
    payment = order.payment
    assert (order.status, payment.status, payment.attempts) == (Status.CONFIRMED, PaymentStatus.REQUIRES_ACTION, 0)
    assert (payment.next_action_uri, payment.failure_code, payment.failure_reason) == (PAGE, None, "")
    assert [kind for _, kind in await app.events(order_id)] == ["order_created", "order_status_changed"]
    (job,) = await app.jobs()
    assert (job.kind, job.state, job.why) == ("charge", "READY", "the shopper has not confirmed the payment yet")
    assert app.inventory.holds


async def test_nothing_is_written_while_the_shopper_takes_their_time(app: CheckoutApp) -> None:
    order_id, transaction_id = await asked(app)
    before = await app.order(order_id)
    app.payments.waiting[transaction_id] = ASKED

    for _ in range(20):
        await look(app, 30)

    assert await app.order(order_id) == before
    assert app.payments.calls.count("charge") == 1


async def test_what_they_confirm_is_paid_and_charged_once(app: CheckoutApp) -> None:
    order_id, transaction_id = await asked(app)
    app.payments.ledger[transaction_id] = (await app.order(order_id)).payment.amount

    await look(app, 30)

    order = await app.order(order_id)
    assert (order.status, order.payment.status, order.payment.next_action_uri) == (Status.PAID, PaymentStatus.PAID, "")
    assert app.payments.calls == ["charge", "find"]
    assert app.inventory.sold == {order_id}


async def test_what_they_decline_fails_the_order(app: CheckoutApp) -> None:
    order_id, transaction_id = await asked(app)
    app.payments.waiting[transaction_id] = Refused("declined at the bank")

    await look(app, 30)

    payment = (await app.order(order_id)).payment
    assert await app.status(order_id) is Status.FAILED
    assert (payment.status, payment.next_action_uri) == (PaymentStatus.FAILED, "")
    assert payment.failure_reason == "declined at the bank"


async def expired(app: CheckoutApp, transaction_id: str) -> None:
    app.payments.waiting[transaction_id] = ASKED
    await look(app, ACTION_TIME.total_seconds() - 1)
    assert [job.state for job in await app.jobs() if job.kind == "charge"] == ["READY"]
    await look(app, 1)


async def test_when_their_time_is_over_the_order_fails_and_the_payment_is_ended(app: CheckoutApp) -> None:
    order_id, transaction_id = await asked(app)

    await expired(app, transaction_id)

    order = await app.order(order_id)
    assert (order.status, order.payment.status) == (Status.FAILED, PaymentStatus.FAILED)
    assert order.payment.failure_code is FailureCode.ACTION_EXPIRED
    assert "not confirmed in time" in order.payment.failure_reason
    assert order.payment.next_action_uri == ""
    assert transaction_id in app.payments.voided
    assert app.inventory.sold == set()
    assert {job.state for job in await app.jobs()} == {"DONE"}
    assert "admin_alert" not in [kind for _, kind in await app.events(order_id)]


async def test_who_confirms_it_in_the_last_moment_gets_the_money_back(app: CheckoutApp) -> None:
    order_id, transaction_id = await asked(app)
    amount = (await app.order(order_id)).payment.amount
    app.payments.confirmed_before_refund[transaction_id] = amount

    await expired(app, transaction_id)

    order = await app.order(order_id)
    assert (order.status, order.payment.status) == (Status.FAILED, PaymentStatus.REFUNDED)
    assert app.payments.ledger == {}


async def test_a_cancelled_order_ends_the_payment(app: CheckoutApp) -> None:
    order_id, transaction_id = await asked(app)

    await app.send(CancelOrder(order_id=order_id, reason="changed my mind"))
    await app.work()

    payment = (await app.order(order_id)).payment
    assert (payment.status, payment.next_action_uri) == (PaymentStatus.CANCELLED, "")
    assert transaction_id in app.payments.voided


async def test_an_outage_meanwhile_does_not_give_the_shopper_more_time(app: CheckoutApp) -> None:
    order_id, transaction_id = await asked(app)
    since = (await app.order(order_id)).payment.action_since
    lease = await running(app)
    outcome = PaymentOutcome.TRANSIENT
    command = RecordPayment(
        lease=lease, order_id=order_id, transaction_id=transaction_id, outcome=outcome, detail="down"
    )
    await app.send(command)

    payment = (await app.order(order_id)).payment
    assert (payment.status, payment.action_since, payment.next_action_uri) == (
        PaymentStatus.REQUIRES_ACTION,
        since,
        PAGE,
    )


async def running(app: CheckoutApp) -> JobLease:
    await app.due(60)
    lease = (await app.job("charge")).lease
    assert lease is not None
    return lease


async def test_it_is_kept_with_the_order(order_app: OrderApp) -> None:
    lease = await a_charge_under_way(order_app)
    outcome = PaymentOutcome.REQUIRES_ACTION

    recorded = await order_app.send(
        RecordPayment(lease=lease, order_id=1, transaction_id="t-1", outcome=outcome, next_action_uri=PAGE)
    )

    assert recorded.next_attempt_s == 1
    payment = (await order_app.order(1)).payment
    assert (payment.status, payment.next_action_uri) == (PaymentStatus.REQUIRES_ACTION, PAGE)
    assert payment.view().next_action_uri == PAGE
