"""One broker for all tests, empty for each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.engine import make_engine
from tests.broker.rabbitmq import RabbitMq, a_broker
from tests.chassis.conftest import chassis_engine as chassis_engine
from tests.conftest import DatabasesOf


@pytest.fixture(scope="session")
def running_rabbitmq() -> Iterator[RabbitMq]:
    with a_broker() as broker:
        yield broker


@pytest.fixture
async def rabbitmq(running_rabbitmq: RabbitMq) -> RabbitMq:
    return await running_rabbitmq.ready()


@pytest.fixture
async def order_engine(databases_of: DatabasesOf) -> AsyncIterator[AsyncEngine]:
    """An engine on the write database of order_svc."""
    urls = await databases_of("order_svc")
    made = make_engine(urls["easyorder_order_write"], application_name="tests")
    yield made
    await made.dispose()
