"""Makes a script that fails as short as it can be: the shortest that ends in a violation of the same kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from typing import TypeVar

from tests.simulation.run import Verdict, run
from tests.simulation.script import Script, Weather

T = TypeVar("T")


def shown(script: Script, runs: Callable[[Script], Verdict] = run) -> str:
    """The shortest script that fails in the same way, as Python, and what happens in it."""
    kind = runs(script).kind
    short = shrunk(script, lambda shorter: runs(shorter).kind == kind)
    verdict = runs(short)
    return "\n".join([f"seed {script.seed}: {verdict.violation}", *verdict.log, repr(short)])


def shrunk(script: Script, fails: Callable[[Script], bool]) -> Script:
    """The script without what it does not need to fail."""
    before = None
    while script != before:
        before = script
        for shorter in (_without_kills, _without_actions, _without_faults):
            script = shorter(script, fails)
    return script


def _without_kills(script: Script, fails: Callable[[Script], bool]) -> Script:
    return replace(script, kills=_needed(script.kills, lambda kills: fails(replace(script, kills=kills))))


def _without_actions(script: Script, fails: Callable[[Script], bool]) -> Script:
    return replace(script, actions=_needed(script.actions, lambda actions: fails(replace(script, actions=actions))))


def _without_faults(script: Script, fails: Callable[[Script], bool]) -> Script:
    while (simpler := next(filter(fails, _with_one_less(script)), None)) is not None:
        script = simpler
    return script


def _with_one_less(script: Script) -> Iterator[Script]:
    for fault in fields(Weather):
        if getattr(script.weather, fault.name):
            yield replace(script, weather=replace(script.weather, **{fault.name: 0}))
    for number, action in enumerate(script.actions):
        if action.twice:
            once = replace(action, twice=False)
            yield replace(script, actions=(*script.actions[:number], once, *script.actions[number + 1 :]))


def _needed(items: tuple[T, ...], fails: Callable[[tuple[T, ...]], bool]) -> tuple[T, ...]:
    """Leaves out halves, then quarters, and so on, down to single items, and goes on with what still fails."""
    size = len(items)
    while size:
        start = 0
        while start < len(items):
            fewer = (*items[:start], *items[start + size :])
            if fails(fewer):
                items = fewer
            else:
                start += size
        size //= 2
    return items
