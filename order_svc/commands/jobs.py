"""The durable jobs that commands schedule, and what each carries. Handlers are in order_svc.checkout."""

from __future__ import annotations

from chassis.jobs import NewJob
from order_svc.domain.inventory import Hold
from order_svc.domain.order import Order

CHARGE = "charge"
COMMIT_STOCK = "commit_stock"
RELEASE_STOCK = "release_stock"
RETURN_MONEY = "return_money"


def charge(order: Order, *, token: str, hold: Hold) -> NewJob:
    """Take the money; the transaction_id is the idempotency key of every attempt."""
    payment = order.payment
    return NewJob(
        kind=CHARGE,
        key=payment.transaction_id,
        payload={
            "order_id": order.id,
            "transaction_id": payment.transaction_id,
            "method": payment.method.value,
            "token": token,
            "amount": str(payment.amount.amount),
            "currency": payment.amount.currency,
            "hold_key": hold.key,
            "hold_until": hold.expires_at.isoformat(),
        },
    )


def commit_stock(order: Order) -> NewJob:
    """Turn the hold into a sale."""
    return NewJob(kind=COMMIT_STOCK, key=str(order.id), payload={"order_id": order.id})


def release_stock(order_id: int) -> NewJob:
    """Give the hold back, or restock what was sold."""
    return NewJob(kind=RELEASE_STOCK, key=str(order_id), payload={"order_id": order_id})


def return_money(order: Order) -> NewJob:
    """Refund the charge, or see to it that it never happens."""
    payment = order.payment
    return NewJob(
        kind=RETURN_MONEY,
        key=payment.transaction_id,
        payload={
            "order_id": order.id,
            "transaction_id": payment.transaction_id,
            "amount": str(payment.amount.amount),
            "currency": payment.amount.currency,
        },
    )
