"""Resources of Stripe as it makes them: with all that its API always has, tests/fakes/stripe_types.py says what."""

from __future__ import annotations

import time
from typing import Any

Json = dict[str, Any]


def new_intent(id: str, params: Json) -> Json:
    return {
        "id": id,
        "object": "payment_intent",
        "amount": int(params["amount"]),
        "amount_capturable": 0,
        "amount_received": 0,
        "capture_method": "automatic_async",
        "confirmation_method": "automatic",
        "currency": params["currency"],
        "status": "requires_payment_method",
        "metadata": params["metadata"],
        "created": int(time.time()),
        "latest_charge": None,
        "last_payment_error": None,
        "livemode": False,
        "next_action": None,
        "payment_method_types": params["allowed_payment_method_types"],
    }


def new_charge(id: str, intent: Json, *, status: str) -> Json:
    is_paid = status == "succeeded"
    return {
        "id": id,
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": intent["amount_received"],
        "amount_refunded": 0,
        "billing_details": {"address": None, "email": None, "name": None, "phone": None},
        "captured": is_paid,
        "created": int(time.time()),
        "currency": intent["currency"],
        "disputed": False,
        "livemode": False,
        "metadata": intent["metadata"],
        "paid": is_paid,
        "payment_intent": intent["id"],
        "refunded": False,
        "refunds": {"object": "list", "data": [], "has_more": False, "url": "/v1/refunds"},
        "status": status,
    }


def new_refund(id: str, intent: Json, *, amount: int, status: str, metadata: Json) -> Json:
    return {
        "id": id,
        "object": "refund",
        "amount": amount,
        "charge": intent["latest_charge"]["id"],
        "created": int(time.time()),
        "currency": intent["currency"],
        "metadata": metadata,
        "payment_intent": intent["id"],
        "status": status,
    }


def new_dispute(id: str, intent: Json, *, status: str) -> Json:
    details: Json = {"due_by": None, "enhanced_eligibility": {}, "has_evidence": False, "past_due": False}
    return {
        "id": id,
        "object": "dispute",
        "amount": intent["amount"],
        "balance_transactions": [],
        "charge": intent["latest_charge"]["id"],
        "created": int(time.time()),
        "currency": intent["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {"enhanced_evidence": {}},
        "evidence_details": details | {"submission_count": 0, "submission_method": "not_submitted"},
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": intent["id"],
        "reason": "fraudulent",
        "status": status,
    }
