"""The rules between the fields of requests to OrderService, all of which a refused request is told at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from operator import attrgetter
from typing import Any

from easyorder.order.v1 import (
    CreateOrderRequest,
    ExportOrdersRequest,
    ListAllOrdersRequest,
    ListOrdersRequest,
    RefundOrderRequest,
    RetryPaymentRequest,
)

from chassis.errors import InvalidArgument
from chassis.validation import Rule
from chassis.wire_types import money_of
from order_svc.domain.refund import refuse_nothing
from order_svc.domain.status import PaymentMethod
from order_svc.queries.filters import FilterField, parse_filter
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


def _amount_or_items(request: RefundOrderRequest, refused: Refused) -> None:
    if request.amount is not None and (request.items or "items" in refused):
        raise InvalidArgument.of("amount", "must not be given together with items")


def _some_amount(request: RefundOrderRequest, refused: Refused) -> None:
    if request.amount is not None and "amount.nanos" not in refused:
        refuse_nothing(money_of(request.amount))


def _day(field: str, attribute: str) -> Rule:
    text_of: Callable[[Any], str] = attrgetter(attribute)
    return lambda request, _: day_of(field, text_of(request))


def _days_in_order(request: ExportOrdersRequest, _: Refused) -> None:
    if day_of("endDate", request.end_date) < day_of("startDate", request.start_date):
        raise InvalidArgument.of("endDate", "must not be before startDate")


def _filter(fields: Mapping[str, FilterField]) -> Rule:
    def rule(request: ListOrdersRequest | ListAllOrdersRequest, _: Refused) -> None:
        parse_filter(request.filter, fields)

    return rule


ORDER_RULES: Mapping[str, Sequence[Rule]] = {
    "create_order": (_token_unless_cash,),
    "retry_payment": (_token_unless_cash,),
    "refund_order": (_amount_or_items, _some_amount),
    "get_daily_report": (_day("date", "date"),),
    "export_orders": (_day("startDate", "start_date"), _days_in_order),
    "list_orders": (_filter(FIELDS),),
    "list_all_orders": (_filter(FIELDS_OF_ALL),),
}
