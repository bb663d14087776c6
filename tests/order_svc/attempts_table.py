"""What a job does whose order went on before it ran: test_attempts.py tries each cell, docs/orders.md shows them."""

from __future__ import annotations

from collections.abc import Mapping

ACTS, NO_EFFECT, REPLACED, REFUSED = "acts", "no effect", "replaced", "refused"

MEANWHILE: Mapping[str, str] = {
    "changed": "`UpdateOrder`",
    "cancelled": "`CancelOrder`",
    "paid again": "refused, then `RetryPayment`",
    "shipped": "`ShipOrder`",
    "refunded": "`RefundOrder`, of everything",
}

# By job, in the order of MEANWHILE.
JOBS: Mapping[str, tuple[str, str, str, str, str]] = {
    "charge": (REPLACED, REPLACED, REFUSED, REFUSED, REFUSED),
    "commit_stock": (REFUSED, REPLACED, REFUSED, NO_EFFECT, REPLACED),
    "commit_stock (cash)": (REPLACED, REPLACED, REFUSED, NO_EFFECT, REFUSED),
    "release_stock": (REFUSED, REFUSED, REFUSED, REFUSED, REFUSED),
    "amend_stock": (ACTS, ACTS, NO_EFFECT, NO_EFFECT, NO_EFFECT),
    "return_money (of a replaced charge)": (ACTS, ACTS, ACTS, ACTS, ACTS),
    "restock": (REFUSED, ACTS, REFUSED, ACTS, ACTS),
}


def markdown() -> list[str]:
    """The table, line by line."""
    rows = [["job", *MEANWHILE.values()], ["---"] * (len(MEANWHILE) + 1)]
    for kind, cells in JOBS.items():
        name, _, note = kind.partition(" ")
        rows.append([f"`{name}` {note}".rstrip(), *cells])
    return [f"| {' | '.join(row)} |" for row in rows]
