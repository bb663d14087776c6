"""The lines of an order and its discounts: their cost, changes and returns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from chassis.errors import FieldViolation, InvalidArgument
from chassis.money import Money
from order_svc.domain.inventory import HeldDiscount, HeldItem
from order_svc.domain.views import DiscountView, ItemView


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line of an order, at the price when ordered. `discount` is its share of the order's discounts."""

    id: int
    product_item_id: int
    sku: str
    name: str
    quantity: int
    unit_price: Money
    discount: Money
    # 0 if it was ordered before 0.3.0; the options are pairs of variation and value.
    product_id: int = 0
    options: tuple[tuple[str, str], ...] = ()
    # The pieces of `quantity` that were returned with a refund, and their price at that time.
    returned: int = 0
    returned_price: Money
    # The pieces that do not go back into stock.
    written_off: int = 0

    @property
    def sub_total(self) -> Money:
        return self.unit_price * self.quantity

    def price_of(self, pieces: int) -> Money:
        """The price of some pieces of the line, rounded to the cent; the prices of all pieces add up to the line's."""
        paid = (self.sub_total - self.discount).amount
        return Money(paid * pieces / self.quantity, self.unit_price.currency).rounded()

    def view(self) -> ItemView:
        return ItemView(
            id=self.id,
            product_item_id=self.product_item_id,
            sku=self.sku,
            name=self.name,
            quantity=self.quantity,
            unit_price=self.unit_price.amount,
            discount=self.discount.amount,
            returned=self.returned,
            written_off=self.written_off,
            product_id=self.product_id,
            options=self.options,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Discount:
    """The discount of a code or of points; the code is empty for points."""

    id: int
    code: str
    description: str
    amount: Money

    def view(self) -> DiscountView:
        return DiscountView(code=self.code, description=self.description, amount=self.amount.amount)


def ordered(held: HeldItem, id: int) -> Item:
    """The line of an order for a line of its hold."""
    return Item(
        id=id,
        product_item_id=held.product_item_id,
        sku=held.sku,
        name=held.name,
        quantity=held.quantity,
        unit_price=held.unit_price,
        discount=held.discount,
        returned_price=Money.zero(held.unit_price.currency),
        product_id=held.product_id,
        options=held.options,
    )


def owed(items: Iterable[Item], currency: str) -> Money:
    """What an order of these items costs, after discounts."""
    return Money.sum((item.sub_total - item.discount for item in items), currency)


def quantities(items: Iterable[Item]) -> dict[int, int]:
    """The pieces of each product item."""
    return {item.product_item_id: item.quantity for item in items}


def merged(lines: Iterable[tuple[int, int]]) -> dict[int, int]:
    """The pieces of each product item, in the order of first mention."""
    pieces: dict[int, int] = {}
    for item, quantity in lines:
        pieces[item] = pieces.get(item, 0) + quantity
    return pieces


def amended(
    items: Sequence[Item], lines: Iterable[tuple[int, int]], extra: Iterable[HeldItem], item_ids: Iterable[int]
) -> tuple[Item, ...]:
    """The items of an order that consists of `lines` from now on.

    An item keeps its price unless it is new or its quantity grows; those items are in `extra`, at today's price.
    """
    before = {item.product_item_id: item for item in items}
    now = {item.product_item_id: item for item in extra}
    ids = iter(item_ids)
    return tuple(
        replace(before[item], quantity=pieces)
        if item not in now
        else _priced(now[item], pieces, before[item].id if item in before else next(ids))
        for item, pieces in merged(lines).items()
    )


def _priced(held: HeldItem, quantity: int, id: int) -> Item:
    return replace(ordered(held, id), quantity=quantity, discount=Money.zero(held.unit_price.currency))


def discounted(items: Iterable[Item], shown: Iterable[HeldItem]) -> tuple[Item, ...]:
    """The items with the discounts of `shown`."""
    shares = {item.product_item_id: item.discount for item in shown}
    return tuple(replace(item, discount=shares[item.product_item_id]) for item in items)


def revalued(discounts: Iterable[Discount], shown: Iterable[HeldDiscount]) -> tuple[Discount, ...]:
    """The discounts of an order that `shown` still has, with its amounts."""
    known = {discount.code: discount for discount in discounts}
    return tuple(replace(known[it.code], description=it.description, amount=it.amount) for it in shown)


def taken_back(
    items: Sequence[Item], returns: Iterable[tuple[int, int]], currency: str, *, restock: bool
) -> tuple[tuple[Item, ...], Money]:
    """The items after the return of `returns` (product item, pieces), and the price of the returned pieces.

    Unless they are to be restocked, they are written off.

    Raises InvalidArgument for items that the order does not have, or for more pieces than it has.
    """
    value, faults = Money.zero(currency), list[FieldViolation]()
    kept = {item.product_item_id: item for item in items}
    for number, (product_item_id, pieces) in enumerate(returns):
        item = kept.get(product_item_id)
        if item is None:
            faults.append(FieldViolation(f"items[{number}].productItemId", "is not in the order"))
            continue
        if item.returned + pieces > item.quantity:
            present = item.quantity - item.returned
            fault = f"must be at most {present}, what has not been returned yet"
            faults.append(FieldViolation(f"items[{number}].quantity", fault))
            continue
        # Not what earlier returns would cost today: the shop may have changed its rounding since.
        returned_price = item.price_of(item.returned + pieces)
        value += returned_price - item.returned_price
        kept[product_item_id] = replace(
            item,
            returned=item.returned + pieces,
            returned_price=returned_price,
            written_off=item.written_off + (0 if restock else pieces),
        )
    if faults:
        raise InvalidArgument.of_all(faults)
    return tuple(kept[item.product_item_id] for item in items), value


def written_off(items: Iterable[Item]) -> tuple[Item, ...]:
    """The items whose pieces, but for those that were returned before, do not go back into stock."""
    return tuple(replace(item, written_off=item.written_off + item.quantity - item.returned) for item in items)
