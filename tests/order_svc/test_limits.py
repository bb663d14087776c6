"""The largest order that the contract accepts lives a whole life, and a larger one is refused."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from typing import Any

import betterproto2
import pytest
from easyorder.catalog.v1 import CreateProductRequest, Product
from easyorder.common.v1 import ItemOption, OrderLine, PaymentMethod, PaymentStatus
from easyorder.incentive.v1 import CreateIncentiveRequest
from easyorder.internal.inventory.v1 import Amendment, Reservation, ReservationRequest, ReturnedGoods
from easyorder.internal.payment.v1 import ChargeRequest, RefundRequest
from easyorder.inventory.v1 import AdjustStockRequest, ListStockLevelsRequest
from easyorder.order.v1 import (
    CancelOrderRequest,
    CreateOrderRequest,
    DeliverOrderRequest,
    ExportOrdersRequest,
    GetOrderRequest,
    Order,
    OrderStatus,
    PaymentDetails,
    PreviewOrderRequest,
    RefundOrderRequest,
    RetryPaymentRequest,
    ShipOrderRequest,
    UpdateOrderRequest,
)

from chassis import contract
from chassis.errors import AppError, InvalidArgument, Unavailable
from chassis.grpc.channel import OPTIONS as CHANNEL_OPTIONS
from chassis.grpc.clients import Client
from chassis.grpc.server import OPTIONS as SERVER_OPTIONS
from chassis.validation import DEFAULT_MAX_ITEMS, DEFAULT_MAX_LENGTH
from chassis.wire import codec
from inventory_svc.domain.product import MAX_CHOSEN
from tests.e2e import invariants
from tests.inventory_svc.service import ADJUST_STOCK, CREATE_PRODUCT, LIST_STOCK
from tests.largest import LETTER, largest
from tests.order_svc.calls import CREATE, CREATE_INCENTIVE, DELIVER, EXPORT, GET, PREVIEW, REFUND, RETRY, SHIP, UPDATE
from tests.order_svc.whole_shop import WholeShop, whole_shop
from tests.polling import eventually

# What GrpcInventory puts in one call.
BATCH = 200
LINES, PIECES = 100, 1000
# Enough for the places of the lines that wait to be a long text.
WAITING = 34
TEAM = LETTER * 40
# What order_svc takes, as google.type.PostalAddress has no rules.
ADDRESS = {
    # Whose postal codes have no form.
    "regionCode": "BO",
    "postalCode": LETTER * 100,
    "locality": LETTER * 100,
    "addressLines": [LETTER * 200] * 10,
    "recipients": [LETTER * 200] * 5,
    "organization": LETTER * 100,
}
LONGEST_URI = "https://" + "u" * 992
PRICE = {"currencyCode": "USD", "units": "999999999", "nanos": 990000000}
SETTINGS = {"drain_grace_s": 0, "payment_timeout_s": 1}


@pytest.fixture
async def shop(databases_of: Any) -> AsyncIterator[WholeShop]:
    urls = {**await databases_of("inventory_svc"), **await databases_of("order_svc.payment")}
    async with whole_shop(urls | await databases_of("order_svc"), **SETTINGS) as running:
        yield running


def unique(length: int) -> Callable[[], str]:
    numbers = itertools.count()
    return lambda: f"{next(numbers)}".ljust(length, LETTER)


async def stocked(shop: WholeShop, **given: Any) -> Product:
    """A product as large as one may be, without options."""
    request = largest(
        CreateProductRequest,
        **{
            "id": None,
            "etag": None,
            "create_time": None,
            "update_time": None,
            "delete_time": None,
            "variations": [],
            "options": [],
        },
        **{"base_price": PRICE, "price_override": PRICE, "price": None, "sku": unique(100)} | given,
    )
    return await shop.client(shop.tokens.admin(), of="inventory").call(CREATE_PRODUCT, request)


async def offered(shop: WholeShop) -> list[str]:
    """As many codes as an order may have, all of them together."""
    kinds = ["INCENTIVE_KIND_PERCENT"] + ["INCENTIVE_KIND_LOYALTY_MULTIPLIER"] * 9
    client, code, request_id = shop.client(shop.tokens.admin(), of="inventory"), unique(50), unique(100)
    requests = [
        largest(
            CreateIncentiveRequest,
            **{
                "id": None,
                "etag": None,
                "start_time": None,
                "update_time": None,
                "end_time": None,
                "min_total": None,
                "currency_code": "USD",
            },
            **{"kind": kind, "value": "100" if "LOYALTY" in kind else "0.000001", "code": code},
            product_item_ids=[str(n) for n in range(1, 1001)],
            request_id=request_id,
        )
        for kind in kinds
    ]
    return [(await client.call(CREATE_INCENTIVE, request)).code for request in requests]


def order_of(items: list[str], **given: Any) -> CreateOrderRequest:
    usual: dict[str, Any] = {"currency_code": "USD", "method": "PAYMENT_METHOD_CARD", "token": "tok_ok"}
    usual |= {"team_id": TEAM, "loyalty_points": None, "shipping_address": ADDRESS, "billing_address": ADDRESS}
    return largest(CreateOrderRequest, **usual | {"product_item_id": each(items), "incentive_codes": []} | given)


def each(items: list[str]) -> Callable[[], str]:
    one_by_one: Iterator[str] = iter(items)
    return lambda: next(one_by_one)


async def becomes(client: Client, order_id: str, status: OrderStatus) -> Order:
    async def it_is() -> Order | None:
        order = await client.call(GET, GetOrderRequest(id=order_id))
        return order if order.status == status else None

    return await eventually(it_is, timeout_s=10) or Order()


async def shipped(client: Client, order_id: str) -> None:
    async def accepted() -> bool:
        try:
            request = largest(ShipOrderRequest, id=order_id, tracking_uri=LONGEST_URI, etag=None)
            await client.call(SHIP, request)
        except AppError:
            return False
        return True

    await eventually(accepted, timeout_s=10)


async def comes_back(shop: WholeShop, order: Order, product: Product) -> None:
    """All pieces of the order are returned at once, the money is refunded and the pieces are in stock again."""
    admin = shop.client(shop.tokens.admin())
    items = [item.product_item_id for item in order.items]
    request = largest(RefundOrderRequest, id=order.id, amount=None, product_item_id=each(items))
    refunded = await admin.call(REFUND, request)
    assert refunded.payments[-1].status == PaymentStatus.REFUNDED
    assert [item.returned_quantity for item in refunded.items] == [PIECES] * LINES

    async def in_stock() -> bool:
        stock = await admin_of_stock.call(LIST_STOCK, ListStockLevelsRequest(product_id=product.id))
        return [level.quantity_on_hand for level in stock.stock_levels] == [10**9] * len(product.product_items)

    admin_of_stock = shop.client(shop.tokens.admin(), of="inventory")
    await eventually(in_stock, timeout_s=10)


async def is_exported(shop: WholeShop, order: Order) -> None:
    assert order.placed_at
    day = order.placed_at.date().isoformat()
    stream = shop.client(shop.tokens.admin()).stream(EXPORT, ExportOrdersRequest(start_date=day, end_date=day))
    text = b"".join([part.data async for part in stream]).decode()
    [line] = [line for line in text.splitlines() if line.startswith(f"{order.id},")]
    assert line.count(f"{PIECES} x ") == LINES


async def books_are_right(shop: WholeShop) -> None:
    await eventually(lambda: invariants.at_rest(shop), timeout_s=10)
    await invariants.check(shop)
    for database in ("easyorder_order_write", "easyorder_inventory_write"):
        async with shop.database(database) as connection:
            assert await connection.fetch("SELECT kind, last_error FROM job WHERE last_error <> ''") == []


async def test_the_largest_order_by_card_is_refused_retried_shipped_returned_and_exported(shop: WholeShop) -> None:
    product, codes, shopper = await stocked(shop), await offered(shop), shop.client(shop.tokens.user(teams=[TEAM]))
    items = [item.id for item in product.product_items[:LINES]]

    placed = await shopper.call(CREATE, order_of(items, token="tok_declined", incentive_codes=codes))
    await becomes(shopper, placed.id, OrderStatus.FAILED)
    again = {"method": "PAYMENT_METHOD_CARD", "token": "tok_ok"}
    await shopper.call(RETRY, largest(RetryPaymentRequest, id=placed.id, **again))
    paid = await becomes(shopper, placed.id, OrderStatus.PAID)
    await shipped(shop.client(shop.tokens.admin()), placed.id)

    await comes_back(shop, paid, product)
    await is_exported(shop, paid)
    await books_are_right(shop)


async def test_the_largest_order_in_cash_is_edited_delivered_returned_and_exported(shop: WholeShop) -> None:
    product, shopper, admin = (
        await stocked(shop),
        shop.client(shop.tokens.user(teams=[TEAM])),
        shop.client(shop.tokens.admin()),
    )
    items = [item.id for item in product.product_items[: 2 * LINES]]

    placed = await shopper.call(CREATE, order_of(items[:LINES], method="PAYMENT_METHOD_CASH"))
    change = {"etag": None, "product_item_id": each(items[LINES:])}
    edited = await shopper.call(UPDATE, largest(UpdateOrderRequest, id=placed.id, **change))
    await shipped(admin, placed.id)
    await admin.call(DELIVER, DeliverOrderRequest(id=placed.id))

    await comes_back(shop, edited, product)
    await is_exported(shop, edited)


async def test_the_largest_backorder_is_filled_and_paid(shop: WholeShop) -> None:
    sku = unique(100)
    there = [0] * WAITING + [PIECES] * (LINES - WAITING)
    new = [{"sku": sku(), "backorderable": True, "quantityOnHand": f"{pieces}"} for pieces in there]
    items = await stocked(shop, product_items=new)
    warehouse, shopper = shop.client(shop.tokens.admin(), of="inventory"), shop.client(shop.tokens.user(teams=[TEAM]))
    async with shop.database("easyorder_inventory_write") as connection:
        # A shop that has had many backorders: their places have many digits.
        await connection.execute("UPDATE inventory SET places = 1000000000000000000")

    placed = await shopper.call(CREATE, order_of([item.id for item in items.product_items]))
    assert placed.status == OrderStatus.PENDING
    for item in items.product_items[:WAITING]:
        delivery = AdjustStockRequest(
            product_item_id=item.id, delta=PIECES, reason="delivery", request_id=f"delivery of {item.id}"
        )
        await warehouse.call(ADJUST_STOCK, delivery)

    await becomes(shopper, placed.id, OrderStatus.PAID)
    await books_are_right(shop)


def lines(*quantities: int) -> list[OrderLine]:
    return [OrderLine(product_item_id="1", quantity=quantity) for quantity in quantities]


async def test_lines_of_one_item_are_limited_as_one_line(shop: WholeShop) -> None:
    await stocked(shop)
    shopper = shop.client(shop.tokens.user())
    payment = PaymentDetails(method=PaymentMethod.CASH)
    order = CreateOrderRequest(request_id="1", currency_code="USD", items=lines(600, 400), payment=payment)
    placed = await shopper.call(CREATE, order)
    assert [item.quantity for item in placed.items] == [PIECES]

    too_many = lines(600, 400, 1)
    refused_calls: tuple[tuple[str, Any, Any], ...] = (
        ("order", CREATE, replace(order, items=too_many)),
        ("order", UPDATE, UpdateOrderRequest(id=placed.id, items=too_many)),
        ("order", PREVIEW, PreviewOrderRequest(currency_code="USD", items=too_many)),
    )
    for of, method, request in refused_calls:
        with pytest.raises(InvalidArgument) as refused:
            await shop.client(shop.tokens.user(), of=of).call(method, request)
        faults = [(fault.field, fault.description) for fault in refused.value.violations]
        assert faults == [("items[2].quantity", "must add up to at most 1000 for one productItemId")]

    assert await shopper.call(GET, GetOrderRequest(id=placed.id)) == placed
    async with shop.database("easyorder_inventory_write") as connection:
        assert await connection.fetchval("SELECT count(*) FROM reservation") == 1


async def test_an_order_of_0_1_0_with_more_pieces_of_an_item_is_retried_shipped_and_returned(
    shop: WholeShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    product = await stocked(shop, product_items=[{"sku": "SKU", "quantityOnHand": "5000"}])
    [item] = product.product_items
    shopper, admin = shop.client(shop.tokens.user()), shop.client(shop.tokens.admin())
    pieces = [OrderLine(product_item_id=item.id, quantity=PIECES)] * 2
    card = PaymentDetails(method=PaymentMethod.CARD, token="tok_declined")
    with monkeypatch.context() as patch:
        # Its lines were limited one by one.
        patch.setattr("chassis.grpc.server.checked", lambda of, request, *_: codec(of).read(request))
        placed = await shopper.call(
            CREATE, CreateOrderRequest(request_id="1", currency_code="USD", items=pieces, payment=card)
        )
    await becomes(shopper, placed.id, OrderStatus.FAILED)

    again = {"method": "PAYMENT_METHOD_CARD", "token": "tok_ok"}
    await eventually(lambda: retried(shopper, largest(RetryPaymentRequest, id=placed.id, **again)))
    await becomes(shopper, placed.id, OrderStatus.PAID)
    await shipped(admin, placed.id)
    back = [*pieces[:1], OrderLine(product_item_id=item.id, quantity=500)]
    reply = await admin.call(REFUND, RefundOrderRequest(id=placed.id, items=back, reason="returned", request_id="1"))

    assert [(line.product_item_id, line.quantity) for line in reply.refunds[-1].items] == [(item.id, 1500)]

    async def in_stock() -> bool:
        stock = await shop.client(shop.tokens.admin(), of="inventory").call(
            LIST_STOCK, ListStockLevelsRequest(product_id=product.id)
        )
        return [(level.quantity_on_hand, level.sold) for level in stock.stock_levels] == [(4500, 2000)]

    await eventually(in_stock, timeout_s=10)


async def retried(shopper: Client, request: RetryPaymentRequest) -> bool:
    try:
        await shopper.call(RETRY, request)
    except Unavailable:
        # Its stock is on its way back.
        return False
    return True


def limits(message: type[betterproto2.Message], path: str) -> tuple[int, int]:
    """The most elements of a list, and the longest text or largest number, at a path of field names."""
    described: Any = contract.descriptor_of(message)
    most = 0
    for name in path.split("."):
        field = described.fields_by_name[name]
        rules, described = contract.rules_of(field), field.message_type
        if field.is_repeated:
            most = rules.max_items or DEFAULT_MAX_ITEMS
    return most, rules.max or rules.max_length or DEFAULT_MAX_LENGTH


@pytest.mark.parametrize(
    ("message", "path", "internal", "internal_path"),
    [
        *[
            (CreateOrderRequest, "items.quantity", message, "lines.quantity")
            for message in (ReservationRequest, Amendment, ReturnedGoods)
        ],
        (CreateOrderRequest, "incentive_codes", ReservationRequest, "incentive_codes"),
        (CreateOrderRequest, "request_id", ReservationRequest, "request_key"),
        (PaymentDetails, "token", ChargeRequest, "token"),
        (CancelOrderRequest, "reason", RefundRequest, "reason"),
        (RefundOrderRequest, "reason", RefundRequest, "reason"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_internal_messages_take_all_that_the_contract_takes(
    message: type[betterproto2.Message], path: str, internal: type[betterproto2.Message], internal_path: str
) -> None:
    most, largest_value = limits(message, path)
    if "quantity" in path:
        # Before 0.2.0, lines of one item were limited one by one.
        largest_value *= most

    assert limits(internal, internal_path) >= (most, largest_value)
    assert limits(internal, internal_path)[1] >= largest_value


def size_of(message: betterproto2.Message) -> int:
    return len(codec(type(message)).encode(message))


def test_a_full_batch_of_the_largest_holds_fits_one_call() -> None:
    request = largest(ReservationRequest)
    request.user_id, request.currency = "x" * 36, "USD"
    small: dict[str, Any] = {"state": 1, "expire_time": None, "currency_code": "USD", "discounts": [], "options": []}
    reply = largest(Reservation, **small)
    reply.lines = [reply.lines[0]] * LINES
    for line in reply.lines:
        assert line.stock
        line.name, line.sku, line.stock.sku = LETTER * 255, LETTER * 100, LETTER * 100
        line.stock.product_item_id = "9" * 18
        line.product_id = 2**63 - 1
        # As many options as a product has variations, with the longest texts that they may have together.
        text = LETTER * (MAX_CHOSEN // 40)
        line.options = [ItemOption(variation=text, value=text)] * 20

    assert BATCH * size_of(request) < dict(SERVER_OPTIONS)["grpc.max_receive_message_length"]
    assert BATCH * size_of(reply) < dict(CHANNEL_OPTIONS)["grpc.max_receive_message_length"]
