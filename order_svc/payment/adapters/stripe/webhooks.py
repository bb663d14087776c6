"""Stripe's webhook: a message is accepted only if it is signed with our secret, and recently."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import stripe
import structlog

from chassis.clock import Clock
from order_svc.payment.domain.errors import WebhookSignatureInvalid
from order_svc.payment.domain.provider import Notice

log = structlog.get_logger(__name__)

_SUCCEEDED = "payment_intent.succeeded"
_DECIDED = {_SUCCEEDED, "payment_intent.canceled"}
_DIGITS_OF_INT64 = 18
# Whether it has failed, Stripe says when it is asked.
_OF_REFUNDS = {"refund.failed", "refund.updated", "charge.refund.updated"}
_OF_DISPUTES = "charge.dispute."
_FAILED, _NOT_CONFIRMED = "payment_intent.payment_failed", "payment_intent_authentication_failure"
_NOT_STRIPES = "this is not signed by Stripe for this shop, or was too long ago"


class StripeWebhooks:
    """The Webhooks of the endpoint with this `secret`; messages must be signed within `tolerance` of now."""

    def __init__(self, secret: str, clock: Clock, *, tolerance: timedelta) -> None:
        self._secret = secret
        self._clock = clock
        self._tolerance_s = tolerance.total_seconds()

    def notice_of(self, body: bytes, signature: str) -> Notice:
        try:
            # Without the SDK's tolerance check, which reads another clock.
            stripe.WebhookSignature.verify_header(body, signature, self._secret)
        except (stripe.SignatureVerificationError, UnicodeDecodeError, TypeError):  # TypeError: a header beyond ASCII
            raise WebhookSignatureInvalid(_NOT_STRIPES) from None
        # Of several timestamps the first, like the SDK.
        signed_at = next(int(part.split("=")[1]) for part in signature.split(",") if part.startswith("t="))
        if abs(self._clock.now().timestamp() - signed_at) > self._tolerance_s:
            raise WebhookSignatureInvalid(_NOT_STRIPES)
        try:
            return _notice(json.loads(body))
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            # Of a shape that Stripe does not document: another attempt would not change it.
            log.warning("a signed message of Stripe has no known shape")
            return Notice()


def _notice(event: Any) -> Notice:
    kind, about = event["type"], event["data"]["object"]
    if kind in _OF_REFUNDS:
        return Notice(refund=_text(about["id"]))
    if kind.startswith(_OF_DISPUTES):
        return Notice(dispute=_text(about["id"]))
    # Not other failed attempts: an immediate retry would bypass the backoff of the shop.
    declined = event["type"] == _FAILED and (about.get("last_payment_error") or {}).get("code") == _NOT_CONFIRMED
    if event["type"] not in _DECIDED and not declined:
        return Notice()
    order_id = _number(about["metadata"].get("order_id")) if kind == _SUCCEEDED else 0
    return Notice(transaction_id=_text(about["metadata"].get("transaction_id")), charged_order_id=order_id)


def _number(value: object) -> int:
    is_one = isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= _DIGITS_OF_INT64
    return int(str(value)) if is_one else 0


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
