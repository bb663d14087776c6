"""Stock, codes and products say when they last changed: with each change, and not with a read or a repeat."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from easyorder.google.protobuf import FieldMask
from easyorder.incentive.v1 import (
    ActivateIncentiveRequest,
    CreateIncentiveRequest,
    DeactivateIncentiveRequest,
    GetIncentiveRequest,
    Incentive,
    IncentiveKind,
    ListIncentivesRequest,
    ListIncentivesResponse,
    UpdateIncentiveRequest,
)
from easyorder.internal.inventory.v1 import ReserveRequest
from easyorder.inventory.v1 import AdjustStockRequest, GetStockLevelRequest, ListStockLevelsRequest, StockLevel
from sqlalchemy import text

from chassis.db.projector import Projector
from chassis.grpc.clients import rpc
from deploy.schemas import schemas, upgrade
from inventory_svc.projections import PROJECTED
from tests.conftest import DatabasesOf, EngineAt
from tests.inventory_svc import service
from tests.inventory_svc.service import running_service
from tests.inventory_svc.test_released_keys import AUDIT, BY, INCENTIVES, PRODUCT, WRITE
from tests.inventory_svc.test_service import a_shirt, create, reserving
from tests.mesh import Mesh

READ = next(schema.versions for schema in schemas("inventory_svc") if schema.database.endswith("_read"))
_INCENTIVES = "easyorder.incentive.v1.IncentiveService"
CREATE = rpc(_INCENTIVES, "CreateIncentive", CreateIncentiveRequest, Incentive)
UPDATE = rpc(_INCENTIVES, "UpdateIncentive", UpdateIncentiveRequest, Incentive)
ACTIVATE = rpc(_INCENTIVES, "ActivateIncentive", ActivateIncentiveRequest, Incentive)
DEACTIVATE = rpc(_INCENTIVES, "DeactivateIncentive", DeactivateIncentiveRequest, Incentive)
GET = rpc(_INCENTIVES, "GetIncentive", GetIncentiveRequest, Incentive)
LIST = rpc(_INCENTIVES, "ListIncentives", ListIncentivesRequest, ListIncentivesResponse)


@pytest.fixture
async def mesh(databases_of: DatabasesOf) -> AsyncIterator[Mesh]:
    async with running_service(await databases_of("inventory_svc")) as mesh:
        yield mesh


async def listed(mesh: Mesh) -> tuple[StockLevel, Incentive]:
    """The only item's stock and the only code, which are the same when they are read by id."""
    admin = mesh.admin()
    (level,) = (await admin.call(service.LIST_STOCK, ListStockLevelsRequest())).stock_levels
    by_id = GetStockLevelRequest(product_item_id=level.product_item_id)
    assert await admin.call(service.GET_STOCK_LEVEL, by_id) == level
    (incentive,) = (await admin.call(LIST, ListIncentivesRequest())).incentives
    assert await admin.call(GET, GetIncentiveRequest(id=incentive.id)) == incentive
    return level, incentive


def is_later(than: datetime | None, time: datetime | None) -> bool:
    """Whether both times are known, and the second one is later, and over."""
    return than is not None and time is not None and than < time <= datetime.now(UTC)


async def offered(mesh: Mesh) -> Incentive:
    incentive = Incentive(code="SAVE", kind=IncentiveKind.PERCENT, value="10")
    return await mesh.admin().call(CREATE, CreateIncentiveRequest(incentive=incentive))


async def test_each_adjustment_of_stock_and_no_repeat(mesh: Mesh) -> None:
    product = await create(mesh, a_shirt("A"))
    incentive = await offered(mesh)
    before, _ = await listed(mesh)
    adjusting = AdjustStockRequest(
        product_item_id=product.product_items[0].id, delta=1, reason="delivery", request_id="one"
    )

    adjusted = await mesh.admin().call(service.ADJUST_STOCK, adjusting)
    again = await mesh.admin().call(service.ADJUST_STOCK, adjusting)

    assert is_later(before.update_time, adjusted.update_time)
    assert again == adjusted
    assert await listed(mesh) == await listed(mesh) == (adjusted, incentive)


async def test_each_change_of_a_code_and_no_repeat(mesh: Mesh) -> None:
    await create(mesh, a_shirt("A"))
    created = await offered(mesh)
    assert created.update_time is not None
    last, admin = created, mesh.admin()
    update = UpdateIncentiveRequest(
        incentive=Incentive(id=created.id, value="20"), update_mask=FieldMask(paths=["value"]), request_id="one"
    )
    changes: tuple[Callable[[], Awaitable[Incentive]], ...] = (
        lambda: admin.call(UPDATE, update),
        lambda: admin.call(DEACTIVATE, DeactivateIncentiveRequest(id=created.id)),
        lambda: admin.call(ACTIVATE, ActivateIncentiveRequest(id=created.id)),
    )
    for change in changes:
        changed = await change()
        assert is_later(last.update_time, changed.update_time)
        assert await change() == changed
        assert (await listed(mesh))[1] == changed
        last = changed
    # Equal values, as in another request.
    assert await admin.call(UPDATE, replace(update, request_id="two")) == last
    everything = UpdateIncentiveRequest(incentive=last, update_mask=FieldMask(paths=["*"]))
    assert await admin.call(UPDATE, everything) == last
    assert (await listed(mesh))[1] == last


async def test_an_order_changes_the_stock_of_its_items_and_its_codes(mesh: Mesh) -> None:
    product = await create(mesh, a_shirt("A"))
    await offered(mesh)
    before = await listed(mesh)
    reservation = reserving(1, (product.product_items[0].id, 1))
    reservation.incentive_codes = ["SAVE"]

    await mesh.service().call(service.RESERVE, ReserveRequest(reservations=[reservation]))
    after = await listed(mesh)
    await mesh.service().call(service.RESERVE, ReserveRequest(reservations=[reservation]))

    assert is_later(before[0].update_time, after[0].update_time)
    assert is_later(before[1].update_time, after[1].update_time)
    assert (after[0].reserved, after[1].uses) == (1, 1)
    assert await listed(mesh) == after


STOCK = """
INSERT INTO inventory (id, row_version, is_deleted, initial, on_hand, reserved, sold, restocked, adjusted, backordered,
    places, warehouse_location, created_on, created_by, modified_on, modified_by)
VALUES (1, 7, false, 7, 5, 1, 2, 0, 0, 0, 0, 'A-1', now(), 'ann', now(), 'ann')
"""
# As 0.2.0 left it: without a time.
COPIED_STOCK = """
INSERT INTO inventory (id, row_version, is_deleted, on_hand, reserved, sold, backordered, warehouse_location)
VALUES (1, 7, false, 5, 1, 2, 0, 'A-1')
"""
TIMES = "SELECT modified_on, row_version FROM inventory UNION ALL SELECT modified_on, row_version FROM incentive"


async def test_what_0_2_0_copied_gets_its_times_with_the_upgrade(engine_at: EngineAt) -> None:
    write, read = await engine_at(WRITE, "0019"), await engine_at(READ, "0004")
    async with write.begin() as connection:
        await connection.execute(text(PRODUCT))
        await connection.execute(
            text(
                f"INSERT INTO product_item (id, product_id, sku, sku_key, price, backorderable, {AUDIT}) "
                f"VALUES (1, 1, 'a', 'a', 1, false, {BY})"
            )
        )
        await connection.execute(text(STOCK))
        incentives = INCENTIVES.replace("code, kind", "code, code_key, kind").replace(
            "written,", "written, written,", 1
        )
        await connection.execute(text(incentives.replace(":written", "'{SAVE}'")))
        await connection.execute(text("TRUNCATE change_log"))
    async with read.begin() as connection:
        await connection.execute(text(COPIED_STOCK))

    for engine, versions in ((write, WRITE), (read, READ)):
        await upgrade(engine.url.render_as_string(hide_password=False), versions)
    await Projector(write, read, PROJECTED).project()

    async with write.connect() as connection:
        stored = [tuple(row) for row in await connection.execute(text(TIMES))]
    async with read.connect() as connection:
        assert [tuple(row) for row in await connection.execute(text(TIMES))] == stored
    assert len(stored) == 2
