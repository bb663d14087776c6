"""A hold whose order is never placed releases its stock within a minute."""

from __future__ import annotations

import httpx
from easyorder.internal.inventory.v1 import ReservationLine, ReservationRequest, ReserveRequest, ReserveResponse

from chassis.auth.service_tokens import ServiceTokens
from chassis.grpc.clients import Peer, rpc
from deploy.local.shop import Shop
from inventory_svc.config import InventorySettings
from tests.e2e.running_mesh import RunningMesh
from tests.polling import eventually
from tests.security.attackers import an_item, an_order

RESERVE = rpc("easyorder.internal.inventory.v1.ReservationService", "Reserve", ReserveRequest, ReserveResponse)
# No replica of order_svc ever had such an id.
NEVER_PLACED = 2**62


def test_the_time_by_default() -> None:
    settings = InventorySettings.model_fields

    assert settings["unplaced_hold_s"].default + settings["reservation_reap_s"].default < 60


async def hold_without_an_order(mesh: RunningMesh, item: str, *, order_id: int = NEVER_PLACED) -> None:
    """A piece of the item is held, as by an order_svc that dies before it places the order."""
    order_svc = Peer(mesh.address("inventory"), "inventory", ServiceTokens("order", mesh.service_keys), tls=mesh.tls)
    hold = ReservationRequest(
        order_id=order_id,
        request_key=f"died between {order_id}",
        user_id="somebody",
        lines=[ReservationLine(product_item_id=int(item), quantity=1)],
        currency="USD",
    )
    reply = await order_svc.call(RESERVE, ReserveRequest(reservations=[hold]))
    await order_svc.close()
    assert reply.results[0].reservation is not None


async def test_its_stock_goes_back(mesh: RunningMesh, http: httpx.AsyncClient, admin: Shop) -> None:
    item = await an_item(admin, pieces=1)
    await hold_without_an_order(mesh, item)

    async def is_for_sale() -> bool:
        answer = await http.post("/api/v1/orders", json=an_order(item), headers=admin.headers)
        return answer.status_code == httpx.codes.OK

    assert not await is_for_sale()
    await eventually(is_for_sale, timeout_s=20)
