"""RetryPayment: pay an order again after a refusal, with its stock held again and a transaction of its own."""

from __future__ import annotations

from dataclasses import dataclass, field

from chassis.audit import note_changes
from chassis.clock import Clock
from chassis.errors import Unavailable
from order_svc.commands import jobs
from order_svc.commands.of_order import OfOrder
from order_svc.commands.uow import OrderUow
from order_svc.domain.errors import Refusal, not_prepared
from order_svc.domain.inventory import Hold
from order_svc.domain.status import PaymentMethod
from order_svc.domain.views import OrderView


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPayment(OfOrder[OrderView]):
    """`hold` is the stock held for this attempt, which is `revision` of the order.

    `refusal` says why there is none; it is raised if it is still needed, and the order has not changed since.
    """

    method: PaymentMethod
    payment_token: str = field(repr=False)
    transaction_id: str
    hold: Hold | None = None
    revision: int = 0
    refusal: Refusal | None = None


async def retry_payment(cmd: RetryPayment, uow: OrderUow, *, clock: Clock) -> OrderView:
    order = await uow.orders.get(cmd.order_id)
    before = order.view()
    order.check_payment_retryable()
    release = jobs.release_stock(order)
    if await uow.open_jobs.is_open(release.kind, release.key):
        # It would release the stock that is held now.
        raise Unavailable("the stock of the order is still on its way back; try again")
    if cmd.hold is None or not cmd.hold.is_held or cmd.revision != order.revision + 1:
        # Another request was faster: its attempt has failed since, and the hold has ended with it.
        raise not_prepared(order, cmd.refusal)
    uow.emit(*order.retry_payment(method=cmd.method, transaction_id=cmd.transaction_id, at=clock.now()))
    cash = cmd.method is PaymentMethod.CASH
    uow.schedule(jobs.commit_stock(order) if cash else jobs.charge(order, token=cmd.payment_token, hold=cmd.hold))
    await uow.orders.save([order])
    after = order.view()
    note_changes(before, after)
    return after
