"""What is sold: products, stock, incentives."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Annotated, NamedTuple

import typer
from easyorder_client import Client, to_decimal, to_money
from easyorder_client import messages as m
from easyorder_client.messages.google.protobuf import FieldMask

from cli import profiles
from cli.errors import REFUSED, USAGE, Fault
from cli.metadata import Pairs, metadata_of, pairs_of
from cli.options import DEFAULT_PROFILE, AsJson, Limit, ProfileName, Quiet, Reason
from cli.output import Columns, print_json, say, show, show_one

products = typer.Typer(invoke_without_command=True, help="List products, or add one.")
stock = typer.Typer(invoke_without_command=True, help="List the stock, or change it.")
incentives = typer.Typer(invoke_without_command=True, help="List codes of discounts, add one, or end one.")


class Sold(NamedTuple):
    """An item and its product."""

    product: m.Product
    item: m.ProductItem


ITEMS: Columns[Sold] = {
    "SKU": lambda sold: sold.item.sku,
    "name": lambda sold: sold.product.name,
    "options": lambda sold: ", ".join(option.value for option in sold.item.options),
    "price": lambda sold: sold.item.price,
    "product": lambda sold: sold.product.id,
    "item": lambda sold: sold.item.id,
}
PRODUCT: Columns[m.Product] = {
    "id": lambda product: product.id,
    "name": lambda product: product.name,
    "metadata": lambda product: pairs_of(product.metadata),
}
LEVELS: Columns[m.StockLevel] = {
    "SKU": lambda level: level.sku,
    "item": lambda level: level.product_item_id,
    "on hand": lambda level: level.quantity_on_hand,
    "reserved": lambda level: level.reserved,
    "available": lambda level: level.available,
    "backordered": lambda level: level.backordered or "",
    "sold": lambda level: level.sold,
    "location": lambda level: level.warehouse_location,
}
INCENTIVES: Columns[m.Incentive] = {
    "code": lambda incentive: incentive.code,
    "kind": lambda incentive: incentive.kind,
    "value": lambda incentive: f"{incentive.value} {incentive.currency_code}".strip(),
    "active": lambda incentive: incentive.active,
    "used": lambda incentive: incentive.uses,
    "id": lambda incentive: incentive.id,
}


def item_of(shop: Client, sku: str) -> Sold:
    """The item with this SKU, whatever its case. Raises Fault."""
    for product in shop.list_products(m.ListProductsRequest(query=sku, page_size=50)):
        for item in product.product_items:
            if item.sku.casefold() == sku.casefold():
                return Sold(product, item)
    raise Fault(f"PRODUCT_ITEM_NOT_FOUND: nothing with the SKU {sku} is sold. See: easyorder products", REFUSED)


@products.callback()
def list_products(
    context: typer.Context,
    query: Annotated[str, typer.Option("--query", help="Words of the name, the description or the SKU.")] = "",
    wanted: Annotated[str, typer.Option("--filter", help='AIP-160: metadata.collection = "summer"')] = "",
    limit: Limit = 20,
    profile: ProfileName = DEFAULT_PROFILE,
    as_json: AsJson = False,
) -> None:
    """List products, with the items that can be ordered."""
    if context.invoked_subcommand:
        return
    with profiles.shop(profile) as shop:
        request = m.ListProductsRequest(query=query, filter=wanted, page_size=min(limit, 50))
        found = list(islice(shop.list_products(request), limit))
    if as_json:
        print_json([product.to_dict() for product in found])
        return
    sold = [Sold(product, item) for product in found for item in product.product_items]
    show(sold, ITEMS, as_json=False, empty="Nothing is sold. Administrators add with: easyorder products add")


@products.command("add")
def add_product(
    name: Annotated[str, typer.Argument(help="What shoppers read.")],
    sku: Annotated[str, typer.Option("--sku", help="Unique in the shop.")],
    price: Annotated[str, typer.Option("--price", help="Such as 39.95.")],
    currency: Annotated[str, typer.Option("--currency")] = "EUR",
    pieces: Annotated[int, typer.Option("--pieces", min=0, help="How many are on hand.")] = 0,
    backorderable: Annotated[bool, typer.Option("--backorderable", help="Orders may wait for stock.")] = False,
    profile: ProfileName = DEFAULT_PROFILE,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Add a product that comes in one form."""
    item = m.ProductItem(sku=sku, quantity_on_hand=pieces, backorderable=backorderable)
    product = m.Product(name=name, base_price=amount(price, currency), product_items=[item])
    with profiles.shop(profile) as shop:
        made = shop.create_product(m.CreateProductRequest(product=product))
    if quiet:
        print(made.id)
    elif as_json:
        print_json(made.to_dict())
    else:
        show([Sold(made, item) for item in made.product_items], ITEMS, as_json=False, empty="")


@products.command("metadata")
def set_metadata(
    product_id: Annotated[str, typer.Argument(help="The id of the product.")],
    pairs: Pairs = None,
    profile: ProfileName = DEFAULT_PROFILE,
    as_json: AsJson = False,
) -> None:
    """Replace the metadata of a product, which everybody reads; without any, it is removed."""
    product = m.Product(id=product_id, metadata=metadata_of(pairs))
    request = m.UpdateProductRequest(product=product, update_mask=FieldMask(paths=["metadata"]))
    with profiles.shop(profile) as shop:
        show_one(shop.update_product(request), PRODUCT, as_json=as_json)


@stock.callback()
def list_stock(
    context: typer.Context,
    low: Annotated[bool, typer.Option("--low", help="Only what is nearly gone.")] = False,
    product: Annotated[str, typer.Option("--product", help="Only items of this product, by its id.")] = "",
    limit: Limit = 100,
    profile: ProfileName = DEFAULT_PROFILE,
    as_json: AsJson = False,
) -> None:
    """List the stock of all items."""
    if context.invoked_subcommand:
        return
    request = m.ListStockLevelsRequest(product_id=product, low_stock_only=low, page_size=min(limit, 1000))
    with profiles.shop(profile) as shop:
        found = islice(shop.list_stock_levels(request), limit)
        show(found, LEVELS, as_json=as_json, empty="Nothing is low" if low else "There is no stock")


@stock.command("adjust", context_settings={"ignore_unknown_options": True})
def adjust_stock(
    sku: str,
    delta: Annotated[int, typer.Argument(help="Pieces to add; -3 takes three away.")],
    reason: Reason,
    profile: ProfileName = DEFAULT_PROFILE,
    as_json: AsJson = False,
) -> None:
    """Add pieces of an item to the warehouse, or take some away."""
    with profiles.shop(profile) as shop:
        item = item_of(shop, sku).item
        level = shop.adjust_stock(m.AdjustStockRequest(product_item_id=item.id, delta=delta, reason=reason))
    show_one(level, LEVELS, as_json=as_json)


@incentives.callback()
def list_incentives(
    context: typer.Context, limit: Limit = 50, profile: ProfileName = DEFAULT_PROFILE, as_json: AsJson = False
) -> None:
    """List all codes."""
    if context.invoked_subcommand:
        return
    with profiles.shop(profile) as shop:
        found = islice(shop.list_incentives(m.ListIncentivesRequest(page_size=min(limit, 50))), limit)
        show(found, INCENTIVES, as_json=as_json, empty="There is no code. Add one with: easyorder incentives add")


@incentives.command("add")
def add_incentive(
    code: str,
    percent: Annotated[str, typer.Option("--percent", help="Per cent off, such as 10.")] = "",
    off: Annotated[str, typer.Option("--amount", help="An amount off, such as 5.00.")] = "",
    currency: Annotated[str, typer.Option("--currency", help="Of the amount.")] = "EUR",
    max_uses: Annotated[int | None, typer.Option("--max-uses", min=1, help="In all.")] = None,
    profile: ProfileName = DEFAULT_PROFILE,
    as_json: AsJson = False,
) -> None:
    """Add a code that takes something off an order."""
    if bool(percent) == bool(off):
        raise Fault("give --percent or --amount", USAGE)
    kind = m.IncentiveKind.PERCENT if percent else m.IncentiveKind.AMOUNT
    incentive = m.Incentive(
        code=code,
        kind=kind,
        value=percent or off,
        currency_code=currency if off else "",
        max_uses=max_uses,
    )
    with profiles.shop(profile) as shop:
        made = shop.create_incentive(m.CreateIncentiveRequest(incentive=incentive))
    show([made], INCENTIVES, as_json=as_json, empty="")


@incentives.command("end")
def end_incentive(code: str, profile: ProfileName = DEFAULT_PROFILE) -> None:
    """Let nobody use a code any more; placed orders keep their discounts."""
    with profiles.shop(profile) as shop:
        shop.deactivate_incentive(m.DeactivateIncentiveRequest(id=_incentive(shop, code).id))
    say(f"{code} can no longer be used. Take that back with: easyorder incentives begin {code}")


@incentives.command("begin")
def begin_incentive(code: str, profile: ProfileName = DEFAULT_PROFILE) -> None:
    """Let a code that was ended be used again."""
    with profiles.shop(profile) as shop:
        shop.activate_incentive(m.ActivateIncentiveRequest(id=_incentive(shop, code).id))
    say(f"{code} can be used")


def _incentive(shop: Client, code: str) -> m.Incentive:
    found: Iterator[m.Incentive] = iter(shop.list_incentives(m.ListIncentivesRequest(page_size=50)))
    for incentive in found:
        if incentive.code.casefold() == code.casefold():
            return incentive
    raise Fault(f"INCENTIVE_NOT_FOUND: there is no code {code}. See: easyorder incentives", REFUSED)


def amount(given: str, currency: str) -> m.Money:
    """An amount that was typed. Raises Fault."""
    try:
        money = to_money(given, currency.upper())
    except (ArithmeticError, ValueError):
        raise Fault(f"{given} is no amount: it is such as 39.95", USAGE) from None
    to_decimal(money)
    return money
