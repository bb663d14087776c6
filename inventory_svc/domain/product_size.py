"""Limits the size of a product: what is read as JSON can be written back, with a body of 1 MiB."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chassis.errors import InvalidArgument
from inventory_svc.domain.product import Product

MAX_BYTES = 1024 * 1024
# What JSON has besides the texts, at most: names of fields, ids, amounts, times.
_PRODUCT, _VARIATION, _OPTION, _ITEM, _CHOICE, _PAIR = 620, 70, 160, 360, 30, 6
# Characters that may be written as six bytes.
_ESCAPED = re.compile('[\x00-\x1f"<>\\\\\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]')


def check_size(product: Product) -> None:
    """Raises InvalidArgument if a reply with the product may have more than 1 MiB of JSON."""
    if (size := size_of(product)) > MAX_BYTES:
        raise InvalidArgument.of("product", f"must have at most {MAX_BYTES} bytes of JSON, all in all; it has {size}")


def size_of(product: Product) -> int:
    """The bytes of its JSON, at most."""
    text = "".join(_texts(product))
    size = _PRODUCT + len(text.encode()) + 5 * len(_ESCAPED.findall(text))
    size += _PAIR * len(product.metadata)
    size += sum(_VARIATION + _OPTION * len(variation.options) for variation in product.variations)
    return size + sum(_ITEM + _CHOICE * len(item.options) for item in product.items)


def _texts(product: Product) -> Iterator[str]:
    yield from (product.name, product.description)
    for pair in product.metadata.items():
        yield from pair
    for variation in product.variations:
        yield variation.name
        yield from (option.value for option in variation.options)
    for item in product.items:
        yield from (item.sku, item.warehouse_location)
        for chosen in item.options:
            yield from (chosen.variation, chosen.value)
