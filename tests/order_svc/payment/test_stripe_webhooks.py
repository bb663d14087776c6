"""Stripe's webhook: accepted only if recently signed with our secret, and only for our payment intents."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import stripe

from order_svc.payment.adapters.stripe.webhooks import StripeWebhooks
from order_svc.payment.domain.errors import WebhookSignatureInvalid, WebhooksNotConfigured
from order_svc.payment.domain.provider import Notice, NoWebhooks
from tests.fakes.chassis import FakeClock
from tests.fakes.stripe_api import API_VERSION
from tests.fakes.stripe_resources import new_charge, new_dispute, new_intent, new_refund
from tests.fakes.stripe_types import check_resource

SECRET = "whsec_ours"
NOT_CONFIRMED = {"type": "card_error", "code": "payment_intent_authentication_failure"}


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def webhooks(clock: FakeClock) -> StripeWebhooks:
    return StripeWebhooks(SECRET, clock, tolerance=timedelta(minutes=5))


def an_event(kind: str = "payment_intent.succeeded", **about: Any) -> bytes:
    """An event as Stripe makes it: of a kind that it has, about a resource that this kind is about."""
    asked = {"amount": 999, "currency": "usd", "metadata": {"transaction_id": "t-1"}}
    intent = new_intent("pi_1", asked | {"allowed_payment_method_types": ["card"]})
    charge = new_charge("ch_1", intent, status="succeeded")
    intent["latest_charge"] = charge
    resources = {
        "payment_intent": intent | {"latest_charge": charge["id"]},
        "charge": charge,
        "refund": new_refund("re_1", intent, amount=999, status="failed", metadata={}),
        "dispute": new_dispute("du_1", intent, status="needs_response"),
    }
    named = next(name for name in ("dispute", "refund", "charge", "payment_intent") if name in kind)
    event: dict[str, Any] = {
        "id": "evt_1",
        "object": "event",
        "type": kind,
        "data": {"object": resources[named] | about},
    }
    event |= {"api_version": API_VERSION, "created": 1_790_000_000, "livemode": False, "pending_webhooks": 1}
    check_resource(event)
    check_resource(event["data"]["object"])
    # Blanks that no JSON library would write again: the signature is of the bytes.
    return json.dumps(event, indent=3).encode()


def signed(body: bytes, clock: FakeClock, *, secret: str = SECRET) -> str:
    at = int(clock.now().timestamp())
    header: str = stripe.WebhookSignature.generate_signature_header(body.decode(), secret, at)
    return header


def is_refused(webhooks: StripeWebhooks, body: bytes, header: str) -> bool:
    try:
        webhooks.notice_of(body, header)
    except WebhookSignatureInvalid:
        return True
    return False


def test_a_signed_message_names_its_transaction(webhooks: StripeWebhooks, clock: FakeClock) -> None:
    body = an_event()

    assert webhooks.notice_of(body, signed(body, clock)).transaction_id == "t-1"


@pytest.mark.parametrize(
    ("kind", "order_id", "charged"),
    [
        ("payment_intent.succeeded", "7", 7),
        ("payment_intent.succeeded", "9" * 18, int("9" * 18)),
        ("payment_intent.succeeded", "9" * 19, 0),
        ("payment_intent.succeeded", "-7", 0),
        ("payment_intent.succeeded", "\u0667", 0),
        ("payment_intent.succeeded", None, 0),
        ("payment_intent.canceled", "7", 0),
    ],
)
def test_only_a_charge_names_the_order_that_was_charged(
    webhooks: StripeWebhooks, clock: FakeClock, kind: str, order_id: str | None, charged: int
) -> None:
    body = an_event(kind, metadata={"transaction_id": "t-1"} | ({"order_id": order_id} if order_id else {}))

    assert webhooks.notice_of(body, signed(body, clock)) == Notice(transaction_id="t-1", charged_order_id=charged)


@pytest.mark.parametrize(
    ("kind", "about"),
    [
        ("payment_intent.succeeded", {"metadata": {}}),
        ("payment_intent.payment_failed", {}),
        ("payment_intent.payment_failed", {"last_payment_error": {"type": "card_error", "code": "card_declined"}}),
        ("payment_intent.requires_action", {}),
        ("payment_intent.created", {}),
        ("charge.succeeded", {}),
    ],
)
def test_what_decides_none_of_our_payments_is_about_nothing(
    webhooks: StripeWebhooks, clock: FakeClock, kind: str, about: Any
) -> None:
    body = an_event(kind, **about)

    assert webhooks.notice_of(body, signed(body, clock)) == Notice()


@pytest.mark.parametrize(
    ("kind", "about"),
    [
        ("payment_intent.canceled", {}),
        ("payment_intent.payment_failed", {"last_payment_error": NOT_CONFIRMED}),
    ],
)
def test_what_a_shopper_did_not_confirm_is_asked_about(
    webhooks: StripeWebhooks, clock: FakeClock, kind: str, about: Any
) -> None:
    body = an_event(kind, **about)

    assert webhooks.notice_of(body, signed(body, clock)).transaction_id == "t-1"


@pytest.mark.parametrize(
    ("kind", "notice"),
    [
        ("refund.failed", Notice(refund="id_7")),
        ("refund.updated", Notice(refund="id_7")),
        ("charge.refund.updated", Notice(refund="id_7")),
        ("charge.dispute.created", Notice(dispute="id_7")),
        ("charge.dispute.funds_withdrawn", Notice(dispute="id_7")),
        ("charge.dispute.closed", Notice(dispute="id_7")),
    ],
)
def test_what_goes_wrong_later_is_named(webhooks: StripeWebhooks, clock: FakeClock, kind: str, notice: Notice) -> None:
    body = an_event(kind, id="id_7")

    assert webhooks.notice_of(body, signed(body, clock)) == notice


@pytest.mark.parametrize("seconds", [301, -301])
def test_an_old_message_is_refused_and_so_is_one_of_the_future(
    webhooks: StripeWebhooks, clock: FakeClock, seconds: float
) -> None:
    body = an_event()
    header = signed(body, clock)
    clock.advance(seconds * 299 / 301)
    assert webhooks.notice_of(body, header).transaction_id == "t-1"
    clock.advance(seconds * 2 / 301)

    with pytest.raises(WebhookSignatureInvalid):
        webhooks.notice_of(body, header)


def test_a_forged_message_is_refused(webhooks: StripeWebhooks, clock: FakeClock) -> None:
    body = an_event()
    header = signed(body, clock)
    at, _, signature = header.partition(",")
    forged = {
        "another secret": (body, signed(body, clock, secret="whsec_theirs")),
        "another body": (body.replace(b"t-1", b"t-2"), header),
        "the same JSON, written otherwise": (json.dumps(json.loads(body)).encode(), header),
        "another time": (body, f"t={int(at[2:]) + 1},{signature}"),
        "an older scheme": (body, header.replace("v1=", "v0=")),
        "no signature": (body, at),
        "no time": (body, signature),
        "nothing": (body, ""),
        "no text": (b"\xff\xfe", header),
        "no header": (body, "=,=,t=x"),
        "no ASCII": (body, f"{at},v1=\xe9"),
    }

    believed = [what for what, message in forged.items() if not is_refused(webhooks, *message)]

    assert believed == []


def test_of_several_signatures_one_is_enough(webhooks: StripeWebhooks, clock: FakeClock) -> None:
    body = an_event()

    assert webhooks.notice_of(body, signed(body, clock).replace(",", ",v1=0ld,")).transaction_id == "t-1"


def test_a_time_with_more_behind_it_is_no_defect(webhooks: StripeWebhooks, clock: FakeClock) -> None:
    body = an_event()

    assert webhooks.notice_of(body, signed(body, clock).replace(",", "=x,", 1)).transaction_id == "t-1"


def test_without_a_secret_no_message_is_expected() -> None:
    with pytest.raises(WebhooksNotConfigured):
        NoWebhooks().notice_of(b"{}", "")
