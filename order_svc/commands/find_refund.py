"""FindRefund: how a refund that was granted stands now. Changes nothing."""

from __future__ import annotations

from dataclasses import dataclass

from order_svc.commands import jobs
from order_svc.commands.of_order import OfOrder
from order_svc.commands.uow import OrderUow
from order_svc.domain.views import OrderView


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundFound:
    """`is_pending`: its job has not ended. Otherwise it was paid, or operators decide whether it is paid again."""

    order: OrderView
    is_pending: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FindRefund(OfOrder[RefundFound]):
    refund_id: str


async def find_refund(cmd: FindRefund, uow: OrderUow) -> RefundFound:
    # The order is locked first, so that a failure that is recorded at the same time is seen.
    order = await uow.orders.get(cmd.order_id)
    return RefundFound(order=order.view(), is_pending=await uow.open_jobs.is_pending(jobs.RETURN_MONEY, cmd.refund_id))
