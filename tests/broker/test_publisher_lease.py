"""One replica publishes at a time, from where the last one stopped; in memory and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.jobs import LeaseLost
from order_svc.adapters.broker_publisher import Lease
from order_svc.adapters.feed import Feed
from order_svc.adapters.publisher_lease import PublisherLease
from tests.builders.event import an_event
from tests.fakes.publisher_lease import InMemoryLease, Row
from tests.order_svc.test_feed_on_postgres import aged, kept, written
from tests.polling import eventually

Replicas = Callable[..., Awaitable[list[Lease]]]


@pytest.fixture(params=["fakes", "postgres"])
def replicas(request: pytest.FixtureRequest) -> Replicas:
    """`await replicas(lease_s=20)`: the leases of two processes."""
    engine = request.getfixturevalue("order_engine") if request.param == "postgres" else None
    row = Row()

    async def replicas(*, lease_s: float = 20) -> list[Lease]:
        made: list[Lease] = [
            PublisherLease(engine, lease_s=lease_s) if engine else InMemoryLease(row, lease_s=lease_s) for _ in "ab"
        ]
        for one in made:
            await one.follow()
        return made

    return replicas


async def test_one_of_two_publishes(replicas: Replicas) -> None:
    first, second = await replicas()

    assert await first.take(5) == 0
    assert await second.take(5) is None
    await first.move(5, published=0)
    assert await first.take(5) is None
    assert await first.take(9) == 5


async def test_nobody_holds_it_while_there_is_nothing_to_publish(replicas: Replicas) -> None:
    first, second = await replicas()

    assert await first.take(0) is None
    assert await second.take(1) == 0


async def test_it_is_taken_over_when_its_lease_ends(replicas: Replicas) -> None:
    first, second = await replicas(lease_s=0.05)
    assert await first.take(5) == 0

    assert await eventually(lambda: taken(second, 5)) == "after 0"

    with pytest.raises(LeaseLost):
        await first.move(5, published=0)
    await second.move(5, published=0)


async def test_it_is_taken_over_at_once_when_it_is_released(replicas: Replicas) -> None:
    first, second = await replicas()
    assert await first.take(5) == 0
    await second.release()
    assert await second.take(5) is None

    await first.release()

    assert await second.take(5) == 0


async def test_it_does_not_move_from_elsewhere(replicas: Replicas) -> None:
    first, _ = await replicas()
    await first.take(5)
    await first.move(3, published=0)

    with pytest.raises(LeaseLost):
        await first.move(5, published=0)

    assert await first.take(5) == 3


async def taken(lease: Lease, end: int) -> str | None:
    position = await lease.take(end)
    return None if position is None else f"after {position}"


async def test_what_is_not_published_is_not_purged(order_engine: AsyncEngine) -> None:
    feed, lease = await aged(order_engine, 4), PublisherLease(order_engine, lease_s=20)
    await feed.seen_by("service:inventory", 5)
    await lease.follow()
    await feed.purge(older_than=timedelta(days=1))
    assert len(await kept(order_engine)) == 5

    await lease.take(5)
    await lease.move(3, published=0)
    await feed.purge(older_than=timedelta(days=1))

    assert await kept(order_engine) == [3, 4, 5]


async def test_a_position_that_an_operator_sets_back_is_published_again(order_engine: AsyncEngine) -> None:
    await written(order_engine, an_event(1), an_event(2))
    lease, end = PublisherLease(order_engine, lease_s=20), (await Feed(order_engine).end()).decided
    await lease.follow()
    await lease.take(end)
    await lease.move(end, published=0)

    async with order_engine.begin() as connection:
        await connection.execute(text("UPDATE feed_consumer SET position = 1 WHERE name = 'broker'"))

    assert await lease.take(end) == 1


async def test_how_old_the_first_event_is_that_is_not_published_can_be_scraped(order_engine: AsyncEngine) -> None:
    await aged(order_engine, 2)
    lease = PublisherLease(order_engine, lease_s=20)
    assert await lag(lease) == 0
    await lease.follow()
    assert await lag(lease) == pytest.approx(2 * 86_400, abs=60)

    await lease.take(3)
    await lease.move(2, published=0)
    assert await lag(lease) == pytest.approx(0, abs=60)
    await lease.move(3, published=2)
    assert await lag(lease) == 0


async def lag(lease: PublisherLease) -> float:
    (family,) = await lease.collect()
    (sample,) = family.samples
    return float(sample.value)
