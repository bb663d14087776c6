"""The unit of work of this service: the chassis's, with catalogue, stock, reservations and incentives."""

from __future__ import annotations

from typing import Protocol

from chassis.unit_of_work import UnitOfWork
from inventory_svc.domain.ports import Incentives, Products, Reservations, Stocks


class InventoryUow(UnitOfWork, Protocol):
    """One transaction of inventory_svc."""

    @property
    def products(self) -> Products: ...

    @property
    def stocks(self) -> Stocks: ...

    @property
    def reservations(self) -> Reservations: ...

    @property
    def incentives(self) -> Incentives: ...
