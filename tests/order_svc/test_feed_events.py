"""Events of the feed are typed, documented, and readable whichever version stored them."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from easyorder.internal.order.v1 import Event as EventMessage
from easyorder.order.v1 import OrderStatus, PaymentOutcome, RefundState

from chassis import contract
from chassis.events import Event, PublishedEvent
from chassis.google_types import amount_message
from chassis.money import Money
from order_svc.domain import events as kinds
from order_svc.domain.address import PostalAddress
from order_svc.messages.feed_events import SCHEMA_VERSION, feed_event
from tests.builders.event import an_event
from tests.builders.order import AT, an_order
from tests.builders.order_ids import CONTENTS
from tests.fakes.feed import InMemoryFeed

ROOT = Path(__file__).parents[2]
RELEASED = ROOT / "tests/released"
# Positions, kind, order, sequence, owner, team, time, payload.
ROW = re.compile(
    r"^\t\((?:\d+, )?\w+, '(\w+)', (\d+), (\d+), '([^']*)', (?:NULL|'[^']*'), '([^']*)', '(\{.*\})'\)[,;]$", re.M
)
KINDS = {value for name, value in vars(kinds).items() if name.isupper() and isinstance(value, str)}
CONTENT = contract.descriptor_of(EventMessage).oneofs_by_name["content"].fields


def content(message: EventMessage) -> dict[str, Any]:
    return {field.name: there for field in CONTENT if (there := getattr(message, field.name)) is not None}


def sent(events: list[Event]) -> list[EventMessage]:
    return [feed_event(published) for published in InMemoryFeed().publish(events)]


def test_every_kind_has_a_message() -> None:
    assert {field.name for field in CONTENT} == KINDS


def test_what_happens_to_an_order_is_told_with_its_types() -> None:
    order = an_order(off="7.50").build()
    events = [
        *an_order(off="7.50").events,
        *order.charge_put_off(reason="no answer", at=AT, next_attempt=AT),
        *order.charged(at=AT),
        *order.refund(Money.of("4.50", "USD"), (), reason="scratched", at=AT)[1],
        *order.alert(summary="a job is dead", detail="for people", at=AT),
        *order.stock_stands([], at=AT),
    ]

    created, cheaper, put_off, charged, paid, promised, alert, stock = sent(events)

    assert created.order_created is not None
    assert created.order_created.status is OrderStatus.CONFIRMED
    assert cheaper.order_created_with_incentive is not None
    assert cheaper.order_created_with_incentive.discount_total == amount_message(Decimal("7.50"), "USD")
    assert put_off.payment_attempt is not None
    assert (put_off.payment_attempt.outcome, put_off.payment_attempt.next_attempt_time) == (
        PaymentOutcome.TRANSIENT,
        AT,
    )
    assert charged.payment_attempt is not None
    assert (charged.payment_attempt.number, charged.payment_attempt.outcome) == (2, PaymentOutcome.CHARGED)
    assert paid.order_status_changed is not None
    assert paid.order_status_changed.from_status is OrderStatus.CONFIRMED
    assert paid.order_status_changed.to_status is OrderStatus.PAID
    assert promised.payment_refund is not None
    assert promised.payment_refund.amount == amount_message(Decimal("4.50"), "USD")
    assert promised.payment_refund.state is RefundState.PROMISED
    assert (alert.admin_alert is not None, stock.inventory_status is not None) == (True, True)
    assert {message.schema_version for message in (created, stock)} == {SCHEMA_VERSION}


def test_nothing_personal_but_the_owners_id_is_sent() -> None:
    address = PostalAddress(region_code="DE", locality="Musterstadt", recipients=("Ada Muster",))
    order = an_order().build()
    order.shipping_address = order.billing_address = address
    events = [*order.placed(), *order.charged(at=AT), *order.cancel(reason="Ada Muster moved", at=AT)]
    assert "Musterstadt" in str(events[0].payload)

    messages = b"".join(bytes(message) for message in sent(events))

    assert b"Muster" not in messages
    assert order.owner.encode() in messages


def test_an_event_of_a_later_version_has_no_content() -> None:
    event = an_event()
    teleported = Event(
        kind="order_teleported",
        aggregate_id=event.aggregate_id,
        sequence=1,
        owner=event.owner,
        occurred_on=event.occurred_on,
        payload={},
    )

    (message,) = sent([teleported])

    assert (message.order_id, content(message)) == (event.aggregate_id, {})


@pytest.mark.parametrize("release", ["0.1.0", "0.3.0"])
def test_payloads_of_releases_are_readable(release: str) -> None:
    outbox = (
        (RELEASED / release / "order_write.sql")
        .read_text(encoding="utf-8")
        .split("INSERT INTO public.outbox ", 1)[1]
        .split("\n\n", 1)[0]
    )
    stored = [
        Event(
            kind=kind,
            aggregate_id=int(order_id),
            sequence=int(sequence),
            owner=owner,
            occurred_on=datetime.fromisoformat(time),
            payload={},
            content=CONTENTS.read(kind, payload.replace("''", "'").encode()),
        )
        for kind, order_id, sequence, owner, time, payload in ROW.findall(outbox)
    ]

    assert len(stored) == outbox.count("\n\t(")
    for event in stored:
        assert list(content(feed_event(PublishedEvent(position=1, event=event)))) == [event.kind]
    # Of the kinds that there were.
    assert {event.kind for event in stored} >= KINDS - {kinds.ADMIN_ALERT}


def test_the_document_has_the_schema() -> None:
    document = (ROOT / "docs/events.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \|(.*)$", document, re.M))

    assert f"## The feed: schema version {SCHEMA_VERSION}\n" in document
    assert rows.keys() == KINDS
    for field in CONTENT:
        assert field.message_type is not None
        documented = set(re.findall("`([a-z_]+)`", rows[field.name].rpartition(" | ")[2]))
        assert documented == {of_content.name for of_content in field.message_type.fields}, field.name
    common = {field.name for field in contract.descriptor_of(EventMessage).fields if field.containing_oneof is None}
    assert common <= set(re.findall("`([a-z_]+)`", document.partition("one of these contents")[0]))
