"""Every event is published: as a CloudEvent, in the order of the feed, and later if it cannot be now."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import aio_pika
from easyorder.internal.order.v1 import Event
from easyorder.io.cloudevents.v1 import CloudEvent
from pydantic import SecretStr

from broker.cloud_events import CONTENT_TYPE, decoded
from broker.connection import open_channel
from broker.topology import STREAM, routing_key
from chassis.errors import Unavailable
from chassis.wire import codec
from order_svc.adapters.broker_publisher import BrokerPublisher
from order_svc.messages.feed_events import feed_event
from telemetry import metrics
from tests.broker.rabbitmq import RabbitMq, all_of, free_ports
from tests.broker.test_order_events import running
from tests.builders.event import an_event
from tests.fakes.feed import InMemoryFeed
from tests.fakes.publisher_lease import InMemoryLease, Row
from tests.polling import eventually


async def test_every_event_is_in_the_stream_in_the_order_of_the_feed(rabbitmq: RabbitMq) -> None:
    feed, lease = InMemoryFeed(), InMemoryLease()
    published = feed.publish([an_event(order_id, sequence) for sequence in range(1, 101) for order_id in range(1, 6)])
    async with running(BrokerPublisher(feed, lease, rabbitmq.url, name="order")):
        await eventually(lambda: lease.row.position == len(published), timeout_s=20)

    async with open_channel(rabbitmq.url, "tests") as channel:
        messages = await all_of(channel, STREAM, len(published))
    assert [decoded(message.body) for message in messages] == [feed_event(one) for one in published]
    assert [message.routing_key for message in messages] == [
        routing_key(one.event.aggregate_id, "order_created") for one in published
    ]


async def test_a_message_is_a_cloud_event_in_protobuf(rabbitmq: RabbitMq) -> None:
    feed, lease = InMemoryFeed(), InMemoryLease()
    (published,) = feed.publish([an_event(17, 3)])
    async with running(BrokerPublisher(feed, lease, rabbitmq.url, name="order")):
        await eventually(lambda: lease.row.position == 1, timeout_s=20)
        async with open_channel(rabbitmq.url, "tests") as channel:
            (message,) = await all_of(channel, STREAM, 1)

    event: Any = codec(CloudEvent).parse(message.body)
    assert (message.content_type, message.delivery_mode, message.routing_key) == (
        CONTENT_TYPE,
        aio_pika.DeliveryMode.PERSISTENT,
        "order.1.order_created",
    )
    assert (event.id, event.source, event.spec_version) == ("17/3", "/easyorder/orders", "1.0")
    assert event.type == message.type == "easyorder.order.order_created"
    assert event.attributes["partitionkey"].ce_string == event.attributes["subject"].ce_string == "17"
    assert event.attributes["time"].ce_timestamp.ToDatetime(UTC) == published.event.occurred_on
    assert event.proto_data.type_url == "type.googleapis.com/easyorder.internal.order.v1.Event"
    assert Event.parse(event.proto_data.value).order_id == 17


async def test_while_the_broker_is_away_events_wait(rabbitmq: RabbitMq) -> None:
    feed, row, reported = InMemoryFeed(), Row(), []
    published = feed.publish([an_event(1, sequence) for sequence in range(1, 4)])
    (nowhere,) = free_ports(1)
    url = SecretStr(f"amqp://guest:guest@127.0.0.1:{nowhere}/")

    def report(source: str, error: Exception) -> None:
        reported.append(error)

    away = BrokerPublisher(feed, InMemoryLease(row), url, name="order", report=report)
    async with running(away):
        await eventually(lambda: away._loop.failures >= 2, timeout_s=20)
    assert (row.position, reported) == (0, [])

    async with running(BrokerPublisher(feed, InMemoryLease(row), rabbitmq.url, name="order")):
        await eventually(lambda: row.position == len(published), timeout_s=20)


async def test_a_password_that_is_refused_is_reported(rabbitmq: RabbitMq) -> None:
    feed, lease, reported = InMemoryFeed(), InMemoryLease(), []
    feed.publish([an_event()])
    url = SecretStr(rabbitmq.url.get_secret_value().replace("guest@", "wrong@"))

    def report(source: str, error: Exception) -> None:
        reported.append(error)

    async with running(BrokerPublisher(feed, lease, url, name="order", report=report)):
        await eventually(lambda: reported, timeout_s=20)

    assert lease.row.position == 0
    assert not isinstance(reported[0], Unavailable)
    assert "wrong" not in repr(reported)


async def test_what_is_published_can_be_scraped(rabbitmq: RabbitMq) -> None:
    feed, lease = InMemoryFeed(), InMemoryLease()
    feed.publish([an_event(1), an_event(2)])
    metrics.begin()
    try:
        async with running(BrokerPublisher(feed, lease, rabbitmq.url, name="order")):
            await eventually(lambda: lease.row.position == 2, timeout_s=20)
        registry = metrics.registry()
        assert registry is not None
        assert registry.get_sample_value("easyorder_broker_events_published_total") == 2
        assert registry.get_sample_value("easyorder_broker_connections_total") == 1
    finally:
        metrics.end()
