"""Shops for tests; after every test the books of its shop must add up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from functools import partial

import pytest

from deploy.schemas import schemas, upgrade
from tests.chassis.conftest import chassis_engine as chassis_engine
from tests.databases import Postgres
from tests.inventory_svc.shop import InMemoryShop, SqlShop


@pytest.fixture
async def in_memory_shop() -> AsyncIterator[InMemoryShop]:
    shop = InMemoryShop()
    yield shop
    await shop.check_invariants()


@pytest.fixture(scope="session")
def write_url(postgres: Postgres) -> Iterator[str]:
    """A write database for all tests that empty it themselves: quicker than a new one for each."""
    (write,) = (schema for schema in schemas("inventory_svc") if schema.database.endswith("_write"))

    async def make() -> str:
        return await postgres.lend(write.database, partial(upgrade, versions=write.versions))

    name = asyncio.run(make())
    yield postgres.url(name)
    asyncio.run(postgres.take_back(name))


@pytest.fixture
async def sql_shop(write_url: str) -> AsyncIterator[SqlShop]:
    shop = SqlShop(write_url)
    await shop.clear()
    yield shop
    await shop.check_invariants()
    await shop.close()
