"""Charges that travel together each get a result, whatever becomes of the call."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest
from easyorder.internal.payment.v1 import ChargeManyResponse, ChargeRequest, ChargeResult, PaymentState, ProviderPayment

from chassis.errors import AppError, DeadlineExceeded, Unavailable
from chassis.grpc.clients import Peer
from order_svc.adapters.batched_charges import BatchedCharges
from tests.polling import eventually
from tests.unretrieved import unretrieved


class PaymentProcess:
    """A Peer: `together` is raised by the call of several, after the first result, and `alone` by each single one."""

    def __init__(self, *, together: BaseException | None = None, alone: BaseException | None = None) -> None:
        self._together, self._alone = together, alone
        self.calls: list[str] = []

    async def stream(self, _method: object, request: Any, *, timeout_s: float) -> AsyncIterator[ChargeManyResponse]:
        self.calls.append("together")
        yield ChargeManyResponse(results=[ChargeResult(index=0, payment=_charged(request.charges[0]))])
        if self._together is not None:
            raise self._together
        others = [ChargeResult(index=n, payment=_charged(one)) for n, one in enumerate(request.charges) if n]
        yield ChargeManyResponse(results=others)

    async def call(self, _method: object, request: ChargeRequest, *, timeout_s: float) -> ProviderPayment:
        self.calls.append(request.transaction_id)
        if self._alone is not None:
            raise self._alone
        return _charged(request)


def _charged(request: ChargeRequest) -> ProviderPayment:
    return ProviderPayment(transaction_id=request.transaction_id, state=PaymentState.CHARGED)


async def results_of(process: PaymentProcess, count: int) -> list[Any]:
    charges = BatchedCharges(cast(Peer, process), timeout_s=5)
    requests = [ChargeRequest(transaction_id=f"t-{n}") for n in range(count)]
    async with asyncio.timeout(2):
        return await asyncio.gather(*map(charges.submit, requests), return_exceptions=True)


async def test_charges_of_one_moment_travel_together() -> None:
    process = PaymentProcess()

    results = await results_of(process, 3)

    assert [result.transaction_id for result in results] == ["t-0", "t-1", "t-2"]
    assert process.calls == ["together"]


@pytest.mark.parametrize("error", [ValueError("a defect"), IndexError()], ids=repr)
async def test_a_call_that_breaks_is_made_again_for_each_that_has_no_result(error: Exception) -> None:
    process = PaymentProcess(together=error)

    results = await results_of(process, 3)

    assert [result.transaction_id for result in results] == ["t-0", "t-1", "t-2"]
    assert process.calls == ["together", "t-1", "t-2"]


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("error", [ValueError("a defect"), asyncio.CancelledError()], ids=repr)
async def test_every_charge_gets_a_result_whatever_is_raised(error: BaseException, count: int) -> None:
    results = await results_of(PaymentProcess(together=error, alone=error), count)

    failed = results if count == 1 else results[1:]
    assert len(failed) == count - (count > 1)
    assert all(isinstance(result, AppError) for result in failed)


@pytest.mark.parametrize("error", [DeadlineExceeded("too long"), Unavailable("tried five times")], ids=repr)
async def test_what_the_client_has_given_up_is_not_tried_again(error: AppError) -> None:
    process = PaymentProcess(together=error)

    charged, *given_up = await results_of(process, 3)

    assert charged.transaction_id == "t-0"
    assert given_up == [error] * 2
    assert process.calls == ["together"]


async def test_a_call_does_not_wait_for_the_one_before_it() -> None:
    first_may_end = asyncio.Event()

    class Slow(PaymentProcess):
        async def call(self, _method: object, request: ChargeRequest, *, timeout_s: float) -> ProviderPayment:
            if request.transaction_id == "slow":
                await first_may_end.wait()
            return await super().call(_method, request, timeout_s=timeout_s)

    charges = BatchedCharges(cast(Peer, Slow()), timeout_s=5)
    slow = asyncio.create_task(charges.submit(ChargeRequest(transaction_id="slow")))
    await turns()

    async with asyncio.timeout(2):
        assert (await charges.submit(ChargeRequest(transaction_id="quick"))).transaction_id == "quick"
    assert not slow.done()
    first_may_end.set()
    assert (await slow).transaction_id == "slow"


async def turns() -> None:
    """Lets everything begin that can."""
    for _ in range(5):
        await asyncio.sleep(0)


@pytest.mark.parametrize("turns", range(6))
async def test_an_error_whose_caller_has_gone_is_not_reported_as_unretrieved(turns: int) -> None:
    async def leave() -> None:
        process = PaymentProcess(alone=Unavailable("no answer"))
        charges = BatchedCharges(cast(Peer, process), timeout_s=5)
        caller = asyncio.create_task(charges.submit(ChargeRequest(transaction_id="t-0")))
        for _ in range(turns):
            await asyncio.sleep(0)
        caller.cancel()
        await asyncio.wait([caller])
        await eventually(lambda: process.calls or turns < 2)
        for _ in range(5):
            await asyncio.sleep(0)
        if not caller.cancelled():
            caller.exception()

    with unretrieved() as reported:
        await leave()

    assert reported == []
