"""Wires the payment process: the configured provider, with its own database, behind the contract."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis import logs
from chassis.audit import AuditEntry, ErrorLog
from chassis.auth.keys import KeyCache, keys_of
from chassis.auth.revocations import Revocations, revocations_of
from chassis.auth.service_tokens import ServiceKeys, ServiceTokens
from chassis.auth.verifier import TokenVerifier
from chassis.background import PollingLoop
from chassis.clock import Clock, SystemClock
from chassis.db.bulk import SqlSink
from chassis.db.engine import make_engine, make_sessions
from chassis.db.probe import takes_writes
from chassis.db.tables import AUDIT_ENTRY, RECORDED_ERROR
from chassis.db.unit_of_work import sql_units_of_work
from chassis.grpc.clients import Peer
from chassis.grpc.server import GrpcServer, serve
from chassis.unit_of_work import OpenUnitOfWork
from ops.api import OPS, OpsApi, purge
from order_svc.payment.adapters.ledger import SqlLedgerUow
from order_svc.payment.adapters.sandbox import SandboxProvider
from order_svc.payment.adapters.stripe.sql_intents import SqlIntents
from order_svc.payment.api.payments import PaymentApi
from order_svc.payment.commands.ledger_uow import LedgerUow
from order_svc.payment.config import DATABASE, PaymentSettings
from order_svc.payment.domain.provider import NoWebhooks, PaymentProvider, Webhooks
from rate_limits.call_limiter import call_limiter
from telemetry.gauges import Gauges

NAME = "payment"
SERVICE = "easyorder.internal.payment.v1.PaymentService"
_PURGE_EVERY_S = 3600


@dataclass(frozen=True, slots=True)
class Provider:
    """The provider that moves the money, and its webhooks."""

    payments: PaymentProvider
    webhooks: Webhooks


async def run(settings: PaymentSettings) -> None:
    """Serves until SIGTERM or SIGINT. Raises ValueError without a secret for the checkpoints of the audit."""
    assert settings.own_secret
    logs.configure(settings, NAME)
    engine = make_engine(
        settings.database_url(DATABASE),
        application_name="easyorder-payment",
        pool_size=settings.database_pool_size,
        timeout_s=settings.database_timeout_s,
        lock_timeout_s=settings.database_lock_timeout_s,
    )
    tokens = ServiceTokens(NAME, settings.service_keys_dir)
    identity = Peer(settings.identity_address, "identity", tokens, tls=settings.tls(NAME))
    keys = KeyCache(keys_of(identity), file=settings.jwks_file)
    revocations = Revocations(revocations_of(identity), NAME)
    verifier = TokenVerifier(keys, ServiceKeys(settings.service_keys_dir, NAME), revocations=revocations)
    try:
        async with provider_of(settings, engine, SystemClock()) as provider:
            await serve(payment_server(provider, verifier, settings, engine), settings)
    finally:
        await identity.close()
        await engine.dispose()


@asynccontextmanager
async def provider_of(settings: PaymentSettings, engine: AsyncEngine, clock: Clock) -> AsyncIterator[Provider]:
    """The configured provider; leaving the block closes its connections."""
    if settings.payment_provider == "sandbox":
        yield Provider(SandboxProvider(ledger_on(engine), clock), NoWebhooks())
        return
    # The SDK takes half a second and 30 MB to import, so only installations that use Stripe import it.
    from order_svc.payment.adapters.stripe.client import StripeApi
    from order_svc.payment.adapters.stripe.provider import StripeProvider
    from order_svc.payment.adapters.stripe.webhooks import StripeWebhooks

    secret = settings.stripe_webhook_secret.get_secret_value()
    tolerance = timedelta(seconds=settings.stripe_webhook_tolerance_s)
    webhooks = StripeWebhooks(secret, clock, tolerance=tolerance) if secret else NoWebhooks()
    api = StripeApi(
        settings.stripe_api_key.get_secret_value(),
        base=settings.stripe_api_base,
        timeout_s=settings.stripe_timeout_s,
        return_url=settings.payment_return_url,
    )
    try:
        yield Provider(StripeProvider(api, SqlIntents(engine)), webhooks)
    finally:
        await api.close()


def ledger_on(engine: AsyncEngine) -> OpenUnitOfWork[LedgerUow]:
    """Units of work on the ledger in that database.

    Each reads, decides, and writes with one statement; the numbers of the entries detect concurrent writes. So the read
    and the write need no common transaction, and optimistic ones have none.
    """
    return sql_units_of_work(SqlLedgerUow, make_sessions(engine))


def payment_server(
    provider: Provider, verifier: TokenVerifier, settings: PaymentSettings, engine: AsyncEngine
) -> GrpcServer:
    """Audits refused calls and those of administrators: what services do is in the ledger, and in order_svc's audit."""
    clock, gauges = SystemClock(), Gauges()
    gauges.add_pool("database", engine)
    error_log = ErrorLog(NAME, SqlSink(engine, RECORDED_ERROR), clock)
    payments, ops = PaymentApi(provider.payments, provider.webhooks), OpsApi(NAME, engine, gauges, clock.now())

    audit = SqlSink(engine, AUDIT_ENTRY)

    async def audit_some(entries: Sequence[AuditEntry]) -> None:
        if kept := [one for one in entries if one.outcome != "OK" or not one.actor.startswith("service:")]:
            await audit(kept)

    async def purge_all() -> bool:
        await purge(engine, settings)
        return False

    return GrpcServer(
        name=NAME,
        address=settings.address,
        servicers={SERVICE: payments, OPS: ops},
        verifier=verifier,
        audit=audit_some,
        audit_refusals_per_minute=settings.audit_refusals_per_minute,
        tls=settings.tls(NAME),
        report=error_log.report,
        trusted_proxies=settings.trusted_proxies,
        limiter=call_limiter(settings.rate_limits_file),
        gauges=gauges,
        call_timeout_s=settings.call_timeout_s,
        reflection_for_all=settings.is_local,
        probe=takes_writes(engine),
        background=[
            error_log,
            PollingLoop("purge", purge_all, idle_s=_PURGE_EVERY_S, report=error_log.report),
            ops.history,
        ],
    )
