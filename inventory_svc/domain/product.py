"""Product: variations, options and items. A product that passes `check` is consistent, and its items have prices."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from chassis.errors import FieldViolation, InvalidArgument
from chassis.money import Money
from foundation.metadata import faults_of as faults_of_metadata
from inventory_svc.domain.keys import fault_of, key_of

# A hundred lines of a thousand pieces at this price still fit an order's total.
MAX_PRICE = Decimal(1_000_000_000)
# Of the names and values that an item has chosen, in characters: every line of every hold carries them.
MAX_CHOSEN = 250
# What the price of an item without one of its own is made of.
_OF_PRICES = frozenset({"base_price", "price_modifier"})


@dataclass(frozen=True, slots=True, kw_only=True)
class VariationOption:
    """One value of a variation; its modifier is added to the base price and may be negative. `id` is 0 until stored."""

    value: str
    price_modifier: Money
    id: int = 0
    is_deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Variation:
    """A way in which the items of a product differ."""

    name: str
    options: tuple[VariationOption, ...]
    id: int = 0
    is_deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemOption:
    """The option that an item has for one variation, both by name."""

    variation: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductItem:
    """The unit that is stocked and ordered: one combination of options."""

    sku: str
    price_override: Money | None = None
    options: tuple[ItemOption, ...] = ()
    backorderable: bool = False
    quantity_on_hand: int = 0
    warehouse_location: str = ""
    id: int = 0
    is_deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A product with its parts. `version` increases with every write.

    Prices, options and checks expect a product without deleted parts: if it has some, use `live()` first.
    """

    name: str
    description: str
    base_price: Money
    variations: tuple[Variation, ...]
    items: tuple[ProductItem, ...]
    metadata: Mapping[str, str] = field(default_factory=dict)
    id: int = 0
    version: int = 0
    created_on: datetime | None = None
    modified_on: datetime | None = None
    # As stored: the repository sets it when it saves a product that `is_deleted`.
    deleted_on: datetime | None = None
    is_deleted: bool = False

    @property
    def etag(self) -> str:
        return str(self.version)

    def live(self) -> Product:
        """The product without the parts that were deleted."""
        return replace(
            self,
            variations=tuple(
                replace(variation, options=tuple(option for option in variation.options if not option.is_deleted))
                for variation in self.variations
                if not variation.is_deleted
            ),
            items=tuple(item for item in self.items if not item.is_deleted),
        )

    def completed(self) -> Product:
        """The product with a modifier of zero for each option that was given none."""
        free = Money.zero(self.base_price.currency)
        return replace(
            self,
            variations=tuple(
                replace(
                    variation,
                    options=tuple(
                        replace(option, price_modifier=free) if option.price_modifier == Money.zero("") else option
                        for option in variation.options
                    ),
                )
                for variation in self.variations
            ),
        )

    def prices(self) -> tuple[Money, ...]:
        """The price of each of `items`: its own price, or the base price plus the modifiers of its options.

        Raises KeyError when an item has an option that the product does not have.
        """
        options = self.options()
        return tuple(self._price(item, options) for item in self.items)

    def options(self) -> dict[ItemOption, VariationOption]:
        """Every option, by the names with which items refer to it."""
        return {
            ItemOption(variation=variation.name, value=option.value): option
            for variation in self.variations
            for option in variation.options
        }

    def _price(self, item: ProductItem, options: Mapping[ItemOption, VariationOption]) -> Money:
        if item.price_override is not None:
            return item.price_override
        modifiers = [options[chosen].price_modifier for chosen in item.options]
        return self.base_price + Money.sum(modifiers, self.base_price.currency)

    def check(self, unknown: Collection[str] = ()) -> None:
        """Raises InvalidArgument naming every field at fault, as paths of the JSON that describes the product.

        Of a product of which some attributes are `unknown`, it finds what is wrong with the others. One that is unknown
        has the value that it would have if it were not given.
        """
        prices = [*self._faults_of_prices()]
        violations = [*prices, *self._faults_of_variations(), *self._faults_of_items()]
        violations += [FieldViolation(*fault) for fault in faults_of_metadata(self.metadata, "product.metadata")]
        if not unknown:
            violations += self._missing()
        if "variations" not in unknown:
            violations += self._faults_of_choices()
            if not prices and _OF_PRICES.isdisjoint(unknown):
                violations += self._unsellable_items()
        if violations:
            raise InvalidArgument.of_all(violations)

    def _missing(self) -> Iterator[FieldViolation]:
        """What the contract requires of a new product; of a change it requires less."""
        if not self.name:
            yield FieldViolation("product.name", "is required")
        if not self.items:
            yield FieldViolation("product.productItems", "needs at least 1")
        if not self.base_price.currency:
            yield FieldViolation("product.basePrice", "is required")

    def _faults_of_prices(self) -> Iterator[FieldViolation]:
        yield from self._faults_of_price("product.basePrice", self.base_price, lowest=Decimal(0))
        for v, variation in enumerate(self.variations):
            for o, option in enumerate(variation.options):
                path = f"product.variations[{v}].options[{o}].priceModifier"
                yield from self._faults_of_price(path, option.price_modifier, lowest=-MAX_PRICE)
        for i, item in enumerate(self.items):
            if item.price_override is not None:
                path = f"product.productItems[{i}].priceOverride"
                yield from self._faults_of_price(path, item.price_override, lowest=Decimal(0))

    def _faults_of_variations(self) -> Iterator[FieldViolation]:
        yield from _repeated("product.variations[{}].name", [variation.name for variation in self.variations])
        for v, variation in enumerate(self.variations):
            path = f"product.variations[{v}].options[{{}}].value"
            yield from _repeated(path, [option.value for option in variation.options])

    def _faults_of_items(self) -> Iterator[FieldViolation]:
        yield from _repeated("product.productItems[{}].sku", [item.sku for item in self.items], key_of)
        for i, item in enumerate(self.items):
            path = f"product.productItems[{i}]"
            if fault := fault_of(item.sku):
                yield FieldViolation(f"{path}.sku", fault)
            yield from _repeated(path + ".options[{}].variation", [chosen.variation for chosen in item.options])
            if sum(len(chosen.variation) + len(chosen.value) for chosen in item.options) > MAX_CHOSEN:
                yield FieldViolation(f"{path}.options", f"take at most {MAX_CHOSEN} characters in all, names included")

    def _faults_of_choices(self) -> Iterator[FieldViolation]:
        values = {variation.name: {option.value for option in variation.options} for variation in self.variations}
        for i, item in enumerate(self.items):
            for o, chosen in enumerate(item.options):
                path = f"product.productItems[{i}].options[{o}]"
                if chosen.variation not in values:
                    yield FieldViolation(f"{path}.variation", f"the product has no variation {chosen.variation!r}")
                elif chosen.value not in values[chosen.variation]:
                    fault = f"variation {chosen.variation!r} has no option {chosen.value!r}"
                    yield FieldViolation(f"{path}.value", fault)

    def _faults_of_price(self, path: str, price: Money, *, lowest: Decimal) -> Iterator[FieldViolation]:
        if price.currency and price.currency != self.base_price.currency and self.base_price.currency:
            yield FieldViolation(f"{path}.currencyCode", f"must be {self.base_price.currency}, as the base price")
        if not lowest <= price.amount <= MAX_PRICE:
            yield FieldViolation(path, f"must be between {lowest} and {MAX_PRICE}")

    def _unsellable_items(self) -> Iterator[FieldViolation]:
        options = self.options()
        for i, item in enumerate(self.items):
            if not all(chosen in options for chosen in item.options):
                continue
            price = self._price(item, options)
            if not 0 <= price.amount <= MAX_PRICE:
                yield FieldViolation(
                    f"product.productItems[{i}].options",
                    f"make a price of {price}; it must be between 0 and {MAX_PRICE}",
                )


def _repeated(path: str, names: list[str], key: Callable[[str], str] = str) -> Iterator[FieldViolation]:
    seen: set[str] = set()
    for index, name in enumerate(names):
        if key(name) in seen:
            yield FieldViolation(path.format(index), f"{name!r} is there twice")
        seen.add(key(name))
