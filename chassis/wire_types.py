"""Converts between Google's common API types and ours, and says what is wrong with an amount."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from easyorder.google.type import Money as MoneyMessage

from chassis.money import Money

# The limit of numeric(18, 2); see chassis.db.types.Amount.
_LIMIT = 10**16


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
