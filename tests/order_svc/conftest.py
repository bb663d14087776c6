"""order_app: the same tests on the in-memory fakes and on PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

import pytest

from chassis.db.engine import make_engine
from tests.chassis.conftest import chassis_engine as chassis_engine
from tests.order_svc.order_app import InMemoryOrderApp, OrderApp, SqlOrderApp
from tests.order_svc.order_reads import OrderReads, order_reads


@pytest.fixture(params=["fakes", "postgres"])
async def order_app(
    request: pytest.FixtureRequest, databases_of: Callable[[str], Awaitable[Mapping[str, str]]]
) -> AsyncIterator[OrderApp]:
    if request.param == "fakes":
        yield InMemoryOrderApp()
        return
    async with _sql_app(databases_of) as app:
        yield app


@pytest.fixture
async def sql_app(databases_of: Callable[[str], Awaitable[Mapping[str, str]]]) -> AsyncIterator[SqlOrderApp]:
    """For what only PostgreSQL can show."""
    async with _sql_app(databases_of) as app:
        yield app


@pytest.fixture
async def reads(databases_of: Callable[[str], Awaitable[Mapping[str, str]]]) -> AsyncIterator[OrderReads]:
    async with order_reads(await databases_of("order_svc")) as made:
        yield made


@asynccontextmanager
async def _sql_app(databases_of: Callable[[str], Awaitable[Mapping[str, str]]]) -> AsyncIterator[SqlOrderApp]:
    urls = await databases_of("order_svc")
    engine = make_engine(urls["easyorder_order_write"], application_name="tests")
    yield SqlOrderApp(engine)
    await engine.dispose()
