"""The only wiring of order_svc: ports meet adapters here, by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from random import SystemRandom
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.alert_channels import alert_backoffs, alert_handlers, channels_of
from chassis.alerts import NOBODY, Alerts
from chassis.auth import JwksKeySource, KeyCache, TokenVerifier
from chassis.background import Background
from chassis.clock import Clock, SystemClock
from chassis.db.audit import SqlAuditSink
from chassis.db.engine import make_engine, make_sessions
from chassis.db.errors_recorded import SqlErrorSink
from chassis.db.hilo import HiLo
from chassis.db.idempotency import purge_idempotency_keys
from chassis.db.jobs import JobWriter, SqlJobStore
from chassis.db.ops import SqlOps
from chassis.db.outbox import Feed, FeedTail, Relay
from chassis.db.projector import Projector
from chassis.db.read_your_writes import ReadYourWrites
from chassis.db.unit_of_work import AfterCommit, Committed, sql_units_of_work
from chassis.dead_letters import DeadLetters
from chassis.error_log import ErrorLog
from chassis.events import PublishedEvent
from chassis.feed_api import FeedApi
from chassis.grpc.clients import Client, Peer
from chassis.grpc.server import GrpcServer
from chassis.job_runner import JobRunner
from chassis.jobs import Backoff
from chassis.mediator import BatchHandler, Mediator, in_turn
from chassis.metrics import Gauges
from chassis.ops import OPS, OpsApi, purge
from order_svc.adapters.inventory import GrpcInventory
from order_svc.adapters.payments import GrpcPayments
from order_svc.adapters.recent_orders import RecentOrders
from order_svc.adapters.unit_of_work import SqlOrderUow
from order_svc.adapters.write_side import WriteSideOrders
from order_svc.api.hub import OrderHubApi
from order_svc.api.orders import OrderApi
from order_svc.api.payment_webhook import PaymentWebhookApi
from order_svc.commands.alert_administrators import alert_administrators
from order_svc.commands.cancel_order import CancelOrder, cancel_order
from order_svc.commands.confirm_availability import ConfirmAvailability, confirm_availability
from order_svc.commands.place_order import PlaceOrder, place_orders
from order_svc.commands.record_payment import RecordPayment, record_payments
from order_svc.commands.record_refund import RecordRefund, record_refund
from order_svc.commands.refund_order import RefundOrder, refund_order
from order_svc.commands.retry_payment import RetryPayment, retry_payment
from order_svc.commands.set_order_status import SetOrderStatus, set_order_status
from order_svc.commands.uow import OrderUow
from order_svc.commands.update_order import UpdateOrder, update_order
from order_svc.config import OrderSettings
from order_svc.hub.hub import Hub
from order_svc.projections import PROJECTIONS
from order_svc.queries.orders import OrderQueries
from order_svc.sagas.amendments import Amendments
from order_svc.sagas.checkout import Checkout
from order_svc.sagas.refunds import Refunding

NAME = "order"
WRITE_DATABASE = "easyorder_order_write"
READ_DATABASE = "easyorder_order_read"
_HOUR_S = 3600
# A job other than a charge gives up, and asks for an operator, after days.
_JOB_ATTEMPTS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderService:
    """The service, ready to be served."""

    server: GrpcServer
    background: Sequence[Background]


def handle_commands(
    mediator: Mediator[OrderUow],
    *,
    clock: Clock,
    backoff: Backoff,
    payment_timeout_s: float,
    alerts: Alerts = NOBODY,
) -> None:
    """Tells the mediator which handler does which command; the hot ones in batches."""
    hot: Mapping[type[Any], BatchHandler[Any, OrderUow, Any]] = {
        # Locks come before what needs none.
        RecordPayment: partial(record_payments, clock=clock, backoff=backoff, alerts=alerts),
        PlaceOrder: partial(place_orders, clock=clock),
    }
    mediator.handle_together(list(hot), in_turn(hot), optimistic=True)
    mediator.handle_batch(ConfirmAvailability, partial(confirm_availability, clock=clock))
    mediator.handle(CancelOrder, partial(cancel_order, clock=clock))
    mediator.handle(SetOrderStatus, partial(set_order_status, clock=clock))
    mediator.handle(UpdateOrder, partial(update_order, clock=clock))
    mediator.handle(RetryPayment, partial(retry_payment, clock=clock))
    mediator.handle(RefundOrder, partial(refund_order, clock=clock, payment_timeout_s=payment_timeout_s))
    mediator.handle(RecordRefund, partial(record_refund, clock=clock))


@asynccontextmanager
async def order_service(settings: OrderSettings, clock: Clock | None = None) -> AsyncIterator[OrderService]:
    """Everything on its databases and neighbours; closes the connections when the block is left."""
    clock = clock or SystemClock()
    secret = settings.mesh_secret.get_secret_value()
    write = make_engine(
        settings.database_url(WRITE_DATABASE),
        application_name="order-write",
        pool_size=settings.database_pool_size,
    )
    read = make_engine(
        settings.database_url(READ_DATABASE), application_name="order-read", pool_size=settings.database_pool_size
    )
    identity = Client(settings.identity_address)
    inventory = Peer(settings.inventory_address, NAME, secret)
    payment = Peer(settings.payment_address, NAME, secret)
    try:
        verifier = TokenVerifier(KeyCache(JwksKeySource(identity), file=settings.jwks_file), secret)
        yield _wire(settings, clock, write, read, inventory, payment, verifier)
    finally:
        for client in (identity, inventory, payment):
            await client.close()
        for engine in (write, read):
            await engine.dispose()


def _wire(
    settings: OrderSettings,
    clock: Clock,
    write: AsyncEngine,
    read: AsyncEngine,
    inventory: Peer,
    payment: Peer,
    verifier: TokenVerifier,
) -> OrderService:
    after_commit = AfterCommit()
    sessions = make_sessions(write)
    units_of_work = partial(
        sql_units_of_work,
        partial(SqlOrderUow, recent=RecentOrders()),
        after_commit=after_commit,
        jobs=JobWriter(HiLo(write, "job_hilo"), lease_s=settings.job_lease_s),
        has_read_side=True,
    )
    open_uow = units_of_work(sessions)
    mediator: Mediator[OrderUow] = Mediator(
        open_uow, service=NAME, open_optimistic=units_of_work(make_sessions(write, optimistic=True))
    )
    random = SystemRandom()
    payment_backoff = Backoff(
        initial_s=settings.payment_backoff_initial_s,
        max_s=settings.payment_backoff_max_s,
        max_attempts=settings.payment_max_attempts,
        random=random,
    )
    channels = channels_of(settings)
    alerts = Alerts(NAME, channels)
    handle_commands(
        mediator,
        clock=clock,
        backoff=payment_backoff,
        payment_timeout_s=settings.payment_timeout_s,
        alerts=alerts,
    )
    error_log = ErrorLog(NAME, SqlErrorSink(write), clock)
    write_side = WriteSideOrders(sessions)
    stock = GrpcInventory(inventory, timeout_s=settings.inventory_timeout_s)
    payments = GrpcPayments(payment, timeout_s=settings.payment_timeout_s)
    order_ids, item_ids = HiLo(write, "order_hilo"), HiLo(write, "order_item_hilo")
    amendments = Amendments(mediator, stock, order_ids=order_ids, item_ids=item_ids)
    checkout = Checkout(
        mediator,
        stock,
        payments,
        order_ids=order_ids,
        item_ids=item_ids,
        clock=clock,
        load_order=write_side.load,
    )
    refunding = Refunding(mediator, stock, payments)
    job_store = SqlJobStore(write)
    runner = JobRunner(
        job_store,
        {**checkout.job_handlers(), **refunding.job_handlers(), **alert_handlers(channels)},
        backoff=Backoff(initial_s=0.5, max_s=60, max_attempts=_JOB_ATTEMPTS, random=random),
        backoffs=alert_backoffs(channels, random),
        service=NAME,
        lease_s=settings.job_lease_s,
        dead_letter=DeadLetters(open_uow, alerts, clock, publish=alert_administrators),
        report=error_log.report,
    )
    kept_for = timedelta(days=settings.idempotency_keys_days)
    runner.every(_HOUR_S, partial(purge_idempotency_keys, write, older_than=kept_for))
    runner.every(_HOUR_S, partial(job_store.purge, older_than=kept_for))
    ops = SqlOps(write)
    runner.every(_HOUR_S, partial(purge, ops, settings))

    feed = Feed(write)
    hub = Hub(feed, write_side.load, clock=clock, heartbeat_s=settings.hub_heartbeat_s)
    feed_api = FeedApi(feed)

    def dispatch(events: Sequence[PublishedEvent]) -> None:
        hub.dispatch(events)
        feed_api.dispatch(events)

    tail = FeedTail(feed, dispatch, report=error_log.report)
    relay = Relay(write, report=error_log.report)
    relay.on_published.append(tail.dispatch)
    projector = Projector(write, read, PROJECTIONS, report=error_log.report)

    def follow_up(committed: Committed) -> None:
        runner.submit(committed.jobs)
        projector.wake()
        if committed.events:
            relay.wake()

    after_commit.listeners.append(follow_up)
    gauges = Gauges()
    gauges.add_pool("write", write)
    gauges.add_pool("read", read)
    gauges.add("hub_subscribers", lambda: hub.subscribers)
    queries = OrderQueries(make_sessions(read), ReadYourWrites(write, flush=projector.flush))
    server = GrpcServer(
        name=NAME,
        address=settings.listen_address or settings.order_address,
        servicers={
            "easyorder.order.v1.OrderService": OrderApi(checkout, amendments, refunding, mediator, queries),
            "easyorder.order.v1.OrderHub": OrderHubApi(hub),
            "easyorder.order.v1.OrderFeed": feed_api,
            "easyorder.payment.v1.PaymentWebhookService": PaymentWebhookApi(payments, job_store),
            OPS: OpsApi(NAME, ops, gauges, clock, wake_jobs=runner.wake, lag_ms=projector.lag_ms),
        },
        verifier=verifier,
        audit=SqlAuditSink(write),
        errors=SqlErrorSink(write),
        clock=clock,
        call_timeout_s=settings.call_timeout_s,
        on_drain=(hub.drain, feed_api.drain),
    )
    return OrderService(server=server, background=[error_log, projector, tail, relay, runner])
