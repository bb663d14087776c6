"""Remembers which rows others have locked, so that the commands that need them do not hold up the rest."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence

from chassis.errors import AppError, Locked, Unavailable

_ROOM = 1000


class LockedRows:
    """The names of rows that commands met locked, until a command that needs them is decided; the newest 1,000."""

    def __init__(self) -> None:
        self._names: dict[Hashable, None] = {}

    def include_any(self, names: Collection[Hashable]) -> bool:
        return bool(self._names) and not self._names.keys().isdisjoint(names)

    def learn(self, outcomes: Sequence[tuple[Collection[Hashable], object]]) -> None:
        """Takes the names that each command of a batch needs, and its result or error."""
        met = [names for names, outcome in outcomes if isinstance(outcome, Locked)]
        if not (met or self._names):
            return
        free = {name for names, outcome in outcomes if _is_decided(outcome) for name in names}
        for name in free:
            self._names.pop(name, None)
        for names in met:
            # Which of them is locked is not known. If one is known to be, the others may be free.
            if not self.include_any(names):
                self._names |= dict.fromkeys(name for name in names if name not in free)
        while len(self._names) > _ROOM:
            del self._names[next(iter(self._names))]


def _is_decided(outcome: object) -> bool:
    is_failure = isinstance(outcome, BaseException) and not isinstance(outcome, AppError)
    return not is_failure and not isinstance(outcome, Locked | Unavailable)
