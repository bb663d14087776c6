"""What the adapter sends and what the fake of Stripe answers is held against the types of Stripe's own package."""

from __future__ import annotations

import inspect
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import stripe

from order_svc.domain.status import PaymentMethod
from order_svc.payment.adapters.stripe.client import StripeApi
from order_svc.payment.domain.errors import ProviderUnavailable
from tests.fakes.stripe_api import API_KEY, API_VERSION, StripeApiFake
from tests.fakes.stripe_types import CALLS, Misfit, check_call, check_error, check_reply, check_resource
from tests.order_svc.payment.builders import a_charge, a_refund

CREATE = "/v1/payment_intents"
FORM = {"amount": "999", "currency": "usd", "allowed_payment_method_types": ["card"], "metadata": {"order_id": "1"}}


@pytest.fixture
async def fake() -> AsyncIterator[StripeApiFake]:
    async with StripeApiFake() as fake:
        yield fake


def test_the_fake_speaks_the_version_of_the_package() -> None:
    assert stripe.api_version == API_VERSION


async def test_each_call_of_the_adapter_is_one_of_stripes(fake: StripeApiFake) -> None:
    """The fake compares each with the types; here, that no call is left out."""
    api = StripeApi(API_KEY, base=fake.url, timeout_s=30)
    charged, abandoned = await api.create(a_charge(), key="1"), await api.create(a_charge("t-2"), key="2")
    await api.confirm(charged, "pm_ok", key="3")
    await api.cancel(abandoned)
    await api.find(charged)
    made = await api.refund(charged, a_refund("r-1", "1.00"), key="4")
    await api.find_refund(charged, "r-1")
    await api.failed_refund(made.id)
    await api.dispute(fake.is_disputed(charged))
    for what in ("charges", "refunds"):
        created = {"gte": 1, "lt": 4_000_000_000}
        listed = await api.listed(what, {"created": created, "limit": 100})
        await api.listed(what, {"created": created, "starting_after": listed.data[-1].id})
    await api.close()

    ids = re.compile(r"/(pi|re|du_pi|du)_\d+")
    assert {ids.sub("/{id}", request) for request in fake.requests} == CALLS.keys()
    # A new one is to be called here.
    called = {name for name, of in vars(StripeApi).items() if inspect.iscoroutinefunction(of)}
    assert called == {
        "create", "confirm", "cancel", "find", "refund", "find_refund", "failed_refund", "dispute", "listed", "close",
    }  # fmt: skip


async def test_a_confirmation_with_a_page_to_return_to(fake: StripeApiFake) -> None:
    api = StripeApi(API_KEY, base=fake.url, timeout_s=30, return_url="https://shop.example/done")

    state = await api.confirm(await api.create(a_charge(), key="1"), "pm_needs_action", key="2")

    assert state.next_action_uri.startswith("https://hooks.stripe.com/")
    await api.close()


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"amount": "9.99"}, "POST /v1/payment_intents.amount: '9.99' is no int"),
        ({"currency": ["usd"]}, "POST /v1/payment_intents.currency: ['usd'] is no str"),
        ({"payment_method_type": "card"}, "POST /v1/payment_intents: it has no payment_method_type"),
        ({"idempotency_key": "1"}, "POST /v1/payment_intents: it has no idempotency_key"),
        ({"confirm": "yes"}, "POST /v1/payment_intents.confirm: 'yes' is no bool"),
        ({"metadata": {"order_id": ["1"]}}, "POST /v1/payment_intents.metadata.order_id: ['1'] is no str"),
        ({"allowed_payment_method_types": ["cash"]}, "allowed_payment_method_types[0]: 'cash' is none of"),
    ],
)
def test_a_form_that_stripe_would_not_take(changes: dict[str, Any], wrong: str) -> None:
    check_call("POST", CREATE, FORM)

    with pytest.raises(Misfit, match=re.escape(wrong)):
        check_call("POST", CREATE, FORM | changes)


def test_a_form_needs_what_is_required() -> None:
    with pytest.raises(Misfit, match="currency is missing"):
        check_call("POST", CREATE, {"amount": "999"})


@pytest.mark.parametrize(
    ("verb", "path"), [("PUT", "/v1/refunds"), ("POST", "/v1/payment_intents/pi_1/capture"), ("GET", "/v2/refunds")]
)
def test_a_call_that_is_not_known_here(verb: str, path: str) -> None:
    with pytest.raises(Misfit, match="no such call"):
        check_call(verb, path, {})


REFUND = {"id": "re_1", "object": "refund", "amount": 1, "created": 1, "currency": "usd", "status": "succeeded"}


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"amount": "1"}, "'1' is no int"),
        ({"amount": True}, "True is no int"),
        ({"object": "refunds"}, "'refunds' is none of refund"),
        ({"is_failed": True}, "it has no is_failed"),
        ({"metadata": {"refund_id": 7}}, "metadata.refund_id: 7 is no str"),
        ({"payment_intent": {"id": "pi_1"}}, "payment_intent: amount, "),
        ({"next_action": []}, "next_action: [] is no dict"),
    ],
)
def test_a_reply_that_stripe_would_not_make(changes: dict[str, Any], wrong: str) -> None:
    check_reply("GET", "/v1/refunds/re_1", REFUND)

    with pytest.raises(Misfit, match=re.escape(wrong)):
        check_reply("GET", "/v1/refunds/re_1", REFUND | changes)


def test_a_reply_needs_what_stripe_always_has() -> None:
    with pytest.raises(Misfit, match="currency is missing"):
        check_resource({name: value for name, value in REFUND.items() if name != "currency"})


def test_each_item_of_a_list_is_compared() -> None:
    listed = {"object": "list", "has_more": False, "url": "/v1/refunds", "data": [REFUND, REFUND | {"amount": None}]}

    with pytest.raises(Misfit, match=re.escape("data[1].amount: None is no int")):
        check_reply("GET", "/v1/refunds", listed)


def test_an_error_that_stripe_would_not_make() -> None:
    check_error({"type": "card_error", "message": "Declined.", "decline_code": "generic_decline"})
    for changes, wrong in (
        ({"type": "cash_error"}, "is none of"),
        ({"code": "no"}, "is none of"),
        ({"why": ""}, "no why"),
    ):
        with pytest.raises(Misfit, match=wrong):
            check_error({"type": "card_error", **changes})


async def test_a_reply_that_does_not_fit_fails_the_test_that_uses_the_fake() -> None:
    async def ask() -> None:
        async with StripeApiFake() as fake:
            api = StripeApi(API_KEY, base=fake.url, timeout_s=30)
            intent_id = await api.create(a_charge(), key="1")
            fake.intents[intent_id]["amount"] = "1000"
            with pytest.raises(TypeError):
                await api.find(intent_id)
            await api.close()

    with pytest.raises(AssertionError, match="'1000' is no int"):
        await ask()


async def test_a_form_that_does_not_fit_fails_the_test_that_uses_the_fake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("order_svc.payment.adapters.stripe.client._TYPES", {PaymentMethod.CARD: "cash"})

    async def ask() -> None:
        async with StripeApiFake() as fake:
            api = StripeApi(API_KEY, base=fake.url, timeout_s=30)
            with pytest.raises(ProviderUnavailable):
                await api.create(a_charge(), key="1")
            await api.close()

    with pytest.raises(AssertionError, match="'cash' is none of"):
        await ask()
