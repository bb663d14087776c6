"""What goes wrong at Stripe days later: a refund that failed is made again once, and a dispute names its order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from order_svc.payment.adapters.stripe.client import MadeRefund, StripeApi
from order_svc.payment.domain.errors import ProviderUnavailable, RefundRefused
from order_svc.payment.domain.provider import Incident, Notice, PaymentState
from tests.fakes.stripe_api import Fault
from tests.order_svc.payment.builders import a_charge, a_refund, usd
from tests.order_svc.payment.conftest import Sandbox, Stripe

CHARGE = a_charge(token="pm_ok", order_id=7)
FAILED = Incident(
    id="re_3",
    transaction_id="t-1",
    order_id=7,
    amount=usd("10.00"),
    reason="lost_or_stolen_card",
    refund_id="r-1",
    status="failed",
)


async def refunded(stripe: Stripe) -> Notice:
    """Given a refund at Stripe: what a message about it says."""
    await stripe.charge(CHARGE)
    await stripe.refund(a_refund())
    (id,) = stripe.api.refunds
    assert id == FAILED.id
    return Notice(refund=id)


async def test_a_refund_that_failed_is_told_however_often_it_is_asked_about(stripe: Stripe) -> None:
    notice = await refunded(stripe)
    assert await stripe.provider.incident(notice) is None
    stripe.api.refund_fails(FAILED.id)

    assert [await stripe.replica().incident(notice) for _ in range(3)] == [FAILED] * 3
    assert (await stripe.find()).state is PaymentState.CHARGED


async def test_it_is_made_again_once_and_then_nothing_is_wrong(stripe: Stripe) -> None:
    notice = await refunded(stripe)
    stripe.api.refund_fails(FAILED.id)
    await stripe.provider.incident(notice)

    for _ in range(3):
        assert (await stripe.refund(a_refund())).state is PaymentState.REFUNDED

    assert stripe.api.net() == [0]
    assert [refund["status"] for refund in stripe.api.refunds.values()] == ["failed", "succeeded"]
    # A message that comes late, or once more.
    assert await stripe.provider.incident(notice) is None
    assert (await stripe.refund(a_refund())).state is PaymentState.REFUNDED
    assert stripe.api.net() == [0]


async def test_only_the_refund_that_stands_fails_and_only_once(stripe: Stripe) -> None:
    """Each failure gives the next attempt another key at Stripe, so one more would pay the refund twice."""
    await stripe.charge(CHARGE)
    intents = stripe.open_intents()
    begun = await intents.begin_refund(a_refund())
    assert await intents.made(begun, "re_1")

    failed = await intents.refund_failed(begun.refund_id, "re_1")
    assert failed is not None
    assert (failed.made_as, failed.generation) == (None, begun.generation + 1)
    assert await intents.refund_failed(begun.refund_id, "re_1") == failed

    # Whoever made it is late.
    assert not await intents.made(begun, "re_1")
    assert await intents.begin_refund(a_refund()) == failed

    assert await intents.made(failed, "re_2")
    stands = await intents.begin_refund(a_refund())
    assert stands.made_as == "re_2"
    for other in ("re_1", "re_0"):
        assert await intents.refund_failed(begun.refund_id, other) == stands


async def test_a_refund_whose_reply_was_lost_and_that_failed_is_made_again(stripe: Stripe) -> None:
    await stripe.charge(CHARGE)
    stripe.api.faults.append(Fault("POST /v1/refunds", then="lost"))
    with pytest.raises(ProviderUnavailable):
        await stripe.refund(a_refund())
    stripe.api.refund_fails(FAILED.id)

    assert await stripe.provider.incident(Notice(refund=FAILED.id)) == FAILED
    assert (await stripe.refund(a_refund())).state is PaymentState.REFUNDED
    assert stripe.api.net() == [0]


async def test_without_the_webhook_a_refund_that_failed_is_not_taken_for_made(stripe: Stripe) -> None:
    """Stripe repeats its reply of before the failure for as long as it knows the key."""
    await stripe.charge(CHARGE)
    stripe.api.faults.append(Fault("POST /v1/refunds", then="lost"))
    with pytest.raises(ProviderUnavailable):
        await stripe.refund(a_refund())
    stripe.api.refund_fails(FAILED.id)

    with pytest.raises(RefundRefused):
        await stripe.replica().refund(a_refund())
    assert stripe.api.net() == [1000]

    # As an operator decides.
    assert (await stripe.replica().refund(a_refund())).state is PaymentState.REFUNDED
    assert stripe.api.net() == [0]
    assert (await stripe.refund(a_refund())).state is PaymentState.REFUNDED
    assert [refund["status"] for refund in stripe.api.refunds.values()] == ["failed", "succeeded"]


async def test_a_refund_that_fails_before_it_is_recorded_is_not_taken_for_made(
    stripe: Stripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stripe.charge(CHARGE)
    post = StripeApi.refund

    async def refund_that_fails_meanwhile(api: StripeApi, *args: Any, **kwargs: Any) -> MadeRefund:
        made = await post(api, *args, **kwargs)
        stripe.api.refund_fails(made.id)
        assert await stripe.replica().incident(Notice(refund=made.id)) == FAILED
        return made

    with monkeypatch.context() as patch:
        patch.setattr(StripeApi, "refund", refund_that_fails_meanwhile)
        with pytest.raises(RefundRefused):
            await stripe.refund(a_refund())
    assert await stripe.provider.incident(Notice(refund=FAILED.id)) == FAILED

    assert (await stripe.refund(a_refund())).state is PaymentState.REFUNDED
    assert stripe.api.net() == [0]


async def test_a_refund_of_another_program_is_none_of_ours(stripe: Stripe) -> None:
    notice = await refunded(stripe)
    stripe.api.refunds[FAILED.id]["metadata"] = {}
    stripe.api.refund_fails(FAILED.id)

    assert await stripe.provider.incident(notice) is None


@pytest.mark.parametrize(
    ("status", "is_harmless"), [("needs_response", False), ("lost", False), ("won", True), ("warning_closed", True)]
)
async def test_a_dispute_is_told_as_it_stands_now(stripe: Stripe, status: str, is_harmless: bool) -> None:
    await stripe.charge(CHARGE)
    dispute = stripe.api.is_disputed("pi_1", status)

    found = await stripe.provider.incident(Notice(dispute=dispute))

    expected = replace(FAILED, id=dispute, reason="fraudulent", refund_id="", status=status, is_harmless=is_harmless)
    assert found == expected


async def test_a_dispute_of_a_payment_that_is_not_ours_is_left_alone(stripe: Stripe) -> None:
    await stripe.charge(CHARGE)
    dispute = stripe.api.is_disputed("pi_1")
    stripe.api.disputes[dispute]["payment_intent"] = "pi_of_another"

    assert await stripe.provider.incident(Notice(dispute=dispute)) is None


async def test_without_an_answer_of_stripe_the_message_is_sent_again(stripe: Stripe) -> None:
    notice = await refunded(stripe)
    stripe.api.faults.append(Fault(f"GET /v1/refunds/{FAILED.id}", status=500))

    with pytest.raises(ProviderUnavailable):
        await stripe.provider.incident(notice)


async def test_the_sandbox_has_none(sandbox: Sandbox) -> None:
    assert await sandbox.provider.incident(Notice(dispute="du_1")) is None
