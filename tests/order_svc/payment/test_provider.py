"""The contract of every PaymentProvider: the sandbox and Stripe, with records in memory and in PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, TypeVar

import pytest

from chassis.errors import InvalidArgument
from order_svc.domain.refund import RefundExceedsCharge
from order_svc.domain.status import PaymentMethod
from order_svc.payment.domain.errors import ChargeNotConfirmed, ProviderUnavailable, RefundReused, TransactionReused
from order_svc.payment.domain.ledger import EntryKind
from order_svc.payment.domain.provider import PaymentProvider, PaymentState, ProviderPayment
from tests.fakes.payment import InMemoryIntents, in_memory_ledger
from tests.order_svc.payment.builders import a_charge, a_refund, usd
from tests.order_svc.payment.conftest import Sandbox, Stripe
from tests.polling import eventually

T = TypeVar("T")
NOTHING = ProviderPayment(transaction_id="t-1")


@dataclass
class Case:
    """A provider, its tokens, and its own books: what each charge of a transaction has kept."""

    provider: PaymentProvider
    replica: Callable[[], PaymentProvider]
    tokens: Mapping[str, str]
    kept: Callable[[str], Awaitable[list[Decimal]]]
    # The same provider, after our records were lost.
    without_records: Callable[[], Case]


@pytest.fixture(params=["sandbox-memory", "sandbox-postgres", "stripe-memory", "stripe-postgres"])
def case(request: pytest.FixtureRequest) -> Case:
    provider, _, store = request.param.partition("-")
    fixture = request.getfixturevalue
    if provider == "sandbox":
        in_memory = in_memory_ledger()
        return _sandbox(Sandbox((lambda: in_memory) if store == "memory" else fixture("open_sql_ledger")))
    intents = InMemoryIntents()
    return _stripe(fixture("stripe_on")((lambda: intents) if store == "memory" else fixture("open_sql_intents")))


def _sandbox(sandbox: Sandbox) -> Case:
    async def kept(transaction_id: str) -> list[Decimal]:
        async with sandbox.open_ledger()() as uow:
            entries = (await uow.ledger.transactions([transaction_id]))[transaction_id].entries
        charges = [entry.amount.amount for entry in entries if entry.kind is EntryKind.CHARGE]
        back = sum(entry.amount.amount for entry in entries if entry.kind is EntryKind.REFUND)
        return [charge - back for charge in charges]

    tokens = {"good": "tok_ok", "declined": "tok_declined", "unknown": "4242"}

    def without_records() -> Case:
        ledger = in_memory_ledger()
        return _sandbox(Sandbox(lambda: ledger))

    return Case(sandbox.provider, sandbox.replica, tokens, kept, without_records)


def _stripe(stripe: Stripe) -> Case:
    async def kept(transaction_id: str) -> list[Decimal]:
        return [Decimal(minor) / 100 for minor in stripe.api.net(transaction_id)]

    tokens = {"good": "pm_ok", "declined": "pm_declined", "unknown": "pm_unknown"}

    def without_records() -> Case:
        intents = InMemoryIntents()
        return _stripe(replace(stripe, open_intents=lambda: intents))

    return Case(stripe.provider, stripe.replica, tokens, kept, without_records)


async def insist(call: Callable[[], Awaitable[T]]) -> T:
    """Repeats what got no answer, as a job does."""

    async def answer() -> T | None:
        try:
            return await call()
        except ProviderUnavailable:
            return None

    answered = await eventually(answer, timeout_s=20)
    assert answered is not None
    return answered


async def test_nothing_is_known_of_what_it_never_heard_of(case: Case) -> None:
    assert await case.provider.find("t-1") == NOTHING


@pytest.mark.parametrize("method", [PaymentMethod.CARD, PaymentMethod.PAYPAL, PaymentMethod.WALLET])
async def test_a_charge_is_made_and_remembered(case: Case, method: PaymentMethod) -> None:
    payment = await case.provider.charge(a_charge(token=case.tokens["good"], amount="10.99", method=method))

    assert (payment.state, payment.charged, payment.refunded) == (PaymentState.CHARGED, usd("10.99"), None)
    assert payment.processed_at is not None
    assert await case.replica().find("t-1") == payment
    assert await case.replica().charge(a_charge(token=case.tokens["good"], amount="10.99", method=method)) == payment
    assert await case.kept("t-1") == [Decimal("10.99")]


async def test_a_decline_is_final(case: Case) -> None:
    declined = await case.provider.charge(a_charge(token=case.tokens["declined"]))

    assert declined.state is PaymentState.REFUSED
    assert declined.failure_reason
    assert declined.charged_at is None
    assert await case.replica().find("t-1") == declined
    assert await case.replica().charge(a_charge(token=case.tokens["declined"])) == declined
    assert await case.kept("t-1") == []


async def test_nothing_goes_back_of_a_decline(case: Case) -> None:
    declined = await case.provider.charge(a_charge(token=case.tokens["declined"]))

    assert await case.provider.refund(a_refund()) == declined


async def test_an_unknown_card_is_refused(case: Case) -> None:
    refused = await case.provider.charge(a_charge(token=case.tokens["unknown"]))

    assert (refused.state, refused.failure_reason) == (PaymentState.REFUSED, "the card is not known to the provider")
    assert await case.kept("t-1") == []


@pytest.mark.parametrize("token", ["good", "declined"])
async def test_twenty_charges_at_once_on_two_replicas_are_one(case: Case, token: str) -> None:
    replicas = [case.replica(), case.replica()]
    charge = a_charge(token=case.tokens[token])

    answers = await asyncio.gather(*(insist(lambda n=n: replicas[n % 2].charge(charge)) for n in range(20)))  # type: ignore[misc]

    assert len(set(answers)) == 1
    assert await case.kept("t-1") == ([Decimal("10.00")] if token == "good" else [])


@pytest.mark.parametrize("other", [a_charge(amount="11.00"), a_charge(order_id=2), a_charge(currency="EUR")])
async def test_a_transaction_keeps_its_amount_and_order(case: Case, other: Any) -> None:
    await case.provider.charge(a_charge(token=case.tokens["good"]))

    with pytest.raises(TransactionReused):
        await case.replica().charge(other)

    assert await case.kept("t-1") == [Decimal("10.00")]


async def test_money_goes_back_once_for_each_refund_id(case: Case) -> None:
    charged = await case.provider.charge(a_charge(token=case.tokens["good"]))
    replicas = [case.replica(), case.replica()]

    answers = await asyncio.gather(
        *(insist(lambda n=n: replicas[n % 2].refund(a_refund("r-1", "4.00"))) for n in range(10))  # type: ignore[misc]
    )

    assert {(answer.state, answer.refunded) for answer in answers} == {(PaymentState.CHARGED, usd("4.00"))}
    assert await case.kept("t-1") == [Decimal("6.00")]
    refunded = await case.provider.refund(a_refund("r-2", "6.00"))
    assert refunded.state is PaymentState.REFUNDED
    assert refunded.charged_at == charged.charged_at == charged.processed_at is not None
    assert (await case.provider.find("t-1")).processed_at is not None
    assert await case.kept("t-1") == [Decimal("0.00")]


async def test_never_more_goes_back_than_came(case: Case) -> None:
    await case.provider.charge(a_charge(token=case.tokens["good"]))
    replicas = [case.replica(), case.replica()]

    async def refund(n: int) -> ProviderPayment | RefundExceedsCharge:
        try:
            return await insist(lambda: replicas[n % 2].refund(a_refund(f"r-{n}", "3.00")))
        except RefundExceedsCharge as refusal:
            return refusal

    answers = await asyncio.gather(*(refund(n) for n in range(10)))

    assert sum(isinstance(answer, RefundExceedsCharge) for answer in answers) == 7
    assert await case.kept("t-1") == [Decimal("1.00")]


async def test_a_refund_in_another_currency_names_the_field(case: Case) -> None:
    await case.provider.charge(a_charge(token=case.tokens["good"]))

    with pytest.raises(InvalidArgument) as refusal:
        await case.provider.refund(a_refund(currency="EUR"))

    assert [violation.field for violation in refusal.value.violations] == ["amount.currencyCode"]
    assert await case.kept("t-1") == [Decimal("10.00")]


async def test_a_refund_id_is_for_one_transaction_and_amount(case: Case) -> None:
    for transaction in ("t-1", "t-2"):
        await case.provider.charge(a_charge(transaction, case.tokens["good"]))
    await case.provider.refund(a_refund("r-1", "4.00"))

    with pytest.raises(RefundReused):
        await case.provider.refund(a_refund("r-1", "4.00", transaction_id="t-2"))
    with pytest.raises(RefundReused):
        await case.provider.refund(a_refund("r-1", "5.00"))

    assert (await case.kept("t-1"), await case.kept("t-2")) == ([Decimal("6.00")], [Decimal("10.00")])


async def test_what_is_refunded_before_it_is_charged_never_will_be(case: Case) -> None:
    voided = await case.provider.refund(a_refund(reason="cancelled"))
    assert (voided.state, voided.failure_reason, voided.charged) == (PaymentState.VOIDED, "cancelled", None)

    later = await case.replica().charge(a_charge(token=case.tokens["good"]))

    assert (later.state, later.failure_reason) == (PaymentState.VOIDED, "cancelled")
    assert (await case.replica().find("t-1")).state is PaymentState.VOIDED
    assert await case.kept("t-1") == []


async def test_a_cancel_during_the_charge_leaves_no_money_behind(case: Case) -> None:
    replicas = [case.replica(), case.replica()]
    transactions = [f"t-{n}" for n in range(30)]
    good = case.tokens["good"]

    await asyncio.gather(
        *(insist(lambda id=id: replicas[0].charge(a_charge(id, good))) for id in transactions),  # type: ignore[misc]
        *(
            insist(lambda id=id: replicas[1].refund(a_refund(f"r-{id}", transaction_id=id)))  # type: ignore[misc]
            for id in transactions
        ),
    )

    states = {(await case.provider.find(id)).state for id in transactions}
    assert states <= {PaymentState.VOIDED, PaymentState.REFUNDED}
    assert {tuple(await case.kept(id)) for id in transactions} <= {(), (Decimal("0.00"),)}


async def test_transactions_are_listed_page_by_page_with_their_refunds(case: Case) -> None:
    for id in ("t-1", "t-2", "t-3"):
        await insist(lambda id=id: case.provider.charge(a_charge(id, case.tokens["good"], order_id=7)))  # type: ignore[misc]
    await insist(lambda: case.provider.refund(a_refund("r-1", "4.00", transaction_id="t-2")))
    await insist(lambda: case.provider.refund(a_refund("r-2", transaction_id="t-4")))

    first = await case.replica().page(after="", limit=2)
    rest = await case.replica().page(after="t-2", limit=10)
    named = await case.replica().stored(["t-3", "t-9", "t-2"])

    assert [one.payment.transaction_id for one in first + rest] == ["t-1", "t-2", "t-3", "t-4"]
    assert named == [first[1], rest[0]]
    assert [one.payment.state.name for one in first + rest] == ["CHARGED", "CHARGED", "CHARGED", "VOIDED"]
    assert [one.order_id for one in first + rest] == [7, 7, 7, 0]
    assert (first[1].payment.refunded, first[1].refunds) == (usd("4.00"), (("r-1", usd("4.00")),))
    assert await case.provider.page(after="t-4", limit=10) == []


async def test_a_charge_whose_record_was_lost_is_written_down_again_and_not_made_again(case: Case) -> None:
    recorded = replace(a_charge(token=""), recorded=True)
    await insist(lambda: case.provider.charge(a_charge(token=case.tokens["good"])))

    restored = case.without_records()
    again = await restored.provider.charge(recorded)

    assert (again.state, again.charged) == (PaymentState.CHARGED, usd("10.00"))
    assert (await restored.provider.charge(recorded)).state is PaymentState.CHARGED
    assert await restored.kept("t-1") == [Decimal("10.00")]
    assert [one.payment.transaction_id for one in await restored.provider.page(after="", limit=10)] == ["t-1"]


async def test_stripe_confirms_no_charge_that_it_does_not_know(stripe: Stripe) -> None:
    with pytest.raises(ChargeNotConfirmed):
        await stripe.provider.charge(replace(a_charge(token=""), recorded=True))

    assert stripe.api.net("t-1") == []
