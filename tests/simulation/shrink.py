"""Makes a script that fails as short as it can be: the shortest that ends in a violation of the same kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, replace
from typing import TypeVar

from tests.simulation.script import Script, Weather

T = TypeVar("T")


def shrunk(script: Script, fails: Callable[[Script], bool]) -> Script:
    """The script without what it does not need to fail."""
    while (shorter := next(filter(fails, _shorter(script)), None)) is not None:
        script = shorter
    return script


def _shorter(script: Script) -> Iterator[Script]:
    """The most is left out first."""
    for kills in _without_some(script.kills):
        yield replace(script, kills=kills)
    for actions in _without_some(script.actions):
        yield replace(script, actions=actions)
    for fault in fields(Weather):
        if getattr(script.weather, fault.name):
            yield replace(script, weather=replace(script.weather, **{fault.name: 0}))
    for number, action in enumerate(script.actions):
        if action.twice:
            once = replace(action, twice=False)
            yield replace(script, actions=(*script.actions[:number], once, *script.actions[number + 1 :]))


def _without_some(items: Sequence[T]) -> Iterator[tuple[T, ...]]:
    """Without halves, quarters, and so on, down to single items."""
    size = len(items)
    while size:
        for start in range(0, len(items), size):
            yield (*items[:start], *items[start + size :])
        size //= 2
