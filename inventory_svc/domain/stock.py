"""Stock of items: on hand, reserved, sold and backordered. Reserved stock never exceeds the stock on hand.

A backorderable item can be ordered beyond its stock. Each backorder has a place in the item's queue, and new stock goes
to the first in the queue: while an item has backorders, none of its stock is available.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum

from chassis.errors import Conflict, FieldViolation, InvalidArgument
from chassis.money import Money
from inventory_svc.domain.errors import OutOfStock, ProductItemNotFound, Shortage
from inventory_svc.domain.lines import MAX_ON_HAND, HeldLine, Line, together


class StockState(Enum):
    """The availability of an item; the names are those of the contract."""

    IN_STOCK = "IN_STOCK"
    LOW = "LOW"
    BACKORDERED = "BACKORDERED"
    OUT_OF_STOCK = "OUT_OF_STOCK"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemAvailability:
    """The availability of an item: BACKORDERED while orders of it wait for stock."""

    product_item_id: int
    sku: str
    state: StockState
    available: int
    # What the item is of, and its options as pairs of variation and value.
    product_id: int = 0
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLevel:
    """The stock of one item. `version` increases with every change."""

    product_item_id: int
    sku: str
    on_hand: int
    reserved: int
    sold: int
    backordered: int
    warehouse_location: str
    version: int
    # Responses that were stored before 0.3.0 lack the following.
    backorderable: bool = False
    modified_on: datetime | None = None

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved

    def availability(self, *, low: int) -> ItemAvailability:
        """What anybody may know; LOW means that `low` or fewer pieces remain."""
        waits = self.backorderable and self.available <= 0
        return ItemAvailability(
            product_item_id=self.product_item_id,
            sku=self.sku,
            state=stock_state(self.available, waits=waits, low=low),
            available=self.available,
        )

    @property
    def etag(self) -> str:
        return str(self.version)


@dataclass(slots=True)
class Movement:
    """The changes to the counters of an item in this transaction."""

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
    """An item as of its lock, and its changes since. Not `for_sale`: the item or its product was deleted.

    `places` is the last place assigned in its queue of backorders. `version` counts its changes.
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
    product_id: int = 0
    options: tuple[tuple[str, str], ...] = ()
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
    """The items that a transaction has locked. `now` is the database's time of the lock."""

    def __init__(self, now: datetime, items: Mapping[int, StockItem]) -> None:
        self.now = now
        self._items = items

    def require_locked(self, item_ids: Iterable[int]) -> None:
        """Raises Conflict unless these items are in the batch."""
        if not self._items.keys() >= set(item_ids):
            raise Conflict("an order was changed while its stock was being locked")

    def moved(self) -> list[StockItem]:
        """The items that changed, by id."""
        return [item for _, item in sorted(self._items.items()) if item.moved]

    def to_share(self) -> dict[int, int]:
        """The available pieces of items that have backorders, by item id."""
        shared = ((id, item) for id, item in sorted(self._items.items()) if item.waited_for)
        return {id: item.available for id, item in shared if item.available > 0}

    def hold(self, lines: Iterable[Line], currency: str, *, wait: bool = True) -> tuple[HeldLine, ...]:
        """Holds every line or none. With `wait`, missing pieces of a backorderable item are backordered.

        Raises what `priced` raises, or OutOfStock.
        """
        lines = tuple(lines)
        priced = self.priced(lines, currency)
        if wait:
            return self.hold_or_wait(priced, lines)
        self.hold_again(priced, lines)
        return priced

    def hold_or_wait(self, lines: Iterable[HeldLine], asked: Sequence[Line] = ()) -> tuple[HeldLine, ...]:
        """Like `hold`, but at the given prices of the lines."""
        lines = tuple(lines)
        self.require((line for line in lines if not self._items[line.product_item_id].backorderable), asked)
        return tuple(self._hold(line) for line in lines)

    def priced(self, lines: Iterable[Line], currency: str) -> tuple[HeldLine, ...]:
        """The lines at current prices, one for each item.

        Raises ProductItemNotFound or InvalidArgument (sold in another currency). Errors name the lines as the shopper's
        request does: `items`.
        """
        lines = tuple(lines)
        found = [self._items.get(line.product_item_id) for line in lines]
        missing = {
            f"items[{number}].productItemId": line.product_item_id
            for number, (line, item) in enumerate(zip(lines, found, strict=True))
            if item is None or not item.for_sale
        }
        if missing:
            raise ProductItemNotFound.of(missing)
        foreign = [number for number, item in enumerate(found) if item and item.price.currency != currency]
        if foreign:
            fault = f"is not sold in {currency}"
            raise InvalidArgument.of_all([FieldViolation(f"items[{n}].productItemId", fault) for n in foreign])
        return tuple(self._priced(line) for line in together(lines))

    def require(self, lines: Iterable[HeldLine], asked: Sequence[Line] = ()) -> None:
        """Raises OutOfStock unless every line is available; the error names the lines that the caller `asked` for."""
        short = [line for line in lines if line.quantity > self._items[line.product_item_id].available]
        if short:
            # Lines of one item were merged: the first of them stands for all.
            fields = {line.product_item_id: f"items[{i}].quantity" for i, line in reversed([*enumerate(asked)])}
            raise OutOfStock.of([self._shortage(fields.get(line.product_item_id, ""), line) for line in short])

    def hold_again(self, lines: Iterable[HeldLine], asked: Sequence[Line] = ()) -> None:
        """Holds lines that are not held now, all or none. Raises OutOfStock."""
        lines = tuple(lines)
        self.require(lines, asked)
        for line in lines:
            self._items[line.product_item_id].moved.reserved += line.quantity

    def release(self, lines: Iterable[HeldLine]) -> None:
        """Releases the held pieces and cancels the backordered ones."""
        for line in lines:
            moved = self._items[line.product_item_id].moved
            moved.reserved -= line.held
            moved.backordered -= line.backordered

    def fill(self, line: HeldLine) -> HeldLine:
        """Holds available pieces for a backordered line."""
        item = self._items.get(line.product_item_id)
        came = min(line.backordered, item.available) if item else 0
        if item is None or not came:
            return line
        item.moved.reserved += came
        item.moved.backordered -= came
        return replace(line, backordered=line.backordered - came)

    def adjust(self, product_item_id: int, delta: int) -> None:
        """Adds pieces, or removes pieces that are not held. Raises OutOfStock, InvalidArgument, ProductItemNotFound."""
        item = self._items.get(product_item_id)
        if item is None:
            raise ProductItemNotFound.of({"productItemId": product_item_id})
        if item.available + delta < 0:
            raise OutOfStock.of([self._shortage("delta", Line(product_item_id, -delta))])
        if delta > 0 and item.on_hand + item.moved.on_hand + delta > MAX_ON_HAND:
            raise InvalidArgument.of("delta", f"must leave at most {MAX_ON_HAND} pieces on hand")
        item.moved.on_hand += delta
        item.moved.adjusted += delta

    def stands(self, lines: Iterable[HeldLine], *, low: int) -> tuple[ItemAvailability, ...]:
        """The availability of the lines' locked items; LOW means that `low` or fewer pieces remain."""
        return tuple(
            ItemAvailability(
                product_item_id=item.product_item_id,
                sku=item.sku,
                state=stock_state(item.available, waits=bool(line.backordered), low=low),
                available=item.available,
                product_id=item.product_id,
                options=item.options,
            )
            for line in lines
            if (item := self._items.get(line.product_item_id))
        )

    def withdrawn(self, lines: Iterable[HeldLine]) -> HeldLine | None:
        """The first line that is backordered and whose item is no longer sold."""
        return next(
            (line for line in lines if line.backordered and not self._items[line.product_item_id].for_sale), None
        )

    def sell(self, lines: Iterable[HeldLine]) -> None:
        """Turns held pieces into sold ones."""
        for line in lines:
            moved = self._items[line.product_item_id].moved
            moved.reserved -= line.quantity
            moved.on_hand -= line.quantity
            moved.sold += line.quantity

    def restock(self, lines: Iterable[HeldLine]) -> None:
        """Puts sold pieces back into stock; they still count as sold, and also as restocked."""
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

    def _shortage(self, field: str, line: Line | HeldLine) -> Shortage:
        item = self._items[line.product_item_id]
        return Shortage(field, item.product_item_id, item.sku, line.quantity, item.available)

    def _priced(self, line: Line) -> HeldLine:
        item = self._items[line.product_item_id]
        return HeldLine(item.product_item_id, item.sku, item.name, line.quantity, item.price)


def stock_state(available: int, *, waits: bool, low: int) -> StockState:
    """The state of an item that orders wait for (`waits`), or not."""
    if waits or available <= 0:
        return StockState.BACKORDERED if waits else StockState.OUT_OF_STOCK
    return StockState.LOW if available <= low else StockState.IN_STOCK
