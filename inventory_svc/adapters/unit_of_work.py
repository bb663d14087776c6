"""The SQL unit of work of this service."""

from __future__ import annotations

from functools import cached_property

from chassis.db.unit_of_work import SqlUnitOfWork
from inventory_svc.adapters.incentives import SqlIncentives
from inventory_svc.adapters.products import SqlProducts
from inventory_svc.adapters.reservations import SqlReservations
from inventory_svc.adapters.stocks import SqlStocks


class SqlInventoryUow(SqlUnitOfWork):
    """One transaction on the write database."""

    @cached_property
    def products(self) -> SqlProducts:
        return SqlProducts(self.session)

    @property
    def stocks(self) -> SqlStocks:
        return SqlStocks(self.session)

    @property
    def reservations(self) -> SqlReservations:
        return SqlReservations(self.session)

    @property
    def incentives(self) -> SqlIncentives:
        return SqlIncentives(self.session)
