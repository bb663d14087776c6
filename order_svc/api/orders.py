"""OrderService over gRPC: requests become commands and queries, results become responses."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from zoneinfo import ZoneInfo

from easyorder.google.api import HttpBody
from easyorder.order.v1 import (
    CancelOrderRequest,
    CreateOrderRequest,
    DailyReport,
    DeliverOrderRequest,
    ExportOrdersRequest,
    ExportOrdersView,
    GetDailyReportRequest,
    GetOrderRequest,
    GetOrderStatusRequest,
    GetOrderStatusResponse,
    ListAllOrdersRequest,
    ListOrdersRequest,
    ListOrdersResponse,
    Order,
    OrderMetadata,
    PaymentDetails,
    PreviewOrderRequest,
    PreviewOrderResponse,
    RefundOrderRequest,
    RetryPaymentRequest,
    ShipOrderRequest,
    UpdateOrderMetadataRequest,
    UpdateOrderRequest,
)

from chassis.context import current
from chassis.google_types import money_of
from chassis.idempotency import RequestKey
from chassis.mediator import Mediator
from chassis.request_keys import request_key
from chassis.update_mask import updated_fields
from chassis.wire import Encoded, codec
from ops.exports import exported
from order_svc.api.order_rules import ORDER_RULES, day_of
from order_svc.commands.cancel_order import CancelOrder
from order_svc.commands.deliver_order import DeliverOrder
from order_svc.commands.refund_order import RefundOrder
from order_svc.commands.ship_order import ShipOrder
from order_svc.commands.uow import OrderUow
from order_svc.commands.update_order_metadata import UpdateOrderMetadata
from order_svc.domain.shipment import Parcel
from order_svc.domain.status import PaymentMethod
from order_svc.domain.views import OrderView
from order_svc.messages.addresses import address_of
from order_svc.messages.encoded_orders import EncodedOrders, id_of
from order_svc.messages.order_preview import preview_message
from order_svc.messages.orders import order_message, report_message, status_message
from order_svc.queries.export_orders import ITEMS, ORDERS
from order_svc.queries.list_orders import OrderPage
from order_svc.queries.orders import OrderQueries
from order_svc.sagas.amendments import Amendments
from order_svc.sagas.basket import Basket
from order_svc.sagas.checkout import Checkout
from order_svc.sagas.refunds import Refunding
from order_svc.sagas.shipping import Shipping


class OrderApi:
    """The rpcs of easyorder.order.v1.OrderService that this version implements."""

    rules = ORDER_RULES

    def __init__(
        self,
        checkout: Checkout,
        amendments: Amendments,
        refunding: Refunding,
        shipping: Shipping,
        mediator: Mediator[OrderUow],
        queries: OrderQueries,
        orders: EncodedOrders,
    ) -> None:
        self._checkout = checkout
        self._amendments = amendments
        self._refunding = refunding
        self._shipping = shipping
        self._mediator = mediator
        self._queries = queries
        self._orders = orders
        self._ids = ids = orders.ids
        self._number = ids.order_number

    async def create_order(self, request: CreateOrderRequest) -> Encoded:
        basket = _basket(request, request_key(request, request.request_id, "CreateOrderRequest"))
        reply = self._orders.reply(await self._checkout.place(basket), numbered=current().caller.is_admin)
        current().audit_resource[:] = [id_of(reply)]
        return reply

    async def preview_order(self, request: PreviewOrderRequest) -> PreviewOrderResponse:
        basket = _basket(request, None)
        return preview_message(await self._checkout.preview(basket), self._ids)

    async def cancel_order(self, request: CancelOrderRequest) -> Order:
        command = CancelOrder(
            request=request_key(request, request.request_id, "CancelOrderRequest"),
            order_id=self._number(request.id),
            reason=request.reason,
            etag=request.etag,
        )
        return self._shown(await self._mediator.send(command))

    async def update_order(self, request: UpdateOrderRequest) -> Order:
        lines = tuple((int(line.product_item_id), line.quantity) for line in request.items)
        key = request_key(request, request.request_id, "UpdateOrderRequest")
        return self._shown(
            await self._amendments.update(self._number(request.id), lines, etag=request.etag, request=key)
        )

    async def update_order_metadata(self, request: UpdateOrderMetadataRequest) -> OrderMetadata:
        wanted = request.order_metadata
        assert wanted is not None  # the contract requires a value
        changed = updated_fields(wanted, request.update_mask, ("metadata",))
        command = UpdateOrderMetadata(
            order_id=self._number(wanted.id), metadata=wanted.metadata if changed else None, etag=wanted.etag
        )
        order = await self._mediator.send(command)
        return OrderMetadata(id=self._ids.of_order(order.id), metadata=dict(order.metadata), etag=order.etag)

    async def retry_payment(self, request: RetryPaymentRequest) -> Order:
        method, token = _paid_by(request.payment)
        key = request_key(request, request.request_id, "RetryPaymentRequest")
        return self._shown(await self._amendments.retry_payment(self._number(request.id), method, token, request=key))

    async def ship_order(self, request: ShipOrderRequest) -> Order:
        given = request.shipment
        assert given is not None  # the contract requires a value
        command = ShipOrder(
            request=request_key(request, request.request_id, "ShipOrderRequest"),
            order_id=self._number(request.id),
            parcel=Parcel(
                carrier=given.carrier, tracking_number=given.tracking_number, tracking_uri=given.tracking_uri
            ),
            etag=request.etag,
        )
        return self._shown(await self._shipping.ship(command))

    async def deliver_order(self, request: DeliverOrderRequest) -> Order:
        key = request_key(request, request.request_id, "DeliverOrderRequest")
        command = DeliverOrder(request=key, order_id=self._number(request.id), etag=request.etag)
        return self._shown(await self._mediator.send(command))

    async def refund_order(self, request: RefundOrderRequest) -> Order:
        command = RefundOrder(
            request=request_key(request, request.request_id, "RefundOrderRequest"),
            order_id=self._number(request.id),
            amount=money_of(request.amount) if request.amount is not None else None,
            items=tuple((int(line.product_item_id), line.quantity) for line in request.items),
            reason=request.reason,
            restock=request.restock is not False,
        )
        return order_message((await self._refunding.refund(command)).order, self._ids, numbered=True)

    async def get_order(self, request: GetOrderRequest) -> Order:
        return self._shown(await self._queries.get_order(self._number(request.id)))

    async def get_order_status(self, request: GetOrderStatusRequest) -> GetOrderStatusResponse:
        return status_message(await self._queries.get_order(self._number(request.id)), self._ids)

    async def list_orders(self, request: ListOrdersRequest) -> Encoded:
        page = await self._queries.list_orders(
            page_size=request.page_size,
            page_token=request.page_token,
            filter=request.filter,
            zone=self._queries.zone(request.time_zone),
        )
        return self._page(page)

    async def list_all_orders(self, request: ListAllOrdersRequest) -> Encoded:
        page = await self._queries.list_all_orders(
            page_size=request.page_size,
            page_token=request.page_token,
            filter=request.filter,
            zone=self._queries.zone(request.time_zone),
        )
        return self._page(page)

    def _shown(self, view: OrderView) -> Order:
        return order_message(view, self._ids, numbered=current().caller.is_admin)

    def _page(self, page: OrderPage) -> Encoded:
        encode = codec(ListOrdersResponse).encode
        orders = [encode(ListOrdersResponse(orders=[self._shown(view)])) for view in page.orders]
        fitting = page.fitting(map(len, orders))
        # Concatenating serialised messages of one type merges them.
        rest = encode(ListOrdersResponse(next_page_token=fitting.next_page_token, read_time=page.read_time))
        return Encoded(b"".join(orders[: len(fitting.orders)]) + rest)

    async def get_daily_report(self, request: GetDailyReportRequest) -> DailyReport:
        zone = self._queries.zone(request.time_zone)
        day = self._day("date", request.date, zone)
        return report_message(day.isoformat(), zone, await self._queries.daily_report(day, zone))

    def export_orders(self, request: ExportOrdersRequest) -> AsyncIterator[HttpBody]:
        zone = self._queries.zone(request.time_zone)
        first, last = self._day("startDate", request.start_date, zone), self._day("endDate", request.end_date, zone)
        view = ITEMS if request.view is ExportOrdersView.ITEMS else ORDERS
        return exported(f"{view.name}_{first}_{last}", self._queries.export_orders(first, last, view, zone))

    def _day(self, field: str, text: str, zone: ZoneInfo) -> date:
        """Today in the time zone for an empty text. Raises InvalidArgument."""
        return day_of(field, text) if text else self._queries.today(zone)


def _basket(request: CreateOrderRequest | PreviewOrderRequest, key: RequestKey | None) -> Basket:
    """What is to be ordered; a preview does not look at the payment."""
    method, token = _paid_by(request.payment if isinstance(request, CreateOrderRequest) else None)
    return Basket(
        caller=current().caller,
        team_id=request.team_id or None,
        request=key,
        currency=request.currency_code,
        lines=tuple((int(line.product_item_id), line.quantity) for line in request.items),
        method=method,
        payment_token=token,
        incentive_codes=tuple(request.incentive_codes),
        loyalty_points=request.loyalty_points or 0,
        shipping_address=address_of(request.shipping_address),
        billing_address=address_of(request.billing_address),
        metadata=request.metadata,
        note=request.note,
    )


def _paid_by(payment: PaymentDetails | None) -> tuple[PaymentMethod, str]:
    """Without a payment, as in a preview, by card."""
    return (PaymentMethod.CARD, "") if payment is None else (PaymentMethod[payment.method.name], payment.token)
