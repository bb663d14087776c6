"""The processes of the shop, wired as their bootstraps wire them, on simulated databases, network and time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from functools import partial
from itertools import count
from random import Random
from typing import Any

from chassis.alerts import Alerts, DeadLetters
from chassis.context import Caller, RequestContext, request_context
from chassis.errors import AppError
from chassis.events import Event, PublishedEvent
from chassis.job_runner import JobRunner
from chassis.jobs import Backoff
from chassis.mediator import Mediator
from inventory_svc.adapters.orders import GrpcOrders
from inventory_svc.api.inventory import InventoryApi
from inventory_svc.api.reservations import ReservationApi
from inventory_svc.commands.backorders import CONFIRM_AVAILABILITY
from inventory_svc.commands.handlers import handle_commands as handle_inventory_commands
from inventory_svc.domain.pricing import LoyaltyRates
from inventory_svc.domain.reservation import HoldTimes
from inventory_svc.sagas.availability import AvailabilityPublisher, hear_of_orders
from inventory_svc.sagas.hold_reaper import HoldReaper
from order_svc.adapters.inventory import GrpcInventory
from order_svc.adapters.payments import GrpcPayments
from order_svc.api.order_stock import OrderStockApi
from order_svc.api.orders import OrderApi
from order_svc.commands.alert_administrators import alert_administrators
from order_svc.commands.handlers import handle_commands as handle_order_commands
from order_svc.domain.order import Order
from order_svc.domain.views import OrderView
from order_svc.payment.adapters.sandbox import SandboxProvider
from order_svc.payment.api.payments import PaymentApi
from order_svc.sagas.amendments import Amendments
from order_svc.sagas.checkout import Checkout
from order_svc.sagas.refunds import Refunding
from order_svc.sagas.shipping import Shipping
from tests.builders.order_ids import ORDERS
from tests.fakes.chassis import FakeClock, SilentChannel
from tests.fakes.inventory import InMemoryInventoryUow, InventoryState
from tests.fakes.order import InMemoryOrderUow, InMemoryPlacedOrders, OrderState
from tests.fakes.payment import InMemoryLedgerUow, LedgerState
from tests.simulation.database import Database
from tests.simulation.loop import passing
from tests.simulation.network import Chance, Network, Process, SimulatedPeer

LEASE_S = 5.0
_TIMES = HoldTimes(unplaced=timedelta(seconds=8), placed=timedelta(seconds=40))
# The shopper confirms faster, or the payment process is away for longer.
_ACTION = timedelta(seconds=6)
_FEED_POLL_S, _REAP_S = 1.0, 1.5


@dataclass
class HeardState(InventoryState):
    """With the position of the inbox."""

    heard: int = 0


@dataclass
class Shop:
    """What is durable, and what all processes share."""

    chance: Chance
    clock: FakeClock
    network: Network
    orders: Database[OrderState]
    inventory: Database[HeardState]
    ledger: Database[LedgerState]
    ids: Any = field(default_factory=lambda: count(1))

    async def next(self) -> int:
        """An id that no other order and no item has."""
        return next(self.ids)

    def skip(self, taken: int) -> None:
        raise AssertionError(f"nothing is restored here, and {taken} was given once")

    def start(self, name: str) -> Process:
        process = Process(name)
        {"order": _order, "inventory": _inventory, "payment": _payment}[name](self, process)
        self.network.processes.append(process)
        return process

    def kill(self, process: Process) -> None:
        process.died.set()
        self.network.processes.remove(process)
        for database in (self.orders, self.inventory, self.ledger):
            database.abandon(process)


class _Jobs(JobRunner):
    """Regular work goes by the time of the loop, not by that of APScheduler."""

    async def start(self) -> None:
        await self._claims.start()
        await self._done.start()


@dataclass
class _PlacedOrders:
    """The orders as a query finds them."""

    database: Database[OrderState]
    process: Process

    async def read(self, order_id: int) -> Order:
        return await InMemoryPlacedOrders(await self.database.read(self.process)).read(order_id)

    async def load(self, order_id: int) -> OrderView:
        with request_context(RequestContext(caller=Caller.service("order"))):
            return (await self.read(order_id)).view()

    async def has_open_job(self, kind: str, key: str) -> bool:
        return await InMemoryPlacedOrders(await self.database.read(self.process)).has_open_job(kind, key)


def _payment(shop: Shop, process: Process) -> None:
    make = partial(InMemoryLedgerUow, clock=shop.clock)
    provider = SandboxProvider(shop.ledger.units_of_work(process, make, lambda jobs: None, LEASE_S), shop.clock)
    process.servicers["easyorder.internal.payment.v1.PaymentService"] = PaymentApi(provider)


def _order(shop: Shop, process: Process) -> None:
    runner: list[JobRunner] = []
    make = partial(InMemoryOrderUow, clock=shop.clock)
    open_uow = shop.orders.units_of_work(process, make, lambda jobs: runner[0].submit(jobs), LEASE_S)
    mediator: Mediator[Any] = Mediator(open_uow, service="order")
    alerts, random = Alerts("order", {"mail": SilentChannel()}), shop.chance.random
    handle_order_commands(
        mediator,
        clock=shop.clock,
        backoff=_backoff(random, 4),
        payment_timeout_s=2,
        payment_action=_ACTION,
        alerts=alerts,
    )
    peer: Any = SimulatedPeer(shop.network, process, "order")
    stock, payments = GrpcInventory(peer, timeout_s=3), GrpcPayments(peer, timeout_s=2)
    placed = _PlacedOrders(shop.orders, process)
    checkout = Checkout(
        mediator,
        stock,
        payments,
        order_ids=shop,
        item_ids=shop,
        clock=shop.clock,
        load_order=placed.load,
        hold_margin=timedelta(seconds=6),
    )
    refunding = Refunding(mediator, stock, payments)
    runner.append(
        _Jobs(
            shop.orders.job_store(process),
            {**checkout.job_handlers(), **refunding.job_handlers(), **alerts.handlers()},
            backoff=_backoff(random, 40),
            service="order",
            lease_s=LEASE_S,
            tick_s=1.5,
            dead_letter=DeadLetters(open_uow, alerts, shop.clock, publish=alert_administrators),
        )
    )
    process.begin(runner[0].start())
    process.servicers |= {
        "easyorder.order.v1.OrderService": OrderApi(
            checkout,
            Amendments(mediator, placed, stock, order_ids=shop, item_ids=shop),
            refunding,
            Shipping(mediator, placed, checkout.stock_jobs),
            mediator,
            None,  # type: ignore[arg-type]
            ORDERS,
        ),
        "easyorder.internal.order.v1.OrderStockService": OrderStockApi(mediator),
    }


def _inventory(shop: Shop, process: Process) -> None:
    runner: list[JobRunner] = []
    make: Callable[[HeardState], InMemoryInventoryUow] = partial(InMemoryInventoryUow, clock=shop.clock)
    open_uow = shop.inventory.units_of_work(process, make, lambda jobs: runner[0].submit(jobs), LEASE_S)
    mediator: Mediator[Any] = Mediator(open_uow, service="inventory")
    rates = LoyaltyRates(earned_per_unit=Decimal(1), worth_a_unit=100)
    handle_inventory_commands(mediator, times=_TIMES, rates=rates, low_stock=1)
    peer: Any = SimulatedPeer(shop.network, process, "inventory")
    orders = GrpcOrders(peer, timeout_s=3)
    reaper = HoldReaper(open_uow, mediator, orders, longest=_TIMES.placed)
    alerts = Alerts("inventory", {"mail": SilentChannel()})
    runner.append(
        _Jobs(
            shop.inventory.job_store(process),
            {CONFIRM_AVAILABILITY: AvailabilityPublisher(open_uow, orders, low=1).publish, **alerts.handlers()},
            backoff=_backoff(shop.chance.random, 40),
            service="inventory",
            lease_s=LEASE_S,
            tick_s=1.5,
            dead_letter=DeadLetters(open_uow, alerts, shop.clock),
        )
    )
    process.begin(runner[0].start())
    process.begin(_again_and_again(_REAP_S, reaper.reap))
    process.begin(_again_and_again(30, reaper.sweep))
    process.begin(_again_and_again(_FEED_POLL_S, partial(_hear, shop, process)))
    process.servicers |= {
        "easyorder.internal.inventory.v1.ReservationService": ReservationApi(mediator, None),  # type: ignore[arg-type]
        # Only its commands: what is read is read from the state.
        "easyorder.inventory.v1.InventoryService": InventoryApi(mediator, None, None, low_stock=1),  # type: ignore[arg-type]
    }


async def _hear(shop: Shop, process: Process) -> None:
    """Takes the new events of the feed, in one transaction with their effect."""
    known, at = (await shop.orders.read(process)).events, (await shop.inventory.read(process)).heard
    if len(known) <= at:
        return
    wanted = [
        PublishedEvent(position=number, event=_heard(event))
        for number, event in enumerate(known[at:], at + 1)
        if event.kind == "order_created"
    ]
    make: Callable[[HeardState], InMemoryInventoryUow] = partial(InMemoryInventoryUow, clock=shop.clock)
    async with shop.inventory.units_of_work(process, make, lambda jobs: None, LEASE_S)() as uow:
        # Another replica may have taken them meanwhile.
        if shop.inventory.state.heard == at:
            await hear_of_orders(wanted, uow)
            shop.inventory.state.heard = len(known)
            await uow.commit()


def _heard(event: Event) -> Event:
    """As the feed's message has it."""
    return replace(event, payload={"order": {"status": event.payload["order"].status.name}})


async def _again_and_again(every_s: float, work: Callable[[], Awaitable[object]]) -> None:
    while True:
        # Tried again at the next interval, as JobRunner.every does.
        with suppress(AppError):
            await work()
        await passing(every_s)


def _backoff(random: Random, attempts: int) -> Backoff:
    return Backoff(initial_s=0.2, max_s=3, max_attempts=attempts, random=random)
