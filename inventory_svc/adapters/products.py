"""Products in SQL: a tree of rows; the session writes the changed rows together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TypeVar

from sqlalchemy import Table, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.attributes import flag_modified, set_committed_value

from chassis.clock import SystemClock
from chassis.db.bulk import as_json
from chassis.db.entities import Audited
from chassis.db.writes import enqueue_update
from chassis.money import Money
from inventory_svc.adapters.tables import (
    InventoryRow,
    ProductItemOptionRow,
    ProductItemRow,
    ProductRow,
    VariationOptionRow,
    VariationRow,
)
from inventory_svc.domain.keys import key_of
from inventory_svc.domain.ports import SkuOwner
from inventory_svc.domain.product import ItemOption, Product, ProductItem, Variation, VariationOption

Row = TypeVar("Row", VariationRow, VariationOptionRow, ProductItemRow)
OptionRows = Mapping[ItemOption, VariationOptionRow]

_INVENTORY: Table = InventoryRow.__table__  # type: ignore[assignment]
_clock = SystemClock()

# Bare statements, so that SKUs of deleted items count too.
_OWNERS = text(
    "SELECT item.sku_key, item.product_id, item.is_deleted OR product.is_deleted AS is_deleted "
    "FROM product_item AS item JOIN product ON product.id = item.product_id "
    "WHERE item.sku_key IN (SELECT jsonb_array_elements_text(CAST(:keys AS jsonb)))"
)
# Serialises transactions that write the same SKUs. Their constraint is checked at the commit, where two of them would
# wait for each other. At most 64 locks, taken in one order.
_LOCK_SKUS = text(
    "SELECT pg_advisory_xact_lock(hashtext('sku'), slot) FROM (SELECT DISTINCT hashtext(value) & 63 AS slot "
    "FROM jsonb_array_elements_text(CAST(:keys AS jsonb)) ORDER BY slot) AS slots"
)
# The ids that the database assigns go on after one that a caller has chosen. Of two who choose at the same time, one
# could take the sequence back, hence the lock; an id that it assigned meanwhile is a conflict, which is tried again.
_SKIP_ID = text(
    "SELECT CASE WHEN last_value < :id THEN setval('product_id_seq', :id) END "
    "FROM product_id_seq, pg_advisory_xact_lock(hashtext('product_id_seq'))"
)
# In the same order as reservations lock them.
_LOCK_STOCK = text(
    "SELECT id FROM inventory "
    "WHERE id IN (SELECT CAST(value AS bigint) FROM jsonb_array_elements_text(CAST(:ids AS jsonb))) "
    "ORDER BY id FOR UPDATE"
)
_LOCK = (
    select(ProductRow)
    .options(
        selectinload(ProductRow.variations).selectinload(VariationRow.options),
        selectinload(ProductRow.items).options(
            selectinload(ProductItemRow.options).joinedload(ProductItemOptionRow.option),
            joinedload(ProductItemRow.stock),
        ),
    )
    .with_for_update(of=ProductRow)
    .execution_options(include_deleted=True)
)


class SqlProducts:
    """The products of the write database, in this session's transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._locked: dict[int, ProductRow] = {}

    async def owners(self, skus: Sequence[str]) -> Mapping[str, SkuOwner]:
        wanted = {"keys": as_json([key_of(sku) for sku in skus])}
        await self._session.execute(_LOCK_SKUS, wanted)
        # A statement of its own, so that it sees SKUs of earlier holders of the locks.
        rows = await self._session.execute(_OWNERS, wanted)
        return {row.sku_key: SkuOwner(row.product_id, row.is_deleted) for row in rows}

    async def add(self, product: Product) -> Product:
        row = ProductRow(variations=[], items=[])
        if product.id:
            row.id = product.id
            await self._session.execute(_SKIP_ID, {"id": product.id})
        self._session.add(row)
        _fill(row, product)
        await self._session.flush()
        return _product(row)

    async def lock(self, product_id: int) -> Product | None:
        row = (await self._session.execute(_LOCK.where(ProductRow.id == product_id))).scalar_one_or_none()
        if row is None:
            return None
        self._locked[product_id] = row
        return _product(row)

    async def save(self, product: Product) -> Product:
        row = self._locked[product.id]
        _fill(row, product)
        # The version covers the whole tree, so a change of any part increments it.
        flag_modified(row, "name")
        await self._session.flush()
        await self._move(row, product)
        return _product(row)

    async def _move(self, row: ProductRow, product: Product) -> None:
        """Stores changed warehouse locations; in SQL, because stock versions change constantly."""
        place_of = {item.sku: item.warehouse_location for item in product.items}
        moved = {
            item.stock: place for item in row.items if item.stock.warehouse_location != (place := place_of[item.sku])
        }
        if not moved:
            return
        await self._session.execute(_LOCK_STOCK, {"ids": as_json([stock.id for stock in moved])})
        places = [{"id": stock.id, "warehouse_location": place} for stock, place in moved.items()]
        await enqueue_update(self._session, _INVENTORY, places, match=["id"])
        for stock, place in moved.items():
            set_committed_value(stock, "warehouse_location", place)


def _fill(row: ProductRow, product: Product) -> None:
    """Copies the product's values into the rows; parts without an id get new rows."""
    row.name, row.description = product.name, product.description
    row.currency, row.base_price = product.base_price.currency, product.base_price.amount
    row.metadata_ = dict(product.metadata) or None
    _mark(row, product.is_deleted)
    options: dict[ItemOption, VariationOptionRow] = {}
    for variation, variation_row in _rows(product.variations, row.variations, partial(VariationRow, options=[])):
        variation_row.name = variation.name
        _mark(variation_row, variation.is_deleted)
        for option, option_row in _rows(variation.options, variation_row.options, VariationOptionRow):
            option_row.value, option_row.price_modifier = option.value, option.price_modifier.amount
            _mark(option_row, option.is_deleted)
            if not option.is_deleted:
                options[ItemOption(variation=variation.name, value=option.value)] = option_row
    live = product.live()
    prices = {item.sku: price for item, price in zip(live.items, live.prices(), strict=True)}
    for item, item_row in _rows(product.items, row.items, partial(ProductItemRow, options=[])):
        _mark(item_row, item.is_deleted)
        if not item.is_deleted:
            _fill_item(item_row, item, prices[item.sku], options)


def _fill_item(row: ProductItemRow, item: ProductItem, price: Money, options: OptionRows) -> None:
    # An unchanged SKU keeps its key: SKUs from before 0.2.0 that differ only in case have their text as key.
    if row.sku != item.sku:
        row.sku, row.sku_key = item.sku, key_of(item.sku)
    row.price, row.backorderable = price.amount, item.backorderable
    row.chosen = [[option.variation, option.value] for option in item.options]
    row.price_override = None if item.price_override is None else item.price_override.amount
    chosen = [options[option] for option in item.options]
    known = {link.option: link for link in row.options}
    for option, link in known.items():
        _mark(link, option not in chosen)
    row.options.extend(ProductItemOptionRow(option=option) for option in chosen if option not in known)
    if row.stock is None:
        row.stock = InventoryRow(
            on_hand=item.quantity_on_hand, initial=item.quantity_on_hand, warehouse_location=item.warehouse_location
        )


Part = TypeVar("Part", Variation, VariationOption, ProductItem)


def _rows(parts: Iterable[Part], rows: list[Row], make: Callable[[], Row]) -> list[tuple[Part, Row]]:
    """Every part with its row; rows of new parts are added to `rows`."""
    by_id = {row.id: row for row in rows}
    pairs: list[tuple[Part, Row]] = []
    for part in parts:
        row = by_id.get(part.id) if part.id else None
        if row is None:
            row = make()
            rows.append(row)
        pairs.append((part, row))
    return pairs


def _mark(row: Audited, is_deleted: bool) -> None:
    if bool(row.is_deleted) is not is_deleted:
        row.is_deleted, row.deleted_on = is_deleted, _clock.now() if is_deleted else None


def _product(row: ProductRow) -> Product:
    """The tree that the rows store. The parts of the rows must be loaded."""
    return Product(
        id=row.id,
        version=row.row_version,
        is_deleted=row.is_deleted,
        created_on=row.created_on,
        modified_on=row.modified_on,
        deleted_on=row.deleted_on,
        name=row.name,
        description=row.description,
        base_price=Money(row.base_price, row.currency),
        variations=tuple(_variation(variation, row.currency) for variation in row.variations),
        items=tuple(_item(item, row) for item in row.items),
        metadata=row.metadata_ or {},
    )


def _variation(row: VariationRow, currency: str) -> Variation:
    return Variation(
        id=row.id,
        is_deleted=row.is_deleted,
        name=row.name,
        options=tuple(
            VariationOption(
                id=option.id,
                is_deleted=option.is_deleted,
                value=option.value,
                price_modifier=Money(option.price_modifier, currency),
            )
            for option in row.options
        ),
    )


def _item(row: ProductItemRow, product: ProductRow) -> ProductItem:
    names = {option: variation.name for variation in product.variations for option in variation.options}
    return ProductItem(
        id=row.id,
        is_deleted=row.is_deleted,
        sku=row.sku,
        price_override=None if row.price_override is None else Money(row.price_override, product.currency),
        options=tuple(
            ItemOption(variation=names[link.option], value=link.option.value)
            for link in row.options
            if not link.is_deleted
        ),
        backorderable=row.backorderable,
        quantity_on_hand=row.stock.on_hand,
        warehouse_location=row.stock.warehouse_location,
    )
