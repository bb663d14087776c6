"""UndeleteProduct: bring a deleted product back as it was; nothing else can have taken its SKUs."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chassis.mediator import Command
from inventory_svc.commands.uow import InventoryUow
from inventory_svc.domain.errors import ProductNotFound
from inventory_svc.domain.product import Product


@dataclass(frozen=True, slots=True, kw_only=True)
class UndeleteProduct(Command[Product]):
    product_id: int


async def undelete_product(cmd: UndeleteProduct, uow: InventoryUow) -> Product:
    """A product that is there is answered as it is, so that the call can be repeated. Raises ProductNotFound."""
    product = await uow.products.lock(cmd.product_id)
    if product is None:
        raise ProductNotFound.of(cmd.product_id)
    if product.is_deleted:
        product = await uow.products.save(replace(product, is_deleted=False))
    return product.live()
