"""The data folder of a released version starts under this version: no data is lost, and open work is completed.

The default run checks the same of its databases, without processes: tests/released.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from deploy.local.postgres import EmbeddedPostgres
from deploy.local.shop import Shop
from tests.deploy.test_postgres import running
from tests.e2e import invariants
from tests.e2e.conftest import SETTINGS
from tests.e2e.running_mesh import RunningMesh, running_mesh
from tests.e2e.test_after_sales import PARCEL, call, status_is
from tests.e2e.test_backorders import arrive
from tests.e2e.test_make_up import Up, connected
from tests.folders import data_folder
from tests.polling import eventually
from tests.released.release import RELEASES, Release
from tests.released.test_open_work import ENDS


@pytest.mark.soak
@pytest.mark.parametrize("version", RELEASES)
@pytest.mark.timeout(180)
async def test_a_released_data_folder_starts_with_all_its_orders(version: str) -> None:
    release = RELEASES[version]
    with data_folder() as data_dir:
        await leave_behind(release, data_dir)

        with running_mesh(data_dir, SETTINGS) as mesh:
            await finish(mesh, release)
            await eventually(lambda: invariants.at_rest(mesh), timeout_s=60)
            ids = release.ids(await invariants.order_ids(mesh))
            await invariants.check(mesh, list(ids.values()))
            assert await connected(mesh) == {
                (name, name.removesuffix("_write").removesuffix("_read")) for name in release.databases
            }
            async with mesh.database("easyorder_order_write") as orders:
                statuses = dict(await orders.fetch("SELECT id::text, status FROM orders"))
                await orders.execute("UPDATE alembic_version SET version_num = '9999'")

        expected = {id: ENDS.get(name.split()[0], name) for name, id in release.orders.items()}
        assert {id: statuses[id] for id in expected} == expected
        (refused,) = Up(data_dir).refused().strip().splitlines()
        assert refused.startswith("The database easyorder_order_write is at revision 9999, which this version")


async def finish(mesh: RunningMesh, release: Release) -> None:
    """The administrator and a shopper, as they were, do what the orders wait for."""
    async with Shop.client(mesh.url) as http:
        admin = await Shop(http).login("admin@example.com", "Admin123!")
        ann = await Shop(http).login("ann@example.com", release.password)
        ids = release.ids(await invariants.order_ids(mesh))
        backorder, cash = ids["PENDING"], ids["CONFIRMED"]
        (item,) = (await ann.get_order(backorder))["items"]
        await arrive(http, admin, item["productItemId"], 10)
        await call(http, admin, "POST", f"/admin/orders/{cash}:ship", {"shipment": PARCEL})
        await status_is(ann, cash, "SHIPPED")
        await call(http, admin, "POST", f"/admin/orders/{cash}:deliver", {})
        await status_is(ann, cash, "DELIVERED")


async def leave_behind(release: Release, data_dir: Path) -> None:
    """A data folder as the version left it when it was killed."""
    server = EmbeddedPostgres(data_dir / "postgres")
    async with running(server):
        for database in release.databases:
            async with connection_to(server, "postgres") as postgres:
                await postgres.execute(f"CREATE DATABASE {database}")
            async with connection_to(server, database) as connection:
                await release.load(database, connection)
    # Until 0.1.0, whoever reached the socket was the owner of everything.
    (server.folder / "pg_hba.conf").write_text("local all all trust\n", encoding="utf-8")
    (data_dir / "mesh_secret").write_text(release.mesh_secret, encoding="utf-8")


@asynccontextmanager
async def connection_to(server: EmbeddedPostgres, database: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(host=str(server.socket_dir), user="postgres", database=database)
    try:
        yield connection
    finally:
        await connection.close()
