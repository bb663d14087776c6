"""UndeleteProduct: restore a deleted product as it was; its SKUs stayed reserved for it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chassis.audit import note_changes
from chassis.mediator import Command
from inventory_svc.commands.uow import InventoryUow
from inventory_svc.commands.update_product import require_version
from inventory_svc.domain.errors import ProductNotDeleted, ProductNotFound
from inventory_svc.domain.product import Product


@dataclass(frozen=True, slots=True, kw_only=True)
class UndeleteProduct(Command[Product]):
    product_id: int
    etag: str = ""


async def undelete_product(cmd: UndeleteProduct, uow: InventoryUow) -> Product:
    """Raises ProductNotFound, EtagMismatch, or ProductNotDeleted for one that is not deleted (AIP-164)."""
    product = await uow.products.lock(cmd.product_id)
    if product is None:
        raise ProductNotFound.of(cmd.product_id)
    if not product.is_deleted:
        raise ProductNotDeleted.of(cmd.product_id)
    require_version(product, cmd.etag)
    undeleted = await uow.products.save(replace(product, is_deleted=False))
    note_changes(product, undeleted)
    return undeleted.live()
