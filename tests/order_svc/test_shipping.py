"""An order is shipped only after its stock was sold, and what is paid for stays held until then."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chassis.errors import Unavailable
from chassis.jobs import JobOutcome
from inventory_svc.commands.release import Release
from order_svc.commands import jobs
from order_svc.commands.ship_order import ShipOrder
from order_svc.domain.errors import OrderChanged
from order_svc.domain.inventory import OutOfStock, StockAmendment
from order_svc.domain.status import CancelReason, IllegalTransition, PaymentMethod, Status
from order_svc.domain.views import OrderView
from tests.builders.order import PARCEL, an_order
from tests.fakes.chassis import leased, request_key
from tests.inventory_svc.shop import TTL, Pieces
from tests.order_svc.attempts_app import STOCK, AttemptsApp
from tests.order_svc.order_app import OrderApp


@pytest.fixture
async def app() -> AttemptsApp:
    app = AttemptsApp()
    await app.open()
    return app


async def paid_and_unsold(app: AttemptsApp, *, method: PaymentMethod = PaymentMethod.CARD) -> int:
    """An order whose sale is still a job; a cash order is as good as paid."""
    order_id = (await app.buy(method=method)).id
    if method is PaymentMethod.CARD:
        await app.run(leased(app.open_job(jobs.CHARGE)))
    return order_id


async def ship(app: AttemptsApp, order_id: int) -> OrderView:
    command = ShipOrder(order_id=order_id, parcel=PARCEL, request=request_key())
    return await app.shipping.ship(command)


@pytest.mark.parametrize("method", [PaymentMethod.CARD, PaymentMethod.CASH])
async def test_what_is_shipped_is_sold(app: AttemptsApp, method: PaymentMethod) -> None:
    order_id = await paid_and_unsold(app, method=method)

    shipped = await ship(app, order_id)

    assert (await app.shop.states())[order_id] == "COMMITTED"
    assert await ship(app, order_id) == shipped
    await app.finish()
    assert await app.shop.of(app.items[0]) == Pieces(on_hand=STOCK - 2, sold=2)


@pytest.mark.parametrize("method", [PaymentMethod.CARD, PaymentMethod.CASH])
async def test_the_pieces_of_a_paid_order_are_not_sold_to_others_while_its_sale_waits(
    app: AttemptsApp, method: PaymentMethod
) -> None:
    order_id = await paid_and_unsold(app, method=method)
    for _ in range(3):
        await app.shop.let_time_pass(TTL)
        await app.shop.reap()

    with pytest.raises(OutOfStock):
        await app.buy(STOCK - 1)

    await ship(app, order_id)
    assert await app.shop.of(app.items[0]) == Pieces(on_hand=STOCK - 2, sold=2)


async def test_an_order_whose_pieces_are_gone_is_not_shipped_and_is_refunded(app: AttemptsApp) -> None:
    order_id = await paid_and_unsold(app)
    app.shop.orders.holds_of = None
    await app.shop.let_time_pass(TTL)
    await app.shop.reap()
    rival = await app.buy(STOCK - 1)
    before = await app.books(order_id)

    with pytest.raises(OutOfStock):
        await ship(app, order_id)

    assert await app.books(order_id) == before
    await app.finish()
    assert (await app.status(order_id), await app.status(rival.id)) == (Status.CANCELLED, Status.PAID)
    assert list(app.payments.ledger) == [(await app.order(rival.id)).payment.transaction_id]


async def test_an_order_whose_pieces_were_given_back_is_not_shipped_and_is_refunded(app: AttemptsApp) -> None:
    order_id = await paid_and_unsold(app)
    await app.shop.send(Release(order_id=order_id))
    before = await app.books(order_id)

    with pytest.raises(OutOfStock) as refusal:
        await ship(app, order_id)

    assert "was given back" in refusal.value.message
    assert await app.books(order_id) == before
    await app.finish()
    assert (await app.order(order_id)).cancel_code is CancelReason.OUT_OF_STOCK
    assert app.payments.ledger == {}


async def test_nothing_is_shipped_while_stock_cannot_be_sold(app: AttemptsApp) -> None:
    order_id = await paid_and_unsold(app)
    before = await app.books(order_id)

    async def no_answer(*_: object, **__: object) -> None:
        raise Unavailable("no answer")

    app.inventory.commit = no_answer  # type: ignore[method-assign]
    with pytest.raises(Unavailable):
        await ship(app, order_id)

    assert await app.books(order_id) == before


async def test_a_sale_that_a_change_has_overtaken_is_made_for_the_changed_order(app: AttemptsApp) -> None:
    order_id = await paid_and_unsold(app, method=PaymentMethod.CASH)
    commit = app.inventory.commit

    async def overtaken(*of: Any, **how: Any) -> None:
        app.inventory.commit = commit  # type: ignore[method-assign]
        await app.update(order_id, (app.items[0].id, 5))
        await app.run(leased(app.open_job(jobs.AMEND_STOCK)))
        await commit(*of, **how)

    app.inventory.commit = overtaken  # type: ignore[method-assign]
    shipped = await ship(app, order_id)

    assert (shipped.status, shipped.items[0].quantity) == (Status.SHIPPED, 5)
    assert await app.shop.of(app.items[0]) == Pieces(on_hand=STOCK - 5, sold=5)


@pytest.mark.parametrize("comes", [True, False], ids=["comes", "does not come"])
async def test_a_sale_waits_for_the_change_before_the_last(app: AttemptsApp, comes: bool) -> None:
    order_id = await paid_and_unsold(app, method=PaymentMethod.CASH)
    await app.update(order_id, (app.items[0].id, 5))
    first = app.open_job(jobs.AMEND_STOCK)
    await app.update(order_id, (app.items[0].id, 1))
    amend, before = app.inventory.amend, await app.books(order_id)

    async def too_early(amendment: StockAmendment) -> None:
        app.inventory.amend = amend  # type: ignore[method-assign]
        try:
            await amend(amendment)
        finally:
            await app.run(app.claimed(first))

    if not comes:
        with pytest.raises(Unavailable):
            await ship(app, order_id)
        assert await app.books(order_id) == before
        return
    app.inventory.amend = too_early  # type: ignore[method-assign]
    assert (await ship(app, order_id)).status is Status.SHIPPED
    await app.finish()
    assert await app.shop.of(app.items[0]) == Pieces(on_hand=STOCK - 1, sold=1)


async def test_a_shipped_order_whose_stock_was_not_sold_becomes_a_dead_letter(app: AttemptsApp) -> None:
    order_id = await paid_and_unsold(app)
    selling = app.open_job(jobs.COMMIT_STOCK)
    app.shop.orders.holds_of = None
    await app.shop.let_time_pass(TTL)
    await app.shop.reap()
    await app.buy(STOCK - 1)
    # As 0.1.0 did.
    app._state.orders[order_id].status = Status.SHIPPED

    await app.run(leased(app.stored(selling)))

    dead = app.stored(selling)
    assert dead.state == "DEAD"
    assert (dead.last_error or "").startswith("the order is ORDER_STATUS_SHIPPED, but its stock was not sold: 2 of ")


async def test_a_sale_that_has_ended_is_not_waited_for(order_app: OrderApp) -> None:
    order_id = await order_app.given(an_order().paid())

    await order_app.send(ShipOrder(order_id=order_id, parcel=PARCEL))

    assert await order_app.status(order_id) is Status.SHIPPED


@pytest.mark.parametrize("state", ["RUNNING", "READY", "DEAD"])
async def test_only_the_sale_of_this_payment_counts_as_made(order_app: OrderApp, state: str) -> None:
    order_id = await order_app.given(an_order().paid())
    order = await order_app.order(order_id)
    async with order_app.open_uow() as uow:
        uow.schedule(jobs.commit_stock(order))
        await uow.commit()
    if state != "RUNNING":
        job = await order_app.job(jobs.COMMIT_STOCK)
        assert job.lease is not None
        async with order_app.open_uow() as uow:
            uow.settle(JobOutcome(job.lease, state))  # type: ignore[arg-type]
            await uow.commit()
    events, command = await order_app.events(order_id), ShipOrder(order_id=order_id, parcel=PARCEL)

    for sold in ("", f"{order_id}/another"):
        with pytest.raises(OrderChanged):
            await order_app.send(replace(command, sold=sold))
    assert (await order_app.order(order_id), await order_app.events(order_id)) == (order, events)

    await order_app.send(replace(command, sold=jobs.stock_key(order)))
    assert await order_app.status(order_id) is Status.SHIPPED


async def test_what_may_not_be_shipped_is_not_sold_for_it(app: AttemptsApp) -> None:
    order_id = (await app.buy()).id

    with pytest.raises(IllegalTransition):
        await ship(app, order_id)

    assert (await app.shop.states())[order_id] == "HELD"
