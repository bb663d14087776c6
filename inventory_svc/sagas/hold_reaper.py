"""Releases stock held for no order: expired holds, holds without an order, backorders of withdrawn items.

A hold starts short, because its order may never be written. When it is due, order_svc reports which orders exist:
their holds are extended, the others released. An order that is paid at once needs no such check.
"""

from __future__ import annotations

from datetime import timedelta

import structlog

from chassis.context import Caller, RequestContext, request_context
from chassis.errors import AppError
from chassis.mediator import Mediator
from chassis.unit_of_work import OpenUnitOfWork
from inventory_svc.commands.confirm_placed import ConfirmPlaced
from inventory_svc.commands.expire_reservations import ExpireReservations
from inventory_svc.commands.give_up_backorders import GiveUpBackorders
from inventory_svc.commands.uow import InventoryUow
from inventory_svc.sagas.availability import Orders

log = structlog.get_logger(__name__)

# The limit of one FindPlacedHolds request.
_ASKED = 1000


class HoldReaper:
    """Safe on any number of replicas at once. Limits every hold to `longest`."""

    def __init__(
        self,
        open_uow: OpenUnitOfWork[InventoryUow],
        mediator: Mediator[InventoryUow],
        orders: Orders,
        *,
        longest: timedelta,
    ) -> None:
        self._open_uow = open_uow
        self._mediator = mediator
        self._orders = orders
        self._longest = longest
        self._context = RequestContext(caller=Caller.service("inventory"), method="ReapHolds")

    async def reap(self) -> None:
        """Releases expired holds, one batch per transaction, without calling order_svc."""
        with request_context(self._context):
            batch = ExpireReservations()
            while await self._mediator.send(batch) == batch.limit:
                pass

    async def reap_unplaced(self) -> None:
        """Asks order_svc about every due hold whose order is not known to exist."""
        with request_context(self._context):
            while await self._reap_unplaced() == _ASKED:
                pass

    async def sweep(self) -> None:
        """Rare cases: backorders of items that are no longer sold, and holds made while the clock was ahead."""
        with request_context(self._context):
            batch = GiveUpBackorders()
            while await self._mediator.send(batch) == batch.limit:
                pass
            async with self._open_uow() as uow:
                await uow.reservations.shorten(self._longest)
                await uow.commit()

    async def _reap_unplaced(self) -> int:
        async with self._open_uow() as uow:
            due = await uow.reservations.find_unplaced(_ASKED)
        if not due:
            return 0
        try:
            placed = await self._orders.placed_holds(due)
        except AppError as error:
            # Until order_svc answers, the stock stays held; ExpireReservations ends that after a grace period.
            log.warning("order_svc does not say which orders exist", holds=len(due), error=error.message)
            return 0
        if placed:
            await self._mediator.send(ConfirmPlaced(order_ids=tuple(placed)))
        if unplaced := tuple(order_id for order_id in due if order_id not in placed):
            log.info("released the stock of orders that were never placed", orders=len(unplaced))
            await self._mediator.send(ExpireReservations(unplaced=unplaced))
        return len(due)
