"""Wires inventory_svc: the only place where ports meet their adapters."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.alert_channels import channels_of
from chassis.alerts import Alerts, DeadLetters
from chassis.audit import ErrorLog
from chassis.auth.keys import KeyCache, keys_of
from chassis.auth.revocations import Revocations, revocations_of
from chassis.auth.service_tokens import ServiceKeys, ServiceTokens
from chassis.auth.verifier import TokenVerifier
from chassis.background import Background
from chassis.clock import Clock, SystemClock
from chassis.db.bulk import SqlSink
from chassis.db.engine import make_engine, make_sessions
from chassis.db.hilo import HiLo
from chassis.db.jobs import JobWriter, SqlJobStore
from chassis.db.probe import takes_writes
from chassis.db.projector import Projector
from chassis.db.read_your_writes import ReadYourWrites
from chassis.db.tables import AUDIT_ENTRY, RECORDED_ERROR
from chassis.db.unit_of_work import Committed, OnCommit, sql_units_of_work
from chassis.grpc.clients import Peer
from chassis.grpc.server import GrpcServer, serve
from chassis.job_runner import JobRunner
from chassis.jobs import Backoff
from chassis.logs import configure
from chassis.mediator import Mediator
from chassis.money import Money
from chassis.unit_of_work import OpenUnitOfWork
from inventory_svc.adapters.creators import INCENTIVES, PRODUCT_ITEMS, Creators
from inventory_svc.adapters.inbox import Inbox
from inventory_svc.adapters.order_feed import FeedConsumer
from inventory_svc.adapters.orders import GrpcOrders
from inventory_svc.adapters.unit_of_work import SqlInventoryUow
from inventory_svc.api.incentives import IncentiveApi
from inventory_svc.api.inventory import InventoryApi, ProductApi
from inventory_svc.api.reservations import ReservationApi
from inventory_svc.commands.backorders import CONFIRM_AVAILABILITY, NOT_DISCARDABLE
from inventory_svc.commands.handlers import handle_commands
from inventory_svc.commands.uow import InventoryUow
from inventory_svc.config import InventorySettings
from inventory_svc.domain.pricing import LoyaltyRates
from inventory_svc.domain.reservation import HoldTimes
from inventory_svc.messages.inventory import serialised_products
from inventory_svc.projections import PROJECTED, refresh_documents
from inventory_svc.queries.catalogue_log import CatalogueLog
from inventory_svc.queries.incentives import IncentiveQueries
from inventory_svc.queries.product_pages import ProductPages
from inventory_svc.queries.products import ProductQueries
from inventory_svc.queries.reservations import StoredReservations
from inventory_svc.queries.stock import StockQueries
from inventory_svc.sagas.availability import AvailabilityPublisher, hear_of_orders
from inventory_svc.sagas.hold_reaper import HoldReaper
from inventory_svc.watch.stock_watch import StockWatch
from ops.api import OPS, OpsApi, purge
from rate_limits.call_limiter import call_limiter
from read_replica.reads import Reads, ReplicaReads, add_gauge
from telemetry.gauges import Gauges

SERVICE = "inventory"
# The interval of rarely needed work.
_SWEEP_S = 30
_HOUR_S = 3600


@dataclass(frozen=True, slots=True)
class Service:
    """A process, not started. `background` starts before the server, and stops after it in reverse order."""

    server: GrpcServer
    mediator: Mediator[InventoryUow]
    projector: Projector
    pages: ProductPages


OpenUow = OpenUnitOfWork[SqlInventoryUow]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Connections:
    """Databases and other services, with the settings, the clock and the gauges."""

    settings: InventorySettings
    clock: Clock
    gauges: Gauges
    write: AsyncEngine
    read: AsyncEngine
    # Where queries read: there, or at a replica of it.
    queries: Reads
    identity: Peer
    orders: Peer
    feed: Peer

    async def start(self) -> None:
        return None

    async def stop(self) -> None:
        for client in (self.identity, self.orders, self.feed):
            await client.close()
        for engine in (self.write, self.read, self.queries):
            await engine.dispose()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """The objects that serve queries and watches."""

    projector: Projector
    products: ProductQueries
    pages: ProductPages
    stock: StockQueries
    incentives: IncentiveQueries
    watch: StockWatch


def build(settings: InventorySettings) -> Service:
    """Wires the process from its settings."""
    Money.rounding = f"ROUND_{settings.rounding.upper()}"
    tokens, tls = ServiceTokens(SERVICE, settings.service_keys_dir), settings.tls(SERVICE)
    read, replica = engine(settings, "read"), settings.replica_url("easyorder_inventory_read")
    to = _Connections(
        settings=settings,
        clock=SystemClock(),
        gauges=Gauges(),
        write=engine(settings, "write"),
        read=read,
        queries=ReplicaReads(read, engine(settings, "replica", replica)) if replica else read,
        identity=Peer(settings.identity_address, "identity", tokens, tls=tls),
        orders=Peer(settings.order_address, "order", tokens, tls=tls),
        # Its stream has a heartbeat, and would be pinged all the time.
        feed=Peer(settings.order_address, "order", tokens, silence_s=30, tls=tls),
    )
    error_log = ErrorLog(SERVICE, SqlSink(to.write, RECORDED_ERROR), to.clock)
    reading = _reading(to, error_log)
    after_commit: list[OnCommit] = []
    open_uow, mediator = _mediator(to, after_commit)
    inbox: Inbox[SqlInventoryUow] = Inbox("orders", hear_of_orders, open_uow, service=SERVICE, report=error_log.report)
    order_events = _order_events(to, inbox, error_log)
    runner = _job_runner(to, open_uow, mediator, inbox, error_log)

    def follow_up(committed: Committed) -> None:
        runner.submit(committed.jobs)
        reading.projector.wake()

    after_commit.append(follow_up)
    lag_ms = reading.projector.lag_ms
    ops = OpsApi(SERVICE, to.write, to.gauges, to.clock.now(), runner.wake, lag_ms, NOT_DISCARDABLE)
    server = _server(to, mediator, reading, ops, error_log)
    server.background = [to, error_log, reading.projector, reading.watch, runner, order_events, ops.history]
    return Service(server, mediator, reading.projector, reading.pages)


async def run(settings: InventorySettings) -> None:
    """Serves until SIGTERM or SIGINT."""
    configure(settings, SERVICE)
    await serve(build(settings).server, settings)


def engine(settings: InventorySettings, side: str, url: str = "") -> AsyncEngine:
    """The sessions of the `write` or the `read` database, or of a replica at `url`."""
    return make_engine(
        url or settings.database_url(f"easyorder_inventory_{side}"),
        application_name=f"{SERVICE}_{side}",
        pool_size=settings.database_pool_size,
        timeout_s=settings.database_timeout_s,
        lock_timeout_s=settings.database_lock_timeout_s if side == "write" else 0,
    )


def _order_events(to: _Connections, inbox: Inbox[SqlInventoryUow], error_log: ErrorLog) -> Background:
    if to.settings.order_events == "feed":
        return FeedConsumer(to.feed, inbox, report=error_log.report)
    from inventory_svc.adapters.broker_consumer import BrokerConsumer  # whose client takes memory

    return BrokerConsumer(to.settings.broker_url, to.feed, inbox, name=SERVICE, report=error_log.report)


def _mediator(to: _Connections, after_commit: list[OnCommit]) -> tuple[OpenUow, Mediator[InventoryUow]]:
    settings = to.settings
    open_uow = sql_units_of_work(
        SqlInventoryUow,
        make_sessions(to.write),
        after_commit=after_commit,
        jobs=JobWriter(HiLo(to.write, "job_hilo"), lease_s=settings.job_lease_s),
        has_read_side=True,
    )
    # Administrators' work leaves most connections to orders.
    singles = max(1, settings.database_pool_size // 3)
    mediator: Mediator[InventoryUow] = Mediator(open_uow, service=SERVICE, singles=singles)
    rates = LoyaltyRates(
        earned_per_unit=settings.loyalty_points_per_unit, worth_a_unit=settings.loyalty_points_worth_unit
    )
    handle_commands(mediator, times=hold_times(settings), rates=rates, low_stock=settings.low_stock_threshold)
    return open_uow, mediator


def _reading(to: _Connections, error_log: ErrorLog) -> _Reading:
    projector = Projector(to.write, to.read, PROJECTED, conclude=refresh_documents, report=error_log.report)
    read_your_writes = ReadYourWrites(to.write, flush=projector.flush, read_time=lambda: projector.read_time)
    creator_of = Creators(to.write).of
    ttl_s = to.settings.product_cache_ttl_s
    item_creator_of = Creators(to.write, PRODUCT_ITEMS).of
    # What is cached or watched is read where changes are noticed: at a replica they may not have arrived yet.
    pages = ProductQueries(to.read, read_your_writes, creator_of)
    watched = StockQueries(to.read, read_your_writes, creator_of, item_creator_of)
    watch = StockWatch(watched, clock=to.clock, low_stock=to.settings.low_stock_threshold)
    projector.on_applied.append(watch.wake)
    return _Reading(
        projector=projector,
        products=ProductQueries(to.queries, read_your_writes, creator_of),
        pages=ProductPages(pages, CatalogueLog(to.read), read_your_writes, serialised_products, ttl_s=ttl_s),
        stock=StockQueries(to.queries, read_your_writes, creator_of, item_creator_of),
        incentives=IncentiveQueries(to.queries, read_your_writes, Creators(to.write, INCENTIVES).of),
        watch=watch,
    )


def _job_runner(
    to: _Connections,
    open_uow: OpenUow,
    mediator: Mediator[InventoryUow],
    inbox: Inbox[SqlInventoryUow],
    error_log: ErrorLog,
) -> JobRunner:
    settings, jitter = to.settings, random.Random()
    placed = GrpcOrders(to.orders, timeout_s=settings.order_timeout_s)
    publisher = AvailabilityPublisher(open_uow, placed, low=settings.low_stock_threshold)
    reaper = HoldReaper(open_uow, mediator, placed, longest=hold_times(settings).placed)
    alerts = Alerts(SERVICE, channels_of(settings))
    runner = JobRunner(
        SqlJobStore(to.write),
        {CONFIRM_AVAILABILITY: publisher.publish, inbox.job_kind: inbox.run_again, **alerts.handlers()},
        backoff=Backoff.lasting(settings.job_retry_hours, initial_s=0.2, max_s=60, random=jitter),
        backoffs=alerts.backoffs(jitter),
        service=SERVICE,
        lease_s=settings.job_lease_s,
        dead_letter=DeadLetters(open_uow, alerts, to.clock),
        report=error_log.report,
    )
    runner.every(settings.reservation_reap_s, reaper.reap)
    runner.every(_SWEEP_S, reaper.sweep)
    to.gauges.add("holds_unanswered", lambda: reaper.unanswered)
    runner.every(_HOUR_S, partial(purge, to.write, settings))
    return runner


def _server(
    to: _Connections, mediator: Mediator[InventoryUow], reading: _Reading, ops: OpsApi, error_log: ErrorLog
) -> GrpcServer:
    settings, pages = to.settings, reading.pages
    to.gauges.add_pool("write", to.write)
    to.gauges.add_pool("read", to.read)
    add_gauge(to.gauges, to.queries)
    to.gauges.add("product_pages_asked", lambda: pages.asked)
    to.gauges.add("product_pages_read", lambda: pages.read)
    keys = KeyCache(keys_of(to.identity), file=settings.jwks_file)
    revocations = Revocations(revocations_of(to.identity), SERVICE)
    service_keys = ServiceKeys(settings.service_keys_dir, SERVICE)
    return GrpcServer(
        name=SERVICE,
        address=settings.listen_address or settings.inventory_address,
        servicers={
            "easyorder.catalog.v1.ProductService": ProductApi(mediator, reading.products, pages),
            "easyorder.inventory.v1.InventoryService": InventoryApi(
                mediator, reading.stock, reading.watch, low_stock=settings.low_stock_threshold
            ),
            "easyorder.internal.inventory.v1.ReservationService": ReservationApi(
                mediator, StoredReservations(to.write)
            ),
            "easyorder.incentive.v1.IncentiveService": IncentiveApi(mediator, reading.incentives),
            OPS: ops,
        },
        verifier=TokenVerifier(keys, service_keys, revocations=revocations),
        secret=settings.own_secret,
        tls=settings.tls(SERVICE),
        audit=SqlSink(to.write, AUDIT_ENTRY),
        audit_refusals_per_minute=settings.audit_refusals_per_minute,
        report=error_log.report,
        limiter=call_limiter(settings.rate_limits_file),
        gauges=to.gauges,
        call_timeout_s=settings.call_timeout_s,
        reflection_for_all=settings.is_local,
        stream_limits=settings.stream_limits,
        trusted_proxies=settings.trusted_proxies,
        probe=takes_writes(to.write, to.read),
    )


def hold_times(settings: InventorySettings) -> HoldTimes:
    """The hold times of the settings; a hold is no longer while its order is unknown."""
    placed = timedelta(seconds=settings.reservation_ttl_s)
    return HoldTimes(unplaced=min(placed, timedelta(seconds=settings.unplaced_hold_s)), placed=placed)
