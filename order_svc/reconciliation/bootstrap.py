"""The wiring of a reconciliation, in a process of its own that acts for order_svc."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from random import SystemRandom

from chassis import audit
from chassis.alert_channels import channels_of
from chassis.alerts import Alerts
from chassis.clock import SystemClock
from chassis.context import Caller, RequestContext, request_context
from chassis.db.bulk import SqlSink
from chassis.db.engine import make_sessions
from chassis.db.hilo import HiLo
from chassis.db.jobs import JobWriter
from chassis.db.tables import AUDIT_ENTRY
from chassis.db.unit_of_work import sql_units_of_work
from chassis.jobs import Backoff
from chassis.mediator import Mediator
from chassis.money import Money
from order_svc.adapters.inventory import GrpcInventory
from order_svc.adapters.payments import GrpcPayments
from order_svc.adapters.recent_orders import RecentOrders
from order_svc.adapters.unit_of_work import SqlOrderUow
from order_svc.commands.handlers import handle_commands
from order_svc.commands.uow import OrderUow
from order_svc.config import OrderSettings
from order_svc.connections import NAME, Connections, connect
from order_svc.messages.encoded_orders import EncodedOrders
from order_svc.order_ids import OrderIds
from order_svc.reconciliation.adapters.order_books import SqlOrderBooks
from order_svc.reconciliation.adapters.peers import GrpcReservationBooks, GrpcTransactionBooks
from order_svc.reconciliation.reconciler import Finding, Reconciler
from order_svc.reconciliation.remedies import Remedies
from order_svc.shop_key import shop_key

# A page of 500 orders, or of Stripe's answers.
_PAGE_TIMEOUT_S = 30.0


@asynccontextmanager
async def reconciliation(settings: OrderSettings, *, settle_s: float) -> AsyncIterator[tuple[Reconciler, OrderIds]]:
    """A reconciler, and the ids of the orders that it names by number; leaving the block closes the connections."""
    Money.rounding = f"ROUND_{settings.rounding.upper()}"
    connections = connect(settings, SystemClock())
    try:
        ids = OrderIds(await shop_key(connections.write), numbers=settings.order_numbers)
        with request_context(RequestContext(caller=Caller.service(NAME), method="Reconcile")):
            yield _reconciler(connections, ids, settle_s), ids
    finally:
        await connections.close()


def _reconciler(to: Connections, ids: OrderIds, settle_s: float) -> Reconciler:
    settings = to.settings
    remedies = Remedies(
        _mediator(to, ids),
        GrpcInventory(to.inventory, timeout_s=settings.inventory_timeout_s),
        GrpcPayments(to.payment, timeout_s=settings.payment_timeout_s),
        order_ids=HiLo(to.write, "order_hilo"),
    )
    sink = SqlSink(to.write, AUDIT_ENTRY)

    async def note(finding: Finding) -> None:
        difference = finding.difference
        outcome, _, detail = finding.error.partition(": ") if finding.error else ("OK", "", difference.transaction_id)
        resource = ids.of_order(difference.order_id)
        action = f"Reconcile {difference.kind}"
        await sink([audit.entry(action, resource, outcome=outcome, detail=detail, at=to.clock.now())])

    return Reconciler(
        SqlOrderBooks(to.write),
        GrpcReservationBooks(to.inventory, timeout_s=_PAGE_TIMEOUT_S),
        GrpcTransactionBooks(to.payment, timeout_s=_PAGE_TIMEOUT_S),
        remedies,
        settle=partial(asyncio.sleep, settle_s),
        audit=note,
    )


def _mediator(to: Connections, ids: OrderIds) -> Mediator[OrderUow]:
    """As that of the service, whose processes do the jobs that are scheduled here."""
    settings = to.settings
    open_uow = sql_units_of_work(
        partial(SqlOrderUow, recent=RecentOrders(), encoded=EncodedOrders(ids)),
        make_sessions(to.write),
        # A lease that has ended: the processes of the service take the jobs.
        jobs=JobWriter(HiLo(to.write, "job_hilo"), lease_s=0),
        has_read_side=True,
    )
    mediator: Mediator[OrderUow] = Mediator(open_uow, service=NAME)
    backoff = Backoff(
        initial_s=settings.payment_backoff_initial_s,
        max_s=settings.payment_backoff_max_s,
        max_attempts=settings.payment_max_attempts,
        random=SystemRandom(),
    )
    alerts = Alerts(NAME, channels_of(settings))
    # Refunds are left to the job at once: nobody waits for them here.
    handle_commands(
        mediator,
        clock=to.clock,
        backoff=backoff,
        payment_timeout_s=0,
        payment_action=timedelta(minutes=settings.payment_action_minutes),
        alerts=alerts,
    )
    return mediator
