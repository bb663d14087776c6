"""Exactly-once money: of each payment the provider has its amount, once, less what was refunded; otherwise nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal

from tests.chaos.checker.history import Entry, History, Json, money, status_of

SOLD = ("PAID", "SHIPPED", "DELIVERED")
CASH = "PAYMENT_METHOD_CASH"


def charged_once(history: History) -> list[str]:
    entries: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in history.ledger:
        entries[entry.transaction].append(entry)
    refunds = Counter(entry.refund for entry in history.ledger if entry.moved == "REFUND" and entry.refund)
    found = [f"refund {refund} was paid {count} times" for refund, count in refunds.items() if count > 1]
    owned: set[str] = set()
    for order in history.orders.values():
        owned |= {payment["transactionId"] for payment in order["payments"]}
        found += _of_order(order, entries)
    for transaction in entries.keys() - owned:
        if net := _net(entries[transaction]):
            found.append(f"{net} are kept for no payment of any order: {transaction}")
    return found


def _of_order(order: Json, entries: defaultdict[str, list[Entry]]) -> Iterator[str]:
    last = order["payments"][-1]
    for payment in order["payments"]:
        where = f"order {order['id']}, {status_of(order['status'])}, transaction {payment['transactionId']}"
        of_payment = entries[payment["transactionId"]]
        charges = [entry.amount for entry in of_payment if entry.moved == "CHARGE"]
        amount, refunded = money(payment["amount"]), money(payment["refundedAmount"])
        if len(charges) > 1:
            yield f"{where}: charged {len(charges)} times"
        if charges and charges[0] != amount:
            yield f"{where}: charged {charges[0]} instead of {amount}"
        is_kept = payment is last and status_of(order["status"]) in SOLD and payment["method"] != CASH
        due = amount - refunded if is_kept else Decimal(0)
        if _net(of_payment) != due:
            yield f"{where}: the provider has {_net(of_payment)}, and {due} are due"


def _net(entries: list[Entry]) -> Decimal:
    signs = {"CHARGE": 1, "REFUND": -1}
    return sum((signs.get(entry.moved, 0) * entry.amount for entry in entries), Decimal(0))
