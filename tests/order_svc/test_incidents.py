"""A refund that failed late is owed again, and told to operators, who repeat it; so is a dispute."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.alerts import Alert
from chassis.errors import Locked, Unavailable
from chassis.idempotency import RequestKey
from chassis.jobs import Job, JobLease, JobOutcome
from chassis.mediator import Command, Mediator
from chassis.money import Money
from order_svc.commands.alert_administrators import alert_administrators
from order_svc.commands.cancel_order import CancelOrder
from order_svc.commands.find_refund import FindRefund
from order_svc.commands.record_failed_refund import FailedRefund, RecordFailedRefund
from order_svc.commands.record_refund import RecordRefund
from order_svc.commands.refund_order import RefundOrder
from order_svc.commands.report_incident import ReportIncident
from order_svc.commands.settle_refund import SettleRefund
from order_svc.commands.uow import OrderUow
from order_svc.domain.payments import Incident
from order_svc.domain.refund import RefundExceedsCharge
from order_svc.domain.status import PaymentStatus, RefundState, Status
from tests.builders.order import an_order
from tests.fakes.chassis import request_key
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
    order = await app.order(order_id)
    assert (order.status, order.payment, order.refunds) == (before.status, before.payment, before.refunds)


async def test_a_message_that_comes_again_makes_no_second_job(order_app: OrderApp) -> None:
    for _ in range(2):
        await order_app.send(ReportIncident(transaction_id="t-1", incident=a_dispute()))

    assert [(job.kind, job.key) for job in await order_app.jobs()] == [("dispute", "du_1/needs_response")]


def refund_jobs(app: CheckoutApp) -> dict[str, str]:
    """The states of the jobs that return money, by the ends of their keys."""
    return {job.key.split("/")[-1]: job.state for job in app._state.jobs if job.kind == "return_money"}


async def refunded(app: CheckoutApp, request: RequestKey | None = None) -> tuple[RefundOrder, str]:
    """A command that refunds five dollars of a paid order, and the id of its refund."""
    command = RefundOrder(request=request, order_id=await paid(app), amount=Money.of("5.00", "USD"), reason="scratched")
    await app.refunding.refund(command)
    (refund,) = (await app.order(command.order_id)).refunds
    return command, refund.refund_id


@pytest.mark.parametrize("paid_by", ["the call", "its job"])
async def test_a_repeated_request_leaves_a_refund_that_failed_to_operators(app: CheckoutApp, paid_by: str) -> None:
    if paid_by == "its job":
        app.payments.refund_failures = [Unavailable("down")]
    command, refund_id = await refunded(app, request_key("return-77"))
    await app.due(10)
    await app.work()
    assert refund_jobs(app) == {"1": "DONE"}
    await fails(app, command.order_id, refund_id)

    again = await app.refunding.refund(command)

    assert app.payments.refunds == {}
    # What was answered before is answered again.
    answered = RefundState.GIVEN if paid_by == "the call" else RefundState.PROMISED
    assert again.order.refunds[0].state is answered
    (refund,) = (await app.order(command.order_id)).refunds
    assert refund.view().state is RefundState.PROMISED
    assert refund_jobs(app) == {"1": "DONE", "1@re_1": "DEAD"}


async def test_a_repeated_request_leaves_a_refund_that_the_provider_refuses_to_operators(app: CheckoutApp) -> None:
    refused = RefundExceedsCharge("nothing is left")
    app.payments.refund_failures = [refused, refused]
    command, _ = await refunded(app, request_key("return-77"))
    await app.due(10)
    await app.work()
    assert refund_jobs(app) == {"1": "DEAD"}

    again = await app.refunding.refund(command)

    assert app.payments.refunds == {}
    assert again.order.refunds[0].state is RefundState.PROMISED


async def test_a_repeated_request_pays_what_the_first_one_could_not(app: CheckoutApp) -> None:
    app.payments.refund_failures = [Unavailable("down")]
    command, refund_id = await refunded(app, request_key("return-77"))

    again = await app.refunding.refund(command)

    assert again.order.refunds[0].state is RefundState.GIVEN
    assert app.payments.refunds == {refund_id: Money.of("5.00", "USD")}


@pytest.mark.parametrize("when", ["before it is recorded", "before it is DEAD"])
async def test_an_attempt_that_ends_early_does_not_refund_by_itself(
    app: CheckoutApp, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    command, refund_id = await refunded(app)
    if when == "before it is recorded":
        monkeypatch.setattr(app.refunding, "_mediator", OnceLocked(app.mediator))
        await fails(app, command.order_id, refund_id)
    else:
        with monkeypatch.context() as dying:
            dying.setattr(app, "dead_letter", dies)
            with pytest.raises(ConnectionError):
                await fails(app, command.order_id, refund_id)
        (job,) = [job for job in app._state.jobs if "@" in job.key]
        job.state, job.token, job.due_at = "READY", None, app.clock.now()

    await app.due(60)
    await app.work()

    assert (app.payments.refunds, refund_jobs(app)) == ({}, {"1": "DISCARDED", "1@re_1": "DEAD"})
    (refund,) = (await app.order(command.order_id)).refunds
    assert refund.view().state is RefundState.PROMISED
    app.payments.refund_failures = [Unavailable("down")]
    await retried(app, f"{refund_id}@re_1")
    await app.due(60)
    await app.work()
    assert app.payments.refunds == {refund_id: Money.of("5.00", "USD")}


class OnceLocked:
    """Refuses the first record of a failed refund."""

    def __init__(self, mediator: Mediator[OrderUow]) -> None:
        self._mediator, self._is_first = mediator, True

    async def send(self, command: Command[Any]) -> Any:
        if isinstance(command, RecordFailedRefund) and self._is_first:
            self._is_first = False
            raise Locked("another change is in progress here")
        return await self._mediator.send(command)


async def dies(job: Job, error: str) -> None:
    raise ConnectionError(error)


async def test_a_job_that_still_waits_does_not_repeat_a_refund_that_failed(app: CheckoutApp) -> None:
    command, refund_id = await refunded(app)
    assert refund_jobs(app) == {"1": "READY"}
    await fails(app, command.order_id, refund_id)

    await app.due(10)
    await app.work()

    assert (app.payments.refunds, refund_jobs(app)) == ({}, {"1": "DISCARDED", "1@re_1": "DEAD"})


async def test_a_reply_that_comes_after_the_failure_is_not_recorded(app: CheckoutApp) -> None:
    app.payments.refund_failures = [Unavailable("down")]
    command, refund_id = await refunded(app)
    transaction_id = (await app.order(command.order_id)).payment.transaction_id
    app.payments.refunds[refund_id] = Money.of("5.00", "USD")
    await fails(app, command.order_id, refund_id)

    await app.send(
        RecordRefund(
            lease=None,
            order_id=command.order_id,
            transaction_id=transaction_id,
            refund_id=refund_id,
            charged_at=app.clock.now(),
        )
    )

    (refund,) = (await app.order(command.order_id)).refunds
    assert refund.view().state is RefundState.PROMISED


async def test_that_a_job_was_dead_is_kept_once(order_app: OrderApp) -> None:
    order_id = await order_app.given(an_order().paid())
    payload = {"order_id": order_id, "failed": "the provider could not pay refund re_1"}
    job = Job(kind="return_money", key="t/1@re_1", payload=payload, attempt=1, lease=JobLease(1, ""), lease_end_s=0)
    known = RecordFailedRefund(order_id=order_id, transaction_id="t", refund_id="t/1", job_key=job.key)
    seen = []
    for detail in ("locked", payload["failed"], payload["failed"]):
        async with order_app.open_uow() as uow:
            alert = Alert(key="job/1", summary="given up", detail=str(detail), at=order_app.clock.now())
            await alert_administrators(job, alert, uow)
            await uow.commit()
        seen.append(await order_app.send(known))

    assert seen == [FailedRefund.UNDECIDED, FailedRefund.REPEATED, FailedRefund.REPEATED]


async def test_a_refund_that_was_paid_in_another_way_is_settled(app: CheckoutApp) -> None:
    command, refund_id = await refunded(app)
    await fails(app, command.order_id, refund_id)
    app.payments.refunds[refund_id] = Money.of("5.00", "USD")
    await fails(app, command.order_id, refund_id, id="re_2")
    app.payments.refunds[refund_id] = Money.of("5.00", "USD")
    await fails(app, command.order_id, refund_id, id="re_4")
    (job,) = [job for job in app._state.jobs if job.key.endswith("@re_2")]

    for reason in ("by bank transfer", "again"):
        await app.refunding.dead_letters()["return_money"](job.key, job.payload, reason)

    order = await app.order(command.order_id)
    assert order.refunds[0].view().state is RefundState.GIVEN
    assert order.payment.status is PaymentStatus.PARTIALLY_REFUNDED
    (job,) = [job for job in app._state.jobs if job.key.endswith("@re_2")]
    # The empty secret keeps it from being retried.
    assert (job.state, job.secret, job.discard_reason) == ("DISCARDED", "", "by bank transfer")
    (last,) = [job for job in app._state.jobs if job.key.endswith("@re_4")]
    await app.refunding.dead_letters()["return_money"](last.key, last.payload, "the same")
    assert refund_jobs(app)["1@re_4"] == "DISCARDED"
    await retried(app, f"{refund_id}@re_1")
    (job,) = [job for job in app._state.jobs if job.key.endswith("@re_1")]
    assert (job.state, job.last_error, app.payments.refunds) == ("DONE", "it was paid in another way", {})
    app.payments.refunds[refund_id] = Money.of("5.00", "USD")
    await fails(app, command.order_id, refund_id, id="re_3")
    assert refund_jobs(app)["1@re_3"] == "DONE"
    assert (await app.order(command.order_id)).refunds[0].view().state is RefundState.GIVEN


async def test_the_money_of_a_stopped_order_that_was_paid_in_another_way_is_settled(app: CheckoutApp) -> None:
    placed = await app.place()
    await app.send(CancelOrder(order_id=placed.id, reason="late"))
    transaction_id = placed.payment.transaction_id
    app.payments.ledger[transaction_id] = (await app.order(placed.id)).payment.amount
    await app.work()
    await fails(app, placed.id, f"{transaction_id}/all")
    (job,) = [job for job in app._state.jobs if "@" in job.key]

    await app.refunding.dead_letters()["return_money"](job.key, job.payload, "by bank transfer")

    payment = (await app.order(placed.id)).payment
    assert (payment.status, payment.refunded) == (PaymentStatus.REFUNDED, payment.amount)
    assert app.payments.refunds == {}


async def test_only_a_refund_whose_job_is_dead_is_settled(order_app: OrderApp) -> None:
    order_id = await order_app.given(an_order().paid())
    await order_app.send(CancelOrder(order_id=order_id, reason="late"))
    job = await order_app.job("return_money")
    settle = SettleRefund(
        order_id=order_id,
        transaction_id=job.payload["transaction_id"],
        refund_id=job.payload["refund_id"],
        job_key=job.key,
        reason="by bank transfer",
    )

    await order_app.send(settle)

    assert (await order_app.job("return_money")).state == "RUNNING"
    assert (await order_app.order(order_id)).refunds[0].done_at is None
    assert job.lease is not None
    async with order_app.open_uow() as uow:
        uow.settle(JobOutcome(job.lease, "DEAD", error="refused"))
        await uow.commit()
    found = await order_app.send(FindRefund(order_id=order_id, refund_id=settle.refund_id))
    assert not found.is_pending

    for _ in range(2):
        await order_app.send(settle)

    job = await order_app.job("return_money")
    assert (job.state, job.secret, job.why) == ("DISCARDED", "", "by bank transfer")
    order = await order_app.order(order_id)
    assert order.refunds[0].view().state is RefundState.GIVEN
    assert order.payment.status is PaymentStatus.REFUNDED
