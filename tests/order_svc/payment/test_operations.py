"""Operators find an unexpected error of the payment process by the correlation id that its caller got."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from easyorder.common.v1 import PaymentMethod
from easyorder.google.type import Money
from easyorder.internal.payment.v1 import ChargeRequest, ProviderPayment
from easyorder.ops.v1 import ListErrorsRequest, ListErrorsResponse, ListJobsRequest, ListJobsResponse, RecordedError
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.clock import SystemClock
from chassis.errors import Internal
from chassis.grpc.clients import rpc
from ops.api import OPS
from order_svc.payment.adapters.sandbox import SandboxProvider
from order_svc.payment.bootstrap import SERVICE, Provider, ledger_on, payment_server
from order_svc.payment.config import PaymentSettings
from order_svc.payment.domain.provider import Charge, NoWebhooks
from order_svc.payment.domain.provider import ProviderPayment as Payment
from tests.mesh import SECRET, Mesh, Recorder, Tokens, running
from tests.polling import eventually

CHARGE = rpc(SERVICE, "Charge", ChargeRequest, ProviderPayment)
LIST_ERRORS = rpc(OPS, "ListErrors", ListErrorsRequest, ListErrorsResponse)
LIST_JOBS = rpc(OPS, "ListJobs", ListJobsRequest, ListJobsResponse)


class BrokenProvider(SandboxProvider):
    async def charge(self, charge: Charge) -> Payment:
        raise RuntimeError("secret of the house")


@pytest.fixture
async def mesh(ledger_engine: AsyncEngine) -> AsyncIterator[Mesh]:
    tokens = Tokens()
    settings = PaymentSettings.model_validate({"listen_address": "127.0.0.1:0", "mesh_secret": SECRET})
    provider = Provider(BrokenProvider(ledger_on(ledger_engine), SystemClock()), NoWebhooks())
    async with running(payment_server(provider, tokens.verifier("payment"), settings, ledger_engine)) as server:
        mesh = Mesh(server, tokens, Recorder(), Recorder())
        yield mesh
        await mesh.close()


@pytest.mark.reaches("INTERNAL")
async def test_an_unexpected_error_is_listed(mesh: Mesh) -> None:
    request = ChargeRequest(
        transaction_id="t-1",
        order_id=1,
        method=PaymentMethod.CARD,
        token="tok_ok",
        amount=Money(currency_code="USD", units=10),
    )

    with pytest.raises(Internal) as failure:
        await mesh.service("order").call(CHARGE, request)

    async def listed() -> list[RecordedError]:
        return (await mesh.admin().call(LIST_ERRORS, ListErrorsRequest(service="payment"))).errors

    (error,) = await eventually(listed)
    assert error.correlation_id == failure.value.metadata["correlationId"]
    assert (error.where, error.summary) == (CHARGE.full_name, "RuntimeError: secret of the house")
    assert "secret" not in failure.value.message


async def test_there_are_no_jobs(mesh: Mesh) -> None:
    assert (await mesh.admin().call(LIST_JOBS, ListJobsRequest(service="payment"))).jobs == []
