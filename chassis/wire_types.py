"""Converts between Google's common API types and ours; incoming values are checked."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from easyorder.google.type import Money as MoneyMessage

from chassis.errors import InvalidArgument
from chassis.money import CURRENCIES, Money

# The limit of numeric(18, 2); see chassis.db.types.Amount.
_LIMIT = Decimal(10) ** 16


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


def money_of(message: MoneyMessage | None, field: str) -> Money:
    """The amount in `field`. Raises InvalidArgument unless it is whole minor units, 0 or more, of a known currency."""
    if message is None:
        raise InvalidArgument.of(field, "is required")
    if message.currency_code not in CURRENCIES:
        raise InvalidArgument.of(f"{field}.currencyCode", f"must be one of {', '.join(sorted(CURRENCIES))}")
    money = Money.from_units(message.units, message.nanos, message.currency_code)
    if not 0 <= message.nanos < 1_000_000_000 or money.is_negative:
        raise InvalidArgument.of(field, "must not be negative")
    if money.amount >= _LIMIT:
        raise InvalidArgument.of(field, f"must be less than {_LIMIT:,}")
    if money != money.rounded():
        raise InvalidArgument.of(field, "must be in whole minor units, two decimals")
    return money.rounded()
