"""Those who ask: each request is repeated until it is answered, and what was answered is remembered."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from easyorder.common.v1 import OrderLine, PaymentMethod
from easyorder.google.type import Money
from easyorder.inventory.v1 import AdjustStockRequest
from easyorder.order.v1 import (
    CancelOrderRequest,
    CreateOrderRequest,
    DeliverOrderRequest,
    Order,
    PaymentDetails,
    RefundOrderRequest,
    RetryPaymentRequest,
    ShipmentDetails,
    ShipOrderRequest,
    UpdateOrderRequest,
)

from chassis.context import Caller, RequestContext
from chassis.errors import AppError, DeadlineExceeded, Unavailable
from chassis.wire import codec
from tests.simulation.loop import passing
from tests.simulation.network import Network, in_time
from tests.simulation.script import Action

_ORDERS, _INVENTORY = "easyorder.order.v1.OrderService", "easyorder.inventory.v1.InventoryService"
# By which an order says who asked for it.
REQUEST = "request"
_ASKED_FOR_S, _CALL_S, _AGAIN_S = 40.0, 6.0, 0.5
_SHOPPER, _ADMIN = Caller.person("shopper"), Caller.person("admin", admin=True)


class Shoppers:
    """Answers by order and request. `refused` has what was answered instead."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._placed: dict[int, asyncio.Future[Order | None]] = {}
        self.replies: dict[str, bytes] = {}
        self.log: list[str] = []

    async def ask(self, number: int, action: Action) -> None:
        await passing(action.at_s)
        if action.kind == "place":
            await self._place(number, action)
            return
        if action.kind == "deliver goods":
            await self._several(number, action, "AdjustStock", _delivery(number, action), _ADMIN)
            return
        order = await self._order(action.order)
        if order is not None:
            method, request, caller = _asked(number, action, order.id)
            await self._several(number, action, method, request, caller)

    @property
    def acknowledged(self) -> set[str]:
        """The ids of the orders that somebody was told of."""
        orders = [known.result() for known in self._placed.values() if known.done()]
        return {order.id for order in orders if order is not None}

    def _order(self, order: int) -> asyncio.Future[Order | None]:
        if order not in self._placed:
            self._placed[order] = asyncio.get_running_loop().create_future()
        return self._placed[order]

    async def _place(self, number: int, action: Action) -> None:
        cash = not action.card
        method = PaymentMethod.CASH if cash else PaymentMethod.CARD
        request = CreateOrderRequest(
            request_id=f"request-{number}",
            currency_code="USD",
            items=_lines(action.lines),
            payment=PaymentDetails(method=method, token=action.card),
            metadata={REQUEST: f"request-{number}"},
        )
        reply = await self._several(number, action, "CreateOrder", request, _SHOPPER)
        self._order(action.order).set_result(reply)

    async def _several(self, number: int, action: Action, method: str, request: Any, caller: Caller) -> Order | None:
        """The same request from one device, or from two."""
        asked = [self._answered(number, action, method, request, caller) for _ in range(2 if action.twice else 1)]
        answers = await asyncio.gather(*asked)
        return next((answer for answer in answers if answer is not None), None)

    async def _answered(self, number: int, action: Action, method: str, request: Any, caller: Caller) -> Order | None:
        loop = asyncio.get_running_loop()
        gives_up = loop.time() + _ASKED_FOR_S
        name = f"/{_INVENTORY if method == 'AdjustStock' else _ORDERS}/{method}"
        while True:
            deadline = loop.time() + _CALL_S
            context = RequestContext(caller=caller, method=name, deadline=deadline)
            data = bytes(request)

            def attempt(context: RequestContext = context, data: bytes = data) -> Any:
                # What handlers add to a context is of one call.
                return self._network.carry(name, data, None, replace(context, reply_headers={}))

            try:
                (reply,) = await in_time(attempt, deadline)
            except (Unavailable, DeadlineExceeded) as error:
                if loop.time() > gives_up:
                    self.log.append(f"{number} {action.kind} of {action.order} was never answered: {error}")
                    return None
            except AppError as error:
                self.log.append(f"{number} {action.kind} of {action.order} is refused: {error.reason}")
                return None
            else:
                return self._told(number, action, reply) if name.startswith(f"/{_ORDERS}") else None
            await passing(_AGAIN_S)

    def _told(self, number: int, action: Action, reply: bytes) -> Order:
        order = codec(Order).decode(reply)
        first = self.replies.setdefault(str(number), reply)
        if not action.kind.startswith("refund"):  # which the provider may have paid since
            assert first == reply, f"I3 request {number} was answered with two replies"
        self.log.append(f"{number} {action.kind} of {action.order}: {order.id[:6]} is {order.status.name}")
        return order


def _asked(number: int, action: Action, id: str) -> tuple[str, Any, Caller]:
    key = f"request-{number}"
    match action.kind:
        case "cancel":
            return "CancelOrder", CancelOrderRequest(id=id, request_id=key, reason="no longer wanted"), _SHOPPER
        case "refund":
            amount = Money(currency_code="USD", units=5)
            return "RefundOrder", RefundOrderRequest(id=id, request_id=key, amount=amount, reason=key), _ADMIN
        case "refund items":
            items = _lines(action.lines)
            return "RefundOrder", RefundOrderRequest(id=id, request_id=key, items=items, reason=key), _ADMIN
        case "update":
            return "UpdateOrder", UpdateOrderRequest(id=id, request_id=key, items=_lines(action.lines)), _SHOPPER
        case "retry payment":
            paid = PaymentDetails(method=PaymentMethod.CARD, token=action.card)
            return "RetryPayment", RetryPaymentRequest(id=id, request_id=key, payment=paid), _SHOPPER
        case "ship":
            parcel = ShipmentDetails(carrier="Post", tracking_number="1")
            return "ShipOrder", ShipOrderRequest(id=id, request_id=key, shipment=parcel), _ADMIN
        case "deliver":
            return "DeliverOrder", DeliverOrderRequest(id=id, request_id=key), _ADMIN
    raise ValueError(action.kind)


def _delivery(number: int, action: Action) -> AdjustStockRequest:
    ((item, pieces),) = action.lines
    return AdjustStockRequest(product_item_id=str(item), delta=pieces, reason="goods", request_id=f"request-{number}")


def _lines(lines: Sequence[tuple[int, int]]) -> list[OrderLine]:
    return [OrderLine(product_item_id=str(item), quantity=pieces) for item, pieces in lines]
