"""Failures of Stripe: despite lost replies, used keys and locks a transaction is charged at most once, and found."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from chassis.errors import AppError
from chassis.money import CURRENCIES
from order_svc.domain.refund import RefundExceedsCharge
from order_svc.domain.status import PaymentMethod
from order_svc.payment.domain.errors import ProviderUnavailable, RefundRefused, RefundReused
from order_svc.payment.domain.provider import Charge, PaymentState
from tests.fakes.stripe_api import Fault
from tests.order_svc.payment.builders import a_charge, a_refund, usd
from tests.order_svc.payment.conftest import Stripe
from tests.polling import eventually

CREATE = "POST /v1/payment_intents"
CONFIRM = "/confirm"
REFUND = "POST /v1/refunds"


def good(transaction_id: str = "t-1") -> Charge:
    return a_charge(transaction_id, "pm_ok")


async def fails(stripe: Stripe, charge: Charge | None = None) -> None:
    with pytest.raises(ProviderUnavailable):
        await stripe.charge(charge or good())


async def test_it_is_made_first_and_confirmed_second(stripe: Stripe) -> None:
    await stripe.charge(good())

    assert stripe.api.requests == [CREATE, "POST /v1/payment_intents/pi_1/confirm"]
    assert stripe.api.keys_seen == ["t-1/create/0", "t-1/confirm/0"]
    assert stripe.api.intents["pi_1"]["metadata"] == {"transaction_id": "t-1", "order_id": "1"}


@pytest.mark.parametrize("path", [CREATE, CONFIRM])
@pytest.mark.parametrize(
    "fault", [{"then": "lost"}, {"then": "500"}, {"then": "garbage"}, {"status": 500}, {"status": 429}]
)
async def test_one_failure_is_mended_by_the_next_try(stripe: Stripe, path: str, fault: Any) -> None:
    stripe.api.faults.append(Fault(path, **fault))
    await fails(stripe)

    assert (await stripe.replica().charge(good())).state is PaymentState.CHARGED
    assert stripe.api.net() == [1000]


@pytest.mark.parametrize("then", ["lost", "500", "garbage"])
async def test_a_charge_whose_reply_was_lost_is_found(stripe: Stripe, then: str) -> None:
    stripe.api.faults.append(Fault(CONFIRM, then=then))
    await fails(stripe)

    found = await stripe.replica().find("t-1")

    assert (found.state, found.charged) == (PaymentState.CHARGED, usd("10.00"))
    assert sum(CONFIRM in request for request in stripe.api.requests) == 1


async def test_it_is_asked_for_before_it_is_confirmed_again(stripe: Stripe) -> None:
    stripe.api.faults.append(Fault(CONFIRM, then="lost"))
    await fails(stripe)
    stripe.api.forget_keys()
    stripe.api.requests.clear()

    assert (await stripe.charge(good())).state is PaymentState.CHARGED

    assert stripe.api.requests == ["GET /v1/payment_intents/pi_1"]
    assert stripe.api.net() == [1000]


async def test_a_timeout_leaves_the_outcome_to_be_asked_for(stripe: Stripe) -> None:
    stripe.api.faults.append(Fault(CONFIRM, then="never"))
    with pytest.raises(ProviderUnavailable):
        await stripe.replica(timeout_s=0.2).charge(good())

    assert (await stripe.find()).state is PaymentState.CHARGED
    assert stripe.api.net() == [1000]


async def test_a_caller_that_gives_up_leaves_a_charge_that_is_found(stripe: Stripe) -> None:
    stripe.api.may_confirm.clear()
    charging = asyncio.create_task(stripe.charge(good()))
    await eventually(lambda: any(CONFIRM in request for request in stripe.api.requests), timeout_s=5)
    charging.cancel()
    stripe.api.may_confirm.set()

    async def is_charged() -> bool:
        return (await stripe.find()).state is PaymentState.CHARGED

    await eventually(is_charged, timeout_s=5)
    assert (await stripe.charge(good())).state is PaymentState.CHARGED
    assert stripe.api.net() == [1000]


async def test_nobody_listens(stripe: Stripe) -> None:
    stripe.api.url = "http://127.0.0.1:1"
    provider = stripe.replica()

    with pytest.raises(ProviderUnavailable):
        await provider.charge(good())


async def test_a_try_that_stripe_ended_undecided_is_repeated_under_a_new_key(stripe: Stripe) -> None:
    for _ in range(3):
        stripe.api.faults.append(Fault(CONFIRM, status=500))
        await fails(stripe)

    assert (await stripe.charge(good())).state is PaymentState.CHARGED
    confirmed = [key for key in stripe.api.keys_seen if "confirm" in key]
    assert confirmed == [f"t-1/confirm/{n}" for n in range(4)]


async def test_an_intent_that_was_made_twice_is_confirmed_once(stripe: Stripe) -> None:
    stripe.api.faults.append(Fault(CREATE, then="lost"))
    await fails(stripe)
    stripe.api.forget_keys()

    assert (await stripe.charge(good())).state is PaymentState.CHARGED
    assert stripe.api.statuses() == ["requires_payment_method", "succeeded"]


async def test_a_decline_worth_another_try_is_one(stripe: Stripe) -> None:
    await fails(stripe, a_charge(token="pm_try_again"))
    assert (await stripe.find()).state is PaymentState.UNSPECIFIED

    assert (await stripe.charge(good())).state is PaymentState.CHARGED
    assert stripe.api.net() == [1000]


@pytest.mark.parametrize(
    ("token", "why"),
    [("pm_declined", "Your card was declined."), ("pm_needs_action", "This payment needs to be authenticated.")],
)
async def test_a_refusal_says_what_stripe_says_to_shoppers(stripe: Stripe, token: str, why: str) -> None:
    refused = await stripe.charge(a_charge(token=token))

    assert (refused.state, refused.failure_reason) == (PaymentState.REFUSED, why)
    stripe.api.forget_keys()
    # Not even another card opens it again.
    assert await stripe.charge(good()) == refused
    assert stripe.api.net() == []


async def test_what_stripe_would_never_take_is_refused(stripe: Stripe) -> None:
    refused = await stripe.charge(a_charge(token="pm_ok", amount="0.10"))

    assert (refused.state, refused.charged) == (PaymentState.REFUSED, None)
    assert stripe.api.intents == {}


async def test_a_payment_under_way_is_neither_charged_nor_refused(stripe: Stripe) -> None:
    for _ in range(2):
        await fails(stripe, a_charge(token="pm_processing"))
    with pytest.raises(ProviderUnavailable):
        await stripe.refund(a_refund())
    assert (await stripe.find()).state is PaymentState.UNSPECIFIED
    assert sum(CONFIRM in request for request in stripe.api.requests) == 1

    stripe.api.intents["pi_1"]["status"] = "canceled"
    assert (await stripe.refund(a_refund())).state is PaymentState.VOIDED


async def test_a_void_that_comes_between_making_and_confirming_wins(stripe: Stripe) -> None:
    stripe.api.faults.append(Fault(CONFIRM, status=429))
    await fails(stripe)

    voided = await stripe.refund(a_refund(reason="cancelled"))

    assert (voided.state, voided.failure_reason) == (PaymentState.VOIDED, "cancelled")
    assert (await stripe.charge(good())).state is PaymentState.VOIDED
    assert stripe.api.statuses() == ["canceled"]


async def test_a_void_that_was_interrupted_is_finished_by_the_next_call(stripe: Stripe) -> None:
    stripe.api.faults.extend([Fault(CONFIRM, status=429), Fault("/cancel", status=500)])
    await fails(stripe)
    with pytest.raises(ProviderUnavailable):
        await stripe.refund(a_refund())

    assert (await stripe.charge(good())).state is PaymentState.VOIDED
    assert stripe.api.statuses() == ["canceled"]


async def test_a_charge_that_was_quicker_than_its_cancel_is_given_back(stripe: Stripe) -> None:
    stripe.api.may_confirm.clear()
    charging = asyncio.create_task(stripe.charge(good()))
    await eventually(lambda: any(CONFIRM in request for request in stripe.api.requests), timeout_s=5)
    with pytest.raises(ProviderUnavailable):
        await stripe.replica().refund(a_refund())
    stripe.api.may_confirm.set()
    assert (await charging).state is PaymentState.CHARGED

    assert (await stripe.replica().refund(a_refund())).state is PaymentState.REFUNDED
    assert stripe.api.net() == [0]


@pytest.mark.parametrize(
    "fault", [{"then": "lost"}, {"then": "500"}, {"then": "garbage"}, {"status": 500}, {"status": 429}]
)
@pytest.mark.parametrize("a_day_later", [False, True])
async def test_a_refund_that_failed_once_is_made_once(stripe: Stripe, fault: Any, a_day_later: bool) -> None:
    await stripe.charge(good())
    stripe.api.faults.append(Fault(REFUND, **fault))
    with pytest.raises(ProviderUnavailable):
        await stripe.refund(a_refund())
    if a_day_later:
        stripe.api.forget_keys()

    assert (await stripe.replica().refund(a_refund())).state is PaymentState.REFUNDED
    assert stripe.api.net() == [0]
    assert len(stripe.api.refunds) == 1


async def test_a_part_whose_refund_is_undecided_is_asked_for_under_the_same_key(stripe: Stripe) -> None:
    await stripe.charge(good())
    stripe.api.faults.append(Fault(REFUND, status=500))
    for _ in range(2):
        with pytest.raises(ProviderUnavailable):
            await stripe.refund(a_refund(amount="4.00"))
    assert stripe.api.refunds == {}

    stripe.api.forget_keys()
    assert (await stripe.refund(a_refund(amount="4.00"))).refunded == usd("4.00")
    assert stripe.api.net() == [600]


# The table of docs/payments.md.
REFUSALS = [
    (400, "balance_insufficient", ProviderUnavailable),
    (402, "insufficient_funds", ProviderUnavailable),
    (400, "processing_error", ProviderUnavailable),
    (409, "idempotency_key_in_use", ProviderUnavailable),
    (429, "lock_timeout", ProviderUnavailable),
    (403, "", ProviderUnavailable),
    (400, "charge_disputed", RefundRefused),
    (400, "refund_disputed_payment", RefundRefused),
    (400, "charge_not_refundable", RefundRefused),
    (404, "resource_missing", RefundRefused),
    (400, "", RefundRefused),
]


@pytest.mark.parametrize(("status", "code", "error"), REFUSALS)
async def test_a_refund_that_stripe_refuses_is_tried_again_or_somebody_looks_at_it(
    stripe: Stripe, status: int, code: str, error: type[AppError]
) -> None:
    await stripe.charge(good())
    stripe.api.faults.append(Fault(REFUND, status=status, code=code))

    with pytest.raises(error):
        await stripe.refund(a_refund(amount="4.00"))
    assert stripe.api.net() == [1000]

    # The cause is gone, and Stripe does not repeat its reply, though it still has the key.
    assert (await stripe.replica().refund(a_refund(amount="4.00"))).refunded == usd("4.00")
    assert stripe.api.net() == [600]


async def test_what_was_refunded_on_the_dashboard_is_not_left(stripe: Stripe) -> None:
    await stripe.charge(good())
    await stripe.refund(a_refund("by hand"))

    with pytest.raises(RefundExceedsCharge):
        await stripe.refund(a_refund())


async def test_a_refund_that_fails_at_once_was_not_made(stripe: Stripe) -> None:
    await stripe.charge(good())
    stripe.api.refunds_end_in = "failed"

    with pytest.raises(RefundRefused):
        await stripe.refund(a_refund())

    assert (await stripe.replica().find("t-1")).refunded is None


async def test_a_refund_under_a_key_that_somebody_else_used_is_refused(stripe: Stripe) -> None:
    await stripe.charge(good())
    stripe.api.used_elsewhere("r-1/0")

    with pytest.raises(RefundReused):
        await stripe.refund(a_refund("r-1"))


async def test_of_what_was_captured_in_part_no_more_goes_back(stripe: Stripe) -> None:
    await stripe.charge(good())
    # By hand, on Stripe's dashboard.
    stripe.api.intents["pi_1"]["amount_received"] = 600

    assert (await stripe.find("t-1")).charged == usd("6.00")
    with pytest.raises(RefundExceedsCharge):
        await stripe.refund(a_refund("r-1", amount="10.00"))
    assert (await stripe.refund(a_refund("r-2", amount="6.00"))).state is PaymentState.REFUNDED
    assert stripe.api.net() == [0]


def test_stripe_counts_our_currencies_in_hundredths() -> None:
    without_any = {"BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "UGX", "VND", "VUV"}
    without_any |= {"XAF", "XOF", "XPF"}
    with_three = {"BHD", "JOD", "KWD", "OMR", "TND"}

    assert CURRENCIES.isdisjoint(without_any | with_three)


async def test_a_wrong_key_is_told_to_operators_not_to_shoppers(
    stripe: Stripe, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(ProviderUnavailable) as failure:
        await stripe.replica(key="sk_test_wrong").charge(good())

    assert "sk_test" not in failure.value.message
    assert "sk_test" not in caplog.text


async def test_nothing_secret_is_logged(
    stripe: Stripe, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("httpx").setLevel(logging.DEBUG)

    await stripe.replica().charge(a_charge(token="pm_ok_secret"))
    await stripe.charge(a_charge("t-2", "pm_declined"))

    output = caplog.text + "".join(capsys.readouterr())
    assert "pm_ok_secret" not in output
    assert "sk_test" not in output


async def test_wallets_are_cards_and_paypal_is_not(stripe: Stripe) -> None:
    for n, method in enumerate([PaymentMethod.WALLET, PaymentMethod.PAYPAL]):
        payment = await stripe.charge(a_charge(f"t-{n}", "pm_ok", method=method))
        assert payment.state is PaymentState.CHARGED
