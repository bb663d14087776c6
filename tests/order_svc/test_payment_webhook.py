"""A webhook through order_svc and the payment process: its verification and its effect."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import stripe
from easyorder.google.api import HttpBody
from easyorder.payment.v1 import ReceiveStripeEventResponse

from chassis.clock import SystemClock
from chassis.errors import AppError, Kind, Unavailable
from chassis.grpc.clients import Client, rpc
from chassis.money import Money
from order_svc.adapters.payments import GrpcPayments
from order_svc.api.payment_webhook import PaymentWebhookApi
from order_svc.domain.payments import Refused
from order_svc.domain.status import PaymentStatus, Status
from order_svc.payment.adapters.stripe.webhooks import StripeWebhooks
from order_svc.payment.api.payments import PaymentApi
from order_svc.payment.bootstrap import SERVICE as PAYMENT
from order_svc.payment.domain.provider import Incident, Notice, NoWebhooks
from order_svc.payment.domain.provider import Webhooks as ProviderNotices
from tests.fakes.chassis import InMemoryJobStore
from tests.fakes.payment import in_memory_ledger
from tests.mesh import serving
from tests.order_svc.payment.conftest import Sandbox
from tests.order_svc.test_checkout import CheckoutApp

WEBHOOK = "easyorder.payment.v1.PaymentWebhookService"
RECEIVE = rpc(WEBHOOK, "ReceiveStripeEvent", HttpBody, ReceiveStripeEventResponse)
SECRET = "whsec_ours"


class Webhook:
    """Stripe's side: `tell` sends a message to the shop."""

    def __init__(self, client: Client, app: CheckoutApp, woken: list[None]) -> None:
        self.app = app
        self._client = client
        self.woken = woken

    async def notify(
        self,
        transaction_id: str,
        *,
        secret: str = SECRET,
        kind: str = "payment_intent.succeeded",
        id: str = "pi_1",
        order_id: int = 1,
    ) -> None:
        named = {"transaction_id": transaction_id, "order_id": str(order_id)}
        about = {"object": "payment_intent", "id": id, "metadata": named}
        body = json.dumps({"type": kind, "data": {"object": about}})
        signature = stripe.WebhookSignature.generate_signature_header(body, secret)
        request = HttpBody(content_type="application/json", data=body.encode())
        await self._client.call(RECEIVE, request, extra=(("stripe-signature", signature),))

    async def charged_unheard(self) -> tuple[int, str]:
        """Given an order whose charge went through while its reply was lost: its id and transaction."""
        self.app.payments.answers = [Unavailable("the reply was lost")]
        placed = await self.app.place()
        await self.app.work()
        payment = (await self.app.order(placed.id)).payment
        self.app.payments.ledger[payment.transaction_id] = payment.amount
        return placed.id, payment.transaction_id


async def _disputed(notice: Notice) -> Incident | None:
    """The provider's answer, whatever the message said: one dispute is of an order, others are not of this shop."""
    if notice.dispute != "du_1":
        return None
    amount = Money.of("10.00", "USD")
    return Incident(id="du_1", transaction_id="t-1", order_id=1, amount=amount, reason="fraudulent", status="lost")


@pytest.fixture
def webhooks() -> ProviderNotices:
    return StripeWebhooks(SECRET, SystemClock(), tolerance=timedelta(minutes=5))


@pytest.fixture
async def webhook(webhooks: ProviderNotices) -> AsyncIterator[Webhook]:
    app = CheckoutApp()
    ledger = in_memory_ledger()
    sandbox = Sandbox(lambda: ledger).provider
    sandbox.incident = _disputed  # type: ignore[method-assign]
    async with serving({PAYMENT: PaymentApi(sandbox, webhooks)}) as payment:
        payments = GrpcPayments(payment.service("order"))
        store = InMemoryJobStore(app._state, app.clock)
        woken: list[None] = []
        async with serving(
            {WEBHOOK: PaymentWebhookApi(payments.notice_of, app.send, store, lambda: woken.append(None))}
        ) as order:
            yield Webhook(order.anonymous(), app, woken)


async def test_a_charge_that_waits_is_asked_about_at_once(webhook: Webhook) -> None:
    order_id, transaction_id = await webhook.charged_unheard()
    await webhook.app.due(0)
    assert await webhook.app.status(order_id) is Status.CONFIRMED

    await webhook.notify(transaction_id)
    assert len(webhook.woken) == 1
    await webhook.app.due(0)
    await webhook.app.work()

    assert await webhook.app.status(order_id) is Status.PAID
    assert webhook.app.payments.calls == ["charge", "find"]


async def test_however_often_it_comes_it_is_recorded_once(webhook: Webhook) -> None:
    order_id, transaction_id = await webhook.charged_unheard()
    for _ in range(3):
        await webhook.notify(transaction_id)
        await webhook.app.due(0)
        await webhook.app.work()

    # A call whose reply was lost is no attempt of its own.
    assert (await webhook.app.order(order_id)).payment.attempts == 1
    assert webhook.app.payments.calls == ["charge", "find"]
    assert len(webhook.app.payments.ledger) == 1


async def test_a_charge_that_is_being_made_is_left_to_who_makes_it(webhook: Webhook) -> None:
    placed = await webhook.app.place()
    transaction_id = (await webhook.app.order(placed.id)).payment.transaction_id

    await webhook.notify(transaction_id)
    await webhook.app.due(0)
    await webhook.app.work()

    assert await webhook.app.status(placed.id) is Status.PAID
    assert webhook.app.payments.calls == ["charge"]


async def test_a_charge_of_an_order_that_failed_goes_back_once(webhook: Webhook) -> None:
    app = webhook.app
    app.payments.answers = [Refused("authentication failed")]
    order_id, transaction_id = (placed := await app.place()).id, placed.payment.transaction_id
    await app.work()
    app.payments.ledger[transaction_id] = (await app.order(order_id)).payment.amount

    for kind in ("payment_intent.canceled", "payment_intent.succeeded", "payment_intent.succeeded"):
        await webhook.notify(transaction_id, kind=kind, order_id=order_id)
        await app.work()

    order = await app.order(order_id)
    assert (order.status, order.payment.status) == (Status.FAILED, PaymentStatus.REFUNDED)
    assert (app.payments.ledger, list(app.payments.refunds)) == ({}, [f"{transaction_id}/all"])
    returns = [job.key for job in await app.jobs() if job.kind == "return_money"]
    assert returns == [f"{transaction_id}/all", f"{transaction_id}/late"]


async def test_a_dispute_is_kept_once_and_forged_ones_are_not(webhook: Webhook) -> None:
    for _ in range(3):
        await webhook.notify("ignored", kind="charge.dispute.closed", id="du_1")
    await webhook.notify("ignored", kind="charge.dispute.closed", id="du_of_another_shop")
    with pytest.raises(AppError, match="not signed by Stripe"):
        await webhook.notify("ignored", kind="charge.dispute.closed", id="du_1", secret="whsec_theirs")

    (job,) = await webhook.app.jobs()
    assert (job.kind, job.key, job.payload["transaction_id"]) == ("dispute", "du_1/lost", "t-1")
    assert job.payload["about"] == "10.00 USD are disputed (fraudulent); dispute du_1 is lost"


@pytest.mark.reaches("SIGNATURE_INVALID")
async def test_nobody_but_stripe_hurries_anything(webhook: Webhook) -> None:
    order_id, transaction_id = await webhook.charged_unheard()

    with pytest.raises(AppError) as refusal:
        await webhook.notify(transaction_id, secret="whsec_theirs")

    assert (refusal.value.kind, refusal.value.reason) == (Kind.INVALID_ARGUMENT, "SIGNATURE_INVALID")
    await webhook.app.due(0)
    assert not [job for job in await webhook.app.jobs() if job.state == "RUNNING"]
    assert await webhook.app.status(order_id) is Status.CONFIRMED


async def test_a_transaction_of_another_shop_changes_nothing(webhook: Webhook) -> None:
    placed = await webhook.app.place()
    await webhook.app.work()
    jobs = await webhook.app.jobs()

    for order_id in (0, placed.id, 12_345):
        await webhook.notify("somebody-elses", order_id=order_id)

    assert await webhook.app.jobs() == jobs


@pytest.mark.reaches("WEBHOOK_NOT_OFFERED")
@pytest.mark.parametrize("webhooks", [NoWebhooks()])
async def test_a_shop_without_stripe_expects_no_webhook(webhook: Webhook) -> None:
    with pytest.raises(AppError) as refusal:
        await webhook.notify("t-1")

    assert (refusal.value.kind, refusal.value.reason) == (Kind.NOT_FOUND, "WEBHOOK_NOT_OFFERED")
