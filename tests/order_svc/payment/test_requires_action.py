"""A payment that the shopper has to confirm is charged once they have, never twice, and not after it was ended."""

from __future__ import annotations

import asyncio

import pytest

from order_svc.payment.domain.ledger import EntryKind
from order_svc.payment.domain.provider import PaymentState
from tests.fakes.stripe_api import Fault
from tests.order_svc.payment.builders import a_charge, a_refund, usd
from tests.order_svc.payment.conftest import Sandbox, Stripe
from tests.polling import eventually

RETURN_URL = "https://shop.example/paid"
NEEDS_ACTION = a_charge(token="pm_needs_action")
PAGE = "https://hooks.stripe.com/redirect/pi_1"


@pytest.fixture
def asking(stripe: Stripe) -> Stripe:
    """Of a shop to which shoppers can return."""
    stripe.provider = stripe.replica(return_url=RETURN_URL)
    return stripe


async def test_the_shopper_is_sent_to_a_page_of_stripe(asking: Stripe) -> None:
    payment = await asking.charge(NEEDS_ACTION)

    assert (payment.state, payment.next_action_uri) == (PaymentState.REQUIRES_ACTION, PAGE)
    assert asking.api.intents["pi_1"]["next_action"]["redirect_to_url"]["return_url"] == RETURN_URL
    assert await asking.find() == payment
    assert await asking.replica().charge(NEEDS_ACTION) == payment
    assert [request for request in asking.api.requests if "confirm" in request] == [
        "POST /v1/payment_intents/pi_1/confirm"
    ]


async def test_a_shop_without_a_page_to_return_to_refuses_it(stripe: Stripe) -> None:
    refused = await stripe.charge(NEEDS_ACTION)

    assert (refused.state, refused.next_action_uri) == (PaymentState.REFUSED, "")


async def test_what_the_shopper_confirmed_is_charged_once(asking: Stripe) -> None:
    await asking.charge(NEEDS_ACTION)
    asking.api.shopper_confirms("pi_1")

    assert (await asking.find()).state is PaymentState.CHARGED
    assert (await asking.charge(NEEDS_ACTION)).charged == usd("10.00")
    assert asking.api.net() == [1000]


async def test_what_the_shopper_did_not_confirm_is_refused_for_good(asking: Stripe) -> None:
    await asking.charge(NEEDS_ACTION)
    asking.api.shopper_fails_to_confirm("pi_1")

    refused = await asking.find()

    assert refused.state is PaymentState.REFUSED
    assert "authentication" in refused.failure_reason
    assert await asking.charge(NEEDS_ACTION) == refused
    assert asking.api.net() == []


async def test_what_was_refused_is_payable_until_it_is_ended(asking: Stripe) -> None:
    await asking.charge(NEEDS_ACTION)
    asking.api.shopper_fails_to_confirm("pi_1")

    ended = await asking.refund(a_refund(reason="refused"))

    assert (ended.state, ended.charged) == (PaymentState.REFUSED, None)
    assert not asking.api.shopper_pays_with_another_card("pi_1")
    assert await asking.refund(a_refund(reason="refused")) == ended
    assert await asking.charge(NEEDS_ACTION) == ended
    assert asking.api.statuses() == ["canceled"]


async def test_what_is_paid_with_another_card_before_its_end_goes_back(asking: Stripe) -> None:
    await asking.charge(NEEDS_ACTION)
    asking.api.shopper_fails_to_confirm("pi_1")
    assert asking.api.shopper_pays_with_another_card("pi_1")

    assert (await asking.refund(a_refund())).state is PaymentState.REFUNDED
    assert asking.api.net() == [0]


@pytest.mark.parametrize("fault", [None, "lost", "500"])
async def test_what_is_ended_cannot_be_confirmed_any_more(asking: Stripe, fault: str | None) -> None:
    await asking.charge(NEEDS_ACTION)
    if fault:
        asking.api.faults.append(Fault("/cancel", then=fault))
        # As the job does that repeats it.
        await asyncio.gather(asking.refund(a_refund(reason="too late")), return_exceptions=True)

    voided = await asking.refund(a_refund(reason="too late"))

    assert (voided.state, voided.failure_reason) == (PaymentState.VOIDED, "too late")
    assert asking.api.statuses() == ["canceled"]
    assert await asking.charge(NEEDS_ACTION) == voided
    assert asking.api.net() == []


async def test_a_decline_after_the_shopper_acted_sends_them_to_a_new_page(asking: Stripe) -> None:
    await asking.charge(NEEDS_ACTION)
    asking.api.bank_declines_for_now("pi_1")
    assert (await asking.find()).state is PaymentState.UNSPECIFIED

    payment = await asking.replica(return_url=RETURN_URL).charge(NEEDS_ACTION)

    assert (payment.state, asking.api.statuses()) == (PaymentState.REQUIRES_ACTION, ["requires_action"])
    asking.api.shopper_confirms("pi_1")
    assert (await asking.find()).charged == usd("10.00")
    assert asking.api.net() == [1000]


async def test_a_charge_that_comes_after_its_end_ends_it(asking: Stripe) -> None:
    await asking.charge(NEEDS_ACTION)
    await asking.open_intents().void("t-1", "cancelled")

    assert (await asking.charge(NEEDS_ACTION)).state is PaymentState.VOIDED
    assert asking.api.statuses() == ["canceled"]


async def test_a_shopper_who_is_faster_than_the_end_gets_the_money_back(asking: Stripe) -> None:
    await asking.charge(NEEDS_ACTION)
    asking.api.shopper_confirms("pi_1")

    refunded = await asking.refund(a_refund())

    assert (refunded.state, refunded.charged) == (PaymentState.REFUNDED, usd("10.00"))
    assert asking.api.net() == [0]


@pytest.mark.parametrize(
    ("token", "state", "kind"),
    [
        ("tok_requires_action_1", PaymentState.CHARGED, EntryKind.CHARGE),
        ("tok_requires_action_declined_1", PaymentState.REFUSED, EntryKind.REFUSAL),
    ],
)
async def test_the_shopper_of_the_sandbox_acts_by_themselves(
    sandbox: Sandbox, token: str, state: PaymentState, kind: EntryKind
) -> None:
    asked = await sandbox.charge(a_charge(token=token))
    assert asked.state is PaymentState.REQUIRES_ACTION
    assert asked.next_action_uri == "https://bank.invalid/confirm/t-1"

    async def acted() -> bool:
        return (await sandbox.replica().find("t-1")).state is state

    await eventually(acted)
    replicas = [sandbox.replica() for _ in range(5)]
    answers = await asyncio.gather(*(one.charge(a_charge(token=token)) for one in replicas))
    assert {answer.state for answer in answers} == {state}
    assert await sandbox.kinds() == [EntryKind.ACTION, kind]


async def test_a_shopper_of_the_sandbox_who_does_nothing_is_not_charged(sandbox: Sandbox) -> None:
    charge = a_charge(token="tok_requires_action")
    await sandbox.charge(charge)
    assert (await sandbox.find()).state is PaymentState.REQUIRES_ACTION
    assert (await sandbox.charge(charge)).state is PaymentState.REQUIRES_ACTION

    voided = await sandbox.refund(a_refund(reason="too late"))

    assert voided.state is PaymentState.VOIDED
    assert await sandbox.charge(charge) == voided
    assert await sandbox.kinds() == [EntryKind.ACTION, EntryKind.VOID]


async def test_what_the_shopper_confirmed_before_its_end_goes_back(sandbox: Sandbox) -> None:
    await sandbox.charge(a_charge(token="tok_requires_action_0"))

    refunded = await sandbox.refund(a_refund())

    assert refunded.state is PaymentState.REFUNDED
    assert await sandbox.kinds() == [EntryKind.ACTION, EntryKind.CHARGE, EntryKind.REFUND]
