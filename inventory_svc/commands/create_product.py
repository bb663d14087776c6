"""CreateProduct: add a product with its variations, items and initial stock."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.audit import note_changes
from chassis.mediator import Command
from inventory_svc.commands.uow import InventoryUow
from inventory_svc.domain.errors import SkuTaken
from inventory_svc.domain.keys import key_of
from inventory_svc.domain.product import Product
from inventory_svc.domain.product_size import check_size


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateProduct(Command[Product]):
    product: Product


async def create_product(cmd: CreateProduct, uow: InventoryUow) -> Product:
    """Raises InvalidArgument naming every field at fault, or SkuTaken."""
    return await add_product(cmd.product, uow)


async def add_product(product: Product, uow: InventoryUow) -> Product:
    """Stores a new product, with the id that it has or else with the next one. Raises like `create_product`."""
    product = product.completed()
    product.check()
    check_size(product)
    await refuse_taken_skus(product, uow)
    added = await uow.products.add(product)
    note_changes(None, added)
    return added


async def refuse_taken_skus(product: Product, uow: InventoryUow, *, stored: Product | None = None) -> None:
    """Raises SkuTaken for the SKUs of `product` that belong to a product other than `stored`.

    A SKU that `stored` has with the same spelling is its own: data from before 0.2.0 may contain it twice, in
    different case.
    """
    owners = await uow.products.owners([item.sku for item in product.items])
    own_id, own_skus = (stored.id, {item.sku for item in stored.items}) if stored else (0, set())
    taken = [
        SkuTaken.of(
            item.sku, f"product.productItems[{index}].sku", product_id=owner.product_id, is_deleted=owner.is_deleted
        )
        for index, item in enumerate(product.items)
        if (owner := owners.get(key_of(item.sku))) and owner.product_id != own_id and item.sku not in own_skus
    ]
    if taken:
        raise SkuTaken.of_all(taken)
