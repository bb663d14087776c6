"""Signatures of Standard Webhooks: HMAC-SHA256 over id, time and body, one for each valid secret."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Mapping, Sequence

PREFIX = "whsec_"


def secret_of(key: bytes, secret_id: str) -> bytes:
    """The secret with this id, 32 bytes: another key, or another id, makes another one."""
    return hmac.new(key, secret_id.encode(), hashlib.sha256).digest()


def shown(secret: bytes) -> str:
    """As receivers are given it."""
    return PREFIX + b64encode(secret).decode()


def signature_headers(event_id: str, at_s: int, body: bytes, secrets: Sequence[bytes]) -> Mapping[str, str]:
    """The headers of a delivery at a time in Unix seconds."""
    content = f"{event_id}.{at_s}.".encode() + body
    signed = [b64encode(hmac.new(secret, content, hashlib.sha256).digest()).decode() for secret in secrets]
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(at_s),
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signed),
    }
