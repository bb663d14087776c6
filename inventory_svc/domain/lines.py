"""The lines of an order: pieces of an item, as they are asked for and as they are held."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from chassis.money import Money


@dataclass(frozen=True, slots=True)
class Line:
    """So many pieces of an item, as an order asks for them."""

    product_item_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class HeldLine:
    """So many pieces of an item held for an order, and what the item was and cost at that moment.

    `backordered` of `quantity` wait for stock, at the `place` of the item's queue; `returned` came back after they were
    sold.
    """

    product_item_id: int
    sku: str
    name: str
    quantity: int
    unit_price: Money
    backordered: int = 0
    returned: int = 0
    place: int = 0

    @property
    def held(self) -> int:
        """The pieces that are there."""
        return self.quantity - self.backordered

    @property
    def kept(self) -> HeldLine:
        """The pieces that did not come back."""
        return replace(self, quantity=self.quantity - self.returned)


def together(lines: Iterable[Line]) -> tuple[Line, ...]:
    """One line for each item, in the order of their first mention."""
    quantities: dict[int, int] = {}
    for line in lines:
        quantities[line.product_item_id] = quantities.get(line.product_item_id, 0) + line.quantity
    return tuple(Line(item_id, quantity) for item_id, quantity in quantities.items())
