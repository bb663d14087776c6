"""Writes the figures of docs/trust.md, from the results of `make chaos` that are kept in docs/trust.json.

Those of `make mutate` are in docs/mutants.json, by docs/count_mutants.py. What long runs of other tests found is in
docs/runs.json: the last result of each (tests/long_runs.py).

python docs/show_trust.py                      writes them
python docs/show_trust.py --check              exit 1 if docs/trust.md shows anything else
python docs/show_trust.py --add RESULTS…       first adds results to those that are kept
"""

from __future__ import annotations

import json
import math
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from docs.tables import show

HERE = Path(__file__).resolve().parent
PAGE, RESULTS = HERE / "trust.md", HERE / "trust.json"
PLACE = re.compile(r"(?<=<!-- figures -->\n).*(?=<!-- end of figures -->)", re.DOTALL)
RUNS, PLACE_OF_RUNS = (
    HERE / "runs.json",
    re.compile(r"(?<=<!-- runs -->\n).*(?=<!-- end of runs -->)", re.DOTALL),
)
MUTANTS, PLACE_OF_MUTANTS = (
    HERE / "mutants.json",
    re.compile(r"(?<=<!-- mutants -->\n).*(?=<!-- end of mutants -->)", re.DOTALL),
)
COUNTED = {
    "calls": "calls recorded",
    "unanswered": "of them without an answer: they may or may not have happened",
    "unexplained": "errors without a reason: 504 of services that had no time left to give one",
    "orders": "orders at the end",
    "items": "items whose stock was checked for linearizability",
    "events": "events read from streams",
    "published": "messages read from the broker",
    "entries": "entries in the provider's ledger",
}


def figures(results: Sequence[Mapping[str, Any]]) -> str:
    """The section between the marks."""
    if not results:
        return "\nNo run is kept yet.\n\n"
    parts = (_runs, _recovery, _faults, _found)
    return "".join("\n" + "\n".join(part(results)) + "\n" for part in parts) + "\n"


def _runs(results: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    kills = _sum(results, "kills")
    seeds = sorted(seed for result in results for seed in result["seeds"])
    settled = [seconds for result in results for seconds in result["settled_s"]]
    counts = _sum(results, "counts")
    yield "| what | figure |"
    yield "|---|---|"
    yield f"| processes killed | **{kills.total():,}**, {_sum(results, 'failpoints').total():,} of them at failpoints |"
    yield f"| violations | **{sum(len(result['violations']) for result in results):,}** |"
    yield f"| runs, each on new databases | {len(seeds):,}, seeds {seeds[0]} to {seeds[-1]} |"
    after = f"{max(settled):.0f} s at most, in the median {_at(settled, 50):.0f} s"
    yield f"| settled after the last fault of a run | {after} |"
    for name, meaning in COUNTED.items():
        yield f"| {meaning} | {counts[name]:,} |"
    loads = [load for result in results for load in result["load"]]
    yield f"| load average of the machine, from whatever ran on it | {min(loads):.0f} to {max(loads):.0f} |"
    for name, meaning in (("date", "dates"), ("commit", "commits"), ("cpus", "processors")):
        yield f"| {meaning} | {', '.join(dict.fromkeys(str(result[name]) for result in results))} |"


def _recovery(results: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    kills = _sum(results, "kills")
    yield "| process | killed | faults that were followed by calls | recovered in the median | p99 | at most |"
    yield "|---|---|---|---|---|---|"
    for process in sorted({process for result in results for process in result["recovered_s"]}):
        seconds = [time for result in results for time in result["recovered_s"].get(process, [])]
        shown = " | ".join(f"{_at(seconds, part):.1f} s" for part in (50, 99, 100))
        yield f"| {process} | {kills[process]:,} | {len(seconds):,} | {shown} |"


def _faults(results: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield "| fault | times |"
    yield "|---|---|"
    yield from (f"| {what} | {times:,} |" for what, times in sorted(_sum(results, "faults").items()))
    yield from (f"| death at `{name}` | {times:,} |" for name, times in sorted(_sum(results, "failpoints").items()))


def _found(results: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    violations = [violation for result in results for violation in result["violations"]]
    yield "Violations: none." if not violations else "Violations:"
    yield from (f"- {violation}" for violation in violations)


def mutants(result: Mapping[str, Any]) -> str:
    """The table of the mutants, by service and in all."""
    services = {service: Counter(counts) for service, counts in result["services"].items()}
    rows = {**services, "all": sum(services.values(), Counter())}
    head = [
        "service",
        "mutants",
        "refused by mypy",
        "killed by a test",
        "survived",
        "run by no test",
        "ended",
        "not run",
    ]
    lines = [[*head, "score", "of those that mypy allows"], ["---"] * 10]
    for service, counts in rows.items():
        names = ("refused", "killed", "survived", "untested", "ended", "not_run")
        figures = [counts.total(), *(counts[name] for name in names)]
        lines.append([service, *(f"{figure:,}" for figure in figures), *_scores(counts)])
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"\n{table}\n\nCounted on {result['date']} at {result['commit']}: {result['how']}\n\n"


def _scores(counts: Mapping[str, int]) -> tuple[str, str]:
    """Of all, and of those that mypy allows. What was not run is taken to be killed as often as what was."""
    run = counts["killed"] + counts["survived"] + counts["untested"]
    killed = Fraction(counts["killed"], run) if run else Fraction(0)
    allowed = run + counts["not_run"]
    of_all = (counts["refused"] + killed * allowed) / max(1, counts["refused"] + allowed)
    return _percent(of_all), _percent(killed)


def _percent(share: Fraction) -> str:
    """Rounded down."""
    return f"{math.floor(share * 1000) / 10:.1f} %"


def runs(results: Sequence[Mapping[str, Any]]) -> str:
    """The table of the long runs."""
    lines = [["run", "found", "load average", "date", "commit"], ["---"] * 5]
    for result in sorted(results, key=lambda result: str(result["run"])):
        found = "; ".join(result["found"])
        lines.append([result["run"], found, f"{result['load']:.0f}", result["date"], result["commit"]])
    return "\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n\n"


def _sum(results: Sequence[Mapping[str, Any]], name: str) -> Counter[str]:
    return sum((Counter(result[name]) for result in results), Counter())


def _at(values: Sequence[float], part: int) -> float:
    """The percentile, of an actual value."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * part // 100)]


def kept(path: Path | None = None) -> list[Any]:
    """The results of `make chaos`, or those at `path`."""
    path = path or RESULTS
    return list(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else []


def add(found: Sequence[Mapping[str, Any]]) -> None:
    """Those of `make chaos` to the others of it; of each long run the last one stays."""
    of_runs = {result["run"]: result for result in [*kept(RUNS), *(one for one in found if "run" in one)]}
    for path, results in ((RESULTS, [*kept(), *(one for one in found if "run" not in one)]), (RUNS, of_runs.values())):
        path.write_text(json.dumps([*results]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if "--add" in sys.argv:
        add([json.loads(Path(name).read_text(encoding="utf-8")) for name in sys.argv[sys.argv.index("--add") + 1 :]])
    shown = {
        PLACE: figures(kept()),
        PLACE_OF_RUNS: runs(kept(RUNS)),
        PLACE_OF_MUTANTS: mutants(json.loads(MUTANTS.read_text(encoding="utf-8"))),
    }
    sys.exit(max(show(PAGE, place, text) for place, text in shown.items()))
