"""Whether operations that overlap can have taken place one after the other: the search of Wing and Gong.

G. Lowe bounds it by the configurations that were seen (Testing for linearizability, 2017). Beyond that, operations may
be unknown: they take place once or never, at any time after their start.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

NEVER = math.inf
# What a history of a hundred operations needs is a few thousands.
MOST_CONFIGURATIONS = 300_000
State = Hashable


class Undecided(Exception):
    """The search would take too long."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Operation:
    """Takes place once, after `start` and before `end`; `is_optional`: or never.

    `apply` answers the next state, None if it cannot take place in this one. `after` has taken place before it; if that
    never does, nor does this. Operations with an equal `kind` do the same.
    """

    kind: Hashable
    apply: Callable[[State], State | None]
    start: float
    end: float = NEVER
    is_optional: bool = False
    after: Operation | None = None


# At one time, in this order: before an operation ends, it is known whether the one that it depends on takes place.
_MAY_END, _ENDS, _START = range(3)
# A state, and which of the operations that have not ended have taken place.
_Configuration = tuple[State, frozenset[Operation]]


def first_impossible(initial: State, operations: Sequence[Operation]) -> Operation | None:
    """The operation that ends first and has no place in any order; None if all have one. Raises Undecided."""
    begun: list[Operation] = []
    configurations: set[_Configuration] = {(initial, frozenset())}
    starts = [(operation.start, _START, number) for number, operation in enumerate(operations)]
    ends = [(one.end, _MAY_END if one.is_optional else _ENDS, number) for number, one in enumerate(operations)]
    for _, what, number in sorted(starts + ends):
        operation = operations[number]
        if what == _START:
            begun.append(operation)
            continue
        if what == _ENDS:
            configurations = _with(operation, configurations, begun)
        if not configurations:
            return operation
        begun.remove(operation)
    return None


def _with(operation: Operation, configurations: set[_Configuration], begun: Sequence[Operation]) -> set[_Configuration]:
    """The configurations after `operation` has taken place, and as little else as that needs."""
    seen, found = set(configurations), set()
    # Those with the least first, so that they are there when others are compared with them.
    number = itertools.count()
    todo = [(len(done), next(number), state, done) for state, done in configurations]
    heapq.heapify(todo)
    while todo:
        _, _, state, done = heapq.heappop(todo)
        if _is_needless(state, done, begun, seen):
            continue
        if operation in done:
            found.add((state, done - {operation, operation.after}))
            continue
        first = operation.after
        if first and first.is_optional and first not in done:
            found.add((state, done))
            continue
        for following in _possible(begun, done):
            after = following.apply(state)
            if after is not None and (new := (after, done | {following})) not in seen:
                seen.add(new)
                heapq.heappush(todo, (len(new[1]), next(number), *new))
        if len(seen) > MOST_CONFIGURATIONS:
            raise Undecided(f"more than {MOST_CONFIGURATIONS} configurations")
    return found


def _is_needless(
    state: State, done: frozenset[Operation], begun: Sequence[Operation], seen: set[_Configuration]
) -> bool:
    """Whether the same is there with a pair less: an unknown operation, and the one that follows it.

    Whatever comes next is possible there, too, and the pair as well. Which of several pairs that do the same have taken
    place makes no difference.
    """
    pairs: defaultdict[Hashable, list[tuple[Operation, Operation]]] = defaultdict(list)
    for one in begun:
        if one.after and one.after.is_optional and one.after in done:
            pairs[one.kind, one.end, one.after.kind, one.after.end].append((one.after, one))
    for alike in pairs.values():
        firsts, followers = [first for first, _ in alike], [one for _, one in alike if one in done]
        fewer = done
        while followers:
            fewer = fewer - {firsts.pop(), followers.pop()}
            if (state, fewer) in seen:
                return True
    return False


def _possible(begun: Sequence[Operation], done: frozenset[Operation]) -> list[Operation]:
    """What may take place next. Of those that do the same, and have as much time, the first stands for all."""
    found: dict[Hashable, Operation] = {}
    for operation in begun:
        if operation in done or not _may_follow(operation, begun, done):
            continue
        found.setdefault((operation.kind, operation.end, operation.is_optional, operation.after is None), operation)
    return list(found.values())


def _may_follow(operation: Operation, begun: Sequence[Operation], done: frozenset[Operation]) -> bool:
    first = operation.after
    return first is None or first in done or (first not in begun and not first.is_optional)
