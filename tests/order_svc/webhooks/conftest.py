"""webhook_bench: webhooks on PostgreSQL and a receiver."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.conftest import DatabasesOf
from tests.order_svc.webhooks.bench import Bench, bench_on


@pytest.fixture
async def bench(postgres: object, databases_of: DatabasesOf) -> AsyncIterator[Bench]:
    urls = await databases_of("order_svc")
    async with bench_on(urls["easyorder_order_write"]) as made:
        yield made
