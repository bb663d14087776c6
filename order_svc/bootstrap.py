"""The only wiring of order_svc: binds ports to adapters, by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from random import SystemRandom
from typing import NamedTuple

from chassis.alert_channels import channels_of
from chassis.alerts import Alerts, DeadLetters
from chassis.audit import ErrorLog
from chassis.auth.keys import KeyCache, keys_of
from chassis.auth.revocations import Revocations, revocations_of
from chassis.auth.service_tokens import ServiceKeys
from chassis.background import Background
from chassis.clock import Clock, SystemClock
from chassis.db.bulk import SqlSink
from chassis.db.engine import make_sessions
from chassis.db.hilo import HiLo
from chassis.db.jobs import JobWriter, SqlJobStore
from chassis.db.probe import takes_writes
from chassis.db.projector import Projector
from chassis.db.read_your_writes import ReadYourWrites
from chassis.db.tables import AUDIT_ENTRY, RECORDED_ERROR
from chassis.db.unit_of_work import Committed, OnCommit, sql_units_of_work
from chassis.events import PublishedEvent
from chassis.grpc.server import GrpcServer
from chassis.job_runner import JobRunner
from chassis.jobs import Backoff
from chassis.mediator import Mediator
from chassis.money import Money
from chassis.unit_of_work import OpenUnitOfWork
from ops.api import OPS, OpsApi, purge
from order_svc.adapters.feed import Feed, FeedTail
from order_svc.adapters.inventory import GrpcInventory
from order_svc.adapters.link_generations import SqlLinkGenerations
from order_svc.adapters.order_creators import OrderCreators
from order_svc.adapters.payments import GrpcPayments
from order_svc.adapters.recent_orders import RecentOrders
from order_svc.adapters.unit_of_work import SqlOrderUow
from order_svc.adapters.write_side import WriteSideOrders
from order_svc.api.feed import OrderFeedApi
from order_svc.api.order_stock import OrderStockApi
from order_svc.api.order_watch import OrderWatchApi
from order_svc.api.orders import OrderApi
from order_svc.api.payment_webhook import PaymentWebhookApi
from order_svc.commands.alert_administrators import alert_administrators
from order_svc.commands.handlers import handle_commands
from order_svc.commands.jobs import NOT_DISCARDABLE
from order_svc.commands.uow import OrderUow
from order_svc.config import OrderSettings
from order_svc.connections import NAME, Connections, connect
from order_svc.messages.encoded_orders import EncodedOrders
from order_svc.messages.event_contents import EventContents
from order_svc.order_ids import OrderIds
from order_svc.payment_comparison.bootstrap import PLAN_EVERY_S, PaymentComparisons
from order_svc.projections import PROJECTED
from order_svc.publishers import publishers_of
from order_svc.queries.orders import OrderQueries
from order_svc.sagas.amendments import Amendments
from order_svc.sagas.checkout import Checkout
from order_svc.sagas.refunds import Refunding
from order_svc.sagas.shipping import Shipping
from order_svc.shop_key import shop_key
from order_svc.stream_tickets import StreamTickets, TicketOrTokenVerifier
from order_svc.tracking_links import TrackingLinks
from order_svc.watch.order_watch import OrderWatch
from order_svc.webhooks.bootstrap import Webhooks
from order_svc.webhooks.commands import jobs as webhook_jobs
from rate_limits.call_limiter import call_limiter
from read_replica.reads import add_gauge
from telemetry.gauges import Gauges

_HOUR_S = 3600

OpenUow = OpenUnitOfWork[OrderUow]
UowAndMediator = tuple[OpenUow, Mediator[OrderUow]]


@asynccontextmanager
async def order_service(settings: OrderSettings, clock: Clock | None = None) -> AsyncIterator[GrpcServer]:
    """Connects the service to its databases and the other services; leaving the block closes the connections."""
    Money.rounding = f"ROUND_{settings.rounding.upper()}"
    connections = connect(settings, clock or SystemClock())
    try:
        yield _service(connections, await shop_key(connections.write))
    finally:
        await connections.close()


def _service(to: Connections, key: bytes) -> GrpcServer:
    ids, tickets = OrderIds(key, numbers=to.settings.order_numbers), StreamTickets(key, to.write, to.clock)
    orders, after_commit = EncodedOrders(ids), list[OnCommit]()
    alerts = Alerts(NAME, channels_of(to.settings))
    error_log = ErrorLog(NAME, SqlSink(to.write, RECORDED_ERROR), to.clock)
    open_uow, mediator = _mediator(to, after_commit, alerts, orders)
    write_side, job_store = WriteSideOrders(to.write), SqlJobStore(to.write)
    links = TrackingLinks(key, write_side.load, SqlLinkGenerations(to.write), to.clock, report=error_log.report)
    sagas = _sagas(to, mediator, write_side)
    webhooks = Webhooks(to, key, ids, alerts, job_store, after_commit, error_log.report)
    comparisons, dead = PaymentComparisons(to, ids, alerts, job_store, after_commit), sagas.refunding.dead_letters()
    runner = _job_runner(to, job_store, sagas, alerts, open_uow, error_log, webhooks, comparisons)
    publishers = publishers_of(to, orders, error_log.report, gauges := Gauges())
    streams = _streams(to, write_side, error_log, orders, [webhooks.wake, *(one.wake for one in publishers)])

    def follow_up(committed: Committed) -> None:
        runner.submit(committed.jobs)
        streams.projector.wake()
        if committed.events:
            streams.tail.wake()

    after_commit.append(follow_up)
    _add_gauges(gauges, to, streams.watch, comparisons)
    queries, kept = _queries(to, streams.projector, ids), {**NOT_DISCARDABLE, **webhook_jobs.NOT_DISCARDABLE}
    servicers = {
        "easyorder.order.v1.OrderService": OrderApi(
            sagas.checkout, sagas.amendments, sagas.refunding, sagas.shipping, mediator, queries, orders
        ),
        "easyorder.order.v1.OrderWatchService": OrderWatchApi(streams.watch, ids, tickets, links),
        "easyorder.internal.order.v1.OrderStockService": OrderStockApi(mediator),
        "easyorder.internal.order.v1.OrderFeedService": streams.feed_api,
        "easyorder.payment.v1.PaymentWebhookService": PaymentWebhookApi(
            sagas.payments.notice_of, mediator.send, job_store, runner.wake
        ),
        "easyorder.payment.v1.PaymentComparisonService": comparisons.api,
        "easyorder.webhook.v1.WebhookService": webhooks.api,
        OPS: (ops := OpsApi(NAME, to.write, gauges, to.clock.now(), runner.wake, streams.projector.lag_ms, kept, dead)),
    }
    loops: list[Background] = [error_log, streams.projector, streams.tail, links, runner, webhooks, ops.history]
    return _server(to, servicers, [*loops, *publishers], error_log, tickets, gauges)


def _add_gauges(gauges: Gauges, to: Connections, watch: OrderWatch, comparisons: PaymentComparisons) -> None:
    gauges.add_pool("write", to.write)
    gauges.add_pool("read", to.read)
    add_gauge(gauges, to.queries)
    gauges.add("watch_subscribers", lambda: watch.subscribers)
    gauges.readers.append(comparisons.queries.collect)


def _mediator(to: Connections, after_commit: list[OnCommit], alerts: Alerts, orders: EncodedOrders) -> UowAndMediator:
    settings = to.settings
    open_uow = sql_units_of_work(
        partial(SqlOrderUow, recent=RecentOrders(), encoded=orders),
        make_sessions(to.write),
        after_commit=after_commit,
        jobs=JobWriter(HiLo(to.write, "job_hilo"), lease_s=settings.job_lease_s),
        has_read_side=True,
    )
    # Changes of single orders leave connections to checkout.
    mediator: Mediator[OrderUow] = Mediator(open_uow, service=NAME, singles=max(1, settings.database_pool_size // 2))
    backoff = Backoff(
        initial_s=settings.payment_backoff_initial_s,
        max_s=settings.payment_backoff_max_s,
        max_attempts=settings.payment_max_attempts,
        random=SystemRandom(),
    )
    handle_commands(
        mediator,
        clock=to.clock,
        backoff=backoff,
        payment_timeout_s=settings.payment_timeout_s,
        payment_action=timedelta(minutes=settings.payment_action_minutes),
        alerts=alerts,
    )
    return open_uow, mediator


class _Sagas(NamedTuple):
    payments: GrpcPayments
    checkout: Checkout
    amendments: Amendments
    refunding: Refunding
    shipping: Shipping


def _sagas(to: Connections, mediator: Mediator[OrderUow], write_side: WriteSideOrders) -> _Sagas:
    stock = GrpcInventory(to.inventory, timeout_s=to.settings.inventory_timeout_s)
    payments = GrpcPayments(to.payment, timeout_s=to.settings.payment_timeout_s)
    order_ids, item_ids = HiLo(to.write, "order_hilo"), HiLo(to.write, "order_item_hilo")
    checkout = Checkout(
        mediator,
        stock,
        payments,
        order_ids=order_ids,
        item_ids=item_ids,
        clock=to.clock,
        load_order=write_side.load,
        # A charge under way must not outlive its hold.
        hold_margin=timedelta(seconds=to.settings.payment_timeout_s + 10),
    )
    return _Sagas(
        payments=payments,
        checkout=checkout,
        amendments=Amendments(mediator, write_side, stock, order_ids=order_ids, item_ids=item_ids),
        refunding=Refunding(mediator, stock, payments),
        shipping=Shipping(mediator, write_side, checkout.stock_jobs),
    )


def _job_runner(
    to: Connections,
    job_store: SqlJobStore,
    sagas: _Sagas,
    alerts: Alerts,
    open_uow: OpenUow,
    error_log: ErrorLog,
    webhooks: Webhooks,
    comparisons: PaymentComparisons,
) -> JobRunner:
    random = SystemRandom()
    of_orders = {**sagas.checkout.job_handlers(), **sagas.refunding.job_handlers()}
    runner = JobRunner(
        job_store,
        {**of_orders, **alerts.handlers(), **webhooks.handlers, **comparisons.handlers},
        backoff=Backoff.lasting(to.settings.job_retry_hours, initial_s=0.5, max_s=60, random=random),
        backoffs={**alerts.backoffs(random), **webhooks.backoffs},
        service=NAME,
        lease_s=to.settings.job_lease_s,
        dead_letter=DeadLetters(open_uow, alerts, to.clock, publish=alert_administrators),
        report=error_log.report,
    )
    runner.every(_HOUR_S, partial(purge, to.write, to.settings))
    runner.every(_HOUR_S, webhooks.purge)
    runner.every(PLAN_EVERY_S, comparisons.plan)
    runner.every(_HOUR_S, partial(Feed(to.write).purge, older_than=timedelta(days=to.settings.events_kept_days)))
    return runner


class _Streams(NamedTuple):
    watch: OrderWatch
    feed_api: OrderFeedApi
    tail: FeedTail
    projector: Projector


def _streams(
    to: Connections,
    write_side: WriteSideOrders,
    error_log: ErrorLog,
    orders: EncodedOrders,
    wakes: Sequence[Callable[[], None]],
) -> _Streams:
    feed = Feed(to.write, EventContents(orders).read)
    watch = OrderWatch(feed, write_side.load, orders.ids, clock=to.clock, heartbeat_s=to.settings.watch_heartbeat_s)
    feed_api = OrderFeedApi(feed)

    def dispatch(events: Sequence[PublishedEvent]) -> None:
        watch.dispatch(events)
        feed_api.dispatch(events)
        for wake in wakes:
            wake()

    tail = FeedTail(feed, dispatch, begin=watch.begin, report=error_log.report)
    projector = Projector(to.write, to.read, PROJECTED, report=error_log.report)
    return _Streams(watch=watch, feed_api=feed_api, tail=tail, projector=projector)


def _queries(to: Connections, projector: Projector, ids: OrderIds) -> OrderQueries:
    read_your_writes = ReadYourWrites(to.write, flush=projector.flush, read_time=lambda: projector.read_time)
    return OrderQueries(to.queries, read_your_writes, ids, OrderCreators(to.write).of, to.settings.time_zone, to.clock)


def _server(
    to: Connections,
    servicers: Mapping[str, object],
    background: Sequence[Background],
    error_log: ErrorLog,
    tickets: StreamTickets,
    gauges: Gauges,
) -> GrpcServer:
    settings = to.settings
    keys = KeyCache(keys_of(to.identity), file=settings.jwks_file)
    revocations = Revocations(revocations_of(to.identity), NAME)
    return GrpcServer(
        name=NAME,
        address=settings.listen_address or settings.order_address,
        servicers=servicers,
        verifier=TicketOrTokenVerifier(keys, ServiceKeys(settings.service_keys_dir, NAME), tickets, revocations),
        secret=settings.own_secret,
        tls=settings.tls(NAME),
        audit=SqlSink(to.write, AUDIT_ENTRY),
        audit_refusals_per_minute=to.settings.audit_refusals_per_minute,
        report=error_log.report,
        clock=to.clock,
        limiter=call_limiter(settings.rate_limits_file),
        gauges=gauges,
        call_timeout_s=settings.call_timeout_s,
        reflection_for_all=settings.is_local,
        stream_limits=settings.stream_limits,
        trusted_proxies=settings.trusted_proxies,
        probe=takes_writes(to.write, to.read),
        background=background,
    )
