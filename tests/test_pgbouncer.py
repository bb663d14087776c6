"""The services through PgBouncer, as docs/pgbouncer.ini configures it, and what is refused there."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.engine import make_engine
from chassis.settings import MeshSettings
from deploy.schemas import schemas, upgrade
from order_svc.order_ids import OrderIds
from tests.builders.order_ids import positions_of
from tests.conftest import DatabasesOf
from tests.e2e import invariants
from tests.order_svc.test_many_subscribers import Subscriber
from tests.order_svc.whole_shop import stocked, whole_shop
from tests.pgbouncer import EXAMPLE, pgbouncer
from tests.polling import eventually

SUBSCRIBERS, ORDERS_EACH = 10, 3
_WRITE = "easyorder_order_write"
# psqlODBC prepares statements in a way that transaction mode does not know.
_MODES: dict[str, dict[str, object]] = {
    "asyncpg": {"default_pool_size": 3},
    "aioodbc": {"default_pool_size": 30, "pool_mode": "session"},
}


@pytest.fixture
async def urls(databases_of: DatabasesOf) -> Mapping[str, str]:
    packages = ("inventory_svc", "order_svc.payment", "order_svc")
    return {name: url for package in packages for name, url in (await databases_of(package)).items()}


def as_services(url: str, pool_size: int = 2) -> AsyncEngine:
    """An engine with the limits of a service that writes."""
    limits = {name: MeshSettings.model_fields[f"database_{name}"].default for name in ("timeout_s", "lock_timeout_s")}
    return make_engine(url, application_name="pooled", pool_size=pool_size, **limits)


async def test_orders_are_paid_and_published(urls: Mapping[str, str], driver: str) -> None:
    async with (
        pgbouncer(urls, **_MODES[driver]) as pooled,
        whole_shop(pooled, replicas=2, database_pool_size=4) as shop,
    ):
        (item,) = await stocked(shop, pieces=[SUBSCRIBERS * ORDERS_EACH])
        subscribers = [Subscriber(shop, f"shopper-{n}") for n in range(SUBSCRIBERS)]
        listening = [asyncio.create_task(subscriber.listen()) for subscriber in subscribers]
        await asyncio.gather(*[subscriber.listens.wait() for subscriber in subscribers])

        await asyncio.gather(*[s.order(item, number) for number in range(ORDERS_EACH) for s in subscribers])
        await eventually(lambda: invariants.at_rest(shop), timeout_s=60)
        async with shop.database(_WRITE) as orders:
            assert (
                await orders.fetchval("SELECT count(*) FROM orders WHERE status = 'PAID'")
                == len(subscribers) * ORDERS_EACH
            )
            ids = OrderIds(await orders.fetchval("SELECT key FROM order_id_key"))
            published = [
                (row["owner"], row["position"])
                for row in await orders.fetch("SELECT owner, position FROM outbox ORDER BY position")
            ]

        def all_are_told() -> bool:
            for subscriber in subscribers:
                own = [position for owner, position in published if owner == subscriber.name]
                assert positions_of(subscriber.heard, ids) == own
            return True

        await eventually(all_are_told)
        for task in listening:
            task.cancel()
        await asyncio.gather(*listening, return_exceptions=True)


async def test_prepared_statements_on_shared_connections(urls: Mapping[str, str], driver: str) -> None:
    if driver != "asyncpg":
        pytest.skip("over ODBC, connections are not shared")
    seen: dict[int, set[int]] = {}
    all_at_once = asyncio.Barrier(3)

    async def transaction(engine: AsyncEngine, number: int) -> None:
        async with engine.begin() as connection:
            raw = await connection.get_raw_connection()
            for count in range(3):
                await connection.execute(text(f"SELECT {(number + count) % 30}, CAST(:value AS text)"), {"value": "x"})
            pid = await connection.scalar(text("SELECT pg_backend_pid()"))
            if number < all_at_once.parties:
                await all_at_once.wait()
            seen.setdefault(id(raw.driver_connection), set()).add(pid or 0)

    async with pgbouncer(urls, default_pool_size=3) as pooled:
        engine = as_services(pooled[_WRITE], pool_size=9)
        await asyncio.gather(*(transaction(engine, number) for number in range(300)))
        await engine.dispose()

    assert len(seen) == 9
    assert len(set().union(*seen.values())) == 3
    assert max(len(pids) for pids in seen.values()) > 1


async def test_settings_that_are_ignored_are_refused(urls: Mapping[str, str], driver: str) -> None:
    """As where `connect_query` was forgotten, or has other limits than the service."""
    if driver != "asyncpg":
        pytest.skip("over ODBC, settings are statements")
    async with pgbouncer(urls) as pooled:
        for timeout_s in (2, 0):
            engine = make_engine(pooled[_WRITE], application_name="pooled", timeout_s=timeout_s, lock_timeout_s=0.3)
            with pytest.raises(
                RuntimeError, match=r"A pooler ignores settings, see PgBouncer in .*'statement_timeout': '3000'"
            ):
                await engine.connect()
            await engine.dispose()


async def test_migrations_are_refused(urls: Mapping[str, str], driver: str, tmp_path: Path) -> None:
    if driver != "asyncpg":
        pytest.skip("in session mode they are as without")
    async with pgbouncer(urls) as pooled:
        with pytest.raises(RuntimeError, match="A pooler ignores settings"):
            await upgrade(pooled[_WRITE], tmp_path)


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        ("ignore_startup_parameters", "extra_float_digits", "unsupported startup parameter: jit"),
        ("max_prepared_statements", 0, "prepared statement .* does not exist"),
    ],
)
async def test_what_others_configure(
    urls: Mapping[str, str], driver: str, setting: str, value: object, message: str
) -> None:
    if driver != "asyncpg":
        pytest.skip("over ODBC, neither is needed")

    async def transaction(engine: AsyncEngine) -> None:
        async with engine.begin() as connection:
            await connection.execute(text("SELECT 1"))

    async with pgbouncer(urls, default_pool_size=2, **{setting: value}) as pooled:
        engine = as_services(pooled[_WRITE], pool_size=10)
        outcomes = await asyncio.gather(*(transaction(engine) for _ in range(300)), return_exceptions=True)
        await engine.dispose()

    failures = [outcome for outcome in outcomes if isinstance(outcome, DBAPIError)]
    with pytest.raises(DBAPIError, match=message):
        raise failures[0]


def test_the_example_has_all_databases() -> None:
    lines = re.findall(r"^(\w+) = host=db.example.com (.*)", EXAMPLE.read_text(encoding="utf-8"), re.MULTILINE)

    packages = ("identity_svc", "inventory_svc", "order_svc", "order_svc.payment")
    assert sorted(name for name, _ in lines) == sorted(s.database for package in packages for s in schemas(package))
    assert len({rest for name, rest in lines if not name.endswith("_read")}) == 1
    assert len({rest for name, rest in lines if name.endswith("_read")}) == 1
