"""Google's common API types: amounts as ours and what is wrong with one, and rules for fields."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache

from easyorder.google.type import Money as MoneyMessage
from easyorder.validate.v1 import Rules

from chassis.money import CURRENCIES, Money

# The limit of numeric(18, 2); see chassis.db.types.Amount.
_LIMIT = 10**16
_LETTERS = "two letters of ISO 3166-1, such as DE"
_ADDRESS, _MONEY = "google.type.PostalAddress", "google.type.Money"
_TEXTS = ("language_code", "postal_code", "sorting_code", "administrative_area", "locality", "sublocality")

RULES_OF_GOOGLE: Mapping[str, Rules] = {
    f"{_MONEY}.currency_code": Rules(one_of=sorted(CURRENCIES)),
    f"{_MONEY}.nanos": Rules(min=-999_999_999, max=999_999_999),
    f"{_ADDRESS}.revision": Rules(max=0),
    f"{_ADDRESS}.region_code": Rules(pattern="[A-Z]{2}", pattern_description=_LETTERS),
    **{f"{_ADDRESS}.{name}": Rules(max_length=100) for name in (*_TEXTS, "organization")},
    f"{_ADDRESS}.address_lines": Rules(max_items=10, max_length=200),
    f"{_ADDRESS}.recipients": Rules(max_items=5, max_length=200),
}
REQUIRED_OF_GOOGLE = {f"{_MONEY}.currency_code", f"{_ADDRESS}.region_code"}


def money_message(money: Money) -> MoneyMessage:
    """An amount as google.type.Money."""
    return amount_message(money.amount, money.currency)


@lru_cache(maxsize=4096)
def amount_message(amount: Decimal, currency: str) -> MoneyMessage:
    """An amount of a currency as google.type.Money, whose units and nanos have one sign.

    Of equal amounts the same message, never to be changed: an order has many, most of them 0.00.
    """
    units = int(amount)
    return MoneyMessage(currency_code=currency, units=units, nanos=int((amount - units) * 10**9))


def money_of(message: MoneyMessage | None) -> Money:
    """The amount of a message without faults; without a message none, of no currency."""
    if message is None:
        return Money.zero("")
    return Money.from_units(message.units, message.nanos, message.currency_code).rounded()


def fault_of_money(units: int, nanos: int, *, least: int | None) -> str | None:
    """What is wrong with an amount whose parts are valid by themselves, or None."""
    if units * nanos < 0:
        return "must have units and nanos of the same sign"
    if least is not None and (units < least or (units == least and nanos < 0)):
        return f"must be at least {least}" if least else "must not be negative"
    if abs(units) >= _LIMIT:
        return f"must be less than {_LIMIT:,}"
    return "must be in whole minor units, two decimals" if nanos % 10_000_000 else None
