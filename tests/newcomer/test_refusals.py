"""The fast cases of `make newcomer`, on this machine: a setup that cannot work says in a line what to do."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.architecture.tracked import ROOT
from tests.newcomer import __main__ as newcomer
from tests.newcomer.__main__ import run
from tests.newcomer.cases import CASES, Case
from tests.newcomer.machines import CannotBeHad, Done, Machine, machine


@pytest.fixture(scope="module")
def here() -> Iterator[Machine]:
    if os.stat(ROOT).st_dev != os.stat("/").st_dev:
        pytest.skip("needs the checkout on the file system of /")
    try:
        with machine("here", is_root=True) as made:
            probe = made.run("true", folder=str(ROOT))
            if probe.code:
                pytest.skip(f"needs mounts and namespaces: {probe.said.strip()}")
            yield made
    except CannotBeHad as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("case", [case for case in CASES if case.fast], ids=lambda case: case.name)
def test_it_says_what_to_do(here: Machine, case: Case) -> None:
    with here.changed() as changed:
        done = run(case, changed, clone=str(ROOT))

    assert not case.verdict(done), done.said


@pytest.mark.parametrize(
    ("done", "verdict"),
    [
        (Done(0, "all went well"), "was to be refused"),
        (Done(2, "Traceback (most recent call last):\nKeyError: mend this"), "shows a traceback"),
        (Done(2, "something else"), "does not say 'mend this'"),
        (Done(2, "mend this\n" * 9), "takes 9 lines to say it"),
        (Done(2, "Making .venv\nmend this\nmake: *** [demo] Error 1\n"), ""),
    ],
)
def test_only_a_line_that_says_what_to_do_will_do(done: Done, verdict: str) -> None:
    assert Case(name="any", refused="mend this").verdict(done) == verdict


def test_a_matrix_none_of_whose_machines_can_be_had_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(name: str, *, is_root: bool) -> Machine:
        raise CannotBeHad("needs root")

    monkeypatch.setattr(newcomer, "machine", nowhere)

    assert newcomer.main([]) == 1
