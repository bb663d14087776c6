"""Where movements are read."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from order_svc.payment_comparison.domain.movements import ProviderMovement
from order_svc.reconciliation.domain.books import StoredOrder, StoredTransaction


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPage:
    """Like order_svc.payment.domain.provider.MovementPage."""

    movements: Sequence[ProviderMovement]
    next: str
    foreign: int


class ProviderBooks(Protocol):
    """The provider's own books, through the payment process."""

    async def listed(self, start: datetime, end: datetime, *, after: str) -> ListedPage:
        """What was made from `start` to before `end`; `after` is `next` of the page before. Raises AppError."""

    async def find(self, transaction_ids: Collection[str]) -> Mapping[str, StoredTransaction]:
        """Those of these transactions that the provider knows, by id."""


class Ledger(Protocol):
    """The orders."""

    async def orders(self, order_ids: Collection[int]) -> Mapping[int, StoredOrder]:
        """Those of them that exist, by id, and whether jobs of them are still to run."""

    async def moved(self, start: datetime, end: datetime, *, after: int) -> tuple[list[int], int | None]:
        """The orders of a page whose money may have moved in that period, and the last order of the page.

        A page begins after the order `after`, by id. None: there is no order after it.
        """
