"""The header If-Match stands for an empty etag, in the request or in the resource that an update takes."""

from __future__ import annotations

import pytest
from easyorder.catalog.v1 import Product, ProductItem, UpdateProductRequest
from easyorder.google.type import Money
from easyorder.order.v1 import CancelOrderRequest, GetOrderRequest

from chassis.errors import InvalidArgument
from chassis.grpc.clients import rpc
from tests.chassis.grpc.orders import CANCEL_ORDER, GET_ORDER, ORDERS
from tests.mesh import Mesh, serving

PRODUCTS = "easyorder.catalog.v1.ProductService"
UPDATE_PRODUCT = rpc(PRODUCTS, "UpdateProduct", UpdateProductRequest, Product)
LAMP = Product(
    id="1", name="Lamp", base_price=Money(currency_code="EUR", units=1), product_items=[ProductItem(sku="LAMP")]
)


class Shop:
    """Remembers the etags that calls bring."""

    def __init__(self) -> None:
        self.etags: list[str] = []

    async def cancel_order(self, request: CancelOrderRequest) -> object:
        self.etags.append(request.etag)
        return CANCEL_ORDER.response(id=request.id)

    async def get_order(self, request: GetOrderRequest) -> object:
        self.etags.append("of no etag")
        return GET_ORDER.response(id=request.id)

    async def update_product(self, request: UpdateProductRequest) -> Product:
        assert request.product
        self.etags.append(request.product.etag)
        return request.product


async def cancel(mesh: Mesh, if_match: str, etag: str = "") -> None:
    await mesh.user().call(CANCEL_ORDER, CancelOrderRequest(id="1", etag=etag), extra=(("if-match", if_match),))


async def test_the_header_is_the_field() -> None:
    shop = Shop()
    async with serving({ORDERS: shop, PRODUCTS: shop}) as mesh:
        await cancel(mesh, '"7"')
        await cancel(mesh, '"7"', etag="7")
        await cancel(mesh, "*")
        await cancel(mesh, "", etag="7")
        await mesh.admin().call(UPDATE_PRODUCT, UpdateProductRequest(product=LAMP), extra=(("if-match", '"8"'),))
        # Where there is no etag to compare, there is nothing that it could say.
        await mesh.user().call(GET_ORDER, GetOrderRequest(id="1"), extra=(("if-match", "7"),))

    assert shop.etags == ["7", "7", "", "7", "8", "of no etag"]


@pytest.mark.parametrize("header", ["7", 'W/"7"', '"7", "8"', '""', '"7'])
async def test_a_header_that_is_no_single_etag_is_refused(header: str) -> None:
    shop = Shop()
    async with serving({ORDERS: shop}) as mesh:
        with pytest.raises(InvalidArgument) as refused:
            await cancel(mesh, header)

    assert [violation.field for violation in refused.value.violations] == ["if-match"]
    assert shop.etags == []


async def test_a_header_that_differs_from_the_field_is_refused() -> None:
    shop = Shop()
    update = UpdateProductRequest(product=Product.parse(bytes(LAMP) + bytes(Product(etag="7"))))
    async with serving({ORDERS: shop, PRODUCTS: shop}) as mesh:
        with pytest.raises(InvalidArgument) as of_action:
            await cancel(mesh, '"8"', etag="7")
        with pytest.raises(InvalidArgument) as of_update:
            await mesh.admin().call(UPDATE_PRODUCT, update, extra=(("if-match", '"8"'),))

    said = "must be empty, or what the header If-Match says"
    assert [(fault.field, fault.description) for fault in of_action.value.violations] == [("etag", said)]
    assert [(fault.field, fault.description) for fault in of_update.value.violations] == [("product.etag", said)]
    assert shop.etags == []
