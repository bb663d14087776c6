"""UpdateOrder and RetryPayment: the change takes effect or the order is unchanged, and the right amount is charged."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from chassis.context import Caller, RequestContext, request_context
from chassis.db.read_your_writes import ReadYourWrites
from chassis.errors import AppError, EtagMismatch, InvalidArgument, RequestIdReused, Unavailable
from chassis.mediator import Command
from chassis.money import Money
from order_svc.commands.cancel_order import CancelOrder
from order_svc.commands.find_placed_holds import FindPlacedHolds
from order_svc.commands.record_payment import RecordPayment
from order_svc.commands.retry_payment import RetryPayment
from order_svc.commands.update_order import UpdateOrder
from order_svc.domain.errors import OrderChanged, OrderNotFound
from order_svc.domain.inventory import (
    AmendmentTooEarly,
    HeldDiscount,
    HeldItem,
    Hold,
    HoldRequest,
    HoldSuperseded,
    IncentiveInvalid,
    OutOfStock,
    Preview,
    StockAmendment,
)
from order_svc.domain.payments import Refused
from order_svc.domain.status import IllegalTransition, PaymentMethod, PaymentOutcome, PaymentStatus, Status
from order_svc.domain.views import OrderView
from order_svc.payment.domain.errors import ProviderUnavailable
from order_svc.sagas.amendments import Amendments
from tests.builders.order import AT, SHOPPER, OrderBuilder, an_item, an_order
from tests.fakes.chassis import FakeClock, leased, request_key, soon, unknown
from tests.order_svc.order_app import OrderApp, SqlOrderApp
from tests.order_svc.test_checkout import CheckoutApp, Counter


class AmendingApp(CheckoutApp):
    """The saga with its changes. A placed order waits for its second attempt to be paid."""

    def __init__(self, *, inventory: Any = None, clock: FakeClock | None = None) -> None:
        super().__init__(inventory=inventory, clock=clock)
        # Ids that orders and items have not.
        self.amendments = Amendments(
            self.mediator, self.placed_orders, self.inventory, order_ids=_Late(), item_ids=_Late()
        )

    async def update(self, order_id: int, *lines: tuple[int, int], **how: Any) -> OrderView:
        return await self.amendments.update(order_id, lines, **({"etag": "", "request": None} | how))

    async def retry(self, order_id: int, token: str = "tok_ok", **how: Any) -> OrderView:
        method = how.pop("method", PaymentMethod.CARD)
        return await self.amendments.retry_payment(order_id, method, token, **({"request": None} | how))

    async def waiting(self) -> OrderView:
        """An order whose first attempt got no answer."""
        self.payments.answers = [ProviderUnavailable("down")]
        placed = await self.place()
        await self.work()
        return placed

    async def held(self) -> dict[int, int]:
        return {item: 100 - remaining for item, remaining in self.inventory.stock.items() if remaining != 100}


class _Late(Counter):
    def skip(self, taken: int) -> None:
        super().skip(taken - 1000)

    async def next(self) -> int:
        return 1000 + await super().next()


@pytest.fixture
def app() -> AmendingApp:
    return AmendingApp()


async def test_the_new_order_holds_and_is_charged_its_own_amount(app: AmendingApp) -> None:
    placed = await app.waiting()

    updated = await app.update(placed.id, (1, 1), (3, 4), etag=(await app.order(placed.id)).view().etag)
    await app.work()
    await app.due(60)
    await app.work()

    assert {item.product_item_id: item.quantity for item in updated.items} == {1: 1, 3: 4}
    order = await app.order(placed.id)
    assert (order.status, order.payment.amount) == (Status.PAID, Money.of("50.00", "USD"))
    assert [payment.processed_at for payment in updated.payments] == [updated.updated_at] * 2
    assert app.payments.ledger == {order.payment.transaction_id: Money.of("50.00", "USD")}
    assert await app.held() == {1: 1, 3: 4}
    assert app.inventory.sold == {placed.id}


async def test_an_order_that_changes_twice_before_its_stock_does_keeps_its_first_hold(app: AmendingApp) -> None:
    placed = await app.waiting()
    await app.update(placed.id, (1, 3), (2, 4))
    first = (await app.order(placed.id)).supplementary_hold_id
    await app.update(placed.id, (1, 2), (2, 4))

    assert (await app.send(FindPlacedHolds(order_ids=(placed.id, first)))).placed == (placed.id, first)
    await app.work()
    assert await app.held() == {1: 2, 2: 4}


async def test_ids_that_orders_had_before_a_restore_are_skipped(app: AmendingApp) -> None:
    placed = await app.waiting()
    app.inventory.taken_ids = set(range(1001, 1024))

    updated = await app.update(placed.id, (1, 3), request=request_key())

    assert {item.product_item_id: item.quantity for item in updated.items} == {1: 3}
    assert (await app.order(placed.id)).supplementary_hold_id == 1030


async def test_what_the_old_charge_took_meanwhile_is_given_back(app: AmendingApp) -> None:
    placed = await app.waiting()
    app.payments.ledger[placed.payment.transaction_id] = Money.of("30.00", "USD")

    await app.update(placed.id, (1, 3))
    await app.work()

    order = await app.order(placed.id)
    assert order.status is Status.PAID
    assert app.payments.ledger == {order.payment.transaction_id: Money.of("30.00", "USD")}
    assert placed.payment.transaction_id in app.payments.voided


async def test_a_charge_under_way_records_nothing_and_is_given_back(app: AmendingApp) -> None:
    placed = await app.place()
    under_way = leased(app._state.jobs[0])

    await app.update(placed.id, (1, 5))
    with pytest.raises(Exception, match="taken over"):
        await app.checkout.job_handlers()["charge"](under_way)
    await app.work()

    order = await app.order(placed.id)
    assert (order.status, order.payment.amount) == (Status.PAID, Money.of("50.00", "USD"))
    assert app.payments.ledger == {order.payment.transaction_id: Money.of("50.00", "USD")}


async def test_the_old_order_stands_when_there_is_not_enough(app: AmendingApp) -> None:
    placed = await app.waiting()
    before, jobs, stock = await app.order(placed.id), await app.jobs(), dict(app.inventory.stock)

    with pytest.raises(OutOfStock):
        await app.update(placed.id, (1, 1), (2, 200))

    assert await app.order(placed.id) == before
    assert await app.jobs() == jobs
    assert app.inventory.stock == stock


async def test_a_change_whose_pieces_an_equal_request_has_taken_gets_its_response(app: AmendingApp) -> None:
    placed = await app.waiting()
    reserve, firsts = app.inventory.reserve, []

    async def taken_meanwhile(request: HoldRequest) -> Hold:
        app.inventory.reserve = reserve  # type: ignore[method-assign]
        firsts.append(await app.update(placed.id, (1, 100), request=request_key()))
        return await reserve(request)

    app.inventory.reserve = taken_meanwhile  # type: ignore[method-assign]

    assert [await app.update(placed.id, (1, 100), request=request_key())] == firsts
    await app.work()
    assert await app.held() == {1: 100}


async def test_equal_changes_at_once_share_the_last_pieces(app: AmendingApp) -> None:
    placed = await app.waiting()
    reserve = app.inventory.reserve

    async def update() -> OrderView:
        return await app.update(placed.id, (1, 100), request=request_key())

    async def reserve_while_another_overtakes(request: HoldRequest) -> Hold:
        app.inventory.reserve = reserve  # type: ignore[method-assign]
        hold = await reserve(request)
        overtaking.append(await update())
        return hold

    overtaking: list[OrderView] = []
    app.inventory.reserve = reserve_while_another_overtakes  # type: ignore[method-assign]

    assert [await update()] == overtaking
    await app.work()
    assert await app.held() == {1: 100}


async def test_a_change_whose_first_attempt_lost_its_hold_is_made_again(app: AmendingApp) -> None:
    placed = await app.waiting()
    reserve = app.inventory.reserve

    async def lose_the_reply(request: HoldRequest) -> Hold:
        await reserve(request)
        raise Unavailable("the reply was lost")

    app.inventory.reserve = lose_the_reply  # type: ignore[method-assign]
    with pytest.raises(Unavailable):
        await app.update(placed.id, (1, 100), request=request_key())
    app.inventory.reserve = reserve  # type: ignore[method-assign]
    app.inventory.end(app.inventory.requests[-1].key)

    updated = await app.update(placed.id, (1, 100), request=request_key())
    await app.work()

    assert [item.quantity for item in updated.items] == [100]
    assert await app.held() == {1: 100}


async def test_an_id_whose_hold_an_equal_request_gave_back_costs_no_other_ids(app: AmendingApp) -> None:
    placed = await app.waiting()
    reserve = app.inventory.reserve

    async def given_back_before_the_network_repeats_it(request: HoldRequest) -> Hold:
        app.inventory.reserve = reserve  # type: ignore[method-assign]
        await reserve(request)
        app.inventory.end(request.key)
        app.inventory.taken_ids = {request.order_id}
        return await reserve(request)

    app.inventory.reserve = given_back_before_the_network_repeats_it  # type: ignore[method-assign]

    await app.update(placed.id, (1, 100), request=request_key())
    await app.work()

    assert await app.held() == {1: 100}
    # The next one, of the same block.
    first, second = (request.order_id for request in app.inventory.requests[-3::2])
    assert second == first + 1


async def test_a_payment_that_an_equal_request_has_retried_gets_its_response(app: AmendingApp) -> None:
    app.payments.answers = [Refused("declined")]
    placed = await app.place()
    await app.work()
    amend, firsts = app.inventory.amend, []

    async def taken_meanwhile(change: StockAmendment) -> Hold:
        app.inventory.amend = amend  # type: ignore[method-assign]
        firsts.append(await app.retry(placed.id, request=request_key()))
        raise OutOfStock("the first was refused again, and others were faster")

    app.inventory.amend = taken_meanwhile  # type: ignore[method-assign]

    assert [await app.retry(placed.id, request=request_key())] == firsts
    await app.work()
    assert await app.status(placed.id) is Status.PAID


@pytest.mark.parametrize(
    "refusal", [HoldSuperseded("another retry was faster"), AmendmentTooEarly("a change is being applied")], ids=repr
)
async def test_a_payment_that_meets_another_change_of_the_stock_is_retried(app: AmendingApp, refusal: AppError) -> None:
    app.payments.answers = [Refused("declined")]
    placed = await app.place()
    await app.work()
    app.inventory.failure = refusal

    await app.retry(placed.id)
    await app.work()

    assert await app.status(placed.id) is Status.PAID


async def test_what_is_not_there_is_not_waited_for(app: AmendingApp) -> None:
    placed = await app.waiting()

    await app.update(placed.id, (1, 3), (2, 1))

    assert [request.no_backorder for request in app.inventory.requests] == [False, True]


async def test_a_refusal_names_the_item_as_the_shopper_wrote_it(app: AmendingApp) -> None:
    placed = await app.waiting()
    # Of what is a supplementary hold, it is the first.
    app.inventory.failure = InvalidArgument.of("items[0].productItemId", "there is no product item 3")

    with pytest.raises(InvalidArgument) as refusal:
        await app.update(placed.id, (1, 2), (2, 1), (3, 4))

    assert [violation.field for violation in refusal.value.violations] == ["items[2].productItemId"]


async def test_a_crash_before_it_is_written_leaves_the_old_order_and_a_hold_that_ends(app: AmendingApp) -> None:
    placed = await app.waiting()
    before = await app.order(placed.id)
    # As if the process had died after the hold: it expires, like any.
    extra = await app.amendments._hold(before, ((1, 2), (2, 1), (3, 4)), None, 999)
    app.inventory.end(extra.key)

    assert await app.order(placed.id) == before
    updated = await app.update(placed.id, (1, 2), (2, 1), (3, 4))
    await app.work()
    assert updated.total_amount == 70
    assert await app.held() == {1: 2, 2: 1, 3: 4}


async def test_two_changes_follow_each_other(app: AmendingApp) -> None:
    placed = await app.waiting()

    await app.update(placed.id, (1, 1), (3, 4))
    await app.update(placed.id, (2, 5))
    await app.work()

    order = await app.order(placed.id)
    assert (order.revision, order.status) == (2, Status.PAID)
    assert app.payments.ledger == {order.payment.transaction_id: Money.of("50.00", "USD")}
    assert await app.held() == {2: 5}


async def test_changes_at_once_end_in_one_of_them(app: AmendingApp) -> None:
    placed = await app.waiting()

    await asyncio.gather(*[app.update(placed.id, (3, n)) for n in range(1, 5)], return_exceptions=True)
    await app.work()

    order = await app.order(placed.id)
    assert order.status is Status.PAID
    assert app.payments.ledger == {order.payment.transaction_id: order.total}
    assert await app.held() == {3: order.items[0].quantity}


async def test_equal_requests_at_once_change_it_once(app: AmendingApp) -> None:
    placed = await app.waiting()

    views = await asyncio.gather(*[app.update(placed.id, (3, 4), request=request_key()) for _ in range(4)])
    await app.work()

    assert len({view.etag for view in views}) == 1
    assert (await app.order(placed.id)).revision == 1
    assert await app.held() == {3: 4}


async def test_another_version_is_not_changed(app: AmendingApp) -> None:
    placed = await app.waiting()

    with pytest.raises(EtagMismatch):
        await app.update(placed.id, (3, 4), etag="77")

    assert (await app.order(placed.id)).revision == 0
    assert await app.held() == {1: 2, 2: 1}


async def test_an_order_that_is_cancelled_right_after_its_change_holds_nothing(app: AmendingApp) -> None:
    placed = await app.waiting()
    await app.update(placed.id, (3, 4))
    await app.send(CancelOrder(order_id=placed.id, reason="changed my mind"))

    # The release comes before the amendment.
    app._state.jobs.sort(key=lambda job: job.kind != "release_stock")
    await app.work()

    assert await app.held() == {}
    assert app.payments.ledger == {}


async def test_a_supplementary_hold_that_is_gone_when_it_is_merged_stops_the_order(app: AmendingApp) -> None:
    placed = await app.waiting()
    await app.update(placed.id, (3, 4))
    app.inventory.amend_failure = OutOfStock("gone")

    await app.work()

    order = await app.order(placed.id)
    assert order.status in {Status.CANCELLED, Status.FAILED}
    assert app.payments.ledger == {}


async def test_a_change_that_stopped_its_order_is_applied_so_that_those_after_it_can_be(app: AmendingApp) -> None:
    placed = await app.waiting()
    await app.update(placed.id, (3, 4))
    await app.update(placed.id, (3, 2))
    app.inventory.amend_failure = OutOfStock("gone")
    await app.work()
    app.inventory.amend_failure = None

    await app.due(60)
    await app.work()

    assert app.inventory.revisions == {placed.id: 2}
    assert [job.state for job in await app.jobs() if job.kind == "amend_stock"] == ["DONE", "DONE"]
    assert await app.held() == {}


def check_discounts(view: OrderView) -> None:
    assert sum(discount.amount for discount in view.discounts) == sum(item.discount for item in view.items)
    assert view.total_amount == sum(item.quantity * item.unit_price - item.discount for item in view.items)


async def test_codes_and_points_are_worked_out_again_for_what_it_is_now(app: AmendingApp) -> None:
    app.inventory.discounts = {"SAVE": "4.00", "": "1.50"}
    placed = await app.waiting()
    app.inventory.discounts = {"SAVE": "6.00"}

    updated = await app.update(placed.id, (1, 2), (3, 4))
    await app.work()

    assert [(discount.code, str(discount.amount)) for discount in updated.discounts] == [("SAVE", "6.00")]
    assert str(updated.total_amount) == "54.00"
    check_discounts(updated)
    order = await app.order(placed.id)
    assert (order.status, order.view().discounts) == (Status.PAID, updated.discounts)
    assert app.payments.ledger == {order.payment.transaction_id: Money.of("54.00", "USD")}
    assert await app.held() == {1: 2, 3: 4}


async def test_an_order_without_discounts_asks_for_none(app: AmendingApp) -> None:
    placed = await app.waiting()

    await app.update(placed.id, (1, 2), (3, 4))

    assert app.inventory.previews == []


@pytest.mark.parametrize("failure", [IncentiveInvalid("not for these"), Unavailable("down")], ids=["refused", "down"])
async def test_the_old_order_stands_when_its_code_is_not_for_the_new_one(app: AmendingApp, failure: AppError) -> None:
    app.inventory.discounts = {"SAVE": "4.00"}
    placed = await app.waiting()
    before, jobs, stock = await app.order(placed.id), await app.jobs(), dict(app.inventory.stock)
    app.inventory.preview_failure = failure

    for lines in (((1, 1), (3, 4)), ((1, 1),)):
        with pytest.raises(type(failure)):
            await app.update(placed.id, *lines)

    assert await app.order(placed.id) == before
    assert await app.jobs() == jobs
    # Nor is there a supplementary hold any more.
    assert app.inventory.stock == stock


async def test_a_change_is_shown_on_top_of_the_one_before_whose_job_has_not_come(app: AmendingApp) -> None:
    app.inventory.discounts = {"SAVE": "4.00"}
    placed = await app.waiting()

    await app.update(placed.id, (1, 1), (3, 4))
    updated = await app.update(placed.id, (3, 5))
    await app.work()

    assert str(updated.total_amount) == "46.00"
    order = await app.order(placed.id)
    assert app.payments.ledger == {order.payment.transaction_id: Money.of("46.00", "USD")}
    assert await app.held() == {3: 5}


async def test_changes_of_a_discounted_order_at_once_end_in_one_of_them(app: AmendingApp) -> None:
    app.inventory.discounts = {"SAVE": "4.00"}
    placed = await app.waiting()

    changes = [app.update(placed.id, (3, n)) for n in range(1, 5)]
    results = await asyncio.gather(*changes, return_exceptions=True)
    await app.work()

    assert {type(result) for result in results} <= {OrderView, Unavailable}
    order = await app.order(placed.id)
    check_discounts(order.view())
    assert app.payments.ledger == {order.payment.transaction_id: order.total}
    assert await app.held() == {3: order.items[0].quantity}


async def test_a_crash_after_it_was_written_leaves_a_job_that_brings_the_discounted_order_in(app: AmendingApp) -> None:
    app.inventory.discounts = {"SAVE": "4.00"}
    placed = await app.waiting()
    updated = await app.update(placed.id, (3, 4))
    # As if the process had died right after: nothing was told to inventory_svc.
    assert app.inventory.revisions == {}
    await app.due(60)

    await app.work()

    hold = app.inventory._hold_of(placed.id)
    assert [(held.product_item_id, held.discount.amount) for held in hold.items] == [
        (item.product_item_id, item.discount) for item in updated.items
    ]
    assert await app.status(placed.id) is Status.PAID


async def test_an_order_of_which_nothing_is_left_to_pay_is_paid_and_never_charged(app: AmendingApp) -> None:
    app.inventory.discounts = {"SAVE": "20.00"}
    placed = await app.waiting()
    app.payments.ledger[placed.payment.transaction_id] = Money.of("10.00", "USD")

    updated = await app.update(placed.id, (1, 2))
    await app.work()

    assert (updated.status, updated.total_amount) == (Status.PAID, Decimal(0))
    order = await app.order(placed.id)
    assert (order.status, order.payment.status) == (Status.PAID, PaymentStatus.PAID)
    assert app.payments.ledger == {}
    assert app.payments.calls.count("charge") == 1
    assert app.inventory.sold == {placed.id}


async def test_a_refused_payment_is_tried_with_another_card(app: AmendingApp) -> None:
    app.payments.answers = [Refused("card declined")]
    placed = await app.place()
    await app.work()
    assert await app.held() == {}

    retried = await app.retry(placed.id, request=request_key())
    assert (retried.status, retried.payment.status) == (Status.CONFIRMED, PaymentStatus.PENDING)
    assert retried.payment.transaction_id != placed.payment.transaction_id
    assert await app.held() == {1: 2, 2: 1}
    await app.work()

    order = await app.order(placed.id)
    assert (order.status, order.payment.attempts) == (Status.PAID, 1)
    assert app.payments.ledger == {order.payment.transaction_id: order.total}
    again = await app.retry(placed.id, request=request_key())
    assert again == retried


async def test_a_payment_that_was_refused_twice_is_tried_a_third_time(app: AmendingApp) -> None:
    app.payments.answers = [Refused("card declined"), Refused("card declined")]
    placed = await app.place()
    await app.work()
    await app.retry(placed.id)
    await app.work()
    assert await app.held() == {}

    await app.retry(placed.id)
    await app.work()

    assert await app.status(placed.id) is Status.PAID
    assert await app.held() == {1: 2, 2: 1}


async def test_a_refused_order_may_be_paid_in_cash(app: AmendingApp) -> None:
    app.payments.answers = [Refused("card declined")]
    placed = await app.place()
    await app.work()

    await app.retry(placed.id, "", method=PaymentMethod.CASH)
    await app.work()

    assert await app.status(placed.id) is Status.CONFIRMED
    assert app.inventory.sold == {placed.id}
    assert app.payments.ledger == {}


async def test_without_stock_it_stays_refused(app: AmendingApp) -> None:
    app.payments.answers = [Refused("card declined")]
    placed = await app.place()
    await app.work()
    before = await app.order(placed.id)
    app.inventory.stock[1] = 1

    with pytest.raises(OutOfStock):
        await app.retry(placed.id)

    assert await app.order(placed.id) == before
    assert app.inventory.stock[1] == 1


async def test_it_waits_for_the_stock_to_be_back(app: AmendingApp) -> None:
    app.payments.answers = [Refused("card declined")]
    placed = await app.place()
    await app.checkout.job_handlers()["charge"](leased(app._state.jobs[0]))

    with pytest.raises(Unavailable):
        await app.retry(placed.id)

    assert await app.status(placed.id) is Status.FAILED


async def test_a_late_refund_of_the_payment_that_was_given_up_leaves_the_new_one_alone(app: AmendingApp) -> None:
    app.payments.answers = [ProviderUnavailable("down")] * 3
    placed = await app.place()
    app.payments.refund_failures = [Unavailable("down")]
    app.payments.found_from = 99
    for _ in range(2):
        await app.work()
        await app.due(60)
    charging = next(job for job in app._state.jobs if job.kind == "charge" and job.token)
    await app.checkout.job_handlers()["charge"](leased(charging))
    release = next(job for job in app._state.jobs if job.kind == "release_stock")
    await app.checkout.job_handlers()["release_stock"](leased(release))
    release.state, release.token = "DONE", None

    await app.retry(placed.id)
    app.payments.refund_failures = []
    await app.work()

    order = await app.order(placed.id)
    assert (order.status, order.payment.status) == (Status.PAID, PaymentStatus.PAID)
    assert app.payments.ledger == {order.payment.transaction_id: order.total}


def _extra(order_id: int = 9001, **pieces: int) -> Hold:
    items = tuple(
        HeldItem(
            product_item_id=int(name[1:]),
            sku=f"SKU-{name[1:]}",
            name="Item",
            quantity=quantity,
            unit_price=Money.of("12.00", "USD"),
            discount=Money.zero("USD"),
        )
        for name, quantity in pieces.items()
    )
    return Hold(order_id=order_id, key="supplementary", is_held=True, items=items, expires_at=AT)


def an_update(order_id: int, *lines: tuple[int, int], **how: Any) -> UpdateOrder:
    how = {
        "etag": "",
        "item_ids": (90001 + order_id * 10, 90002 + order_id * 10),
        "transaction_id": f"n-{order_id}",
    } | how
    return UpdateOrder(order_id=order_id, lines=lines, **how)


async def test_an_order_in_cash_is_changed(order_app: OrderApp) -> None:
    same, larger, gone = (an_item(product_item_id=n, quantity=2) for n in (1, 2, 3))
    order_id = await order_app.given(an_order(items=(same, larger, gone), method=PaymentMethod.CASH))

    updated = await order_app.send(an_update(order_id, (1, 1), (2, 3), (4, 1), extra=_extra(_2=1, _4=1)))

    order = await order_app.order(order_id)
    assert updated.order == order.view()
    assert [(item.product_item_id, item.quantity, str(item.unit_price.amount)) for item in order.items] == [
        (1, 1, "10.00"),
        (2, 3, "12.00"),
        (4, 1, "12.00"),
    ]
    assert [item.id for item in order.items][:2] == [same.id, larger.id]
    assert order.payment.amount == Money.of("58.00", "USD")
    assert (await order_app.job("amend_stock")).payload == {
        "order_id": order_id,
        "revision": 1,
        "supplementary_hold_id": 9001,
        "lines": [[1, 1], [2, 3], [4, 1]],
    }
    assert (await order_app.events(order_id))[-1] == (order.sequence, "order_status_changed")


async def test_who_replaces_all_lines_of_anothers_order_waits_for_their_own_change(sql_app: SqlOrderApp) -> None:
    order_id = await sql_app.given(an_order(team="red", method=PaymentMethod.CASH))
    read_your_writes = ReadYourWrites(sql_app.engine, flush=soon, read_time=unknown)

    with request_context(RequestContext(caller=Caller.person("shopper-2", team_ids=("red",)))):
        await sql_app.send(an_update(order_id, (4, 1), extra=_extra(_4=1)))

    assert not await read_your_writes.wait("shopper-2", timeout_s=0)


def a_preview(revision: int, off: dict[int, str], codes: dict[str, str]) -> Preview:
    """What each item, and each code, gets off."""
    items = tuple(
        HeldItem(
            product_item_id=item,
            sku=f"SKU-{item}",
            name="Item",
            quantity=1,
            unit_price=Money.of("12.00", "USD"),
            discount=Money.of(amount, "USD"),
        )
        for item, amount in off.items()
    )
    discounts = tuple(
        HeldDiscount(code=code, description=f"{amount} off", amount=Money.of(amount, "USD"))
        for code, amount in codes.items()
    )
    return Preview(revision=revision, hold=replace(_extra(), items=items, discounts=discounts))


@pytest.mark.parametrize("codes", [{"SAVE": "2.40", "": "0.60"}, {"SAVE": "3.00"}], ids=["both", "points went back"])
async def test_what_was_shown_is_what_the_order_gets_off(order_app: OrderApp, codes: dict[str, str]) -> None:
    order_id = await order_app.given(an_order(method=PaymentMethod.CASH, off="4.00", points="1.50"))
    before = await order_app.order(order_id)
    shown = a_preview(1, {1: "1.20", 4: "1.80"}, codes)

    updated = await order_app.send(an_update(order_id, (1, 1), (4, 1), extra=_extra(_4=1), preview=shown))

    order = await order_app.order(order_id)
    assert updated.order == order.view()
    assert [(item.product_item_id, str(item.discount.amount)) for item in order.items] == [(1, "1.20"), (4, "1.80")]
    assert {discount.code: str(discount.amount.amount) for discount in order.discounts} == codes
    assert {discount.code: discount.description for discount in order.discounts} == {
        code: f"{amount} off" for code, amount in codes.items()
    }
    assert [discount.id for discount in order.discounts] == [d.id for d in before.discounts][: len(codes)]
    assert order.payment.amount == order.total == Money.of("19.00", "USD")
    check_discounts(order.view())


@pytest.mark.parametrize("revision", [None, 0, 2])
async def test_discounts_that_were_not_shown_for_this_change_are_asked_for(
    order_app: OrderApp, revision: int | None
) -> None:
    order_id = await order_app.given(an_order(method=PaymentMethod.CASH, off="4.00"))
    present = await order_app.order(order_id)
    preview = None if revision is None else a_preview(revision, {1: "1.00"}, {"SAVE": "1.00"})

    with pytest.raises(OrderChanged):
        await order_app.send(an_update(order_id, (1, 1), preview=preview))

    assert await order_app.order(order_id) == present
    assert await order_app.jobs() == []


async def test_an_order_in_cash_of_which_nothing_is_left_to_pay_is_paid(order_app: OrderApp) -> None:
    order_id = await order_app.given(an_order(method=PaymentMethod.CASH, off="10.00"))

    updated = await order_app.send(an_update(order_id, (1, 1), preview=a_preview(1, {1: "10.00"}, {"SAVE": "10.00"})))

    assert (updated.order.status, updated.order.payment.status) == (Status.PAID, PaymentStatus.PAID)
    sequences = [sequence for sequence, _ in await order_app.events(order_id)]
    assert sequences == list(range(1, len(sequences) + 1))
    assert "charge" not in {job.kind for job in await order_app.jobs()}


@pytest.mark.parametrize(
    "before",
    [
        lambda: an_order().paid(),
        lambda: an_order().paid().shipped(),
        lambda: an_order().cancelled(),
        lambda: an_order().refused(),
    ],
    ids=["paid", "shipped", "cancelled", "refused"],
)
async def test_what_is_paid_or_has_ended_is_not_changed(
    order_app: OrderApp, before: Callable[[], OrderBuilder]
) -> None:
    order_id = await order_app.given(before())
    present = await order_app.order(order_id)

    with pytest.raises(IllegalTransition) as refusal:
        await order_app.send(an_update(order_id, (1, 1)))

    assert refusal.value.metadata["fromStatus"] == present.status.contract_name
    assert await order_app.order(order_id) == present
    assert await order_app.jobs() == []


@pytest.mark.parametrize("before", [an_order, lambda: an_order().paid(), lambda: an_order().cancelled()])
async def test_only_what_was_refused_is_paid_again(order_app: OrderApp, before: Callable[[], OrderBuilder]) -> None:
    order_id = await order_app.given(before())
    present = await order_app.order(order_id)

    with pytest.raises(IllegalTransition):
        await order_app.send(_retry(order_id, hold=_extra()))

    assert await order_app.order(order_id) == present


def _retry(order_id: int, *, hold: Hold | None = None) -> RetryPayment:
    return RetryPayment(
        order_id=order_id,
        method=PaymentMethod.CARD,
        payment_token="tok_ok",
        transaction_id=f"n-{order_id}",
        hold=hold,
        revision=1,
    )


async def test_a_refused_order_is_paid_again(order_app: OrderApp) -> None:
    order_id = await order_app.given(an_order().refused())
    with pytest.raises(OrderChanged):
        await order_app.send(_retry(order_id))

    view = await order_app.send(_retry(order_id, hold=_extra()))

    assert (view.status, view.payment.transaction_id) == (Status.CONFIRMED, f"n-{order_id}")
    assert view == (await order_app.order(order_id)).view()
    assert (await order_app.job("charge")).key == f"n-{order_id}"
    sequences = [sequence for sequence, _ in await order_app.events(order_id)]
    assert sequences == list(range(1, len(sequences) + 1))


async def test_the_charge_of_the_old_amount_is_taken_away_and_its_money_returned(order_app: OrderApp) -> None:
    order_id = await order_app.given(an_order().refused())
    await order_app.send(_retry(order_id, hold=_extra()))
    charging = (await order_app.job("charge")).lease
    assert charging is not None

    await order_app.send(an_update(order_id, (1, 1), transaction_id=f"m-{order_id}"))

    charges = {job.key: job for job in await order_app.jobs() if job.kind == "charge"}
    assert {key: job.state for key, job in charges.items()} == {
        f"n-{order_id}": "DISCARDED",
        f"m-{order_id}": "RUNNING",
    }
    assert charges[f"m-{order_id}"].payload["amount"] == "10.00"
    assert (await order_app.job("return_money")).payload["transaction_id"] == f"n-{order_id}"
    with pytest.raises(Exception, match="taken over"):
        await order_app.send(
            RecordPayment(
                lease=charging, order_id=order_id, transaction_id=f"n-{order_id}", outcome=PaymentOutcome.CHARGED
            )
        )
    assert await order_app.status(order_id) is Status.CONFIRMED


async def test_the_same_items_change_nothing(order_app: OrderApp) -> None:
    order_id = await order_app.given(an_order(method=PaymentMethod.CASH))
    present = await order_app.order(order_id)

    await order_app.send(an_update(order_id, (1, 1), (1, 1)))

    assert await order_app.order(order_id) == present
    assert await order_app.jobs() == []


async def test_somebody_elses_order_is_not_changed(order_app: OrderApp) -> None:
    order_id = await order_app.given(an_order(method=PaymentMethod.CASH))
    with request_context(RequestContext(caller=Caller.person("stranger"))):
        commands: list[Command[Any]] = [an_update(order_id, (1, 1)), _retry(order_id)]
        for command in commands:
            with pytest.raises(OrderNotFound):
                await order_app.send(command)

    assert (await order_app.order(order_id)).owner == SHOPPER


async def test_a_repeat_asks_inventory_for_nothing(app: AmendingApp) -> None:
    placed = await app.waiting()
    first = await app.update(placed.id, (1, 50), (2, 1), request=request_key("a"))
    await app.update(placed.id, (1, 1), (2, 1), request=request_key("b"))
    app.inventory.calls.clear()

    assert await app.update(placed.id, (1, 50), (2, 1), request=request_key("a")) == first
    with pytest.raises(RequestIdReused):
        await app.update(placed.id, (1, 60), request=request_key("a", body="another"))
    assert app.inventory.calls == []


async def test_a_repeated_retry_of_an_order_that_has_failed_since_holds_nothing(app: AmendingApp) -> None:
    app.payments.answers = [Refused("no"), Refused("no")]
    placed = await app.place()
    await app.work()
    first = await app.retry(placed.id, request=request_key())
    await app.work()
    app.inventory.calls.clear()

    assert await app.retry(placed.id, request=request_key()) == first
    assert (await app.status(placed.id), await app.held(), app.inventory.calls) == (Status.FAILED, {}, [])


async def test_a_refusal_does_not_matter_if_the_pieces_are_not_missing_any_more(app: AmendingApp) -> None:
    placed = await app.waiting()
    app.inventory.stock[1] = 2
    reserve = app.inventory.reserve

    async def refused_after_a_change(request: HoldRequest) -> Hold:
        app.inventory.reserve = reserve  # type: ignore[method-assign]
        await app.update(placed.id, (1, 4), (2, 1))
        return await reserve(request)

    app.inventory.reserve = refused_after_a_change  # type: ignore[method-assign]
    updated = await app.update(placed.id, (1, 3), (2, 1))

    assert {item.product_item_id: item.quantity for item in updated.items} == {1: 3, 2: 1}


async def test_a_refusal_for_an_earlier_version_of_the_order_is_prepared_again(app: AmendingApp) -> None:
    placed = await app.waiting()
    app.inventory.stock[1] = 0
    reserve = app.inventory.reserve

    async def refused_before_a_change(request: HoldRequest) -> Hold:
        app.inventory.reserve = reserve  # type: ignore[method-assign]
        try:
            return await reserve(request)
        finally:
            await app.update(placed.id, (1, 1), (2, 1))
            app.inventory.stock[1] = 5

    app.inventory.reserve = refused_before_a_change  # type: ignore[method-assign]
    updated = await app.update(placed.id, (1, 3), (2, 1))

    assert {item.product_item_id: item.quantity for item in updated.items} == {1: 3, 2: 1}
