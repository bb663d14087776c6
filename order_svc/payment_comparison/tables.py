"""The tables of comparisons. Migration 0040 of the write database makes them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Date, Integer, Text, column, table

from chassis.db.types import Amount, UtcDateTime
from chassis.money import Money
from order_svc.payment_comparison.domain.comparison import Comparison, Stage
from order_svc.payment_comparison.domain.differences import Difference, DifferenceKind
from order_svc.payment_comparison.domain.movements import (
    LedgerMovement,
    MovementKind,
    ProviderMovement,
    ProviderState,
)

_COUNTS = ("provider_count", "ledger_count", "foreign_count", "in_transit_count", "difference_count")
_OF_COMPARISON = ("day", "run", "cursor", *_COUNTS, "started_at", "finished_at")
COMPARISON = table(
    "payment_comparison",
    column("day", Date),
    column("run", Integer),
    column("stage", Text),
    column("cursor", Text),
    *(column(name, BigInteger) for name in _COUNTS),
    *(column(name, UtcDateTime) for name in ("started_at", "finished_at")),
)
LISTED = table(
    "provider_movement",
    column("day", Date),
    column("number", Integer),
    *(column(name, Text) for name in ("id", "kind", "transaction_id", "refund_id", "currency", "state")),
    column("order_id", BigInteger),
    column("amount", Amount),
    column("created_at", UtcDateTime),
)
DIFFERENCE = table(
    "payment_difference",
    column("day", Date),
    column("number", Integer),
    *(column(name, Text) for name in ("kind", "movement", "transaction_id", "refund_id")),
    column("order_id", BigInteger),
    *(column(name, Text) for name in ("provider_id", "provider_currency", "provider_state")),
    column("provider_amount", Amount),
    column("provider_at", UtcDateTime),
    *(column(name, Text) for name in ("ledger_currency", "ledger_status")),
    column("ledger_amount", Amount),
    column("ledger_at", UtcDateTime),
)


def comparison_of(row: Any) -> Comparison:
    return Comparison(stage=Stage(row.stage), **{name: getattr(row, name) for name in _OF_COMPARISON})


def listed_of(row: Any) -> ProviderMovement:
    return ProviderMovement(
        id=row.id,
        kind=MovementKind(row.kind),
        transaction_id=row.transaction_id,
        refund_id=row.refund_id,
        order_id=row.order_id,
        amount=Money(row.amount, row.currency),
        state=ProviderState(row.state),
        created_at=row.created_at,
    )


def difference_row(difference: Difference) -> dict[str, Any]:
    """The columns of a difference but for its day and number."""
    provider, ledger = difference.provider, difference.ledger
    about = ledger or provider
    assert about is not None  # one of both has it
    return {
        "kind": difference.kind.value,
        "movement": about.kind.value,
        "transaction_id": about.transaction_id,
        "refund_id": about.refund_id,
        "order_id": about.order_id,
        "provider_id": provider.id if provider else "",
        "provider_amount": provider.amount.amount if provider else None,
        "provider_currency": provider.amount.currency if provider else "",
        "provider_state": provider.state.value if provider else "",
        "provider_at": provider.created_at if provider else None,
        "ledger_amount": ledger.amount.amount if ledger else None,
        "ledger_currency": ledger.amount.currency if ledger else "",
        "ledger_status": ledger.status if ledger else "",
        "ledger_at": ledger.moved_at if ledger else None,
    }


def difference_of(row: Any) -> Difference:
    common = {
        "kind": MovementKind(row.movement),
        "transaction_id": row.transaction_id,
        "refund_id": row.refund_id,
        "order_id": row.order_id,
    }
    provider = ledger = None
    if row.provider_id:
        provider = ProviderMovement(
            id=row.provider_id,
            amount=Money(row.provider_amount, row.provider_currency),
            state=ProviderState(row.provider_state),
            created_at=row.provider_at,
            **common,
        )
    if row.ledger_status:
        ledger = LedgerMovement(
            amount=Money(row.ledger_amount, row.ledger_currency),
            status=row.ledger_status,
            moved_at=row.ledger_at,
            **common,
        )
    return Difference(kind=DifferenceKind(row.kind), provider=provider, ledger=ledger)
