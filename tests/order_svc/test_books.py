"""Each way of paying at each moment of an order: stock, points, codes, revenue and ledger are those of books_table."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from easyorder.catalog.v1 import CreateProductRequest, Product, ProductItem
from easyorder.common.v1 import OrderLine, PaymentMethod
from easyorder.google.type import Money
from easyorder.incentive.v1 import (
    CreateIncentiveRequest,
    GetLoyaltyAccountRequest,
    Incentive,
    IncentiveKind,
)
from easyorder.inventory.v1 import AdjustStockRequest
from easyorder.order.v1 import (
    CancelOrderRequest,
    CreateOrderRequest,
    DeliverOrderRequest,
    GetDailyReportRequest,
    GetOrderRequest,
    OrderStatus,
    PaymentDetails,
    RefundOrderRequest,
    RetryPaymentRequest,
    ShipOrderRequest,
)

from chassis.errors import Unavailable
from chassis.grpc.clients import Client, Rpc
from tests.e2e import invariants
from tests.inventory_svc.service import ADJUST_STOCK, CREATE_PRODUCT
from tests.order_svc.books_table import MOMENTS, TABLE, Books
from tests.order_svc.calls import (
    CANCEL,
    CREATE,
    CREATE_INCENTIVE,
    DELIVER,
    GET,
    PARCEL,
    POINTS,
    REFUND,
    REPORT,
    RETRY,
    SHIP,
)
from tests.order_svc.whole_shop import WholeShop, whole_shop
from tests.polling import eventually

BEFORE = 1000
# Forty shoppers begin at once.
TIMEOUT_S = 60
# A card that is not answered is tried again after the test.
SETTINGS = {"payment_backoff_initial_s": 60, "payment_timeout_s": 10, "drain_grace_s": 0}
PAID_BY = {
    "card": PaymentMethod.CARD,
    "PayPal": PaymentMethod.PAYPAL,
    "wallet": PaymentMethod.WALLET,
    "cash": PaymentMethod.CASH,
    "nothing to pay": PaymentMethod.CARD,
    "backorder": PaymentMethod.CARD,
}
# The report lists the ten best sellers of each currency: every order sells an item of its own.
CURRENCIES = ("USD", "EUR", "EGP", "GBP")
_POINTS = """
INSERT INTO reservation (order_id, request_key, fingerprint, user_id, currency, state, sold, discounts, points_spent,
                         points_earned) VALUES ($1, $2, '', $2, 'USD', 'COMMITTED', true, '[]', 0, $3)
"""
_UNDER_WAY = "SELECT count(*) FROM job WHERE state = 'RUNNING' OR (state = 'READY' AND kind <> 'charge')"
_LEDGER = """
SELECT order_id, sum(CASE kind WHEN 'CHARGE' THEN amount WHEN 'REFUND' THEN -amount ELSE 0 END) AS net
FROM ledger_entry GROUP BY order_id
"""


class Callers:
    """Everybody who calls a service, with one connection each; the administrator has no name."""

    def __init__(self, shop: WholeShop) -> None:
        self.shop = shop
        self._clients: dict[tuple[str, str], Client] = {}

    def of(self, user: str, *, service: str = "order") -> Client:
        if (user, service) not in self._clients:
            token = self.shop.tokens.user(user) if user else self.shop.tokens.admin()
            self._clients[user, service] = self.shop.client(token, of=service)
        return self._clients[user, service]


@dataclass
class Life:
    """One order of its own shopper, for an item and with a code that nobody else uses, up to a moment."""

    callers: Callers
    method: str
    moment: str
    number: int
    item: str = ""
    order: str = ""

    @property
    def currency(self) -> str:
        return CURRENCIES[self.number % len(CURRENCIES)]

    @property
    def user(self) -> str:
        return f"shopper-{self.number}"

    async def live(self) -> None:
        await self._place()
        if self.moment == "placed" or (self.moment, self.method) == ("cancelled", "backorder"):
            await self._end()
            return
        if self.method == "backorder":
            arrival = AdjustStockRequest(
                product_item_id=self.item, delta=2, reason="delivery", request_id=f"arrival of {self.item}"
            )
            await self._admin(ADJUST_STOCK, arrival, of="inventory")
        if self.moment in ("failed", "retried"):
            await self._becomes(OrderStatus.FAILED)
        elif self.method != "cash":
            await self._becomes(OrderStatus.PAID)
        await self._end()

    async def _place(self) -> None:
        free = self.method == "nothing to pay"
        kind, value = IncentiveKind.PERCENT, "100" if free else "50"
        incentive = Incentive(code=f"CODE-{self.number}", kind=kind, value=value)
        await self._admin(CREATE_INCENTIVE, CreateIncentiveRequest(incentive=incentive), of="inventory")
        # A cash order is never refused; one in cash is retried after a card.
        card_first = self.method == "cash" and self.moment == "retried"
        token = {"placed": "tok_down", "failed": "tok_declined", "retried": "tok_declined"}.get(self.moment, "tok_ok")
        method = PaymentMethod.CARD if card_first else PAID_BY[self.method]
        request = CreateOrderRequest(
            request_id="order",
            currency_code=self.currency,
            items=[OrderLine(product_item_id=self.item, quantity=2)],
            payment=PaymentDetails(method=method, token=token),
            incentive_codes=[incentive.code],
            loyalty_points=100,
        )
        self.order = (await self._shopper(CREATE, request)).id

    async def _end(self) -> None:
        if self.moment == "cancelled":
            await self._shopper(CANCEL, CancelOrderRequest(id=self.order, reason="changed my mind"))
        if self.moment == "retried":
            await eventually(self._retried, timeout_s=TIMEOUT_S)
        if self.moment in ("shipped", "returned") or (self.moment, self.method) == ("paid", "cash"):
            await self._admin(SHIP, ShipOrderRequest(id=self.order, shipment=PARCEL))
        if self.method == "cash" and self.moment in ("paid", "returned"):
            await self._admin(DELIVER, DeliverOrderRequest(id=self.order))
        if self.moment == "returned":
            back = [OrderLine(product_item_id=self.item, quantity=1)]
            await self._admin(
                REFUND, RefundOrderRequest(id=self.order, items=back, reason="returned", request_id=f"of {self.order}")
            )

    async def _retried(self) -> bool:
        payment = PaymentDetails(method=PAID_BY[self.method], token="tok_ok")
        try:
            await self._shopper(RETRY, RetryPaymentRequest(id=self.order, payment=payment, request_id="again"))
        except Unavailable:
            # Its stock is on its way back.
            return False
        return True

    async def _becomes(self, status: OrderStatus) -> None:
        async def it_is() -> bool:
            return (await self._shopper(GET, GetOrderRequest(id=self.order))).status == status

        await eventually(it_is, timeout_s=TIMEOUT_S)

    async def _shopper(self, method: Rpc[Any, Any], request: Any) -> Any:
        return await self.callers.of(self.user).call(method, request, timeout_s=TIMEOUT_S)

    async def _admin(self, method: Rpc[Any, Any], request: Any, *, of: str = "order") -> Any:
        return await self.callers.of("", service=of).call(method, request, timeout_s=TIMEOUT_S)


async def stocked(lives: list[Life]) -> None:
    """An item for each life, and points for its shopper."""
    callers = lives[0].callers
    client = callers.of("", service="inventory")
    for currency in CURRENCIES:
        of_currency = [life for life in lives if life.currency == currency]
        items = [
            ProductItem(
                sku=f"SKU-{life.number}",
                quantity_on_hand=0 if life.method == "backorder" else 5,
                backorderable=life.method == "backorder",
            )
            for life in of_currency
        ]
        product = Product(name="Lamp", base_price=Money(currency_code=currency, units=10), product_items=items)
        made = await client.call(CREATE_PRODUCT, CreateProductRequest(product=product), timeout_s=TIMEOUT_S)
        ids = {item.sku: item.id for item in made.product_items}
        for life in of_currency:
            life.item = ids[f"SKU-{life.number}"]
    async with callers.shop.database("easyorder_inventory_write") as inventory:
        rows = [(1_000_000 + life.number, life.user, BEFORE) for life in lives]
        await inventory.executemany(_POINTS, rows)


async def at_rest(shop: WholeShop) -> bool:
    for name in ("order", "inventory"):
        async with shop.database(f"easyorder_{name}_write") as database:
            if await database.fetchval(_UNDER_WAY) or await database.fetchval("SELECT count(*) FROM change_log"):
                return False
    return True


async def books_of(lives: list[Life], began: date) -> dict[tuple[str, str], Books]:
    callers = lives[0].callers
    shop = callers.shop
    ids = await invariants.order_ids(shop)
    async with shop.database("easyorder_inventory_write") as inventory:
        stock = {row["id"]: row for row in await inventory.fetch("SELECT id, on_hand, reserved FROM inventory")}
        uses = {row["code"]: row["uses"] for row in await inventory.fetch("SELECT code, uses FROM incentive")}
    async with shop.database("easyorder_payment") as payment:
        ledger = {row["order_id"]: row["net"] for row in await payment.fetch(_LEDGER)}
    revenue: dict[str, Decimal] = {}
    for day in {began, datetime.now(UTC).date()}:
        report = await callers.of("").call(REPORT, GetDailyReportRequest(date=day.isoformat()))
        for currency in report.currencies:
            revenue |= {item.product_item_id: _amount(item.revenue) for item in currency.top_items}
    found = {}
    for life in lives:
        points = (await callers.of(life.user, service="inventory").call(POINTS, GetLoyaltyAccountRequest())).points
        found[life.method, life.moment] = Books(
            on_hand=stock[int(life.item)]["on_hand"],
            reserved=stock[int(life.item)]["reserved"],
            points=points - BEFORE,
            uses=uses[f"CODE-{life.number}"],
            revenue=revenue.get(life.item, Decimal("0.00")),
            ledger=ledger.get(ids.order_number(life.order), Decimal("0.00")),
        )
    return found


def _amount(money: Money | None) -> Decimal:
    assert money is not None
    return (Decimal(money.units) + Decimal(money.nanos) / 10**9).quantize(Decimal("0.01"))


async def test_the_books_are_right_at_every_moment_of_every_way_of_paying(databases_of: Any) -> None:
    urls: Mapping[str, str] = {**await databases_of("inventory_svc"), **await databases_of("order_svc.payment")}
    cells = [(method, moment) for method, row in TABLE.items() for moment in MOMENTS if moment in row]
    async with whole_shop({**urls, **await databases_of("order_svc")}, **SETTINGS) as shop:
        callers, began = Callers(shop), datetime.now(UTC).date()
        lives = [Life(callers, method, moment, number) for number, (method, moment) in enumerate(cells)]
        await stocked(lives)

        await asyncio.gather(*[life.live() for life in lives])
        await eventually(lambda: at_rest(shop), timeout_s=TIMEOUT_S)

        found = await books_of(lives, began)
        wrong = {cell: (books, TABLE[cell[0]][cell[1]]) for cell, books in found.items()}
        assert {cell: pair for cell, pair in wrong.items() if pair[0] != pair[1]} == {}
