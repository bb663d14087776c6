"""ExpireReservations: give back the holds whose time is up, so that an order that never came holds nothing for ever."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.mediator import Command
from inventory_svc.commands.uow import InventoryUow


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpireReservations(Command[int]):
    """At most `limit` of them; answers how many there were."""

    limit: int = 500


async def expire_reservations(cmd: ExpireReservations, uow: InventoryUow) -> int:
    """Any number of replicas may do this at once: each hold is given back by one of them."""
    expired = await uow.reservations.lock_expired(cmd.limit)
    shelf = await uow.stocks.lock({item_id for reservation in expired for item_id in reservation.item_ids})
    offers = await uow.incentives.lock(reservation.claim for reservation in expired)
    for reservation in expired:
        reservation.expire(shelf, offers)
    await uow.stocks.save(shelf)
    await uow.incentives.save(offers)
    await uow.reservations.save(expired)
    return len(expired)
