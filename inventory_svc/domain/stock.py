"""The shelf: what lies on it, what is held of it, what a piece costs. It never gives more than it has.

Of a backorderable item more can be promised than there is. Whoever waits has a place in its queue, and whatever comes
goes to the first who wait: as long as somebody waits for an item, none of it is available.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum

from chassis.errors import Conflict, InvalidArgument
from chassis.money import Money
from inventory_svc.domain.errors import OutOfStock, ProductItemNotFound
from inventory_svc.domain.lines import HeldLine, Line, together


class StockState(Enum):
    """How the stock of an item stands; the names are those of the contract."""

    IN_STOCK = "IN_STOCK"
    LOW = "LOW"
    BACKORDERED = "BACKORDERED"
    OUT_OF_STOCK = "OUT_OF_STOCK"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemStock:
    """How the stock of an item stands for an order: BACKORDERED as long as the order waits for it."""

    product_item_id: int
    sku: str
    state: StockState
    available: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLevel:
    """The stock of one item. `version` goes up with every change."""

    product_item_id: int
    sku: str
    on_hand: int
    reserved: int
    sold: int
    backordered: int
    warehouse_location: str
    version: int

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved

    @property
    def etag(self) -> str:
        return str(self.version)


@dataclass(slots=True)
class Movement:
    """By how much the counters of an item changed in this transaction."""

    on_hand: int = 0
    reserved: int = 0
    sold: int = 0
    restocked: int = 0
    adjusted: int = 0
    backordered: int = 0
    places: int = 0

    def __bool__(self) -> bool:
        return bool(
            self.on_hand
            or self.reserved
            or self.sold
            or self.restocked
            or self.adjusted
            or self.backordered
            or self.places
        )


@dataclass(slots=True)
class StockItem:
    """An item as it was when it was locked, and how it moved since. Not `for_sale`: its product was deleted.

    `backordered` pieces are waited for; `places` is the last place given in its queue. `version` counts its changes.
    """

    product_item_id: int
    sku: str
    name: str
    price: Money
    for_sale: bool
    on_hand: int
    reserved: int
    backorderable: bool = False
    backordered: int = 0
    places: int = 0
    version: int = 1
    moved: Movement = field(default_factory=Movement)

    @property
    def available(self) -> int:
        return self.on_hand + self.moved.on_hand - self.reserved - self.moved.reserved

    @property
    def waited_for(self) -> int:
        return self.backordered + self.moved.backordered

    def next_place(self) -> int:
        self.moved.places += 1
        return self.places + self.moved.places


class StockBatch:
    """The items that a transaction has locked. `now` is the database's time when it did."""

    def __init__(self, now: datetime, items: Mapping[int, StockItem]) -> None:
        self.now = now
        self._items = items

    def require_locked(self, item_ids: Iterable[int]) -> None:
        """Raises Conflict unless these items are on it."""
        if not self._items.keys() >= set(item_ids):
            raise Conflict("an order was changed while its stock was being locked")

    def moved(self) -> list[StockItem]:
        """The items that changed, by id."""
        return [item for _, item in sorted(self._items.items()) if item.moved]

    def to_share(self) -> dict[int, int]:
        """The pieces that are available of items that somebody waits for, by item id."""
        shared = ((id, item) for id, item in sorted(self._items.items()) if item.waited_for)
        return {id: item.available for id, item in shared if item.available > 0}

    def could_hold(self, lines: Iterable[Line]) -> bool:
        """Whether all of it could be held, or waited for."""
        return all(
            (item := self._items.get(line.product_item_id)) is not None
            and item.for_sale
            and (item.backorderable or line.quantity <= item.available)
            for line in together(lines)
        )

    def hold(self, lines: Iterable[Line], currency: str, *, wait: bool = True) -> tuple[HeldLine, ...]:
        """Holds every line or none. With `wait`, what is not there of a backorderable item is waited for.

        Raises what `priced` raises, or OutOfStock.
        """
        priced = self.priced(lines, currency)
        if wait:
            return self.hold_or_wait(priced)
        self.hold_again(priced)
        return priced

    def hold_or_wait(self, lines: Iterable[HeldLine]) -> tuple[HeldLine, ...]:
        """Like `hold`, at the prices that lines have."""
        lines = tuple(lines)
        self.require(line for line in lines if not self._items[line.product_item_id].backorderable)
        return tuple(self._hold(line) for line in lines)

    def priced(self, lines: Iterable[Line], currency: str) -> tuple[HeldLine, ...]:
        """What lines would be if they were held; those of the same item count together and become one.

        Raises ProductItemNotFound or InvalidArgument (sold in another currency).
        """
        lines = tuple(lines)
        for number, line in enumerate(lines):
            item = self._items.get(line.product_item_id)
            if item is None or not item.for_sale:
                raise ProductItemNotFound.of(line.product_item_id, line=number)
            if item.price.currency != currency:
                raise InvalidArgument.of("currency", f"{item.sku} is sold in {item.price.currency}, not in {currency}")
        return tuple(self._priced(line) for line in together(lines))

    def require(self, lines: Iterable[HeldLine]) -> None:
        """Raises OutOfStock unless all of it is available."""
        for line in lines:
            item = self._items[line.product_item_id]
            if line.quantity > item.available:
                raise OutOfStock.of(item.product_item_id, item.sku, requested=line.quantity, available=item.available)

    def hold_again(self, lines: Iterable[HeldLine]) -> None:
        """Holds what is not held now, all of it or nothing; raises OutOfStock where it has gone."""
        lines = tuple(lines)
        self.require(lines)
        for line in lines:
            self._items[line.product_item_id].moved.reserved += line.quantity

    def release(self, lines: Iterable[HeldLine]) -> None:
        """What was held is free again, and what was waited for is not any more."""
        for line in lines:
            moved = self._items[line.product_item_id].moved
            moved.reserved -= line.held
            moved.backordered -= line.backordered

    def fill(self, line: HeldLine) -> HeldLine:
        """Holds what there is of what a line waits for."""
        item = self._items.get(line.product_item_id)
        came = min(line.backordered, item.available) if item else 0
        if item is None or not came:
            return line
        item.moved.reserved += came
        item.moved.backordered -= came
        return replace(line, backordered=line.backordered - came)

    def adjust(self, product_item_id: int, delta: int) -> None:
        """Adds pieces, or takes such as are not held. Raises OutOfStock, or ProductItemNotFound."""
        item = self._items.get(product_item_id)
        if item is None:
            raise ProductItemNotFound.at("productItemId", product_item_id)
        if item.available + delta < 0:
            raise OutOfStock.of(product_item_id, item.sku, requested=-delta, available=item.available)
        item.moved.on_hand += delta
        item.moved.adjusted += delta

    def stands(self, lines: Iterable[HeldLine], *, low: int) -> tuple[ItemStock, ...]:
        """How the stock of the lines' items stands, as far as they are locked; LOW: `low` pieces or fewer are left."""
        return tuple(
            ItemStock(
                product_item_id=item.product_item_id,
                sku=item.sku,
                state=stock_state(item.available, waits=bool(line.backordered), low=low),
                available=item.available,
            )
            for line in lines
            if (item := self._items.get(line.product_item_id))
        )

    def withdrawn(self, lines: Iterable[HeldLine]) -> HeldLine | None:
        """The first of the lines that waits for an item which is no longer sold."""
        return next(
            (line for line in lines if line.backordered and not self._items[line.product_item_id].for_sale), None
        )

    def sell(self, lines: Iterable[HeldLine]) -> None:
        """What was held leaves the warehouse."""
        for line in lines:
            moved = self._items[line.product_item_id].moved
            moved.reserved -= line.quantity
            moved.on_hand -= line.quantity
            moved.sold += line.quantity

    def restock(self, lines: Iterable[HeldLine]) -> None:
        """What was sold comes back; it stays counted as sold, and is counted as restocked too."""
        for line in lines:
            moved = self._items[line.product_item_id].moved
            moved.on_hand += line.quantity
            moved.restocked += line.quantity

    def _hold(self, line: HeldLine) -> HeldLine:
        item = self._items[line.product_item_id]
        held = min(line.quantity, item.available)
        item.moved.reserved += held
        if held == line.quantity:
            return line
        waits = line.quantity - held
        item.moved.backordered += waits
        return replace(line, backordered=waits, place=item.next_place())

    def _priced(self, line: Line) -> HeldLine:
        item = self._items[line.product_item_id]
        return HeldLine(item.product_item_id, item.sku, item.name, line.quantity, item.price)


def stock_state(available: int, *, waits: bool, low: int) -> StockState:
    """How the stock stands for somebody who waits for it or not."""
    if waits:
        return StockState.BACKORDERED
    if available <= 0:
        return StockState.OUT_OF_STOCK
    return StockState.LOW if available <= low else StockState.IN_STOCK
