"""What clients asked for and what they were told, order by order: all that the model knows of a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from easyorder.order.v1 import Order


class Outcome(Enum):
    DONE = "done"
    REFUSED = "refused"
    # Refused after an attempt without a reply, which may have taken effect later.
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Act:
    """A request with all its repeats, and its outcome. Times are of the event loop."""

    request: Any
    outcome: Outcome
    began: float
    ended: float
    reply: Order | None = None
    reason: str = ""

    @property
    def is_done(self) -> bool:
        return self.outcome is Outcome.DONE


@dataclass(kw_only=True)
class Life:
    """One order of a user, from its placing on."""

    user: str
    created: Act
    acts: list[Act] = field(default_factory=list)

    @property
    def order(self) -> Order:
        """As it was placed."""
        assert self.created.reply is not None
        return self.created.reply

    def done(self, kind: type[Any]) -> Iterator[Act]:
        return (act for act in self.acts if act.is_done and isinstance(act.request, kind))

    def may_have_done(self, kind: type[Any]) -> Iterator[Act]:
        return (act for act in self.acts if act.outcome is not Outcome.REFUSED and isinstance(act.request, kind))

    def last(self, kind: type[Any]) -> Sequence[Act]:
        """The requests of a kind, and the one that placed it, of which none is known to have come before another."""
        done = [self.created, *self.done(kind)]
        return [
            act
            for act in (self.created, *self.may_have_done(kind))
            if not any(act.ended < later.began for later in done)
        ]
