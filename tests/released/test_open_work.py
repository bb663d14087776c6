"""What a release left unfinished is completed by the services of this version, on the release's upgraded databases.

The same with whole processes, from a data folder: tests/e2e/test_upgrade.py.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

import pytest
from easyorder.inventory.v1 import AdjustStockRequest
from easyorder.ops.v1 import Job, RetryJobRequest
from easyorder.order.v1 import DeliverOrderRequest, GetOrderRequest, Order, ShipmentDetails, ShipOrderRequest

from chassis.grpc.clients import rpc
from deploy.schemas import upgrade
from ops.api import JobDiscarded
from tests.conftest import Postgres
from tests.e2e import invariants
from tests.inventory_svc.service import ADJUST_STOCK
from tests.order_svc.whole_shop import WholeShop, whole_shop
from tests.polling import eventually
from tests.released.release import RELEASES, Release
from tests.released.test_upgrade import SCHEMAS

_ORDERS = "easyorder.order.v1.OrderService"
GET_ORDER = rpc(_ORDERS, "GetOrder", GetOrderRequest, Order)
RETRY_JOB = rpc("easyorder.ops.v1.OpsService", "RetryJob", RetryJobRequest, Job)
SHIP = rpc(_ORDERS, "ShipOrder", ShipOrderRequest, Order)
DELIVER = rpc(_ORDERS, "DeliverOrder", DeliverOrderRequest, Order)
# After it, no job waits for its next attempt.
EVERYTHING_IS_DUE_S = 60
# What becomes of the orders that were not at rest.
ENDS = {
    "PENDING": "PAID",
    "CONFIRMED": "DELIVERED",
    "RETRIED": "PAID",
    "PARTLY_REFUNDED": "SHIPPED",
    "RUSH": "PAID",
}

# An operator of 0.1.0 discarded the release of a first payment, whose order was paid again, and a sale. Since then,
# nobody can.
DISCARDED_RELEASE, DISCARDED_SALE = 1, 3010
DISCARDED = f"""
INSERT INTO public.job (id, kind, key, payload, state, attempts, due_at, discard_reason)
SELECT {DISCARDED_RELEASE}, 'release_stock', id || '/first', jsonb_build_object('order_id', id), 'DISCARDED', 9, now(),
    'by mistake'
FROM public.orders WHERE status = 'SHIPPED' LIMIT 1;
UPDATE public.job SET state = 'DISCARDED', lease_token = NULL, discard_reason = 'by mistake'
WHERE id = {DISCARDED_SALE};
"""


@pytest.fixture(params=list(RELEASES.values()), ids=list(RELEASES))
def release(request: pytest.FixtureRequest) -> Release:
    found: Release = request.param
    return found


@pytest.fixture
async def urls(postgres: Postgres, release: Release) -> AsyncIterator[Mapping[str, str]]:
    """The release's databases, upgraded."""
    names = {database: await postgres.create() for database in release.databases}
    for database, name in names.items():
        connection = await postgres.connect(name)
        await release.load(database, connection, ago_s=EVERYTHING_IS_DUE_S)
        if (release.folder.name, database) == ("0.1.0", "easyorder_order_write"):
            await connection.execute(DISCARDED)
        await connection.close()
        await upgrade(postgres.url(name), SCHEMAS[database].versions)
    yield {database: postgres.url(name) for database, name in names.items()}
    for name in names.values():
        await postgres.drop(name)


async def test_every_order_ends_as_it_should(urls: Mapping[str, str], release: Release) -> None:
    async with whole_shop(urls, job_lease_s=2, payment_timeout_s=1.5) as shop:
        await finish(shop, release)

        await eventually(lambda: invariants.at_rest(shop), timeout_s=60)

        ids = release.ids(await invariants.order_ids(shop))
        await invariants.check(shop, list(ids.values()))
        async with shop.database("easyorder_order_write") as orders:
            if release.folder.name == "0.1.0":
                assert await orders.fetchval(f"SELECT state FROM job WHERE id = {DISCARDED_SALE}") == "DONE"
            statuses = dict(await orders.fetch("SELECT id::text, status FROM orders"))
    expected = {id: ENDS.get(name.split()[0], name) for name, id in release.orders.items()}
    assert {id: statuses[id] for id in expected} == expected


async def finish(shop: WholeShop, release: Release) -> None:
    """An administrator does what the orders wait for, and runs again what was discarded."""
    admin, warehouse = (shop.client(shop.tokens.admin(), of=service) for service in ("order", "inventory"))
    ids = release.ids(await invariants.order_ids(shop))
    backorder, cash = ids["PENDING"], ids["CONFIRMED"]
    (waiting,) = (await admin.call(GET_ORDER, GetOrderRequest(id=backorder))).items
    arrived = AdjustStockRequest(product_item_id=waiting.product_item_id, delta=10, reason="delivery", request_id="1")
    await warehouse.call(ADJUST_STOCK, arrived)
    etag = (await admin.call(GET_ORDER, GetOrderRequest(id=cash))).etag
    parcel = ShipmentDetails(carrier="DHL", tracking_number="1")
    shipped = await admin.call(SHIP, ShipOrderRequest(id=cash, shipment=parcel, etag=etag))
    await admin.call(DELIVER, DeliverOrderRequest(id=cash, etag=shipped.etag))
    if release.folder.name != "0.1.0":
        return
    await eventually(lambda: is_known_to_be_dead(shop, DISCARDED_SALE))
    await admin.call(RETRY_JOB, RetryJobRequest(id=str(DISCARDED_SALE)))
    with pytest.raises(JobDiscarded):
        await admin.call(RETRY_JOB, RetryJobRequest(id=str(DISCARDED_RELEASE)))


async def is_known_to_be_dead(shop: WholeShop, job_id: int) -> bool:
    """Whether administrators were alerted to the job."""
    async with shop.database("easyorder_order_write") as orders:
        audited = "SELECT EXISTS (SELECT FROM audit_entry WHERE action = 'GiveUpJob' AND resource = $1)"
        return bool(await orders.fetchval(audited, str(job_id)))
