"""The shelf: what lies on it, what is held of it, what a piece costs. It never gives more than it has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from chassis.errors import InvalidArgument
from chassis.money import Money
from inventory_svc.domain.errors import OutOfStock, ProductItemNotFound


@dataclass(frozen=True, slots=True)
class Line:
    """So many pieces of an item, as an order asks for them."""

    product_item_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class HeldLine:
    """So many pieces of an item held for an order, and what the item was and cost at that moment.

    `backordered` of `quantity` wait for stock; `returned` came back after they were sold.
    """

    product_item_id: int
    sku: str
    name: str
    quantity: int
    unit_price: Money
    backordered: int = 0
    returned: int = 0

    @property
    def kept(self) -> HeldLine:
        """The pieces that did not come back."""
        return replace(self, quantity=self.quantity - self.returned)


@dataclass(slots=True)
class Movement:
    """By how much the counters of an item changed in this transaction."""

    on_hand: int = 0
    reserved: int = 0
    sold: int = 0
    restocked: int = 0

    def __bool__(self) -> bool:
        return bool(self.on_hand or self.reserved or self.sold or self.restocked)


@dataclass(slots=True)
class StockItem:
    """An item as it was when it was locked, and how it moved since. Not `for_sale`: its product was deleted."""

    product_item_id: int
    sku: str
    name: str
    price: Money
    for_sale: bool
    on_hand: int
    reserved: int
    moved: Movement = field(default_factory=Movement)

    @property
    def available(self) -> int:
        return self.on_hand + self.moved.on_hand - self.reserved - self.moved.reserved


class Shelf:
    """The items that a transaction has locked. `now` is the database's time when it did."""

    def __init__(self, now: datetime, items: Mapping[int, StockItem]) -> None:
        self.now = now
        self._items = items

    def moved(self) -> list[StockItem]:
        """The items that changed, by id."""
        return [item for _, item in sorted(self._items.items()) if item.moved]

    def hold(self, lines: Iterable[Line], currency: str) -> tuple[HeldLine, ...]:
        """Holds every line or none. Raises what `priced` raises, or OutOfStock."""
        wanted = self.priced(lines, currency)
        self.hold_again(wanted)
        return wanted

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

    def give_back(self, lines: Iterable[HeldLine]) -> None:
        """What was held is free again."""
        for line in lines:
            self._items[line.product_item_id].moved.reserved -= line.quantity

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

    def _priced(self, line: Line) -> HeldLine:
        item = self._items[line.product_item_id]
        return HeldLine(item.product_item_id, item.sku, item.name, line.quantity, item.price)


def together(lines: Iterable[Line]) -> tuple[Line, ...]:
    """One line for each item, in the order of their first mention."""
    quantities: dict[int, int] = {}
    for line in lines:
        quantities[line.product_item_id] = quantities.get(line.product_item_id, 0) + line.quantity
    return tuple(Line(item_id, quantity) for item_id, quantity in quantities.items())
