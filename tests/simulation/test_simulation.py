"""The simulation itself: it repeats itself exactly, finds what is planted, and shrinks it; and some of its seeds."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.simulation.loop import NothingMoves, SimulatedLoop, passing
from tests.simulation.planted import PLANTED, verdict_with
from tests.simulation.run import run
from tests.simulation.script import Action, Kill, Script, Weather, drawn
from tests.simulation.shrink import shrunk

FOUND_WITHIN = 200
STORM = Weather(request_lost=0.1, reply_lost=0.1, statement_fails=0.1, commit_unanswered=0.1, dies=0.02)


def test_an_hour_takes_no_time() -> None:
    loop = SimulatedLoop()

    async def an_hour() -> float:
        await passing(3600)
        return loop.time()

    assert loop.run_until_complete(an_hour()) == 3600
    loop.close()


def test_what_would_wait_for_ever_is_an_error() -> None:
    loop = SimulatedLoop()

    with pytest.raises(NothingMoves):
        loop.run_until_complete(loop.create_future())

    loop.close()


def test_a_seed_ends_in_the_same_way_each_time() -> None:
    script = drawn(4)
    assert script.kills, "nothing is killed with this seed; take another one"

    assert run(script) == run(script)


def test_orders_are_paid_in_any_weather() -> None:
    actions = tuple(Action(0.2 * order, "place", order, ((2, 1),), "tok_ok", twice=True) for order in range(4))

    verdict = run(Script(1, actions, (Kill(0.5, 0, 2), Kill(0.6, 2, 2)), STORM))

    assert not verdict.violation
    assert sum(line.endswith("ends") for line in verdict.log) >= 2
    assert sum("place" in line and "CONFIRMED" in line for line in verdict.log) >= 4


# The others are in `make soak`, because each takes a second or more.
@pytest.mark.parametrize(
    "fault",
    [pytest.param(name, marks=[] if number < 3 else pytest.mark.soak) for number, name in enumerate(PLANTED)],
)
def test_a_planted_fault_is_found(fault: str) -> None:
    verdicts = (verdict_with(fault, seed)[1] for seed in range(FOUND_WITHIN))

    assert next((verdict.violation for verdict in verdicts if verdict.violation), "")


def test_nobody_waits_for_an_order_that_is_left_out_of_a_script() -> None:
    assert run(Script(seed=1, actions=(Action(1, "cancel", 5),), kills=())).violation == ""


def test_a_script_shrinks_to_what_it_needs() -> None:
    needed, actions = Kill(3, 1, 1), tuple(Action(float(order), "place", order) for order in range(8))
    script = Script(1, actions, (Kill(1, 0, 1), needed, Kill(5, 2, 1)), STORM)

    short = shrunk(script, lambda one: needed in one.kills and any(action.order == 5 for action in one.actions))

    assert short == Script(1, (actions[5],), (needed,), Weather())


@pytest.mark.soak
@pytest.mark.timeout(300)
def test_500_seeds() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "tests.simulation", "--seeds", "500"], capture_output=True, encoding="utf-8"
    )

    assert said.returncode == 0, said.stdout + said.stderr
    assert "500 seeds from 0, 0 violations" in said.stdout
