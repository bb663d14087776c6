"""RecordRefund: write down that the provider gave the money back, or will never take it."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.clock import Clock
from chassis.jobs import JobLease, LeaseLost
from chassis.mediator import Command
from order_svc.commands.uow import OrderUow
from order_svc.domain.status import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRefund(Command[None]):
    """`refunded` is false when nothing was charged, and nothing ever will be."""

    lease: JobLease
    order_id: int
    refunded: bool


async def record_refund(cmd: RecordRefund, uow: OrderUow, *, clock: Clock) -> None:
    order = await uow.orders.get(cmd.order_id)
    if not await uow.job_leases.complete([cmd.lease]):
        raise LeaseLost(f"the refund of order {cmd.order_id} was taken over")
    # A payment that was given up stays FAILED where nothing had been charged.
    if cmd.refunded or order.status is Status.CANCELLED:
        order.money_returned(refunded=cmd.refunded, at=clock.now())
        await uow.orders.save([order])
