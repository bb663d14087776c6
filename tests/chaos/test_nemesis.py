"""One number repeats all that is done; each fault does what it says; and recovery is measured from a fault on."""

from __future__ import annotations

import re
from itertools import islice

import pytest

from tests.architecture.tracked import files
from tests.chaos.checker.history import Call
from tests.chaos.faults import victims
from tests.chaos.nemesis import FAILPOINTS, What, schedule
from tests.chaos.recovery import Fault, recovered

STEPS = 3_000


def test_a_seed_repeats_its_schedule_and_another_one_has_another() -> None:
    first, again, other = (list(islice(schedule(seed, every_s=1), 50)) for seed in (7, 7, 8))

    assert first == again
    assert first != other


def test_everything_happens_to_everything() -> None:
    steps = list(islice(schedule(0, every_s=1), STEPS))

    assert {step.what for step in steps} == set(What)
    assert {step.process for step in steps if step.what == What.KILL} == set(victims())
    assert {step.failpoint for step in steps} == {"", *FAILPOINTS}


def test_every_failpoint_of_the_code_is_one_of_the_nemesis() -> None:
    code = [path.read_text(encoding="utf-8") for path in files("order_svc", "inventory_svc") if path.suffix == ".py"]
    reached = {name for text in code for name in re.findall(r'failpoints\.reach\("(\w+)"\)', text)}

    assert reached == set(FAILPOINTS)


def call(path: str, start: float, end: float, status: int = 200) -> Call:
    return Call(who="", method="GET", path=path, body={}, start=start, end=end, status=status, reply={})


@pytest.mark.parametrize(
    ("process", "seconds"),
    [("order_svc", 4.5), ("identity_svc", 2.0), ("postgres", 2.0), ("envoy", 1.5), ("edge", None)],
)
def test_a_process_is_missed_until_a_call_that_needs_it_succeeds(process: str, seconds: float | None) -> None:
    calls = [
        call("/orders/1", 9, 11),  # began before
        call("/orders/1", 10.5, 11, status=503),
        call("/admin/ops/payment/jobs", 12.5, 19),
        call("/docs", 11, 11.5),
        call("/users/me", 11, 12),
        call("/orders/2", 12, 14.5),
        call("/orders/3", 12, 16),
    ]

    found = recovered(calls, [Fault("kill -9", process, 10)])

    assert found == ({process: [seconds]} if seconds else {})
