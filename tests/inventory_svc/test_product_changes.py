"""UpdateProduct and UndeleteProduct: each field is replaced, parts are known again, and refusals name what is wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chassis.errors import EtagMismatch, InvalidArgument
from chassis.money import Money
from inventory_svc.commands.delete_product import DeleteProduct
from inventory_svc.commands.undelete_product import UndeleteProduct
from inventory_svc.commands.update_product import MAX_CHOSEN_ID, UpdateProduct
from inventory_svc.domain.errors import ProductNotDeleted, ProductNotFound
from inventory_svc.domain.product import MAX_PRICE, Product
from tests.audited import changes_of
from tests.builders.product import a_product, a_variation, an_item, replacing
from tests.inventory_svc.shop import Shop
from tests.inventory_svc.test_update_product import stored, updated, without_ids

SIZE, COLOUR = a_variation("size", S="0", L="2.50"), a_variation("colour", red="0", blue="1.00")


@pytest.fixture(params=["fakes", "postgres"])
def shop(request: pytest.FixtureRequest) -> Shop:
    made: Shop = request.getfixturevalue("in_memory_shop" if request.param == "fakes" else "sql_shop")
    return made


def a_shirt() -> Product:
    return a_product(an_item(options={"size": "S"}), variations=(SIZE, COLOUR))


def undated(product: Product) -> Product:
    return replace(product, modified_on=None)


async def test_each_field_is_replaced_and_audited(shop: Shop) -> None:
    product = await shop.given(a_shirt())
    wanted = replace(product, name="Tee", description="Thin", base_price=Money.of("9.00", "USD"))

    changes = await changes_of(shop.send(replacing(wanted)))

    assert set(changes) == {"name", "description", "base_price.amount"}
    assert (changes["name"], changes["description"]) == (('"Shirt"', '"Tee"'), ('"Shirt, of cotton"', '"Thin"'))
    assert undated(await stored(shop, product)) == undated(replace(wanted, version=product.version + 1))


async def test_a_location_stays_until_another_one_is_named(shop: Shop) -> None:
    product = await shop.given(a_shirt())
    [item] = product.items

    changed = await updated(shop, replace(product, name="Tee", items=(replace(item, warehouse_location=""),)))
    assert changed.items[0].warehouse_location == "A-1"

    changed = await updated(shop, replace(product, items=(replace(item, warehouse_location="B-2"),)))
    assert changed.items[0].warehouse_location == "B-2"


async def test_a_variation_that_is_left_out_is_gone_and_comes_back_as_it_was(shop: Shop) -> None:
    product = await shop.given(a_shirt())
    size, colour = product.variations

    without = await updated(shop, replace(product, variations=(size,)))
    assert without.variations == (size,)

    again = await updated(shop, replace(without_ids(product), id=product.id))
    assert again.variations == (size, colour)


async def test_an_option_that_is_left_out_is_gone_and_another_one_is_new(shop: Shop) -> None:
    product = await shop.given(a_shirt())
    size, colour = product.variations
    (green,) = a_variation("colour", green="3.00").options

    changed = await updated(
        shop, replace(product, variations=(size, replace(colour, options=(colour.options[0], green))))
    )

    red, added = changed.variations[1].options
    assert red == colour.options[0]
    assert (added.value, added.price_modifier) == ("green", Money.of("3.00", "USD"))
    assert added.id not in {0, *(option.id for option in colour.options)}


async def test_a_new_variation_has_its_options(shop: Shop) -> None:
    product = await shop.given(a_shirt())

    changed = await updated(shop, replace(product, variations=(*product.variations, a_variation("fit", slim="1.00"))))

    fit = changed.variations[2]
    assert [(option.value, option.price_modifier) for option in fit.options] == [("slim", Money.of("1.00", "USD"))]
    assert fit.id not in {0, *(variation.id for variation in product.variations)}


async def test_of_two_parts_with_a_name_the_present_one_is_meant(shop: Shop) -> None:
    product = await shop.given(a_shirt())
    size, _ = product.variations
    await updated(shop, replace(product, variations=(size,)))
    renamed = replace(product, variations=(replace(size, name="colour"),), items=(an_item(options={"colour": "S"}),))
    renamed = await updated(shop, replace(renamed, items=(replace(renamed.items[0], id=product.items[0].id),)))

    again = await updated(shop, replace(without_ids(renamed), id=product.id, name="Tee"))

    assert [variation.id for variation in again.variations] == [size.id]


async def test_ids_of_other_products_and_ids_that_are_there_twice_are_refused(shop: Shop) -> None:
    product = await shop.given(a_shirt())
    size, colour = product.variations
    other = replace(size, id=4711, name="other")
    strange = a_variation("fit", slim="0")
    strange = replace(strange, options=(replace(strange.options[0], id=4712),))
    parts = (size, other, replace(colour, id=size.id), strange)
    named = (replace(size.options[0], id=0), size.options[1])

    with pytest.raises(InvalidArgument) as refused:
        await updated(shop, replace(product, variations=(replace(parts[0], options=named), *parts[1:])))

    faults = {violation.field: violation.description for violation in refused.value.violations}
    foreign = "is not a part of this product; leave it out for a new one"
    assert faults == {
        "product.variations[1].id": foreign,
        "product.variations[2].id": f"{size.id} is there twice",
        "product.variations[3].options[0].id": foreign,
    }
    assert await stored(shop, product) == product


def choosing(product_id: int, **others: object) -> UpdateProduct:
    product = replace(a_product(an_item()), name="Chosen")
    return replace(replacing(product), product_id=product_id, allow_missing=True, **others)  # type: ignore[arg-type]


async def test_a_product_that_never_existed_is_made_with_the_id_that_is_asked_for(shop: Shop) -> None:
    for id in (4711, MAX_CHOSEN_ID):
        made = await shop.send(choosing(id))
        assert (made.id, made.name) == (id, "Chosen")
        assert await stored(shop, made) == made

    with pytest.raises(InvalidArgument, match=str(MAX_CHOSEN_ID)) as refused:
        await shop.send(choosing(MAX_CHOSEN_ID + 1))
    assert [violation.field for violation in refused.value.violations] == ["product.id"]


async def test_a_product_is_made_only_if_that_is_allowed_and_no_version_was_read(shop: Shop) -> None:
    for command in (choosing(4711, etag="1"), replace(choosing(4711), allow_missing=False)):
        with pytest.raises(ProductNotFound, match="4711") as refused:
            await shop.send(command)
        assert refused.value.metadata == {"productId": "4711"}

    product = await shop.given(a_shirt())
    assert (await shop.send(choosing(product.id))).version == product.version + 1
    await shop.delete(product)
    with pytest.raises(ProductNotFound):
        await shop.send(choosing(product.id))


async def test_only_the_version_that_was_read_is_undeleted(shop: Shop) -> None:
    product = await shop.given(a_shirt())
    with pytest.raises(ProductNotDeleted, match=str(product.id)) as present:
        await shop.send(UndeleteProduct(product_id=product.id))
    assert present.value.metadata == {"productId": str(product.id)}
    gone = await changes_of(shop.send(DeleteProduct(product_id=product.id)))
    assert gone["is_deleted"] == ("false", "true")
    assert set(gone) == {"is_deleted", "deleted_on"}

    with pytest.raises(EtagMismatch) as refused:
        await shop.send(UndeleteProduct(product_id=product.id, etag=product.etag))
    assert refused.value.metadata == {"productId": str(product.id), "etag": str(product.version + 1)}
    with pytest.raises(ProductNotFound, match="4711") as missing:
        await shop.send(UndeleteProduct(product_id=4711))
    assert missing.value.metadata == {"productId": "4711"}

    changes = await changes_of(shop.send(UndeleteProduct(product_id=product.id, etag=str(product.version + 1))))
    assert changes["is_deleted"] == ("true", "false")
    assert set(changes) == {"is_deleted", "deleted_on"}
    assert undated(await stored(shop, product)) == undated(replace(product, version=product.version + 2))


async def test_parts_may_be_named_in_any_order_by_id_or_by_name(shop: Shop) -> None:
    product = await shop.given(a_shirt())
    size, colour = product.variations
    mixed = replace(size, options=(replace(size.options[0], id=0), size.options[1]))

    changed = await updated(shop, replace(product, name="Tee", variations=(replace(mixed, id=0), colour)))

    assert changed.variations == (size, colour)


async def test_an_item_may_cost_nothing_and_no_more_than_the_most(shop: Shop) -> None:
    for price in ("0.00", str(MAX_PRICE)):
        [item] = (await shop.given(a_product(an_item(price=price)))).items
        assert item.price_override == Money.of(price, "USD")

    with pytest.raises(InvalidArgument):
        await shop.given(a_product(an_item(price=str(MAX_PRICE + 1))))


async def test_each_item_that_cannot_be_sold_is_named(shop: Shop) -> None:
    sizes = a_variation("size", S="0", L="-20.00")
    items = (an_item(options={"size": "XXL"}), an_item(options={"size": "L"}), an_item(options={"size": "S"}))

    with pytest.raises(InvalidArgument) as refused:
        await shop.given(a_product(*items, variations=(sizes,)))

    fields = {violation.field for violation in refused.value.violations}
    assert "product.productItems[1].options" in fields
    assert "product.productItems[2].options" not in fields
