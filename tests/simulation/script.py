"""What happens in one simulated run: drawn from a seed, and short enough to be read once it has shrunk."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Literal

Kind = Literal[
    "place", "cancel", "refund", "refund items", "update", "retry payment", "ship", "deliver", "deliver goods"
]
ITEMS = {1: 6, 2: 40, 3: 2}
# Orders wait for it when there is none.
BACKORDERABLE = 3
# The first ones pay, whatever happens, and are those that an order is paid again with.
GOOD_CARDS = ("tok_ok", "tok_ok", "tok_ok", "tok_lost_reply")
CARDS = (
    *GOOD_CARDS,
    *("tok_declined", "tok_flaky_2", "tok_slow_900", "tok_down", "tok_unknown"),
    *("tok_requires_action_1500", "tok_requires_action_declined_1500", "tok_requires_action"),
)
PROCESSES = ("order", "order", "inventory", "inventory", "payment")
_AFTER: tuple[Kind, ...] = (
    *("cancel", "cancel", "refund", "refund items", "update", "update", "update"),
    *("retry payment", "ship", "deliver"),
)
_LASTS_S = 20.0


@dataclass(frozen=True, slots=True)
class Action:
    """What one shopper or administrator asks for.

    `order` is the number of an order within the run; goods are delivered for no order. A request may be sent `twice`,
    by two devices at once.
    """

    at_s: float
    kind: Kind
    order: int
    lines: tuple[tuple[int, int], ...] = ()
    card: str = ""  # empty for cash
    twice: bool = False


@dataclass(frozen=True, slots=True)
class Kill:
    """A process ends at that time without a last word, and begins again after a while."""

    at_s: float
    process: int
    down_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """The chance of each fault, for each message or statement."""

    request_lost: float = 0
    reply_lost: float = 0
    slow: float = 0
    statement_fails: float = 0
    commit_unanswered: float = 0
    # That a process ends right before or after a commit, or a message that it sends.
    dies: float = 0


@dataclass(frozen=True, slots=True)
class Script:
    """A run. The seed also decides on all delays, and on which message or statement a fault hits."""

    seed: int
    actions: tuple[Action, ...]
    kills: tuple[Kill, ...]
    weather: Weather = field(default_factory=Weather)


def drawn(seed: int) -> Script:
    """The script of a seed."""
    random = Random(f"script {seed}")
    actions: list[Action] = []
    for order in range(random.choice([1, 2, 3, 5, 8])):
        at_s = random.uniform(0, _LASTS_S / 2)
        placing = _placing(random, order, at_s)
        actions.append(placing)
        for _ in range(random.choice([0, 1, 1, 2, 3])):
            at_s += random.choice([0.0, 0.01, 0.3, 2.0, 10.0]) * random.random()
            actions.append(_asking(random, placing, at_s))
    for _ in range(random.choice([0, 1, 3])):
        pieces = random.choice([1, 2, 5])
        actions.append(Action(random.uniform(0, _LASTS_S), "deliver goods", 0, ((BACKORDERABLE, pieces),)))
    kills = [
        Kill(random.uniform(0, _LASTS_S), random.randrange(len(PROCESSES)), random.uniform(0.05, 4))
        for _ in range(random.choice([0, 0, 1, 2, 4]))
    ]
    chances = {name: random.choice([0, 0, 0.01, 0.05, 0.15]) for name in Weather.__dataclass_fields__}
    chances["dies"] /= 5
    return Script(seed, tuple(actions), tuple(kills), Weather(**chances))


def _placing(random: Random, order: int, at_s: float) -> Action:
    cash = random.random() < 0.15
    return Action(
        at_s, "place", order, _lines(random), "" if cash else random.choice(CARDS), twice=random.random() < 0.2
    )


def _asking(random: Random, placing: Action, at_s: float) -> Action:
    kind = random.choice(_AFTER)
    lines = _lines(random) if kind in ("update", "refund items") else ()
    if kind == "refund items" and random.random() < 0.7:
        # What was ordered can be returned; other items and more pieces are refused.
        lines = ((placing.lines[0][0], 1),)
    return Action(at_s, kind, placing.order, lines, random.choice(GOOD_CARDS), twice=random.random() < 0.2)


def _lines(random: Random) -> tuple[tuple[int, int], ...]:
    items = random.sample(sorted(ITEMS), random.choice([1, 1, 2]))
    return tuple((item, random.choice([1, 1, 2, 3])) for item in items)
