"""For administrators: what the payment provider's own books and the orders differ in, day by day."""

from __future__ import annotations

import uuid
from itertools import islice
from typing import Annotated

import typer
from easyorder_client import messages as m

from cli import profiles
from cli.options import DEFAULT_PROFILE, AsJson, Limit, ProfileName
from cli.output import Columns, show, show_one

payments = typer.Typer(
    invoke_without_command=True, help="List how the payment provider's books compare with the orders, or compare a day."
)
Day = Annotated[str, typer.Argument(help="A day that is over in UTC, such as 2026-01-31.")]

COMPARISONS: Columns[m.PaymentComparison] = {
    "day": lambda one: one.date,
    "state": lambda one: one.state,
    "differences": lambda one: one.difference_count,
    "in transit": lambda one: one.transit_count,
    "at the provider": lambda one: one.provider_count,
    "in orders": lambda one: one.ledger_count,
    "of other programs": lambda one: one.foreign_count,
    "compared": lambda one: one.end_time,
}
DIFFERENCES: Columns[m.PaymentDifference] = {
    "kind": lambda one: one.kind,
    "movement": lambda one: one.movement,
    "order": lambda one: one.order_id,
    "at the provider": lambda one: one.provider_amount,
    "provider status": lambda one: one.provider_status,
    "provider id": lambda one: one.provider_id,
    "in the order": lambda one: one.ledger_amount,
    "order status": lambda one: one.ledger_status,
    "transaction": lambda one: one.transaction_id,
}


@payments.callback()
def list_comparisons(
    context: typer.Context, limit: Limit = 20, profile: ProfileName = DEFAULT_PROFILE, as_json: AsJson = False
) -> None:
    """List the days that were compared, the latest first."""
    if context.invoked_subcommand:
        return
    with profiles.shop(profile) as shop:
        found = shop.list_payment_comparisons(m.ListPaymentComparisonsRequest(page_size=min(limit, 50)))
        empty = "No day was compared yet. Compare one with: easyorder payments compare DAY"
        show(islice(found, limit), COMPARISONS, as_json=as_json, empty=empty)


@payments.command("differences")
def list_differences(
    day: Day, limit: Limit = 50, profile: ProfileName = DEFAULT_PROFILE, as_json: AsJson = False
) -> None:
    """List what the provider and the orders have differently of a day. docs/operations.md says what to do."""
    with profiles.shop(profile) as shop:
        found = shop.list_payment_differences(m.ListPaymentDifferencesRequest(date=day, page_size=min(limit, 50)))
        empty = f"Nothing differs on {day}, or the day was not compared. See: easyorder payments"
        show(islice(found, limit), DIFFERENCES, as_json=as_json, empty=empty)


@payments.command("compare")
def compare(day: Day, profile: ProfileName = DEFAULT_PROFILE, as_json: AsJson = False) -> None:
    """Compare a day now, also if it was compared before. Nothing is mended."""
    request = m.RunPaymentComparisonRequest(date=day, request_id=uuid.uuid4().hex)
    with profiles.shop(profile) as shop:
        show_one(shop.run_payment_comparison(request), COMPARISONS, as_json=as_json)
