"""The only wiring of inventory_svc: ports meet adapters here, by hand."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.alert_channels import alert_backoffs, alert_handlers, channels_of
from chassis.alerts import Alerts
from chassis.audit import ErrorLog
from chassis.auth import JwksKeySource, TokenVerifier
from chassis.background import Background
from chassis.clock import SystemClock
from chassis.db.audit import SqlSink
from chassis.db.engine import make_engine, make_sessions
from chassis.db.hilo import HiLo
from chassis.db.idempotency import purge_idempotency_keys
from chassis.db.inbox import Inbox
from chassis.db.jobs import JobWriter, SqlJobStore
from chassis.db.ops import SqlOps
from chassis.db.projector import Projector
from chassis.db.read_your_writes import ReadYourWrites
from chassis.db.tables import AUDIT_ENTRY, RECORDED_ERROR
from chassis.db.unit_of_work import AfterCommit, sql_units_of_work
from chassis.dead_letters import DeadLetters
from chassis.feed_client import ORDER_FEED, FeedConsumer, RemoteFeed
from chassis.grpc.clients import Client, Peer
from chassis.grpc.server import GrpcServer, serve
from chassis.job_runner import JobHandler, JobRunner
from chassis.jobs import Backoff
from chassis.mediator import Mediator
from chassis.metrics import Gauges
from chassis.ops import OPS, OpsApi, purge
from chassis.telemetry import configure
from inventory_svc.adapters.orders import GrpcOrders
from inventory_svc.adapters.unit_of_work import SqlInventoryUow
from inventory_svc.api.incentives import IncentiveApi
from inventory_svc.api.inventory import InventoryApi, ProductApi
from inventory_svc.commands.adjust_stock import AdjustStock, adjust_stock
from inventory_svc.commands.amend import Amend, amend_batch
from inventory_svc.commands.backorders import CONFIRM_AVAILABILITY
from inventory_svc.commands.check_availability import CheckAvailability, check_availability
from inventory_svc.commands.commit import Commit
from inventory_svc.commands.confirm_placed import ConfirmPlaced, confirm_placed
from inventory_svc.commands.create_incentive import CreateIncentive, create_incentive
from inventory_svc.commands.create_product import CreateProduct, create_product
from inventory_svc.commands.deactivate_incentive import DeactivateIncentive, deactivate_incentive
from inventory_svc.commands.delete_product import DeleteProduct, delete_product
from inventory_svc.commands.expire_reservations import ExpireReservations, expire_reservations
from inventory_svc.commands.get_loyalty_account import GetLoyaltyAccount, get_loyalty_account
from inventory_svc.commands.give_up_backorders import GiveUpBackorders, give_up_backorders
from inventory_svc.commands.keep_reservation import KeepReservation, keep_reservations
from inventory_svc.commands.preview_amendment import PreviewAmendment, preview_amendment
from inventory_svc.commands.release import Release, release_batch
from inventory_svc.commands.reserve import Reserve, reserve_and_commit
from inventory_svc.commands.restock import Restock, restock_batch
from inventory_svc.commands.undelete_product import UndeleteProduct, undelete_product
from inventory_svc.commands.uow import InventoryUow
from inventory_svc.commands.update_incentive import UpdateIncentive, update_incentive
from inventory_svc.commands.upsert_product import UpsertProduct, upsert_product
from inventory_svc.commands.validate_incentive import ValidateIncentive, validate_incentive
from inventory_svc.config import InventorySettings
from inventory_svc.domain.pricing import LoyaltyRates
from inventory_svc.domain.reservation import HoldTimes
from inventory_svc.hub.stock_watch import StockWatch
from inventory_svc.messages.inventory import serialised_products
from inventory_svc.projections import projections, refresh_documents
from inventory_svc.queries.catalogue_log import CatalogueLog
from inventory_svc.queries.incentives import IncentiveQueries
from inventory_svc.queries.product_pages import ProductPages
from inventory_svc.queries.products import ProductQueries
from inventory_svc.queries.stock import StockQueries
from inventory_svc.sagas.availability import AvailabilityPublisher, hear_of_orders
from inventory_svc.sagas.hold_reaper import HoldReaper

SERVICE = "inventory"
# For what is rare.
_SWEEP_S = 30


@dataclass(frozen=True, slots=True)
class Service:
    """All of one process, not started. `background` starts before the server and stops after it."""

    server: GrpcServer
    background: Sequence[Background]
    mediator: Mediator[InventoryUow]
    projector: Projector
    pages: ProductPages


def handle_commands(mediator: Mediator[InventoryUow], *, times: HoldTimes, rates: LoyaltyRates, low_stock: int) -> None:
    """Registers the handler of each command with the mediator; the frequent ones in batches."""
    reserve = partial(reserve_and_commit, times=times, rates=rates, low=low_stock)
    mediator.handle_together([Reserve, Commit], reserve, optimistic=True)
    mediator.handle_batch(Release, release_batch)
    mediator.handle_batch(Amend, partial(amend_batch, times=times, rates=rates))
    mediator.handle(PreviewAmendment, partial(preview_amendment, rates=rates))
    mediator.handle_batch(Restock, restock_batch)
    mediator.handle(AdjustStock, adjust_stock)
    mediator.handle_batch(KeepReservation, keep_reservations)
    mediator.handle_batch(CheckAvailability, check_availability)
    mediator.handle(CreateProduct, create_product)
    mediator.handle(UpsertProduct, upsert_product)
    mediator.handle(DeleteProduct, delete_product)
    mediator.handle(UndeleteProduct, undelete_product)
    mediator.handle(ExpireReservations, partial(expire_reservations, times=times))
    mediator.handle(ConfirmPlaced, partial(confirm_placed, times=times))
    mediator.handle(GiveUpBackorders, give_up_backorders)
    mediator.handle(CreateIncentive, create_incentive)
    mediator.handle(UpdateIncentive, update_incentive)
    mediator.handle(DeactivateIncentive, deactivate_incentive)
    mediator.handle(ValidateIncentive, partial(validate_incentive, rates=rates))
    mediator.handle(GetLoyaltyAccount, get_loyalty_account)


def build(settings: InventorySettings) -> Service:
    """Wires the process as the settings say."""
    write = engine(settings, "write")
    read = engine(settings, "read")
    clock = SystemClock()
    error_log = ErrorLog(SERVICE, SqlSink(write, RECORDED_ERROR), clock)
    projector = Projector(write, read, projections(), conclude=refresh_documents, report=error_log.report)
    after_commit = AfterCommit()
    after_commit.listeners.append(lambda _committed: projector.wake())
    open_uow = sql_units_of_work(
        SqlInventoryUow,
        make_sessions(write),
        after_commit=after_commit,
        jobs=JobWriter(HiLo(write, "job_hilo"), lease_s=settings.job_lease_s),
        has_read_side=True,
    )
    mediator: Mediator[InventoryUow] = Mediator(open_uow, service=SERVICE)
    rates = LoyaltyRates(
        earned_per_unit=settings.loyalty_points_per_unit, worth_a_unit=settings.loyalty_points_worth_unit
    )
    times = hold_times(settings)
    handle_commands(
        mediator,
        times=times,
        rates=rates,
        low_stock=settings.low_stock_threshold,
    )
    read_your_writes = ReadYourWrites(write, flush=projector.flush)
    products = ProductQueries(read, read_your_writes)
    pages = ProductPages(
        products, CatalogueLog(read), read_your_writes, serialised_products, ttl_s=settings.product_cache_ttl_s
    )
    stock = StockQueries(read, read_your_writes)
    watch = StockWatch(stock, clock=clock)
    projector.on_applied.append(partial(_wake, watch))
    identity = Client(settings.identity_address)
    orders = Peer(settings.order_address, SERVICE, settings.mesh_secret.get_secret_value())
    placed = GrpcOrders(orders, timeout_s=settings.order_timeout_s)
    publisher = AvailabilityPublisher(open_uow, placed, low=settings.low_stock_threshold)
    reaper = HoldReaper(open_uow, mediator, placed, longest=times.placed)
    inbox: Inbox[SqlInventoryUow] = Inbox("orders", hear_of_orders, open_uow, service=SERVICE)
    feed = FeedConsumer(RemoteFeed(orders, ORDER_FEED, kinds=["order_created"]), inbox, report=error_log.report)
    ops = SqlOps(write)
    dead_letters = DeadLetters(open_uow, Alerts(SERVICE, channels_of(settings)), clock)
    handlers = {CONFIRM_AVAILABILITY: publisher.publish, inbox.job_kind: inbox.run_again}
    runner = _regular_work(settings, reaper, write, ops, error_log, dead_letters, handlers)
    after_commit.listeners.append(lambda committed: runner.submit(committed.jobs))
    gauges = Gauges()
    gauges.add_pool("write", write)
    gauges.add_pool("read", read)
    gauges.add("product_pages_asked", lambda: pages.asked)
    gauges.add("product_pages_read", lambda: pages.read)
    server = GrpcServer(
        name=SERVICE,
        address=settings.listen_address or settings.inventory_address,
        servicers={
            "easyorder.catalog.v1.ProductService": ProductApi(mediator, products, pages),
            "easyorder.inventory.v1.InventoryService": InventoryApi(
                mediator, stock, watch, low_stock=settings.low_stock_threshold
            ),
            "easyorder.incentive.v1.IncentiveService": IncentiveApi(mediator, IncentiveQueries(read, read_your_writes)),
            OPS: OpsApi(SERVICE, ops, gauges, clock, wake_jobs=runner.wake, lag_ms=projector.lag_ms),
        },
        verifier=TokenVerifier(JwksKeySource(identity), settings.mesh_secret.get_secret_value()),
        audit=SqlSink(write, AUDIT_ENTRY),
        report=error_log.report,
        call_timeout_s=settings.call_timeout_s,
        on_drain=(watch.drain,),
    )
    closing = [_Closing(engine.dispose) for engine in (write, read)]
    closing += [_Closing(client.close) for client in (identity, orders)]
    background: Sequence[Background] = [*closing, error_log, projector, watch, runner, feed]
    return Service(server, background, mediator, projector, pages)


async def run(settings: InventorySettings) -> None:
    """Serves until SIGTERM or SIGINT."""
    telemetry = configure(settings, SERVICE)
    service = build(settings)
    await serve(service.server, background=[telemetry, *service.background], grace_s=settings.drain_grace_s)


def engine(settings: InventorySettings, side: str) -> AsyncEngine:
    """Of the `write` or the `read` database."""
    url = settings.database_url(f"easyorder_inventory_{side}")
    return make_engine(url, application_name=f"{SERVICE}_{side}", pool_size=settings.database_pool_size)


def _regular_work(
    settings: InventorySettings,
    reaper: HoldReaper,
    write: AsyncEngine,
    ops: SqlOps,
    error_log: ErrorLog,
    dead_letters: DeadLetters[SqlInventoryUow],
    handlers: Mapping[str, JobHandler],
) -> JobRunner:
    jitter = random.Random()
    channels = channels_of(settings)
    runner = JobRunner(
        SqlJobStore(write),
        {**handlers, **alert_handlers(channels)},
        # What is told to order_svc is told for days before an operator is asked.
        backoff=Backoff(initial_s=0.2, max_s=60, max_attempts=1000, random=jitter),
        backoffs=alert_backoffs(channels, jitter),
        service=SERVICE,
        lease_s=settings.job_lease_s,
        dead_letter=dead_letters,
        report=error_log.report,
    )
    runner.every(settings.reservation_reap_s, reaper.reap)
    runner.every(_SWEEP_S, reaper.sweep)
    kept_for = timedelta(days=settings.idempotency_keys_days)
    runner.every(3600, partial(purge_idempotency_keys, write, older_than=kept_for))
    runner.every(3600, partial(purge, ops, settings))
    return runner


async def _wake(watch: StockWatch, _changes: object) -> None:
    watch.wake()


def hold_times(settings: InventorySettings) -> HoldTimes:
    """As the settings have them; no hold is longer because its order is not known."""
    placed = timedelta(seconds=settings.reservation_ttl_s)
    return HoldTimes(unplaced=min(placed, timedelta(seconds=settings.unplaced_hold_s)), placed=placed)


class _Closing:
    """Closes something when the process stops."""

    def __init__(self, close: Callable[[], Awaitable[object]]) -> None:
        self._close = close

    async def start(self) -> None:
        return None

    async def stop(self) -> None:
        await self._close()
