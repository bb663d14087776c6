"""Reports to order_svc about backordered stock, and the effects of order events."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from easyorder.common.v1 import StockState
from easyorder.internal.order.v1 import ConfirmAvailabilityRequest, ConfirmAvailabilityResponse

from chassis.events import Event, PublishedEvent
from chassis.grpc.clients import Client
from chassis.jobs import Job, JobLease
from inventory_svc.adapters.inbox import Inbox
from inventory_svc.adapters.order_feed import EventBatch
from inventory_svc.adapters.orders import GrpcOrders
from inventory_svc.commands.release import Release
from inventory_svc.domain.stock import ItemAvailability
from inventory_svc.domain.stock import StockState as State
from inventory_svc.sagas.availability import AvailabilityPublisher, hear_of_orders
from tests.builders.order import AT
from tests.inventory_svc.shop import LOW, TTL, FakeOrders, InMemoryShop, Shop, SqlShop
from tests.mesh import serving

_ORDERS = "easyorder.internal.order.v1.OrderStockService"


@pytest.fixture
def orders() -> FakeOrders:
    return FakeOrders()


def a_job(order_id: int, key: str = "1/3.0", **payload: str) -> Job:
    return Job(
        kind="confirm_availability",
        key=key,
        payload={"order_id": order_id, **payload},
        attempt=1,
        lease=JobLease(1, "t"),
        lease_end_s=0,
    )


class TellerContract:
    async def test_a_filled_order_hears_that_all_of_it_is_held(self, shop: Shop, orders: FakeOrders) -> None:
        (item,) = await shop.backorderable(0)
        waiting = await shop.send(shop.order((item, 2)))
        await shop.arrives(item, 2)

        await self.publisher(shop, orders).publish(a_job(waiting.order_id, key="k"))

        assert orders.heard == [
            {
                "order_id": waiting.order_id,
                "states": ["OUT_OF_STOCK"],
                "filled": True,
                "request_id": "k",
                "lost_reason": "",
            }
        ]

    async def test_an_order_that_still_waits_hears_how_its_stock_stands(self, shop: Shop, orders: FakeOrders) -> None:
        (plenty,) = await shop.stocked(100)
        (item,) = await shop.backorderable(0)
        waiting = await shop.send(shop.order((plenty, 1), (item, 2)))
        await shop.arrives(item, 1)

        await self.publisher(shop, orders).publish(a_job(waiting.order_id))

        (heard,) = orders.heard
        assert (heard["states"], heard["filled"]) == (["IN_STOCK", "BACKORDERED"], False)

    async def test_an_order_that_has_ended_meanwhile_hears_nothing(self, shop: Shop, orders: FakeOrders) -> None:
        (item,) = await shop.backorderable(0)
        waiting = await shop.send(shop.order((item, 2)))
        await shop.send(Release(order_id=waiting.order_id))

        await self.publisher(shop, orders).publish(a_job(waiting.order_id))
        await self.publisher(shop, orders).publish(a_job(999))

        assert orders.heard == []

    async def test_an_order_that_lost_its_place_hears_why(self, shop: Shop, orders: FakeOrders) -> None:
        (item,) = await shop.backorderable(0)
        waiting = await shop.send(shop.order((item, 2)))
        await shop.let_time_pass(2 * TTL)
        await shop.reap()

        await self.publisher(shop, orders).publish(a_job(waiting.order_id, lost_reason="it is gone"))

        (heard,) = orders.heard
        assert (heard["lost_reason"], heard["filled"]) == ("it is gone", False)

    def publisher(self, shop: Shop, orders: FakeOrders) -> AvailabilityPublisher:
        return AvailabilityPublisher(shop.open_uows[0], orders, low=LOW)


class TestInMemory(TellerContract):
    @pytest.fixture
    def shop(self, in_memory_shop: InMemoryShop) -> InMemoryShop:
        return in_memory_shop


class TestOnPostgres(TellerContract):
    @pytest.fixture
    def shop(self, sql_shop: SqlShop) -> SqlShop:
        return sql_shop


class OrderService:
    """Remembers what it is called with."""

    def __init__(self) -> None:
        self.calls: list[ConfirmAvailabilityRequest] = []

    async def confirm_availability(self, request: ConfirmAvailabilityRequest) -> ConfirmAvailabilityResponse:
        self.calls.append(request)
        return ConfirmAvailabilityResponse()


@pytest.fixture
async def order_service() -> AsyncIterator[tuple[OrderService, Client]]:
    service = OrderService()
    async with serving({_ORDERS: service}) as mesh:
        yield service, mesh.service("inventory")


async def test_it_is_told_over_the_wire(order_service: Any) -> None:
    service, peer = order_service
    stock = ItemAvailability(product_item_id=7, sku="A", state=State.LOW, available=2)

    await GrpcOrders(peer, timeout_s=5).confirm_availability(
        5, [stock], filled=False, request_id="5/lost", lost_reason="gone"
    )

    ((order,),) = [call.orders for call in service.calls]
    assert (order.order_id, order.filled, order.request_id, order.lost_reason) == (5, False, "5/lost", "gone")
    ((item,),) = [order.items]
    assert (item.product_item_id, item.sku, item.state, item.available) == (7, "A", StockState.LOW, 2)


def created(position: int, order_id: int, status: str) -> PublishedEvent:
    event = Event(
        kind="order_created",
        aggregate_id=order_id,
        sequence=1,
        owner="shopper",
        occurred_on=AT,
        payload={"order": {"id": order_id, "status": status}},
    )
    return PublishedEvent(position=position, event=event)


async def test_an_order_of_the_feed_that_waits_keeps_its_place_and_another_its_end(sql_shop: SqlShop) -> None:
    (item,) = await sql_shop.backorderable(1)
    held = await sql_shop.send(sql_shop.order((item, 1)))
    waiting = await sql_shop.send(sql_shop.order((item, 1)))
    inbox = Inbox("orders", hear_of_orders, sql_shop.open_uows[0], service="inventory")
    events = [created(1, held.order_id, "CONFIRMED"), created(2, waiting.order_id, "PENDING")]

    await inbox.take(EventBatch(events=events, after=0, position=2))
    await sql_shop.let_time_pass(2 * TTL)
    await sql_shop.reap()

    # The hold of the first one ended, and went to the one that waits.
    assert await sql_shop.states() == {held.order_id: "EXPIRED", waiting.order_id: "HELD"}


async def test_an_order_of_the_feed_that_can_not_be_had_any_more_is_no_dead_event(sql_shop: SqlShop) -> None:
    (scarce,) = await sql_shop.stocked(1)
    (patient,) = await sql_shop.backorderable(0)
    late = await sql_shop.send(sql_shop.order((patient, 1), (scarce, 1)))
    await sql_shop.let_time_pass(2 * TTL)
    await sql_shop.reap()
    await sql_shop.send(sql_shop.order((scarce, 1)))
    inbox = Inbox("orders", hear_of_orders, sql_shop.open_uows[0], service="inventory")

    await inbox.take(EventBatch(events=[created(1, late.order_id, "PENDING")], after=0, position=1))

    assert await inbox.position() == 1
    assert list(await sql_shop.denied()) == [late.order_id]
    # Nothing but that is to be done.
    assert await sql_shop.jobs() == [late.order_id]
