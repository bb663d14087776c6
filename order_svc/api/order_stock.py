"""OrderStockService: what inventory_svc reports of the stock of orders, and asks about it."""

from __future__ import annotations

import asyncio

from easyorder.internal.order.v1 import (
    ConfirmAvailabilityRequest,
    ConfirmAvailabilityResponse,
    FindPlacedHoldsRequest,
    FindPlacedHoldsResponse,
    OrderAvailability,
)

from chassis.context import current
from chassis.idempotency import RequestKey
from chassis.mediator import Mediator
from order_svc.commands.confirm_availability import ConfirmAvailability
from order_svc.commands.find_placed_holds import FindPlacedHolds
from order_svc.commands.uow import OrderUow
from order_svc.messages.orders import stock_view


class OrderStockApi:
    """The rpcs of easyorder.internal.order.v1.OrderStockService."""

    def __init__(self, mediator: Mediator[OrderUow]) -> None:
        self._mediator = mediator

    async def confirm_availability(self, request: ConfirmAvailabilityRequest) -> ConfirmAvailabilityResponse:
        answers = await asyncio.gather(
            *(self._mediator.send(_confirm_command(availability)) for availability in request.orders),
            return_exceptions=True,
        )
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer
        return ConfirmAvailabilityResponse()

    async def find_placed_holds(self, request: FindPlacedHoldsRequest) -> FindPlacedHoldsResponse:
        holds = await self._mediator.send(FindPlacedHolds(order_ids=tuple(request.order_ids)))
        return FindPlacedHoldsResponse(order_ids=list(holds.placed), unsold_order_ids=list(holds.unsold))


def _confirm_command(availability: OrderAvailability) -> ConfirmAvailability:
    key = None
    if availability.request_id:
        # The stock may have changed since: a repeated request reports nothing new.
        key = RequestKey(
            scope=f"{current().caller.id}/ConfirmAvailability", request_id=availability.request_id, fingerprint=""
        )
    stocks = tuple(stock_view(item) for item in availability.items)
    return ConfirmAvailability(
        request=key,
        order_id=availability.order_id,
        filled=availability.filled,
        stocks=stocks,
        lost_reason=availability.lost_reason,
    )
