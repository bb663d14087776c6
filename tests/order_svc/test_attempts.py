"""A job acts for one attempt of its order: what it does when the order went on, as the table of docs/orders.md says.

Each cell is tried twice: the job has not run when the order goes on; and it has run, and a worker that lost its lease
runs it again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from chassis.errors import AppError
from chassis.money import Money
from order_svc.commands import jobs
from order_svc.commands.cancel_order import CancelOrder
from order_svc.commands.refund_order import RefundOrder
from order_svc.commands.retry_payment import RetryPayment
from order_svc.commands.ship_order import ShipOrder
from order_svc.domain.inventory import OutOfStock
from order_svc.domain.payments import Refused
from order_svc.domain.status import PaymentMethod, Status
from tests.builders.order import PARCEL
from tests.fakes.chassis import StoredJob, leased
from tests.inventory_svc.shop import TTL, UNPLACED, Pieces
from tests.order_svc import attempts_table
from tests.order_svc.attempts_app import STOCK, AttemptsApp


async def _charge(app: AttemptsApp) -> int:
    return (await app.buy()).id


async def _sale(app: AttemptsApp) -> int:
    order_id = (await app.buy()).id
    await app.run(leased(app.open_job(jobs.CHARGE)))
    return order_id


async def _cash_sale(app: AttemptsApp) -> int:
    return (await app.buy(method=PaymentMethod.CASH)).id


async def _release(app: AttemptsApp) -> int:
    app.payments.answers = [Refused("card declined")]
    return await _sale(app)


async def _amendment(app: AttemptsApp) -> int:
    order_id = (await app.buy()).id
    await app.update(order_id, (app.items[0].id, 1), (app.items[1].id, 3))
    return order_id


async def _late_charge(app: AttemptsApp) -> int:
    placed = await app.buy()
    await app.update(placed.id, (app.items[0].id, 1))
    # The charge was under way, and took the money.
    app.payments.ledger[placed.payment.transaction_id] = Money(placed.total_amount, "USD")
    return placed.id


async def _returned_pieces(app: AttemptsApp) -> int:
    order_id = await _sale(app)
    await app.finish()
    await app.refunding.refund(RefundOrder(order_id=order_id, items=((app.items[0].id, 1),), reason="returned"))
    return order_id


# The jobs of the table, and how an order comes to have each.
JOBS: Mapping[str, tuple[str, Callable[[AttemptsApp], Awaitable[int]]]] = {
    "charge": (jobs.CHARGE, _charge),
    "commit_stock": (jobs.COMMIT_STOCK, _sale),
    "commit_stock (cash)": (jobs.COMMIT_STOCK, _cash_sale),
    "release_stock": (jobs.RELEASE_STOCK, _release),
    "amend_stock": (jobs.AMEND_STOCK, _amendment),
    "return_money (of a replaced charge)": (jobs.RETURN_MONEY, _late_charge),
    "restock": (jobs.RESTOCK, _returned_pieces),
}


async def _refuse(app: AttemptsApp, order_id: int, job: StoredJob) -> None:
    if await app.status(order_id) is Status.CONFIRMED:
        app.payments.answers = [Refused("card declined")]
        await _finish_others(app, order_id, job)


async def _finish_others(app: AttemptsApp, order_id: int, job: StoredJob) -> None:
    await app.finish(without=job)


async def _nothing(app: AttemptsApp, order_id: int, job: StoredJob) -> None:
    return None


async def _change(app: AttemptsApp, order_id: int) -> None:
    await app.update(order_id, (app.items[0].id, 4))


async def _cancel(app: AttemptsApp, order_id: int) -> None:
    await app.send(CancelOrder(order_id=order_id, reason="changed my mind"))


async def _pay_again(app: AttemptsApp, order_id: int) -> None:
    await app.retry(order_id)


async def _ship(app: AttemptsApp, order_id: int) -> None:
    await app.shipping.ship(ShipOrder(order_id=order_id, parcel=PARCEL))


async def _refund(app: AttemptsApp, order_id: int) -> None:
    await app.refunding.refund(RefundOrder(order_id=order_id, reason="all of it"))


# What has to happen before, apart from the job itself, and how the order then goes on.
GOES_ON: Mapping[
    str, tuple[Callable[[AttemptsApp, int, StoredJob], Awaitable[None]], Callable[[AttemptsApp, int], Awaitable[None]]]
] = {
    "changed": (_nothing, _change),
    "cancelled": (_nothing, _cancel),
    "paid again": (_refuse, _pay_again),
    "shipped": (_finish_others, _ship),
    "refunded": (_finish_others, _refund),
}


@pytest.fixture
async def app() -> AttemptsApp:
    app = AttemptsApp()
    await app.open()
    return app


CELLS = [
    pytest.param(kind, meanwhile, expected, id=f"{kind}-{meanwhile}")
    for kind, cells in attempts_table.JOBS.items()
    for meanwhile, expected in zip(attempts_table.MEANWHILE, cells, strict=True)
]


@pytest.mark.parametrize(("kind", "meanwhile", "expected"), CELLS)
async def test_an_order_goes_on_before_its_job_has_run(
    app: AttemptsApp, kind: str, meanwhile: str, expected: str
) -> None:
    name, begin = JOBS[kind]
    order_id = await begin(app)
    job = app.open_job(name)
    prepare, go_on = GOES_ON[meanwhile]
    await prepare(app, order_id, job)
    before = await app.books(order_id)
    try:
        await go_on(app, order_id)
        became = await _what_it_does(app, order_id, job)
    except AppError:
        became = attempts_table.REFUSED

    assert became == expected
    if became == attempts_table.REFUSED:
        assert await app.books(order_id) == before
    await app.finish()
    await app.check(order_id)


async def _what_it_does(app: AttemptsApp, order_id: int, job: StoredJob) -> str:
    job = app.stored(job)
    if job.state == "DISCARDED":
        # Erased: no operator can run it again, and the list of jobs says why.
        assert (job.secret, bool(job.discard_reason)) == ("", True)
        return attempts_table.REPLACED
    if job.state != "DONE":
        before = await app.books(order_id)
        await app.run(app.claimed(job))
        if await app.books(order_id) != before:
            return attempts_table.ACTS
    assert app.stored(job).state == "DONE"
    return attempts_table.NO_EFFECT


@pytest.mark.parametrize(("kind", "meanwhile", "_expected"), CELLS)
async def test_an_order_goes_on_after_its_job_has_run_and_a_late_worker_runs_it_again(
    app: AttemptsApp, kind: str, meanwhile: str, _expected: str
) -> None:
    name, begin = JOBS[kind]
    order_id = await begin(app)
    late = leased(app.open_job(name))
    if (kind, meanwhile) == ("charge", "paid again"):
        app.payments.answers = [Refused("card declined")]
    await app.run(late)
    # Where the order refuses it, the job is run again for what it is.
    prepare, go_on = GOES_ON[meanwhile]
    await prepare(app, order_id, app.stored_by(late))
    with suppress(AppError):
        await go_on(app, order_id)
    await app.finish()
    before = await app.books(order_id)

    await app.run(late)

    assert await app.books(order_id) == before
    await app.finish()
    assert await app.books(order_id) == before
    await app.check(order_id)


async def test_a_withdrawn_charge_that_is_run_again_leaves_the_order_to_its_own_charge(app: AttemptsApp) -> None:
    order_id = await _charge(app)
    withdrawn = app.open_job(jobs.CHARGE)
    await app.update(order_id, (app.items[0].id, 4))
    await app.run(app.claimed(app.open_job(jobs.RETURN_MONEY)))
    # As an operator could until 0.1.0.
    withdrawn = app.stored(withdrawn)
    withdrawn.state, withdrawn.token, withdrawn.secret = "RUNNING", "again", "tok_ok"

    await app.run(leased(withdrawn))

    assert await app.status(order_id) is Status.CONFIRMED
    await app.finish()
    order, _, ledger = await app.books(order_id)
    assert (order.status, ledger) == (Status.PAID, {order.payment.transaction_id: Money.of("40.00", "USD")})
    await app.check(order_id)


async def test_a_hold_that_another_retry_made_and_lost_is_not_paid_for(app: AttemptsApp) -> None:
    order_id = await _release(app)
    await app.finish()
    begun: list[RetryPayment] = []
    send = app.mediator.send

    async def overtaken(command: Any) -> Any:
        if isinstance(command, RetryPayment) and command.hold is not None and not begun:
            begun.append(command)
            # Another request holds the same stock, is refused by its card, and gives the stock back.
            app.payments.answers = [Refused("card declined")]
            await app.retry(order_id)
            await app.finish()
        return await send(command)

    app.mediator.send = overtaken  # type: ignore[method-assign]
    await app.retry(order_id)
    assert (await app.shop.states())[order_id] == "HELD"
    await app.finish()

    assert await app.status(order_id) is Status.PAID
    await app.check(order_id)


async def test_the_sale_of_an_order_that_was_changed_since_does_not_cancel_it(app: AttemptsApp) -> None:
    order_id = await _cash_sale(app)
    late = leased(app.open_job(jobs.COMMIT_STOCK))
    app.shop.orders.holds_of = None
    await app.shop.let_time_pass(TTL)
    await app.shop.reap()
    await app.shop.send(app.shop.order((app.items[0], STOCK - 1)))
    await app.update(order_id, (app.items[0].id, 1))

    await app.run(late)

    assert await app.status(order_id) is Status.CONFIRMED
    await app.finish()
    assert (await app.shop.states())[order_id] == "COMMITTED"
    assert await app.shop.of(app.items[0]) == Pieces(on_hand=STOCK - 1, reserved=STOCK - 1, sold=1)


@pytest.mark.parametrize("how", ["changed", "cancelled"])
async def test_a_late_charge_asks_neither_for_stock_nor_for_money(app: AttemptsApp, how: str) -> None:
    order_id = await _amendment(app)
    await app.run(app.claimed(app.open_job(jobs.AMEND_STOCK)))
    late = leased(app.open_job(jobs.CHARGE))
    # Its hold is about to end, so it would extend the hold first.
    app.clock.advance((TTL - timedelta(seconds=5)).total_seconds())
    if how == "changed":
        await app.update(order_id, (app.items[0].id, 1), (app.items[1].id, 2))
    else:
        await _cancel(app, order_id)
    calls, held = list(app.payments.calls), app.shop.held_until(order_id)

    await app.run(late)

    assert (app.payments.calls, app.shop.held_until(order_id)) == (calls, held)
    await app.finish()
    await app.check(order_id)


async def test_what_was_charged_and_not_recorded_keeps_its_stock(app: AttemptsApp) -> None:
    order_id = await _charge(app)
    order = await app.order(order_id)
    # The provider took the money, and the worker died before it recorded that.
    app.payments.ledger[order.payment.transaction_id] = order.payment.amount
    for time in (UNPLACED, TTL):
        await app.shop.let_time_pass(time)
        await app.shop.reap()

    with pytest.raises(OutOfStock):
        await app.buy(STOCK - 1)
    await app.finish()

    assert await app.status(order_id) is Status.PAID
    await app.check(order_id)


def test_the_table_is_about_every_job() -> None:
    assert {name for name, _ in JOBS.values()} == set(jobs.NOT_DISCARDABLE)
    assert (list(JOBS), list(GOES_ON)) == (list(attempts_table.JOBS), list(attempts_table.MEANWHILE))
