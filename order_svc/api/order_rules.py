"""The rules between the fields of requests to OrderService, all of which a refused request is told at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from operator import attrgetter
from typing import Any, Protocol

from easyorder.order.v1 import (
    CreateOrderRequest,
    ExportOrdersRequest,
    ListAllOrdersRequest,
    ListOrdersRequest,
    PreviewOrderRequest,
    RefundOrderRequest,
    RetryPaymentRequest,
    UpdateOrderMetadataRequest,
)

from chassis.errors import FieldViolation, InvalidArgument
from chassis.google_types import money_of
from chassis.validation import Rule
from foundation.metadata import faults_of as metadata_faults
from foundation.time_zones import time_zone
from ops.filters import FilterField, parse_filter
from order_svc.api.address_rules import faults_of
from order_svc.domain.refund import refuse_nothing
from order_svc.domain.status import PaymentMethod
from order_svc.queries.list_orders import FIELDS, FIELDS_OF_ALL

Refused = Collection[str]


def day_of(field: str, text: str) -> date:
    """Raises InvalidArgument for what is no day, or the last one of the calendar."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise InvalidArgument.of(field, "must be a day of the calendar, such as 2026-01-31") from None
    if day == date.max:
        # The report of a day ends at midnight of the next day, which must be a valid date too.
        raise InvalidArgument.of(field, f"must be before {date.max}")
    return day


def _token_unless_cash(request: CreateOrderRequest | RetryPaymentRequest, _: Refused) -> None:
    payment = request.payment
    if payment is None or not payment.method or payment.token:
        return
    method = PaymentMethod[payment.method.name or ""]
    if method is not PaymentMethod.CASH:
        raise InvalidArgument.of("payment.token", f"is required to pay by {method.contract_name}")


def _addresses(request: CreateOrderRequest, _: Refused) -> None:
    given = {"shippingAddress": request.shipping_address, "billingAddress": request.billing_address}
    if faults := [fault for path, address in given.items() if address for fault in faults_of(address, path)]:
        raise InvalidArgument.of_all(faults)


def _metadata(request: CreateOrderRequest | PreviewOrderRequest, _: Refused) -> None:
    _refuse_metadata(request.metadata, "metadata")


def _metadata_of_order(request: UpdateOrderMetadataRequest, _: Refused) -> None:
    if request.order_metadata:
        _refuse_metadata(request.order_metadata.metadata, "orderMetadata.metadata")


def _refuse_metadata(metadata: Mapping[str, str], path: str) -> None:
    """Raises InvalidArgument that lists all that is wrong with it."""
    if faults := [FieldViolation(*fault) for fault in metadata_faults(metadata, path)]:
        raise InvalidArgument.of_all(faults)


def _amount_or_items(request: RefundOrderRequest, refused: Refused) -> None:
    if request.amount is not None and (request.items or "items" in refused):
        raise InvalidArgument.of("amount", "must not be given together with items")


def _some_amount(request: RefundOrderRequest, refused: Refused) -> None:
    if request.amount is not None and "amount.nanos" not in refused:
        refuse_nothing(money_of(request.amount))


def _day(field: str, attribute: str) -> Rule:
    text_of: Callable[[Any], str] = attrgetter(attribute)

    def rule(request: Any, _: Refused) -> None:
        if text := text_of(request):
            day_of(field, text)

    return rule


def _days_in_order(request: ExportOrdersRequest, _: Refused) -> None:
    last = day_of("endDate", request.end_date) if request.end_date else date.max
    if request.start_date and last < day_of("startDate", request.start_date):
        raise InvalidArgument.of("endDate", "must not be before startDate")


class _Zoned(Protocol):
    time_zone: str


def _time_zone(request: _Zoned, _: Refused) -> None:
    try:
        time_zone(request.time_zone or "UTC")
    except ValueError as error:
        raise InvalidArgument.of("timeZone", str(error)) from None


def _filter(fields: Mapping[str, FilterField]) -> Rule:
    def rule(request: ListOrdersRequest | ListAllOrdersRequest, _: Refused) -> None:
        parse_filter(request.filter, fields)

    return rule


ORDER_RULES: Mapping[str, Sequence[Rule]] = {
    "create_order": (_token_unless_cash, _addresses, _metadata),
    "preview_order": (_metadata,),
    "update_order_metadata": (_metadata_of_order,),
    "retry_payment": (_token_unless_cash,),
    "refund_order": (_amount_or_items, _some_amount),
    "get_daily_report": (_day("date", "date"), _time_zone),
    "export_orders": (_day("startDate", "start_date"), _days_in_order, _time_zone),
    "list_orders": (_time_zone, _filter(FIELDS)),
    "list_all_orders": (_time_zone, _filter(FIELDS_OF_ALL)),
}
