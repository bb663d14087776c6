"""What the provider's books and the shop's ledger may differ in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum

from order_svc.payment_comparison.domain.movements import (
    LedgerMovement,
    MovementKind,
    ProviderMovement,
    ProviderState,
)

# By how much the clock of the provider may be ahead of the shop's.
_CLOCKS_DIFFER = timedelta(hours=1)


class DifferenceKind(StrEnum):
    """The names are those of the contract."""

    PROVIDER_ONLY = "PROVIDER_ONLY"
    LEDGER_ONLY = "LEDGER_ONLY"
    AMOUNT = "AMOUNT"
    CURRENCY = "CURRENCY"
    STATUS = "STATUS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A movement that only one of both has, or that both have differently."""

    kind: DifferenceKind
    provider: ProviderMovement | None
    ledger: LedgerMovement | None


def compared(provider: ProviderMovement, ledger: LedgerMovement | None, *, is_repeat: bool) -> DifferenceKind | None:
    """What a live movement of the provider differs in from that of the ledger with the same key; None: in nothing.

    `is_repeat`: the provider has another live one with this key, listed for the same day. One that was made after the
    shop had recorded the movement is a repeat, too: of one that another day has.
    """
    if ledger is None or is_repeat:
        return DifferenceKind.PROVIDER_ONLY
    # A refund that is pending is made, as far as shoppers are told; a charge is not.
    is_undecided = provider.kind is MovementKind.CHARGE and provider.state is ProviderState.PENDING
    if ledger.moved_at is None or is_undecided:
        return DifferenceKind.STATUS
    if provider.created_at > ledger.moved_at + _CLOCKS_DIFFER:
        return DifferenceKind.PROVIDER_ONLY
    if provider.amount.currency != ledger.amount.currency:
        return DifferenceKind.CURRENCY
    return None if provider.amount == ledger.amount else DifferenceKind.AMOUNT


def unlisted(
    ledger: LedgerMovement,
    *,
    charged: Decimal,
    refunded: Decimal,
    refunded_by_ledger: Decimal,
    failed: ProviderMovement | None,
) -> DifferenceKind | None:
    """What is wrong with a movement of the ledger that the provider has not listed for its day; None: nothing.

    The provider says, asked for this transaction, what it has `charged` and `refunded` of it on any day, and the ledger
    has refunded `refunded_by_ledger` of it.
    """
    is_known = charged > 0 if ledger.kind is MovementKind.CHARGE else refunded >= refunded_by_ledger
    if is_known:
        return None
    return DifferenceKind.LEDGER_ONLY if failed is None else DifferenceKind.STATUS
