"""UpdateProduct: change fields of a product; unchanged parts are not written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from chassis.audit import note_changes
from chassis.errors import EtagMismatch, InvalidArgument
from chassis.mediator import Command
from inventory_svc.commands.create_product import add_product, refuse_taken_skus
from inventory_svc.commands.uow import InventoryUow
from inventory_svc.domain.errors import ProductNotFound, SkuTaken
from inventory_svc.domain.keys import key_of
from inventory_svc.domain.product import Product, ProductItem
from inventory_svc.domain.product_changes import replaced
from inventory_svc.domain.product_size import check_size

# Ids that callers choose end here, so that those that the database assigns never do.
MAX_CHOSEN_ID = 10**12


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateProduct(Command[Product]):
    """Sets the `fields` of a product, names of attributes, to those of `product`.

    `etag` is that of the version that the caller has read; without it, the last writer wins (AIP-154). With
    `allow_missing` and no etag, a product that never existed is created with all fields of `product`.
    """

    product_id: int
    product: Product
    fields: frozenset[str]
    etag: str = ""
    allow_missing: bool = False


async def update_product(cmd: UpdateProduct, uow: InventoryUow) -> Product:
    """Raises InvalidArgument naming every field at fault, ProductNotFound, EtagMismatch or SkuTaken."""
    stored = await uow.products.lock(cmd.product_id)
    if stored is None and cmd.allow_missing and not cmd.etag:
        if cmd.product_id > MAX_CHOSEN_ID:
            raise InvalidArgument.of("product.id", f"must be at most {MAX_CHOSEN_ID} for a new product")
        return await add_product(replace(cmd.product, id=cmd.product_id), uow)
    stored = require_live(stored, cmd.product_id, cmd.etag)
    named = {name: getattr(cmd.product, name) for name in cmd.fields}
    product = replace(stored.live(), **named).completed()
    product.check()
    check_size(product)
    wanted = replaced(stored, product)
    _refuse_shared_skus(wanted, product.items)
    await refuse_taken_skus(product, uow, stored=stored)
    saved = stored if wanted == stored else await uow.products.save(wanted)
    note_changes(stored, saved)
    return saved.live()


def require_live(product: Product | None, product_id: int, etag: str) -> Product:
    """Raises ProductNotFound, also for a deleted product, and EtagMismatch for another version."""
    if product is None or product.is_deleted:
        raise ProductNotFound.of(product_id)
    require_version(product, etag)
    return product


def require_version(product: Product, etag: str) -> None:
    """Raises EtagMismatch if `etag`, unless it is empty, is of another version."""
    if etag and etag != product.etag:
        raise EtagMismatch(
            f"product {product.id} was changed meanwhile; read it again, then decide",
            metadata={"productId": str(product.id), "etag": product.etag},
        )


def _refuse_shared_skus(product: Product, wanted: Sequence[ProductItem]) -> None:
    """Refuses the SKUs of deleted items, which keep them so that they can be undeleted. Raises SkuTaken."""
    deleted = {key_of(item.sku) for item in product.items if item.is_deleted}
    taken = [
        SkuTaken.of(item.sku, f"product.productItems[{index}].sku", product_id=product.id, is_deleted=True)
        for index, item in enumerate(wanted)
        if key_of(item.sku) in deleted
    ]
    if taken:
        raise SkuTaken.of_all(taken)
