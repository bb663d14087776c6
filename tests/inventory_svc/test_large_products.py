"""The largest products are created, read, listed, changed and deleted like any other, over JSON too."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from easyorder.catalog.v1 import (
    CreateProductRequest,
    DeleteProductRequest,
    GetProductRequest,
    ListProductsRequest,
    Product,
    ProductItem,
    UpdateProductRequest,
    Variation,
    VariationOption,
)
from easyorder.common.v1 import ItemOption
from easyorder.google.type import Money
from google.protobuf.json_format import MessageToJson

from chassis.errors import InvalidArgument
from chassis.wire import codec
from envoy.limits import MAX_BODY_BYTES
from inventory_svc.domain.product import MAX_CHOSEN
from inventory_svc.domain.product_size import check_size
from inventory_svc.messages.inventory import wanted_product
from tests.conftest import DatabasesOf
from tests.inventory_svc import service
from tests.inventory_svc.service import running_service
from tests.largest import LETTER
from tests.mesh import Mesh

PRICE = Money(currency_code="USD", units=999_999_999, nanos=990_000_000)


@pytest.fixture
async def mesh(databases_of: DatabasesOf) -> AsyncIterator[Mesh]:
    async with running_service(await databases_of("inventory_svc")) as mesh:
        yield mesh


def a_product(*, options: int, letter: str, length: int) -> Product:
    """20 variations and 500 items, with names of one length, or as long as the options of an item may be together."""

    def name(*numbers: int, length: int = length) -> str:
        return "-".join(map(str, numbers)).ljust(length, letter)

    short = MAX_CHOSEN // 40
    variations = [
        Variation(
            name=name(v, length=short),
            options=[VariationOption(value=name(v, o, length=short), price_modifier=PRICE) for o in range(options)],
        )
        for v in range(20)
    ]
    items = [
        ProductItem(
            sku=name(number),
            price_override=PRICE,
            options=[
                ItemOption(variation=variation.name, value=variation.options[number // options**v % options].value)
                for v, variation in enumerate(variations)
            ],
            quantity_on_hand=10**9,
            warehouse_location=name(number),
        )
        for number in range(500)
    ]
    return Product(name="Large", base_price=PRICE, variations=variations, product_items=items)


def is_accepted(product: Product) -> bool:
    try:
        check_size(wanted_product(product))
    except InvalidArgument:
        return False
    return True


def largest(product: Product) -> Product:
    """The product with as many of its items as are accepted."""
    items = product.product_items
    fitting = bisect_left(range(1, len(items) + 1), True, key=lambda n: not is_accepted(with_items(product, n)))
    return with_items(product, fitting)


def with_items(product: Product, count: int) -> Product:
    return replace(product, product_items=product.product_items[:count])


SHAPES = {
    "many items": lambda: largest(a_product(options=2, letter=LETTER, length=15)),
    "large letters": lambda: largest(a_product(options=50, letter=LETTER, length=100)),
}


@pytest.mark.parametrize("shape", ["large letters", pytest.param("many items", marks=pytest.mark.soak)])
@pytest.mark.timeout(60)
async def test_a_largest_product_is_created_read_listed_changed_and_deleted(mesh: Mesh, shape: str) -> None:
    admin, product = mesh.admin(), SHAPES[shape]()
    created = await admin.call(service.CREATE_PRODUCT, CreateProductRequest(product=product), timeout_s=30)
    read = await admin.call(service.GET_PRODUCT, GetProductRequest(id=created.id))
    assert read == created
    assert [item.sku for item in created.product_items] == [item.sku for item in product.product_items]
    assert MAX_BODY_BYTES * 0.75 < bytes_of_json(read) <= MAX_BODY_BYTES
    read.name = "Changed"
    changed = await admin.call(service.UPDATE_PRODUCT, UpdateProductRequest(product=read), timeout_s=30)

    (listed,) = (await admin.call(service.LIST_PRODUCTS, ListProductsRequest())).products
    assert (listed, listed.name) == (changed, "Changed")
    await admin.call(service.DELETE_PRODUCT, DeleteProductRequest(id=read.id, request_id="1"), timeout_s=30)
    assert (await admin.call(service.LIST_PRODUCTS, ListProductsRequest())).total_size == 0


async def test_a_larger_product_is_refused(mesh: Mesh) -> None:
    admin, product = mesh.admin(), a_product(options=50, letter=LETTER, length=100)
    too_large = with_items(product, len(largest(product).product_items) + 1)

    with pytest.raises(InvalidArgument, match="1048576 bytes") as refusal:
        await admin.call(service.CREATE_PRODUCT, CreateProductRequest(product=too_large))

    assert [violation.field for violation in refusal.value.violations] == ["product"]
    assert (await admin.call(service.LIST_PRODUCTS, ListProductsRequest())).total_size == 0


def bytes_of_json(product: Product) -> int:
    """As Envoy's transcoder prints it, with ids as long as they may become."""
    message: Any = codec(Product).parse(codec(Product).encode(product))
    message.id = "9" * 18
    for part in (*message.variations, *message.product_items, *(o for v in message.variations for o in v.options)):
        part.id = "9" * 18
    printed = MessageToJson(message, always_print_fields_with_no_presence=True, indent=None, ensure_ascii=False)
    return len(printed.encode())
