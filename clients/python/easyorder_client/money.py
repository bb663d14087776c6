"""Amounts as Decimal: google.type.Money has whole units and nanos, both of one sign. Never a float."""

from __future__ import annotations

from decimal import Decimal

from easyorder_client.messages import Money

_NANOS = 10**9


def to_decimal(money: Money | None) -> Decimal:
    """The amount, with at least two decimals: Money of -1 units and -750,000,000 nanos is Decimal("-1.75").

    Of an amount that is not there, Decimal("0.00").
    """
    if money is None:
        return Decimal("0.00")
    amount = (Decimal(money.units) + Decimal(money.nanos) / _NANOS).normalize()
    return amount.quantize(min(Decimal("0.01"), Decimal(1).scaleb(int(amount.as_tuple().exponent))))


def to_money(amount: Decimal | int | str, currency_code: str) -> Money:
    """Money of an amount such as "39.95". Raises TypeError for a float, which has no exact decimals."""
    if isinstance(amount, float):
        raise TypeError("amounts are Decimal, int or text, never float")
    nanos = int(Decimal(amount).scaleb(9).to_integral_exact())
    units = abs(nanos) // _NANOS * (1 if nanos >= 0 else -1)
    return Money(currency_code=currency_code, units=units, nanos=nanos - units * _NANOS)
