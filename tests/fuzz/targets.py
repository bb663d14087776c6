"""Whatever strangers send, and what becomes of it: a result, or an error that is declared. Anything else is a defect.

A target takes bytes, as a fuzzer makes them. `SEEDS` are where it begins; tests/fuzz/corpus has more of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import betterproto2
import stripe
from easyorder.order.v1 import CreateOrderRequest, Order, OrderEvent, OrderStatus

from broker.cloud_events import decoded
from chassis.errors import AppError, InvalidArgument
from chassis.page_tokens import PageTokens, is_of_some_list
from chassis.wire import Malformed, codec
from ops.filters import map_field, number_field, one_of, parse_filter, parse_metadata_filter, text_field, time_field
from order_svc.domain.errors import OrderNotFound
from order_svc.payment.adapters.stripe.webhooks import StripeWebhooks
from order_svc.payment.domain.errors import WebhookSignatureInvalid
from order_svc.resume_tokens import ResumeTokens
from order_svc.tracking_links import TrackingLinks
from tests.fakes.chassis import FakeClock
from tests.fakes.link_generations import InMemoryLinkGenerations

KEY = b"k" * 32
SECRET = "whsec_ours"
FIELDS = {
    "status": one_of({str(status.name): status for status in OrderStatus}, prefix="ORDER_STATUS_"),
    "placed_at": time_field(),
    "number": number_field(),
    "created_by": text_field(),
    "metadata": map_field(),
}


class _Last(NamedTuple):
    placed_at: datetime
    id: str


@dataclass(frozen=True)
class Target:
    """`run` raises only `declared` errors, whatever the bytes."""

    run: Callable[[bytes], object]
    declared: tuple[type[Exception], ...] = ()
    seeds: tuple[bytes, ...] = ()

    def __call__(self, data: bytes) -> None:
        try:
            self.run(data)
        except self.declared:
            return


def _round_trip(kind: type[betterproto2.Message]) -> Callable[[bytes], None]:
    def run(data: bytes) -> None:
        message = codec(kind).decode(data)
        once = codec(kind).encode(message)
        assert codec(kind).encode(codec(kind).decode(once)) == once

    return run


def _filter(data: bytes) -> None:
    text = data.decode(errors="replace")
    for comparison in parse_filter(text, FIELDS):
        assert comparison.field in FIELDS


_TOKENS = PageTokens(_Last)
_RESUME = ResumeTokens(KEY)


def _page_token(data: bytes) -> None:
    text = data.decode(errors="replace")
    if not is_of_some_list(text):
        try:
            _TOKENS.read(text, filter="")
        except InvalidArgument:
            return
        raise AssertionError("a token of this list is one of some list")
    assert isinstance(_TOKENS.read(text, filter="").placed_at, datetime)


def _resume_token(data: bytes) -> None:
    _RESUME.position(data.decode(errors="replace"), "resumeToken")
    raise AssertionError("a token was forged")


async def _load(order_id: int) -> Any:
    raise OrderNotFound.of()


_LINKS = TrackingLinks(KEY, _load, InMemoryLinkGenerations(), FakeClock())


def _tracking_link(data: bytes) -> None:
    _LINKS.read(data.decode(errors="replace"))
    raise AssertionError("a token was forged")


_CLOCK = FakeClock()
_WEBHOOKS = StripeWebhooks(SECRET, _CLOCK, tolerance=timedelta(minutes=5))


def _stripe_signature(data: bytes) -> None:
    """The header is the first line, the body the rest."""
    header, _, body = data.partition(b"\n")
    _WEBHOOKS.notice_of(body, header.decode("latin-1"))
    raise AssertionError("a signature was forged")


def _stripe_event(data: bytes) -> None:
    """As Stripe would sign it: what shape it has, is another matter."""
    text = data.decode(errors="replace")
    header = stripe.WebhookSignature.generate_signature_header(text, SECRET, int(_CLOCK.now().timestamp()))
    notice = _WEBHOOKS.notice_of(text.encode(), header)
    assert all(isinstance(one, str | None) for one in (notice.transaction_id, notice.refund, notice.dispute))


def _at(second: int) -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=second)


_EVENT = codec(OrderEvent).encode(OrderEvent(sequence=7, resume_token="x", event_time=_at(1)))

TARGETS: Mapping[str, Target] = {
    "order_event": Target(_round_trip(OrderEvent), (Malformed,), (_EVENT,)),
    "order": Target(_round_trip(Order), (Malformed,), (codec(Order).encode(Order(id="ord_1", placed_at=_at(2))),)),
    "create_order": Target(
        _round_trip(CreateOrderRequest),
        (Malformed,),
        (codec(CreateOrderRequest).encode(CreateOrderRequest(request_id="r", currency_code="USD")),),
    ),
    "broker_event": Target(decoded, (Malformed,), (b"\n\x011\x12\x09easyorder\x1a\x031.0",)),
    "filter": Target(
        _filter,
        (InvalidArgument,),
        (
            b'status = ORDER_STATUS_PAID AND placed_at >= "2026-01-01T00:00:00Z"',
            b'metadata.channel = "a\\"pp"',
            b"number<7",
        ),
    ),
    "metadata_filter": Target(
        lambda data: parse_metadata_filter(data.decode(errors="replace")),
        (InvalidArgument,),
        (b"metadata.a = 'b' AND metadata.c = d",),
    ),
    "page_token": Target(
        _page_token, (InvalidArgument,), (_TOKENS.write(_Last(_at(3), "ord_1"), filter="").encode(), b"WyJhIiwxXQ")
    ),
    "resume_token": Target(_resume_token, (InvalidArgument,), (ResumeTokens(b"o" * 32).of_feed(7).encode(), b"A" * 48)),
    "tracking_link": Target(_tracking_link, (OrderNotFound,), (b"A" * 60, b"-_" * 40)),
    "stripe_signature": Target(
        _stripe_signature, (WebhookSignatureInvalid,), (b"t=1,v1=00\n{}", b"t=,v1=\n", b"=,=,t=x\n{}")
    ),
    "stripe_event": Target(
        _stripe_event,
        (),
        (
            b'{"type": "payment_intent.succeeded", "data": {"object": {"metadata": {"transaction_id": "t"}}}}',
            b'{"type": "charge.dispute.created", "data": {"object": {"id": "du_1"}}}',
            b'{"type": "refund.failed", "data": {"object": {"id": 7}}}',
            b"[]",
        ),
    ),
}
assert all(issubclass(kind, AppError | Malformed) for target in TARGETS.values() for kind in target.declared)
