"""Shipping: an order is shipped only after its stock was sold; a sale that is still to be made is made first."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from chassis.errors import AppError, Unavailable
from chassis.mediator import Mediator
from order_svc.commands.set_order_status import SaleToBeMade, SetOrderStatus
from order_svc.commands.uow import OrderUow
from order_svc.domain.inventory import CHANGED_MEANWHILE
from order_svc.domain.views import OrderView
from order_svc.sagas.stock_jobs import StockJobs

# Attempts to ship an order that others keep changing.
_ATTEMPTS = 4


class Shipping:
    """Sets a status; before SHIPPED it sells the stock if the job that is to sell it has not ended."""

    def __init__(self, mediator: Mediator[OrderUow], stock_jobs: StockJobs) -> None:
        self._mediator = mediator
        self._stock_jobs = stock_jobs

    async def set_status(self, command: SetOrderStatus) -> OrderView:
        """Raises the errors of SetOrderStatus and of the sale; the order is unchanged then."""
        return await asyncio.shield(self._set_status(command))

    async def _set_status(self, command: SetOrderStatus) -> OrderView:
        refusal: AppError | None = None
        for _ in range(_ATTEMPTS):
            try:
                return await self._mediator.send(command)
            except SaleToBeMade as needed:
                if refusal is not None:
                    raise refusal from None
                try:
                    await self._stock_jobs.sell(needed.sale.payload)
                    command = replace(command, sold=needed.sale.key)
                except CHANGED_MEANWHILE:
                    continue
                except AppError as error:
                    # Decided under the order's lock: an equal request that holds it may have shipped the order.
                    refusal = error
        raise Unavailable(f"order {command.order_id} is being changed by others; try again", retry_after_s=1)
