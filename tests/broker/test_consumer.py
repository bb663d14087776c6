"""What inventory_svc does with messages that it cannot take, takes twice, or has missed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aio_pika import Message
from aio_pika.abc import AbstractExchange

from broker.cloud_events import message_of
from broker.connection import open_channel
from broker.topology import DEAD_LETTERS, declare_exchange, routing_key
from chassis.grpc.clients import Client
from inventory_svc.adapters import broker_consumer
from inventory_svc.adapters.broker_consumer import BrokerConsumer
from order_svc.messages.feed_events import feed_event
from tests.broker.rabbitmq import RabbitMq
from tests.broker.test_order_events import Inbox, running
from tests.builders.event import an_event, as_heard
from tests.mesh import serving
from tests.order_svc.test_feed import FEED, Shop
from tests.polling import eventually


@asynccontextmanager
async def following(rabbitmq: RabbitMq, shop: Shop, inbox: Inbox) -> AsyncIterator[None]:
    async with serving({FEED: shop.api}) as mesh:
        order: Client = mesh.service("inventory")
        async with running(BrokerConsumer(rabbitmq.url, order, inbox, name="inventory")):
            # It has read the feed, and so declared its queue.
            await eventually(lambda: shop.feed.seen, timeout_s=20)
            yield


async def publish(exchange: AbstractExchange, shop: Shop, *positions: int) -> None:
    for position in positions:
        published = shop.feed.published[position - 1]
        message = message_of(feed_event(published), published.event.kind)
        await exchange.publish(message, routing_key(published.event.aggregate_id, published.event.kind))


async def test_what_is_no_event_is_a_dead_letter_and_holds_nothing_up(rabbitmq: RabbitMq) -> None:
    class CountingInbox(Inbox):
        connections = 0

        async def position(self) -> int:
            """Asked once for each connection, as the feed has less than a page."""
            self.connections += 1
            return await super().position()

    shop, inbox = Shop(), CountingInbox()
    async with following(rabbitmq, shop, inbox), open_channel(rabbitmq.url, "tests") as channel:
        exchange, dead = await declare_exchange(channel), await channel.get_queue(DEAD_LETTERS)
        shop.feed.publish([an_event(1)])
        letters = []
        for body in (b"no message", b""):
            # Alone in its batch.
            await exchange.publish(Message(body), routing_key(1, "order_created"))
            letters.append(await eventually(lambda: dead.get(fail=False), timeout_s=20))
        await publish(exchange, shop, 1)
        await eventually(lambda: inbox.events == [as_heard(an_event(1))], timeout_s=20)
    assert inbox.connections == 1
    assert [letter.body for letter in letters if letter] == [b"no message", b""]


async def test_what_is_published_again_takes_no_effect_again(rabbitmq: RabbitMq) -> None:
    shop, inbox = Shop(), Inbox()
    async with following(rabbitmq, shop, inbox), open_channel(rabbitmq.url, "tests") as channel:
        exchange = await declare_exchange(channel)
        shop.feed.publish([an_event(1, sequence) for sequence in range(1, 6)])
        await publish(exchange, shop, 1, 2, 3, 2, 3, 4, 1, 2, 3, 4, 5)
        await eventually(lambda: inbox.kept == 5, timeout_s=20)

    assert inbox.events == [as_heard(an_event(1, sequence)) for sequence in range(1, 6)]


async def test_what_the_queue_lacks_comes_from_the_feed(rabbitmq: RabbitMq) -> None:
    shop, inbox = Shop(), Inbox()
    # More than a page, published before there was a queue.
    shop.feed.publish([an_event(1, sequence) for sequence in range(1, 701)])
    async with following(rabbitmq, shop, inbox):
        await eventually(lambda: inbox.kept == 700, timeout_s=20)

    assert inbox.events == [as_heard(an_event(1, sequence)) for sequence in range(1, 701)]


async def test_it_tells_order_svc_again_and_again_how_far_it_is(
    rabbitmq: RabbitMq, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker_consumer, "_RENEWED_AFTER_S", 0.1)
    shop, inbox = Shop(), Inbox()
    async with following(rabbitmq, shop, inbox), open_channel(rabbitmq.url, "tests") as channel:
        exchange = await declare_exchange(channel)
        shop.feed.publish([an_event(1)])
        await publish(exchange, shop, 1)
        await eventually(lambda: list(shop.feed.seen.values()) == [1], timeout_s=20)

    assert inbox.events == [as_heard(an_event(1))]
