"""A refund that failed late is owed again, and told to operators, who repeat it; so is a dispute."""

from __future__ import annotations

import pytest

from chassis.money import Money
from order_svc.commands.cancel_order import CancelOrder
from order_svc.commands.refund_order import RefundOrder
from order_svc.commands.report_incident import ReportIncident
from order_svc.domain.payments import Incident
from order_svc.domain.status import PaymentStatus, RefundState, Status
from tests.order_svc.order_app import OrderApp
from tests.order_svc.test_checkout import CheckoutApp


@pytest.fixture
def app() -> CheckoutApp:
    return CheckoutApp()


async def paid(app: CheckoutApp) -> int:
    placed = await app.place()
    await app.work()
    return placed.id


async def fails(app: CheckoutApp, order_id: int, refund_id: str, *, id: str = "re_1", times: int = 1) -> None:
    """The provider tells that a refund has failed; its money is the shop's again."""
    payment = (await app.order(order_id)).payment
    amount = app.payments.refunds.pop(refund_id)
    app.payments.ledger[payment.transaction_id] = (
        app.payments.ledger.get(payment.transaction_id, Money.zero("USD")) + amount
    )
    incident = Incident(
        id=id,
        order_id=order_id,
        refund_id=refund_id,
        amount=amount,
        status="failed",
        reason="expired_or_canceled_card",
        is_harmless=False,
    )
    for _ in range(times):
        await app.send(ReportIncident(transaction_id=payment.transaction_id, incident=incident))
    await app.work()


async def retried(app: CheckoutApp, key: str) -> None:
    """As an operator does."""
    (job,) = [job for job in app._state.jobs if job.key == key]
    assert job.state == "DEAD"
    job.state, job.attempts, job.token = "RUNNING", job.attempts + 1, "again"
    await app.work()


async def test_a_refund_that_failed_is_owed_until_an_operator_repeats_it(app: CheckoutApp) -> None:
    order_id = await paid(app)
    await app.refunding.refund(RefundOrder(order_id=order_id, amount=Money.of("5.00", "USD"), reason="scratched"))
    (refund,) = (await app.order(order_id)).refunds
    assert refund.done_at is not None

    await fails(app, order_id, refund.refund_id, times=3)

    order = await app.order(order_id)
    assert order.refunds[0].view().state is RefundState.PROMISED
    assert (order.status, order.payment.status) == (Status.PAID, PaymentStatus.PAID)
    assert order.payment.refunded == Money.of("5.00", "USD")
    (job,) = [job for job in await app.jobs() if "@" in job.key]
    assert (job.kind, job.key, job.state) == ("return_money", f"{refund.refund_id}@re_1", "DEAD")
    assert (
        job.why == "the provider could not pay refund re_1: expired_or_canceled_card; retry this job to refund it again"
    )
    assert [kind for _, kind in await app.events(order_id)].count("payment_refund") == 3

    await retried(app, job.key)

    order = await app.order(order_id)
    assert order.refunds[0].view().state is RefundState.GIVEN
    assert order.payment.status is PaymentStatus.PARTIALLY_REFUNDED
    assert app.payments.refunds == {refund.refund_id: Money.of("5.00", "USD")}


async def test_one_of_two_refunds_fails(app: CheckoutApp) -> None:
    order_id = await paid(app)
    for _ in range(2):
        await app.refunding.refund(RefundOrder(order_id=order_id, amount=Money.of("5.00", "USD"), reason="scratched"))
    first, second = (await app.order(order_id)).refunds

    await fails(app, order_id, second.refund_id)

    order = await app.order(order_id)
    assert [refund.view().state for refund in order.refunds] == [RefundState.GIVEN, RefundState.PROMISED]
    assert order.payment.status is PaymentStatus.PARTIALLY_REFUNDED
    assert first.refund_id in app.payments.refunds


async def test_the_money_of_a_cancelled_order_that_came_back_is_owed_as_well(app: CheckoutApp) -> None:
    order_id = await paid(app)
    await app.send(CancelOrder(order_id=order_id, reason="late"))
    await app.work()
    (refund,) = (await app.order(order_id)).refunds

    await fails(app, order_id, refund.refund_id)

    order = await app.order(order_id)
    assert (order.status, order.payment.status) == (Status.CANCELLED, PaymentStatus.PAID)
    await retried(app, f"{refund.refund_id}@re_1")
    assert (await app.order(order_id)).payment.status is PaymentStatus.REFUNDED
    assert app.payments.ledger == {}


async def test_what_was_charged_too_late_and_could_not_go_back_is_owed(app: CheckoutApp) -> None:
    placed = await app.place()
    await app.send(CancelOrder(order_id=placed.id, reason="late"))
    transaction_id = placed.payment.transaction_id
    app.payments.ledger[transaction_id] = (await app.order(placed.id)).payment.amount
    await app.work()
    assert (await app.order(placed.id)).payment.status is PaymentStatus.REFUNDED

    await fails(app, placed.id, f"{transaction_id}/all")

    payment = (await app.order(placed.id)).payment
    assert (payment.status, payment.refunded) == (PaymentStatus.PAID, Money.zero("USD"))
    await retried(app, f"{transaction_id}/all@re_1")
    assert (await app.order(placed.id)).payment.status is PaymentStatus.REFUNDED
    assert app.payments.ledger == {}


def a_dispute(order_id: int = 1, status: str = "needs_response", *, is_harmless: bool = False) -> Incident:
    return Incident(
        id="du_1",
        order_id=order_id,
        refund_id="",
        amount=Money.of("10.00", "USD"),
        status=status,
        reason="fraudulent",
        is_harmless=is_harmless,
    )


async def test_a_dispute_is_a_job_for_operators_of_each_status_once(app: CheckoutApp) -> None:
    order_id = await paid(app)
    before = await app.order(order_id)

    for status, is_harmless in (("won", True), ("needs_response", False), ("won", True), ("needs_response", False)):
        incident = a_dispute(order_id, status, is_harmless=is_harmless)
        await app.send(ReportIncident(transaction_id="t", incident=incident))
        await app.work()

    found = {job.key: (job.state, job.why) for job in await app.jobs() if job.kind == "dispute"}
    what = "10.00 USD are disputed (fraudulent); dispute du_1 is"
    assert found == {
        "du_1/won": ("DONE", f"{what} won"),
        "du_1/needs_response": (
            "DEAD",
            f"{what} needs_response: answer it at the provider, then discard this job",
        ),
    }
    assert await app.order(order_id) == before


async def test_a_message_that_comes_again_makes_no_second_job(order_app: OrderApp) -> None:
    for _ in range(2):
        await order_app.send(ReportIncident(transaction_id="t-1", incident=a_dispute()))

    assert [(job.kind, job.key) for job in await order_app.jobs()] == [("dispute", "du_1/needs_response")]
