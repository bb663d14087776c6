"""The SQL unit of work of this service."""

from __future__ import annotations

from chassis.db.unit_of_work import SqlUnitOfWork
from order_svc.adapters.orders import SqlOrders
from order_svc.adapters.refunds import SqlRefunds


class SqlOrderUow(SqlUnitOfWork):
    """One transaction on the write database."""

    @property
    def orders(self) -> SqlOrders:
        return SqlOrders(self.session)

    @property
    def refunds(self) -> SqlRefunds:
        return SqlRefunds(self.session)
