"""UpdateProduct, DeleteProduct, UndeleteProduct: parts keep their ids, deletions can be undone, no edit is lost."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from chassis.errors import EtagMismatch, InvalidArgument
from chassis.money import Money
from inventory_svc.commands.commit import Commit
from inventory_svc.commands.create_product import CreateProduct
from inventory_svc.commands.delete_product import DeleteProduct
from inventory_svc.commands.release import Release
from inventory_svc.commands.undelete_product import UndeleteProduct
from inventory_svc.commands.update_product import UpdateProduct
from inventory_svc.domain.errors import ProductItemNotFound, ProductNotDeleted, ProductNotFound, SkuTaken
from inventory_svc.domain.product import Product
from tests.builders.product import a_product, a_variation, an_item, replacing
from tests.inventory_svc.shop import InMemoryShop, Pieces, Shop, SqlShop

SIZES = a_variation("size", S="0", L="2.50")


def a_shirt(*, price: str = "10.00") -> Product:
    return a_product(
        an_item(sku="S", quantity=5, options={"size": "S"}),
        an_item(sku="L", quantity=7, options={"size": "L"}),
        price=price,
        variations=(SIZES,),
    )


def without_ids(product: Product) -> Product:
    """As a caller writes it who knows the names only."""
    return replace(
        product,
        variations=tuple(
            replace(v, id=0, options=tuple(replace(o, id=0) for o in v.options)) for v in product.variations
        ),
        items=tuple(replace(item, id=0) for item in product.items),
    )


async def updated(shop: Shop, product: Product, *, etag: str = "", replica: int = 0) -> Product:
    answer = await shop.send(replacing(product, etag=etag), replica=replica)
    assert isinstance(answer, Product)
    return answer


async def stored(shop: Shop, product: Product) -> Product:
    """The product as it is."""
    async with shop.open_uows[0]() as uow:
        found = await uow.products.lock(product.id)
    assert isinstance(found, Product)
    return found.live()


class UpdateProductContract:
    @pytest.mark.parametrize("known_by", ["id", "name"])
    async def test_an_equal_tree_changes_nothing(self, shop: Shop, known_by: str) -> None:
        product = await shop.given(a_shirt())
        wanted = product if known_by == "id" else replace(without_ids(product), id=product.id)

        assert await updated(shop, wanted) == product
        assert await stored(shop, product) == product

    @pytest.mark.parametrize("known_by", ["id", "name"])
    async def test_ids_are_kept(self, shop: Shop, known_by: str) -> None:
        product = await shop.given(a_shirt())
        small, large = SIZES.options
        wanted = replace(
            product if known_by == "id" else replace(without_ids(product), id=product.id),
            variations=(replace(SIZES, options=(small, replace(large, price_modifier=Money.of("3.00", "USD")))),),
        )

        changed = await updated(shop, wanted)

        assert [item.id for item in changed.items] == [item.id for item in product.items]
        assert [v.id for v in changed.variations] == [v.id for v in product.variations]
        assert changed.prices() == (Money.of("10.00", "USD"), Money.of("13.00", "USD"))
        assert changed.version == product.version + 1

    async def test_metadata_is_replaced_and_removed_by_its_name_in_the_mask(self, shop: Shop) -> None:
        product = await shop.given(replace(a_shirt(), metadata={"collection": "summer"}))
        renamed = UpdateProduct(product_id=product.id, product=replace(product, name="Tee"), fields=frozenset({"name"}))

        for metadata in ({"collection": "summer", "new": "yes"}, {"new": "no"}, {}):
            changed = await updated(shop, replace(product, metadata=metadata))
            assert changed.metadata == metadata
            assert await stored(shop, product) == changed
            assert (await shop.send(renamed)).metadata == metadata

    async def test_metadata_beyond_its_bounds_is_refused(self, shop: Shop) -> None:
        product = await shop.given(a_shirt())

        with pytest.raises(InvalidArgument) as refused:
            await updated(shop, replace(product, metadata={"long": "x" * 501}))

        assert [fault.field for fault in refused.value.violations] == ["product.metadata.long"]
        assert await stored(shop, product) == product

    async def test_prices_follow_base_price_modifiers_and_overrides(self, shop: Shop) -> None:
        product = await shop.given(a_shirt())
        small, large = product.items

        changed = await updated(
            shop,
            replace(
                product,
                base_price=Money.of("20.00", "USD"),
                items=(replace(small, price_override=Money.of("1.99", "USD")), large),
            ),
        )

        reservation = await shop.send(shop.order((changed.items[0], 1), (changed.items[1], 1)))
        assert [str(line.unit_price) for line in reservation.lines] == ["1.99 USD", "22.50 USD"]

    async def test_parts_are_added_renamed_and_moved(self, shop: Shop) -> None:
        product = await shop.given(a_shirt())
        small, large = product.items
        (sizes,) = product.variations
        renamed = tuple(replace(option, value={"S": "small", "L": "large"}[option.value]) for option in sizes.options)
        wanted = replace(
            product,
            variations=(replace(sizes, options=renamed), a_variation("colour", red="0.50")),
            items=(
                replace(large, options=an_item(options={"size": "large"}).options, quantity_on_hand=99),
                replace(small, sku="S2", warehouse_location="B-2", options=an_item(options={"colour": "red"}).options),
                an_item(sku="NEW", quantity=3, options={"size": "large", "colour": "red"}),
            ),
        )

        changed = await updated(shop, wanted)

        assert [(item.sku, item.id) for item in changed.items[:2]] == [("S2", small.id), ("L", large.id)]
        assert [str(price) for price in changed.prices()] == ["10.50 USD", "12.50 USD", "13.00 USD"]
        assert changed.items[0].warehouse_location == "B-2"
        assert [option.id for option in changed.variations[0].options] == [option.id for option in sizes.options]
        # The stock of an item that is there changes by AdjustStock only.
        assert [await shop.of(item) for item in changed.items] == [Pieces(5), Pieces(7), Pieces(3)]
        assert await stored(shop, product) == changed

    async def test_a_part_comes_back_as_what_it_was(self, shop: Shop) -> None:
        product = await shop.given(a_shirt())
        small, large = product.items
        (sizes,) = product.variations
        less = await updated(
            shop, replace(product, variations=(replace(sizes, options=sizes.options[:1]),), items=(small,))
        )
        assert ([item.sku for item in less.items], len(less.variations[0].options)) == (["S"], 1)

        again = await updated(shop, replace(without_ids(product), id=product.id))

        assert replace(again, version=1, modified_on=product.modified_on) == product
        assert await shop.of(large) == Pieces(7)

    async def test_items_swap_their_skus(self, shop: Shop) -> None:
        product = await shop.given(a_shirt())
        small, large = product.items

        changed = await updated(shop, replace(product, items=(replace(small, sku="L"), replace(large, sku="S"))))

        assert [(item.id, item.sku) for item in changed.items] == [(small.id, "L"), (large.id, "S")]

    async def test_what_is_held_of_a_deleted_item_is_sold_or_given_back(self, shop: Shop) -> None:
        product = await shop.given(a_shirt())
        small, large = product.items
        first, second = shop.order((small, 2)), shop.order((small, 1))
        await shop.send(first)
        await shop.send(second)

        await updated(shop, replace(product, items=(large,)))

        with pytest.raises(ProductItemNotFound):
            await shop.send(shop.order((small, 1)))
        await shop.send(Commit(order_id=first.order_id))
        await shop.send(Release(order_id=second.order_id))
        assert await shop.of(small) == Pieces(3, sold=2)

    async def test_an_old_etag_is_refused(self, shop: Shop) -> None:
        product = await shop.given(a_shirt())
        changed = await updated(shop, replace(product, name="Blouse"), etag=product.etag)

        with pytest.raises(EtagMismatch):
            await updated(shop, replace(product, name="Late"), etag=product.etag)
        with pytest.raises(EtagMismatch):
            await shop.send(DeleteProduct(product_id=product.id, etag=product.etag))

        assert await stored(shop, product) == changed

    async def test_of_two_who_saw_the_same_version_one_wins(self, shop: Shop) -> None:
        product = await shop.given(a_shirt())

        results = await asyncio.gather(
            *(updated(shop, replace(product, name=f"N{n}"), etag=product.etag, replica=n % 2) for n in range(6)),
            return_exceptions=True,
        )

        assert sorted(type(result).__name__ for result in results) == [*["EtagMismatch"] * 5, "Product"]
        (winner,) = (result for result in results if isinstance(result, Product))
        assert await stored(shop, product) == winner

    async def test_a_sku_belongs_to_one_item_deleted_ones_included(self, shop: Shop) -> None:
        product = await shop.given(a_shirt())
        other = await shop.given(a_product(an_item(sku="X"), an_item(sku="Y")))
        await updated(shop, replace(other, items=other.items[:1]))
        small, _ = product.items
        refused = {
            "of another product": (replace(small, sku="X"), other),
            "of a deleted item of another product": (replace(small, sku="Y"), other),
            "of an item that this change deletes": (replace(small, sku="L"), product),
        }

        for item, owner in refused.values():
            with pytest.raises(SkuTaken) as refusal:
                await updated(shop, replace(product, items=(item,)))
            assert refusal.value.metadata == {"sku": item.sku, "productId": str(owner.id)}
            assert [violation.field for violation in refusal.value.violations] == ["product.productItems[0].sku"]
        assert "deleted" in refusal.value.message
        deleted = await shop.send(DeleteProduct(product_id=product.id))
        with pytest.raises(SkuTaken):
            await shop.given(a_product(an_item(sku="L")))
        assert await stored(shop, product) == deleted

    async def test_an_item_is_recognised_by_its_sku_in_any_case_and_takes_the_new_one(self, shop: Shop) -> None:
        product = await shop.given(a_product(an_item(sku="Blue")))

        changed = await updated(shop, replace(product, items=(an_item(sku="BLUE"),)))

        assert [(item.id, item.sku) for item in changed.items] == [(product.items[0].id, "BLUE")]
        with pytest.raises(SkuTaken):
            await shop.given(a_product(an_item(sku="blue")))

    async def test_one_sku_for_two_products_at_once(self, shop: Shop) -> None:
        products = [await shop.given(a_product()) for _ in range(4)]
        wanted = [replace(p, items=(*p.items, an_item(sku="ONE"))) for p in products]

        results = await asyncio.gather(
            *(updated(shop, product, replica=n % 2) for n, product in enumerate(wanted)),
            shop.send(CreateProduct(product=a_product(an_item(sku="ONE")))),
            return_exceptions=True,
        )

        assert sorted(type(result).__name__ for result in results) == ["Product", *["SkuTaken"] * 4]

    async def test_ids_of_somebody_else_are_named(self, shop: Shop) -> None:
        product, other = await shop.given(a_shirt()), await shop.given(a_product(variations=(SIZES,)))
        (sizes,) = product.variations
        option = other.variations[0].options[0]
        faults = {
            "product.productItems[1].id": replace(product, items=(product.items[0], other.items[0])),
            "product.variations[0].id": replace(product, variations=other.variations),
            "product.variations[0].options[1].id": replace(
                product, variations=(replace(sizes, options=(sizes.options[0], replace(option, value="L"))),)
            ),
            "product.productItems[0].options[0].value": replace(
                product, variations=(replace(sizes, options=sizes.options[1:]),)
            ),
        }
        for field, wanted in faults.items():
            with pytest.raises(InvalidArgument) as refusal:
                await updated(shop, wanted)
            assert [violation.field for violation in refusal.value.violations] == [field]
        twice = replace(product, items=(product.items[0], replace(product.items[0], sku="other")))
        with pytest.raises(InvalidArgument, match="twice"):
            await updated(shop, twice)

        assert await stored(shop, product) == product

    async def test_what_is_not_there_can_not_be_changed(self, shop: Shop) -> None:
        product = await shop.given(a_shirt())
        await shop.delete(product)

        for command in (
            replacing(product),
            replacing(replace(product, id=99)),
            DeleteProduct(product_id=product.id),
            DeleteProduct(product_id=99),
            UndeleteProduct(product_id=99),
        ):
            with pytest.raises(ProductNotFound):
                await shop.send(command)

    async def test_a_deleted_product_comes_back_as_it_was(self, shop: Shop) -> None:
        product = await shop.given(a_shirt())
        deleted = await shop.send(DeleteProduct(product_id=product.id, etag=product.etag))
        assert deleted == replace(
            product, version=2, is_deleted=True, modified_on=deleted.modified_on, deleted_on=deleted.deleted_on
        )
        assert deleted.deleted_on is not None
        with pytest.raises(ProductItemNotFound):
            await shop.send(shop.order((product.items[0], 1)))

        back = await shop.send(UndeleteProduct(product_id=product.id))

        assert replace(back, version=1, modified_on=product.modified_on) == product
        assert back.version == 3
        with pytest.raises(ProductNotDeleted):
            await shop.send(UndeleteProduct(product_id=product.id))
        assert await stored(shop, product) == back
        await shop.send(shop.order((product.items[0], 1)))


class TestInMemory(UpdateProductContract):
    @pytest.fixture
    def shop(self, in_memory_shop: InMemoryShop) -> InMemoryShop:
        return in_memory_shop


class TestOnPostgres(UpdateProductContract):
    @pytest.fixture
    def shop(self, sql_shop: SqlShop) -> SqlShop:
        return sql_shop

    async def test_only_rows_that_differ_are_written(self, shop: SqlShop) -> None:
        product = await shop.given(a_shirt())
        small, large = SIZES.options
        dearer = replace(SIZES, options=(small, replace(large, price_modifier=Money.of("3.00", "USD"))))
        await shop.forget_changes()

        await updated(shop, replace(product, variations=(dearer,)))

        # The product for its version, the option, and the one item whose price follows from it.
        assert await shop.rows_changed() == ["product", "product_item", "variation_option"]

    async def test_where_it_lies_is_noted_while_stock_moves(self, shop: SqlShop) -> None:
        product = await shop.given(a_shirt())
        small, large = product.items
        moved = replace(product, items=(replace(small, warehouse_location="B-1"), large))
        await shop.forget_changes()

        results = await asyncio.gather(
            updated(shop, moved), *(shop.send(shop.order((small, 1), (large, 1)), replica=1) for _ in range(5))
        )

        assert results[0].items[0].warehouse_location == "B-1"
        assert await shop.of(small) == Pieces(5, reserved=5)
        assert set(await shop.rows_changed()) == {"product", "inventory"}
