"""GrpcInventory: converts replies of inventory_svc to the terms of this service."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from easyorder.common.v1 import ItemOption, StockState
from easyorder.google.type import Money as MoneyMessage
from easyorder.internal.inventory.v1 import (
    CommitRequest,
    CommitResponse,
    ReleaseRequest,
    ReleaseResponse,
    Reservation,
    ReservationState,
    ReservedLine,
    ReserveRequest,
    ReserveResponse,
    ReserveResult,
    SettlementResult,
)
from easyorder.inventory.v1 import ItemAvailability

from chassis.errors import AppError, FieldViolation, Locked
from chassis.grpc.status import to_status
from chassis.money import Money
from inventory_svc.domain.errors import OutOfStock, ProductItemNotFound, Shortage
from order_svc.adapters.inventory import GrpcInventory
from order_svc.domain.inventory import HoldRequest
from order_svc.domain.views import StockView
from tests.builders.order import SHOPPER
from tests.mesh import serving
from tests.polling import eventually

_SERVICE = "easyorder.internal.inventory.v1.ReservationService"
UNTIL = datetime(2026, 1, 2, tzinfo=UTC)


class Inventory:
    """Answers each order with what `answers` has for its id."""

    def __init__(self) -> None:
        self.answers: dict[int, AppError | Reservation] = {}
        self.asked: list[ReserveRequest] = []
        # The number of holds that meet a locked item.
        self.locked = 0
        # Calls with these orders are answered when the event is set.
        self.slow: dict[int, asyncio.Event] = {}
        # Each step of a Commit or Release, and whether it is of an unpaid or unplaced order.
        self.settled: list[tuple[int, int, bool]] = []

    async def reserve(self, request: ReserveRequest) -> ReserveResponse:
        self.asked.append(request)
        for wanted in request.reservations:
            if answered := self.slow.get(wanted.order_id):
                await answered.wait()
        return ReserveResponse(results=[self._result(wanted.order_id) for wanted in request.reservations])

    async def commit(self, request: CommitRequest) -> CommitResponse:
        return CommitResponse(results=self._settle(request, request.unpaid_order_ids))

    async def release(self, request: ReleaseRequest) -> ReleaseResponse:
        return ReleaseResponse(results=self._settle(request, request.unplaced_order_ids))

    def _settle(self, request: CommitRequest | ReleaseRequest, marked: list[int]) -> list[SettlementResult]:
        steps = zip(request.order_ids, request.revisions, strict=True)
        self.settled += [(order_id, revision, order_id in marked) for order_id, revision in steps]
        return [SettlementResult(order_id=order_id) for order_id in request.order_ids]

    def _result(self, order_id: int) -> ReserveResult:
        if self.locked:
            self.locked -= 1
            return ReserveResult(error=to_status(Locked("another change is in progress here", retry_after_s=1)))
        answer = self.answers[order_id]
        if isinstance(answer, AppError):
            return ReserveResult(error=to_status(answer))
        return ReserveResult(reservation=answer)


@pytest.fixture
def inventory() -> Inventory:
    return Inventory()


@pytest.fixture
async def client(inventory: Inventory) -> AsyncIterator[GrpcInventory]:
    async with serving({_SERVICE: inventory}) as mesh:
        yield GrpcInventory(mesh.service(), timeout_s=5)


def a_request(order_id: int = 1, **others: Any) -> HoldRequest:
    lines = ((7, 2), (8, 1))
    return HoldRequest(order_id=order_id, key=f"k-{order_id}", user_id=SHOPPER, currency="USD", lines=lines, **others)


def a_reservation(order_id: int, state: ReservationState) -> Reservation:
    stock = ItemAvailability(product_item_id="7", sku="A", state=StockState.BACKORDERED, available=0)
    price = MoneyMessage(currency_code="USD", units=10, nanos=500_000_000)
    line = ReservedLine(product_item_id=7, sku="A", name="Lamp", quantity=2, unit_price=price, stock=stock)
    line.product_id, line.options = 3, [ItemOption(variation="Colour", value="Red")]
    return Reservation(order_id=order_id, state=state, lines=[line], expire_time=UNTIL)


async def test_a_refusal_arrives_whole(inventory: Inventory, client: GrpcInventory) -> None:
    inventory.answers[1] = ProductItemNotFound.of({"items[1].productItemId": 8})

    with pytest.raises(AppError) as refusal:
        await client.reserve(a_request())

    message = "there is no product item 8"
    assert refusal.value.reason == "PRODUCT_ITEM_NOT_FOUND"
    assert list(refusal.value.violations) == [
        FieldViolation("items[1].productItemId", message, "PRODUCT_ITEM_NOT_FOUND")
    ]
    assert refusal.value.metadata == {"productItemId": "8"}


async def test_a_hold_that_meets_a_locked_item_is_tried_again(inventory: Inventory, client: GrpcInventory) -> None:
    inventory.answers[1] = a_reservation(1, ReservationState.HELD)
    inventory.locked = 2

    assert (await client.reserve(a_request())).is_held
    assert len(inventory.asked) == 3


async def test_a_hold_of_an_item_that_stays_locked_is_refused_soon(inventory: Inventory, client: GrpcInventory) -> None:
    inventory.locked = 1000

    async with asyncio.timeout(4):
        with pytest.raises(Locked) as refusal:
            await client.reserve(a_request())

    assert refusal.value.retry_after_s == 1
    assert len(inventory.asked) == 3


async def test_holds_of_other_items_do_not_wait_for_those_of_a_locked_item(
    inventory: Inventory, client: GrpcInventory
) -> None:
    """In inventory_svc one of them waits for the row at a time, and its call with it."""
    inventory.answers[1] = Locked("another change is in progress here", retry_after_s=1)
    with pytest.raises(Locked):
        await client.reserve(a_request(1))
    for number in (2, 3, 4, 5):
        inventory.answers[number] = a_reservation(number, ReservationState.HELD)
    inventory.slow[2] = asyncio.Event()
    trying = asyncio.create_task(client.reserve(a_request(2)))
    await eventually(lambda: len(inventory.asked) == 4)

    async with asyncio.timeout(4):
        assert (await client.reserve(replace(a_request(3), lines=((9, 1),)))).is_held

    inventory.slow[2].set()
    assert (await trying).is_held
    # The item is free.
    await asyncio.gather(client.reserve(a_request(4)), client.reserve(replace(a_request(5), lines=((9, 1),))))
    assert [wanted.order_id for wanted in inventory.asked[-1].reservations] == [4, 5]


async def test_orders_that_share_a_call_each_get_their_own_answer(inventory: Inventory, client: GrpcInventory) -> None:
    inventory.answers = {
        1: a_reservation(1, ReservationState.HELD),
        2: OutOfStock.of([Shortage(field="", product_item_id=7, sku="A", requested=2, available=1)]),
        3: ProductItemNotFound.of({"items[0].productItemId": 7}),
        4: a_reservation(4, ReservationState.EXPIRED),
    }

    first, *others = await asyncio.gather(
        *(client.reserve(a_request(id)) for id in (1, 2, 3, 4)), return_exceptions=True
    )

    assert not isinstance(first, BaseException)
    assert (first.order_id, first.key, first.is_held, first.waits) == (1, "k-1", True, False)
    assert [getattr(other, "reason", "") for other in others] == ["OUT_OF_STOCK", "PRODUCT_ITEM_NOT_FOUND", ""]
    ended = others[-1]
    assert not isinstance(ended, BaseException)
    assert (ended.is_held, ended.waits) == (False, False)
    assert [len(call.reservations) for call in inventory.asked] == [4]


async def test_two_steps_of_one_order_at_the_same_time_are_told_apart(
    inventory: Inventory, client: GrpcInventory
) -> None:
    await asyncio.gather(
        *(client.commit(id, 0, paid=True) for id in (1, 2)),
        *(client.commit(id, 1, paid=False) for id in (2, 3)),
        *(client.release(id, 2) for id in (4, 5)),
        *(client.release_unplaced(id) for id in (5, 6)),
    )

    assert sorted(inventory.settled) == [
        (1, 0, False),
        (2, 0, False),
        (2, 1, True),
        (3, 1, True),
        (4, 2, False),
        (5, 0, True),
        (5, 2, False),
        (6, 0, True),
    ]


async def test_a_hold_that_waits_says_how_the_stock_stands(inventory: Inventory, client: GrpcInventory) -> None:
    inventory.answers[1] = a_reservation(1, ReservationState.BACKORDERED)

    hold = await client.reserve(a_request())

    assert (hold.is_held, hold.waits, hold.expires_at) == (False, True, UNTIL)
    assert hold.stocks == (StockView(product_item_id=7, sku="A", state="BACKORDERED", available=0),)
    (item,) = hold.items
    assert (item.quantity, item.unit_price, item.discount) == (2, Money.of("10.50", "USD"), Money.zero("USD"))
    assert (item.product_id, item.options) == (3, (("Colour", "Red"),))


@pytest.mark.parametrize("choice", ["re_reserve", "keep_prices", "no_backorder"])
async def test_how_it_is_to_be_held_is_passed_on(inventory: Inventory, client: GrpcInventory, choice: str) -> None:
    inventory.answers[1] = a_reservation(1, ReservationState.HELD)

    await client.reserve(a_request(**{choice: True}))

    ((asked,),) = [call.reservations for call in inventory.asked]
    chosen = {name: getattr(asked, name) for name in ("re_reserve", "keep_prices", "no_backorder")}
    assert chosen == {name: name == choice for name in chosen}
    assert [(line.product_item_id, line.quantity) for line in asked.lines] == [(7, 2), (8, 1)]
