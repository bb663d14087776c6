"""The role of a service has exactly the permissions that the service needs."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import product

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from chassis.db.engine import make_engine
from chassis.db.failures import sqlstate, translated
from chassis.errors import Unavailable
from deploy.config import as_role, role
from deploy.local.mesh import MIGRATED
from deploy.migrate import main as migrate_as_configured
from deploy.migrate import migrate
from deploy.roles import grant
from deploy.schemas import schemas
from deploy.upgraded import require_upgraded
from ops.audit_checkpoints import write_checkpoints
from tests.conftest import Postgres

PASSWORD = "not ' easy \\ to % guess"
DENIED = "42501"
ADD_AUDIT = """
INSERT INTO audit_entry (time, actor, action, resource, outcome, correlation_id)
SELECT now() - make_interval(days => age), 'ann', 'Cancel', 'order ' || age, 'OK', ''
FROM unnest(ARRAY[{ages}]) AS age
"""
REFUSED = (
    "CREATE TABLE mine (id int)",
    "CREATE TEMPORARY TABLE mine (id int)",
    "CREATE SCHEMA mine",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE ROLE mine",
    "CREATE EXTENSION file_fdw",
    "ALTER TABLE orders ADD COLUMN mine int",
    "ALTER TABLE orders DISABLE TRIGGER ALL",
    "CREATE INDEX ix_mine ON orders (id)",
    "DROP TABLE refund",
    "DROP TABLE outbox_first",
    "TRUNCATE refund",
    "DROP FUNCTION purge_audit",
    "GRANT pg_read_all_data TO easyorder_order",
    "ALTER ROLE easyorder_order SUPERUSER",
    "ALTER ROLE easyorder_order CREATEDB",
    "SET ROLE pg_monitor",
    "SET SESSION AUTHORIZATION pg_monitor",
    "SET session_replication_role = replica",
    "UPDATE alembic_version SET version_num = '0001'",
    "DELETE FROM alembic_version",
    "INSERT INTO alembic_version VALUES ('0001')",
    "UPDATE audit_entry SET actor = 'bob'",
    "DELETE FROM audit_entry",
    "TRUNCATE audit_entry",
    "SELECT id FROM audit_entry FOR UPDATE",
    "LOCK TABLE audit_entry IN SHARE MODE",
    "UPDATE audit_checkpoint SET mac = ''",
    "DELETE FROM audit_checkpoint",
    "TRUNCATE audit_checkpoint",
    "UPDATE audit_retention SET days = 1",
    "INSERT INTO audit_retention (days) VALUES (1)",
    "DELETE FROM audit_retention",
    "COPY orders TO PROGRAM 'cat'",
    "SELECT pg_read_file('postgresql.conf')",
    "SELECT rolpassword FROM pg_authid",
    "ALTER DATABASE postgres SET work_mem = '1MB'",
)
POWERS = """
SELECT rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls FROM pg_roles
WHERE rolname = 'easyorder_order'
"""
WHOSE_LOG = "SELECT pg_control_system()::text || left(pg_walfile_name(pg_current_wal_flush_lsn()), 8)"
AUDIT = "SELECT resource FROM audit_entry ORDER BY id"


@asynccontextmanager
async def databases_of(postgres: Postgres, *packages: str) -> AsyncIterator[Mapping[str, str]]:
    """The owner's URLs of the databases of services, each of which has its role there."""
    names = {schema.database: await postgres.create() for package in packages for schema in schemas(package)}
    urls = {database: postgres.url(name) for database, name in names.items()}
    await migrate(packages, urls.__getitem__)
    for package in packages:
        databases = [urls[schema.database] for schema in schemas(package)]
        await grant(databases, role(package), PASSWORD, audit_kept_days=30)
    yield urls
    for name in names.values():
        await postgres.drop(name)
    for package in packages:
        await postgres.execute(f"DROP ROLE {role(package)}")


@pytest.fixture
async def orders(postgres: Postgres) -> AsyncIterator[str]:
    """The owner's URL of the orders' write database."""
    async with databases_of(postgres, "order_svc") as urls:
        yield urls["easyorder_order_write"]


async def run(url: str, package: str | None, *statements: str) -> list[object]:
    """As the role of a package, or as the owner; answers the first column of the last statement."""
    target = make_url(url)
    if package:
        target = target.set(username=role(package), password=PASSWORD)
    engine = make_engine(target, application_name="tests", pool_size=1)
    try:
        async with engine.begin() as connection:
            for statement in statements:
                result = await connection.execute(text(statement))
            return list(result.scalars()) if result.returns_rows else []
    finally:
        await engine.dispose()


async def refusals(url: str, package: str, statements: Sequence[str]) -> dict[str, str | None]:
    """The SQLSTATE of each statement, as the role of the package runs it."""
    found: dict[str, str | None] = {}
    for statement in statements:
        try:
            await run(url, package, statement)
            found[statement] = None
        except DBAPIError as error:
            found[statement] = sqlstate(error)
    return found


async def test_a_service_may_do_no_more_than_it_must(orders: str) -> None:
    await run(orders, "order_svc", ADD_AUDIT.format(ages="0, 40, 400"))

    found = await refusals(orders, "order_svc", REFUSED)

    assert found == dict.fromkeys(REFUSED, DENIED)
    assert await run(orders, None, AUDIT) == ["order 0", "order 40", "order 400"]
    assert await run(orders, None, POWERS) == [False]
    # With a read replica, it asks whose log it compares.
    assert await run(orders, "order_svc", WHOSE_LOG) == await run(orders, None, WHOSE_LOG)


async def test_a_service_whose_connections_hang_leaves_those_of_others(postgres: Postgres) -> None:
    async with databases_of(postgres, "identity_svc", "order_svc") as urls, AsyncExitStack() as hanging:
        own = [urls["easyorder_order_write"], urls["easyorder_order_read"]]
        await grant(own, role("order_svc"), PASSWORD, audit_kept_days=30, connections=2)
        target = make_url(own[0]).set(username=role("order_svc"), password=PASSWORD)
        engine = make_engine(target, application_name="hanging", pool_size=3)
        hanging.push_async_callback(engine.dispose)
        for _ in range(2):
            await hanging.enter_async_context(engine.connect())

        with pytest.raises(Unavailable), translated():
            await engine.connect()
        assert await run(urls["easyorder_identity"], "identity_svc", "SELECT 1") == [1]


async def test_a_service_reaches_its_own_databases_only_and_only_adds_to_the_ledger(postgres: Postgres) -> None:
    refused = ["UPDATE ledger_entry SET amount = 0", "DELETE FROM ledger_entry", "TRUNCATE ledger_entry"]
    async with databases_of(postgres, *MIGRATED) as urls:
        own = {schema.database: package for package in MIGRATED for schema in schemas(package)}
        for (database, url), package in product(urls.items(), MIGRATED):
            if own[database] == package:
                assert await run(url, package, "SELECT 1") == [1]
            else:
                with pytest.raises(DBAPIError, match="permission denied for database"):
                    await run(url, package, "SELECT 1")

        roles = {
            name: make_url(url).set(username=role(own[name]), password=PASSWORD).render_as_string(hide_password=False)
            for name, url in urls.items()
        }
        for package in MIGRATED:
            await require_upgraded(package, roles.__getitem__)

        found = await refusals(urls["easyorder_payment"], "order_svc.payment", refused)
        # A trigger refuses as well, with the same SQLSTATE.
        rights = "SELECT has_table_privilege('easyorder_payment', 'ledger_entry', 'UPDATE, DELETE, TRUNCATE')"
        assert await run(urls["easyorder_payment"], None, rights) == [False]
    assert found == dict.fromkeys(refused, DENIED)


async def test_only_audit_entries_that_are_old_enough_are_purged(orders: str) -> None:
    engine = make_engine(make_url(orders).set(username=role("order_svc"), password=PASSWORD), application_name="tests")
    for age in (400, 40, 0):
        await run(orders, "order_svc", ADD_AUDIT.format(ages=age))
        await write_checkpoints(engine, PASSWORD)
    await engine.dispose()

    # The owner's setting holds against a service that says less, and a service may keep more.
    assert await run(orders, "order_svc", "SELECT purged FROM purge_audit(100 * 86400, 10, '-infinity')") == [1]
    assert await run(orders, "order_svc", AUDIT) == ["order 40", "order 0"]
    assert await run(orders, "order_svc", "SELECT purged FROM purge_audit(0, 10, '-infinity')") == [1]
    assert await run(orders, "order_svc", "SELECT purged FROM purge_audit(-1e9, 10, '-infinity')") == [0]
    assert await run(orders, "order_svc", AUDIT) == ["order 0"]


async def test_partitions_are_made_for_a_service_that_may_make_no_tables(orders: str) -> None:
    made = "SELECT made FROM turn_outbox_partitions(300 * 86400)"
    with_one_more = await run(orders, "order_svc", "SELECT count(*) + 1 FROM outbox_partitions()")

    assert await run(orders, "order_svc", made) == [1]
    assert await run(orders, "order_svc", "SELECT count(*) FROM outbox_partitions()") == with_one_more


async def test_rights_are_granted_again_as_they_were(orders: str) -> None:
    """As with each start; a new password counts, and the one before it does not."""
    query = "SELECT relname || coalesce(relacl::text, '') FROM pg_class ORDER BY relname"
    before = await run(orders, None, query)
    password = "SELECT rolpassword FROM pg_authid WHERE rolname = 'easyorder_order'"
    (first,) = await run(orders, None, password)

    await grant([orders], role("order_svc"), "another", audit_kept_days=60)

    assert await run(orders, None, query) == before
    assert await run(orders, None, password) != [first]
    assert await run(orders, None, "SELECT days FROM audit_retention") == [60]


@pytest.mark.parametrize(
    ("server", "expected"),
    [
        ("postgresql+asyncpg://owner:secret@db:5433/", "postgresql+asyncpg://easyorder_order:a%2Fb%40c@db:5433/"),
        ("postgresql+aioodbc://db/?x=1", "postgresql+aioodbc://easyorder_order:a%2Fb%40c@db/?x=1"),
        ("postgresql+asyncpg://postgres@/?host=%2Frun", "postgresql+asyncpg://easyorder_order:a%2Fb%40c@/?host=%2Frun"),
    ],
)
def test_a_service_gets_the_url_of_its_role(server: str, expected: str) -> None:
    assert as_role(server, "order_svc", "a/b@c") == expected
    assert (make_url(expected).username, make_url(expected).password) == ("easyorder_order", "a/b@c")


async def test_roles_are_made_on_any_server_where_passwords_are_given(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "EASYORDER_TEST_DATABASE_URL" in os.environ:
        pytest.skip("would make databases with the names of a mesh on somebody's server")
    monkeypatch.setenv("EASYORDER_DATABASE_URL", postgres.base_url)
    await migrate_as_configured(["order_svc.payment"])
    login = "SELECT rolcanlogin FROM pg_roles WHERE rolname = 'easyorder_payment'"
    assert await run(postgres.url("easyorder_payment"), None, login) == []

    monkeypatch.setenv("EASYORDER_PAYMENT_DATABASE_PASSWORD", PASSWORD)
    monkeypatch.setenv("EASYORDER_ROLE_CONNECTIONS", "7")
    await migrate_as_configured(["order_svc.payment"])

    assert await run(postgres.url("easyorder_payment"), None, login) == [True]
    limit = "SELECT rolconnlimit FROM pg_roles WHERE rolname = 'easyorder_payment'"
    assert await run(postgres.url("easyorder_payment"), None, limit) == [7]
    assert await run(postgres.url("easyorder_payment"), "order_svc.payment", "SELECT * FROM ledger_entry") == []
    await postgres.drop("easyorder_payment")
    await postgres.execute("DROP ROLE easyorder_payment")
