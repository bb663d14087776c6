"""The SQL unit of work of this service."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping
from functools import cached_property
from typing import Any, cast

from chassis.db.unit_of_work import SqlUnitOfWork
from inventory_svc.adapters.incentives import SqlIncentives
from inventory_svc.adapters.products import SqlProducts
from inventory_svc.adapters.reservations import SqlReservations
from inventory_svc.adapters.stocks import SqlStocks


class SqlInventoryUow(SqlUnitOfWork):
    """One transaction on the write database."""

    async def find_locked(self, names: Collection[Hashable]) -> Mapping[Hashable, Hashable]:
        """Stock and codes, which the orders of a batch share. A row of one order is found by trying it alone."""
        of: defaultdict[str, list[Any]] = defaultdict(list)
        for kind, key in cast("Collection[tuple[str, Any]]", names):
            of[kind].append(key)
        locked = await self.stocks.find_locked(of["item"], of["order"])
        return locked | await self.incentives.find_locked(of["code"]) if of["code"] else locked

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
