"""Equal requests at the same time, on two replicas: one effect, and the repeat gets the response of the first."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from chassis.mediator import Mediator
from chassis.unit_of_work import OpenUnitOfWork
from inventory_svc.commands.activate_incentive import ActivateIncentive
from inventory_svc.commands.adjust_stock import AdjustStock
from inventory_svc.commands.create_incentive import CreateIncentive
from inventory_svc.commands.create_product import CreateProduct
from inventory_svc.commands.deactivate_incentive import DeactivateIncentive
from inventory_svc.commands.delete_product import DeleteProduct
from inventory_svc.commands.handlers import handle_commands
from inventory_svc.commands.undelete_product import UndeleteProduct
from inventory_svc.domain.errors import ProductNotFound
from inventory_svc.domain.pricing import LoyaltyRates
from tests.builders.incentive import edited, percent
from tests.builders.product import a_product, replacing
from tests.fakes.chassis import request_key
from tests.inventory_svc.shop import LOW, TIMES, SqlShop
from tests.overlapping import SlowCommits, SlowUnitsOfWork, locks_waited_for, overlapping
from tests.polling import eventually


@pytest.fixture
def slow(sql_shop: SqlShop) -> SlowUnitsOfWork:
    return SlowUnitsOfWork(sql_shop.open_uows[1])


def replica(open_uow: OpenUnitOfWork[Any]) -> Mediator[Any]:
    mediator: Mediator[Any] = Mediator(open_uow, service="inventory")
    handle_commands(mediator, times=TIMES, rates=LoyaltyRates(), low_stock=LOW)
    return mediator


async def repeated(shop: SqlShop, slow: SlowUnitsOfWork, command: Any) -> Any:
    first, repeat = await overlapping(slow, replica(slow).send(command), shop.send(command))
    assert repeat == first
    return first


async def test_the_pieces_that_an_equal_adjustment_has_taken(sql_shop: SqlShop, slow: SlowUnitsOfWork) -> None:
    (item,) = await sql_shop.stocked(5)
    command = AdjustStock(product_item_id=item.id, delta=-4, reason="broken", request=request_key())

    assert (await repeated(sql_shop, slow, command)).on_hand == 1
    assert (await sql_shop.of(item)).adjusted == -4


async def test_the_version_that_an_equal_adjustment_has_changed(sql_shop: SqlShop, slow: SlowUnitsOfWork) -> None:
    (item,) = await sql_shop.stocked(5)
    etag = (await sql_shop.arrives(item, 1)).etag
    command = AdjustStock(product_item_id=item.id, delta=2, reason="delivery", etag=etag, request=request_key())

    assert (await repeated(sql_shop, slow, command)).on_hand == 8
    assert (await sql_shop.of(item)).adjusted == 3


async def test_an_adjustment_that_was_answered_before_0_3_0(sql_shop: SqlShop) -> None:
    (item,) = await sql_shop.stocked(5)
    command = AdjustStock(product_item_id=item.id, delta=2, reason="delivery", request=request_key())
    first = await sql_shop.send(command)
    async with sql_shop.engines[0].begin() as connection:
        older = "CAST(CAST(convert_from(answer, 'UTF8') AS jsonb) - 'backorderable' AS text)"
        without = text(f"UPDATE idempotency_key SET answer = convert_to({older}, 'UTF8')")
        assert (await connection.execute(without)).rowcount == 1

    assert await sql_shop.send(command) == first
    assert (await sql_shop.of(item)).adjusted == 2


async def test_the_sku_that_an_equal_product_has_taken(sql_shop: SqlShop, slow: SlowUnitsOfWork) -> None:
    await repeated(sql_shop, slow, CreateProduct(product=a_product(), request=request_key()))

    assert await sql_shop.product_count() == 1


async def test_a_product_waits_for_the_sku_before_it_is_written(sql_shop: SqlShop) -> None:
    """Two written products would wait for each other: for the SKU at the commit, and for the key."""
    slow_commits = SlowCommits(sql_shop.open_uows[1])
    command = CreateProduct(product=a_product(), request=request_key())
    first = asyncio.create_task(replica(slow_commits).send(command))
    await slow_commits.reached.wait()
    repeat = asyncio.create_task(sql_shop.send(command))

    assert await eventually(lambda: locks_waited_for(sql_shop.engines[0])) == ["advisory"]
    slow_commits.go.set()
    assert await first == await repeat
    assert await sql_shop.product_count() == 1


async def test_the_version_that_an_equal_update_has_replaced(sql_shop: SqlShop, slow: SlowUnitsOfWork) -> None:
    product = await sql_shop.given(a_product())
    wanted = replace(product, name="Lamp")
    command = replacing(wanted, etag=product.etag, request=request_key())

    assert (await repeated(sql_shop, slow, command)).version == product.version + 1


async def test_the_product_that_an_equal_request_has_deleted(sql_shop: SqlShop, slow: SlowUnitsOfWork) -> None:
    product = await sql_shop.given(a_product())

    deleted = await repeated(sql_shop, slow, DeleteProduct(product_id=product.id, request=request_key()))

    assert deleted.is_deleted
    with pytest.raises(ProductNotFound):
        await sql_shop.delete(product)


async def test_the_version_that_an_equal_request_has_undeleted(sql_shop: SqlShop, slow: SlowUnitsOfWork) -> None:
    product = await sql_shop.given(a_product())
    await sql_shop.delete(product)

    back = await repeated(sql_shop, slow, UndeleteProduct(product_id=product.id, request=request_key()))

    assert back.version == product.version + 2


async def test_the_version_that_an_equal_update_of_a_code_has_replaced(
    sql_shop: SqlShop, slow: SlowUnitsOfWork
) -> None:
    incentive = await sql_shop.offered(percent("10"))
    wanted = replace(incentive, value=Decimal(20))
    command = edited(wanted, etag=str(incentive.revision), request=request_key())

    assert (await repeated(sql_shop, slow, command)).revision == incentive.revision + 1


async def test_the_code_that_an_equal_request_has_deactivated(sql_shop: SqlShop, slow: SlowUnitsOfWork) -> None:
    incentive = await sql_shop.offered(percent())

    ended = await repeated(sql_shop, slow, DeactivateIncentive(incentive_id=incentive.id, request=request_key()))

    assert (ended.active, ended.revision) == (False, incentive.revision + 1)


async def test_the_code_that_an_equal_request_has_activated(sql_shop: SqlShop, slow: SlowUnitsOfWork) -> None:
    incentive = await sql_shop.offered(percent())
    ended = await sql_shop.send(DeactivateIncentive(incentive_id=incentive.id))

    again = await repeated(sql_shop, slow, ActivateIncentive(incentive_id=incentive.id, request=request_key()))

    assert (again.active, again.revision) == (True, ended.revision + 1)
    assert await sql_shop.send(ActivateIncentive(incentive_id=incentive.id)) == again


async def test_the_code_that_an_equal_incentive_has_taken(sql_shop: SqlShop, slow: SlowUnitsOfWork) -> None:
    created = await repeated(sql_shop, slow, CreateIncentive(incentive=percent(), request=request_key()))

    assert await sql_shop.uses() == {created.code: 0}
