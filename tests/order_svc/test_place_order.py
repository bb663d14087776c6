"""PlaceOrder writes the order, its event and its charge together, once for each request."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from chassis.errors import RequestIdExpired, RequestIdReused
from chassis.idempotency import RequestKey
from chassis.money import Money
from order_svc.commands.cancel_order import CancelOrder
from order_svc.commands.place_order import PlaceOrder
from order_svc.domain.inventory import Hold, HoldLost
from order_svc.domain.items import Discount
from order_svc.domain.status import PaymentMethod, PaymentStatus, Status
from order_svc.domain.views import DiscountView, StockView
from tests.builders.order import SHOPPER, an_item
from tests.fakes.chassis import request_key
from tests.order_svc.order_app import OrderApp


def a_placing(
    order_id: int = 1,
    *,
    request: RequestKey | None = None,
    is_held: bool = True,
    method: PaymentMethod = PaymentMethod.CARD,
) -> PlaceOrder:
    return PlaceOrder(
        request=request,
        owner=SHOPPER,
        owner_team=None,
        currency="USD",
        items=(an_item(product_item_id=1, quantity=2), an_item(product_item_id=2, quantity=1, unit_price="5.50")),
        method=method,
        payment_token="tok_ok",
        transaction_id=f"t-{order_id}",
        hold=Hold(
            order_id=order_id,
            key=f"k-{order_id}",
            is_held=is_held,
            items=(),
            expires_at=datetime(2026, 1, 2, tzinfo=UTC),
        ),
    )


def waiting(placing: PlaceOrder) -> PlaceOrder:
    """The same, with some of its stock still to come."""
    return replace(placing, hold=replace(placing.hold, is_held=False, waits=True))


async def test_a_placed_order_is_confirmed_and_will_be_charged(order_app: OrderApp) -> None:
    view = await order_app.placed(a_placing())

    assert (view.status, view.total_amount) == (Status.CONFIRMED, Decimal("25.50"))
    assert (await order_app.order(1)).view() == view
    assert await order_app.events(1) == [(1, "order_created")]
    charge = await order_app.job("charge")
    assert (charge.key, charge.payload["amount"], charge.secret) == ("t-1", "25.50", "tok_ok")
    assert charge.lease is not None


async def test_cash_is_not_charged_but_its_stock_is_sold_at_once(order_app: OrderApp) -> None:
    view = await order_app.placed(a_placing(method=PaymentMethod.CASH))

    assert (view.status, view.payment.status) == (Status.CONFIRMED, PaymentStatus.PENDING)
    assert [job.kind for job in await order_app.jobs()] == ["commit_stock"]


def a_discounted_placing(off: str, *, method: PaymentMethod = PaymentMethod.CARD) -> PlaceOrder:
    """25.50 less so much, of which 5.50 at most on the second item."""
    second = min(Decimal(off), Decimal("5.50"))
    items = (
        an_item(product_item_id=1, quantity=2, discount=str(Decimal(off) - second)),
        an_item(product_item_id=2, quantity=1, unit_price="5.50", discount=str(second)),
    )
    code = Discount(id=7, code="SAVE", description="off", amount=Money.of(off, "USD"))
    return replace(a_placing(method=method), items=items, discounts=(code,))


async def test_a_discounted_order_is_charged_what_is_left(order_app: OrderApp) -> None:
    view = await order_app.placed(a_discounted_placing("7.50"))

    assert (view.sub_total, view.discount_total, view.total_amount) == (
        Decimal("25.50"),
        Decimal("7.50"),
        Decimal("18.00"),
    )
    assert [item.discount for item in view.items] == [Decimal("2.00"), Decimal("5.50")]
    assert view.discounts == (DiscountView(code="SAVE", description="off", amount=Decimal("7.50")),)
    assert view.payment.amount == Decimal("18.00")
    assert (await order_app.order(1)).view() == view
    assert await order_app.events(1) == [(1, "order_created"), (2, "order_created_with_incentive")]
    assert (await order_app.job("charge")).payload["amount"] == "18.00"


@pytest.mark.parametrize("method", [PaymentMethod.CARD, PaymentMethod.CASH])
async def test_an_order_of_nothing_is_paid_and_no_provider_hears_of_it(
    order_app: OrderApp, method: PaymentMethod
) -> None:
    view = await order_app.placed(a_discounted_placing("25.50", method=method))

    assert (view.status, view.payment.status, view.total_amount) == (Status.PAID, PaymentStatus.PAID, Decimal("0.00"))
    assert view.paid_at is not None
    assert [kind for _, kind in await order_app.events(1)] == [
        "order_created",
        "order_created_with_incentive",
        "order_status_changed",
    ]
    assert [job.kind for job in await order_app.jobs()] == ["commit_stock"]
    assert (await order_app.order(1)).view() == view

    cancelled = await order_app.send(CancelOrder(order_id=1, reason="no"))

    assert (cancelled.status, cancelled.payment.status) == (Status.CANCELLED, PaymentStatus.CANCELLED)
    assert [job.kind for job in await order_app.jobs()] == ["commit_stock", "release_stock"]


async def test_an_order_that_waits_for_stock_is_pending_and_nothing_is_charged(order_app: OrderApp) -> None:
    view = await order_app.placed(waiting(a_placing()))

    assert (view.status, view.payment.status) == (Status.PENDING, PaymentStatus.PENDING)
    order = await order_app.order(1)
    assert (order.view(), order.payment.waiting_token) == (view, "tok_ok")
    assert await order_app.events(1) == [(1, "order_created")]
    assert await order_app.jobs() == []


async def test_the_token_is_kept_only_by_orders_that_wait(order_app: OrderApp) -> None:
    await order_app.placed(a_placing())

    assert (await order_app.order(1)).payment.waiting_token == ""


@pytest.mark.parametrize("how", [lambda placing: placing, waiting], ids=["held", "waiting"])
async def test_how_the_stock_stands_is_told_with_the_order(order_app: OrderApp, how: Any) -> None:
    stock = StockView(product_item_id=1, sku="SKU-1", state="LOW", available=2)
    placing = how(a_placing())

    await order_app.send(replace(placing, hold=replace(placing.hold, stocks=(stock,))))

    assert await order_app.events(1) == [(1, "order_created"), (2, "inventory_status")]


async def test_orders_that_wait_and_orders_that_do_not_share_a_batch(order_app: OrderApp) -> None:
    placings = [waiting(a_placing(1)), a_placing(2), a_placing(3, is_held=False), waiting(a_placing(4))]

    results = await asyncio.gather(*(order_app.send(placing) for placing in placings), return_exceptions=True)

    assert isinstance(results[2], HoldLost)
    statuses = [await order_app.status(order_id) for order_id in (1, 2, 4)]
    assert statuses == [Status.PENDING, Status.CONFIRMED, Status.PENDING]
    assert [job.key for job in await order_app.jobs()] == ["t-2"]


async def test_nothing_is_placed_on_a_hold_that_has_ended(order_app: OrderApp) -> None:
    with pytest.raises(HoldLost):
        await order_app.placed(a_placing(is_held=False))

    assert await order_app.jobs() == []
    assert await order_app.events(1) == []


async def test_ten_equal_requests_at_once_are_one_order(order_app: OrderApp) -> None:
    first = a_placing(request=request_key())

    views = await asyncio.gather(*[order_app.placed(first) for _ in range(10)])

    assert len({view.id for view in views}) == 1
    assert len(await order_app.jobs()) == 1


async def test_a_repeated_request_gets_the_first_answer_even_when_its_hold_is_gone(order_app: OrderApp) -> None:
    first = await order_app.placed(a_placing(request=request_key()))

    again = await order_app.placed(a_placing(request=request_key(), is_held=False))

    assert again == first


async def test_a_request_id_with_another_body_is_refused(order_app: OrderApp) -> None:
    await order_app.placed(a_placing(request=request_key(body="one")))

    with pytest.raises(RequestIdReused):
        await order_app.placed(a_placing(order_id=2, request=request_key(body="other")))

    assert len(await order_app.jobs()) == 1


async def test_one_order_that_can_not_be_written_does_not_fail_its_neighbours(order_app: OrderApp) -> None:
    await order_app.placed(a_placing(1))
    colliding, fine = a_placing(1), a_placing(2)

    results = await asyncio.gather(order_app.placed(colliding), order_app.placed(fine), return_exceptions=True)

    assert isinstance(results[0], Exception)
    assert not isinstance(results[1], BaseException)
    assert await order_app.status(2) is Status.CONFIRMED


@pytest.mark.parametrize("is_held", [True, False])
async def test_an_order_whose_key_was_deleted_is_not_placed_again(order_app: OrderApp, is_held: bool) -> None:
    placed = await order_app.placed(a_placing(request=request_key(), is_held=True))
    before = await order_app.order(placed.id)
    await order_app.delete_keys()

    with pytest.raises(RequestIdExpired, match="nothing was changed"):
        await order_app.placed(a_placing(request=request_key(), is_held=is_held))

    assert await order_app.order(placed.id) == before
    assert len(await order_app.jobs()) == 1
