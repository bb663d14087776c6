"""PaymentComparisonService: maps messages to commands and queries, and results to messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from easyorder.payment import v1

from chassis.errors import InvalidArgument
from chassis.mediator import Mediator
from chassis.request_keys import request_key
from chassis.validation import Rule
from order_svc.order_ids import OrderIds
from order_svc.payment_comparison.commands.run_payment_comparison import RunPaymentComparison
from order_svc.payment_comparison.commands.uow import ComparisonUow
from order_svc.payment_comparison.messages import comparison_message, difference_message
from order_svc.payment_comparison.queries import ComparisonQueries


class PaymentComparisonApi:
    """The servicer of easyorder.payment.v1.PaymentComparisonService."""

    def __init__(self, mediator: Mediator[ComparisonUow], queries: ComparisonQueries, ids: OrderIds) -> None:
        self._mediator, self._queries, self._ids = mediator, queries, ids

    @property
    def rules(self) -> Mapping[str, Sequence[Rule]]:
        return {"list_payment_differences": (_a_day,), "run_payment_comparison": (_a_day,)}

    async def list_payment_comparisons(
        self, request: v1.ListPaymentComparisonsRequest
    ) -> v1.ListPaymentComparisonsResponse:
        found, token = await self._queries.list_comparisons(page_size=request.page_size, page_token=request.page_token)
        messages = [comparison_message(one) for one in found]
        return v1.ListPaymentComparisonsResponse(payment_comparisons=messages, next_page_token=token)

    async def list_payment_differences(
        self, request: v1.ListPaymentDifferencesRequest
    ) -> v1.ListPaymentDifferencesResponse:
        found, token = await self._queries.list_differences(
            date.fromisoformat(request.date), page_size=request.page_size, page_token=request.page_token
        )
        messages = [difference_message(one, self._ids) for one in found]
        return v1.ListPaymentDifferencesResponse(payment_differences=messages, next_page_token=token)

    async def run_payment_comparison(self, request: v1.RunPaymentComparisonRequest) -> v1.PaymentComparison:
        key = request_key(request, request.request_id, "RunPaymentComparison")
        command = RunPaymentComparison(request=key, day=date.fromisoformat(request.date))
        return comparison_message(await self._mediator.send(command))


def _a_day(request: v1.ListPaymentDifferencesRequest | v1.RunPaymentComparisonRequest, _: object) -> None:
    try:
        date.fromisoformat(request.date)
    except ValueError:
        raise InvalidArgument.of("date", "must be a day such as 2026-01-31") from None
