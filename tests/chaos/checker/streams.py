"""The stream of an order has all its events, each once and in order, however often it broke and was resumed."""

from __future__ import annotations

from collections import defaultdict

from tests.chaos.checker.history import History

ADMINISTRATOR = "administrator"
LAST = ("CANCELLED", "DELIVERED")


def gapless_streams(history: History) -> list[str]:
    """From the first event of the order to the last that anybody heard of it; alerts are heard by administrators.

    A stream ends with the last status of its order. What comes after it, the payment of a refund, is heard by who opens
    one later.
    """
    heard: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    status: dict[tuple[str, str], str] = {}
    known: defaultdict[str, set[int]] = defaultdict(set)
    alerts: defaultdict[str, set[int]] = defaultdict(set)
    for event in history.events:
        heard[event.follower, event.order].append(event.sequence)
        status[event.follower, event.order] = event.status or status.get((event.follower, event.order), "")
        known[event.order].add(event.sequence)
        if event.is_alert:
            alerts[event.order].add(event.sequence)
    found = []
    for (follower, order_id), sequences in heard.items():
        unheard = set() if follower == ADMINISTRATOR else alerts[order_id]
        expected = [number for number in range(1, max(known[order_id]) + 1) if number not in unheard]
        if status[follower, order_id] in LAST:
            expected = expected[: max(len(sequences), 1)]
        if sequences != expected:
            found.append(f"{follower} heard of order {order_id} {sequences} instead of {expected}")
    return found
