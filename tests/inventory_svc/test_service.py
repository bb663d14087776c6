"""inventory_svc over a real socket, with real tokens, a write and a read database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from copy import deepcopy
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
    UndeleteProductRequest,
    UpdateProductRequest,
    Variation,
    VariationOption,
)
from easyorder.common.v1 import ItemOption, StockState
from easyorder.google.protobuf import FieldMask
from easyorder.google.type import Money
from easyorder.internal.inventory.v1 import (
    CommitRequest,
    ReleaseRequest,
    ReservationLine,
    ReservationRequest,
    ReservationState,
    ReserveRequest,
)
from easyorder.internal.order.v1 import FindPlacedHoldsRequest, FindPlacedHoldsResponse
from easyorder.inventory.v1 import (
    AdjustStockRequest,
    GetProductInventoryRequest,
    GetStockLevelRequest,
    ListStockLevelsRequest,
    ListStockLevelsResponse,
    StockLevel,
)

from chassis.errors import AppError, EtagMismatch, InvalidArgument, PermissionDenied, Unauthenticated
from chassis.grpc.clients import Client
from chassis.grpc.status import from_status
from inventory_svc.domain.errors import ProductItemNotFound, ProductNotDeleted, ProductNotFound, SkuTaken
from tests.conftest import DatabasesOf
from tests.inventory_svc import service
from tests.inventory_svc.service import running_service
from tests.mesh import Mesh, serving
from tests.polling import eventually


@pytest.fixture
async def mesh(databases_of: DatabasesOf) -> AsyncIterator[Mesh]:
    async with running_service(await databases_of("inventory_svc")) as mesh:
        yield mesh


def usd(units: int, nanos: int = 0) -> Money:
    return Money(currency_code="USD", units=units, nanos=nanos)


def a_shirt(*skus: str, name: str = "Shirt", quantity: int = 5) -> Product:
    return Product(
        name=name,
        description="of cotton",
        base_price=usd(10),
        variations=[
            Variation(
                name="size",
                options=[VariationOption(value="S"), VariationOption(value="L", price_modifier=usd(2, 500_000_000))],
            )
        ],
        product_items=[
            ProductItem(
                sku=sku,
                options=[ItemOption(variation="size", value="L")],
                quantity_on_hand=quantity,
                warehouse_location="A-1",
            )
            for sku in skus
        ],
    )


async def create(mesh: Mesh, product: Product, *, request_id: str = "") -> Product:
    return await mesh.admin().call(service.CREATE_PRODUCT, CreateProductRequest(product=product, request_id=request_id))


def reads_of(product_id: str) -> list[tuple[Any, Any]]:
    """The calls that show a product, and their requests."""
    return [
        (service.GET_PRODUCT, GetProductRequest(id=product_id)),
        (service.GET_STOCK, GetProductInventoryRequest(product_id=product_id)),
    ]


def reserving(order_id: int, *lines: tuple[str, int], currency: str = "USD") -> ReservationRequest:
    return ReservationRequest(
        order_id=order_id,
        request_key=f"shopper/{order_id}",
        user_id="shopper",
        lines=[ReservationLine(product_item_id=int(item), quantity=quantity) for item, quantity in lines],
        currency=currency,
    )


async def test_what_was_created_is_read_at_once_by_whoever_created_it(mesh: Mesh) -> None:
    created = await create(mesh, a_shirt("A", "B"))

    read = await mesh.admin().call(service.GET_PRODUCT, GetProductRequest(id=created.id))

    assert read == created
    assert [item.price for item in read.product_items] == [usd(12, 500_000_000)] * 2
    assert read.variations[0].options[0].price_modifier == usd(0)
    assert read.etag == "1"
    listed = await mesh.admin().call(service.LIST_PRODUCTS, ListProductsRequest())
    assert listed.products == [created]


async def test_the_stock_too_is_read_at_once(mesh: Mesh) -> None:
    for number in range(5):
        created = await create(mesh, a_shirt(f"S{number}"))

        stock = await mesh.admin().call(service.GET_STOCK, GetProductInventoryRequest(product_id=created.id))
        levels = await mesh.admin().call(service.LIST_STOCK, ListStockLevelsRequest(product_id=created.id))

        assert [item.available for item in stock.items] == [5]
        assert [(level.quantity_on_hand, level.warehouse_location) for level in levels.stock_levels] == [(5, "A-1")]


async def test_administrators_read_all_stock_page_by_page(mesh: Mesh) -> None:
    for number in range(3):
        product = await create(mesh, a_shirt(f"S{number}", f"T{number}"))
    skus: list[str] = []
    token = ""
    while True:
        page = await mesh.admin().call(service.LIST_STOCK, ListStockLevelsRequest(page_size=4, page_token=token))
        skus += [level.sku for level in page.stock_levels]
        if not (token := page.next_page_token):
            break
        of_one = ListStockLevelsRequest(product_id=product.id, page_token=token)
        with pytest.raises(InvalidArgument, match="pageToken"):
            await mesh.admin().call(service.LIST_STOCK, of_one)

    assert skus == ["S0", "T0", "S1", "T1", "S2", "T2"]
    none = await mesh.admin().call(service.LIST_STOCK, ListStockLevelsRequest(product_id=str(10**9)))
    assert (none.stock_levels, none.next_page_token) == ([], "")
    for refused in (mesh.user(), mesh.service()):
        with pytest.raises(PermissionDenied):
            await refused.call(service.LIST_STOCK, ListStockLevelsRequest())


async def test_everybody_may_read_products_and_stock(mesh: Mesh) -> None:
    created = await create(mesh, a_shirt("A"))
    anonymous = mesh.anonymous()

    await eventually(lambda: _is_found(anonymous, created.id))
    listed = await anonymous.call(service.LIST_PRODUCTS, ListProductsRequest())
    stock = await anonymous.call(service.GET_STOCK, GetProductInventoryRequest(product_id=created.id))

    assert listed.products == [created]
    assert [(item.sku, item.state, item.available) for item in stock.items] == [("A", StockState.LOW, 5)]


async def _is_found(client: Client, product_id: str) -> bool:
    try:
        await client.call(service.GET_PRODUCT, GetProductRequest(id=product_id))
    except ProductNotFound:
        return False
    return True


async def test_pages_by_number_and_by_token(mesh: Mesh) -> None:
    names = [f"Product {number}" for number in range(7)]
    for name in names:
        await create(mesh, a_shirt(name, name=name))
    client = mesh.admin()

    by_number = [
        await client.call(service.LIST_PRODUCTS, ListProductsRequest(page_number=number, page_size=3))
        for number in (1, 2, 3, 4)
    ]
    by_token, token = [], ""
    while page := await client.call(service.LIST_PRODUCTS, ListProductsRequest(page_size=3, page_token=token)):
        by_token.append(page)
        if not (token := page.next_page_token):
            break

    assert [[p.name for p in page.products] for page in by_number] == [names[:3], names[3:6], names[6:], []]
    assert {page.total_size for page in by_number} == {7}
    assert by_token == by_number[:3]
    assert len((await client.call(service.LIST_PRODUCTS, ListProductsRequest())).products) == 7


async def test_anybody_finds_products_by_their_metadata(mesh: Mesh) -> None:
    admin, anybody = mesh.admin(), mesh.anonymous()

    async def found(filter: str = "metadata.collection = summer", **others: Any) -> list[str]:
        listed = await anybody.call(service.LIST_PRODUCTS, ListProductsRequest(filter=filter, **others))
        assert listed.total_size == len(listed.products)
        return [product.id for product in listed.products]

    async def finds_both() -> bool:
        return await found() == [tee.id, coat.id]

    tee, coat, _ = [
        await create(mesh, replace(a_shirt(sku), metadata=metadata))
        for sku, metadata in (("A", {"collection": "summer", "new": "yes"}), ("B", {"collection": "winter"}), ("C", {}))
    ]
    await eventually(lambda: _is_found(anybody, coat.id))

    assert await found() == [tee.id]
    assert await found("metadata.collection = summer AND metadata.new = yes", query="a", currency_code="USD") == [
        tee.id
    ]
    assert await found("metadata.collection = summer", query="b") == []
    coat.metadata = {"collection": "summer"}
    update = UpdateProductRequest(product=coat, update_mask=FieldMask(paths=["metadata"]))
    assert (await admin.call(service.UPDATE_PRODUCT, update)).metadata == coat.metadata
    # Pages that are kept follow.
    await eventually(finds_both)
    with pytest.raises(InvalidArgument):
        await found("metadata.collection != summer")


async def test_a_page_token_is_good_for_its_own_query_only(mesh: Mesh) -> None:
    for number in range(3):
        await create(mesh, a_shirt(f"S{number}"))
    client = mesh.admin()
    page = await client.call(service.LIST_PRODUCTS, ListProductsRequest(page_size=1, query="shirt"))

    for wrong in (
        ListProductsRequest(page_token="garbage"),
        ListProductsRequest(page_token=page.next_page_token, query="other"),
        ListProductsRequest(page_token=page.next_page_token, query="shirt", page_number=2),
        ListProductsRequest(page_token=page.next_page_token, query="shirt", filter="metadata.new = yes"),
    ):
        with pytest.raises(InvalidArgument) as refusal:
            await client.call(service.LIST_PRODUCTS, wrong)
        assert [violation.field for violation in refusal.value.violations] == ["pageToken"]


async def test_words_are_found_in_name_description_and_sku(mesh: Mesh) -> None:
    for name, sku in (("Red shirt", "RS-1"), ("Blue shirt", "BS-1"), ("Hat 100%", "HA-1")):
        await create(mesh, a_shirt(sku, name=name))
    expected = {
        "shirt": ["Red shirt", "Blue shirt"],
        "SHIRT blue": ["Blue shirt"],
        "ha-1": ["Hat 100%"],
        "HA": ["Hat 100%"],
        "ha- blue": [],
        "bs-": ["Blue shirt"],
        "s-1": [],
        "shi cott": ["Red shirt", "Blue shirt"],
        "cotton": ["Red shirt", "Blue shirt", "Hat 100%"],
        "100%": ["Hat 100%"],
        "%": [],
        "_": [],
        "\\ & | ! ( ) :* <->": [],
        "'; drop table product; --": [],
    }

    pages = {
        query: await mesh.admin().call(service.LIST_PRODUCTS, ListProductsRequest(query=query)) for query in expected
    }

    assert {query: [product.name for product in page.products] for query, page in pages.items()} == expected
    assert {query: page.total_size for query, page in pages.items()} == {q: len(names) for q, names in expected.items()}


async def found(mesh: Mesh, *queries: str) -> list[list[str]]:
    """The names of the products that each query finds."""
    client = mesh.admin()
    pages = [await client.call(service.LIST_PRODUCTS, ListProductsRequest(query=query)) for query in queries]
    return [[product.name for product in page.products] for page in pages]


async def test_parts_of_a_sku_are_found(mesh: Mesh) -> None:
    await create(mesh, a_shirt("LAMP-x-RED", name="Lamp"))
    await create(mesh, a_shirt("AB 12/CD_34", name="Blanks"))

    assert await found(mesh, "RED", "x-red", "lamp-x", "x", "re", "LAMP RED", "lamp-x-red") == [["Lamp"]] * 7
    assert await found(mesh, "AB 12/CD_34", "ab 12", "12/cd", "cd", "34", "34 ab") == [["Blanks"]] * 6
    # Not within a part, and not as a part of another word.
    assert await found(mesh, "ed", "amp-x", "-", "shi-x") == [[]] * 4


NFD, NFC, DOTLESS = "Cafe\u0301", "Caf\u00e9", "\u0131"


async def test_text_is_found_whatever_its_unicode_form(mesh: Mesh) -> None:
    for number, name in enumerate(("Straße", "İstanbul", f"{DOTLESS}s{DOTLESS}", NFD, "ΛΌΓΟΣ")):
        await create(mesh, a_shirt(f"{name}-{number}", name=name))

    assert await found(mesh, "straße", "STRASSE", "STRAẞE", "stras", "strasse-0") == [["Straße"]] * 5
    assert (
        await found(mesh, "istanbul", "ISTANBUL", "İSTANBUL", f"{DOTLESS}stanbul", "I\u0307stanbul")
        == [["İstanbul"]] * 5
    )
    assert await found(mesh, "isi", "ISI", "ISI-2", f"{DOTLESS}s{DOTLESS}-2") == [[f"{DOTLESS}s{DOTLESS}"]] * 4
    assert await found(mesh, NFC, NFD, NFC.upper(), NFD.lower(), f"{NFD}-3") == [[NFC]] * 5
    assert await found(mesh, "λόγος", "λόγο", "ΛΌΓΟΣ") == [["ΛΌΓΟΣ"]] * 3


async def test_names_are_stored_composed(mesh: Mesh) -> None:
    product = a_shirt(NFD, name=NFD)
    product.description = product.variations[0].name = product.variations[0].options[1].value = NFD
    product.product_items[0].options = [ItemOption(variation=NFD, value=NFC)]

    created = await create(mesh, product)

    (item,), (variation,) = created.product_items, created.variations
    assert {created.name, created.description, item.sku, variation.name, variation.options[1].value} == {NFC}
    assert item.options == [ItemOption(variation=NFC, value=NFC)]
    with pytest.raises(SkuTaken):
        await create(mesh, a_shirt(NFC))
    with pytest.raises(SkuTaken):
        await create(mesh, a_shirt(NFD))


async def test_a_request_id_creates_once(mesh: Mesh) -> None:
    first = await create(mesh, a_shirt("A"), request_id="r")

    assert await create(mesh, a_shirt("A"), request_id="r") == first
    with pytest.raises(SkuTaken) as refusal:
        await create(mesh, a_shirt("A"))
    assert refusal.value.metadata["sku"] == "A"


async def test_a_product_is_changed_deleted_and_brought_back_and_read_so_at_once(mesh: Mesh) -> None:
    created = await create(mesh, a_shirt("A", "B"))
    client = mesh.admin()

    async def shown() -> list[Product]:
        listed = await client.call(service.LIST_PRODUCTS, ListProductsRequest())
        assert listed.total_size == len(listed.products)
        return listed.products

    assert await shown() == [created]
    wanted = deepcopy(created)
    wanted.name, wanted.base_price = "Blouse", usd(20)
    changed = await client.call(service.UPDATE_PRODUCT, UpdateProductRequest(product=wanted))
    assert [item.price for item in changed.product_items] == [usd(22, 500_000_000)] * 2
    assert await shown() == [changed]
    assert await client.call(service.GET_PRODUCT, GetProductRequest(id=created.id)) == changed
    with pytest.raises(EtagMismatch):
        await client.call(service.DELETE_PRODUCT, DeleteProductRequest(id=created.id, etag=created.etag))
    with pytest.raises(EtagMismatch):
        await client.call(service.UPDATE_PRODUCT, UpdateProductRequest(product=wanted))
    deleted = await client.call(service.DELETE_PRODUCT, DeleteProductRequest(id=created.id, etag=changed.etag))
    assert await shown() == []
    for method, request in reads_of(created.id):
        with pytest.raises(ProductNotFound):
            await mesh.user("shopper").call(method, request)
    assert deleted.delete_time is not None
    assert await client.call(service.GET_PRODUCT, GetProductRequest(id=created.id)) == deleted
    with pytest.raises(EtagMismatch):
        await client.call(service.UNDELETE_PRODUCT, UndeleteProductRequest(id=created.id, etag=changed.etag))
    undeleting = UndeleteProductRequest(id=created.id, etag=deleted.etag)
    back = await client.call(service.UNDELETE_PRODUCT, undeleting)
    assert await shown() == [back]
    assert (back.name, back.product_items, back.delete_time) == ("Blouse", changed.product_items, None)
    with pytest.raises(ProductNotDeleted):
        await client.call(service.UNDELETE_PRODUCT, UndeleteProductRequest(id=created.id))


async def test_deleted_products_are_listed_for_administrators_who_ask(mesh: Mesh) -> None:
    products = [await create(mesh, a_shirt(sku, name=f"Shirt x{sku}")) for sku in "ABCD"]
    admin = mesh.admin()
    for product in products[1:3]:
        await admin.call(service.DELETE_PRODUCT, DeleteProductRequest(id=product.id))

    async def listed(**request: Any) -> tuple[list[tuple[str, bool]], int]:
        page = await admin.call(service.LIST_PRODUCTS, ListProductsRequest(**request))
        shown = [(product.name[-1], product.delete_time is not None) for product in page.products]
        if page.next_page_token:
            rest, total = await listed(**request | {"page_token": page.next_page_token})
            assert total == page.total_size
            shown += rest
        return shown, page.total_size

    everything = [("A", False), ("B", True), ("C", True), ("D", False)]
    assert await listed() == ([("A", False), ("D", False)], 2)
    assert await listed(show_deleted=True) == await listed(show_deleted=True, page_size=1) == (everything, 4)
    assert await listed(show_deleted=True, page_number=2, page_size=3) == ([("D", False)], 4)
    assert await listed(show_deleted=True, query="xc") == ([("C", True)], 1)
    assert await listed(query="xc") == ([], 0)
    page = await admin.call(service.LIST_PRODUCTS, ListProductsRequest(show_deleted=True, page_size=1))
    with pytest.raises(InvalidArgument):
        await admin.call(service.LIST_PRODUCTS, ListProductsRequest(page_token=page.next_page_token))
    for client in (mesh.anonymous(), mesh.user("shopper")):
        with pytest.raises(PermissionDenied):
            await client.call(service.LIST_PRODUCTS, ListProductsRequest(show_deleted=True))


async def test_products_are_listed_and_read_by_the_currency_of_their_prices(mesh: Mesh) -> None:
    def priced(sku: str, currency: str) -> Product:
        price = Money(currency_code=currency, units=10)
        return Product(name=f"Cup {sku}", base_price=price, product_items=[ProductItem(sku=sku)])

    first, euro, last = [
        await create(mesh, priced(f"{n}", currency)) for n, currency in enumerate(("USD", "EUR", "USD"))
    ]
    admin = mesh.admin()

    async def listed(currency: str, **request: Any) -> tuple[list[str], int]:
        asked = ListProductsRequest(currency_code=currency, **request)
        page = await admin.call(service.LIST_PRODUCTS, asked)
        assert page.currency_code == currency
        assert {product.currency_code for product in page.products} <= {currency}
        return [product.id for product in page.products], page.total_size

    assert await listed("USD") == await listed("USD", query="cup") == ([first.id, last.id], 2)
    assert await listed("EUR", show_deleted=True) == ([euro.id], 1)
    assert await listed("GBP") == ([], 0)
    # A page that is kept changes with the currency of a product.
    change = Product(id=last.id, base_price=Money(currency_code="EUR", units=9))
    await admin.call(service.UPDATE_PRODUCT, UpdateProductRequest(product=change))
    assert await listed("USD") == ([first.id], 1)
    assert await listed("EUR") == ([euro.id, last.id], 2)
    read = await admin.call(service.GET_PRODUCT, GetProductRequest(id=euro.id, currency_code="EUR"))
    assert (read, read.currency_code) == (euro, "EUR")
    with pytest.raises(ProductNotFound):
        await admin.call(service.GET_PRODUCT, GetProductRequest(id=euro.id, currency_code="USD"))
    with pytest.raises(InvalidArgument):
        await admin.call(service.LIST_PRODUCTS, ListProductsRequest(currency_code="XXX"))


async def test_only_what_is_named_or_set_is_changed(mesh: Mesh) -> None:
    created, admin = await create(mesh, a_shirt("A", "B")), mesh.admin()

    async def changed(mask: list[str] | None, **fields: Any) -> Product:
        update_mask = None if mask is None else FieldMask(paths=mask)
        request = UpdateProductRequest(product=Product(id=created.id, **fields), update_mask=update_mask)
        return await admin.call(service.UPDATE_PRODUCT, request)

    def without_version(product: Product) -> Product:
        return replace(product, etag="", update_time=None)

    renamed = await changed(None, name="Blouse")
    assert without_version(renamed) == without_version(replace(created, name="Blouse"))
    dearer = await changed(["base_price"], name="ignored", base_price=usd(20))
    assert (dearer.name, [item.price for item in dearer.product_items]) == ("Blouse", [usd(22, 500_000_000)] * 2)
    (kept,) = (await changed(["product_items"], product_items=[created.product_items[1]])).product_items
    assert (kept.id, kept.price) == (created.product_items[1].id, usd(22, 500_000_000))
    emptied = await changed(["description", "name"], name="Shirt")
    assert (emptied.name, emptied.description, len(emptied.variations)) == ("Shirt", "", 1)
    whole = await changed(["*"], name="Plain", base_price=usd(1), product_items=[ProductItem(sku="B")])
    assert (whole.variations, [(item.id, item.options) for item in whole.product_items]) == ([], [(kept.id, [])])


MASKS = {
    "something": ["must not have 'something'"],
    "etag": ["must not have 'etag'"],
    "base_price.units": ["must not have 'basePrice.units'"],
    "name,create_time,*": ["must not have 'createTime'", "must not have '*'"],
}


@pytest.mark.parametrize("paths", MASKS)
async def test_a_mask_with_what_cannot_be_changed_is_refused_by_name(mesh: Mesh, paths: str) -> None:
    created = await create(mesh, a_shirt("A"))
    mask = FieldMask(paths=paths.split(","))

    with pytest.raises(InvalidArgument) as refusal:
        await mesh.admin().call(service.UPDATE_PRODUCT, UpdateProductRequest(product=created, update_mask=mask))

    assert {violation.field for violation in refusal.value.violations} == {"updateMask"}
    assert [violation.description.partition(":")[0] for violation in refusal.value.violations] == MASKS[paths]
    assert await mesh.admin().call(service.GET_PRODUCT, GetProductRequest(id=created.id)) == created


UNNAMED = {
    "product.name": ["name"],
    "product.basePrice": ["base_price"],
    "product.productItems": ["*"],
}


@pytest.mark.parametrize("field", UNNAMED)
async def test_what_a_product_must_have_is_not_taken_from_it(mesh: Mesh, field: str) -> None:
    created = await create(mesh, a_shirt("A"))
    request = UpdateProductRequest(product=Product(id=created.id), update_mask=FieldMask(paths=UNNAMED[field]))

    with pytest.raises(InvalidArgument) as refusal:
        await mesh.admin().call(service.UPDATE_PRODUCT, request)

    assert field in [violation.field for violation in refusal.value.violations]
    assert await mesh.admin().call(service.GET_PRODUCT, GetProductRequest(id=created.id)) == created


async def test_a_product_that_never_was_is_created_where_that_is_allowed(mesh: Mesh) -> None:
    admin, product = mesh.admin(), replace(a_shirt("A"), id="4711")
    request = UpdateProductRequest(product=product, update_mask=FieldMask(paths=["name"]), allow_missing=True)

    with pytest.raises(ProductNotFound):
        await admin.call(service.UPDATE_PRODUCT, replace(request, allow_missing=False))
    created = await admin.call(service.UPDATE_PRODUCT, request)
    again = await admin.call(service.UPDATE_PRODUCT, request)

    assert (created.id, created.name, len(created.product_items)) == ("4711", product.name, 1)
    assert again == created == await admin.call(service.GET_PRODUCT, GetProductRequest(id="4711"))
    # The ids that the shop assigns go on after it.
    assert int((await create(mesh, a_shirt("B"))).id) > 4711
    for refused in (replace(product, id=f"{10**12 + 1}"), Product(id="5000", name="Incomplete")):
        with pytest.raises(InvalidArgument):
            await admin.call(service.UPDATE_PRODUCT, UpdateProductRequest(product=refused, allow_missing=True))
    await admin.call(service.DELETE_PRODUCT, DeleteProductRequest(id="4711"))
    with pytest.raises(ProductNotFound):
        await admin.call(service.UPDATE_PRODUCT, request)


async def test_an_update_says_which_product(mesh: Mesh) -> None:
    with pytest.raises(InvalidArgument) as refusal:
        await mesh.admin().call(service.UPDATE_PRODUCT, UpdateProductRequest(product=a_shirt("A"), allow_missing=True))

    assert [violation.field for violation in refusal.value.violations] == ["product.id"]


SPOILED = (
    ("product.name", lambda p: setattr(p, "name", "")),
    ("product.basePrice", lambda p: setattr(p, "base_price", None)),
    ("product.basePrice", lambda p: setattr(p.base_price, "nanos", -1)),
    ("product.basePrice.currencyCode", lambda p: setattr(p.base_price, "currency_code", "XXX")),
    (
        "product.variations[0].options[1].priceModifier",
        lambda p: setattr(p.variations[0].options[1], "price_modifier", usd(0, 1)),
    ),
    ("product.productItems[0].quantityOnHand", lambda p: setattr(p.product_items[0], "quantity_on_hand", -1)),
    ("product.productItems[0].options[0].value", lambda p: setattr(p.product_items[0].options[0], "value", "M")),
)


async def test_a_bad_field_is_named_and_nothing_is_left_behind(mesh: Mesh) -> None:
    for field, spoil in SPOILED:
        product = a_shirt("A")
        spoil(product)

        with pytest.raises(InvalidArgument) as refusal:
            await create(mesh, product)

        assert [violation.field for violation in refusal.value.violations] == [field]
    assert (await mesh.admin().call(service.LIST_PRODUCTS, ListProductsRequest())).total_size == 0


@pytest.mark.reaches("PRODUCT_NOT_FOUND")
async def test_what_is_not_there_is_not_found(mesh: Mesh) -> None:
    for method, request in reads_of("7"):
        with pytest.raises(ProductNotFound):
            await mesh.anonymous().call(method, request)


async def test_an_order_is_reserved_sold_and_the_read_side_follows(mesh: Mesh) -> None:
    product = await create(mesh, a_shirt("A", "B"))
    first, second = (item.id for item in product.product_items)
    peer = mesh.service()

    reply = await peer.call(
        service.RESERVE,
        ReserveRequest(
            reservations=[
                reserving(1, (first, 2), (second, 1)),
                reserving(2, (second, 9)),
                reserving(3, (first, 1), currency="EUR"),
                reserving(4, (first, 1)),
            ]
        ),
    )

    held = reply.results[0].reservation
    assert held is not None
    assert (held.order_id, held.state) == (1, ReservationState.HELD)
    assert [(line.sku, line.name, line.quantity, line.unit_price) for line in held.lines] == [
        ("A", "Shirt", 2, usd(12, 500_000_000)),
        ("B", "Shirt", 1, usd(12, 500_000_000)),
    ]
    assert held.expire_time is not None
    refusals = [from_status(result.error) for result in reply.results if result.error]
    assert [refusal.reason for refusal in refusals] == ["OUT_OF_STOCK", "INVALID_ARGUMENT"]
    assert refusals[0].metadata == {"productItemId": str(second), "requested": "9", "available": "4"}

    committed = await peer.call(service.COMMIT, CommitRequest(order_ids=[1, 99], revisions=[0, 0]))
    released = await peer.call(service.RELEASE, ReleaseRequest(order_ids=[4, 99], revisions=[0, 0]))

    assert [result.error and from_status(result.error).reason for result in committed.results] == [
        None,
        "RESERVATION_NOT_FOUND",
    ]
    assert [(result.order_id, result.error) for result in released.results] == [(4, None), (99, None)]

    async def counters() -> list[tuple[int, ...]]:
        # As the administrator, who may read at once what was just put there.
        stock = await mesh.admin().call(service.LIST_STOCK, ListStockLevelsRequest(product_id=product.id))
        return [(of.quantity_on_hand, of.reserved, of.available, of.sold) for of in stock.stock_levels]

    async def followed() -> bool:
        return await counters() == [(3, 0, 3, 2), (4, 0, 4, 1)]

    await eventually(followed)


async def test_concurrent_calls_of_many_orders_never_oversell(mesh: Mesh) -> None:
    product = await create(mesh, a_shirt("A", "B", quantity=30))
    remaining, right = (item.id for item in product.product_items)
    peer = mesh.service()

    def call(n: int) -> ReserveRequest:
        lines = ((remaining, 1), (right, 1)) if n % 2 else ((right, 1), (remaining, 1))
        return ReserveRequest(reservations=[reserving(n * 10 + number, *lines) for number in range(1, 6)])

    replies = await asyncio.gather(*(peer.call(service.RESERVE, call(n)) for n in range(10)))

    results = [result for reply in replies for result in reply.results]
    assert sum(result.reservation is not None for result in results) == 30
    assert {from_status(result.error).reason for result in results if result.error} == {"OUT_OF_STOCK"}


class NoOrders:
    """An order_svc without orders."""

    async def find_placed_holds(self, request: FindPlacedHoldsRequest) -> FindPlacedHoldsResponse:
        return FindPlacedHoldsResponse()


async def test_holds_of_orders_that_never_came_are_released(databases_of: DatabasesOf) -> None:
    databases = await databases_of("inventory_svc")
    quick = {"reservation_ttl_s": 0.05, "reservation_reap_s": 0.05}
    async with (
        serving({"easyorder.internal.order.v1.OrderStockService": NoOrders()}, name="order") as orders,
        running_service(databases, order_address=orders.address, **quick) as mesh,
    ):
        product = await create(mesh, a_shirt("A"))
        item = product.product_items[0].id
        peer = mesh.service()
        await peer.call(service.RESERVE, ReserveRequest(reservations=[reserving(1, (item, 5))]))

        async def is_free() -> bool:
            reply = await peer.call(service.RESERVE, ReserveRequest(reservations=[reserving(1, (item, 5))]))
            reservation = reply.results[0].reservation
            return reservation is not None and reservation.state is ReservationState.EXPIRED

        await eventually(is_free)


async def test_only_services_move_stock(mesh: Mesh) -> None:
    product = await create(mesh, a_shirt("A"))
    item = product.product_items[0].id
    calls: list[tuple[Any, Any]] = [
        (service.RESERVE, ReserveRequest(reservations=[reserving(1, (item, 1))])),
        (service.COMMIT, CommitRequest(order_ids=[1], revisions=[0])),
        (service.RELEASE, ReleaseRequest(order_ids=[1], revisions=[0])),
    ]

    refusals = []
    for method, request in calls:
        for client in (mesh.anonymous(), mesh.user(), mesh.admin()):
            with pytest.raises(AppError) as refusal:
                await client.call(method, request)
            refusals.append(type(refusal.value))

    assert refusals == [Unauthenticated, PermissionDenied, PermissionDenied] * 3
    stock = await mesh.admin().call(service.LIST_STOCK, ListStockLevelsRequest(product_id=product.id))
    assert [(level.reserved, level.sold) for level in stock.stock_levels] == [(0, 0)]


@pytest.mark.reaches("PERMISSION_DENIED")
async def test_only_administrators_create_products(mesh: Mesh) -> None:
    refusals = []
    for client in (mesh.anonymous(), mesh.user(), mesh.service()):
        with pytest.raises(AppError) as refusal:
            await client.call(service.CREATE_PRODUCT, CreateProductRequest(product=a_shirt("A")))
        refusals.append(type(refusal.value))

    assert refusals == [Unauthenticated, PermissionDenied, PermissionDenied]
    assert (await mesh.anonymous().call(service.LIST_PRODUCTS, ListProductsRequest())).total_size == 0


async def test_a_sku_with_blanks_or_in_another_case_is_the_same_and_a_name_of_blanks_is_none(mesh: Mesh) -> None:
    product = await create(mesh, a_shirt(" Blue "))

    with pytest.raises(SkuTaken):
        await create(mesh, a_shirt("BLUE\t"))
    with pytest.raises(InvalidArgument, match="name must not be blank"):
        await create(mesh, a_shirt("Red", name=" \t"))

    assert [item.sku for item in product.product_items] == ["Blue"]

    async def is_alone() -> bool:
        return (await mesh.user().call(service.LIST_PRODUCTS, ListProductsRequest())).total_size == 1

    await eventually(is_alone)


async def low_stock(
    mesh: Mesh, threshold: int, size: int = 0, token: str = "", product_id: str = ""
) -> ListStockLevelsResponse:
    request = ListStockLevelsRequest(
        product_id=product_id, low_stock_only=True, low_stock_threshold=threshold, page_size=size, page_token=token
    )
    return await mesh.admin().call(service.LIST_STOCK, request)


async def test_low_stock_comes_in_pages_without_a_gap(mesh: Mesh) -> None:
    product = a_shirt("A", "B", "C", "D", "E", quantity=3)
    product.product_items[1].quantity_on_hand = 1
    product.product_items[2].backorderable = True
    product.product_items[4].quantity_on_hand = 9
    _, b, c, *_ = (item.id for item in (await create(mesh, product)).product_items)
    await mesh.service("order").call(service.RESERVE, ReserveRequest(reservations=[reserving(1, (c, 5))]))

    async def all_are_seen() -> bool:
        return [item.product_item_id for item in (await low_stock(mesh, 3)).stock_levels][:2] == [c, b]

    await eventually(all_are_seen)
    whole = await low_stock(mesh, 3)
    pages: list[list[str]] = []
    token = ""
    while token or not pages:
        page = await low_stock(mesh, 3, 2, token)
        pages.append([item.sku for item in page.stock_levels])
        token = page.next_page_token

    assert pages == [["C", "B"], ["A", "D"]]
    assert ([item.sku for item in whole.stock_levels], whole.next_page_token) == (["C", "B", "A", "D"], "")


async def test_low_stock_of_a_product_or_below_the_threshold_of_the_shop(mesh: Mesh) -> None:
    first, second = [await create(mesh, a_shirt(sku, quantity=pieces)) for sku, pieces in (("A", 10), ("B", 11))]

    of_each = [await low_stock(mesh, 11, product_id=product.id) for product in (first, second)]
    by_setting = await mesh.admin().call(service.LIST_STOCK, ListStockLevelsRequest(low_stock_only=True))
    with pytest.raises(InvalidArgument) as refusal:
        await mesh.admin().call(service.LIST_STOCK, ListStockLevelsRequest(low_stock_threshold=3))

    assert [[level.sku for level in page.stock_levels] for page in of_each] == [["A"], ["B"]]
    assert [level.sku for level in by_setting.stock_levels] == ["A"]
    assert [violation.field for violation in refusal.value.violations] == ["lowStockThreshold"]


async def test_the_stock_of_one_item_is_read(mesh: Mesh) -> None:
    created = await create(mesh, a_shirt("A", "B", quantity=5))
    (listed, _) = (await mesh.admin().call(service.LIST_STOCK, ListStockLevelsRequest())).stock_levels

    for location in ("", "main"):
        request = GetStockLevelRequest(product_item_id=created.product_items[0].id, location_id=location)
        assert await mesh.admin().call(service.GET_STOCK_LEVEL, request) == listed
    with pytest.raises(ProductItemNotFound) as refusal:
        await mesh.admin().call(service.GET_STOCK_LEVEL, GetStockLevelRequest(product_item_id="999"))
    assert refusal.value.metadata == {"productItemId": "999"}
    await mesh.admin().call(service.DELETE_PRODUCT, DeleteProductRequest(id=created.id))
    with pytest.raises(ProductItemNotFound):
        await mesh.admin().call(service.GET_STOCK_LEVEL, GetStockLevelRequest(product_item_id=listed.product_item_id))


async def test_a_token_of_another_threshold_is_refused(mesh: Mesh) -> None:
    await create(mesh, a_shirt("A", "B", quantity=1))
    token = (await low_stock(mesh, 3, 1)).next_page_token

    for threshold, written in ((4, token), (3, f"{token}x"), (3, "x")):
        with pytest.raises(InvalidArgument, match="pageToken"):
            await low_stock(mesh, threshold, 1, written)


async def test_stock_lies_at_the_one_location(mesh: Mesh) -> None:
    created, admin = await create(mesh, a_shirt("A", quantity=5)), mesh.admin()
    item = created.product_items[0].id

    async def adjusted(location_id: str) -> StockLevel:
        request = AdjustStockRequest(
            product_item_id=item, delta=1, reason="delivery", request_id=f"at {location_id}", location_id=location_id
        )
        return await admin.call(service.ADJUST_STOCK, request)

    levels = [await adjusted("main"), await adjusted("")]
    with pytest.raises(InvalidArgument) as refusal:
        await adjusted("elsewhere")

    assert [(level.location_id, level.quantity_on_hand) for level in levels] == [("main", 6), ("main", 7)]
    assert [violation.field for violation in refusal.value.violations] == ["locationId"]
