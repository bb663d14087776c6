"""The sandbox provider charges once and fails as its tokens specify, on the fake ledger and on PostgreSQL."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from order_svc.domain.refund import RefundExceedsCharge
from order_svc.payment.domain.errors import ProviderUnavailable, RefundReused, TransactionReused
from order_svc.payment.domain.ledger import EntryKind
from order_svc.payment.domain.provider import PaymentState
from tests.order_svc.payment.builders import a_charge, a_refund, usd
from tests.order_svc.payment.conftest import Sandbox
from tests.polling import eventually


async def test_a_good_card_is_charged(sandbox: Sandbox) -> None:
    payment = await sandbox.charge(a_charge())

    assert (payment.state, payment.charged, payment.refunded) == (PaymentState.CHARGED, usd("10.00"), None)
    assert payment.processed_at is not None
    assert await sandbox.find("t-1") == payment
    assert await sandbox.kinds() == [EntryKind.CHARGE]


async def test_the_provider_never_heard_of_it(sandbox: Sandbox) -> None:
    assert (await sandbox.find("t-1")).state is PaymentState.UNSPECIFIED


@pytest.mark.parametrize("token", ["tok_ok", "tok_declined", "tok_lost_reply", "tok_slow_5"])
async def test_twenty_charges_at_once_on_two_replicas_are_one(sandbox: Sandbox, token: str) -> None:
    replicas = [sandbox.replica(), sandbox.replica()]

    answers = await asyncio.gather(
        *(replicas[n % 2].charge(a_charge(token=token)) for n in range(20)), return_exceptions=True
    )

    lost = [answer for answer in answers if isinstance(answer, ProviderUnavailable)]
    assert len(lost) == (1 if token == "tok_lost_reply" else 0)
    state = PaymentState.REFUSED if token == "tok_declined" else PaymentState.CHARGED
    assert {answer.state for answer in answers if not isinstance(answer, BaseException)} == {state}
    assert not [answer for answer in answers if isinstance(answer, BaseException) and answer not in lost]
    assert await sandbox.kinds() == [EntryKind.REFUSAL if token == "tok_declined" else EntryKind.CHARGE]


async def test_transient_failures_are_remembered_across_restarts(sandbox: Sandbox) -> None:
    for _ in range(2):
        with pytest.raises(ProviderUnavailable):
            await sandbox.replica().charge(a_charge(token="tok_flaky_2"))

    payment = await sandbox.replica().charge(a_charge(token="tok_flaky_2"))

    assert payment.state is PaymentState.CHARGED
    assert await sandbox.kinds() == [EntryKind.TRANSIENT, EntryKind.TRANSIENT, EntryKind.CHARGE]


async def test_as_many_concurrent_attempts_fail_as_the_token_says(sandbox: Sandbox) -> None:
    replicas = [sandbox.replica(), sandbox.replica()]

    answers = await asyncio.gather(
        *(replicas[n % 2].charge(a_charge(token="tok_flaky_7")) for n in range(20)), return_exceptions=True
    )

    assert sum(isinstance(answer, ProviderUnavailable) for answer in answers) == 7
    assert Counter(await sandbox.kinds()) == {EntryKind.TRANSIENT: 7, EntryKind.CHARGE: 1}


async def test_a_provider_that_is_down_never_charges(sandbox: Sandbox) -> None:
    for _ in range(3):
        with pytest.raises(ProviderUnavailable):
            await sandbox.charge(a_charge(token="tok_down"))

    assert await sandbox.kinds() == [EntryKind.TRANSIENT] * 3
    assert (await sandbox.find("t-1")).state is PaymentState.UNSPECIFIED


async def test_a_lost_reply_is_told_when_asked_again(sandbox: Sandbox) -> None:
    with pytest.raises(ProviderUnavailable):
        await sandbox.charge(a_charge(token="tok_lost_reply"))
    assert await sandbox.kinds() == [EntryKind.CHARGE]

    assert (await sandbox.charge(a_charge(token="tok_lost_reply"))).state is PaymentState.CHARGED
    assert await sandbox.kinds() == [EntryKind.CHARGE]


async def test_an_unknown_card_is_refused_clearly(sandbox: Sandbox) -> None:
    payment = await sandbox.charge(a_charge(token="4242424242424242"))

    assert (payment.state, payment.failure_reason) == (PaymentState.REFUSED, "the card is not known to the provider")


async def test_a_slow_card_answers_after_its_time(sandbox: Sandbox) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()

    assert (await sandbox.charge(a_charge(token="tok_slow_60"))).state is PaymentState.CHARGED
    assert loop.time() - began >= 0.06


async def test_slow_cards_do_not_keep_others_waiting(sandbox: Sandbox) -> None:
    # Many more than the pool has connections.
    slow = [asyncio.create_task(sandbox.charge(a_charge(f"slow-{n}", "tok_slow_99999"))) for n in range(30)]

    payment = await sandbox.charge(a_charge())

    assert payment.state is PaymentState.CHARGED
    assert not any(task.done() for task in slow)
    for task in slow:
        task.cancel()


async def test_a_caller_that_gives_up_does_not_stop_a_slow_charge(sandbox: Sandbox) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await sandbox.charge(a_charge(token="tok_slow_50"))

    async def is_charged() -> bool:
        return (await sandbox.find("t-1")).state is PaymentState.CHARGED

    await eventually(is_charged, timeout_s=5)


async def test_a_transaction_keeps_its_amount(sandbox: Sandbox) -> None:
    await sandbox.charge(a_charge(amount="10.00"))
    before = await sandbox.find("t-1")

    with pytest.raises(TransactionReused):
        await sandbox.charge(a_charge(amount="11.00"))

    assert await sandbox.find("t-1") == before
    assert await sandbox.kinds() == [EntryKind.CHARGE]


async def test_one_bad_charge_does_not_fail_its_neighbours(sandbox: Sandbox) -> None:
    await sandbox.charge(a_charge("t-1"))

    good, bad, declined = await asyncio.gather(
        sandbox.charge(a_charge("t-2")),
        sandbox.charge(a_charge("t-1", amount="99.00")),
        sandbox.charge(a_charge("t-3", "tok_declined")),
        return_exceptions=True,
    )

    assert isinstance(bad, TransactionReused)
    assert not isinstance(good, BaseException)
    assert not isinstance(declined, BaseException)
    assert (good.state, declined.state) == (PaymentState.CHARGED, PaymentState.REFUSED)


async def test_a_refund_is_made_once_for_its_id(sandbox: Sandbox) -> None:
    await sandbox.charge(a_charge())
    replicas = [sandbox.replica(), sandbox.replica()]

    answers = await asyncio.gather(*(replicas[n % 2].refund(a_refund("r-1", "4.00")) for n in range(10)))

    assert {(answer.state, answer.refunded) for answer in answers} == {(PaymentState.CHARGED, usd("4.00"))}
    assert await sandbox.kinds() == [EntryKind.CHARGE, EntryKind.REFUND]


async def test_concurrent_refunds_never_refund_more_than_was_charged(sandbox: Sandbox) -> None:
    await sandbox.charge(a_charge(amount="10.00"))
    replicas = [sandbox.replica(), sandbox.replica()]

    answers = await asyncio.gather(
        *(replicas[n % 2].refund(a_refund(f"r-{n}", "3.00")) for n in range(10)), return_exceptions=True
    )

    assert sum(isinstance(answer, RefundExceedsCharge) for answer in answers) == 7
    payment = await sandbox.find("t-1")
    assert (payment.state, payment.refunded) == (PaymentState.CHARGED, usd("9.00"))
    assert Counter(await sandbox.kinds())[EntryKind.REFUND] == 3


async def test_a_refund_id_belongs_to_one_transaction(sandbox: Sandbox) -> None:
    await sandbox.charge(a_charge("t-1"))
    await sandbox.charge(a_charge("t-2"))
    await sandbox.refund(a_refund("r-1", transaction_id="t-1"))

    with pytest.raises(RefundReused):
        await sandbox.refund(a_refund("r-1", transaction_id="t-2"))

    assert (await sandbox.find("t-2")).refunded is None


async def test_a_refund_id_belongs_to_one_transaction_within_a_batch_too(sandbox: Sandbox) -> None:
    transactions = [f"t-{n}" for n in range(6)]
    await asyncio.gather(*(sandbox.charge(a_charge(id)) for id in transactions))

    answers = await asyncio.gather(
        *(sandbox.refund(a_refund("r-1", transaction_id=id)) for id in transactions), return_exceptions=True
    )

    assert sum(isinstance(answer, RefundReused) for answer in answers) == 5
    assert sum([(await sandbox.find(id)).refunded is not None for id in transactions]) == 1


async def test_a_refund_before_the_charge_forbids_it_for_good(sandbox: Sandbox) -> None:
    voided = await sandbox.refund(a_refund())
    assert voided.state is PaymentState.VOIDED

    assert (await sandbox.charge(a_charge())).state is PaymentState.VOIDED
    assert await sandbox.kinds() == [EntryKind.VOID]


async def test_a_refund_during_a_slow_charge_forbids_it(sandbox: Sandbox) -> None:
    slow = asyncio.create_task(sandbox.charge(a_charge(token="tok_slow_200")))

    assert (await sandbox.refund(a_refund())).state is PaymentState.VOIDED
    assert (await slow).state is PaymentState.VOIDED
    assert await sandbox.kinds() == [EntryKind.VOID]


async def test_cancel_during_charge_always_nets_to_nothing(sandbox: Sandbox) -> None:
    replicas = [sandbox.replica(), sandbox.replica()]
    transactions = [f"t-{n}" for n in range(40)]

    await asyncio.gather(
        *(replicas[0].charge(a_charge(id)) for id in transactions),
        *(replicas[1].refund(a_refund(f"r-{id}", transaction_id=id)) for id in transactions),
    )

    states = {(await sandbox.find(id)).state for id in transactions}
    assert states <= {PaymentState.VOIDED, PaymentState.REFUNDED}
