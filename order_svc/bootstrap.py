"""The only wiring of order_svc: ports meet adapters here, by hand."""

from __future__ import annotations

from functools import partial

from chassis.clock import Clock
from chassis.jobs import Backoff
from chassis.mediator import Mediator
from order_svc.commands.cancel_order import CancelOrder, cancel_order
from order_svc.commands.place_order import PlaceOrder, place_orders
from order_svc.commands.record_payment import RecordPayment, record_payments
from order_svc.commands.record_refund import RecordRefund, record_refund
from order_svc.commands.uow import OrderUow


def handle_commands(mediator: Mediator[OrderUow], *, clock: Clock, backoff: Backoff) -> None:
    """Tells the mediator which handler does which command; the hot ones in batches."""
    mediator.handle_batch(PlaceOrder, partial(place_orders, clock=clock))
    mediator.handle_batch(RecordPayment, partial(record_payments, clock=clock, backoff=backoff))
    mediator.handle(CancelOrder, partial(cancel_order, clock=clock))
    mediator.handle(RecordRefund, partial(record_refund, clock=clock))
