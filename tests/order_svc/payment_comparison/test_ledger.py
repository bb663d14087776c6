"""What the shop's ledger has of an order, and what the provider's books may differ from it in."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from chassis.money import Money
from order_svc.domain.order import Order
from order_svc.domain.status import PaymentMethod
from order_svc.payment_comparison.domain.differences import DifferenceKind, compared, unlisted
from order_svc.payment_comparison.domain.movements import (
    LedgerMovement,
    MovementKind,
    ProviderMovement,
    ProviderState,
    ledger_of,
)
from tests.builders.order import AT, an_item, an_order

CHARGE, REFUND = MovementKind.CHARGE, MovementKind.REFUND
HOUR, MOMENT = timedelta(hours=1), timedelta(microseconds=1)
USD_20, USD_3 = Money.of("20.00", "USD"), Money.of("3.00", "USD")


def the_charge(order: Order, status: str, **changes: object) -> LedgerMovement:
    charge = LedgerMovement(
        kind=CHARGE,
        transaction_id=f"t-{order.id}",
        refund_id="",
        order_id=order.id,
        amount=USD_20,
        status=status,
        moved_at=AT,
    )
    return replace(charge, **changes)  # type: ignore[arg-type]


def test_a_paid_order_has_one_charge_at_the_time_of_its_payment() -> None:
    order = an_order().paid().build()

    assert ledger_of(order) == [the_charge(order, "PAID")]


def test_what_was_not_charged_has_not_moved() -> None:
    order = an_order().build()
    declined = an_order().refused().build()

    assert ledger_of(order) == [the_charge(order, "PENDING", moved_at=None)]
    assert ledger_of(declined) == [the_charge(declined, "FAILED", moved_at=None)]


def test_cash_and_free_orders_have_no_movements() -> None:
    cash = an_order(method=PaymentMethod.CASH).delivered().build()
    cash.refund(USD_3, (), reason="late", at=AT)

    assert ledger_of(cash) == []
    assert ledger_of(an_order(items=(an_item(discount="20.00"),)).build()) == []


def test_a_refund_has_moved_once_the_provider_has_paid_it() -> None:
    order = an_order().paid().build()
    refund, _ = order.refund(USD_3, (), reason="late", at=AT + HOUR)
    promised = LedgerMovement(
        kind=REFUND,
        transaction_id=f"t-{order.id}",
        refund_id=refund.refund_id,
        order_id=order.id,
        amount=USD_3,
        status="PROMISED",
        moved_at=None,
    )
    assert ledger_of(order) == [the_charge(order, "PAID"), promised]

    order.refund_given(refund, at=AT + 2 * HOUR)

    given = replace(promised, status="GIVEN", moved_at=AT + 2 * HOUR)
    assert ledger_of(order) == [the_charge(order, "PARTIALLY_REFUNDED"), given]


def test_a_return_that_costs_nothing_moves_no_money() -> None:
    order = an_order(items=(an_item(), an_item(product_item_id=2, discount="20.00"))).paid().build()

    order.refund(None, [(2, 1)], reason="broken", at=AT)

    assert ledger_of(order) == [the_charge(order, "PAID")]


def test_a_charge_of_a_stopped_order_and_its_return_have_moved() -> None:
    order = an_order().refused().build()

    order.money_returned(charged_at=AT - HOUR, at=AT + HOUR)

    charge = the_charge(order, "REFUNDED", moved_at=AT - HOUR)
    returned = replace(charge, kind=REFUND, refund_id=f"t-{order.id}/all", status="GIVEN", moved_at=AT + HOUR)
    assert ledger_of(order) == [charge, returned]


def test_a_payment_that_another_one_replaced_stays_in_the_ledger() -> None:
    order = an_order().refused().build()
    order.retry_payment(method=PaymentMethod.CARD, transaction_id="t-again", at=AT)
    order.earlier_money_returned(f"t-{order.id}", charged_at=AT - HOUR, at=AT + HOUR)
    order.charged(at=AT + 2 * HOUR)

    earlier, returned, present = ledger_of(order)

    assert earlier == the_charge(order, "REFUNDED", moved_at=AT - HOUR)
    assert (returned.kind, returned.refund_id, returned.moved_at) == (REFUND, f"t-{order.id}/all", AT + HOUR)
    assert present == the_charge(order, "PAID", transaction_id="t-again", moved_at=AT + 2 * HOUR)


def listed(ledger: LedgerMovement, **changes: object) -> ProviderMovement:
    """As the provider has it, but for the changes."""
    movement = ProviderMovement(
        id="ch_1",
        kind=ledger.kind,
        transaction_id=ledger.transaction_id,
        refund_id=ledger.refund_id,
        order_id=ledger.order_id,
        amount=ledger.amount,
        state=ProviderState.SUCCEEDED,
        created_at=AT,
    )
    return replace(movement, **changes)  # type: ignore[arg-type]


def differs(ledger: LedgerMovement, *, is_repeat: bool = False, **changes: object) -> DifferenceKind | None:
    return compared(listed(ledger, **changes), ledger, is_repeat=is_repeat)


def test_equal_movements_do_not_differ() -> None:
    charge = the_charge(an_order().build(), "PAID")

    assert differs(charge) is None
    assert listed(charge).key == charge.key
    # The provider's clock may be an hour ahead, and its day another one.
    assert differs(charge, created_at=AT + HOUR) is None
    assert differs(charge, created_at=AT - 30 * HOUR) is None


def test_what_the_ledger_lacks_is_the_provider_s_alone() -> None:
    charge = the_charge(an_order().build(), "PAID")

    assert compared(listed(charge), None, is_repeat=False) is DifferenceKind.PROVIDER_ONLY
    assert differs(charge, is_repeat=True) is DifferenceKind.PROVIDER_ONLY
    assert differs(charge, created_at=AT + HOUR + MOMENT) is DifferenceKind.PROVIDER_ONLY


def test_amounts_and_currencies_differ() -> None:
    charge = the_charge(an_order().build(), "PAID")

    assert differs(charge, amount=Money.of("19.99", "USD")) is DifferenceKind.AMOUNT
    assert differs(charge, amount=Money.of("20.00", "EUR")) is DifferenceKind.CURRENCY


def test_a_charge_must_be_decided_and_a_refund_may_be_pending() -> None:
    charge = the_charge(an_order().build(), "PAID")
    refund = replace(charge, kind=REFUND, refund_id="r-1")

    assert differs(charge, state=ProviderState.PENDING) is DifferenceKind.STATUS
    assert differs(refund, state=ProviderState.PENDING) is None
    assert differs(replace(charge, moved_at=None)) is DifferenceKind.STATUS
    assert listed(charge, state=ProviderState.PENDING).is_live
    assert not listed(charge, state=ProviderState.FAILED).is_live


def missing(ledger: LedgerMovement, charged: str, refunded: str, by_ledger: str = "0") -> DifferenceKind | None:
    amounts = {"charged": Decimal(charged), "refunded": Decimal(refunded), "refunded_by_ledger": Decimal(by_ledger)}
    return unlisted(ledger, **amounts, failed=None)


def test_what_the_provider_has_on_another_day_is_not_missing() -> None:
    charge = the_charge(an_order().build(), "PAID")
    refund = replace(charge, kind=REFUND, refund_id="r-1")

    assert missing(charge, "0.01", "0") is None
    assert missing(charge, "0", "20") is DifferenceKind.LEDGER_ONLY
    assert missing(refund, "20", "3", "3") is None
    assert missing(refund, "20", "2.99", "3") is DifferenceKind.LEDGER_ONLY


def test_what_failed_at_the_provider_is_of_another_status() -> None:
    charge = the_charge(an_order().build(), "PAID")
    failed = listed(charge, state=ProviderState.FAILED)
    nothing = Decimal(0)

    found = unlisted(charge, charged=nothing, refunded=nothing, refunded_by_ledger=nothing, failed=failed)

    assert found is DifferenceKind.STATUS


def test_a_paid_order_that_was_refunded_as_a_whole_was_not_returned_twice() -> None:
    order = an_order().paid().build()
    refund, _ = order.refund(None, (), reason="late", at=AT)
    order.refund_given(refund, at=AT + HOUR)

    charge, given = ledger_of(order)

    assert charge == the_charge(order, "REFUNDED")
    assert (given.refund_id, given.amount, given.moved_at) == (refund.refund_id, USD_20, AT + HOUR)


def test_a_return_that_failed_has_not_moved() -> None:
    order = an_order().refused().build()
    order.money_returned(charged_at=AT - HOUR, at=AT)

    order.return_failed(at=AT + HOUR)

    assert ledger_of(order) == [the_charge(order, "PAID", moved_at=AT - HOUR)]
