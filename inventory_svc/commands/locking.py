"""Locks reservations and their stock in the order that all commands use."""

from __future__ import annotations

from collections.abc import Iterable

from inventory_svc.commands.uow import InventoryUow
from inventory_svc.domain.reservation import Reservation
from inventory_svc.domain.stock import StockBatch


async def lock_orders(uow: InventoryUow, order_ids: Iterable[int]) -> tuple[StockBatch, dict[int, Reservation]]:
    """The stock that is reserved for these orders, and the reservations that exist, by order id.

    Raises Conflict when the items of an order changed while they were being locked.
    """
    order_ids = list(order_ids)
    stock_batch = await uow.stocks.lock(of_orders=order_ids)
    reservations = await uow.reservations.lock(order_ids)
    require_stock(stock_batch, reservations.values())
    return stock_batch, reservations


def require_stock(stock_batch: StockBatch, reservations: Iterable[Reservation]) -> None:
    """Raises Conflict when the items of an order changed while their stock was being locked."""
    stock_batch.require_locked(item_id for reservation in reservations for item_id in reservation.item_ids)
