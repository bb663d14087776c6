"""ConfirmAvailability: the stock that an order waits for has arrived, will never arrive, or has changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chassis.clock import Clock
from chassis.errors import AppError
from order_svc.commands.cancel_order import stop
from order_svc.commands.of_order import OfOrder
from order_svc.commands.place_order import collect
from order_svc.commands.uow import OrderUow
from order_svc.domain.errors import OrderNotFound
from order_svc.domain.status import CancelReason, Status
from order_svc.domain.views import StockView


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmAvailability(OfOrder[None]):
    """`filled`: all pieces are held now. `lost_reason`: why the pieces can no longer be held, else empty."""

    filled: bool
    stocks: tuple[StockView, ...]
    lost_reason: str = ""


async def confirm_availability(
    batch: Sequence[ConfirmAvailability], uow: OrderUow, *, clock: Clock
) -> list[AppError | None]:
    """Returns None, or OrderNotFound if the order is not placed (yet). A stopped order does not change."""
    orders = await uow.orders.find(sorted({cmd.order_id for cmd in batch}))
    changed = {}
    results: list[AppError | None] = []
    now = clock.now()
    for cmd in batch:
        order = orders.get(cmd.order_id)
        if order is None:
            results.append(OrderNotFound.of())
            continue
        results.append(None)
        if order.status is not Status.PENDING:
            # Already confirmed, or stopped: the message changes nothing.
            continue
        changed[order.id] = order
        if cmd.stocks:
            uow.emit(*order.stock_stands(cmd.stocks, at=now))
        if cmd.lost_reason:
            await stop(order, uow, code=CancelReason.WITHDRAWN, reason=cmd.lost_reason, at=now)
        elif cmd.filled:
            token = order.payment.waiting_token
            uow.emit(*order.stock_came(at=now))
            collect(order, uow, token=token, hold=None, at=now)
    await uow.orders.save(list(changed.values()))
    return results
