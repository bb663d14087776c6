"""CreateProduct: put a product with its variations, items and first stock into the shop."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.mediator import Command
from inventory_svc.commands.uow import InventoryUow
from inventory_svc.domain.errors import SkuTaken
from inventory_svc.domain.product import Product


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateProduct(Command[Product]):
    product: Product


async def create_product(cmd: CreateProduct, uow: InventoryUow) -> Product:
    """Raises InvalidArgument naming every field at fault, or SkuTaken."""
    cmd.product.check()
    taken = await uow.products.skus_in_use([item.sku for item in cmd.product.items])
    for index, item in enumerate(cmd.product.items):
        if item.sku in taken:
            raise SkuTaken.of(item.sku, f"product.productItems[{index}].sku")
    return await uow.products.add(cmd.product)
