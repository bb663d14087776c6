"""Events of orders as CloudEvents 1.0 in protobuf, in the structured mode of its AMQP binding."""

from __future__ import annotations

from typing import Any

from aio_pika import DeliveryMode, Message
from easyorder.internal.order.v1 import Event
from easyorder.io.cloudevents.v1 import CloudEvent
from google.protobuf.message_factory import GetMessageClass

from chassis import contract
from chassis.wire import Malformed, codec

CONTENT_TYPE = "application/cloudevents+protobuf"
SOURCE = "/easyorder/orders"
TYPE_PREFIX = "easyorder.order."
DATA_TYPE = f"type.googleapis.com/{contract.full_name_of(Event)}"
_CloudEvent: Any = GetMessageClass(contract.descriptor_of(CloudEvent))


def type_of(kind: str) -> str:
    """The type of the events of a kind (`easyorder.order.order_created`)."""
    return TYPE_PREFIX + kind


def encoded(event: Event, kind: str) -> bytes:
    """The CloudEvent of an event of the feed."""
    made = _CloudEvent(id=f"{event.order_id}/{event.sequence}", source=SOURCE, spec_version="1.0", type=type_of(kind))
    attributes = made.attributes
    attributes["time"].ce_timestamp.FromDatetime(event.event_time)
    texts = {
        "subject": event.order_id,
        "partitionkey": event.order_id,
        # Of the same length, because its specification compares it as text.
        "sequence": f"{event.position:020}",
        "traceparent": event.traceparent,
    }
    for name, value in texts.items():
        if value:
            attributes[name].ce_string = str(value)
    made.proto_data.type_url, made.proto_data.value = DATA_TYPE, codec(Event).encode(event)
    return bytes(made.SerializeToString(deterministic=True))


def message_of(event: Event, kind: str) -> Message:
    """The message of an event, which the broker keeps on disk."""
    return Message(
        encoded(event, kind),
        content_type=CONTENT_TYPE,
        delivery_mode=DeliveryMode.PERSISTENT,
        message_id=f"{event.order_id}/{event.sequence}",
        type=type_of(kind),
        timestamp=event.event_time,
        app_id="easyorder",
    )


def decoded(body: bytes) -> Event:
    """The event in the body of a message. Raises Malformed if there is none."""
    made: Any = codec(CloudEvent).parse(body)
    if not made.type.startswith(TYPE_PREFIX) or made.proto_data.type_url != DATA_TYPE:
        raise Malformed(f"not an event of an order: {made.type!r} with {made.proto_data.type_url!r}")
    event: Event = codec(Event).decode(made.proto_data.value)
    if not event.order_id or not event.position or event.event_time is None:
        raise Malformed(f"an event without its order, position or time: {made.id!r}")
    return event
