"""Calls order_svc over gRPC."""

from __future__ import annotations

from collections.abc import Sequence

from easyorder.common.v1 import StockState
from easyorder.internal.order.v1 import (
    ConfirmAvailabilityRequest,
    ConfirmAvailabilityResponse,
    FindPlacedHoldsRequest,
    FindPlacedHoldsResponse,
    ItemStock,
    OrderAvailability,
)

from chassis.grpc.clients import Client, rpc
from inventory_svc.domain.reservation import PlacedHolds
from inventory_svc.domain.stock import ItemAvailability
from inventory_svc.messages.inventory import shown

_STOCK = "easyorder.internal.order.v1.OrderStockService"
_CONFIRM = rpc(_STOCK, "ConfirmAvailability", ConfirmAvailabilityRequest, ConfirmAvailabilityResponse)
_PLACED = rpc(_STOCK, "FindPlacedHolds", FindPlacedHoldsRequest, FindPlacedHoldsResponse)


class GrpcOrders:
    """`timeout_s` bounds each call, retries included."""

    def __init__(self, peer: Client, *, timeout_s: float) -> None:
        self._peer = peer
        self._timeout_s = timeout_s

    async def confirm_availability(
        self, order_id: int, stocks: Sequence[ItemAvailability], *, filled: bool, request_id: str, lost_reason: str = ""
    ) -> None:
        availability = OrderAvailability(
            order_id=order_id,
            filled=filled,
            items=[_stock_message(stock) for stock in stocks],
            request_id=request_id,
            lost_reason=lost_reason,
        )
        await self._peer.call(_CONFIRM, ConfirmAvailabilityRequest(orders=[availability]), timeout_s=self._timeout_s)

    async def placed_holds(self, order_ids: Sequence[int]) -> PlacedHolds:
        request = FindPlacedHoldsRequest(order_ids=list(order_ids))
        found = await self._peer.call(_PLACED, request, timeout_s=self._timeout_s)
        return PlacedHolds(placed=frozenset(found.order_ids), unsold=frozenset(found.unsold_order_ids))


def _stock_message(stock: ItemAvailability) -> ItemStock:
    return ItemStock(
        product_item_id=stock.product_item_id,
        sku=stock.sku,
        state=StockState[stock.state.name],
        available=shown(stock.available),
    )
