"""Order lines: an item and a quantity, as requested and as held."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from chassis.money import Money

# Of one item, so that a figure of its stock is a number in every client's language.
MAX_ON_HAND = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Line:
    """An item and the quantity that an order requests."""

    product_item_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class HeldLine:
    """An item and the quantity held for an order, with its name, SKU and price at that time.

    `backordered` pieces of `quantity` wait for stock, at `place` in the item's queue; `returned` pieces were returned
    after the sale, of which `written_off` pieces did not go back into stock.
    """

    product_item_id: int
    sku: str
    name: str
    quantity: int
    unit_price: Money
    backordered: int = 0
    returned: int = 0
    written_off: int = 0
    place: int = 0

    @property
    def held(self) -> int:
        """The pieces that are in stock."""
        return self.quantity - self.backordered

    @property
    def restocked(self) -> int:
        """The returned pieces that went back into stock."""
        return self.returned - self.written_off


def together(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Merges lines of the same item, in the order in which items first appear."""
    quantities: dict[int, int] = {}
    for line in lines:
        quantities[line.product_item_id] = quantities.get(line.product_item_id, 0) + line.quantity
    return tuple(Line(item_id, quantity) for item_id, quantity in quantities.items())


def pieces_of(lines: Iterable[Line]) -> Mapping[int, int]:
    """The pieces of each item."""
    return {line.product_item_id: line.quantity for line in together(lines)}
