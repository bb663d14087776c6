"""AdjustStock: add pieces to the stock or remove some, but never pieces that are held for orders."""

from __future__ import annotations

from collections.abc import Collection, Hashable
from dataclasses import dataclass

from chassis.audit import note_changes
from chassis.context import current
from chassis.errors import EtagMismatch
from chassis.mediator import Command
from inventory_svc.commands.backorders import serve_waiting
from inventory_svc.commands.uow import InventoryUow
from inventory_svc.domain.errors import ProductItemNotFound
from inventory_svc.domain.stock import StockLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustStock(Command[StockLevel]):
    """Adds `delta` pieces; a negative `delta` removes some. `etag` must match the stock, unless it is empty."""

    product_item_id: int
    delta: int
    reason: str
    etag: str = ""

    @property
    def locks(self) -> Collection[Hashable]:
        return [("item", self.product_item_id)]


async def adjust_stock(cmd: AdjustStock, uow: InventoryUow) -> StockLevel:
    """Raises ProductItemNotFound, EtagMismatch, or OutOfStock when fewer pieces are available than it removes."""
    stock_batch = await uow.stocks.lock([cmd.product_item_id])
    before = await _require_etag(cmd, uow)
    stock_batch.adjust(cmd.product_item_id, cmd.delta)
    await serve_waiting(uow, stock_batch)
    await uow.stocks.save(stock_batch)
    await uow.stocks.note_adjustment(cmd.product_item_id, cmd.delta, cmd.reason)
    # Replaced, as a conflict has the command handled again.
    current().audit_details[:] = [cmd.reason]
    (level,) = await uow.stocks.levels([cmd.product_item_id])
    note_changes(before, level)
    return level


async def _require_etag(cmd: AdjustStock, uow: InventoryUow) -> StockLevel:
    levels = await uow.stocks.levels([cmd.product_item_id])
    if not levels:
        raise ProductItemNotFound.of({"productItemId": cmd.product_item_id})
    if cmd.etag and cmd.etag != levels[0].etag:
        raise EtagMismatch(
            f"the stock of item {cmd.product_item_id} has changed; read it again, then decide",
            metadata={"etag": levels[0].etag},
        )
    return levels[0]
