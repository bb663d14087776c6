"""The durable jobs that commands schedule, and their payloads. Handlers are in order_svc.sagas.checkout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from chassis.jobs import NewJob
from chassis.money import Money
from order_svc.domain.inventory import Hold
from order_svc.domain.order import Order
from order_svc.domain.payments import Incident
from order_svc.domain.refund import Refund
from order_svc.domain.status import PaymentMethod

CHARGE = "charge"
COMMIT_STOCK = "commit_stock"
RELEASE_STOCK = "release_stock"
RETURN_MONEY = "return_money"
AMEND_STOCK = "amend_stock"
RESTOCK = "restock"
DISPUTE = "dispute"

# If one of these were discarded, an order, its money or its stock would stay unfinished for good.
NOT_DISCARDABLE: Mapping[str, str] = {
    CHARGE: "the order may have been charged; cancel the order, which returns the money, or retry the job",
    COMMIT_STOCK: "the stock of the order would never be sold; cancel the order, or retry the job",
    RELEASE_STOCK: "the stock of the order would never come back; retry the job",
    # One that is DEAD is discarded by SettleRefund.
    RETURN_MONEY: "the money would never be returned; retry the job, or discard it once it is DEAD, and paid otherwise",
    AMEND_STOCK: "the order and its stock would differ; retry the job",
    # Not DISPUTE: it is discarded when an operator has dealt with it.
    RESTOCK: "what came back would never be in stock again; retry the job",
}


def charge(order: Order, *, token: str, hold: Hold | None) -> NewJob:
    """Take the money; the transaction_id is the idempotency key of every attempt.

    If the hold or its key is missing, the items of the order determine what must be held.
    """
    payment = order.payment
    renewed_by = {"hold_key": hold.key} if hold and hold.key else {"stock": stock_of(order)}
    return NewJob(
        kind=CHARGE,
        key=payment.transaction_id,
        payload={
            "order_id": order.id,
            "transaction_id": payment.transaction_id,
            "method": payment.method.value,
            "amount": str(payment.amount.amount),
            "currency": payment.amount.currency,
            "hold_until": hold.expires_at.isoformat() if hold and hold.expires_at else None,
            **renewed_by,
        },
        secret=token,
    )


def commit_stock(order: Order) -> NewJob:
    """Turn the hold into a sale."""
    changed = {"stock": stock_of(order)} if order.revision else {}
    # Whatever is not cash is paid by now, or in the same transaction.
    paid = order.payment.is_charged or order.payment.method is not PaymentMethod.CASH
    return NewJob(kind=COMMIT_STOCK, key=stock_key(order), payload=_attempt(order) | changed | {"paid": paid})


def earn_points(order: Order) -> NewJob:
    """Report the payment of an order that was sold before: it earns its points."""
    return NewJob(kind=COMMIT_STOCK, key=f"{stock_key(order)}/paid", payload=_attempt(order) | {"paid": True})


def amend_stock(order: Order) -> NewJob:
    """Merge the hold of the order and the supplementary hold."""
    return NewJob(kind=AMEND_STOCK, key=f"{order.id}/{order.revision}", payload=stock_of(order))


def stock_of(order: Order) -> dict[str, Any]:
    """The stock that the order holds, as order_svc.domain.inventory.StockAmendment reads it."""
    return {
        "order_id": order.id,
        "revision": order.revision,
        "supplementary_hold_id": order.supplementary_hold_id,
        "lines": [[item.product_item_id, item.quantity] for item in order.items],
    }


def release_stock(order: Order) -> NewJob:
    """Release the hold, or restock what was sold."""
    return NewJob(kind=RELEASE_STOCK, key=stock_key(order), payload=_attempt(order) | _written_off(order))


def restock(order: Order, refund: Refund) -> NewJob:
    """Report a refund to inventory_svc: pieces are restocked, and points follow the money.

    Carries totals, so that a late or repeated job does no harm.
    """
    refunded = order.payment.refunded
    return NewJob(
        kind=RESTOCK,
        key=refund.refund_id,
        payload={
            "order_id": order.id,
            "lines": [[item.product_item_id, item.returned] for item in order.items if item.returned],
            "refunded": str(refunded.amount),
            "currency": refunded.currency,
            **_written_off(order),
        },
    )


def return_charge(order: Order) -> NewJob:
    """Refund a charge whose outcome is unknown, or make sure that it never happens."""
    payment = order.payment
    refund_id = f"{payment.transaction_id}/all"
    return _return_money(order.id, payment.transaction_id, refund_id, payment.amount, "the order was stopped")


def return_money(refund: Refund, *, delay_s: float = 0) -> NewJob:
    """Pay a promised refund."""
    job = _return_money(refund.order_id, refund.transaction_id, refund.refund_id, refund.amount, refund.reason)
    return replace(job, delay_s=delay_s)


def failed_refund(transaction_id: str, incident: Incident) -> NewJob:
    """Tell operators of a refund that the provider could not pay after all; a retry pays it again."""
    amount, refund_id = incident.amount, incident.refund_id
    job = _return_money(incident.order_id, transaction_id, refund_id, amount, "the refund before this one failed")
    failed = {"failed": f"the provider could not pay refund {incident.id}: {incident.reason}"}
    return replace(job, key=f"{refund_id}@{incident.id}", payload={**job.payload, **failed})


def dispute(transaction_id: str, incident: Incident) -> NewJob:
    """Tell operators of a dispute, of each status once."""
    about = f"{incident.amount} are disputed ({incident.reason}); dispute {incident.id} is {incident.status}"
    payload = {"order_id": incident.order_id, "transaction_id": transaction_id, "about": about}
    return NewJob(
        kind=DISPUTE,
        key=f"{incident.id}/{incident.status}",
        payload={**payload, "is_harmless": incident.is_harmless},
    )


def _return_money(order_id: int, transaction_id: str, refund_id: str, amount: Money, reason: str) -> NewJob:
    return NewJob(
        kind=RETURN_MONEY,
        key=refund_id,
        payload={
            "order_id": order_id,
            "transaction_id": transaction_id,
            "refund_id": refund_id,
            "amount": str(amount.amount),
            "currency": amount.currency,
            "reason": reason,
        },
    )


def _attempt(order: Order) -> dict[str, Any]:
    """What the order is at present: a job of this attempt changes no later one."""
    return {"order_id": order.id, "revision": order.revision, "transaction_id": order.payment.transaction_id}


def pieces(payload: Mapping[str, Any], name: str) -> tuple[tuple[int, int], ...]:
    """The pairs of product item id and pieces that a payload has under `name`."""
    return tuple((item, pieces) for item, pieces in payload.get(name, ()))


def _written_off(order: Order) -> dict[str, Any]:
    """All pieces that do not go back into stock, if there are any."""
    lines = [[item.product_item_id, item.written_off] for item in order.items if item.written_off]
    return {"written_off": lines} if lines else {}


def stock_key(order: Order) -> str:
    """The key of the jobs that sell and release the stock of the present payment."""
    # An order that is paid again after a refusal holds, sells and releases its stock again.
    return f"{order.id}/{order.payment.transaction_id}"
