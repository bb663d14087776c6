"""`python -m order_svc.payment` starts, serves, loses nothing when killed, and stops cleanly on a signal."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chassis.db.engine import make_engine
from chassis.errors import AppError
from chassis.grpc.clients import Peer
from deploy.migrate import migrate
from order_svc.adapters.payments import GrpcPayments
from order_svc.domain.payments import Charged, ChargeResult
from order_svc.domain.status import PaymentMethod
from order_svc.payment.config import DATABASE
from tests.conftest import Postgres
from tests.fakes.stripe_api import API_KEY, StripeApiFake
from tests.mesh import SECRET, service_keys, service_tokens
from tests.order_svc.payment.balances import balances
from tests.order_svc.payment.builders import usd
from tests.order_svc.payment.conftest import PACKAGE
from tests.polling import eventually

ROOT = Path(__file__).parents[3]
# Long enough for a process to start: a call waits until somebody listens.
CALL_TIMEOUT_S = 20.0


class Process:
    """The payment process, on a port of its own."""

    def __init__(self, database_server: str, **environment: str) -> None:
        self.address = f"127.0.0.1:{_free_port()}"
        self._environment = {
            "EASYORDER_DATABASE_URL": database_server,
            "EASYORDER_LISTEN_ADDRESS": self.address,
            "EASYORDER_SERVICE_KEYS_DIR": str(service_keys()),
            "EASYORDER_MESH_SECRET": SECRET,
            "EASYORDER_DRAIN_DELAY_S": "0",
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "gen")]),
            **environment,
        }
        self._running: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self._running = await asyncio.create_subprocess_exec(
            sys.executable, "-m", PACKAGE, cwd=ROOT, env=os.environ | self._environment
        )

    async def end(self, by: signal.Signals) -> int:
        """The exit code."""
        assert self._running is not None
        if self._running.returncode is None:
            self._running.send_signal(by)
        return await self._running.wait()


@pytest.fixture
async def process(postgres: Postgres) -> AsyncIterator[Process]:
    # Under its real name, hence not dropped: another process may be at work in it.
    await migrate([PACKAGE], postgres.url)
    process = Process(postgres.base_url)
    await process.start()
    yield process
    await process.end(signal.SIGKILL)


@pytest.fixture
async def stripe_api() -> AsyncIterator[StripeApiFake]:
    async with StripeApiFake() as api:
        yield api


@pytest.fixture
async def stripe_process(postgres: Postgres, stripe_api: StripeApiFake) -> AsyncIterator[Process]:
    await migrate([PACKAGE], postgres.url)
    process = Process(
        postgres.base_url,
        EASYORDER_PAYMENT_PROVIDER="stripe",
        EASYORDER_STRIPE_API_KEY=API_KEY,
        EASYORDER_STRIPE_API_BASE=stripe_api.url,
        EASYORDER_LOG_LEVEL="DEBUG",
    )
    await process.start()
    yield process
    await process.end(signal.SIGKILL)


@pytest.fixture
async def payments(process: Process) -> AsyncIterator[GrpcPayments]:
    peer = Peer(process.address, "payment", service_tokens())
    yield GrpcPayments(peer, timeout_s=CALL_TIMEOUT_S)
    await peer.close()


async def charge(payments: GrpcPayments, transaction_id: str, token: str = "tok_ok") -> ChargeResult:
    return await payments.charge(
        transaction_id=transaction_id, order_id=1, method=PaymentMethod.CARD, token=token, amount=usd("10.00")
    )


async def test_what_failed_once_before_the_crash_does_not_fail_again(process: Process, payments: GrpcPayments) -> None:
    transaction_id = uuid.uuid4().hex
    with pytest.raises(AppError) as failure:
        await charge(payments, transaction_id, "tok_flaky_1")
    assert failure.value.reason == "PROVIDER_UNAVAILABLE"

    await process.end(signal.SIGKILL)
    await process.start()

    assert isinstance(await charge(payments, transaction_id, "tok_flaky_1"), Charged)
    assert await process.end(signal.SIGTERM) == 0


async def test_a_kill_amid_charges_loses_none_and_repeats_none(
    process: Process, payments: GrpcPayments, postgres: Postgres
) -> None:
    run = uuid.uuid4().hex
    transactions = [f"{run}-{n}" for n in range(200)]
    waiting = iter(transactions)
    results: dict[str, ChargeResult] = {}
    amid = asyncio.Event()

    async def shopper() -> None:
        for transaction_id in waiting:
            results[transaction_id] = await charge(payments, transaction_id)
            if len(results) >= 40:
                amid.set()

    shoppers = [asyncio.create_task(shopper()) for _ in range(20)]
    await asyncio.wait_for(amid.wait(), CALL_TIMEOUT_S)
    await process.end(signal.SIGKILL)
    assert len(results) < len(transactions)
    await process.start()
    await asyncio.gather(*shoppers)

    assert results.keys() == set(transactions)
    assert {type(result) for result in results.values()} == {Charged}
    engine = make_engine(postgres.url(DATABASE), application_name="tests")
    booked = [balance for balance in await balances(engine) if balance.transaction_id.startswith(run)]
    await engine.dispose()
    assert {(balance.charges, balance.net) for balance in booked} == {(1, usd("10.00"))}
    assert len(booked) == len(transactions)


async def test_killed_while_stripe_charges_it_asks_and_does_not_charge_again(
    stripe_process: Process, stripe_api: StripeApiFake, capfd: pytest.CaptureFixture[str]
) -> None:
    peer = Peer(stripe_process.address, "payment", service_tokens())
    payments = GrpcPayments(peer, timeout_s=CALL_TIMEOUT_S)
    transaction_id = uuid.uuid4().hex
    stripe_api.may_confirm.clear()
    charging = asyncio.create_task(charge(payments, transaction_id, "pm_ok_secret"))
    await eventually(lambda: any("/confirm" in request for request in stripe_api.requests), timeout_s=CALL_TIMEOUT_S)
    await stripe_process.end(signal.SIGKILL)
    stripe_api.may_confirm.set()
    await stripe_process.start()

    # Our client repeats a call whose server went away; whether it does or not, the answer is the same.
    await asyncio.wait([charging])
    assert isinstance(await payments.find(transaction_id), Charged)
    assert isinstance(await charge(payments, transaction_id, "pm_ok_secret"), Charged)
    assert stripe_api.net(transaction_id) == [1000]
    assert sum("/confirm" in request for request in stripe_api.requests) == 1

    assert await payments.refund(transaction_id=transaction_id, refund_id=f"{transaction_id}/all", amount=usd("10.00"))
    assert stripe_api.net(transaction_id) == [0]
    await peer.close()
    assert await stripe_process.end(signal.SIGTERM) == 0
    output = "".join(capfd.readouterr())
    assert "serving" in output
    assert API_KEY not in output
    assert "pm_ok_secret" not in output


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
