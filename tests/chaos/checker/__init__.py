"""Checks what clients saw against what the shop promises; it knows their recorded calls and the provider's ledger only.

It shares no code with the services: an error that both made would not be found.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tests.chaos.checker.history import History
from tests.chaos.checker.money import charged_once
from tests.chaos.checker.orders import acknowledged_exist, one_order_for_each_request, states_follow
from tests.chaos.checker.published import published_in_order
from tests.chaos.checker.sessions import monotonic_reads, read_your_writes
from tests.chaos.checker.stock import linearizable_stock
from tests.chaos.checker.streams import gapless_streams

CHECKS: Sequence[Callable[[History], list[str]]] = (
    acknowledged_exist,
    one_order_for_each_request,
    states_follow,
    charged_once,
    linearizable_stock,
    gapless_streams,
    published_in_order,
    read_your_writes,
    monotonic_reads,
)


def violations(history: History) -> list[str]:
    """A line for each promise that the history breaks, and each time that it does."""
    return [f"{check.__name__}: {found}" for check in CHECKS for found in check(history)]
