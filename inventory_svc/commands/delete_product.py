"""DeleteProduct: stop selling a product; it can be undeleted, and open orders keep their reservations."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chassis.mediator import Command
from inventory_svc.commands.uow import InventoryUow
from inventory_svc.commands.upsert_product import live_product


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteProduct(Command[None]):
    product_id: int
    etag: str = ""


async def delete_product(cmd: DeleteProduct, uow: InventoryUow) -> None:
    """Raises ProductNotFound or EtagMismatch."""
    product = await live_product(cmd.product_id, cmd.etag, uow)
    await uow.products.save(replace(product, is_deleted=True))
