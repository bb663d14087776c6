"""Replaces the tree of a product by another one: parts that stay keep their ids.

A part is identified by its id, or without an id by its name in the shop: a variation's name, an option's value, an
item's SKU. A deleted part is restored that way. Parts missing from the new tree are marked as deleted and kept:
reservations of a deleted item keep their stock, and the item keeps its SKU.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from chassis.errors import FieldViolation, InvalidArgument
from inventory_svc.domain.keys import key_of
from inventory_svc.domain.product import Product, ProductItem, Variation, VariationOption

Part = TypeVar("Part", Variation, VariationOption, ProductItem)


def replaced(stored: Product, wanted: Product) -> Product:
    """`stored`, with its deleted parts, changed to match `wanted`. Equal to `stored` when nothing differs.

    Raises InvalidArgument for ids that do not belong to the product, as paths of the JSON that describes it.
    """
    faults: list[FieldViolation] = []
    product = replace(
        stored,
        name=wanted.name,
        description=wanted.description,
        base_price=wanted.base_price,
        variations=tuple(_variations(stored.variations, wanted.variations, faults)),
        items=tuple(_items(stored.items, wanted.items, faults)),
        metadata=wanted.metadata,
    )
    if faults:
        raise InvalidArgument.of_all(faults)
    return product


def _variations(
    stored: Sequence[Variation], wanted: Sequence[Variation], faults: list[FieldViolation]
) -> Iterator[Variation]:
    path = "product.variations[{}]"
    meant, new = _matched(stored, wanted, lambda variation: variation.name, path, faults)
    for known in stored:
        index = meant.get(known.id)
        if index is None:
            yield replace(known, is_deleted=True, options=tuple(replace(o, is_deleted=True) for o in known.options))
        else:
            options = _options(known.options, wanted[index].options, path.format(index), faults)
            yield replace(wanted[index], id=known.id, options=tuple(options))
    for index in new:
        options = _options((), wanted[index].options, path.format(index), faults)
        yield replace(wanted[index], options=tuple(options))


def _options(
    stored: Sequence[VariationOption], wanted: Sequence[VariationOption], path: str, faults: list[FieldViolation]
) -> Iterator[VariationOption]:
    meant, new = _matched(stored, wanted, lambda option: option.value, path + ".options[{}]", faults)
    for known in stored:
        index = meant.get(known.id)
        yield replace(known, is_deleted=True) if index is None else replace(wanted[index], id=known.id)
    for index in new:
        yield wanted[index]


def _items(
    stored: Sequence[ProductItem], wanted: Sequence[ProductItem], faults: list[FieldViolation]
) -> Iterator[ProductItem]:
    meant, new = _matched(stored, wanted, lambda item: key_of(item.sku), "product.productItems[{}]", faults)
    for known in stored:
        index = meant.get(known.id)
        yield replace(known, is_deleted=True) if index is None else _changed_item(known, wanted[index])
    for index in new:
        yield wanted[index]


def _changed_item(known: ProductItem, wanted: ProductItem) -> ProductItem:
    options = known.options if set(wanted.options) == set(known.options) else wanted.options
    return replace(
        wanted,
        id=known.id,
        options=options,
        # Stock is changed by AdjustStock only; a location cannot be read here, so it is left out to stay.
        quantity_on_hand=known.quantity_on_hand,
        warehouse_location=wanted.warehouse_location or known.warehouse_location,
    )


def _matched(
    stored: Sequence[Part],
    wanted: Sequence[Part],
    name: Callable[[Part], str],
    path: str,
    faults: list[FieldViolation],
) -> tuple[dict[int, int], list[int]]:
    """The index of the wanted part for each stored part, by id; and the indexes of the new parts. Adds to `faults`."""
    known_ids = {part.id for part in stored}
    meant: dict[int, int] = {}
    for index, part in enumerate(wanted):
        if not part.id:
            continue
        field = path.format(index) + ".id"
        if part.id not in known_ids:
            faults.append(FieldViolation(field, "is not a part of this product; leave it out for a new one"))
        elif part.id in meant:
            faults.append(FieldViolation(field, f"{part.id} is there twice"))
        else:
            meant[part.id] = index
    # Deleted parts first, so that of two parts with one name the current part is found.
    by_name = {name(part): part.id for part in sorted(stored, key=lambda p: not p.is_deleted) if part.id not in meant}
    new: list[int] = []
    for index, part in enumerate(wanted):
        if part.id:
            continue
        known_id = by_name.get(name(part))
        if known_id is None:
            new.append(index)
        else:
            meant[known_id] = index
    return meant, new
