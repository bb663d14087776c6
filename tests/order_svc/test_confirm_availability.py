"""ConfirmAvailability: a waiting order is confirmed once and continues like an order with stock."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from chassis.errors import AppError
from chassis.money import Money
from inventory_svc.adapters.orders import GrpcOrders
from inventory_svc.domain.stock import ItemAvailability, StockState
from order_svc.api.order_stock import OrderStockApi
from order_svc.commands.cancel_order import CancelOrder
from order_svc.commands.confirm_availability import ConfirmAvailability
from order_svc.commands.update_order import UpdateOrder
from order_svc.domain.errors import OrderNotFound
from order_svc.domain.inventory import HeldDiscount, HeldItem, Hold, Preview
from order_svc.domain.status import CancelReason, PaymentMethod, PaymentStatus, Status
from order_svc.domain.views import StockView
from tests.fakes.chassis import request_key
from tests.mesh import serving
from tests.order_svc.order_app import InMemoryOrderApp, OrderApp
from tests.order_svc.test_place_order import a_discounted_placing, a_placing, waiting

LACKING = StockView(product_item_id=1, sku="SKU-1", state="BACKORDERED", available=0)
THERE = replace(LACKING, state="LOW", available=3)


def it_came(order_id: int = 1, *, filled: bool = True, lost_reason: str = "") -> ConfirmAvailability:
    stocks = (THERE if filled else LACKING,)
    return ConfirmAvailability(order_id=order_id, filled=filled, stocks=stocks, lost_reason=lost_reason)


async def kinds(app: OrderApp) -> list[str]:
    events = await app.events(1)
    assert [sequence for sequence, _ in events] == list(range(1, len(events) + 1))
    return [kind for _, kind in events]


async def test_an_order_whose_stock_came_is_confirmed_and_will_be_charged(order_app: OrderApp) -> None:
    await order_app.placed(waiting(a_placing()))

    await order_app.send(it_came())

    order = await order_app.order(1)
    assert (order.status, order.payment.status) == (Status.CONFIRMED, PaymentStatus.PENDING)
    assert await kinds(order_app) == ["order_created", "inventory_status", "order_status_changed"]
    charge = await order_app.job("charge")
    assert (charge.key, charge.payload["amount"], charge.secret) == ("t-1", "25.50", "tok_ok")
    # What it holds has no end that it knows: it is made sure of before the charge.
    assert charge.payload["hold_until"] is None
    assert charge.payload["stock"]["lines"] == [[1, 2], [2, 1]]
    assert order.payment.waiting_token == ""


async def test_an_order_that_waits_is_not_paid_before_its_stock_came_though_nothing_is_left_to_pay(
    order_app: OrderApp,
) -> None:
    placed = await order_app.placed(waiting(a_discounted_placing("4.00")))
    item = HeldItem(
        product_item_id=1,
        sku="SKU-1",
        name="Item 1",
        quantity=1,
        unit_price=Money.of("10.00", "USD"),
        discount=Money.of("10.00", "USD"),
    )
    off = HeldDiscount(code=placed.discounts[0].code, description="all of it", amount=item.discount)
    free = Hold(order_id=1, key="", is_held=False, items=(item,), expires_at=None, discounts=(off,))
    update = UpdateOrder(order_id=1, lines=((1, 1),), etag="", item_ids=(91,), transaction_id="t-2")

    updated = await order_app.send(replace(update, preview=Preview(revision=1, hold=free)))

    assert (updated.order.status, updated.order.total_amount) == (Status.PENDING, Decimal(0))
    assert [job.kind for job in await order_app.jobs()] == ["amend_stock"]
    await order_app.send(it_came())
    assert await order_app.status(1) is Status.PAID


async def test_an_order_that_was_changed_while_it_waited_is_charged_what_it_costs_now(order_app: OrderApp) -> None:
    await order_app.placed(waiting(a_placing()))

    updated = await order_app.send(
        UpdateOrder(order_id=1, lines=((1, 1),), etag="", item_ids=(91,), transaction_id="t-2")
    )
    assert (updated.order.status, updated.order.payment.status) == (Status.PENDING, PaymentStatus.PENDING)
    # Nothing was charged, so nothing is taken back.
    assert [job.kind for job in await order_app.jobs()] == ["amend_stock"]
    await order_app.send(it_came())

    order = await order_app.order(1)
    charge = await order_app.job("charge")
    assert (charge.key, charge.secret) == ("t-2", "tok_ok")
    assert charge.payload["amount"] == str(order.total.amount) == str(order.items[0].unit_price.amount)
    assert charge.payload["stock"]["lines"] == [[1, 1]]
    assert await kinds(order_app) == [
        "order_created",
        "order_status_changed",
        "inventory_status",
        "order_status_changed",
    ]


async def test_a_part_that_came_is_only_told(order_app: OrderApp) -> None:
    await order_app.placed(waiting(a_placing()))
    version = (await order_app.order(1)).row_version

    await order_app.send(it_came(filled=False))

    order = await order_app.order(1)
    assert (order.status, order.payment.waiting_token) == (Status.PENDING, "tok_ok")
    assert order.row_version > version
    assert await kinds(order_app) == ["order_created", "inventory_status"]
    assert await order_app.jobs() == []


async def test_cash_is_not_charged_but_its_stock_is_sold_once_it_came(order_app: OrderApp) -> None:
    await order_app.placed(waiting(a_placing(method=PaymentMethod.CASH)))
    assert await order_app.jobs() == []

    await order_app.send(it_came())

    order = await order_app.order(1)
    assert (order.status, order.payment.status) == (Status.CONFIRMED, PaymentStatus.PENDING)
    assert [job.kind for job in await order_app.jobs()] == ["commit_stock"]


@pytest.mark.parametrize("method", [PaymentMethod.CARD, PaymentMethod.CASH])
async def test_an_order_of_nothing_is_paid_once_its_stock_came(order_app: OrderApp, method: PaymentMethod) -> None:
    placed = await order_app.placed(waiting(a_discounted_placing("25.50", method=method)))
    assert (placed.status, placed.payment.status, placed.paid_at) == (Status.PENDING, PaymentStatus.PENDING, None)

    await order_app.send(it_came(filled=False))
    assert await order_app.status(1) is Status.PENDING
    await order_app.send(it_came())

    order = await order_app.order(1)
    assert (order.status, order.payment.status) == (Status.PAID, PaymentStatus.PAID)
    assert order.paid_at is not None
    assert [job.kind for job in await order_app.jobs()] == ["commit_stock"]
    # By way of CONFIRMED.
    assert (await kinds(order_app))[-2:] == ["order_status_changed", "order_status_changed"]


async def test_what_comes_twice_changes_nothing(order_app: OrderApp) -> None:
    await order_app.placed(waiting(a_placing()))

    await asyncio.gather(order_app.send(it_came()), order_app.send(it_came()))
    await order_app.send(it_came(filled=False))

    assert await order_app.status(1) is Status.CONFIRMED
    assert await kinds(order_app) == ["order_created", "inventory_status", "order_status_changed"]
    assert len(await order_app.jobs()) == 1


async def test_the_same_request_id_tells_nothing_new(order_app: OrderApp) -> None:
    await order_app.placed(waiting(a_placing()))

    for _ in range(2):
        await order_app.send(replace(it_came(filled=False), request=request_key()))

    assert await kinds(order_app) == ["order_created", "inventory_status"]


async def test_an_order_that_was_cancelled_stays_so(order_app: OrderApp) -> None:
    await order_app.placed(waiting(a_placing()))
    await order_app.send(CancelOrder(order_id=1, reason="too long"))
    jobs, events = await order_app.jobs(), await order_app.events(1)

    await order_app.send(it_came())
    await order_app.send(it_came(filled=False, lost_reason="gone"))

    assert (await order_app.order(1)).cancel_reason == "too long"
    assert (await order_app.jobs(), await order_app.events(1)) == (jobs, events)


async def test_what_can_not_be_had_any_more_is_cancelled_and_says_why(order_app: OrderApp) -> None:
    await order_app.placed(waiting(a_placing()))

    await order_app.send(it_came(filled=False, lost_reason="2 of SKU-1 were asked for, 0 are available"))

    order = await order_app.order(1)
    assert (order.status, order.cancel_reason) == (Status.CANCELLED, "2 of SKU-1 were asked for, 0 are available")
    assert order.cancel_code is CancelReason.WITHDRAWN
    assert order.cancelled_at is not None
    assert await kinds(order_app) == ["order_created", "inventory_status", "order_status_changed"]
    assert {job.kind for job in await order_app.jobs()} == {"release_stock", "return_money"}


async def test_an_order_that_waits_no_more_keeps_no_token(order_app: OrderApp) -> None:
    await order_app.placed(waiting(a_placing()))

    await order_app.send(CancelOrder(order_id=1, reason="changed my mind"))

    assert (await order_app.order(1)).payment.waiting_token == ""


async def test_a_confirmed_order_is_not_cancelled_for_it(order_app: OrderApp) -> None:
    await order_app.placed(a_placing())

    await order_app.send(it_came(filled=False, lost_reason="gone"))

    assert await order_app.status(1) is Status.CONFIRMED


async def test_an_order_that_is_not_there_yet_fails_alone(order_app: OrderApp) -> None:
    await order_app.placed(waiting(a_placing()))

    results = await asyncio.gather(order_app.send(it_came(2)), order_app.send(it_came(1)), return_exceptions=True)

    assert isinstance(results[0], OrderNotFound)
    assert await order_app.status(1) is Status.CONFIRMED


async def test_inventory_tells_it_over_the_wire_and_may_tell_it_again() -> None:
    app = InMemoryOrderApp()
    await app.send(waiting(a_placing(1)))
    await app.send(waiting(a_placing(2)))
    stock = ItemAvailability(product_item_id=1, sku="SKU-1", state=StockState.LOW, available=3)

    async with serving({"easyorder.internal.order.v1.OrderStockService": OrderStockApi(app.mediator)}) as mesh:
        orders = GrpcOrders(mesh.service("inventory"), timeout_s=5)
        for _ in range(2):
            await orders.confirm_availability(1, [stock], filled=True, request_id="1/3.0")
            await orders.confirm_availability(2, [], filled=False, request_id="2/lost", lost_reason="gone")
        with pytest.raises(AppError) as refusal:
            await orders.confirm_availability(3, [], filled=True, request_id="3/1.0")

        holds = await orders.placed_holds([2, 3, 1])
        assert (holds.placed, holds.unsold) == (frozenset({1, 2}), frozenset({1}))

    assert refusal.value.reason == "ORDER_NOT_FOUND"
    assert [await app.status(order_id) for order_id in (1, 2)] == [Status.CONFIRMED, Status.CANCELLED]
    assert (await app.order(2)).cancel_reason == "gone"
    assert await kinds(app) == ["order_created", "inventory_status", "order_status_changed"]
