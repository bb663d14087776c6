"""Charges requested at the same moment travel in one call; each gets its result as soon as it is known.

The next call does not wait for the previous one: one slow card must not delay the charges of others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TypeAlias

import structlog
from easyorder.internal.payment.v1 import ChargeManyRequest, ChargeManyResponse, ChargeRequest, ProviderPayment

from chassis.batching import Batcher
from chassis.errors import AppError, DeadlineExceeded, Internal, Unavailable
from chassis.grpc.clients import Peer, rpc
from chassis.grpc.status import from_status

log = structlog.get_logger(__name__)

_SERVICE = "easyorder.internal.payment.v1.PaymentService"
_CHARGE = rpc(_SERVICE, "Charge", ChargeRequest, ProviderPayment)
_CHARGE_MANY = rpc(_SERVICE, "ChargeMany", ChargeManyRequest, ChargeManyResponse)
# The maximum that the contract allows.
_MAX_CHARGES = 200

_Answer: TypeAlias = "asyncio.Future[ProviderPayment]"
_Waiting: TypeAlias = tuple[ChargeRequest, _Answer]


class BatchedCharges:
    """Batches the charges that are submitted within one turn of the event loop: those of one commit."""

    def __init__(self, payment: Peer, *, timeout_s: float) -> None:
        self._payment = payment
        self._timeout_s = timeout_s
        self._batcher: Batcher[ChargeRequest, _Answer] = Batcher("charge", self._start, max_size=_MAX_CHARGES)
        self._calls: set[asyncio.Task[None]] = set()

    async def submit(self, request: ChargeRequest) -> ProviderPayment:
        """Waits for the result of this charge, at most `timeout_s`; raises the error of this charge only."""
        return await (await self._batcher.submit(request))

    async def _start(self, requests: Sequence[ChargeRequest]) -> Sequence[_Answer]:
        """Begins a call, and returns where its results will be."""
        loop = asyncio.get_running_loop()
        charges: list[_Waiting] = [(request, loop.create_future()) for request in requests]
        call = loop.create_task(self._call(charges))
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)
        return [answer for _, answer in charges]

    async def _call(self, charges: Sequence[_Waiting]) -> None:
        deadline = asyncio.get_running_loop().time() + self._timeout_s
        try:
            if len(charges) > 1:
                await self._together_or_not(charges)
            remaining = [(request, answer) for request, answer in charges if not answer.done()]
            await asyncio.gather(*(self._alone(*one, deadline) for one in remaining))
        finally:
            # Whatever is raised, nobody waits for a result that does not come.
            for _, answer in charges:
                _settle(answer, Unavailable("the charge was interrupted; its outcome is not known"))

    async def _together_or_not(self, charges: Sequence[_Waiting]) -> None:
        try:
            await self._together(charges)
        except (DeadlineExceeded, Unavailable) as error:
            # The client has repeated what may be repeated; the job of each charge is tried again later.
            for _, answer in charges:
                _settle(answer, error)
        except Exception:
            # One charge was malformed: sent singly, each charge gets its own result.
            log.info("charges are asked for one by one", count=len(charges), exc_info=True)

    async def _together(self, charges: Sequence[_Waiting]) -> None:
        request = ChargeManyRequest(charges=[request for request, _ in charges])
        async for reply in self._payment.stream(_CHARGE_MANY, request, timeout_s=self._timeout_s):
            for result in reply.results:
                _, answer = charges[result.index]
                if result.payment is not None:
                    _settle(answer, result.payment)
                elif result.error is not None:
                    _settle(answer, from_status(result.error))

    async def _alone(self, request: ChargeRequest, answer: asyncio.Future[ProviderPayment], deadline: float) -> None:
        left_s = deadline - asyncio.get_running_loop().time()
        try:
            _settle(answer, await self._payment.call(_CHARGE, request, timeout_s=left_s))
        except AppError as error:
            _settle(answer, error)
        except Exception as error:
            _settle(answer, Internal(f"a charge could not be asked for: {error!r}"))


def _settle(answer: asyncio.Future[ProviderPayment], result: ProviderPayment | AppError) -> None:
    if answer.done():
        return
    if isinstance(result, AppError):
        answer.set_exception(result)
        # Retrieved here, because the caller may have gone.
        answer.exception()
    else:
        answer.set_result(result)
