"""Compares what the services show at the end with what clients were told, and with the books of the model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from fractions import Fraction
from itertools import product

from easyorder.common.v1 import OrderLine, PaymentMethod
from easyorder.google.type import Money
from easyorder.incentive.v1 import GetLoyaltyAccountRequest, Incentive, IncentiveKind, ListIncentivesRequest
from easyorder.inventory.v1 import ListStockLevelsRequest
from easyorder.order.v1 import (
    CancelOrderRequest,
    CreateOrderRequest,
    DeliverOrderRequest,
    GetDailyReportRequest,
    GetOrderRequest,
    Order,
    OrderItem,
    OrderStatus,
    RefundOrderRequest,
    RetryPaymentRequest,
    ShipOrderRequest,
    UpdateOrderRequest,
)

from order_svc.order_ids import OrderIds
from tests.e2e import invariants
from tests.inventory_svc.service import LIST_STOCK
from tests.order_svc.calls import GET, LIST_INCENTIVES, POINTS, REPORT
from tests.order_svc.interleavings import model
from tests.order_svc.interleavings.model import Books, Line, Terms, books_of, total_by
from tests.order_svc.interleavings.records import Life
from tests.order_svc.whole_shop import WholeShop

_LEDGER = """
SELECT transaction_id, sum(CASE kind WHEN 'CHARGE' THEN amount WHEN 'REFUND' THEN -amount ELSE 0 END) AS net
FROM ledger_entry GROUP BY transaction_id
"""

# Connections break and calls take too long, but nothing that happens is a surprise to the code.
_DEFECTS = """
SELECT source, kind, message FROM recorded_error
WHERE kind ~ '^(Assertion|Attribute|Data|Index|Integrity|Key|Programming|Runtime|Type|Value)Error$'
"""


@dataclass(frozen=True, kw_only=True)
class Run:
    """What a run began with, and whom the books are about. `codes` has all terms that each code ever had."""

    product_id: str
    stocked: dict[int, int]
    codes: Mapping[str, Sequence[Incentive]]
    rate: int
    began: date
    users: set[str]


async def compare(shop: WholeShop, run: Run, lives: Iterable[Life], *, keep_stock: bool) -> None:
    """Raises AssertionError for what the clients or the model would not expect.

    `keep_stock`: no hold has ended before its order, so only a client can have cancelled an order.
    """
    admin = shop.client(shop.tokens.admin())
    orders = []
    ids = await invariants.order_ids(shop)
    for life in lives:
        order = await admin.call(GET, GetOrderRequest(id=life.order.id))
        orders.append(_as_modelled(life, order, run, ids))
        _check_history(life, order, orders[-1])
        if keep_stock and order.status is OrderStatus.CANCELLED:
            by_clients = [*life.may_have_done(CancelOrderRequest), *life.may_have_done(RefundOrderRequest)]
            asked = {act.request.reason for act in by_clients}
            assert order.cancel_message in asked, f"cancelled by nobody: {order}\n{life}"
    for name in ("easyorder_order_write", "easyorder_inventory_write", "easyorder_payment"):
        async with shop.database(name) as database:
            defects = [tuple(row) for row in await database.fetch(_DEFECTS)]
        assert not defects, f"unexpected errors: {defects}"
    async with shop.database("easyorder_order_write") as database:
        numbers = {row["id"] for row in await database.fetch("SELECT id FROM orders")}
    unknown = numbers - {order.id for order in orders}
    assert not unknown, f"orders that no client was told of: {unknown}"
    wrong = differences(await _shown(shop, run), books_of(orders, run.stocked, run.users, run.codes, run.rate))
    assert not wrong, f"shown and expected: {wrong}\n" + "\n".join(map(str, orders))


def differences(shown: Books, expected: Books) -> dict[str, object]:
    """What is shown and what is expected, where they differ."""
    found: dict[str, object] = {}
    for name, value in asdict(shown).items():
        wanted = getattr(expected, name)
        if isinstance(value, dict):
            pairs = {key: (value.get(key, 0), wanted.get(key, 0)) for key in value | wanted}
            found |= {f"{name} {key}": pair for key, pair in pairs.items() if pair[0] != pair[1]}
        elif value != wanted:
            found[name] = (value, wanted)
    return found


def _check_history(life: Life, order: Order, modelled: model.Order) -> None:
    """What a client was told has happened."""
    said = f"{order}\n{life}"
    assert _cents(order.total_amount) == modelled.total, said
    methods = {act.request.payment.method for act in life.last(RetryPaymentRequest)}
    assert order.payments, said
    assert order.payments[-1].method in methods, said
    if any(life.done(CancelOrderRequest)):
        assert order.status is OrderStatus.CANCELLED, said
    if any(life.done(DeliverOrderRequest)):
        assert order.status is OrderStatus.DELIVERED, said
    elif any(life.done(ShipOrderRequest)):
        assert order.status in (OrderStatus.SHIPPED, OrderStatus.DELIVERED), said
    # Copies of a request have one effect.
    refunds = {act.request.request_id: act for act in life.done(RefundOrderRequest)}.values()
    given = [act.reply.refunds[-1] for act in refunds if act.reply]
    # The order has all of them.
    assert {refund.id for refund in given} <= {refund.id for refund in order.refunds}, said
    came_back = total_by((int(line.product_item_id), line.quantity) for refund in given for line in refund.items)
    assert {line.item: line.returned for line in modelled.lines if line.returned} == came_back, said
    refunded = sum(_cents(refund.amount) for refund in given)
    if order.status is OrderStatus.CANCELLED:
        assert modelled.refunded == (modelled.total if modelled.was_paid else 0), said
        assert refunded <= modelled.refunded, said
    elif modelled.was_paid:
        assert modelled.refunded == refunded, said
        if all(refund.items for refund in given):
            assert refunded == modelled.worth_of_returns, said


def _as_modelled(life: Life, order: Order, run: Run, ids: OrderIds) -> model.Order:
    """The order with the terms and the order of lines that explain its discounts."""
    shown = {int(item.product_item_id): item for item in order.items}
    asked = [act.request for act in life.last(UpdateOrderRequest) if _pieces(act.request.items) == _pieces(order.items)]
    assert asked, f"nobody asked for these items: {order}\n{life}"
    assert order.payments
    created: CreateOrderRequest = life.created.request
    spent = sum(_cents(discount.amount) for discount in order.discounts if not discount.code)
    assert spent <= (created.loyalty_points or 0), f"{order}\n{life}"
    candidate = model.Order(
        id=ids.order_number(order.id),
        user=life.user,
        status=OrderStatus(order.status).name or "",
        method=PaymentMethod(order.payments[-1].method).name or "",
        lines=(),
        terms=(),
        points=spent,
        was_paid=order.paid_at is not None,
        refunded=_cents(order.payments[-1].refunded_amount) if order.paid_at is not None else 0,
        transaction_id=order.payments[-1].transaction_id,
    )
    for request in asked:
        items = list(_pieces(request.items))
        for asked_items in (items, sorted(items)) if request is created else (sorted(items),):
            lines = tuple(
                Line(item=id, quantity=of.quantity, price=_cents(of.unit_price), returned=of.returned_quantity)
                for id in asked_items
                for of in (shown[id],)
            )
            for terms in _terms(created.incentive_codes, run):
                explained = replace(candidate, lines=lines, terms=terms)
                if _is_explained(order, explained):
                    return explained
    raise AssertionError(f"the discounts are not those of the codes: {order}\n{life}")


def _is_explained(order: Order, modelled: model.Order) -> bool:
    by_code = {code: sum(shares) for code, shares in modelled.shares.items() if sum(shares)}
    off = {
        line.item: line.price * line.quantity - paid
        for line, paid in zip(modelled.lines, modelled.paid_by_line, strict=True)
    }
    return (by_code, off) == (
        {discount.code: cents for discount in order.discounts if (cents := _cents(discount.amount))},
        {int(item.product_item_id): _cents(item.discount) for item in order.items},
    )


def _terms(codes: Sequence[str], run: Run) -> Iterator[tuple[Terms, ...]]:
    """With each of the terms that the codes ever had."""
    return product(*[[_terms_of(incentive) for incentive in run.codes[code]] for code in codes])


def _terms_of(incentive: Incentive) -> Terms:
    kind = IncentiveKind(incentive.kind).name
    value = Fraction(incentive.value or "0")
    return Terms(
        id=int(incentive.id),
        code=incentive.code,
        kind=kind,  # type: ignore[arg-type]
        value=value * 100 if kind == "AMOUNT" else value,
        buy=incentive.buy_quantity,
        get=incentive.get_quantity,
        items=frozenset(map(int, incentive.product_item_ids)),
    )


async def _shown(shop: WholeShop, run: Run) -> Books:
    admin, warehouse = shop.client(shop.tokens.admin()), shop.client(shop.tokens.admin(), of="inventory")
    stock = await warehouse.call(LIST_STOCK, ListStockLevelsRequest(product_id=run.product_id))
    incentives = await warehouse.call(LIST_INCENTIVES, ListIncentivesRequest(page_size=50))
    points = {}
    for user in run.users:
        client = shop.client(shop.tokens.user(user), of="inventory")
        points[user] = (await client.call(POINTS, GetLoyaltyAccountRequest())).points
    async with shop.database("easyorder_payment") as payment:
        ledger = {row["transaction_id"]: int(row["net"] * 100) for row in await payment.fetch(_LEDGER) if row["net"]}
    books = Books(
        on_hand={int(level.product_item_id): level.quantity_on_hand for level in stock.stock_levels},
        reserved={int(level.product_item_id): level.reserved for level in stock.stock_levels},
        points=points,
        uses={incentive.code: incentive.uses for incentive in incentives.incentives},
        ledger=ledger,
    )
    for day in {run.began, datetime.now(UTC).date()}:
        report = await admin.call(REPORT, GetDailyReportRequest(date=day.isoformat()))
        for currency in report.currencies:
            books.orders += currency.orders
            books.units += currency.units
            books.revenue += _cents(currency.revenue)
            books.refunds += _cents(currency.refunds)
    return books


def _pieces(lines: Iterable[OrderLine | OrderItem]) -> dict[int, int]:
    return total_by((int(line.product_item_id), line.quantity) for line in lines)


def _cents(money: Money | None) -> int:
    return money.units * 100 + money.nanos // 10_000_000 if money is not None else 0
