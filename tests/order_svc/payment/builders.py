"""Charges and refunds with defaults for values that do not matter to a test."""

from __future__ import annotations

from chassis.money import Money
from order_svc.domain.status import PaymentMethod
from order_svc.payment.domain.provider import Charge, Refund


def usd(amount: str) -> Money:
    return Money.of(amount, "USD")


def a_charge(
    transaction_id: str = "t-1",
    token: str = "tok_ok",
    *,
    amount: str = "10.00",
    currency: str = "USD",
    order_id: int = 1,
    method: PaymentMethod = PaymentMethod.CARD,
) -> Charge:
    return Charge(
        transaction_id=transaction_id,
        order_id=order_id,
        method=method,
        token=token,
        amount=Money.of(amount, currency),
    )


def a_refund(
    refund_id: str = "r-1",
    amount: str = "10.00",
    *,
    transaction_id: str = "t-1",
    currency: str = "USD",
    reason: str = "",
) -> Refund:
    return Refund(transaction_id=transaction_id, refund_id=refund_id, amount=Money.of(amount, currency), reason=reason)
