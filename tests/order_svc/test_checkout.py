"""The checkout saga: from a basket to a paid order, and compensation after a failure at any step."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from chassis.alerts import Alerts, DeadLetters
from chassis.context import Caller
from chassis.errors import AppError, DeadlineExceeded, Locked, RequestIdExpired, RequestIdReused, Unavailable
from chassis.idempotency import RequestKey
from chassis.jobs import Job, JobImpossible, JobLease, JobOutcome
from order_svc.commands import jobs
from order_svc.commands.alert_administrators import alert_administrators
from order_svc.commands.cancel_order import CancelOrder
from order_svc.commands.refund_order import RefundOrder
from order_svc.domain.inventory import HoldRequest, IncentiveInvalid, OutOfStock, ReservationReleased
from order_svc.domain.payments import Charged, Refused
from order_svc.domain.status import CancelReason, FailureCode, PaymentMethod, PaymentStatus, Status
from order_svc.domain.views import OrderView
from order_svc.messages.order_preview import preview_message
from order_svc.payment.domain.errors import ProviderUnavailable
from order_svc.sagas.basket import Basket
from order_svc.sagas.checkout import Checkout
from order_svc.sagas.refunds import Refunding
from order_svc.sagas.shipping import Shipping
from tests.builders.order import AT, SHOPPER
from tests.builders.order_ids import IDS
from tests.fakes.chassis import FakeClock, InMemoryJobStore, leased, request_key
from tests.fakes.order import FakeInventory, FakePayments, InMemoryPlacedOrders
from tests.order_svc.order_app import InMemoryOrderApp, viewed


class Counter:
    """Ids in blocks of ten."""

    def __init__(self) -> None:
        self._ids = itertools.count(1)

    def skip(self, taken: int) -> None:
        self._ids = itertools.count(taken - taken % 10 + 10)

    async def next(self) -> int:
        return next(self._ids)


class CheckoutApp(InMemoryOrderApp):
    """The saga on fakes. `work` does what the job runner would, until nothing is due."""

    def __init__(self, *, inventory: Any = None, clock: FakeClock | None = None) -> None:
        super().__init__(clock)
        self.inventory = inventory or FakeInventory(self.clock)
        self.payments = FakePayments(self.clock)
        self.placed_orders = InMemoryPlacedOrders(self._state)
        self.checkout = Checkout(
            self.mediator,
            self.inventory,
            self.payments,
            order_ids=Counter(),
            item_ids=Counter(),
            clock=self.clock,
            load_order=self._load,
        )
        self.refunding = Refunding(self.mediator, self.inventory, self.payments)
        self.shipping = Shipping(self.mediator, self.placed_orders, self.checkout.stock_jobs)
        self.dead_letter = DeadLetters(self.open_uow, Alerts("", {}), self.clock, publish=alert_administrators)

    def basket(self, *, request: RequestKey | None = None, quantity: int = 2) -> Basket:
        return Basket(
            caller=Caller.person(SHOPPER),
            request=request,
            currency="USD",
            lines=((1, quantity), (2, 1)),
            method=PaymentMethod.CARD,
            payment_token="tok_ok",
        )

    async def place(self, *, request: RequestKey | None = None, quantity: int = 2) -> OrderView:
        return viewed(await self.checkout.place(self.basket(request=request, quantity=quantity)))

    async def work(self) -> None:
        handlers = self.checkout.job_handlers() | self.refunding.job_handlers()
        while running := [job for job in self._leased() if job.kind in handlers]:
            for job in running:
                if all(job.lease != still.lease for still in self._leased()):
                    # Another one has withdrawn it.
                    continue
                outcome = JobOutcome(job.lease)
                try:
                    result = await handlers[job.kind](job)
                    if result.by_handler:
                        continue
                    outcome = JobOutcome(job.lease, error=result.note)
                except JobImpossible as error:
                    await self.dead_letter(job, error.message)
                    continue
                except (OutOfStock, Unavailable, Locked) as error:
                    outcome = JobOutcome(job.lease, "READY", 1, error.message)
                await InMemoryJobStore(self._state, self.clock).settle([outcome])

    def _leased(self) -> list[Job]:
        return [leased(job) for job in self._state.jobs if job.state == "RUNNING" and job.token]

    async def due(self, seconds: float) -> None:
        """Time passes, and the runner claims what is due."""
        self.clock.advance(seconds)
        for job in self._state.jobs:
            if job.state == "READY" and job.due_at <= self.clock.now():
                job.state, job.attempts, job.token = "RUNNING", job.attempts + 1, f"claim-{job.attempts + 1}"

    async def _load(self, order_id: int) -> OrderView:
        return (await self.order(order_id)).view()


@pytest.fixture
def app() -> CheckoutApp:
    return CheckoutApp()


async def test_a_basket_becomes_a_paid_order(app: CheckoutApp) -> None:
    placed = await app.place()
    await app.work()

    assert placed.status is Status.CONFIRMED
    assert await app.status(placed.id) is Status.PAID
    assert app.inventory.sold == {placed.id}
    assert [money.amount for money in app.payments.ledger.values()] == [placed.total_amount]


async def test_ids_that_orders_had_before_a_restore_are_skipped(app: CheckoutApp) -> None:
    app.inventory.taken_ids = set(range(1, 24))

    placed = await app.place()
    await app.work()

    assert placed.id == 30
    assert await app.status(placed.id) is Status.PAID
    assert app.inventory.calls.count("reserve") == 4


async def test_a_preview_shows_the_order_and_keeps_nothing(app: CheckoutApp) -> None:
    stock = dict(app.inventory.stock)
    basket = replace(app.basket(request=request_key()), incentive_codes=("GONE",))

    preview = await app.checkout.preview(basket)

    assert preview.refused_codes == (("GONE", "it is used up"),)
    assert (app.inventory.stock, app.inventory.holds, app.inventory.calls) == (stock, {}, ["preview"])
    assert await app.jobs() == []
    placed = await app.place(request=basket.request)
    assert (
        replace(
            preview.order,
            id=placed.id,
            items=placed.items,
            payment=placed.payment,
            row_version=placed.row_version,
            sequence=placed.sequence,
            updated_at=placed.updated_at,
        )
        == placed
    )
    assert [replace(item, id=0) for item in placed.items] == list(preview.order.items)
    with pytest.raises(OutOfStock):
        await app.checkout.preview(app.basket(quantity=1_000_000))


async def test_a_preview_of_an_order_that_costs_nothing_is_paid_as_the_order_is(app: CheckoutApp) -> None:
    app.inventory.discounts = {"ALL": "10.00"}
    basket = replace(app.basket(), lines=((1, 1),))

    preview = await app.checkout.preview(basket)

    placed = viewed(await app.checkout.place(basket))
    assert preview.order.status is placed.status is Status.PAID
    assert preview_message(preview, IDS) == preview_message(replace(preview, order=placed), IDS)


async def test_what_can_not_be_held_is_not_ordered(app: CheckoutApp) -> None:
    with pytest.raises(OutOfStock):
        await app.place(quantity=1000)

    assert await app.jobs() == []
    assert app.inventory.holds == {}


async def test_a_hold_whose_order_can_not_be_placed_is_given_back(app: CheckoutApp) -> None:
    first = await app.place(request=request_key(scope=f"{SHOPPER}/CreateOrderRequest", body="one"))
    stock = dict(app.inventory.stock)

    # The same request_id with another body gets the same hold, and must not take it away from the first.
    with pytest.raises(RequestIdReused):
        await app.place(request=request_key(scope=f"{SHOPPER}/CreateOrderRequest", body="other"))

    assert app.inventory.stock == stock
    await app.work()
    assert await app.status(first.id) is Status.PAID


@pytest.mark.parametrize("is_kept", [True, False], ids=["without its answer", "purged by 0.1.0"])
@pytest.mark.parametrize("status", [Status.CONFIRMED, Status.PAID, Status.CANCELLED])
async def test_a_repeat_after_the_retention_time_is_refused_and_holds_nothing(
    app: CheckoutApp, status: Status, is_kept: bool
) -> None:
    placed = await app.place(request=request_key())
    if status is Status.CANCELLED:
        await app.send(CancelOrder(order_id=placed.id, reason="late"))
    if status is not Status.CONFIRMED:
        await app.work()
    before, stock, jobs_before = await app.order(placed.id), dict(app.inventory.stock), await app.jobs()
    assert before.status is status
    app._state.purge_answers()
    if not is_kept:
        await app.delete_keys()

    for _ in range(2):
        with pytest.raises(RequestIdExpired):
            await app.place(request=request_key())

    assert (await app.order(placed.id), app.inventory.stock, await app.jobs()) == (before, stock, jobs_before)


async def test_when_nobody_knows_whether_it_was_placed_the_hold_stays(app: CheckoutApp) -> None:
    app.inventory.failure = Unavailable("inventory is gone")

    with pytest.raises(Unavailable):
        await app.place(request=request_key())
    assert "release" not in app.inventory.calls

    placed = await app.place(request=request_key())
    assert placed.status is Status.CONFIRMED


async def test_a_request_that_got_no_further_than_its_hold_can_be_tried_again_later(app: CheckoutApp) -> None:
    lost = await app.place(request=request_key())
    # As if the process had died before the order was written, and the hold had expired since.
    del app._state.orders[lost.id]
    app._state.answers.clear()
    app._state.events.clear()
    app._state.jobs.clear()
    app.inventory.end(f"{SHOPPER}/r-1")

    placed = await app.place(request=request_key())
    await app.work()

    assert placed.id == lost.id
    assert await app.status(placed.id) is Status.PAID


async def test_ten_equal_requests_at_once_hold_and_order_once(app: CheckoutApp) -> None:
    app.inventory.stock = {1: 2, 2: 1}

    views = await asyncio.gather(*[app.place(request=request_key()) for _ in range(10)])

    assert len({view.id for view in views}) == 1
    assert app.inventory.stock == {1: 0, 2: 0}


async def test_a_refusal_fails_the_order_and_the_stock_is_back(app: CheckoutApp) -> None:
    app.payments.answers = [Refused("card declined")]

    placed = await app.place()
    await app.work()

    order = await app.order(placed.id)
    assert (order.status, order.payment.failure_reason) == (Status.FAILED, "card declined")
    assert app.inventory.stock == {1: 100, 2: 100, 3: 100}
    assert app.payments.ledger == {}


async def test_transient_failures_are_tried_again_until_one_works(app: CheckoutApp) -> None:
    app.payments.answers = [ProviderUnavailable("down"), DeadlineExceeded("too slow")]
    placed = await app.place()

    for _ in range(3):
        await app.work()
        await app.due(60)

    order = await app.order(placed.id)
    assert (order.status, order.payment.attempts) == (Status.PAID, 3)


@pytest.mark.parametrize("error", [Unavailable("no connection"), Locked("busy")], ids=lambda error: error.reason)
async def test_an_outage_of_the_payment_process_is_no_attempt_at_the_provider(
    app: CheckoutApp, error: AppError
) -> None:
    app.payments.outage = error
    placed = await app.place()
    order, events = await app.order(placed.id), await app.events(placed.id)

    for _ in range(10):
        await app.work()
        await app.due(60)

    assert (await app.order(placed.id), await app.events(placed.id)) == (order, events)
    # Then the provider does not answer either: its own attempts begin only now.
    app.payments.outage, app.payments.answers = None, [ProviderUnavailable("down")] * 2
    for _ in range(3):
        await app.work()
        await app.due(60)
    order = await app.order(placed.id)
    assert (order.status, order.payment.attempts) == (Status.PAID, 3)
    assert len(app.payments.ledger) == 1


async def test_a_question_before_the_charge_that_takes_too_long_is_no_attempt(app: CheckoutApp) -> None:
    app.payments.answers = [DeadlineExceeded("its outcome is not known")]
    placed = await app.place()
    await app.work()
    app.payments.outage = DeadlineExceeded("frozen")
    for _ in range(10):
        await app.due(60)
        await app.work()
    assert (await app.order(placed.id)).payment.attempts == 1

    app.payments.outage = None
    await app.due(60)
    await app.work()

    order = await app.order(placed.id)
    assert (order.status, order.payment.attempts) == (Status.PAID, 2)
    assert app.payments.calls == ["charge", *["find"] * 11, "charge"]


async def test_an_outage_of_inventory_before_the_charge_is_no_attempt(
    app: CheckoutApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed = await app.place()
    app.inventory.end(f"order/{placed.id}")
    app.clock.advance(900)

    async def refuse(_: HoldRequest) -> None:
        raise Unavailable("inventory is gone")

    with monkeypatch.context() as outage:
        outage.setattr(app.inventory, "reserve", refuse)
        for _ in range(10):
            await app.work()
            await app.due(60)
    assert app.payments.calls.count("charge") == 0
    await app.work()

    order = await app.order(placed.id)
    assert (order.status, order.payment.attempts) == (Status.PAID, 1)


async def test_what_is_given_up_gives_everything_back_even_a_charge_nobody_heard_of(app: CheckoutApp) -> None:
    app.payments.answers = [ProviderUnavailable("lost")] * 3
    placed = await app.place()
    transaction = (await app.order(placed.id)).payment.transaction_id
    app.payments.ledger[transaction] = (await app.order(placed.id)).payment.amount
    app.payments.charged_at[transaction] = AT

    # The provider charges late, when it was asked for the last time.
    app.payments.found_from = 99
    for _ in range(3):
        await app.work()
        await app.due(60)

    order = await app.order(placed.id)
    assert (order.status, order.payment.status) == (Status.FAILED, PaymentStatus.REFUNDED)
    assert order.payment.charged_at == AT != order.payment.processed_at
    assert app.payments.ledger == {}
    assert app.inventory.stock == {1: 100, 2: 100, 3: 100}


async def test_a_charge_whose_reply_was_lost_is_asked_for_and_not_repeated(app: CheckoutApp) -> None:
    app.payments.answers = [Unavailable("the reply was lost"), Unavailable("never asked for")]
    placed = await app.place()
    await app.work()
    order = await app.order(placed.id)
    app.payments.ledger[order.payment.transaction_id] = order.payment.amount

    await app.due(60)
    await app.work()

    assert await app.status(placed.id) is Status.PAID
    assert app.payments.calls == ["charge", "find"]


async def test_what_was_charged_before_its_hold_ended_is_given_back(app: CheckoutApp) -> None:
    app.payments.answers = [Unavailable("the reply was lost")]
    placed = await app.place()
    await app.work()
    order = await app.order(placed.id)
    app.inventory.end(f"order/{placed.id}")
    app.inventory.stock = {1: 0, 2: 0}

    # The provider does not know of it yet when it is asked, and charges right after.
    await app.due(900)
    app.payments.found_from = 2
    app.payments.ledger[order.payment.transaction_id] = order.payment.amount
    await app.work()

    order = await app.order(placed.id)
    assert (order.status, order.payment.status) == (Status.FAILED, PaymentStatus.REFUNDED)
    assert app.payments.ledger == {}


async def test_nothing_is_charged_for_a_hold_that_ended(app: CheckoutApp) -> None:
    placed = await app.place()
    app.inventory.end(f"order/{placed.id}")
    app.inventory.stock = {1: 0, 2: 0}
    app.clock.advance(900)

    await app.work()

    assert await app.status(placed.id) is Status.FAILED
    assert app.payments.ledger == {}


async def test_a_hold_that_is_about_to_end_is_renewed_before_the_charge(app: CheckoutApp) -> None:
    placed = await app.place()
    app.inventory.end(f"order/{placed.id}")
    app.clock.advance(900)

    await app.work()

    assert await app.status(placed.id) is Status.PAID
    assert app.inventory.sold == {placed.id}


async def test_a_cancel_during_the_charge_leaves_no_money_behind(app: CheckoutApp) -> None:
    placed = await app.place()
    charging = next(job for job in await app.jobs() if job.kind == "charge")

    # The provider charges, then the shopper cancels, then the charge is recorded.
    transaction = (await app.order(placed.id)).payment.transaction_id
    app.payments.ledger[transaction] = (await app.order(placed.id)).payment.amount
    await app.send(CancelOrder(order_id=placed.id, reason="late"))
    await app.work()

    order = await app.order(placed.id)
    assert (order.status, order.payment.status) == (Status.CANCELLED, PaymentStatus.REFUNDED)
    assert app.payments.ledger == {}
    assert app.inventory.stock == {1: 100, 2: 100, 3: 100}
    assert charging.lease is not None


async def test_a_paid_order_whose_stock_is_gone_is_refunded(app: CheckoutApp) -> None:
    placed = await app.place()
    await app.checkout.job_handlers()["charge"](leased(app._state.jobs[0]))
    app.inventory.end(f"order/{placed.id}")

    await app.work()

    order = await app.order(placed.id)
    assert (order.status, order.payment.status) == (Status.CANCELLED, PaymentStatus.REFUNDED)
    assert app.payments.ledger == {}


async def test_a_charge_job_that_lost_its_lease_is_told_so(app: CheckoutApp) -> None:
    placed = await app.place()
    job = leased(app._state.jobs[0])
    stale = Job(
        kind=job.kind,
        key=job.key,
        payload=job.payload,
        attempt=1,
        lease=JobLease(job.lease.job_id, "an older token"),
        lease_end_s=job.lease_end_s,
    )
    app.payments.answers = [Charged(app.clock.now())]

    with pytest.raises(Exception, match="taken over"):
        await app.checkout.job_handlers()["charge"](stale)

    assert await app.status(placed.id) is Status.CONFIRMED


async def test_a_discounted_basket_is_charged_what_is_left(app: CheckoutApp) -> None:
    app.inventory.discounts = {"SAVE": "4.00", "": "1.50"}

    placed = await app.place()
    await app.work()

    assert [(discount.code, str(discount.amount)) for discount in placed.discounts] == [("SAVE", "4.00"), ("", "1.50")]
    assert (str(placed.sub_total), str(placed.total_amount)) == ("30.00", "24.50")
    assert [str(money.amount) for money in app.payments.ledger.values()] == ["24.50"]


async def test_an_order_of_nothing_is_paid_without_the_provider(app: CheckoutApp) -> None:
    app.inventory.discounts = {"FREE": "30.00"}
    app.payments.answers = [Refused("must not be asked")]

    placed = await app.place(quantity=2)
    await app.work()
    await app.mediator.send(CancelOrder(order_id=placed.id, reason="changed my mind"))
    await app.work()

    assert placed.status is Status.PAID
    assert app.payments.ledger == {}
    assert app.payments.voided == set()
    assert await app.status(placed.id) is Status.CANCELLED
    assert app.inventory.stock == {1: 100, 2: 100, 3: 100}


async def test_a_hold_that_is_renewed_for_an_order_keeps_its_prices(app: CheckoutApp) -> None:
    placed = await app.place()
    app.inventory.end(f"order/{placed.id}")
    app.clock.advance(1000)

    await app.work()

    assert await app.status(placed.id) is Status.PAID
    renewing = app.inventory.requests[-1]
    assert (renewing.re_reserve, renewing.keep_prices) == (True, True)


async def test_a_charge_that_is_made_at_once_needs_no_longer_hold_and_a_late_one_does(app: CheckoutApp) -> None:
    app.inventory.hold_s = 50
    at_once = await app.place()
    await app.work()
    assert app.inventory.calls == ["reserve", "commit"]

    late = await app.place()
    app.clock.advance(31)
    await app.work()

    assert app.inventory.calls[2:] == ["reserve", "reserve", "commit"]
    assert (app.inventory.requests[-1].re_reserve, app.inventory.requests[-1].keep_prices) == (True, True)
    assert [await app.status(order.id) for order in (at_once, late)] == [Status.PAID, Status.PAID]


@pytest.mark.parametrize(("stopped", "level"), [(True, "info"), (False, "error")])
async def test_only_an_order_that_was_not_stopped_has_lost_its_hold(
    app: CheckoutApp, stopped: bool, level: str
) -> None:
    placed = await app.place()
    app.inventory.commit_failure = ReservationReleased("given back")
    await app.checkout.job_handlers()["charge"](leased(app._state.jobs[0]))
    selling = next(leased(job) for job in app._state.jobs if job.kind == "commit_stock")
    if stopped:
        await app.send(CancelOrder(order_id=placed.id, reason="changed my mind"))

    with capture_logs() as logs:
        await app.checkout.job_handlers()["commit_stock"](selling)

    assert [entry["log_level"] for entry in logs if "order" in entry["event"]] == [level]
    code = CancelReason.REQUESTED if stopped else CancelReason.OUT_OF_STOCK
    assert (await app.order(placed.id)).cancel_code is code


async def test_an_order_whose_code_went_to_somebody_else_meanwhile_is_not_charged(app: CheckoutApp) -> None:
    placed = await app.place()
    app.clock.advance(1000)
    app.inventory.failure = IncentiveInvalid("SAVE cannot be used: it is used up")

    await app.work()

    order = await app.order(placed.id)
    assert (order.status, order.payment.failure_reason) == (Status.FAILED, "SAVE cannot be used: it is used up")
    assert order.payment.failure_code is FailureCode.INCENTIVE_LOST
    assert app.payments.ledger == {}


async def test_a_paid_order_whose_code_is_gone_when_it_is_sold_gets_its_money_back(app: CheckoutApp) -> None:
    placed = await app.place()
    app.inventory.commit_failure = IncentiveInvalid("SAVE cannot be used: it is used up")

    await app.work()

    order = await app.order(placed.id)
    assert (order.status, order.payment.status) == (Status.CANCELLED, PaymentStatus.REFUNDED)
    assert order.cancel_code is CancelReason.INCENTIVE_LOST
    assert app.payments.ledger == {}


async def test_a_refund_is_given_at_once_and_its_job_changes_nothing_more(app: CheckoutApp) -> None:
    placed = await app.place()
    await app.work()

    seen = (await app.refunding.refund(RefundOrder(order_id=placed.id, items=((1, 1),), reason="returned"))).order

    assert (seen.status, seen.payment.status) == (Status.PAID, PaymentStatus.PARTIALLY_REFUNDED)
    assert app.inventory.stock[1] == 98
    await app.work()
    await app.due(60)
    await app.work()
    assert app.inventory.stock[1] == 99
    assert [str(money) for money in app.payments.ledger.values()] == ["20.00 USD"]
    assert (await app.order(placed.id)).view() == seen


async def test_a_repeated_refund_gets_the_first_response_whatever_became_of_the_order(app: CheckoutApp) -> None:
    placed = await app.place()
    await app.work()
    command = RefundOrder(order_id=placed.id, items=((1, 1),), reason="returned", request=request_key())

    first = await app.refunding.refund(command)
    await app.refunding.refund(RefundOrder(order_id=placed.id, items=((1, 1),), reason="returned as well"))

    assert await app.refunding.refund(command) == first
    assert [str(money) for money in app.payments.ledger.values()] == ["10.00 USD"]


async def test_a_refund_that_the_provider_can_not_give_now_is_given_later(app: CheckoutApp) -> None:
    placed = await app.place()
    await app.work()
    app.payments.refund_failures = [Unavailable("down")]

    seen = (await app.refunding.refund(RefundOrder(order_id=placed.id, reason="all of it"))).order
    assert (seen.status, seen.payment.status) == (Status.CANCELLED, PaymentStatus.PAID)

    await app.due(60)
    await app.work()
    assert (await app.order(placed.id)).payment.status is PaymentStatus.REFUNDED
    assert app.payments.ledger == {}
    assert app.inventory.stock == {1: 100, 2: 100, 3: 100}


def test_no_job_of_an_order_may_be_discarded(app: CheckoutApp) -> None:
    handled = {*app.checkout.job_handlers(), *app.refunding.job_handlers()}
    # A dispute tells operators of something, and leaves nothing unfinished.
    assert set(jobs.NOT_DISCARDABLE) | {jobs.DISPUTE} == handled
