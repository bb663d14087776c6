"""Stock of each item is linearizable: some order explains all that was taken, refused, added, and found at the end.

An order takes its pieces while the call for it runs. What a cancelled or failed order gives back comes at any time
after it was cancelled or charged, and has come at the end. A call without a reply may have taken pieces, and given
them back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any

from tests.chaos.checker.history import Call, History, status_of
from tests.chaos.checker.linearizability import NEVER, Operation, Undecided, first_impossible


def linearizable_stock(history: History) -> list[str]:
    return [
        why for item, pieces in history.markets.items() if (why := _contradiction(history, item, pieces)) is not None
    ]


def _contradiction(history: History, item: str, pieces: int) -> str | None:
    try:
        operation = first_impossible(pieces, list(operations(history, item)))
    except Undecided as error:
        return f"item {item}: not decided, {error}"
    if operation is None:
        return None
    return f"item {item} with {pieces} pieces: no order explains {operation.kind} until {operation.end}"


def operations(history: History, item: str) -> Iterator[Operation]:
    for attempts in history.creations.values():
        if quantity := _quantity(attempts[0], item):
            yield from _of_order(history, item, quantity, attempts)
    adjusting = f"/admin/inventory/{item}:adjust"
    for attempts in history.attempts(lambda call: call.path == adjusting).values():
        yield from _of_adjustment(attempts)
    if stock := history.stocks.get(item):
        yield Operation(
            kind=("found", stock.available), apply=partial(_is, stock.available), start=stock.start, end=stock.end
        )


def _of_order(history: History, item: str, quantity: int, attempts: list[Call]) -> Iterator[Operation]:
    placed = [attempt for attempt in attempts if attempt.is_ok]
    first_reply = min((attempt.end for attempt in placed), default=NEVER)
    came = history.stocks[item].start if item in history.stocks else NEVER
    unknown = [attempt for attempt in attempts if attempt.is_unknown and attempt.start < first_reply]
    if unknown and not placed:
        # It may have placed an order that nobody knows.
        yield _take(quantity, unknown[0].start, is_optional=True)
    for attempt in unknown:
        # It may have held stock that the order did not get.
        taken = _take(quantity, attempt.start, came, is_optional=True)
        yield taken
        yield _add(quantity, attempt.start, came, after=taken)
    for attempt in attempts:
        reason, metadata = attempt.error
        if reason == "OUT_OF_STOCK" and metadata["productItemId"] == item:
            available, requested = int(metadata["available"]), int(metadata["requested"])
            yield Operation(
                kind=("refused", requested, available),
                apply=partial(_is_short, available, requested),
                start=attempt.start,
                end=attempt.end,
            )
    if placed:
        taken = _take(quantity, attempts[0].start, first_reply)
        yield taken
        order_id = placed[0].reply["id"]
        status = status_of(history.orders.get(order_id, {}).get("status", ""))
        if status in ("CANCELLED", "FAILED"):
            since = history.cancelled_since.get(order_id, 0) if status == "CANCELLED" else 0
            yield _add(quantity, since, came, after=taken)


def _of_adjustment(attempts: list[Call]) -> Iterator[Operation]:
    done = min((attempt.end for attempt in attempts if attempt.is_ok), default=NEVER)
    if done < NEVER or any(attempt.is_unknown for attempt in attempts):
        yield _add(attempts[0].body["delta"], attempts[0].start, done, is_optional=done == NEVER)


def _quantity(call: Call, item: str) -> int:
    ordered: Counter[str] = Counter()
    for line in call.body["items"]:
        ordered[line["productItemId"]] += line["quantity"]
    return ordered[item]


def _take(quantity: int, start: float, end: float = NEVER, *, is_optional: bool = False) -> Operation:
    return _add(-quantity, start, end, is_optional=is_optional)


def _add(pieces: int, start: float, end: float = NEVER, **how: Any) -> Operation:
    return Operation(kind=("add", pieces), apply=partial(_sum, pieces), start=start, end=end, **how)


def _sum(pieces: int, available: Any) -> int | None:
    after: int = available + pieces
    return after if after >= 0 else None


def _is(expected: int, available: Any) -> int | None:
    return expected if available == expected else None


def _is_short(expected: int, requested: int, available: Any) -> int | None:
    return expected if available == expected < requested else None
