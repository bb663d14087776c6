"""One simulated run, from a script to a verdict; the same script always ends in the same way."""

from __future__ import annotations

import asyncio
import random
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from unittest.mock import patch

import structlog

from chassis.money import Money
from inventory_svc.domain.product import Product, ProductItem
from tests.builders.order_ids import IDS
from tests.fakes.chassis import FakeClock
from tests.fakes.inventory import StoredStock
from tests.fakes.order import OrderState
from tests.fakes.payment import LedgerState
from tests.simulation import rules
from tests.simulation.database import Database
from tests.simulation.loop import SimulatedLoop, passing
from tests.simulation.network import Chance, Network, Process
from tests.simulation.script import BACKORDERABLE, ITEMS, PROCESSES, Action, Kill, Script
from tests.simulation.services import HeardState, Shop
from tests.simulation.shoppers import REQUEST, Shoppers

_SETTLED_WITHIN_S = 240.0
_START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`violation` is empty if everything held."""

    violation: str
    log: tuple[str, ...]

    @property
    def kind(self) -> str:
        """I1 to I6, or the kind of exception."""
        return self.violation.split(" ")[0]


class _Clock(FakeClock):
    """The time of the loop."""

    def __init__(self, loop: SimulatedLoop) -> None:
        self._loop = loop

    def now(self) -> datetime:
        return _START + timedelta(seconds=self._loop.time())


def run(script: Script) -> Verdict:
    """Runs the script."""
    loop = SimulatedLoop()
    failed: list[str] = []
    log: list[str] = []
    loop.set_exception_handler(lambda _, context: None)
    with _one_source_of_chance(script.seed, loop):
        try:
            loop.run_until_complete(_happens(script, loop, log, failed))
        except Exception as error:
            failed.append(str(error) if isinstance(error, AssertionError) else repr(error))
        finally:
            _end_all_tasks(loop)
            loop.close()
    return Verdict(failed[0] if failed else "", tuple(log))


def _end_all_tasks(loop: SimulatedLoop) -> None:
    """Also those of processes that have ended, which wait for ever."""
    for _ in range(20):
        if not (pending := [task for task in loop.tasks if not task.done()]):
            return
        for task in pending:
            task.cancel()
        loop.run_until_complete(asyncio.wait(pending))


@contextmanager
def _one_source_of_chance(seed: int, loop: SimulatedLoop) -> Iterator[None]:
    """Everything that is random comes from the seed, and every clock is that of the loop."""
    numbers = Random(f"uuid {seed}")
    random.seed(seed)
    quiet = structlog.get_config() | {"wrapper_class": structlog.make_filtering_bound_logger(50)}
    before = structlog.get_config()
    structlog.configure(**quiet)
    try:
        with (
            patch("uuid.uuid4", lambda: uuid.UUID(int=numbers.getrandbits(128), version=4)),
            patch("tests.fakes.chassis.monotonic", loop.time),
            patch("chassis.job_runner.monotonic", loop.time),
        ):
            yield
    finally:
        structlog.configure(**before)


async def _happens(script: Script, loop: SimulatedLoop, log: list[str], failed: list[str]) -> None:
    clock, chance = _Clock(loop), Chance(script.seed, script.weather)
    checked = _reporting(failed)
    orders, inventory, ledger = OrderState(), HeardState(), LedgerState()
    shop = Shop(
        chance=chance,
        clock=clock,
        network=Network(chance),
        orders=Database(orders, clock, chance, checked(rules.check_events)),
        inventory=Database(inventory, clock, chance, checked(rules.check_stock)),
        ledger=Database(ledger, clock, chance, checked(rules.check_ledger)),
    )
    _put_on_sale(inventory)
    running: list[Process] = [shop.start(name) for name in PROCESSES]

    def end(process: Process, down_s: float | None = None) -> None:
        if process.died.is_set():
            return
        log.append(f"{loop.time():.3f} {process.name} ends")
        shop.kill(process)
        loop.call_later(chance.random.uniform(0.05, 3) if down_s is None else down_s, begin, running.index(process))

    def begin(index: int) -> None:
        running[index] = shop.start(PROCESSES[index])

    def end_that(kill: Kill) -> None:
        end(running[kill.process], kill.down_s)

    chance.kill = end
    for kill in script.kills:
        loop.call_at(kill.at_s, end_that, kill)
    shoppers = Shoppers(shop.network)
    try:
        # In a script that has shrunk, nobody may have placed an order that others wait for.
        placed = {action.order for action in script.actions if action.kind == "place"}
        asked = [
            shoppers.ask(number, action)
            for number, action in enumerate(script.actions)
            if action.kind == "deliver goods" or action.order in placed
        ]
        await asyncio.gather(*asked)
        chance.calm()
        # Enough for all who still wait.
        await shoppers.ask(len(script.actions), Action(0, "deliver goods", 0, ((BACKORDERABLE, 50),)))
        settled_by = loop.time() + _SETTLED_WITHIN_S
        while left := rules.moving(shop.orders.committed, shop.inventory.committed):
            assert loop.time() < settled_by, f"I6 has not settled: {left}"
            assert not failed, failed[0]
            await passing(1)
        orders, inventory, ledger = shop.orders.committed, shop.inventory.committed, shop.ledger.committed
        known = {IDS.of_order(id) for id in orders.orders}
        lost = shoppers.acknowledged - known
        assert not lost, f"I3 lost orders: {lost}"
        made = Counter(order.metadata[REQUEST] for order in orders.orders.values())
        twice = {request: count for request, count in made.items() if count > 1}
        assert not twice, f"I3 requests made several orders: {twice}"
        rules.check_books(orders, inventory, ledger)
    finally:
        log.extend(shoppers.log)


def _reporting(failed: list[str]) -> Any:
    """A violation ends the run, also if whoever met it goes on."""

    def checked(check: Any) -> Any:
        def check_and_keep(state: Any) -> None:
            try:
                check(state)
            except AssertionError as error:
                failed.append(str(error))
                raise

        return check_and_keep

    return checked


def _put_on_sale(inventory: HeardState) -> None:
    items = tuple(
        ProductItem(id=id, sku=f"SKU-{id}", quantity_on_hand=pieces, backorderable=id == BACKORDERABLE)
        for id, pieces in ITEMS.items()
    )
    price = Money(Decimal("10.00"), "USD")
    lamp = Product(id=1000, name="Lamp", description="", base_price=price, variations=(), items=items)
    inventory.products[lamp.id] = lamp
    for item in items:
        inventory.stock[item.id] = StoredStock(initial=item.quantity_on_hand, on_hand=item.quantity_on_hand)
