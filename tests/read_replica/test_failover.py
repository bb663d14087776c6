"""With two real servers: a position of another server's log, or of another timeline, is compared with nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine
from structlog.testing import capture_logs

from chassis.db.engine import fetch, make_engine
from chassis.errors import Unavailable
from deploy.local.postgres import INSTALLATION, SYSTEM_USER, EmbeddedPostgres
from read_replica.reads import ReplicaReads, rows_of
from tests.databases import Postgres
from tests.folders import data_folder
from tests.own_server import running
from tests.polling import eventually

NAME = text("SELECT current_setting('application_name')")
BACKEND = text("SELECT pg_backend_pid()")
# Of a log that is longer than that of any server of the tests.
FAR = "000000010000FFFF00000001"


@dataclass
class Standbys:
    """One that may be promoted, and one that follows it; and the server of the other tests."""

    first: AsyncEngine
    second: AsyncEngine
    other: AsyncEngine


@pytest.fixture
async def standbys(postgres: Postgres, driver: str) -> AsyncIterator[Standbys]:
    with data_folder() as folder:
        servers = [EmbeddedPostgres(folder / name) for name in ("first", "second")]
        _make(*servers)
        async with AsyncExitStack() as stack:
            urls = {"other": make_url(postgres.url("postgres"))}
            for server in servers:
                # In this order they also stop: the one that follows has to be last.
                await stack.enter_async_context(running(server))
                urls[server.folder.name] = make_url(server.url).set(
                    drivername=f"postgresql+{driver}", database="postgres"
                )
            engines = {name: make_engine(url, application_name=name, pool_size=2) for name, url in urls.items()}
            for engine in engines.values():
                stack.push_async_callback(engine.dispose)
            yield Standbys(**engines)


def _make(first: EmbeddedPostgres, second: EmbeddedPostgres) -> None:
    first.prepare()
    as_owner = SYSTEM_USER if os.geteuid() == 0 else None
    at = str(first.folder)
    # The second one notes in the log that standbys may follow.
    for program, *arguments in (("pg_resetwal", "-l", FAR, at), ("postgres", "--single", "-D", at, "postgres")):
        subprocess.run(
            [str(INSTALLATION / "bin" / program), *arguments],
            check=True,
            timeout=60,
            cwd="/",
            user=as_owner,
            group=as_owner,
            stdin=subprocess.DEVNULL,
            capture_output=True,
        )
    (first.folder / "standby.signal").touch()
    shutil.copytree(first.folder, second.folder)
    with (second.folder / "postgresql.auto.conf").open("a", encoding="utf-8") as settings:
        settings.write(f"primary_conninfo = 'host={first.socket_dir} user=postgres'\n")
        settings.write("wal_retrieve_retry_interval = '100ms'\n")
    for folder in (first.folder, second.folder) if as_owner else ():
        subprocess.run(["chown", "-R", SYSTEM_USER, str(folder)], check=True, timeout=60)


async def answer_of(reads: ReplicaReads) -> str:
    return str((await rows_of(reads, NAME))[0][0])


async def test_a_replica_is_used_while_it_follows_the_primary_that_was_asked(standbys: Standbys) -> None:
    reads = ReplicaReads(standbys.first, standbys.second, patience_s=20, retry_s=0)
    backend = await rows_of(standbys.first, BACKEND)
    with pytest.raises(Unavailable):
        await answer_of(reads)
    # All connections to a server that takes no writes are replaced: another one may.
    assert await rows_of(standbys.first, BACKEND) != backend

    await rows_of(standbys.first, text("SELECT pg_promote()"))

    # Until its next restartpoint nothing says that the replica has followed.
    with capture_logs() as logs:
        assert await answer_of(reads) == "first"
    assert [line["error"] for line in logs] == ["the read replica is not on the timeline of its primary"]

    async def is_used_again() -> bool:
        await fetch(standbys.second.execution_options(isolation_level="AUTOCOMMIT"), text("CHECKPOINT"))
        return await answer_of(reads) == "second"

    await eventually(is_used_again, timeout_s=30)

    # That its log is longer than the other server's says nothing.
    with capture_logs() as logs:
        assert await answer_of(ReplicaReads(standbys.other, standbys.second)) == "other"
    assert [line["error"] for line in logs] == ["the read replica is of another server"]
    with capture_logs() as logs:
        assert await answer_of(ReplicaReads(standbys.first, standbys.first)) == "first"
    assert [line["error"] for line in logs] == ["the read replica is no standby"]
