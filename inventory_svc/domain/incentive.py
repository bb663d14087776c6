"""Incentive: the value of a code and who may use it, when and how often. An incentive that passes `check` can be
priced."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum

from chassis.errors import FieldViolation, InvalidArgument
from chassis.money import Money
from inventory_svc.domain.keys import fault_of

_MAX_AMOUNT = Decimal(1_000_000_000_000)
_MAX_MULTIPLIER = Decimal(100)
# What decides whether a value is valid.
_OF_VALUE = frozenset({"kind", "value", "currency", "buy_quantity", "get_quantity"})


class IncentiveKind(Enum):
    """How an incentive works; the names are those of the contract."""

    PERCENT = "PERCENT"
    AMOUNT = "AMOUNT"
    BUY_X_GET_Y = "BUY_X_GET_Y"
    LOYALTY_MULTIPLIER = "LOYALTY_MULTIPLIER"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incentive:
    """A discount code, valid from `starts` until before `ends`.

    `value` is per cent, an amount in `currency`, or a multiplier. `uses` counts the current redemptions. `revision`
    counts edits but not uses, so that a redemption does not conflict with an administrator's edit.
    """

    code: str
    kind: IncentiveKind
    value: Decimal = Decimal(0)
    # Empty: orders in any currency.
    currency: str = ""
    starts: datetime | None = None
    ends: datetime | None = None
    min_total: Money | None = None
    # Empty: all items.
    product_item_ids: tuple[int, ...] = ()
    max_uses: int | None = None
    max_uses_per_user: int | None = None
    stackable: bool = False
    buy_quantity: int = 0
    get_quantity: int = 0
    uses: int = 0
    active: bool = True
    id: int = 0
    revision: int = 1
    # None before it is stored.
    modified_on: datetime | None = None

    @property
    def description(self) -> str:
        """A description for the shopper."""
        match self.kind:
            case IncentiveKind.PERCENT:
                return f"{_plain(self.value)} % off"
            case IncentiveKind.AMOUNT:
                return f"{Money.of(self.value, self.currency)} off"
            case IncentiveKind.BUY_X_GET_Y:
                return f"buy {self.buy_quantity}, get {self.get_quantity} free"
            case IncentiveKind.LOYALTY_MULTIPLIER:
                return f"loyalty points times {_plain(self.value)}"

    @property
    def terms(self) -> Incentive:
        """The discount and its conditions, as an order stores them; without period, users and limits."""
        return Incentive(
            id=self.id,
            code=self.code,
            kind=self.kind,
            value=self.value,
            currency=self.currency,
            min_total=self.min_total,
            product_item_ids=self.product_item_ids,
            buy_quantity=self.buy_quantity,
            get_quantity=self.get_quantity,
        )

    def covers(self, product_item_id: int) -> bool:
        return not self.product_item_ids or product_item_id in self.product_item_ids

    def check(self, unknown: Collection[str] = ()) -> None:
        """Raises InvalidArgument naming every field at fault, as paths of the JSON that describes the incentive.

        Of an incentive of which some attributes are `unknown`, it finds what is wrong with the others. One that is
        unknown has its default.
        """
        violations = [*self._faults_of_code(), *self._faults_of_limits()]
        if _OF_VALUE.isdisjoint(unknown):
            violations += self._faults_of_value()
        if violations:
            raise InvalidArgument.of_all(violations)

    def _faults_of_code(self) -> Iterator[FieldViolation]:
        if fault := fault_of(self.code):
            yield FieldViolation("incentive.code", fault)

    def _faults_of_value(self) -> Iterator[FieldViolation]:
        match self.kind:
            case IncentiveKind.PERCENT if not 0 < self.value <= 100:
                yield FieldViolation("incentive.value", "must be more than 0 and at most 100 per cent")
            case IncentiveKind.AMOUNT:
                if not self.currency:
                    yield FieldViolation("incentive.currencyCode", "is required for an amount")
                if not 0 < self.value < _MAX_AMOUNT or self.value != Money.of(self.value, self.currency).amount:
                    yield FieldViolation("incentive.value", "must be an amount above 0 in whole minor units")
            case IncentiveKind.BUY_X_GET_Y:
                for name, quantity in (("buyQuantity", self.buy_quantity), ("getQuantity", self.get_quantity)):
                    if quantity < 1:
                        yield FieldViolation(f"incentive.{name}", "must be at least 1")
            case IncentiveKind.LOYALTY_MULTIPLIER if not 0 < self.value <= _MAX_MULTIPLIER:
                yield FieldViolation("incentive.value", f"must be more than 0 and at most {_MAX_MULTIPLIER}")

    def _faults_of_limits(self) -> Iterator[FieldViolation]:
        if self.starts and self.ends and self.starts >= self.ends:
            yield FieldViolation("incentive.endTime", "must be after startTime")
        if self.min_total and self.currency and self.min_total.currency != self.currency:
            yield FieldViolation("incentive.minTotal.currencyCode", f"must be {self.currency}, as currencyCode")
        if len(set(self.product_item_ids)) < len(self.product_item_ids):
            yield FieldViolation("incentive.productItemIds", "names an item twice")
        if self.max_uses is not None and self.max_uses < self.uses:
            yield FieldViolation("incentive.maxUses", f"must be at least {self.uses}, which are used already")


def _plain(value: Decimal) -> str:
    """The number without trailing zeros: 12.50 is 12.5, 10.00 is 10."""
    return f"{value:f}".rstrip("0").rstrip(".") if "." in f"{value:f}" else f"{value:f}"
