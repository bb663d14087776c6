"""What is refused for good ends its job at once, so that administrators hear of it; anything else is tried again."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import AppError, InvalidArgument, Unavailable
from chassis.money import Money
from inventory_svc.domain.errors import AmendmentTooEarly, AwaitingStock, NotCommittedYet, ReservationNotFound
from order_svc.commands import jobs
from order_svc.commands.record_refund import NothingToRefund
from order_svc.commands.refund_order import RefundOrder
from order_svc.domain.refund import RefundExceedsCharge
from order_svc.domain.status import PaymentStatus, Status
from order_svc.payment.domain.errors import (
    ProviderUnavailable,
    RefundRefused,
    RefundReused,
    TransactionReused,
)
from tests.fakes.chassis import leased
from tests.order_svc.attempts_app import AttemptsApp

USD = Money.of("20.00", "USD")


@pytest.fixture
async def app() -> AttemptsApp:
    app = AttemptsApp()
    await app.open()
    return app


async def a_refund_to_be_paid(app: AttemptsApp) -> int:
    """A shipped order's refund whose first call got no answer."""
    order_id = (await app.buy()).id
    await app.finish()
    app.payments.refund_failures = [Unavailable("no answer")]
    await app.refunding.refund(RefundOrder(order_id=order_id, amount=Money.of("5.00", "USD"), reason="scratched"))
    return order_id


@pytest.mark.parametrize(
    "error",
    [
        RefundRefused.of("r-1"),
        RefundExceedsCharge.of(requested=USD, remaining=USD),
        RefundReused.of("r-1"),
        InvalidArgument.of("amount.currencyCode", "must be that of the charge, USD"),
        NothingToRefund("the provider knows of no charge"),
    ],
    ids=lambda error: error.reason,
)
async def test_a_refund_that_is_refused_for_good_is_a_dead_letter_at_once(app: AttemptsApp, error: AppError) -> None:
    order_id = await a_refund_to_be_paid(app)
    app.payments.refund_failures = [error]
    before = await app.books(order_id)
    job = app.open_job(jobs.RETURN_MONEY)

    await app.run(app.claimed(job))

    dead = app.stored(job)
    assert (dead.state, dead.attempts, dead.last_error) == ("DEAD", 1, f"{error.reason}: {error.message}")
    assert await app.books(order_id) == before
    # An operator who has resolved it at the provider runs it again.
    dead = app.stored(job)
    dead.state, dead.token = "RUNNING", "again"
    await app.run(leased(dead))
    assert (await app.order(order_id)).payment.status is PaymentStatus.PARTIALLY_REFUNDED


@pytest.mark.parametrize("error", [Unavailable("no answer"), ProviderUnavailable("down")], ids=lambda e: e.reason)
async def test_a_refund_without_an_answer_is_tried_again(app: AttemptsApp, error: AppError) -> None:
    await a_refund_to_be_paid(app)
    app.payments.refund_failures = [error]
    job = app.open_job(jobs.RETURN_MONEY)

    await app.run(app.claimed(job))

    assert app.stored(job).state == "READY"


async def an_open(app: AttemptsApp, kind: str) -> Any:
    order_id = (await app.buy()).id
    if kind == jobs.AMEND_STOCK:
        await app.update(order_id, (app.items[0].id, 1))
    else:
        await app.run(leased(app.open_job(jobs.CHARGE)))
    if kind == jobs.RESTOCK:
        await app.finish()
        await app.refunding.refund(RefundOrder(order_id=order_id, items=((app.items[0].id, 1),), reason="returned"))
    return app.open_job(kind)


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (ReservationNotFound.of(1), "DEAD"),
        (InvalidArgument.of("lines", "must not have more pieces than are reserved"), "DEAD"),
        (AwaitingStock.of(1), "READY"),
        (AmendmentTooEarly.of(1, present=0, wanted=2), "READY"),
        (NotCommittedYet.of(1), "READY"),
        (Unavailable("no answer"), "READY"),
    ],
    ids=lambda case: getattr(case, "reason", case),
)
@pytest.mark.parametrize(
    ("kind", "call"), [(jobs.COMMIT_STOCK, "commit"), (jobs.AMEND_STOCK, "amend"), (jobs.RESTOCK, "restock")]
)
async def test_a_job_on_stock_is_tried_again_only_if_that_can_help(
    app: AttemptsApp, monkeypatch: pytest.MonkeyPatch, kind: str, call: str, error: AppError, state: str
) -> None:
    job = await an_open(app, kind)

    async def refuse(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(app.inventory, call, refuse)
    await app.run(app.claimed(job))

    assert app.stored(job).state == state


async def test_a_charge_that_no_attempt_can_make_is_given_up_at_once(app: AttemptsApp) -> None:
    error = TransactionReused.of("t-1")
    app.payments.answers = [error]
    order_id = (await app.buy()).id
    charge = app.open_job(jobs.CHARGE)

    await app.finish()

    order = await app.order(order_id)
    assert (order.status, order.payment.attempts) == (Status.FAILED, 1)
    # The shopper is told what to do; operators are told what it was.
    assert order.payment.failure_reason == "the payment could not be made; try again later, or pay in another way"
    assert app.stored(charge).last_error == f"{error.reason}: {error.message}"
    assert (await app.job("alert:mail")).payload["detail"] == f"{error.reason}: {error.message}"
    # Whatever it took goes back, and administrators are alerted.
    assert {job.kind for job in await app.jobs()} >= {"return_money", "alert:mail"}
    await app.check(order_id)


async def test_a_sale_that_was_discarded_in_0_1_0_is_a_dead_letter_until_an_operator_retries_it(
    app: AttemptsApp,
) -> None:
    job = app.stored(await an_open(app, jobs.COMMIT_STOCK))
    order_id = job.payload["order_id"]
    # As the upgrade of the database leaves it.
    job.payload = {**job.payload, "impossible": {"attempt": app.claimed(job).attempt, "error": "discarded in 0.1.0"}}
    before = await app.books(order_id)

    await app.run(app.claimed(job))

    dead = app.stored(job)
    assert (dead.state, dead.last_error) == ("DEAD", "discarded in 0.1.0")
    assert await app.books(order_id) == before
    app.stored(job).state = "READY"
    await app.run(app.claimed(job))
    assert app.stored(job).state == "DONE"
    await app.check(order_id)
