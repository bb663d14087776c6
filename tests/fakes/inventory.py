"""The catalogue, the stock and the reservations in memory, with the same contract as the SQL implementations."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from chassis.errors import Conflict
from chassis.unit_of_work import OpenUnitOfWork
from inventory_svc.domain.errors import IncentiveNotFound
from inventory_svc.domain.incentive import Incentive
from inventory_svc.domain.incentive_set import IncentiveLocks, IncentiveSet, Redemption
from inventory_svc.domain.keys import key_of
from inventory_svc.domain.ports import SkuOwner
from inventory_svc.domain.product import Product
from inventory_svc.domain.reservation import Reservation, ReservationState
from inventory_svc.domain.stock import StockBatch, StockItem, StockLevel
from tests.fakes.chassis import ChassisState, FakeClock, InMemoryUnitOfWork, in_memory_units_of_work


@dataclass
class StoredStock:
    """A row of the inventory table."""

    initial: int
    on_hand: int
    reserved: int = 0
    sold: int = 0
    restocked: int = 0
    adjusted: int = 0
    backordered: int = 0
    places: int = 0
    version: int = 1
    modified_on: datetime | None = None

    def check(self) -> None:
        """What the CHECK constraints say."""
        assert 0 <= self.reserved <= self.on_hand, self
        assert self.initial + self.adjusted + self.restocked == self.on_hand + self.sold, self
        assert self.backordered >= 0, self


@dataclass
class InventoryState(ChassisState):
    """What is durable."""

    products: dict[int, Product] = field(default_factory=dict)
    stock: dict[int, StoredStock] = field(default_factory=dict)
    reservations: dict[int, Reservation] = field(default_factory=dict)
    incentives: dict[int, Incentive] = field(default_factory=dict)
    redemptions: dict[tuple[int, int], Redemption] = field(default_factory=dict)
    adjustments: list[tuple[int, int, str]] = field(default_factory=list)
    last_id: int = 0

    def next_id(self) -> int:
        self.last_id += 1
        return self.last_id


class InMemoryProducts:
    def __init__(self, state: InventoryState, clock: FakeClock) -> None:
        self._state = state
        self._clock = clock

    async def owners(self, skus: Sequence[str]) -> Mapping[str, SkuOwner]:
        return {
            key_of(item.sku): SkuOwner(product.id, item.is_deleted or product.is_deleted)
            for product in self._state.products.values()
            for item in product.items
            if key_of(item.sku) in map(key_of, skus)
        }

    async def add(self, product: Product) -> Product:
        self._state.last_id = max(self._state.last_id, product.id)
        unnumbered = replace(
            product,
            id=product.id or self._state.next_id(),
            version=1,
            created_on=self._clock.now(),
            variations=tuple(
                replace(v, id=0, options=tuple(replace(o, id=0) for o in v.options)) for v in product.variations
            ),
            items=tuple(replace(item, id=0) for item in product.items),
        )
        return self._store(unnumbered)

    async def lock(self, product_id: int) -> Product | None:
        product = self._state.products.get(product_id)
        if product is None:
            return None
        stock = self._state.stock
        return replace(
            product, items=tuple(replace(item, quantity_on_hand=stock[item.id].on_hand) for item in product.items)
        )

    async def save(self, product: Product) -> Product:
        return self._store(replace(product, version=product.version + 1))

    def _store(self, product: Product) -> Product:
        next_id = self._state.next_id
        stored = replace(
            product,
            modified_on=self._clock.now(),
            deleted_on=(product.deleted_on or self._clock.now()) if product.is_deleted else None,
            variations=tuple(
                replace(v, id=v.id or next_id(), options=tuple(replace(o, id=o.id or next_id()) for o in v.options))
                for v in product.variations
            ),
            items=tuple(replace(item, id=item.id or next_id()) for item in product.items),
        )
        self._state.products[stored.id] = stored
        for item in stored.items:
            first = StoredStock(initial=item.quantity_on_hand, on_hand=item.quantity_on_hand)
            self._state.stock.setdefault(item.id, first)
        return stored


class InMemoryStocks:
    def __init__(self, state: InventoryState, clock: FakeClock) -> None:
        self._state = state
        self._clock = clock

    async def lock(self, item_ids: Iterable[int] = (), *, of_orders: Iterable[int] = ()) -> StockBatch:
        known = [self._state.reservations[id] for id in set(of_orders) if id in self._state.reservations]
        wanted = {*item_ids, *(item_id for reservation in known for item_id in reservation.item_ids)}
        items: dict[int, StockItem] = {}
        for product in self._state.products.values():
            prices = dict(zip((item.sku for item in product.live().items), product.live().prices(), strict=True))
            for item in product.items:
                if item.id in wanted:
                    items[item.id] = StockItem(
                        product_item_id=item.id,
                        sku=item.sku,
                        name=product.name,
                        # Nobody asks what a deleted one costs.
                        price=prices.get(item.sku, product.base_price),
                        for_sale=not (item.is_deleted or product.is_deleted),
                        on_hand=self._state.stock[item.id].on_hand,
                        reserved=self._state.stock[item.id].reserved,
                        backorderable=item.backorderable,
                        backordered=self._state.stock[item.id].backordered,
                        places=self._state.stock[item.id].places,
                        product_id=product.id,
                        options=tuple((option.variation, option.value) for option in item.options),
                    )
        return StockBatch(self._clock.now(), items)

    async def look(self, item_ids: Iterable[int]) -> StockBatch:
        return await self.lock(item_ids)

    async def levels(self, item_ids: Iterable[int]) -> list[StockLevel]:
        items = {item.id: item for product in self._state.products.values() for item in product.items}
        return [
            StockLevel(
                product_item_id=id,
                sku=items[id].sku,
                on_hand=self._state.stock[id].on_hand,
                reserved=self._state.stock[id].reserved,
                sold=self._state.stock[id].sold,
                backordered=self._state.stock[id].backordered,
                backorderable=items[id].backorderable,
                warehouse_location=items[id].warehouse_location,
                version=self._state.stock[id].version,
                modified_on=self._state.stock[id].modified_on,
            )
            for id in sorted(set(item_ids) & set(items))
        ]

    async def note_adjustment(self, product_item_id: int, delta: int, reason: str) -> None:
        self._state.adjustments.append((product_item_id, delta, reason))

    async def save(self, stock_batch: StockBatch) -> None:
        for item in stock_batch.moved():
            row = self._state.stock[item.product_item_id]
            for counter, by in asdict(item.moved).items():
                setattr(row, counter, getattr(row, counter) + by)
            row.version += 1
            row.modified_on = self._clock.now()
            row.check()


class InMemoryReservations:
    def __init__(self, state: InventoryState, clock: FakeClock) -> None:
        self._state = state
        self._clock = clock

    async def lock(self, order_ids: Iterable[int]) -> dict[int, Reservation]:
        rows = self._state.reservations
        return {order_id: copy.copy(rows[order_id]) for order_id in set(order_ids) if order_id in rows}

    async def lock_requested(self, request_keys: Iterable[str], order_ids: Iterable[int]) -> list[Reservation]:
        keys, ids = set(request_keys), set(order_ids)
        return [copy.copy(r) for r in self._state.reservations.values() if r.request_key in keys or r.order_id in ids]

    async def find(self, order_id: int) -> Reservation | None:
        return copy.copy(self._state.reservations.get(order_id))

    async def find_due(self, limit: int, *, after: int) -> list[int]:
        due = (r.order_id for r in self._state.reservations.values() if self._is_due(r))
        return sorted(order_id for order_id in due if order_id > after)[:limit]

    async def find_withdrawn(self, limit: int, *, after: int) -> list[int]:
        products = self._state.products.values()
        sold = {item.id for product in products if not product.is_deleted for item in product.live().items}
        waiting = [r for r in self._state.reservations.values() if r.state is ReservationState.BACKORDERED]
        return sorted(
            r.order_id
            for r in waiting
            if r.order_id > after
            and r.expire_at is None
            and any(line.backordered and line.product_item_id not in sold for line in r.lines)
        )[:limit]

    async def shorten(self, longest: timedelta) -> None:
        latest = self._clock.now() + longest
        for r in self._state.reservations.values():
            if r.state.value in ("HELD", "BACKORDERED") and r.expire_at and r.expire_at > latest:
                r.expire_at = latest

    async def lock_expired(self, order_ids: Iterable[int]) -> list[Reservation]:
        ids = set(order_ids)
        return [copy.copy(r) for r in self._state.reservations.values() if r.order_id in ids and self._is_due(r)]

    async def lock_waiting(self, pieces: Mapping[int, int]) -> list[Reservation]:
        first: set[int] = set()
        for item_id, count in pieces.items():
            waiting = [r for r in self._state.reservations.values() if _waits_for(r, item_id)]
            first |= {r.order_id for r in sorted(waiting, key=lambda r: r.place_of(item_id))[:count]}
        return [copy.copy(self._state.reservations[order_id]) for order_id in sorted(first)]

    def _is_due(self, reservation: Reservation) -> bool:
        ends = reservation.state in (ReservationState.HELD, ReservationState.BACKORDERED)
        return ends and reservation.expire_at is not None and reservation.expire_at <= self._clock.now()

    async def add(self, reservations: Sequence[Reservation]) -> None:
        for new in reservations:
            keys = {known.request_key for known in self._state.reservations.values()}
            if new.order_id in self._state.reservations or new.request_key in keys:
                raise Conflict(f"order {new.order_id} or key {new.request_key} is taken")
            self._state.reservations[new.order_id] = copy.copy(new)

    async def save(self, reservations: Sequence[Reservation]) -> None:
        for changed in reservations:
            self._state.reservations[changed.order_id] = copy.copy(changed)

    async def save_amended(self, reservations: Sequence[Reservation]) -> None:
        await self.save(reservations)

    async def save_re_reserved(self, reservations: Sequence[Reservation]) -> None:
        await self.save(reservations)


def _waits_for(reservation: Reservation, item_id: int) -> bool:
    waits = reservation.state is ReservationState.BACKORDERED
    return waits and any(line.product_item_id == item_id and line.backordered for line in reservation.lines)


class InMemoryIncentives:
    def __init__(self, state: InventoryState, clock: FakeClock) -> None:
        self._state = state
        self._clock = clock

    async def lock(self, lock_requests: Iterable[IncentiveLocks]) -> IncentiveSet:
        lock_requests = list(lock_requests)
        codes = {key_of(code) for incentive_locks in lock_requests for code in incentive_locks.codes}
        ids = {id for incentive_locks in lock_requests for id in incentive_locks.incentive_ids}
        found = [known for known in self._state.incentives.values() if known.id in ids or key_of(known.code) in codes]
        users = {incentive_locks.user_id for incentive_locks in lock_requests}
        used_by = Counter((r.incentive_id, r.user_id) for r in self._state.redemptions.values())
        return IncentiveSet(found, used_by, {user: await self.points_of(user) for user in users})

    async def look(self, incentive_locks: IncentiveLocks) -> IncentiveSet:
        return await self.lock([incentive_locks])

    async def save(self, incentive_set: IncentiveSet) -> None:
        for id, by in incentive_set.moved().items():
            known = self._state.incentives[id]
            self._state.incentives[id] = replace(known, uses=known.uses + by, modified_on=self._clock.now())
        for key in incentive_set.released:
            self._state.redemptions.pop(key, None)
        for key, redemption in incentive_set.redeemed.items():
            assert key not in self._state.redemptions
            self._state.redemptions[key] = redemption

    async def points_of(self, user_id: str) -> int:
        standing = [r for r in self._state.reservations.values() if r.user_id == user_id and not r.is_released]
        earned = sum(r.quote.points_earned for r in standing if r.state is ReservationState.COMMITTED and r.paid)
        return earned - sum(r.quote.points_spent for r in standing)

    async def id_of(self, code: str) -> int | None:
        return next((known.id for known in self._state.incentives.values() if key_of(known.code) == key_of(code)), None)

    async def add(self, incentive: Incentive) -> Incentive:
        return await self.replace(replace(incentive, id=self._state.next_id()))

    async def get(self, incentive_id: int) -> Incentive:
        if incentive_id not in self._state.incentives:
            raise IncentiveNotFound.of(incentive_id)
        return self._state.incentives[incentive_id]

    async def replace(self, incentive: Incentive) -> Incentive:
        stored = self._state.incentives[incentive.id] = replace(incentive, modified_on=self._clock.now())
        return stored


class InMemoryInventoryUow(InMemoryUnitOfWork):
    def __init__(self, state: InventoryState, clock: FakeClock) -> None:
        super().__init__(state, clock)
        self.products = InMemoryProducts(state, clock)
        self.stocks = InMemoryStocks(state, clock)
        self.reservations = InMemoryReservations(state, clock)
        self.incentives = InMemoryIncentives(state, clock)


def in_memory_inventory(state: InventoryState, clock: FakeClock) -> OpenUnitOfWork[InMemoryInventoryUow]:
    """What a Mediator opens."""
    return in_memory_units_of_work(partial(InMemoryInventoryUow, clock=clock), state)
