"""The payment process over a real socket: access, refusals, and the results that checkout sees."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest
from easyorder.common.v1 import PaymentMethod as PaymentMethodMessage
from easyorder.google.type import Money as MoneyMessage
from easyorder.internal.payment.v1 import (
    ChargeManyRequest,
    ChargeManyResponse,
    ChargeRequest,
    GetPaymentRequest,
    PaymentState,
    ProviderPayment,
    RefundRequest,
)

from chassis.errors import (
    AppError,
    DeadlineExceeded,
    Internal,
    InvalidArgument,
    Kind,
    PermissionDenied,
    Unauthenticated,
    Unavailable,
)
from chassis.grpc.clients import Peer, rpc
from order_svc.adapters.payments import GrpcPayments
from order_svc.domain.payments import Charged, ChargeResult, Refused
from order_svc.domain.status import FailureCode, PaymentMethod
from order_svc.payment.api.payments import PaymentApi
from order_svc.payment.bootstrap import SERVICE
from order_svc.payment.domain.errors import ProviderUnavailable, TransactionReused
from order_svc.payment.domain.ledger import EntryKind
from tests.mesh import Mesh, service_tokens, serving
from tests.order_svc.payment.builders import usd
from tests.order_svc.payment.conftest import Sandbox
from tests.polling import eventually

CHARGE = rpc(SERVICE, "Charge", ChargeRequest, ProviderPayment)
CHARGE_MANY = rpc(SERVICE, "ChargeMany", ChargeManyRequest, ChargeManyResponse)
REFUND = rpc(SERVICE, "Refund", RefundRequest, ProviderPayment)
GET_PAYMENT = rpc(SERVICE, "GetPayment", GetPaymentRequest, ProviderPayment)
TEN = MoneyMessage(currency_code="USD", units=10)


@pytest.fixture
async def mesh(sandbox: Sandbox) -> AsyncIterator[Mesh]:
    async with serving({SERVICE: PaymentApi(sandbox.provider)}) as mesh:
        yield mesh


@pytest.fixture
def payments(mesh: Mesh) -> GrpcPayments:
    return GrpcPayments(mesh.service("order"))


def a_request(**changes: Any) -> ChargeRequest:
    fields: dict[str, Any] = {
        "transaction_id": "t-1",
        "order_id": 1,
        "method": PaymentMethodMessage.CARD,
        "token": "tok_ok",
        "amount": TEN,
    }
    return ChargeRequest(**{**fields, **changes})


async def charge(
    payments: GrpcPayments,
    token: str = "tok_ok",
    *,
    amount: str = "10.00",
    method: PaymentMethod = PaymentMethod.CARD,
) -> ChargeResult:
    return await payments.charge(transaction_id="t-1", order_id=1, method=method, token=token, amount=usd(amount))


async def test_a_charge_as_the_contract_has_it(mesh: Mesh) -> None:
    reply = await mesh.service().call(CHARGE, a_request(amount=MoneyMessage("USD", 10, 990_000_000)))

    assert (reply.transaction_id, reply.state) == ("t-1", PaymentState.CHARGED)
    assert reply.charged == MoneyMessage("USD", 10, 990_000_000)
    assert reply.processed_at is not None
    assert await mesh.service().call(GET_PAYMENT, GetPaymentRequest(transaction_id="t-1")) == reply


async def test_only_services_may_call(mesh: Mesh, sandbox: Sandbox) -> None:
    for stranger in (mesh.user(), mesh.admin()):
        with pytest.raises(PermissionDenied):
            await stranger.call(CHARGE, a_request())
    with pytest.raises(Unauthenticated):
        await mesh.anonymous().call(CHARGE, a_request())
    for what, token in mesh.tokens.refused().items():
        with pytest.raises(AppError) as refusal:
            await mesh.with_token(token).call(REFUND, RefundRequest(transaction_id="t-1", refund_id="r", amount=TEN))
        assert refusal.value.kind is Kind.UNAUTHENTICATED, what

    assert await sandbox.kinds() == []


@pytest.mark.parametrize("open_ledger", ["memory"], indirect=True)
@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (a_request(transaction_id=""), "transactionId"),
        (a_request(transaction_id="x" * 101), "transactionId"),
        (a_request(order_id=0), "orderId"),
        (a_request(method=PaymentMethodMessage(0)), "method"),
        (a_request(method=PaymentMethodMessage(99)), "method"),
        (a_request(amount=None), "amount"),
        (a_request(amount=MoneyMessage("USD", -1)), "amount"),
        (a_request(amount=MoneyMessage("USD", 1, -500_000_000)), "amount"),
        (a_request(amount=MoneyMessage("USD", 1, 1)), "amount"),
        (a_request(amount=MoneyMessage("USD", 10**16)), "amount"),
        (a_request(amount=MoneyMessage("XXX", 1)), "amount.currencyCode"),
    ],
)
async def test_a_bad_request_names_the_field_and_charges_nothing(
    mesh: Mesh, sandbox: Sandbox, request_: ChargeRequest, field: str
) -> None:
    with pytest.raises(InvalidArgument) as refusal:
        await mesh.service().call(CHARGE, request_)

    assert [violation.field for violation in refusal.value.violations] == [field]
    assert await sandbox.kinds() == []


async def test_a_good_card_is_charged_once(payments: GrpcPayments, sandbox: Sandbox) -> None:
    assert await payments.find("t-1") is None

    first, again = await charge(payments), await charge(payments)

    assert isinstance(first, Charged)
    assert first == again == await payments.find("t-1")
    assert await sandbox.kinds() == [EntryKind.CHARGE]


async def test_a_declined_card_is_refused(payments: GrpcPayments) -> None:
    assert await charge(payments, "tok_declined") == Refused("the card was declined")


async def test_every_attempt_is_one_attempt_at_the_provider(payments: GrpcPayments, sandbox: Sandbox) -> None:
    for attempt in (1, 2):
        with pytest.raises(AppError) as failure:
            await charge(payments, "tok_flaky_2")
        assert (failure.value.kind, failure.value.reason) == (Kind.UNAVAILABLE, "PROVIDER_UNAVAILABLE")
        assert await sandbox.kinds() == [EntryKind.TRANSIENT] * attempt

    assert isinstance(await charge(payments, "tok_flaky_2"), Charged)


async def test_a_lost_reply_is_not_asked_for_within_the_call(payments: GrpcPayments, sandbox: Sandbox) -> None:
    with pytest.raises(AppError) as failure:
        await charge(payments, "tok_lost_reply")
    assert failure.value.reason == "PROVIDER_UNAVAILABLE"
    assert await sandbox.kinds() == [EntryKind.CHARGE]

    assert isinstance(await charge(payments, "tok_lost_reply"), Charged)


@pytest.mark.parametrize("method", [PaymentMethod.PAYPAL, PaymentMethod.WALLET])
async def test_other_methods_are_charged_and_refused_like_cards(
    payments: GrpcPayments, sandbox: Sandbox, method: PaymentMethod
) -> None:
    assert isinstance(await charge(payments, method=method), Charged)
    assert await sandbox.kinds() == [EntryKind.CHARGE]

    declined = await payments.charge(
        transaction_id="t-2", order_id=1, method=method, token="tok_declined", amount=usd("10.00")
    )
    assert isinstance(declined, Refused)


async def test_cash_is_refused_by_name_and_leaves_no_trace(
    mesh: Mesh, payments: GrpcPayments, sandbox: Sandbox
) -> None:
    with pytest.raises(AppError) as refusal:
        await mesh.service().call(CHARGE, a_request(method=PaymentMethodMessage.CASH))
    assert (refusal.value.kind, refusal.value.reason) == (Kind.FAILED_PRECONDITION, "PAYMENT_METHOD_UNSUPPORTED")
    assert refusal.value.metadata == {"method": "PAYMENT_METHOD_CASH"}
    result = await charge(payments, method=PaymentMethod.CASH)

    assert result == Refused("this way to pay is not offered; choose another", FailureCode.METHOD_UNSUPPORTED)
    assert await sandbox.kinds() == []


async def test_another_amount_is_an_error_not_a_refusal(payments: GrpcPayments, sandbox: Sandbox) -> None:
    await charge(payments)

    with pytest.raises(AppError) as refusal:
        await charge(payments, amount="11.00")

    assert (refusal.value.kind, refusal.value.reason) == (Kind.INVALID_ARGUMENT, "TRANSACTION_REUSED")
    assert await sandbox.kinds() == [EntryKind.CHARGE]


async def test_money_goes_back_once(payments: GrpcPayments, sandbox: Sandbox) -> None:
    charged = await charge(payments)

    for _ in range(2):
        assert await payments.refund(transaction_id="t-1", refund_id="r-1", amount=usd("10.00")) == charged

    assert await sandbox.kinds() == [EntryKind.CHARGE, EntryKind.REFUND]
    assert await charge(payments) == Refused("the payment was given back")


async def test_too_much_is_not_given_back(payments: GrpcPayments, sandbox: Sandbox) -> None:
    await charge(payments)

    with pytest.raises(AppError) as refusal:
        await payments.refund(transaction_id="t-1", refund_id="r-1", amount=usd("10.01"))

    assert refusal.value.reason == "REFUND_EXCEEDS_CHARGE"
    assert await sandbox.kinds() == [EntryKind.CHARGE]


async def test_what_was_never_charged_never_will_be(payments: GrpcPayments) -> None:
    assert not await payments.refund(transaction_id="t-1", refund_id="r-1", amount=usd("10.00"), reason="cancelled")

    assert await charge(payments) == Refused("cancelled")


async def test_many_calls_at_once_are_one_charge(payments: GrpcPayments, sandbox: Sandbox) -> None:
    results = await asyncio.gather(*(charge(payments) for _ in range(20)))

    assert len(set(results)) == 1
    assert await sandbox.kinds() == [EntryKind.CHARGE]


async def charge_of(payments: GrpcPayments, transaction_id: str, token: str, amount: str = "10.00") -> ChargeResult:
    return await payments.charge(
        transaction_id=transaction_id, order_id=1, method=PaymentMethod.CARD, token=token, amount=usd(amount)
    )


async def test_charges_of_one_moment_travel_in_one_call_and_each_has_its_own_answer(
    payments: GrpcPayments, mesh: Mesh, sandbox: Sandbox
) -> None:
    before = len(mesh.audited)

    good, declined, lost, malformed = await asyncio.gather(
        charge_of(payments, "good", "tok_ok"),
        charge_of(payments, "declined", "tok_declined"),
        charge_of(payments, "lost", "tok_lost_reply"),
        charge_of(payments, "good", "tok_ok", "11.00"),
        return_exceptions=True,
    )

    assert isinstance(good, Charged)
    assert isinstance(declined, Refused)
    assert isinstance(lost, ProviderUnavailable)
    assert isinstance(malformed, TransactionReused)
    assert await sandbox.kinds("good") == [EntryKind.CHARGE]
    await eventually(lambda: len(mesh.audited) > before)
    assert [entry.action for entry in mesh.audited[before:]] == ["ChargeMany"]


async def test_a_slow_charge_holds_up_no_other(payments: GrpcPayments) -> None:
    slow = asyncio.create_task(charge_of(payments, "slow", "tok_slow_5000"))
    quick = asyncio.create_task(charge_of(payments, "quick", "tok_ok"))

    assert isinstance(await asyncio.wait_for(quick, timeout=3), Charged)
    assert not slow.done()
    assert isinstance(await charge_of(payments, "later", "tok_ok"), Charged)
    assert not slow.done()
    slow.cancel()


async def test_a_charge_that_takes_too_long_is_given_up_by_itself(mesh: Mesh) -> None:
    payments = GrpcPayments(mesh.service("order"), timeout_s=0.5)

    slow, quick = await asyncio.gather(
        charge_of(payments, "slow", "tok_slow_5000"), charge_of(payments, "quick", "tok_ok"), return_exceptions=True
    )

    assert isinstance(slow, DeadlineExceeded)
    assert isinstance(quick, Charged)


async def test_one_malformed_charge_spoils_no_other(payments: GrpcPayments, sandbox: Sandbox) -> None:
    good, malformed = await asyncio.gather(
        charge_of(payments, "good", "tok_ok"), charge_of(payments, "x" * 101, "tok_ok"), return_exceptions=True
    )

    assert isinstance(good, Charged)
    assert isinstance(malformed, InvalidArgument)
    assert await sandbox.kinds("good") == [EntryKind.CHARGE]


async def test_every_charge_of_a_batch_is_answered_when_the_call_itself_fails(mesh: Mesh) -> None:
    impostor = Peer(mesh.address, "somebody else", service_tokens())
    payments = GrpcPayments(impostor)

    async with asyncio.timeout(5):
        answers = await asyncio.gather(
            *(charge_of(payments, name, "tok_ok") for name in ("a", "b")), return_exceptions=True
        )

    assert [type(answer) for answer in answers] == [Unavailable, Unavailable]
    await impostor.close()


async def test_every_error_of_a_batch_is_retrieved(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(PaymentApi):
        async def charge(self, request: ChargeRequest) -> ProviderPayment:
            raise ValueError("a bug")

    unretrieved: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: unretrieved.append(context["message"]))
    requests = ChargeManyRequest(charges=[a_request(transaction_id=name) for name in ("a", "b", "c")])
    async with serving({SERVICE: Broken(cast(Any, None))}) as mesh:
        with pytest.raises(Internal):
            await anext(mesh.service().stream(CHARGE_MANY, requests))
    # What was logged keeps the errors alive.
    caplog.clear()
    gc.collect()

    assert unretrieved == []
