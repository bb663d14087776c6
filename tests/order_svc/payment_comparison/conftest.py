"""shop: orders on PostgreSQL, and a provider."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from chassis.db.engine import make_engine
from tests.conftest import DatabasesOf
from tests.order_svc.payment_comparison.compared_shop import ComparedShop


@pytest.fixture
async def shop(databases_of: DatabasesOf) -> AsyncIterator[ComparedShop]:
    urls = await databases_of("order_svc")
    engine = make_engine(urls["easyorder_order_write"], application_name="tests")
    yield ComparedShop(engine)
    await engine.dispose()
