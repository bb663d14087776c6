"""Remembers which rows others have locked, so that the commands that need them do not hold up the rest."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any

from chassis.errors import Locked

if TYPE_CHECKING:
    from chassis.mediator import Command


class LockedRows:
    """The names of the last 1,000 rows that commands met locked, until a command that needs them succeeds."""

    def __init__(self) -> None:
        self._names: dict[Hashable, None] = {}

    def concern(self, command: Command[Any]) -> bool:
        return bool(self._names) and not self._names.keys().isdisjoint(command.locks)

    def learn(self, batch: Sequence[Command[Any]], outcomes: Sequence[object]) -> None:
        """Takes the result or error of each command."""
        met = [command for command, outcome in zip(batch, outcomes, strict=True) if isinstance(outcome, Locked)]
        if not (met or self._names):
            return
        done = [command for command, outcome in zip(batch, outcomes, strict=True) if not isinstance(outcome, Exception)]
        free = {name for command in done for name in command.locks}
        self._names = {name: None for name in self._names if name not in free}
        for command in met:
            # Which of its rows is locked is not known. If one is known to be, the others may be free.
            if not self.concern(command):
                self._names |= dict.fromkeys(name for name in command.locks if name not in free)
        self._names = dict.fromkeys(list(self._names)[-1000:])
