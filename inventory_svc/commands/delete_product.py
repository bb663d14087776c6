"""DeleteProduct: stop selling a product; it can be undeleted, and open orders keep their reservations."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chassis.audit import note_changes
from chassis.mediator import Command
from inventory_svc.commands.uow import InventoryUow
from inventory_svc.commands.update_product import require_live
from inventory_svc.domain.product import Product


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteProduct(Command[Product]):
    product_id: int
    etag: str = ""


async def delete_product(cmd: DeleteProduct, uow: InventoryUow) -> Product:
    """Raises ProductNotFound or EtagMismatch."""
    product = require_live(await uow.products.lock(cmd.product_id), cmd.product_id, cmd.etag)
    deleted = await uow.products.save(replace(product, is_deleted=True))
    note_changes(product, deleted)
    return deleted.live()
