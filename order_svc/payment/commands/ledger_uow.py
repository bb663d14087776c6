"""The unit of work of the commands here: one transaction on the ledger."""

from __future__ import annotations

from typing import Protocol

from chassis.unit_of_work import UnitOfWork
from order_svc.payment.domain.ledger import Ledger


class LedgerUow(UnitOfWork, Protocol):
    """A unit of work with the ledger."""

    @property
    def ledger(self) -> Ledger: ...
