"""The idempotency key of a request: who sent it, for which method, and a digest of its content."""

from __future__ import annotations

import hashlib

import betterproto2

from chassis.context import current
from chassis.idempotency import RequestKey
from chassis.wire import codec


def request_key(request: betterproto2.Message, request_id: str, method: str) -> RequestKey | None:
    """None without a request_id: then the request may be executed again.

    `method` is what stored keys call the method: another one would execute repeats of earlier requests.
    """
    if not request_id:
        return None
    return RequestKey(
        scope=f"{current().caller.id}/{method}",
        request_id=request_id,
        fingerprint=hashlib.sha256(codec(type(request)).encode(request)).hexdigest(),
    )
