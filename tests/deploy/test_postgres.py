"""The embedded PostgreSQL is created once, reached by its socket, and can be restarted after any failure."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import asyncpg
import psutil
import pytest
from sqlalchemy.engine import make_url

from chassis.settings import MeshSettings
from deploy.local.errors import CannotStart
from deploy.local.postgres import INSTALLATION, SYSTEM_USER, EmbeddedPostgres, end_left_over
from deploy.local.readiness import postgres_accepts, until
from foundation.socket_dir import PATH_LIMIT, POSTGRES_SOCKET
from tests.folders import data_folder
from tests.own_server import running
from tests.polling import eventually


@pytest.fixture(scope="session")
def made() -> Iterator[Path]:
    """What initdb makes, to be copied, which takes a tenth of the time."""
    with data_folder() as folder:
        server = EmbeddedPostgres(folder / "postgres")
        server.prepare()
        yield server.folder


@pytest.fixture(autouse=True)
def copies(made: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """No server but those of tests about initdb runs it."""
    if "initdb" not in request.node.name:
        monkeypatch.setattr(
            EmbeddedPostgres, "_make", lambda server: subprocess.run(["cp", "-a", made, server.folder], check=True)
        )


async def test_data_survives_a_stop_and_a_kill(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir / "postgres")
    async with running(server):
        await execute(server, "CREATE TABLE kept (id int)")
    assert not (server.folder / "postmaster.pid").exists()

    async with running(server) as process:
        await execute(server, "INSERT INTO kept VALUES (1)")
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.kill()

    assert (server.folder / "postmaster.pid").exists()
    async with running(server):
        assert await execute(server, "SELECT FROM kept") == "SELECT 1"


async def test_a_backend_that_is_killed_interrupts_the_server_and_loses_nothing(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir / "postgres")
    async with running(server) as process:
        pid = process.pid
        await execute(server, "CREATE TABLE kept AS SELECT 1 AS id")
        connection = await asyncpg.connect(host=str(server.socket_dir), user="postgres", database="postgres")
        names = ["fsync", "full_page_writes", "synchronous_commit", "recovery_init_sync_method"]
        settings = [await connection.fetchval("SELECT current_setting($1)", name) for name in names]
        os.kill(connection.get_server_pid(), signal.SIGKILL)
        connection.terminate()

        await eventually(lambda: [line for line in process.last_lines if "reinitializing" in line])
        await until(process, postgres_accepts(server.folder, server.socket_dir), timeout_s=20)
        assert await execute(server, "SELECT FROM kept") == "SELECT 1"
        assert process.pid == pid

    # "syncfs": a disk that takes 5 ms for a flush took 26 s for one of each file.
    flushed = "syncfs" if sys.platform == "linux" else "fsync"
    assert settings == ["on", "on", "on", flushed]


async def test_its_log_says_of_each_error_whose_it_is_and_of_what_kind(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir / "postgres")
    conflict = "DO $$ BEGIN RAISE EXCEPTION 'changed meanwhile' USING ERRCODE = '40001'; END $$"
    async with running(server) as process:
        with pytest.raises(asyncpg.SerializationError):
            await execute(server, f"SET application_name = 'order'; {conflict}")

        await eventually(lambda: [line for line in process.last_lines if "] order 40001 ERROR:  changed" in line])


async def test_a_server_that_was_left_behind_is_ended_first(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir / "postgres")
    async with running(server) as left_behind:
        pid = left_behind.pid
        assert pid is not None
        left_behind._stopping.set()

        end_left_over(server.folder)

        assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_a_pid_that_is_somebody_elses_by_now_is_left_alone(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as innocent:
        (tmp_path / "postmaster.pid").write_text(f"{innocent.pid}\n{tmp_path}\n", encoding="utf-8")

        end_left_over(tmp_path)

        assert innocent.poll() is None
        assert not (tmp_path / "postmaster.pid").exists()
        innocent.kill()


def test_an_interrupted_initdb_leaves_nothing_that_looks_like_data(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir / "postgres")
    half_made = server.folder.with_name("postgres.new")
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("18", encoding="utf-8")

    server.prepare()

    assert (server.folder / "global" / "pg_control").exists()
    assert not half_made.exists()


@pytest.mark.parametrize(
    ("folder", "is_there"),
    [("x" * 20, True), ("x" * 200, False), ("ü" * 45, False), ("R & D, neu", False), ("a?b#c%d", False)],
)
def test_the_socket_is_in_the_data_folder_where_its_path_is_short_and_plain(folder: str, is_there: bool) -> None:
    server = EmbeddedPostgres(Path("/") / folder / "postgres")

    assert (server.socket_dir == server.folder) is is_there
    assert len(os.fsencode(server.socket_dir / POSTGRES_SOCKET)) <= PATH_LIMIT
    assert MeshSettings(data_dir=Path("/") / folder).database_url("x") == (
        make_url(server.url).set(database="x").render_as_string(hide_password=False)
    )


async def test_any_path_will_do(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir / "R & D, neu" / "ä?#%" / "postgres")

    async with running(server):
        assert await execute(server, "SELECT") == "SELECT 1"


@pytest.fixture
def claimed_first(data_dir: Path) -> Iterator[EmbeddedPostgres]:
    """A server whose socket has to be in a folder that everybody may make."""
    server = EmbeddedPostgres(data_dir / "R & D, neu" / "postgres")
    yield server
    if server.socket_dir.is_symlink():
        server.socket_dir.unlink()
    else:
        server.socket_dir.rmdir()


def test_a_socket_folder_that_leads_elsewhere_is_refused_and_nothing_there_is_changed(
    data_dir: Path, claimed_first: EmbeddedPostgres
) -> None:
    victim = data_dir / "victim"
    victim.mkdir()
    before = victim.stat()
    claimed_first.socket_dir.symlink_to(victim)

    with pytest.raises(CannotStart, match=r"is somebody else's: remove it") as refusal:
        claimed_first.prepare()

    assert len(str(refusal.value).splitlines()) == 1
    assert (victim.stat().st_uid, victim.stat().st_mode) == (before.st_uid, before.st_mode)


def test_a_socket_folder_that_others_may_write_to_is_refused(claimed_first: EmbeddedPostgres) -> None:
    claimed_first.socket_dir.mkdir()
    claimed_first.socket_dir.chmod(0o777)

    with pytest.raises(CannotStart, match=r"is somebody else's: remove it"):
        claimed_first.prepare()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_socket_folder_of_another_user_is_refused_and_stays_theirs(claimed_first: EmbeddedPostgres) -> None:
    claimed_first.socket_dir.mkdir(mode=0o700)
    os.chown(claimed_first.socket_dir, 12345, 12345)

    with pytest.raises(CannotStart, match=r"is somebody else's: remove it"):
        claimed_first.prepare()

    assert claimed_first.socket_dir.stat().st_uid == 12345


def test_the_socket_folder_of_an_earlier_start_is_used_again(claimed_first: EmbeddedPostgres) -> None:
    claimed_first.prepare()

    claimed_first.prepare()


def test_data_of_another_version_is_refused_in_one_line(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir / "postgres")
    server.prepare()
    (server.folder / "PG_VERSION").write_text("9\n", encoding="utf-8")

    with pytest.raises(CannotStart, match=r"was made by PostgreSQL 9, and this is \d+: choose another") as refusal:
        server.prepare()

    assert len(str(refusal.value).splitlines()) == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_data_of_another_user_is_refused_in_one_line(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir / "postgres")
    server.prepare()
    os.chown(server.folder, 12345, 12345)

    with pytest.raises(CannotStart, match=r"belongs to another user \(uid 12345\): run as the user who made it"):
        server.prepare()


async def execute(server: EmbeddedPostgres, sql: str) -> str:
    connection = await asyncpg.connect(host=str(server.socket_dir), user="postgres", database="postgres")
    try:
        return str(await connection.execute(sql))
    finally:
        await connection.close()


async def test_roles_need_their_password_and_reach_their_own_databases_only(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir / "postgres", roles=["easyorder_order"])
    server.prepare()
    (server.folder / "pg_hba.conf").write_text("local all all trust\n", encoding="utf-8")  # as 0.1.0 left it

    async with running(server):
        for statement in (
            "CREATE ROLE easyorder_order LOGIN PASSWORD 'right'",
            "CREATE ROLE somebody LOGIN PASSWORD 'right'",
            "CREATE DATABASE easyorder_order_write",
            "CREATE DATABASE easyorder_order_written",
        ):
            await execute(server, statement)

        assert await reached(server, "easyorder_order", "right", "easyorder_order_write")
        assert not await reached(server, "easyorder_order", "wrong", "easyorder_order_write")
        assert not await reached(server, "easyorder_order", "right", "easyorder_order_written")
        assert not await reached(server, "easyorder_order", "right", "postgres")
        assert not await reached(server, "somebody", "right", "easyorder_order_write")


async def reached(server: EmbeddedPostgres, user: str, password: str, database: str) -> bool:
    try:
        connection = await asyncpg.connect(host=str(server.socket_dir), user=user, password=password, database=database)
    except asyncpg.InvalidAuthorizationSpecificationError:
        return False
    await connection.close()
    return True


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user")
async def test_the_owner_is_whoever_started_it(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir / "postgres")

    async with running(server):
        for folder in (server.socket_dir, data_dir):
            folder.chmod(0o711)
        (server.socket_dir / POSTGRES_SOCKET).chmod(0o777)
        psql = [str(INSTALLATION / "bin/psql"), "-h", str(server.socket_dir), "-U", "postgres", "-c", "SELECT 1"]
        done = await asyncio.to_thread(
            subprocess.run, psql, user="nobody", capture_output=True, encoding="utf-8", timeout=10, cwd="/"
        )

    assert 'Peer authentication failed for user "postgres"' in done.stderr, done.stderr


async def test_a_backup_that_is_taken_while_it_runs_starts_next_to_the_original(data_dir: Path) -> None:
    server, copy = EmbeddedPostgres(data_dir / "postgres"), EmbeddedPostgres(data_dir / "restored" / "postgres")
    async with running(server):
        await execute(server, "CREATE TABLE kept AS SELECT 1 AS id")
        command = [str(INSTALLATION / "bin/pg_basebackup"), "-h", str(server.socket_dir), "-U", "postgres"]
        copying = partial(subprocess.run, [*command, "-c", "fast", "-D", str(copy.folder)], check=True, timeout=30)
        await asyncio.to_thread(copying)
        if os.geteuid() == 0:
            giving = ["chown", "-R", SYSTEM_USER, str(copy.folder)]
            await asyncio.to_thread(partial(subprocess.run, giving, check=True, timeout=30))

        async with running(copy):
            assert await execute(copy, "SELECT FROM kept") == "SELECT 1"
        assert await execute(server, "SELECT FROM kept") == "SELECT 1"


@pytest.fixture
def innocent() -> Iterator[subprocess.Popen[bytes]]:
    """Another program of the user who runs PostgreSQL."""
    with subprocess.Popen(["sleep", "60"], user=SYSTEM_USER if os.geteuid() == 0 else None) as process:
        yield process
        process.kill()


@pytest.mark.parametrize("folder", ["postgres", "a path too long for a socket " * 4], ids=["in the data", "in /tmp"])
async def test_what_a_power_cut_leaves_stops_no_start(
    data_dir: Path, folder: str, innocent: subprocess.Popen[bytes]
) -> None:
    server = EmbeddedPostgres(data_dir / folder)
    server.prepare()
    lock = server.socket_dir / f"{POSTGRES_SOCKET}.lock"
    lock.write_text(f"{innocent.pid}\n{server.folder}\n", encoding="utf-8")
    (server.folder / "postmaster.pid").touch()

    async with running(server):
        assert await execute(server, "SELECT 1") == "SELECT 1"
    assert innocent.poll() is None


def test_a_user_without_a_name_is_refused_in_one_line(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = EmbeddedPostgres(data_dir / "postgres")
    server.prepare()

    def nobody(uid: int) -> None:
        raise KeyError(f"getpwuid(): uid not found: {uid}")

    monkeypatch.setattr("pwd.getpwuid", nobody)
    with pytest.raises(CannotStart, match=r"The user \d+ has no name on this machine, and PostgreSQL needs one: add"):
        server.prepare()


def test_no_link_in_the_data_leads_a_write_elsewhere(data_dir: Path) -> None:
    server, elsewhere = EmbeddedPostgres(data_dir / "postgres"), data_dir / "elsewhere"
    server.prepare()
    elsewhere.write_text("untouched", encoding="utf-8")
    for name in ("pg_hba.conf", "pg_hba.conf.new", "pg_ident.conf"):
        (server.folder / name).unlink(missing_ok=True)
        (server.folder / name).symlink_to(elsewhere)

    server.prepare()

    assert elsewhere.read_text(encoding="utf-8") == "untouched"
    assert not (server.folder / "pg_hba.conf").is_symlink()
