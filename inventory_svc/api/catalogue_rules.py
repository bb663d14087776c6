"""The rules between the fields of products, of incentives and of lists, so that a refused request is told all faults.

They are those of the domain, which checks an update once more together with what is stored.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from easyorder.catalog.v1 import CreateProductRequest, ListProductsRequest, UpdateProductRequest
from easyorder.catalog.v1 import Product as ProductMessage
from easyorder.incentive.v1 import CreateIncentiveRequest, UpdateIncentiveRequest
from easyorder.incentive.v1 import Incentive as IncentiveMessage
from easyorder.inventory.v1 import ListStockLevelsRequest

from chassis.errors import InvalidArgument
from chassis.money import Money
from chassis.update_mask import named_fields, updated_fields
from chassis.validation import Rule
from inventory_svc.domain.incentive import Incentive, IncentiveKind
from inventory_svc.domain.product import Product
from inventory_svc.domain.product_size import check_size
from inventory_svc.messages import incentives, inventory
from inventory_svc.messages.incentives import incentive_of_message
from inventory_svc.messages.inventory import wanted_product
from inventory_svc.queries.products import words_of
from ops.filters import parse_metadata_filter

Refused = Collection[str]
_NO_PRODUCT = Product(name="", description="", base_price=Money.zero(""), variations=(), items=())
_NO_INCENTIVE = Incentive(code="", kind=IncentiveKind.PERCENT)
# The attributes that are not known when a path was refused.
_DECIDING = {
    "base_price": re.compile(r"product\.basePrice\b.*"),
    "kind": re.compile(r"incentive\.kind"),
    "price_modifier": re.compile(r"product\.variations\[.*\.priceModifier\b.*"),
    "variations": re.compile(r"product\.variations(\[.*\.(name|options|value))?"),
}


def _unknown(refused: Refused) -> set[str]:
    return {name for name, path in _DECIDING.items() if any(map(path.fullmatch, refused))}


def _new_product(request: CreateProductRequest, refused: Refused) -> None:
    if request.product is not None:
        wanted_product(request.product).completed().check(_unknown(refused))


def _size_of_product(request: CreateProductRequest, _: Refused) -> None:
    if request.product is not None:
        check_size(wanted_product(request.product).completed())


def _mask_of_product(request: UpdateProductRequest, _: Refused) -> None:
    updated_fields(request.product or ProductMessage(), request.update_mask, list(inventory.CHANGEABLE))


def _changed_product(request: UpdateProductRequest, refused: Refused) -> None:
    message = request.product or ProductMessage()
    names = named_fields(message, request.update_mask, list(inventory.CHANGEABLE))
    wanted, given = wanted_product(message), {inventory.CHANGEABLE[name] for name in names}
    product = replace(_NO_PRODUCT, **{name: getattr(wanted, name) for name in given})
    product.completed().check({"id", *_unknown(refused), *set(inventory.CHANGEABLE.values()) - given})


def _new_incentive(request: CreateIncentiveRequest, refused: Refused) -> None:
    if request.incentive is not None:
        incentive_of_message(request.incentive).check(_unknown(refused))


def _mask_of_incentive(request: UpdateIncentiveRequest, _: Refused) -> None:
    updated_fields(request.incentive or IncentiveMessage(), request.update_mask, list(incentives.CHANGEABLE))


def _changed_incentive(request: UpdateIncentiveRequest, refused: Refused) -> None:
    message = request.incentive or IncentiveMessage()
    names = named_fields(message, request.update_mask, list(incentives.CHANGEABLE))
    wanted, given = incentive_of_message(message), {incentives.CHANGEABLE[name] for name in names}
    incentive = replace(_NO_INCENTIVE, **{name: getattr(wanted, name) for name in given})
    incentive.check(_unknown(refused) | set(incentives.CHANGEABLE.values()) - given)


def _words(request: ListProductsRequest, _: Refused) -> None:
    words_of(request.query)


def _filter(request: ListProductsRequest, _: Refused) -> None:
    parse_metadata_filter(request.filter)


def _number_or_token(request: ListProductsRequest, _: Refused) -> None:
    if request.page_number and request.page_token:
        raise InvalidArgument.of("pageToken", "cannot be used together with pageNumber")


def _threshold_of_low_stock(request: ListStockLevelsRequest, _: Refused) -> None:
    if request.low_stock_threshold is not None and not request.low_stock_only:
        raise InvalidArgument.of("lowStockThreshold", "is for lists with lowStockOnly")


PRODUCT_RULES: Mapping[str, Sequence[Rule]] = {
    "create_product": (_new_product, _size_of_product),
    "update_product": (_mask_of_product, _changed_product),
    "list_products": (_words, _filter, _number_or_token),
}
INCENTIVE_RULES: Mapping[str, Sequence[Rule]] = {
    "create_incentive": (_new_incentive,),
    "update_incentive": (_mask_of_incentive, _changed_incentive),
}
STOCK_RULES: Mapping[str, Sequence[Rule]] = {"list_stock_levels": (_threshold_of_low_stock,)}
