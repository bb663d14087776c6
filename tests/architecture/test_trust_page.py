"""docs/trust.md has the figures of the results that are kept, whatever they are, and links to what there is."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from docs import show_trust
from docs.count_mutants import counted
from docs.show_trust import MUTANTS, PAGE, PLACE, PLACE_OF_MUTANTS, PLACE_OF_RUNS, RUNS, figures, kept, mutants, runs
from tests.architecture.test_security_page import missing

TEXT = PAGE.read_text(encoding="utf-8")
AT = {"date": "2026-01-01", "commit": "abc", "cpus": 2, "load": 1.4}
RESULT: dict[str, Any] = {
    **AT,
    "seeds": [3, 4],
    "kills": {"order_svc": 9},
    "failpoints": {"charged_not_recorded": 2},
    "faults": {"kill -9": 7},
    "counts": {"calls": 1_000},
    "recovered_s": {"order_svc": [0.1, 0.2, 9.0]},
    "settled_s": [3.0, 70.0],
    "load": [1.5, 22.0],
    "violations": ["charged_once: twice"],
}


def test_the_page_shows_the_results_that_are_kept() -> None:
    shown = PLACE.search(TEXT)

    assert shown is not None
    assert shown[0] == figures(kept()), "run python docs/show_trust.py"


@pytest.mark.parametrize(
    "line",
    [
        "| processes killed | **18**, 4 of them at failpoints |",
        "| violations | **2** |",
        "| settled after the last fault of a run | 70 s at most, in the median 70 s |",
        "| order_svc | 18 | 6 | 0.2 s | 9.0 s | 9.0 s |",
        "- charged_once: twice",
    ],
)
def test_nothing_is_better_than_it_was(line: str) -> None:
    assert line in figures([RESULT, RESULT]).splitlines()


def test_the_page_shows_the_last_result_of_each_long_run() -> None:
    shown = PLACE_OF_RUNS.search(TEXT)

    assert shown is not None
    assert shown[0] == runs(kept(RUNS)), "run python docs/show_trust.py"


def test_a_result_is_added_to_what_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(show_trust, "RUNS", tmp_path / "runs.json")
    monkeypatch.setattr(show_trust, "RESULTS", tmp_path / "trust.json")
    older, newer = ({"run": "soak", "found": found, **AT} for found in (["9 orders"], ["7 orders", "1 lost"]))

    show_trust.add([RESULT, older])
    show_trust.add([newer, RESULT])

    assert kept(tmp_path / "trust.json") == [RESULT, RESULT]
    assert runs(kept(tmp_path / "runs.json")).splitlines()[-2] == "| soak | 7 orders; 1 lost | 1 | 2026-01-01 | abc |"


def test_the_page_shows_the_mutants_that_were_counted() -> None:
    shown = PLACE_OF_MUTANTS.search(TEXT)

    assert shown is not None
    result = json.loads(MUTANTS.read_text(encoding="utf-8"))
    assert shown[0] == mutants(result), "run python docs/show_trust.py"


def test_mutants_count_as_noticed_only_if_something_noticed_them() -> None:
    codes = [("a_svc.x", code) for code in (1, 1, 37, 0, 33, None, -24)]
    services = counted([*codes, ("b_svc.x", 0)])

    lines = mutants({"date": "2026-01-01", "commit": "abc", "how": "all of them", "services": services}).splitlines()

    assert "| a_svc | 7 | 1 | 2 | 1 | 1 | 1 | 1 | 58.3 % | 50.0 % |" in lines
    assert "| all | 8 | 1 | 2 | 2 | 1 | 1 | 1 | 48.5 % | 40.0 % |" in lines
    assert lines[-2] == "Counted on 2026-01-01 at abc: all of them"


def test_every_link_leads_to_what_it_names() -> None:
    links = re.findall(r"\[([^\]]+)\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)", TEXT)

    assert len(links) > 30
    assert [found for link in links if (found := missing(*link))] == []
