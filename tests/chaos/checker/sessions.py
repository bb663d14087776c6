"""What a user sees of an order never goes back: not behind their own writes, and not behind their own reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

from tests.chaos.checker.history import Call, History, order_of


def read_your_writes(history: History) -> list[str]:
    """A read that begins after the reply to a user's write has that write."""
    return _going_back(history, lambda call: call.method != "GET")


def monotonic_reads(history: History) -> list[str]:
    """A read that begins after the reply to a user's read is not older."""
    return _going_back(history, lambda call: call.method == "GET")


def _going_back(history: History, is_before: Callable[[Call], bool]) -> list[str]:
    of_session: defaultdict[tuple[str, str], list[Call]] = defaultdict(list)
    for call in history.calls:
        if call.is_ok and "etag" in call.reply and (order_id := _order(call)):
            of_session[call.who, order_id].append(call)
    return [
        f"{who or 'the administrator'} had version {newest} of order {order_id}, and then read {read.reply['etag']}"
        for (who, order_id), calls in of_session.items()
        for newest, read in _older(calls, is_before)
    ]


def _older(calls: Iterable[Call], is_before: Callable[[Call], bool]) -> Iterable[tuple[int, Call]]:
    """The reads that are older than what the user had been told when they began, and what that was."""
    newest = 0
    waiting = sorted((call for call in calls if is_before(call)), key=lambda call: call.end, reverse=True)
    for read in sorted((call for call in calls if call.method == "GET"), key=lambda call: call.start):
        while waiting and waiting[-1].end < read.start:
            newest = max(newest, int(waiting.pop().reply["etag"]))
        if int(read.reply["etag"]) < newest:
            yield newest, read


def _order(call: Call) -> str:
    return str(call.reply["id"]) if call.path == "/orders" else order_of(call.path)
