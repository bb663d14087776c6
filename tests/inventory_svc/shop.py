"""A shop under test, in memory or on PostgreSQL: takes products and commands, and shows the stored state."""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.engine import make_engine, make_sessions
from chassis.db.hilo import HiLo
from chassis.db.jobs import JobWriter
from chassis.db.unit_of_work import sql_units_of_work
from chassis.errors import AppError
from chassis.mediator import Mediator
from chassis.money import Money
from chassis.unit_of_work import OpenUnitOfWork
from inventory_svc.adapters.unit_of_work import SqlInventoryUow
from inventory_svc.commands.adjust_stock import AdjustStock
from inventory_svc.commands.create_incentive import CreateIncentive
from inventory_svc.commands.create_product import CreateProduct
from inventory_svc.commands.delete_product import DeleteProduct
from inventory_svc.commands.get_loyalty_account import GetLoyaltyAccount
from inventory_svc.commands.handlers import handle_commands
from inventory_svc.commands.reserve import Reserve
from inventory_svc.domain.incentive import Incentive
from inventory_svc.domain.lines import Line
from inventory_svc.domain.pricing import LoyaltyRates
from inventory_svc.domain.product import Product, ProductItem
from inventory_svc.domain.reservation import HoldTimes, PlacedHolds
from inventory_svc.domain.stock import ItemAvailability, StockLevel
from inventory_svc.sagas.hold_reaper import HoldReaper
from tests.builders.product import a_product, an_item
from tests.fakes.chassis import FakeClock
from tests.fakes.inventory import InventoryState, in_memory_inventory

TTL = timedelta(minutes=15)
UNPLACED = timedelta(seconds=50)
TIMES = HoldTimes(unplaced=UNPLACED, placed=TTL)
LOW = 3


@dataclass(frozen=True)
class Pieces:
    """The counters of one item."""

    on_hand: int
    reserved: int = 0
    sold: int = 0
    restocked: int = 0
    adjusted: int = 0
    backordered: int = 0


@dataclass
class FakeOrders:
    """order_svc: the reports it received, and the orders that exist. `failure` is raised by every question."""

    heard: list[dict[str, Any]] = field(default_factory=list)
    placed: set[int] = field(default_factory=set)
    unsold: set[int] = field(default_factory=set)
    questions: list[list[int]] = field(default_factory=list)
    failure: AppError | None = None
    # An order_svc that answers instead.
    holds_of: Callable[[Sequence[int]], Awaitable[PlacedHolds]] | None = None

    async def confirm_availability(self, order_id: int, stocks: Sequence[ItemAvailability], **details: Any) -> None:
        states = [stock.state.value for stock in stocks]
        self.heard.append({"order_id": order_id, "states": states} | details)

    async def placed_holds(self, order_ids: Sequence[int]) -> PlacedHolds:
        self.questions.append(list(order_ids))
        if self.failure is not None:
            raise self.failure
        if self.holds_of is not None:
            return await self.holds_of(order_ids)
        placed, unsold = (frozenset(ids & set(order_ids)) for ids in (self.placed | self.unsold, self.unsold))
        return PlacedHolds(placed=placed, unsold=unsold)


class Shop(ABC):
    """`mediators` are those of two replicas."""

    def __init__(self, *open_uows: OpenUnitOfWork[Any]) -> None:
        self.open_uows = list(open_uows)
        self.mediators: list[Mediator[Any]] = [Mediator(open_uow, service="inventory") for open_uow in open_uows]
        for mediator in self.mediators:
            handle_commands(mediator, times=TIMES, rates=LoyaltyRates(), low_stock=LOW)
        self.orders = FakeOrders()
        self._reapers = [
            HoldReaper(open_uow, mediator, self.orders, longest=TTL)
            for open_uow, mediator in zip(open_uows, self.mediators, strict=True)
        ]
        self._order_ids = itertools.count(1001)

    async def send(self, command: Any, *, replica: int = 0) -> Any:
        return await self.mediators[replica].send(command)

    async def given(self, product: Product) -> Product:
        return await self.send(CreateProduct(product=product))

    async def delete(self, product: Product) -> None:
        await self.send(DeleteProduct(product_id=product.id))

    async def offered(self, incentive: Incentive) -> Incentive:
        return await self.send(CreateIncentive(incentive=incentive))

    async def points(self, user_id: str = "shopper") -> int:
        return await self.send(GetLoyaltyAccount(user_id=user_id))

    async def uses(self) -> dict[str, int]:
        """How often each code is redeemed, and that it is as often as orders that stand say."""
        counted = await self.counted_uses()
        redeemed = Counter(code for code, _ in await self.redemptions())
        assert counted == {code: redeemed[code] for code in counted}
        assert await self.redemptions() == await self.granted()
        return counted

    async def stocked(self, *quantities: int) -> list[ProductItem]:
        """Items of one product at 10.00 USD, with the given pieces each."""
        return list((await self.given(a_product(*(an_item(quantity=quantity) for quantity in quantities)))).items)

    async def backorderable(self, *quantities: int) -> list[ProductItem]:
        """The same with items that can be ordered beyond that."""
        items = (an_item(quantity=quantity, backorderable=True) for quantity in quantities)
        return list((await self.given(a_product(*items))).items)

    async def arrives(self, item: ProductItem, pieces: int, *, replica: int = 0, **others: Any) -> StockLevel:
        """Adds pieces, or removes them where the number is negative."""
        command = AdjustStock(product_item_id=item.id, delta=pieces, reason="delivery", **others)
        return await self.send(command, replica=replica)

    def order(self, *lines: tuple[ProductItem, int], key: str = "", **others: Any) -> Reserve:
        """What an order would reserve, under an order id and a key of its own."""
        order_id = next(self._order_ids)
        command = Reserve(
            order_id=order_id,
            request_key=key or f"key-{order_id}",
            user_id="shopper",
            currency="USD",
            lines=tuple(Line(item.id, quantity) for item, quantity in lines),
        )
        return replace(command, **others)

    async def reap(self, *, replica: int = 0) -> int:
        """Answers how many due holds order_svc did not answer about."""
        await self._reapers[replica].reap()
        return self._reapers[replica].unanswered

    async def sweep(self) -> None:
        await self._reapers[0].sweep()

    async def check_invariants(self) -> None:
        """Every counter adds up, what is reserved is what reservations hold, what is backordered what they wait for."""
        held, waiting, initial = await self.held(), await self.waiting(), await self.initial()
        adjusted = await self.adjusted()
        for item_id, pieces in (await self.pieces()).items():
            assert 0 <= pieces.reserved <= pieces.on_hand
            assert pieces.reserved == held.get(item_id, 0)
            assert pieces.backordered == waiting.get(item_id, 0)
            assert pieces.adjusted == adjusted.get(item_id, 0)
            assert initial[item_id] + pieces.adjusted + pieces.restocked == pieces.on_hand + pieces.sold
            # Nothing is available while there are backorders.
            assert pieces.backordered == 0 or pieces.on_hand == pieces.reserved
        await self.uses()

    async def of(self, item: ProductItem) -> Pieces:
        return (await self.pieces())[item.id]

    @abstractmethod
    async def pieces(self) -> Mapping[int, Pieces]: ...

    @abstractmethod
    async def initial(self) -> Mapping[int, int]: ...

    @abstractmethod
    async def held(self) -> Mapping[int, int]:
        """The pieces that reservations hold, by item."""

    @abstractmethod
    async def waiting(self) -> Mapping[int, int]:
        """The pieces that reservations wait for, by item."""

    @abstractmethod
    async def adjusted(self) -> Mapping[int, int]:
        """The sum of the adjustments noted, by item."""

    @abstractmethod
    async def jobs(self) -> list[int]:
        """The orders whose availability is to be reported."""

    @abstractmethod
    async def denied(self) -> Mapping[int, str]:
        """The orders whose backorder is to be given up, and why."""

    @abstractmethod
    async def states(self) -> Mapping[int, str]:
        """The state of every reservation, by order id."""

    @abstractmethod
    async def counted_uses(self) -> dict[str, int]:
        """The counter of each code."""

    @abstractmethod
    async def redemptions(self) -> set[tuple[str, int]]:
        """Which code is redeemed by which order."""

    @abstractmethod
    async def granted(self) -> set[tuple[str, int]]:
        """Which codes the reservations that stand have."""

    @abstractmethod
    async def now(self) -> datetime: ...

    @abstractmethod
    async def let_time_pass(self, by: timedelta) -> None: ...

    @abstractmethod
    async def reprice(self, item: ProductItem, price: str) -> None: ...

    @abstractmethod
    async def product_count(self) -> int: ...


class InMemoryShop(Shop):
    def __init__(self) -> None:
        self._state = InventoryState()
        self._clock = FakeClock()
        open_uow = in_memory_inventory(self._state, self._clock)
        super().__init__(open_uow, open_uow)

    async def pieces(self) -> Mapping[int, Pieces]:
        return {
            item_id: Pieces(row.on_hand, row.reserved, row.sold, row.restocked, row.adjusted, row.backordered)
            for item_id, row in self._state.stock.items()
        }

    async def initial(self) -> Mapping[int, int]:
        return {item_id: row.initial for item_id, row in self._state.stock.items()}

    async def held(self) -> Mapping[int, int]:
        return self._sum("held")

    async def waiting(self) -> Mapping[int, int]:
        return self._sum("backordered")

    def _sum(self, part: str) -> Mapping[int, int]:
        pieces: Counter[int] = Counter()
        for reservation in self._state.reservations.values():
            if reservation.state.value in ("HELD", "BACKORDERED"):
                for line in reservation.lines:
                    pieces[line.product_item_id] += getattr(line, part)
        return pieces

    async def adjusted(self) -> Mapping[int, int]:
        adjusted: Counter[int] = Counter()
        for item_id, delta, _reason in self._state.adjustments:
            adjusted[item_id] += delta
        return adjusted

    async def jobs(self) -> list[int]:
        return [job.payload["order_id"] for job in self._state.jobs]

    async def denied(self) -> Mapping[int, str]:
        payloads = [job.payload for job in self._state.jobs]
        return {payload["order_id"]: payload["lost_reason"] for payload in payloads if "lost_reason" in payload}

    async def states(self) -> Mapping[int, str]:
        return {order_id: reservation.state.value for order_id, reservation in self._state.reservations.items()}

    async def counted_uses(self) -> dict[str, int]:
        return {incentive.code: incentive.uses for incentive in self._state.incentives.values()}

    async def redemptions(self) -> set[tuple[str, int]]:
        return {(self._state.incentives[id].code, order_id) for id, order_id in self._state.redemptions}

    async def granted(self) -> set[tuple[str, int]]:
        standing = [r for r in self._state.reservations.values() if not r.is_released]
        return {(d.code, r.order_id) for r in standing for d in r.quote.discounts if d.incentive_id is not None}

    async def now(self) -> datetime:
        return self._clock.now()

    async def let_time_pass(self, by: timedelta) -> None:
        self._clock.advance(by.total_seconds())

    async def reprice(self, item: ProductItem, price: str) -> None:
        for product in list(self._state.products.values()):
            items = tuple(
                replace(known, price_override=Money.of(price, "USD")) if known.id == item.id else known
                for known in product.items
            )
            self._state.products[product.id] = replace(product, items=items)

    async def product_count(self) -> int:
        return len(self._state.products)

    def held_until(self, order_id: int) -> datetime | None:
        return self._state.reservations[order_id].expire_at


class SqlShop(Shop):
    def __init__(self, url: str, *, lock_timeout_s: float = 0) -> None:
        self.engines = [
            make_engine(url, application_name="tests", pool_size=3, lock_timeout_s=lock_timeout_s) for _ in range(2)
        ]
        super().__init__(*(self._units_of_work(engine) for engine in self.engines))

    def _units_of_work(self, engine: AsyncEngine) -> OpenUnitOfWork[SqlInventoryUow]:
        return sql_units_of_work(
            SqlInventoryUow,
            make_sessions(engine),
            jobs=JobWriter(HiLo(engine, "job_hilo")),
            has_read_side=True,
        )

    async def clear(self) -> None:
        tables = "product, reservation, incentive, change_log, idempotency_key, job, inbox"
        await self._do(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")

    async def close(self) -> None:
        for engine in self.engines:
            await engine.dispose()

    async def pieces(self) -> Mapping[int, Pieces]:
        rows = await self._all("SELECT id, on_hand, reserved, sold, restocked, adjusted, backordered FROM inventory")
        return {row.id: Pieces(*row[1:]) for row in rows}

    async def initial(self) -> Mapping[int, int]:
        return {row.id: row.initial for row in await self._all("SELECT id, initial FROM inventory")}

    async def held(self) -> Mapping[int, int]:
        return await self._sum("quantity - CASE state WHEN 'BACKORDERED' THEN backordered ELSE 0 END")

    async def waiting(self) -> Mapping[int, int]:
        return await self._sum("CASE state WHEN 'BACKORDERED' THEN backordered ELSE 0 END")

    async def _sum(self, part: str) -> Mapping[int, int]:
        rows = await self._all(
            f"SELECT product_item_id, CAST(sum({part}) AS bigint) AS pieces FROM reservation_line "
            "JOIN reservation USING (order_id) WHERE state IN ('HELD', 'BACKORDERED') GROUP BY product_item_id"
        )
        return {row.product_item_id: row.pieces for row in rows}

    async def adjusted(self) -> Mapping[int, int]:
        rows = await self._all(
            "SELECT product_item_id, CAST(sum(delta) AS bigint) AS delta FROM stock_adjustment GROUP BY product_item_id"
        )
        return {row.product_item_id: row.delta for row in rows}

    async def jobs(self) -> list[int]:
        rows = await self._all("SELECT CAST(payload ->> 'order_id' AS bigint) AS order_id FROM job ORDER BY id")
        return [row.order_id for row in rows]

    async def denied(self) -> Mapping[int, str]:
        rows = await self._all(
            "SELECT CAST(payload ->> 'order_id' AS bigint) AS order_id, payload ->> 'lost_reason' AS why FROM job "
            "WHERE payload ->> 'lost_reason' IS NOT NULL"
        )
        return {row.order_id: row.why for row in rows}

    async def states(self) -> Mapping[int, str]:
        return {row.order_id: row.state for row in await self._all("SELECT order_id, state FROM reservation")}

    async def counted_uses(self) -> dict[str, int]:
        return {row.code: row.uses for row in await self._all("SELECT code, uses FROM incentive")}

    async def redemptions(self) -> set[tuple[str, int]]:
        query = "SELECT code, order_id FROM redemption JOIN incentive ON incentive.id = incentive_id"
        return {(row.code, row.order_id) for row in await self._all(query)}

    async def granted(self) -> set[tuple[str, int]]:
        rows = await self._all(
            "SELECT d->>'code' AS code, order_id FROM reservation CROSS JOIN jsonb_array_elements(discounts) AS d "
            "WHERE state NOT IN ('RELEASED', 'EXPIRED') AND d->>'incentive_id' IS NOT NULL"
        )
        return {(row.code, row.order_id) for row in rows}

    async def now(self) -> datetime:
        return (await self._all("SELECT now() AS now"))[0].now.astimezone()

    async def let_time_pass(self, by: timedelta) -> None:
        # The database's clock cannot be moved, but what waits for it can.
        await self._do(
            "UPDATE reservation SET expire_at = expire_at - make_interval(secs => CAST(:seconds AS float8))",
            seconds=by.total_seconds(),
        )

    async def reprice(self, item: ProductItem, price: str) -> None:
        await self._do(
            "UPDATE product_item SET price = CAST(:price AS numeric) WHERE id = :id", id=item.id, price=price
        )

    async def product_count(self) -> int:
        return int((await self._all("SELECT count(*) AS found FROM product"))[0].found)

    async def forget_changes(self) -> None:
        await self._do("TRUNCATE change_log")

    async def rows_changed(self) -> list[str]:
        """The tables of the rows written since `forget_changes`, one mention for each write."""
        return [row.entity for row in await self._all("SELECT entity FROM change_log ORDER BY entity")]

    async def _all(self, query: str, **parameters: Any) -> Any:
        async with self.engines[0].connect() as connection:
            return (await connection.execute(text(query), parameters)).all()

    async def _do(self, statement: str, **parameters: Any) -> None:
        async with self.engines[0].begin() as connection:
            await connection.execute(text(statement), parameters)
