"""Services whose settings name a replica ask it, and serve without it."""

from __future__ import annotations

import pytest
from easyorder.inventory.v1 import ListStockLevelsRequest
from structlog.testing import capture_logs

from chassis.clock import SystemClock
from order_svc.config import OrderSettings
from order_svc.connections import connect
from read_replica.reads import ReplicaReads
from tests.conftest import DatabasesOf
from tests.inventory_svc import service
from tests.mesh import service_keys

GONE = "postgresql+asyncpg://me@127.0.0.1:1/"


@pytest.mark.parametrize("replica", ["", GONE])
async def test_order_svc_reads_where_its_settings_say(replica: str) -> None:
    connections = connect(OrderSettings(read_replica_url=replica, service_keys_dir=service_keys()), SystemClock())

    assert isinstance(connections.queries, ReplicaReads) == bool(replica)
    assert (connections.queries is connections.read) == (not replica)
    await connections.close()


async def test_inventory_svc_serves_without_the_replica_that_it_asks(databases_of: DatabasesOf) -> None:
    databases = await databases_of("inventory_svc")

    async with service.running_service(databases, read_replica_url=GONE) as mesh:
        with capture_logs() as logs:
            reply = await mesh.admin().call(service.LIST_STOCK, ListStockLevelsRequest())

    assert reply.stock_levels == []
    assert [line["event"] for line in logs if line["log_level"] == "warning"] == ["the primary answers queries"]
