"""Exact amounts of money: google.type.Money as Decimal and back. No amount is ever a float."""

from decimal import Decimal

from shop_client.models import Money, MoneyInput

NANOS_PER_UNIT = 10**9


def to_decimal(money: Money) -> Decimal:
    """The amount, whatever the signs of its units and nanos.

    >>> to_decimal(Money("EUR", units="39", nanos=950_000_000))
    Decimal('39.95')
    >>> to_decimal(Money("EUR", units="-1", nanos=-750_000_000))
    Decimal('-1.75')
    >>> to_decimal(Money("EUR", units="9007199254740993", nanos=1))
    Decimal('9007199254740993.000000001')

    Nanos beyond a unit are carried, as in sums:

    >>> to_decimal(Money("EUR", units="1", nanos=1_500_000_000))
    Decimal('2.5')
    >>> to_decimal(Money("EUR", units="1", nanos=-250_000_000))
    Decimal('0.75')
    """
    return Decimal(money.units) + Decimal(money.nanos) / NANOS_PER_UNIT


def to_money(amount: Decimal, currency_code: str) -> MoneyInput:
    """The amount as the shop takes it: units and nanos have the same sign.

    >>> to_money(Decimal("39.95"), "EUR").to_dict()
    {'currencyCode': 'EUR', 'units': '39', 'nanos': 950000000}
    >>> to_money(Decimal("-0.05"), "EUR").to_dict()
    {'currencyCode': 'EUR', 'units': '0', 'nanos': -50000000}
    >>> to_money(Decimal("0.0000000001"), "EUR")
    Traceback (most recent call last):
    ValueError: 1E-10 has more than nine decimals
    """
    units = int(amount)
    nanos = (amount - units) * NANOS_PER_UNIT
    if nanos % 1:
        raise ValueError(f"{amount} has more than nine decimals")
    return MoneyInput(currency_code, units=str(units), nanos=int(nanos))
