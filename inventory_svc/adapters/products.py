"""Products in SQL: a tree of rows that the session flushes together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.db.bulk import as_json
from inventory_svc.adapters.tables import (
    InventoryRow,
    ProductItemOptionRow,
    ProductItemRow,
    ProductRow,
    VariationOptionRow,
    VariationRow,
)
from inventory_svc.domain.product import ItemOption, Product

# A bare statement, so that SKUs of deleted items count too.
_SKUS_IN_USE = text(
    "SELECT sku FROM product_item WHERE sku IN (SELECT jsonb_array_elements_text(CAST(:skus AS jsonb)))"
)


class SqlProducts:
    """The products of the write database, in this session's transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def skus_in_use(self, skus: Sequence[str]) -> set[str]:
        return set((await self._session.execute(_SKUS_IN_USE, {"skus": as_json(skus)})).scalars())

    async def add(self, product: Product) -> Product:
        row = _row(product)
        self._session.add(row)
        await self._session.flush()
        return _stored(product, row)


def _row(product: Product) -> ProductRow:
    variations: list[VariationRow] = []
    option_rows: dict[ItemOption, VariationOptionRow] = {}
    for variation in product.variations:
        options = {
            ItemOption(variation=variation.name, value=option.value): VariationOptionRow(
                value=option.value, price_modifier=option.price_modifier.amount
            )
            for option in variation.options
        }
        option_rows |= options
        variations.append(VariationRow(name=variation.name, options=list(options.values())))
    items = [
        ProductItemRow(
            sku=item.sku,
            price_override=item.price_override and item.price_override.amount,
            price=price.amount,
            backorderable=item.backorderable,
            options=[ProductItemOptionRow(option=option_rows[chosen]) for chosen in item.options],
            stock=InventoryRow(
                on_hand=item.quantity_on_hand,
                initial=item.quantity_on_hand,
                warehouse_location=item.warehouse_location,
            ),
        )
        for item, price in zip(product.items, product.prices(), strict=True)
    ]
    return ProductRow(
        name=product.name,
        description=product.description,
        currency=product.base_price.currency,
        base_price=product.base_price.amount,
        variations=variations,
        items=items,
    )


def _stored(product: Product, row: ProductRow) -> Product:
    return replace(
        product,
        id=row.id,
        version=row.row_version,
        created_on=row.created_on,
        modified_on=row.modified_on,
        variations=tuple(
            replace(
                variation,
                id=stored.id,
                options=tuple(
                    replace(option, id=stored_option.id)
                    for option, stored_option in zip(variation.options, stored.options, strict=True)
                ),
            )
            for variation, stored in zip(product.variations, row.variations, strict=True)
        ),
        items=tuple(replace(item, id=stored.id) for item, stored in zip(product.items, row.items, strict=True)),
    )
