"""The key of a request says who sent it, for which method, and what it contained."""

from __future__ import annotations

from easyorder.order.v1 import CancelOrderRequest

from chassis.context import Caller, RequestContext, request_context
from chassis.idempotency import RequestKey
from chassis.request_keys import request_key


def key(
    user: str = "ada", method: str = "CancelOrder", reason: str = "late", request_id: str = "r"
) -> RequestKey | None:
    with request_context(RequestContext(correlation_id="c", caller=Caller.person(user))):
        return request_key(CancelOrderRequest(id="1", reason=reason, request_id=request_id), request_id, method)


def test_an_equal_request_has_the_same_key() -> None:
    assert key() == key()
    assert key(request_id="") is None


def test_callers_and_methods_have_keys_of_their_own_and_another_content_shows() -> None:
    first, others, changed = key(), (key(user="bob"), key(method="ShipOrder"), key(request_id="s")), key(reason="x")

    assert first
    assert changed
    assert first.id == "ada/CancelOrder#r"
    assert first.id not in {other.id for other in others if other}
    assert (changed.id, changed.fingerprint == first.fingerprint) == (first.id, False)
