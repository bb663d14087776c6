"""Given the entries of a transaction, only allowed charges and refunds take effect."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import AppError, InvalidArgument
from chassis.money import Money
from order_svc.domain.refund import RefundExceedsCharge
from order_svc.payment.domain.errors import RefundReused, TransactionReused
from order_svc.payment.domain.ledger import EntryKind, Transaction
from order_svc.payment.domain.provider import PaymentState, ProviderPayment
from order_svc.payment.domain.tokens import CardBehaviour
from tests.order_svc.payment.builders import a_charge, a_refund, usd

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
OK = CardBehaviour.of("tok_ok")


def charged(amount: str = "10.00") -> Transaction:
    transaction = Transaction("t-1")
    transaction.charge(a_charge(amount=amount), OK, at=NOON)
    return transaction


def kinds(transaction: Transaction) -> list[EntryKind]:
    return [entry.kind for entry in transaction.unwritten]


def test_nothing_is_known_of_an_untouched_transaction() -> None:
    assert Transaction("t-1").payment == ProviderPayment(transaction_id="t-1")


def test_a_charge_is_recorded_once_however_often_it_comes() -> None:
    transaction = charged()

    assert transaction.charge(a_charge(), OK, at=NOON + timedelta(hours=1))

    assert kinds(transaction) == [EntryKind.CHARGE]
    assert transaction.payment == ProviderPayment(
        transaction_id="t-1", state=PaymentState.CHARGED, charged=usd("10.00"), processed_at=NOON, charged_at=NOON
    )


def test_a_refusal_is_final() -> None:
    transaction = Transaction("t-1")
    transaction.charge(a_charge(), CardBehaviour.of("tok_declined"), at=NOON)

    assert transaction.charge(a_charge(), OK, at=NOON)

    assert kinds(transaction) == [EntryKind.REFUSAL]
    assert transaction.payment.state is PaymentState.REFUSED
    assert transaction.payment.failure_reason == "the card was declined"
    assert transaction.payment.charged is None


@pytest.mark.parametrize(
    "other", [a_charge(amount="10.01"), a_charge(amount="10.00", currency="EUR"), a_charge(order_id=2)]
)
@pytest.mark.parametrize("token", ["tok_ok", "tok_declined", "tok_down"])
def test_a_transaction_keeps_its_amount_and_order(other: Any, token: str) -> None:
    transaction = Transaction("t-1")
    transaction.charge(a_charge(), CardBehaviour.of(token), at=NOON)

    with pytest.raises(TransactionReused):
        transaction.charge(other, OK, at=NOON)

    assert len(transaction.unwritten) == 1


def test_transient_failures_are_counted_in_the_ledger() -> None:
    flaky = CardBehaviour.of("tok_flaky_2")
    transaction = Transaction("t-1")
    answered = [transaction.charge(a_charge(), flaky, at=NOON) for _ in range(4)]

    assert answered == [False, False, True, True]
    assert kinds(transaction) == [EntryKind.TRANSIENT, EntryKind.TRANSIENT, EntryKind.CHARGE]


def test_an_attempt_without_an_answer_leaves_the_state_unknown() -> None:
    transaction = Transaction("t-1")
    transaction.charge(a_charge(), CardBehaviour.of("tok_down"), at=NOON)

    assert transaction.payment.state is PaymentState.UNSPECIFIED


def test_the_first_reply_is_lost_but_not_the_charge() -> None:
    lost = CardBehaviour.of("tok_lost_reply")
    transaction = Transaction("t-1")

    assert not transaction.charge(a_charge(), lost, at=NOON)
    assert transaction.charge(a_charge(), lost, at=NOON)
    assert kinds(transaction) == [EntryKind.CHARGE]


def test_money_is_given_back_in_parts_and_then_all() -> None:
    transaction = charged("10.00")
    transaction.refund(a_refund("r-1", "4.00"), at=NOON)
    assert (transaction.payment.state, transaction.payment.refunded) == (PaymentState.CHARGED, usd("4.00"))

    later = NOON + timedelta(hours=1)
    transaction.refund(a_refund("r-2", "6.00"), at=later)
    assert (transaction.payment.state, transaction.payment.refunded) == (PaymentState.REFUNDED, usd("10.00"))
    assert (transaction.payment.processed_at, transaction.payment.charged_at) == (later, NOON)


def test_a_refund_is_recorded_once_however_often_it_comes() -> None:
    transaction = charged()
    transaction.refund(a_refund("r-1", "10.00"), at=NOON)
    transaction.refund(a_refund("r-1", "10.00"), at=NOON)

    assert kinds(transaction) == [EntryKind.CHARGE, EntryKind.REFUND]


def test_a_refund_keeps_its_amount() -> None:
    transaction = charged()
    transaction.refund(a_refund("r-1", "1.00"), at=NOON)

    with pytest.raises(RefundReused):
        transaction.refund(a_refund("r-1", "2.00"), at=NOON)

    assert transaction.payment.refunded == usd("1.00")


def test_no_more_is_given_back_than_is_left() -> None:
    transaction = charged("10.00")
    transaction.refund(a_refund("r-1", "4.00"), at=NOON)

    with pytest.raises(RefundExceedsCharge) as refusal:
        transaction.refund(a_refund("r-2", "6.01"), at=NOON)

    assert refusal.value.metadata == {"requested": "6.01 USD", "remaining": "6.00 USD"}
    assert transaction.payment.refunded == usd("4.00")


def test_money_goes_back_in_the_currency_it_came_in() -> None:
    transaction = charged()
    with pytest.raises(InvalidArgument, match=r"amount\.currencyCode"):
        transaction.refund(a_refund("r-1", "1.00", currency="EUR"), at=NOON)
    assert kinds(transaction) == [EntryKind.CHARGE]


@pytest.mark.parametrize("before", [None, "tok_down"])
def test_a_refund_before_the_charge_forbids_it_for_good(before: Any) -> None:
    transaction = Transaction("t-1")
    if before:
        transaction.charge(a_charge(), CardBehaviour.of(before), at=NOON)
    transaction.refund(a_refund("r-1", "10.00", reason="cancelled"), at=NOON)
    transaction.refund(a_refund("r-2", "10.00"), at=NOON)

    assert transaction.charge(a_charge(), OK, at=NOON)

    assert transaction.payment.state is PaymentState.VOIDED
    assert transaction.payment.failure_reason == "cancelled"
    assert kinds(transaction)[-1] is EntryKind.VOID
    assert EntryKind.CHARGE not in kinds(transaction)


def test_a_refused_charge_has_nothing_to_refund() -> None:
    transaction = Transaction("t-1")
    transaction.charge(a_charge(), CardBehaviour.of("tok_declined"), at=NOON)
    transaction.refund(a_refund("r-1", "10.00"), at=NOON)

    assert transaction.payment.state is PaymentState.REFUSED
    assert kinds(transaction) == [EntryKind.REFUSAL]


def test_a_free_order_is_charged_nothing_and_gets_nothing_back() -> None:
    transaction = charged("0.00")
    states = [transaction.payment.state]
    transaction.refund(a_refund("r-1", "0.00"), at=NOON)

    assert [*states, transaction.payment.state] == [PaymentState.CHARGED, PaymentState.REFUNDED]


TOKENS = st.sampled_from(["tok_ok", "tok_declined", "tok_flaky_1", "tok_flaky_3", "tok_down", "tok_lost_reply", "?"])
STEPS = st.lists(
    st.one_of(TOKENS, st.tuples(st.integers(1, 4), st.decimals(min_value=0, max_value=12, places=2, allow_nan=False))),
    max_size=12,
)


@given(STEPS)
def test_whatever_comes_in_whatever_order_the_accounts_are_right(steps: Any) -> None:
    transaction = Transaction("t-1")
    for step in steps:
        before = transaction.payment
        try:
            if isinstance(step, str):
                transaction.charge(a_charge(amount="10.00"), CardBehaviour.of(step), at=NOON)
            else:
                transaction.refund(a_refund(f"r-{step[0]}", str(step[1])), at=NOON)
        except AppError:
            assert transaction.payment == before

    entries = transaction.unwritten
    assert [entry.ordinal for entry in entries] == list(range(1, len(entries) + 1))
    taken = Money.sum((e.amount for e in entries if e.kind is EntryKind.CHARGE), "USD")
    given_back = Money.sum((e.amount for e in entries if e.kind is EntryKind.REFUND), "USD")
    assert not (taken - given_back).is_negative
    assert sum(e.kind in {EntryKind.CHARGE, EntryKind.REFUSAL, EntryKind.VOID} for e in entries) <= 1


@pytest.mark.parametrize(("said", "kept"), [("", "refunded before it was charged"), ("out of stock", "out of stock")])
def test_a_refund_that_is_earlier_than_its_charge_is_kept_with_its_key_and_reason(said: str, kept: str) -> None:
    transaction = Transaction("t-1")

    transaction.refund(a_refund("r-7", reason=said), at=NOON)

    (entry,) = transaction.unwritten
    assert (entry.kind, entry.refund_id, entry.reason) == (EntryKind.VOID, "r-7", kept)


def test_a_refund_is_kept_with_its_order_key_and_reason() -> None:
    transaction = charged()

    transaction.refund(a_refund("r-7", "4.00", reason="scratched"), at=NOON)

    entry = transaction.unwritten[-1]
    assert (entry.kind, entry.order_id, entry.refund_id, entry.reason) == (EntryKind.REFUND, 1, "r-7", "scratched")
