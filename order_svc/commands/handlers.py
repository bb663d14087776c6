"""Maps each command to its handler."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from chassis.alerts import Alerts
from chassis.clock import Clock
from chassis.jobs import Backoff
from chassis.mediator import BatchHandler, Mediator
from order_svc.commands.cancel_order import CancelOrder, cancel_order
from order_svc.commands.confirm_availability import ConfirmAvailability, confirm_availability
from order_svc.commands.deliver_order import DeliverOrder, deliver_order
from order_svc.commands.find_placed_holds import FindPlacedHolds, find_placed_holds
from order_svc.commands.find_refund import FindRefund, find_refund
from order_svc.commands.place_order import PlaceOrder, place_orders
from order_svc.commands.record_failed_refund import RecordFailedRefund, record_failed_refund
from order_svc.commands.record_payment import RecordPayment, record_payments
from order_svc.commands.record_refund import RecordRefund, record_refund
from order_svc.commands.refund_order import RefundOrder, refund_order
from order_svc.commands.report_incident import ReportIncident, report_incident
from order_svc.commands.retry_payment import RetryPayment, retry_payment
from order_svc.commands.return_late_charge import ReturnLateCharge, return_late_charge
from order_svc.commands.settle_refund import SettleRefund, settle_refund
from order_svc.commands.ship_order import ShipOrder, ship_order
from order_svc.commands.uow import OrderUow
from order_svc.commands.update_order import UpdateOrder, update_order
from order_svc.commands.update_order_metadata import UpdateOrderMetadata, update_order_metadata
from telemetry.traces import in_their_traces


def handle_commands(
    mediator: Mediator[OrderUow],
    *,
    clock: Clock,
    backoff: Backoff,
    payment_timeout_s: float,
    payment_action: timedelta,
    alerts: Alerts,
) -> None:
    """Registers the handler of each command with the mediator; frequent commands run in batches."""
    record = partial(record_payments, clock=clock, backoff=backoff, action_time=payment_action, alerts=alerts)
    hot: Mapping[type[Any], BatchHandler[Any, OrderUow, Any]] = {
        # Commands that lock come before those that do not.
        RecordPayment: record,
        PlaceOrder: partial(place_orders, clock=clock),
    }

    async def record_and_place(batch: Sequence[Any], uow: OrderUow) -> Sequence[Any]:
        results: dict[int, Any] = {}
        for kind, handler in hot.items():
            if chosen := [index for index, cmd in enumerate(batch) if type(cmd) is kind]:
                commands = in_their_traces([batch[index] for index in chosen])
                results |= zip(chosen, await handler(commands, uow), strict=True)
        return [results[index] for index in range(len(batch))]

    mediator.handle_batch(list(hot), record_and_place, optimistic=True)
    mediator.handle_batch(ConfirmAvailability, partial(confirm_availability, clock=clock))
    mediator.handle(FindPlacedHolds, find_placed_holds)
    mediator.handle(CancelOrder, partial(cancel_order, clock=clock))
    mediator.handle(ShipOrder, partial(ship_order, clock=clock))
    mediator.handle(DeliverOrder, partial(deliver_order, clock=clock))
    mediator.handle(UpdateOrder, partial(update_order, clock=clock))
    mediator.handle(UpdateOrderMetadata, partial(update_order_metadata, clock=clock))
    mediator.handle(RetryPayment, partial(retry_payment, clock=clock))
    _handle_refunds(mediator, clock=clock, payment_timeout_s=payment_timeout_s)


def _handle_refunds(mediator: Mediator[OrderUow], *, clock: Clock, payment_timeout_s: float) -> None:
    mediator.handle(FindRefund, find_refund)
    mediator.handle(RefundOrder, partial(refund_order, clock=clock, payment_timeout_s=payment_timeout_s))
    mediator.handle(RecordRefund, partial(record_refund, clock=clock))
    mediator.handle(RecordFailedRefund, partial(record_failed_refund, clock=clock))
    mediator.handle(ReportIncident, report_incident)
    mediator.handle(SettleRefund, partial(settle_refund, clock=clock))
    mediator.handle(ReturnLateCharge, return_late_charge)
