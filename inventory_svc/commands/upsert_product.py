"""UpsertProduct: replace a product by the given tree; unchanged parts are not written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chassis.errors import EtagMismatch
from chassis.mediator import Command
from inventory_svc.commands.create_product import refuse_taken_skus
from inventory_svc.commands.uow import InventoryUow
from inventory_svc.domain.errors import ProductNotFound, SkuTaken
from inventory_svc.domain.keys import key_of
from inventory_svc.domain.product import Product, ProductItem
from inventory_svc.domain.product_changes import replaced


@dataclass(frozen=True, slots=True, kw_only=True)
class UpsertProduct(Command[Product]):
    """`etag` is that of the version that the caller has read; without it, the last writer wins (AIP-154)."""

    product_id: int
    product: Product
    etag: str = ""


async def upsert_product(cmd: UpsertProduct, uow: InventoryUow) -> Product:
    """Raises InvalidArgument naming every field at fault, ProductNotFound, EtagMismatch or SkuTaken."""
    cmd.product.check()
    stored = await live_product(cmd.product_id, cmd.etag, uow)
    wanted = replaced(stored, cmd.product)
    _refuse_shared_skus(wanted, cmd.product.items)
    await refuse_taken_skus(cmd.product, uow, stored=stored)
    return (stored if wanted == stored else await uow.products.save(wanted)).live()


async def live_product(product_id: int, etag: str, uow: InventoryUow) -> Product:
    """The product, locked. Raises ProductNotFound, also for a deleted product, and EtagMismatch for another version."""
    product = await uow.products.lock(product_id)
    if product is None or product.is_deleted:
        raise ProductNotFound.of(product_id)
    if etag and etag != product.etag:
        raise EtagMismatch(
            f"product {product_id} was changed meanwhile; read it again, then decide",
            metadata={"productId": str(product_id), "etag": product.etag},
        )
    return product


def _refuse_shared_skus(product: Product, wanted: Sequence[ProductItem]) -> None:
    """Refuses the SKU of a deleted item, which keeps its SKU so that it can be undeleted. Raises SkuTaken."""
    deleted = {key_of(item.sku) for item in product.items if item.is_deleted}
    for index, item in enumerate(wanted):
        if key_of(item.sku) in deleted:
            raise SkuTaken.of(item.sku, f"product.productItems[{index}].sku", product_id=product.id, is_deleted=True)
