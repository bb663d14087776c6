"""Orders for tests: `an_order().paid()` states only the relevant values."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

from chassis.money import Money
from order_svc.domain.items import Discount, Item
from order_svc.domain.order import Order
from order_svc.domain.payment import Payment
from order_svc.domain.shipment import Parcel
from order_svc.domain.status import PaymentMethod, Status

AT = datetime(2026, 1, 1, tzinfo=UTC)
SHOPPER = "shopper-1"
PARCEL = Parcel(carrier="DHL", tracking_number="JD0146000", tracking_uri="https://dhl.example/JD0146000")
_ids = itertools.count(1)


def an_item(
    *,
    product_item_id: int = 1,
    quantity: int = 2,
    unit_price: str = "10.00",
    discount: str = "0.00",
    name: str = "",
) -> Item:
    return Item(
        id=next(_ids),
        product_item_id=product_item_id,
        sku=f"SKU-{product_item_id}",
        name=name or f"Item {product_item_id}",
        quantity=quantity,
        unit_price=Money.of(unit_price, "USD"),
        discount=Money.of(discount, "USD"),
        returned_price=Money.zero("USD"),
    )


def an_order(
    *,
    owner: str = SHOPPER,
    team: str | None = None,
    items: tuple[Item, ...] | None = None,
    method: PaymentMethod = PaymentMethod.CARD,
    off: str = "0.00",
    points: str = "0.00",
) -> OrderBuilder:
    """A confirmed order that waits for its payment. A code takes `off` an order of one item, and so do `points`."""
    both = Money.of(off, "USD") + Money.of(points, "USD")
    return OrderBuilder(owner, team, items or (an_item(discount=str(both.amount)),), method, Money.of(points, "USD"))


class OrderBuilder:
    """Goes the way that orders go, so that no test starts from what cannot be."""

    def __init__(
        self, owner: str, team: str | None, items: tuple[Item, ...], method: PaymentMethod, points: Money
    ) -> None:
        order_id = next(_ids)
        off = Money.sum((item.discount for item in items), "USD") - points
        discounts = (
            Discount(id=next(_ids), code="SAVE", description="off", amount=off),
            Discount(id=next(_ids), code="", description="loyalty points", amount=points),
        )
        self._order = Order(
            id=order_id,
            status=Status.CONFIRMED,
            currency="USD",
            items=items,
            discounts=tuple(discount for discount in discounts if discount.amount.amount),
            payment=Payment(
                transaction_id=f"t-{order_id}",
                method=method,
                amount=Money.sum((item.sub_total - item.discount for item in items), "USD"),
                refunded=Money.zero("USD"),
            ),
            owner=owner,
            owner_team=team,
            placed_at=AT,
            updated_at=AT,
        )
        self.events = self._order.placed()

    def paid(self) -> OrderBuilder:
        self.events += self._order.charged(at=AT)
        return self

    def refused(self) -> OrderBuilder:
        self.events += self._order.charge_refused(reason="card declined", at=AT)
        return self

    def cancelled(self) -> OrderBuilder:
        self.events += self._order.cancel(reason="changed my mind", at=AT)
        return self

    def shipped(self) -> OrderBuilder:
        self.events += self._order.ship(PARCEL, at=AT)
        return self

    def delivered(self) -> OrderBuilder:
        self.shipped()
        self.events += self._order.deliver(at=AT)
        return self

    def build(self) -> Order:
        return self._order
