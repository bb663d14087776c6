"""The wiring of comparisons, in the process of order_svc."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from chassis.alerts import Alerts
from chassis.context import Caller, RequestContext, request_context
from chassis.db.engine import make_sessions
from chassis.db.hilo import HiLo
from chassis.db.jobs import JobWriter
from chassis.db.unit_of_work import OnCommit, sql_units_of_work
from chassis.jobs import JobHandler, JobStore
from chassis.mediator import Mediator
from order_svc.connections import NAME, Connections
from order_svc.order_ids import OrderIds
from order_svc.payment_comparison.adapters.books import GrpcProviderBooks, SqlLedger
from order_svc.payment_comparison.adapters.unit_of_work import SqlComparisonUow
from order_svc.payment_comparison.api import PaymentComparisonApi
from order_svc.payment_comparison.commands.jobs import COMPARE_PAYMENTS
from order_svc.payment_comparison.commands.plan_payment_comparisons import (
    PlanPaymentComparisons,
    plan_payment_comparisons,
)
from order_svc.payment_comparison.commands.run_payment_comparison import RunPaymentComparison, run_payment_comparison
from order_svc.payment_comparison.commands.uow import ComparisonUow
from order_svc.payment_comparison.compare_payments import ComparePayments
from order_svc.payment_comparison.queries import ComparisonQueries

PLAN_EVERY_S = 300


class PaymentComparisons:
    """`api` serves the reports, the job runner gets `handlers`, and `plan` begins what is due."""

    def __init__(
        self, to: Connections, ids: OrderIds, alerts: Alerts, jobs: JobStore, after_commit: Sequence[OnCommit]
    ) -> None:
        settings = to.settings
        open_uow = sql_units_of_work(
            SqlComparisonUow,
            make_sessions(to.write),
            after_commit=after_commit,
            jobs=JobWriter(HiLo(to.write, "job_hilo"), lease_s=settings.job_lease_s),
        )
        self._mediator: Mediator[ComparisonUow] = Mediator(open_uow, service=NAME, singles=1)
        self._mediator.handle(RunPaymentComparison, partial(run_payment_comparison, clock=to.clock))
        hour = settings.payment_comparison_hour
        self._mediator.handle(PlanPaymentComparisons, partial(plan_payment_comparisons, clock=to.clock, hour=hour))
        self.queries = ComparisonQueries(to.write, to.clock)
        self.api = PaymentComparisonApi(self._mediator, self.queries, ids)
        handler = ComparePayments(
            open_uow=open_uow,
            provider=GrpcProviderBooks(to.payment, timeout_s=settings.payment_timeout_s),
            ledger=SqlLedger(to.write),
            jobs=jobs,
            alerts=alerts,
            clock=to.clock,
            # The runner ends a job before its lease.
            step_s=settings.payment_timeout_s + 1 + settings.job_lease_s / 10,
        )
        self.handlers: Mapping[str, JobHandler] = {COMPARE_PAYMENTS: handler}

    async def plan(self) -> None:
        with request_context(RequestContext(caller=Caller.service(NAME), method="PlanPaymentComparisons")):
            await self._mediator.send(PlanPaymentComparisons())
