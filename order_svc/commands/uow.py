"""The unit of work of this service."""

from __future__ import annotations

from typing import Protocol

from chassis.unit_of_work import UnitOfWork
from order_svc.domain.ports import OpenJobs, Orders, Refunds
from order_svc.domain.views import OrderView


class OrderUow(UnitOfWork, Protocol):
    """One transaction on the orders."""

    @property
    def open_jobs(self) -> OpenJobs: ...

    @property
    def orders(self) -> Orders: ...

    @property
    def refunds(self) -> Refunds: ...

    def serialised(self, order: OrderView) -> bytes:
        """The order as it is replied, kept for repeats, and in its events."""
