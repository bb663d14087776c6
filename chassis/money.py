"""Money: a Decimal amount of one currency, in whole minor units; never a float."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from functools import reduce
from operator import add
from typing import ClassVar

CURRENCIES = frozenset({"USD", "EUR", "EGP", "GBP"})
_CENT = Decimal("0.01")  # all supported currencies have two decimals


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency. Arithmetic across currencies raises ValueError."""

    # How a process rounds half of a minor unit; a service sets it once, from EASYORDER_ROUNDING.
    rounding: ClassVar[str] = ROUND_HALF_EVEN
    amount: Decimal
    currency: str

    @classmethod
    def of(cls, amount: str | int | Decimal, currency: str) -> Money:
        return cls(Decimal(amount), currency).rounded()

    @classmethod
    def zero(cls, currency: str) -> Money:
        return cls(Decimal("0.00"), currency)

    @classmethod
    def from_units(cls, units: int, nanos: int, currency: str) -> Money:
        """Makes Money from the fields of google.type.Money."""
        return cls(Decimal(units) + Decimal(nanos) / 10**9, currency)

    @classmethod
    def sum(cls, amounts: Iterable[Money], currency: str) -> Money:
        return reduce(add, amounts, cls.zero(currency))

    @property
    def is_negative(self) -> bool:
        return self.amount < 0

    def rounded(self) -> Money:
        """Rounds to the minor unit."""
        return Money(self.amount.quantize(_CENT, Money.rounding), self.currency)

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other), self.currency)

    def __mul__(self, count: int) -> Money:
        return Money(self.amount * count, self.currency)

    def _same(self, other: Money) -> Decimal:
        if other.currency != self.currency:
            raise ValueError(f"{other.currency} cannot be mixed with {self.currency}")
        return other.amount

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"
