"""Each kind of difference that is planted is found, and nothing else is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from chassis.money import Money
from order_svc.commands.record_refund import RecordRefund
from order_svc.commands.refund_order import RefundOrder
from order_svc.domain.order import Order
from order_svc.domain.status import PaymentMethod
from order_svc.payment_comparison.domain.movements import MovementKind, ProviderState
from tests.builders.order import AT, an_item, an_order
from tests.order_svc.payment_comparison.compared_shop import DAY, THE_NIGHT_AFTER, ComparedShop

CHARGE, REFUND = MovementKind.CHARGE, MovementKind.REFUND
SECOND, DAY_LONG = timedelta(seconds=1), timedelta(days=1)
Plant = Callable[[ComparedShop], Awaitable[Order]]


async def refunded(shop: ComparedShop, amount: str = "3.00", *, agreed: bool = True) -> Order:
    """A paid order of which a part was given back."""
    order = await shop.given(an_order().paid())
    await shop.app.send(RefundOrder(order_id=order.id, amount=Money.of(amount, "USD"), reason="late"))
    [refund] = (await shop.app.order(order.id)).refunds
    done = RecordRefund(
        order_id=order.id,
        lease=None,
        transaction_id=refund.transaction_id,
        refund_id=refund.refund_id,
        charged_at=AT,
    )
    await shop.app.send(done)
    await shop.jobs_of_orders_end()
    if agreed:
        await shop.agree(order.id)
    return await shop.app.order(order.id)


async def returned(shop: ComparedShop) -> Order:
    """An order that was given up, and had been charged: its money went back."""
    order = await shop.given(an_order().refused())
    id = order.payment.transaction_id
    done = RecordRefund(order_id=order.id, lease=None, transaction_id=id, refund_id=f"{id}/all", charged_at=AT)
    await shop.app.send(done)
    await shop.agree(order.id)
    return await shop.app.order(order.id)


async def agreed_shop(shop: ComparedShop) -> None:
    """An order of each kind, none of which differs."""
    await shop.given(an_order().paid())
    await refunded(shop)
    await returned(shop)
    await shop.given(an_order())
    declined = await shop.given(an_order().refused())
    shop.add(CHARGE, declined, state=ProviderState.FAILED)
    await shop.given(an_order(method=PaymentMethod.CASH).delivered())
    await shop.given(an_order(items=(an_item(discount="20.00"),)))
    pending = await refunded(shop)
    shop.change(pending, REFUND, state=ProviderState.PENDING)
    retried = await shop.given(an_order().paid())
    shop.add(CHARGE, retried, state=ProviderState.FAILED, at=AT)
    shop.books.foreign = 4


async def a_charge_of_no_order(shop: ComparedShop) -> Order:
    order = an_order().paid().build()
    shop.add(CHARGE, order)
    return order


async def a_second_charge(shop: ComparedShop) -> Order:
    order = await shop.given(an_order().paid())
    shop.add(CHARGE, order)
    return order


async def a_charge_of_another_transaction(shop: ComparedShop) -> Order:
    order = await shop.given(an_order().paid())
    shop.add(CHARGE, order, transaction_id="t-of-another-payment")
    return order


async def a_refund_by_hand(shop: ComparedShop) -> Order:
    order = await shop.given(an_order().paid())
    shop.add(REFUND, order, amount=Money.of("1.00", "USD"))
    return order


async def a_second_refund(shop: ComparedShop) -> Order:
    order = await refunded(shop)
    shop.add(REFUND, order, order.refunds[0].refund_id, order.refunds[0].amount)
    return order


async def a_paid_order_without_a_charge(shop: ComparedShop) -> Order:
    return await shop.given(an_order().paid(), agreed=False)


async def a_refund_that_the_provider_lacks(shop: ComparedShop) -> Order:
    return await refunded(shop, agreed=False)


async def a_return_that_the_provider_lacks(shop: ComparedShop) -> Order:
    order = await returned(shop)
    shop.forget(order, REFUND)
    return order


async def a_charge_of_another_amount(shop: ComparedShop) -> Order:
    order = await shop.given(an_order().paid())
    shop.change(order, amount=Money.of("19.99", "USD"))
    return order


async def a_refund_of_another_amount(shop: ComparedShop) -> Order:
    order = await refunded(shop)
    shop.change(order, REFUND, amount=Money.of("3.01", "USD"))
    return order


async def a_charge_in_another_currency(shop: ComparedShop) -> Order:
    order = await shop.given(an_order().paid())
    shop.change(order, amount=Money.of("20.00", "EUR"))
    return order


async def a_charge_of_a_failed_order(shop: ComparedShop) -> Order:
    order = await shop.given(an_order().refused())
    shop.add(CHARGE, order)
    return order


async def a_paid_order_whose_charge_is_undecided(shop: ComparedShop) -> Order:
    order = await shop.given(an_order().paid())
    shop.change(order, state=ProviderState.PENDING)
    return order


async def a_paid_order_whose_charge_failed(shop: ComparedShop) -> Order:
    order = await shop.given(an_order().paid())
    shop.change(order, state=ProviderState.FAILED)
    return order


async def a_refund_that_failed_later(shop: ComparedShop) -> Order:
    order = await refunded(shop)
    shop.change(order, REFUND, state=ProviderState.FAILED)
    return order


async def a_refund_that_is_only_promised(shop: ComparedShop) -> Order:
    order = await shop.given(an_order().paid())
    await shop.app.send(RefundOrder(order_id=order.id, amount=Money.of("3.00", "USD"), reason="late"))
    await shop.jobs_of_orders_end()
    [refund] = (await shop.app.order(order.id)).refunds
    shop.add(REFUND, order, refund.refund_id, refund.amount)
    return order


PLANTED: list[tuple[Plant, str]] = [
    (a_charge_of_no_order, "PROVIDER_ONLY CHARGE"),
    (a_second_charge, "PROVIDER_ONLY CHARGE"),
    (a_charge_of_another_transaction, "PROVIDER_ONLY CHARGE"),
    (a_refund_by_hand, "PROVIDER_ONLY REFUND"),
    (a_second_refund, "PROVIDER_ONLY REFUND"),
    (a_paid_order_without_a_charge, "LEDGER_ONLY CHARGE"),
    (a_refund_that_the_provider_lacks, "LEDGER_ONLY REFUND"),
    (a_return_that_the_provider_lacks, "LEDGER_ONLY REFUND"),
    (a_charge_of_another_amount, "AMOUNT CHARGE"),
    (a_refund_of_another_amount, "AMOUNT REFUND"),
    (a_charge_in_another_currency, "CURRENCY CHARGE"),
    (a_charge_of_a_failed_order, "STATUS CHARGE"),
    (a_paid_order_whose_charge_is_undecided, "STATUS CHARGE"),
    (a_paid_order_whose_charge_failed, "STATUS CHARGE"),
    (a_refund_that_failed_later, "STATUS REFUND"),
    (a_refund_that_is_only_promised, "STATUS REFUND"),
]


async def test_books_that_agree_have_no_differences(shop: ComparedShop) -> None:
    await agreed_shop(shop)

    assert await shop.found() == []

    report = await shop.report()
    assert (report.provider_count, report.ledger_count, report.foreign_count) == (10, 8, 4)
    assert (report.difference_count, report.in_transit_count) == (0, 0)
    assert report.finished_at is not None
    assert await shop.sql("SELECT FROM provider_movement") == []
    # The provider was asked about nothing that it had listed.
    assert shop.books.asked == []


async def test_everything_that_is_planted_is_found_and_nothing_else(shop: ComparedShop) -> None:
    await agreed_shop(shop)
    expected = [f"{kind} {(await plant(shop)).id}" for plant, kind in PLANTED]

    assert sorted(await shop.found()) == sorted(expected)

    report = await shop.report()
    assert report.difference_count == len(PLANTED)


async def test_a_difference_shows_both_sides(shop: ComparedShop) -> None:
    order = await a_charge_of_another_amount(shop)

    await shop.found()

    [one] = await shop.differences()
    assert one.provider is not None
    assert one.ledger is not None
    assert (one.provider.amount.amount, one.ledger.amount.amount) == (Decimal("19.99"), Decimal("20.00"))
    assert (one.provider.created_at, one.ledger.moved_at) == (AT + timedelta(hours=1), AT)
    assert one.provider.transaction_id == one.ledger.transaction_id == order.payment.transaction_id
    assert one.ledger.status == "PAID"


@pytest.mark.parametrize("at", [AT - SECOND, AT - 3 * DAY_LONG])
async def test_what_the_provider_has_on_another_day_is_no_difference_of_either(shop: ComparedShop, at: object) -> None:
    order = await refunded(shop)
    for kind in (CHARGE, REFUND):
        shop.change(order, kind, created_at=at)

    for day in (DAY - 3 * DAY_LONG, DAY - DAY_LONG, DAY, DAY + DAY_LONG):
        shop.clock.at = AT + 4 * DAY_LONG
        assert await shop.found(day) == []


async def test_what_the_provider_made_again_on_a_later_day_is_found(shop: ComparedShop) -> None:
    order = await refunded(shop)
    [refund] = order.refunds
    shop.add(CHARGE, order, at=AT + DAY_LONG)
    shop.add(REFUND, order, refund.refund_id, refund.amount, at=AT + 2 * DAY_LONG)
    shop.clock.at = AT + 4 * DAY_LONG

    assert await shop.found(DAY) == []
    assert await shop.found(DAY + DAY_LONG) == [f"PROVIDER_ONLY CHARGE {order.id}"]
    assert await shop.found(DAY + 2 * DAY_LONG) == [f"PROVIDER_ONLY REFUND {order.id}"]


async def test_what_differs_over_midnight_is_found_once_on_the_provider_s_day(shop: ComparedShop) -> None:
    order = await a_charge_of_another_amount(shop)
    shop.change(order, created_at=AT - SECOND)

    assert await shop.found(DAY) == []
    assert await shop.found(DAY - DAY_LONG) == [f"AMOUNT CHARGE {order.id}"]


@pytest.mark.parametrize("plant", [a_charge_of_a_failed_order, a_paid_order_without_a_charge])
async def test_what_differs_while_jobs_of_the_order_are_to_run_is_in_transit(shop: ComparedShop, plant: Plant) -> None:
    order = await plant(shop)
    await shop.sql(
        "INSERT INTO job (id, kind, key, payload, state, attempts, due_at) "
        "VALUES (-1, 'charge', 'x', jsonb_build_object('order_id', CAST(:id AS bigint)), 'READY', 0, now())",
        id=order.id,
    )

    assert await shop.found() == []

    report = await shop.report()
    assert (report.in_transit_count, report.difference_count) == (1, 0)
    shop.clock.at = datetime(2026, 1, 7, 23, 59, tzinfo=UTC)
    assert await shop.found() == []
    # The last night: jobs that are still to run are no excuse any more.
    shop.clock.at += timedelta(minutes=1)
    assert len(await shop.found()) == 1
    assert (await shop.report()).in_transit_count == 0

    shop.clock.at = THE_NIGHT_AFTER
    await shop.jobs_of_orders_end()
    assert len(await shop.found()) == 1


async def test_a_report_names_a_thousand_differences_and_counts_all(
    shop: ComparedShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("order_svc.payment_comparison.adapters.unit_of_work.MOST_DIFFERENCES", 3)
    for _ in range(5):
        await a_charge_of_no_order(shop)

    assert len(await shop.found()) == 3

    report = await shop.report()
    assert report.difference_count == 5
