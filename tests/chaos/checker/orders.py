"""Orders: what was acknowledged exists, a request makes one order, and a status follows from the one before it."""

from __future__ import annotations

from collections import defaultdict

from tests.chaos.checker.history import History, status_of

# As docs/orders.md has them.
MOVES = {
    "PENDING": {"CONFIRMED", "CANCELLED"},
    "CONFIRMED": {"PAID", "SHIPPED", "CANCELLED", "FAILED"},
    "PAID": {"SHIPPED", "CANCELLED"},
    "SHIPPED": {"DELIVERED"},
    "FAILED": {"CONFIRMED"},
    "DELIVERED": set(),
    "CANCELLED": set(),
}


def acknowledged_exist(history: History) -> list[str]:
    return [
        f"order {attempt.reply['id']} of request {attempt.key} is not there at the end"
        for attempts in history.creations.values()
        for attempt in attempts
        if attempt.is_ok and attempt.reply["id"] not in history.orders
    ]


def one_order_for_each_request(history: History) -> list[str]:
    requests: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    found = []
    for key, attempts in history.creations.items():
        orders = {attempt.reply["id"] for attempt in attempts if attempt.is_ok}
        if len(orders) > 1:
            found.append(f"request {key} made the orders {sorted(orders)}")
        for order_id in orders:
            requests[order_id].add(key)
    return found + [f"order {id} is of the requests {sorted(keys)}" for id, keys in requests.items() if len(keys) > 1]


def states_follow(history: History) -> list[str]:
    """In each stream a change begins where the last one ended, and is one that orders may make."""
    found = []
    last: dict[tuple[str, str], str] = {}
    for event in history.events:
        stream = (event.follower, event.order)
        before = last.get(stream)
        if event.source:
            # What changes only the items leaves the status.
            if event.target not in {event.source, *MOVES.get(event.source, ())}:
                found.append(f"order {event.order} goes from {event.source} to {event.target}")
            if before and before != event.source:
                found.append(f"order {event.order} was {before}, and goes from {event.source} to {event.target}")
        elif before and event.status not in ("", before):
            found.append(f"order {event.order} was {before}, and is {event.status} without an event")
        last[stream] = event.status or before or ""
    found += [
        f"order {order_id} is {present} at the end, and its stream said {status}"
        for (_, order_id), status in last.items()
        if (present := status_of(history.orders.get(order_id, {}).get("status", ""))) != status
    ]
    return found
