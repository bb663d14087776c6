"""Product: variations, options and items. A product that passes `check` is consistent, and its items have prices."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from chassis.errors import FieldViolation, InvalidArgument
from chassis.money import CURRENCIES, Money
from inventory_svc.domain.keys import fault_of, key_of

# A hundred lines of a thousand pieces at this price still fit an order's total.
MAX_PRICE = Decimal(1_000_000_000)
# Of the names and values that an item has chosen, in characters: every line of every hold carries them.
MAX_CHOSEN = 250


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

    def check(self) -> None:
        """Raises InvalidArgument naming every field at fault, as paths of the JSON that describes the product."""
        violations = [*self._missing(), *self._faults_of_variations(), *self._faults_of_items()]
        if not violations:
            violations = [*self._unsellable_items()]
        if violations:
            raise InvalidArgument.of_all(violations)

    def _missing(self) -> Iterator[FieldViolation]:
        """What the contract requires of a new product; of a change it requires less."""
        if not self.name:
            yield FieldViolation("product.name", "is required")
        if not self.items:
            yield FieldViolation("product.productItems", "needs at least 1")
        if self.base_price.currency:
            yield from self._faults_of_price("product.basePrice", self.base_price, lowest=Decimal(0))
        else:
            yield FieldViolation("product.basePrice", "is required")

    def _faults_of_variations(self) -> Iterator[FieldViolation]:
        yield from _repeated("product.variations[{}].name", [variation.name for variation in self.variations])
        for v, variation in enumerate(self.variations):
            path = f"product.variations[{v}].options"
            yield from _repeated(path + "[{}].value", [option.value for option in variation.options])
            for o, option in enumerate(variation.options):
                yield from self._faults_of_price(f"{path}[{o}].priceModifier", option.price_modifier, lowest=-MAX_PRICE)

    def _faults_of_items(self) -> Iterator[FieldViolation]:
        yield from _repeated("product.productItems[{}].sku", [item.sku for item in self.items], key_of)
        values = {variation.name: {option.value for option in variation.options} for variation in self.variations}
        for i, item in enumerate(self.items):
            path = f"product.productItems[{i}]"
            if fault := fault_of(item.sku):
                yield FieldViolation(f"{path}.sku", fault)
            if item.price_override is not None:
                yield from self._faults_of_price(f"{path}.priceOverride", item.price_override, lowest=Decimal(0))
            yield from _repeated(path + ".options[{}].variation", [chosen.variation for chosen in item.options])
            if sum(len(chosen.variation) + len(chosen.value) for chosen in item.options) > MAX_CHOSEN:
                yield FieldViolation(f"{path}.options", f"take at most {MAX_CHOSEN} characters in all, names included")
            for o, chosen in enumerate(item.options):
                if chosen.variation not in values:
                    yield FieldViolation(
                        f"{path}.options[{o}].variation", f"the product has no variation {chosen.variation!r}"
                    )
                elif chosen.value not in values[chosen.variation]:
                    yield FieldViolation(
                        f"{path}.options[{o}].value", f"variation {chosen.variation!r} has no option {chosen.value!r}"
                    )

    def _faults_of_price(self, path: str, price: Money, *, lowest: Decimal) -> Iterator[FieldViolation]:
        if price.currency not in CURRENCIES:
            yield FieldViolation(f"{path}.currencyCode", f"must be one of {', '.join(sorted(CURRENCIES))}")
        elif price.currency != self.base_price.currency:
            yield FieldViolation(f"{path}.currencyCode", f"must be {self.base_price.currency}, as the base price")
        if not lowest <= price.amount <= MAX_PRICE:
            yield FieldViolation(path, f"must be between {lowest} and {MAX_PRICE}")
        elif price != price.rounded():
            yield FieldViolation(path, "must be in whole minor units, two decimals")

    def _unsellable_items(self) -> Iterator[FieldViolation]:
        for i, price in enumerate(self.prices()):
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
