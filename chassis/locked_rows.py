"""Remembers which rows others have locked, so that the commands that need them do not hold up the rest."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence

from chassis.errors import Locked

_ROOM = 1000


class LockedRows:
    """The names of the last 1,000 rows that commands met locked, until a command that needs them succeeds."""

    def __init__(self) -> None:
        self._names: dict[Hashable, None] = {}

    def include_any(self, names: Collection[Hashable]) -> bool:
        return bool(self._names) and not self._names.keys().isdisjoint(names)

    def learn(self, outcomes: Sequence[tuple[Collection[Hashable], object]]) -> None:
        """Takes the names that each command of a batch needs, and its result or error."""
        met = [names for names, outcome in outcomes if isinstance(outcome, Locked)]
        if not (met or self._names):
            return
        free = {name for names, outcome in outcomes if not isinstance(outcome, Exception) for name in names}
        self._names = {name: None for name in self._names if name not in free}
        for names in met:
            # Which of them is locked is not known. If one is known to be, the others may be free.
            if not self.include_any(names):
                self._names |= dict.fromkeys(name for name in names if name not in free)
        while len(self._names) > _ROOM:
            del self._names[next(iter(self._names))]
