"""identity_svc for tests: below the wire on fakes and on PostgreSQL, and as a whole behind a real socket."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

import pytest

from chassis.db.engine import make_engine
from tests.identity_svc.identity_app import Backend, IdentityApp, InMemoryBackend, SqlBackend
from tests.identity_svc.identity_process import Process, running

DatabasesOf = Callable[[str], Awaitable[Mapping[str, str]]]


@pytest.fixture
async def identity_database(databases_of: DatabasesOf) -> str:
    """The URL of a migrated, empty easyorder_identity."""
    return (await databases_of("identity_svc"))["easyorder_identity"]


@pytest.fixture
async def sql_backend(identity_database: str) -> AsyncIterator[SqlBackend]:
    engine = make_engine(identity_database, application_name="tests")
    yield SqlBackend(engine)
    await engine.dispose()


@pytest.fixture(params=["in memory", "PostgreSQL"])
def backend(request: pytest.FixtureRequest) -> Backend:
    """The same tests run on the fakes and on the real thing."""
    if request.param == "in memory":
        return InMemoryBackend()
    kept: SqlBackend = request.getfixturevalue("sql_backend")
    return kept


@pytest.fixture
async def identity_app(backend: Backend) -> IdentityApp:
    return await IdentityApp.on(backend)


@pytest.fixture
async def process(identity_database: str) -> AsyncIterator[Process]:
    async with running(identity_database) as process:
        yield process
