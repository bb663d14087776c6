"""Wires the payment process: the sandbox provider on its own database, behind the contract."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis import telemetry
from chassis.auth import JwksKeySource, TokenVerifier
from chassis.clock import SystemClock
from chassis.db.engine import make_engine, make_sessions
from chassis.db.unit_of_work import AfterCommit, sql_units_of_work
from chassis.grpc.clients import Client
from chassis.grpc.server import GrpcServer, serve
from chassis.unit_of_work import OpenUnitOfWork
from order_svc.payment.adapters.ledger import SqlLedgerUow
from order_svc.payment.adapters.sandbox import SandboxProvider
from order_svc.payment.api import PaymentApi
from order_svc.payment.commands.ledger_uow import LedgerUow
from order_svc.payment.config import DATABASE, PaymentSettings
from order_svc.payment.domain.provider import PaymentProvider
from order_svc.payment.strategies import offered

SERVICE = "easyorder.payment.v1.PaymentService"


async def run(settings: PaymentSettings) -> None:
    """Serves until SIGTERM or SIGINT."""
    exporters = telemetry.configure(settings, "payment")
    engine = make_engine(settings.database_url(DATABASE), application_name="easyorder-payment")
    identity = Client(settings.identity_address)
    verifier = TokenVerifier(JwksKeySource(identity), settings.mesh_secret.get_secret_value())
    try:
        provider = SandboxProvider(ledger_on(engine), SystemClock())
        server = payment_server(provider, verifier, settings)
        await serve(server, background=[exporters], grace_s=settings.drain_grace_s)
    finally:
        await identity.close()
        await engine.dispose()


def ledger_on(engine: AsyncEngine) -> OpenUnitOfWork[LedgerUow]:
    """Transactions on the ledger in that database."""
    return sql_units_of_work(SqlLedgerUow, make_sessions(engine), after_commit=AfterCommit())


def payment_server(provider: PaymentProvider, verifier: TokenVerifier, settings: PaymentSettings) -> GrpcServer:
    """Keeps no audit of its own: the ledger says what was done, and order_svc on whose behalf."""
    return GrpcServer(
        name="payment",
        address=settings.address,
        servicers={SERVICE: PaymentApi(offered(provider), provider)},
        verifier=verifier,
        call_timeout_s=settings.call_timeout_s,
    )
