"""Shipping: an order is shipped only after its stock was sold; a sale that is still to be made is made first."""

from __future__ import annotations

from dataclasses import replace

from chassis.background import to_completion
from chassis.errors import AppError
from chassis.mediator import Mediator
from order_svc.commands import jobs
from order_svc.commands.ship_order import ShipOrder
from order_svc.commands.uow import OrderUow
from order_svc.domain.errors import OrderChanged, Refusal
from order_svc.domain.inventory import CHANGED_MEANWHILE, OutOfStock, ReservationReleased
from order_svc.domain.ports import PlacedOrders
from order_svc.domain.views import OrderView
from order_svc.sagas.holds import again_if_changed
from order_svc.sagas.stock_jobs import StockJobs


class Shipping:
    """Ships orders; it first sells the stock if the job that is to sell it has not ended."""

    def __init__(self, mediator: Mediator[OrderUow], orders: PlacedOrders, stock_jobs: StockJobs) -> None:
        self._mediator = mediator
        self._orders = orders
        self._stock_jobs = stock_jobs

    async def ship(self, command: ShipOrder) -> OrderView:
        """Raises the errors of ShipOrder and of the sale; the order is unchanged then."""
        return await to_completion(self._ship(command))

    @again_if_changed
    async def _ship(self, command: ShipOrder) -> OrderView:
        return await self._mediator.send(await self._sold(command))

    async def _sold(self, command: ShipOrder) -> ShipOrder:
        """The command after the sale, if one is to be made."""
        order = await self._orders.read(command.order_id)
        sale = jobs.commit_stock(order)
        if not await self._orders.has_open_job(sale.kind, sale.key):
            return command
        try:
            await self._stock_jobs.sell(sale.payload)
        except CHANGED_MEANWHILE as error:
            raise OrderChanged.of() from error
        except ReservationReleased:
            # The job of the sale will cancel the order for the same reason.
            gone = OutOfStock("the stock of the order was given back and cannot be sold: the order will be cancelled")
            return replace(command, refusal=Refusal(gone, order.stored_version))
        except AppError as error:
            # Decided under the order's lock: an equal request that holds it may have shipped the order.
            return replace(command, refusal=Refusal(error, order.stored_version))
        return replace(command, sold=sale.key)
