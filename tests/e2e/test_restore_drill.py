"""The restore drill (ADR 0080): backed up under load, destroyed, restored to a moment, one database to another one."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import asyncpg
import pytest

from deploy.local.postgres import INSTALLATION, SYSTEM_USER, EmbeddedPostgres
from deploy.local.shop import Shop
from tests.e2e import invariants
from tests.e2e.closed_loop import ClosedLoop, ordering
from tests.e2e.conftest import SETTINGS
from tests.e2e.put_back import dumped, mended, put_back, reconciled
from tests.e2e.running_mesh import RunningMesh, running_mesh
from tests.e2e.test_books import priced
from tests.folders import data_folder
from tests.polling import eventually

pytestmark = pytest.mark.soak
LOST = "easyorder_inventory_write"


@dataclass(frozen=True)
class Kept:
    """What is left of a shop: `moment` is after all orders of `before`, and before all of `after`."""

    moment: datetime
    before: frozenset[str]
    after: frozenset[str]
    # One database, as it was before most of them.
    dump: str


# Two meshes start one after the other, and the load goes on for long enough to fill two segments of the archive.
@pytest.mark.timeout(300)
async def test_a_shop_is_restored_to_a_moment_and_its_databases_agree() -> None:
    with data_folder() as folder:
        archive, backup, restored = (folder / name for name in ("archive", "backup", "restored"))
        kept = await _a_day(folder / "first", archive, backup)
        # The disk is gone; the backup, the archive and the secret are elsewhere.
        shutil.rmtree(folder / "first")
        _restore(backup, archive, restored, kept.moment)
        with running_mesh(restored, SETTINGS) as mesh:
            there = await _known(mesh, kept)
            assert there >= kept.before, "every order in the backup is there"
            assert there < kept.before | kept.after, "no later moment was restored"
            await eventually(lambda: invariants.at_rest(mesh), timeout_s=60)
            assert await reconciled(mesh) == [], "all databases are of one moment"
            await invariants.check(mesh, kept.before)

            await put_back(mesh, LOST, kept.dump)
            assert await reconciled(mesh) != []
            await mended(mesh)

            await eventually(lambda: invariants.at_rest(mesh), timeout_s=60)
            await invariants.check(mesh, kept.before, restored=True)


async def _a_day(data_dir: Path, archive: Path, backup: Path) -> Kept:
    """A shop under load with an archive, backed up meanwhile, until the archive reaches over the moment."""
    _archive(data_dir / "postgres", archive)
    with running_mesh(data_dir, SETTINGS) as mesh:
        async with _load(mesh) as loop:
            await eventually(lambda: len(loop.orders) > 20, timeout_s=60)
            dump = await asyncio.to_thread(dumped, mesh, LOST)
            await asyncio.to_thread(_back_up, mesh, backup)
            first = len(loop.orders)
            await eventually(lambda: len(loop.orders) > first + 50, timeout_s=60)
            before = frozenset(loop.orders)
            async with mesh.database("postgres") as database:
                moment: datetime = await database.fetchval("SELECT now()")
            await eventually(lambda: len(loop.orders) > len(before) + 50, timeout_s=60)
            async with mesh.database("postgres") as database:
                # What is written until now is in the archive once this segment is.
                await database.execute("SELECT pg_switch_wal()")
                await eventually(lambda: _is_archived(database, moment), timeout_s=60)
        shutil.copy2(data_dir / "mesh_secret", backup / "mesh_secret")
        return Kept(moment, before, frozenset(loop.orders) - before, dump)


@asynccontextmanager
async def _load(mesh: RunningMesh) -> AsyncIterator[ClosedLoop]:
    async with Shop.client(mesh.url) as http:
        admin = await Shop(http).login("admin@example.com", "Admin123!")
        _, items = await priced(admin, "3.00", "5.00")
        async with ordering(mesh, admin.headers, items, clients=4) as loop:
            yield loop


async def _is_archived(database: asyncpg.Connection, moment: datetime) -> bool:
    reached = await database.fetchval("SELECT last_archived_time FROM pg_stat_archiver")
    return reached is not None and reached > moment


def _archive(folder: Path, archive: Path) -> None:
    """A server that archives from its first start on."""
    archive.mkdir()
    _own(archive)
    EmbeddedPostgres(folder).prepare()
    archiving = f"cp %p {archive}/%f.new && mv {archive}/%f.new {archive}/%f"
    _configure(folder, {"archive_mode": "on", "archive_command": archiving, "archive_timeout": "5"})


def _back_up(mesh: RunningMesh, backup: Path) -> None:
    backup.mkdir(mode=0o700)
    command = [str(INSTALLATION / "bin/pg_basebackup"), "-h", mesh.postgres_dir, "-U", "postgres"]
    subprocess.run([*command, "-c", "fast", "-D", str(backup / "postgres")], check=True, timeout=120)


def _restore(backup: Path, archive: Path, data_dir: Path, moment: datetime) -> None:
    shutil.copytree(backup, data_dir)
    folder = data_dir / "postgres"
    settings = {
        "restore_command": f"cp {archive}/%f %p",
        "recovery_target_time": moment.isoformat(),
        "recovery_target_action": "promote",
        "hot_standby": "off",
    }
    _configure(folder, settings)
    (folder / "recovery.signal").touch()
    _own(folder, archive)


def _configure(folder: Path, settings: Mapping[str, str]) -> None:
    with (folder / "postgresql.auto.conf").open("a", encoding="utf-8") as file:
        file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())


def _own(*folders: Path) -> None:
    """Gives them to the user who runs PostgreSQL, if that is another one."""
    if os.geteuid() == 0:
        for folder in folders:
            subprocess.run(["chown", "-R", SYSTEM_USER, str(folder)], check=True)


async def _known(mesh: RunningMesh, kept: Kept) -> frozenset[str]:
    """Those of its orders that are in the database."""
    ids = await invariants.order_ids(mesh)
    async with mesh.database("easyorder_order_write") as orders:
        known = {row["id"] for row in await orders.fetch("SELECT id FROM orders")}
    return frozenset(id for id in kept.before | kept.after if ids.order_number(id) in known)
