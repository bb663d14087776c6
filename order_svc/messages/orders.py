"""Orders as messages of the contract."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from easyorder.common.v1 import Discount, ItemOption, OrderLine, PaymentMethod, PaymentStatus, StockState
from easyorder.internal.order.v1 import ItemStock
from easyorder.inventory.v1 import ItemAvailability
from easyorder.order.v1 import (
    CancelReason,
    DailyReport,
    GetOrderStatusResponse,
    HourReport,
    Order,
    OrderItem,
    OrderStatus,
    Payment,
    PaymentFailureCode,
    Refund,
    RefundState,
    Shipment,
    TopItem,
)
from easyorder.order.v1 import (
    CurrencyReport as CurrencyReportMessage,
)

from chassis.google_types import amount_message
from order_svc.domain.shipment import Shipment as ShipmentData
from order_svc.domain.views import DiscountView, ItemView, OrderView, PaymentView, RefundView, StockView
from order_svc.messages.addresses import address_message
from order_svc.order_ids import OrderIds
from order_svc.queries.daily_report import CurrencyReport


def order_message(view: OrderView, ids: OrderIds, *, numbered: bool = False) -> Order:
    """The whole order; with its number if it is `numbered`, or the setting asks for it."""
    return Order(**_lasting(view, ids, numbered=numbered), **_changing(view, ids))


def lasting_message(view: OrderView, ids: OrderIds) -> Order:
    """What stays when an order is paid, shipped or cancelled."""
    return Order(**_lasting(view, ids))


def changing_message(view: OrderView, ids: OrderIds) -> Order:
    """The rest of an order: its fields are other ones."""
    return Order(**_changing(view, ids))


def _lasting(view: OrderView, ids: OrderIds, *, numbered: bool = False) -> dict[str, Any]:
    return {
        "id": ids.of_order(view.id),
        "number": str(view.id) if numbered or ids.numbers else "",
        "items": [_item(item, view.currency, ids) for item in view.items],
        "discounts": [discount_message(discount, view.currency) for discount in view.discounts],
        **_totals(view),
        "prices_include_tax": True,
        "currency_code": view.currency,
        "shipping_address": address_message(view.shipping_address),
        "billing_address": address_message(view.billing_address),
        "metadata": dict(view.metadata),
        "note": view.note,
        "placed_at": view.placed_at,
        "created_by": view.created_by,
        "team_id": view.team_id or "",
    }


def _changing(view: OrderView, ids: OrderIds) -> dict[str, Any]:
    return {
        "status": OrderStatus[view.status.name],
        "payments": [
            *(_payment(payment, view.currency) for payment in view.earlier_payments),
            _payment(view.payment, view.currency, paid_at=view.paid_at),
        ],
        "refunds": [
            _refund(refund, view.currency, ids.of_refund(view.id, number))
            for number, refund in enumerate(view.refunds, 1)
        ],
        "shipments": [
            _shipment(shipment, ids.of_shipment(view.id, number)) for number, shipment in enumerate(view.shipments, 1)
        ],
        "paid_at": view.paid_at,
        "cancelled_at": view.cancelled_at,
        "cancel_reason": CancelReason[view.cancel_code.name] if view.cancel_code else CancelReason.UNSPECIFIED,
        "cancel_message": view.cancel_reason,
        "etag": view.etag,
        "update_time": view.changed_at,
    }


def _totals(view: OrderView) -> dict[str, Any]:
    return {
        "sub_total": amount_message(view.sub_total, view.currency),
        "discount_total": amount_message(view.discount_total, view.currency),
        "tax_total": amount_message(view.tax_total, view.currency),
        "shipping_total": amount_message(view.shipping_total, view.currency),
        "total_amount": amount_message(view.total_amount, view.currency),
    }


def status_message(view: OrderView, ids: OrderIds) -> GetOrderStatusResponse:
    """Only the status of the order and its payment."""
    return GetOrderStatusResponse(
        id=ids.of_order(view.id),
        status=OrderStatus[view.status.name],
        payment_status=PaymentStatus[view.payment.status.name],
        etag=view.etag,
    )


def report_message(day: str, zone: ZoneInfo, business: Sequence[CurrencyReport]) -> DailyReport:
    """The report of a day."""
    currencies = [_currency_report(of_one) for of_one in business]
    return DailyReport(date=day, time_zone=zone.key, currencies=currencies)


def _currency_report(business: CurrencyReport) -> CurrencyReportMessage:
    currency = business.currency
    return CurrencyReportMessage(
        currency_code=currency,
        orders=business.orders,
        units=_shown(business.units),
        revenue=amount_message(business.revenue, currency),
        refunds=amount_message(business.refunds, currency),
        hours=[
            HourReport(
                hour=hour.hour,
                start_time=hour.start,
                orders=hour.orders,
                revenue=amount_message(hour.revenue, currency),
            )
            for hour in business.hours
        ],
        top_items=[
            TopItem(
                product_item_id=str(item.product_item_id),
                sku=item.sku,
                name=item.name,
                units=_shown(item.units),
                revenue=amount_message(item.revenue, currency),
            )
            for item in business.top_items
        ],
    )


def _shown(pieces: int) -> int:
    """In the message an int32: what is sold on a day has no limit."""
    return min(pieces, 2**31 - 1)


def _item(item: ItemView, currency: str, ids: OrderIds) -> OrderItem:
    return OrderItem(
        id=ids.of_item(item.id),
        product_item_id=str(item.product_item_id),
        sku=item.sku,
        name=item.name,
        quantity=item.quantity,
        unit_price=amount_message(item.unit_price, currency),
        sub_total=amount_message(item.sub_total, currency),
        discount=amount_message(item.discount, currency),
        returned_quantity=item.returned,
        written_off_quantity=item.written_off,
        product_id=str(item.product_id) if item.product_id else "",
        options=[ItemOption(variation=variation, value=value) for variation, value in item.options],
    )


def discount_message(discount: DiscountView, currency: str) -> Discount:
    """The discount of a code or of points."""
    return Discount(
        code=discount.code, description=discount.description, amount=amount_message(discount.amount, currency)
    )


def _payment(payment: PaymentView, currency: str, *, paid_at: datetime | None = None) -> Payment:
    code = payment.failure_code
    return Payment(
        transaction_id=payment.transaction_id,
        method=PaymentMethod[payment.method.name],
        status=PaymentStatus[payment.status.name],
        amount=amount_message(payment.amount, currency),
        refunded_amount=amount_message(payment.refunded, currency),
        attempts=payment.attempts,
        charge_time=payment.charged_at or paid_at,
        update_time=payment.processed_at,
        failure_code=PaymentFailureCode[code.name] if code else PaymentFailureCode.UNSPECIFIED,
        failure_message=payment.failure_reason,
        next_action_uri=payment.next_action_uri,
    )


def _refund(refund: RefundView, currency: str, id: str) -> Refund:
    return Refund(
        id=id,
        amount=amount_message(refund.amount, currency),
        items=[OrderLine(product_item_id=str(item), quantity=pieces) for item, pieces in refund.items],
        reason=refund.reason,
        state=RefundState[refund.state.name],
        create_time=refund.requested_at,
        refund_time=refund.done_at,
        restock=refund.restock,
    )


def _shipment(shipment: ShipmentData, id: str) -> Shipment:
    return Shipment(
        id=id,
        carrier=shipment.carrier,
        tracking_number=shipment.tracking_number,
        tracking_uri=shipment.tracking_uri,
        ship_time=shipment.shipped_at,
        deliver_time=shipment.delivered_at,
    )


def stock_view(message: ItemAvailability | ItemStock) -> StockView:
    """Converts a message of inventory_svc."""
    return StockView(
        product_item_id=int(message.product_item_id),
        sku=message.sku,
        state=message.state.name or "",
        available=message.available,
    )


def stock_message(stock: StockView) -> ItemAvailability:
    """For an event of a stream."""
    return ItemAvailability(
        product_item_id=str(stock.product_item_id),
        sku=stock.sku,
        state=StockState[stock.state],
        available=stock.available,
    )
