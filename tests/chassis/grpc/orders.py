"""Services of orders for tests of the code around a handler; each test supplies the handler."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from easyorder.common.v1 import OrderLine, PaymentMethod
from easyorder.internal.order.v1 import ConfirmAvailabilityRequest, ConfirmAvailabilityResponse, OrderAvailability
from easyorder.order.v1 import (
    CancelOrderRequest,
    CreateOrderRequest,
    GetOrderRequest,
    ListAllOrdersRequest,
    ListOrdersResponse,
    Order,
    OrderEvent,
    PaymentDetails,
    WatchOrderRequest,
    WatchOrdersRequest,
)

from chassis.context import RequestContext, current
from chassis.grpc.clients import rpc
from tests.mesh import Mesh, serving

ORDERS, ORDER_WATCH = "easyorder.order.v1.OrderService", "easyorder.order.v1.OrderWatchService"
STOCK = "easyorder.internal.order.v1.OrderStockService"
CREATE_ORDER = rpc(ORDERS, "CreateOrder", CreateOrderRequest, Order)
GET_ORDER = rpc(ORDERS, "GetOrder", GetOrderRequest, Order)
CANCEL_ORDER = rpc(ORDERS, "CancelOrder", CancelOrderRequest, Order)
LIST_ALL_ORDERS = rpc(ORDERS, "ListAllOrders", ListAllOrdersRequest, ListOrdersResponse)
CONFIRM_AVAILABILITY = rpc(STOCK, "ConfirmAvailability", ConfirmAvailabilityRequest, ConfirmAvailabilityResponse)
WATCH_ORDER = rpc(ORDER_WATCH, "WatchOrder", WatchOrderRequest, OrderEvent)
WATCH_ORDERS = rpc(ORDER_WATCH, "WatchOrders", WatchOrdersRequest, OrderEvent)

AN_ORDER = CreateOrderRequest(
    request_id="1",
    currency_code="EUR",
    items=[OrderLine(product_item_id="1", quantity=1)],
    payment=PaymentDetails(method=PaymentMethod.CARD, token="tok_ok"),
)
AVAILABLE = ConfirmAvailabilityRequest(orders=[OrderAvailability(order_id=1, filled=True)])


class OrderApi:
    """Remembers the context of each call, then does what `work` says. Lacks most methods of the contract."""

    def __init__(self, work: Callable[[], Awaitable[Any]] | None = None) -> None:
        self.seen: list[RequestContext] = []
        # Of CreateOrder and CancelOrder.
        self.request_ids: list[str] = []
        self._work = work

    async def create_order(self, request: CreateOrderRequest) -> Order:
        self.request_ids.append(request.request_id)
        return await self._do(Order(id="7", currency_code=request.currency_code))

    async def get_order(self, request: GetOrderRequest) -> Order:
        return await self._do(Order(id=request.id))

    async def cancel_order(self, request: CancelOrderRequest) -> Order:
        self.request_ids.append(request.request_id)
        return await self._do(Order(id=request.id))

    async def list_all_orders(self, request: ListAllOrdersRequest) -> ListOrdersResponse:
        return await self._do(ListOrdersResponse())

    async def confirm_availability(self, request: ConfirmAvailabilityRequest) -> ConfirmAvailabilityResponse:
        return await self._do(ConfirmAvailabilityResponse())

    async def _do(self, reply: Any) -> Any:
        self.seen.append(current())
        if self._work is not None:
            await self._work()
        return reply


class OrderWatchApi:
    """Streams what `messages` says."""

    def __init__(self, messages: Callable[[], AsyncIterator[OrderEvent]]) -> None:
        self._messages = messages

    def watch_orders(self, request: WatchOrdersRequest) -> AsyncIterator[OrderEvent]:
        return self._messages()


def orders(api: OrderApi, **options: Any) -> AbstractAsyncContextManager[Mesh]:
    return serving({ORDERS: api, STOCK: api}, **options)


def order_watch(messages: Callable[[], AsyncIterator[OrderEvent]], **options: Any) -> AbstractAsyncContextManager[Mesh]:
    return serving({ORDER_WATCH: OrderWatchApi(messages)}, **options)
