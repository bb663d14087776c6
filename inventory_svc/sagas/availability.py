"""Reports the availability of backordered stock to order_svc, by durable jobs, as it is when the job runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from chassis.events import PublishedEvent
from chassis.jobs import Job, JobResult
from chassis.unit_of_work import OpenUnitOfWork
from inventory_svc.commands.keep_reservation import KeepReservation, keep_reservations
from inventory_svc.commands.uow import InventoryUow
from inventory_svc.domain.reservation import PlacedHolds, ReservationState
from inventory_svc.domain.stock import ItemAvailability


class Orders(Protocol):
    """order_svc. Calls can be repeated: a second call with the same request_id changes nothing."""

    async def confirm_availability(
        self, order_id: int, stocks: Sequence[ItemAvailability], *, filled: bool, request_id: str, lost_reason: str = ""
    ) -> None:
        """Raises ORDER_NOT_FOUND while the order is still being placed, Unavailable or DeadlineExceeded."""

    async def placed_holds(self, order_ids: Sequence[int]) -> PlacedHolds:
        """Raises Unavailable or DeadlineExceeded."""


class AvailabilityPublisher:
    """Runs the jobs that commands.backorders schedules. An item with `low` or fewer pieces is reported as LOW."""

    def __init__(self, open_uow: OpenUnitOfWork[InventoryUow], orders: Orders, *, low: int) -> None:
        self._open_uow = open_uow
        self._orders = orders
        self._low = low

    async def publish(self, job: Job) -> JobResult:
        async with self._open_uow() as uow:
            reservation = await uow.reservations.find(job.payload["order_id"])
            stock_batch = await uow.stocks.look(reservation.item_ids if reservation else [])
        lost_reason = job.payload.get("lost_reason", "")
        # A reservation that has ended meanwhile is not reported.
        if reservation and (lost_reason or reservation.state in (ReservationState.HELD, ReservationState.BACKORDERED)):
            await self._orders.confirm_availability(
                reservation.order_id,
                stock_batch.stands(reservation.lines, low=self._low),
                filled=reservation.state is ReservationState.HELD,
                request_id=job.key,
                lost_reason=lost_reason,
            )
        return JobResult()


async def hear_of_orders(events: Sequence[PublishedEvent], uow: InventoryUow) -> None:
    """Handles the order events of the feed: a placed order that waits for stock keeps its place without expiry."""
    waiting = [
        KeepReservation(order_id=published.event.aggregate_id)
        for published in events
        if published.event.payload["order"]["status"] == "PENDING"
    ]
    if waiting:
        await keep_reservations(waiting, uow)
