"""RecordPayment: record the outcome of an attempt to charge, and schedule the next step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chassis import audit
from chassis.alerts import Alert, Alerts
from chassis.clock import Clock
from chassis.errors import AppError
from chassis.events import Event
from chassis.jobs import Backoff, JobLease, JobOutcome
from order_svc.commands import jobs
from order_svc.commands.of_order import OfOrder
from order_svc.commands.uow import OrderUow
from order_svc.domain.errors import OrderNotFound
from order_svc.domain.order import Order
from order_svc.domain.status import FailureCode, PaymentOutcome, Status

# What the shopper is told if the reason is an internal one.
_NOT_CONFIRMED = "the payment was not confirmed in time; try again"
_LATER = "the payment could not be made yet, and is tried again"
_NOT_AT_ALL = "the payment could not be made; try again later, or pay in another way"
_LOOK_AT_MOST_EVERY_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRecorded:
    """Seconds until the next attempt; None if there is none."""

    next_attempt_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPayment(OfOrder[PaymentRecorded]):
    """GIVEN_UP: no further attempt, and any charge is refunded.

    REQUIRES_ACTION: the shopper is to act at `next_action_uri`; when their time is over, the order is FAILED.
    `why` is for the shopper; empty if all that is known is `detail`, an error that is for the operators only.
    The outcome of a transaction that is not the order's any more changes nothing but its job.
    """

    lease: JobLease
    transaction_id: str
    outcome: PaymentOutcome
    code: FailureCode = FailureCode.PROVIDER_UNAVAILABLE
    why: str = ""
    detail: str = ""
    next_action_uri: str = ""


async def record_payments(
    batch: Sequence[RecordPayment],
    uow: OrderUow,
    *,
    clock: Clock,
    backoff: Backoff,
    action_time: timedelta,
    alerts: Alerts,
) -> list[PaymentRecorded | AppError]:
    orders = await uow.orders.find([cmd.order_id for cmd in batch])
    now = clock.now()
    results: list[PaymentRecorded | AppError] = []
    changed = []
    for cmd in batch:
        order = orders.get(cmd.order_id)
        if order is None:
            results.append(OrderNotFound.of())
            continue
        superseded = _superseded(cmd, order)
        delay_s = None if superseded else _next_attempt_s(cmd, order, backoff, action_time, now)
        # If another process holds the job by now, it asks the provider again and gets the same outcome.
        if delay_s is None:
            uow.settle(JobOutcome(cmd.lease, error=superseded or cmd.detail or None))
        else:
            uow.settle(JobOutcome(cmd.lease, "READY", delay_s, cmd.detail))
        if not superseded and (events := _record(cmd, order, uow, delay_s=delay_s, now=now, alerts=alerts)):
            uow.emit(*events)
            changed.append(order)
        # Else whatever replaced the transaction has scheduled the return of its money.
        results.append(PaymentRecorded(next_attempt_s=delay_s))
    await uow.orders.save(changed)
    return results


def _superseded(cmd: RecordPayment, order: Order) -> str | None:
    """Why the outcome is of no use to the order any more."""
    if order.payment.transaction_id != cmd.transaction_id:
        return f"another charge, {order.payment.transaction_id}, has replaced this one"
    return None if order.status is Status.CONFIRMED else f"the order is {order.status.contract_name}"


def _next_attempt_s(
    cmd: RecordPayment, order: Order, backoff: Backoff, action_time: timedelta, now: datetime
) -> float | None:
    if cmd.outcome is PaymentOutcome.REQUIRES_ACTION:
        waited_s = (now - (order.payment.action_since or now)).total_seconds()
        remaining_s = action_time.total_seconds() - waited_s
        # Webhooks are faster, where there are any.
        return min(remaining_s, _LOOK_AT_MOST_EVERY_S, max(1, waited_s / 4)) if remaining_s > 0 else None
    if cmd.outcome is not PaymentOutcome.TRANSIENT:
        return None
    attempts = order.payment.attempts + 1
    return None if attempts >= backoff.max_attempts else backoff.delay_s(attempts)


def _record(
    cmd: RecordPayment, order: Order, uow: OrderUow, *, delay_s: float | None, now: datetime, alerts: Alerts
) -> list[Event]:
    if cmd.outcome is PaymentOutcome.CHARGED:
        uow.schedule(jobs.commit_stock(order))
        return order.charged(at=now)
    if delay_s is not None and cmd.outcome is PaymentOutcome.REQUIRES_ACTION:
        return order.action_required(cmd.next_action_uri, at=now)
    if delay_s is not None:
        return order.charge_put_off(reason=_LATER, at=now, next_attempt=now + timedelta(seconds=delay_s))
    # Ends the payment at the provider: it could still be paid after a refusal, and may have been if replies were lost.
    uow.schedule(jobs.release_stock(order), jobs.return_charge(order))
    if cmd.outcome is PaymentOutcome.REFUSED:
        return order.charge_refused(reason=cmd.why, code=cmd.code, at=now)
    if cmd.outcome is PaymentOutcome.REQUIRES_ACTION:
        return order.charge_refused(reason=_NOT_CONFIRMED, code=FailureCode.ACTION_EXPIRED, at=now)
    detail = cmd.detail or cmd.why
    events = order.charge_given_up(reason=cmd.why or _NOT_AT_ALL, code=cmd.code, detail=detail, at=now)
    uow.audit(audit.entry("GiveUpPayment", str(order.id), outcome="GIVEN_UP", detail=detail, at=now))
    alert = events[-1].payload
    key = f"payment/{order.payment.transaction_id}/{order.payment.attempts}"
    uow.schedule(*alerts.jobs(Alert(key=key, summary=alert["summary"], detail=alert["detail"], at=now)))
    return events
