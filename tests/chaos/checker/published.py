"""Events at the broker: all that are stored are published, in the order of each order."""

from __future__ import annotations

from tests.chaos.checker.history import History


def published_in_order(history: History) -> list[str]:
    """Without a broker nothing is recorded. An event may be published again, after what it repeats."""
    found = []
    last: dict[str, int] = {}
    for order, sequence in history.published:
        before = last.get(order, 0)
        if sequence > before + 1:
            found.append(f"event {sequence} of order {order} is published after event {before}")
        last[order] = max(before, sequence)
    published = set(history.published)
    found += [f"event {n} of order {order} is not published" for order, n in sorted(history.stored - published)]
    return found + [f"event {n} of order {order} is not stored" for order, n in sorted(published - history.stored)]
