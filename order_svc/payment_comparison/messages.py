"""Reports and differences as messages of the contract."""

from __future__ import annotations

from easyorder.payment import v1

from chassis.google_types import money_message
from order_svc.order_ids import OrderIds
from order_svc.payment_comparison.domain.comparison import Comparison, Stage
from order_svc.payment_comparison.domain.differences import Difference


def comparison_message(comparison: Comparison) -> v1.PaymentComparison:
    states = v1.PaymentComparisonState
    return v1.PaymentComparison(
        date=comparison.day.isoformat(),
        state=states.DONE if comparison.stage is Stage.DONE else states.RUNNING,
        provider_count=comparison.provider_count,
        ledger_count=comparison.ledger_count,
        foreign_count=comparison.foreign_count,
        transit_count=comparison.in_transit_count,
        difference_count=comparison.difference_count,
        start_time=comparison.started_at,
        end_time=comparison.finished_at,
    )


def difference_message(difference: Difference, ids: OrderIds) -> v1.PaymentDifference:
    provider, ledger = difference.provider, difference.ledger
    about = ledger or provider
    assert about is not None  # one of both has it
    return v1.PaymentDifference(
        kind=v1.PaymentDifferenceKind[difference.kind.name],
        movement=v1.PaymentMovement[about.kind.name],
        transaction_id=about.transaction_id,
        refund_id=about.refund_id,
        order_id=ids.of_order(about.order_id) if about.order_id else "",
        provider_id=provider.id if provider else "",
        provider_amount=money_message(provider.amount) if provider else None,
        provider_status=provider.state.name if provider else "",
        provider_time=provider.created_at if provider else None,
        ledger_amount=money_message(ledger.amount) if ledger else None,
        ledger_status=ledger.status if ledger else "",
        ledger_time=ledger.moved_at if ledger else None,
    )
