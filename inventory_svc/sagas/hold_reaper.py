"""Releases stock held for no order: expired holds, holds without an order, backorders of withdrawn items.

A hold starts short, because its order may never be written. When it is due, order_svc reports which orders exist:
their holds are extended once, the others released. When an extended hold is due, it is released, unless its stock is
still to be sold: what was paid for stays held until it is booked. An order that is sold at once needs no such check.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta

import structlog

from chassis.context import Caller, RequestContext, request_context
from chassis.errors import AppError
from chassis.mediator import Command, Mediator
from chassis.unit_of_work import OpenUnitOfWork
from inventory_svc.commands.confirm_placed import ConfirmPlaced
from inventory_svc.commands.expire_reservation import ExpireReservation
from inventory_svc.commands.give_up_backorder import GiveUpBackorder
from inventory_svc.commands.uow import InventoryUow
from inventory_svc.domain.reservation import PlacedHolds
from inventory_svc.sagas.availability import Orders

log = structlog.get_logger(__name__)

# The limit of one FindPlacedHolds request.
_ASKED = 1000
_GIVEN_UP = 100


class HoldReaper:
    """Safe on any number of replicas at once. Limits every hold to `longest`.

    `unanswered` counts the due holds, up to one request, that order_svc did not answer about when it was asked last.
    """

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
        self.unanswered = 0
        self._context = RequestContext(caller=Caller.service("inventory"), method="ReapHolds")

    async def reap(self) -> None:
        """Asks order_svc about every due hold, and extends or releases it. Raises the first failure at the end."""
        failed: dict[int, BaseException] = {}
        last = self.unanswered = 0
        with request_context(self._context):
            while due := await self._find_due(after=last):
                try:
                    holds = await self._orders.placed_holds(due)
                except AppError as error:
                    # Until order_svc answers, the stock stays held; nobody else could order it anyway.
                    self.unanswered = len(due)
                    log.warning("order_svc does not report which orders exist", holds=len(due), error=error.message)
                    break
                failed |= await self._extend_or_release(due, holds)
                last = due[-1]
        if failed:
            raise next(iter(failed.values()))

    async def sweep(self) -> None:
        """Rare cases: backorders of items that are no longer sold, and holds made while the clock was ahead."""
        with request_context(self._context):
            failed = await self._give_up_withdrawn()
            async with self._open_uow() as uow:
                await uow.reservations.shorten(self._longest)
                await uow.commit()
            if failed:
                raise next(iter(failed.values()))

    async def _give_up_withdrawn(self) -> dict[int, BaseException]:
        failed: dict[int, BaseException] = {}
        last = 0
        while True:
            async with self._open_uow() as uow:
                order_ids = await uow.reservations.find_withdrawn(_GIVEN_UP, after=last)
            if not order_ids:
                return failed
            failed |= await self._send_all({id: GiveUpBackorder(order_id=id) for id in order_ids})
            last = order_ids[-1]

    async def _find_due(self, *, after: int) -> list[int]:
        async with self._open_uow() as uow:
            return await uow.reservations.find_due(_ASKED, after=after)

    async def _extend_or_release(self, due: Sequence[int], holds: PlacedHolds) -> dict[int, BaseException]:
        confirming = {id: ConfirmPlaced(order_id=id, is_unsold=id in holds.unsold) for id in holds.placed}
        failed = await self._send_all(confirming)
        if unplaced := [order_id for order_id in due if order_id not in holds.placed]:
            log.info("released the stock of orders that were never placed", orders=len(unplaced))
        # Those just extended are not due any more, and stay.
        return failed | await self._send_all(
            {id: ExpireReservation(order_id=id) for id in due if id not in holds.unsold and id not in failed}
        )

    async def _send_all(self, commands: Mapping[int, Command[None]]) -> dict[int, BaseException]:
        """The failures, by order: some may need stock that is locked."""
        outcomes = await asyncio.gather(*map(self._mediator.send, commands.values()), return_exceptions=True)
        return {id: error for id, error in zip(commands, outcomes, strict=True) if error is not None}
