"""`python -m bench.compare REV`: this version and another one, measured in turns.

Both shops run all the time and are measured alternately, for seconds: a machine that gets slower or faster does so for
both. The figures are ratios, this version to the other, each of one turn.

python -m bench.compare main                         a revision, which is checked out and installed in .cache/
python -m bench.compare ../other --repeat 10         a folder with another checkout, and its .venv
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

from rich.console import Console

from bench.load import Missing, require_programs
from bench.orders import WAYS
from bench.report import Section, machine, show, spread, write_json

ROOT = Path(__file__).parent.parent
WORKER = Path(__file__).with_name("worker.py")
CHECKOUTS = ROOT / ".cache/compare"
Turn = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Pair:
    """One way and number of clients: the turns of the other version, and of this one."""

    way: str
    clients: int
    other: Sequence[Turn]
    this: Sequence[Turn]

    def ratios(self, figure: str) -> list[float]:
        """This version's figure to the other's, turn by turn."""
        return [
            _FIGURES[figure](one) / _FIGURES[figure](other) for one, other in zip(self.this, self.other, strict=True)
        ]


def _cpu_ms(turn: Turn) -> float:
    return float(sum(ms for name, ms in turn["cpu_ms"].items() if name != "generator"))


_SPEED: Mapping[str, Callable[[Turn], float]] = {
    "orders/s": lambda turn: turn["per_s"],
    "orders : echo": lambda turn: turn["per_s"] / turn["echo_per_s"],
    "reply p50, ms": lambda turn: turn["p50_ms"],
    "CPU ms": _cpu_ms,
    "CPU in echo calls": lambda turn: _cpu_ms(turn) / turn["echo_cpu_ms"],
}
# Of an order.
_AMOUNTS: Mapping[str, Callable[[Turn], float]] = {
    "statements": lambda turn: turn["statements"],
    "commits": lambda turn: turn["commits"],
    "rows": lambda turn: turn["rows"],
    "WAL bytes": lambda turn: turn["wal_bytes"],
    "wire bytes": lambda turn: turn["wire_bytes"],
    "KB left": lambda turn: turn["left_kb"],
}
_FIGURES = {**_SPEED, **_AMOUNTS}
_VERSIONS = ("other", "this")


def checkout(revision: str) -> Path:
    """A folder with that revision, installed. Raises Missing if it cannot be."""
    if (Path(revision) / "bench").is_dir():
        return Path(revision).absolute()
    found = subprocess.run(
        ["git", "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    if found.returncode:
        raise Missing(f"{revision} is neither a revision nor a folder with a checkout")
    commit = found.stdout.strip()
    folder = CHECKOUTS / commit[:12]
    if not folder.is_dir():
        subprocess.run(["git", "worktree", "prune"], cwd=ROOT, check=True)
        subprocess.run(["git", "worktree", "add", "--detach", "--force", folder, commit], cwd=ROOT, check=True)
    if subprocess.run(["make", "-s", ".venv/dev.stamp"], cwd=folder).returncode:
        raise Missing(f"{revision} cannot be installed as it is: install it in a folder, and name that")
    return folder


@dataclass(frozen=True, slots=True)
class Shop:
    """A running shop of the version in `tree`."""

    tree: Path
    requests: IO[str]
    answers: IO[str]

    def measure(self, way: str, *, clients: int, seconds: int) -> Turn:
        print(way, clients, seconds, file=self.requests, flush=True)
        turn: Turn = self.answer()
        return turn

    def answer(self) -> Any:
        """Raises Missing if the shop has ended; its errors are on the screen."""
        if line := self.answers.readline():
            return json.loads(line)
        raise Missing(f"the shop in {self.tree} has ended")


@contextmanager
def worker(tree: Path) -> Iterator[Shop]:
    """A shop of the version in `tree`, ready to be measured."""
    environment = os.environ | {
        "PATH": f"{tree / '.venv/bin'}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": f"{tree}{os.pathsep}{tree / 'gen'}",
    }
    process = subprocess.Popen(
        [tree / ".venv/bin/python", WORKER],
        cwd=tree,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    assert process.stdin is not None
    assert process.stdout is not None
    shop = Shop(tree, process.stdin, process.stdout)
    with process:
        try:
            shop.answer()
            yield shop
        finally:
            process.stdin.close()


def compare(trees: Sequence[Path], *, clients: Sequence[int], seconds: int, repeat: int) -> list[Pair]:
    """Measures both versions `repeat` times in each way, in turns."""
    turns: dict[tuple[str, int], list[list[Turn]]] = {(way, number): [[], []] for number in clients for way in WAYS}
    with ExitStack() as stack:
        shops = [stack.enter_context(worker(tree)) for tree in trees]
        for number in range(repeat):
            for (way, count), measured in turns.items():
                # Each version is the first as often as the other.
                for which in (0, 1) if number % 2 == 0 else (1, 0):
                    measured[which].append(shops[which].measure(way, clients=count, seconds=seconds))
    return [Pair(way, count, *measured) for (way, count), measured in turns.items()]


def sections(pairs: Sequence[Pair]) -> list[Section]:
    """The ratios, the medians behind them, and what an order costs each process."""
    names = list(pairs[0].this[0]["cpu_ms"])
    ratios = _ratios(pairs, "This version : the other one", _SPEED)
    return [
        replace(
            ratios,
            data=[{"clients": pair.clients, "way": pair.way, "other": pair.other, "this": pair.this} for pair in pairs],
        ),
        _ratios(pairs, "This version : the other one, of an order", _AMOUNTS),
        _medians(pairs, "Medians", _FIGURES),
        _medians(pairs, "Medians: CPU milliseconds of an order", {name: _cpu_ms_of(name) for name in names}),
    ]


def _ratios(pairs: Sequence[Pair], title: str, figures: Iterable[str]) -> Section:
    return Section(
        title=title,
        columns=["clients", "way", *figures],
        rows=[
            [str(pair.clients), pair.way, *(spread(pair.ratios(figure), digits=2) for figure in figures)]
            for pair in pairs
        ],
    )


def _medians(pairs: Sequence[Pair], title: str, figures: Mapping[str, Callable[[Turn], float]]) -> Section:
    return Section(
        title=title,
        columns=["clients", "way", "version", *figures],
        rows=[
            [
                str(pair.clients),
                pair.way,
                version,
                *(_short(statistics.median(map(figure, turns))) for figure in figures.values()),
            ]
            for pair in pairs
            for version, turns in zip(_VERSIONS, (pair.other, pair.this), strict=True)
        ],
    )


def _cpu_ms_of(name: str) -> Callable[[Turn], float]:
    return lambda turn: float(turn["cpu_ms"][name])


def _short(figure: float) -> str:
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.2f}"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench.compare", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("other", help="a revision, or a folder with an installed checkout")
    parser.add_argument("--clients", type=lambda text: [int(number) for number in text.split(",")], default=[32])
    parser.add_argument("--seconds", type=int, default=4, help="of each turn [4]")
    parser.add_argument("--repeat", type=int, default=5, help="turns of each version [5]")
    parser.add_argument("--json", type=Path, help="a file for the figures")
    options = parser.parse_args(arguments)
    try:
        require_programs()
        trees = [checkout(options.other), ROOT]
        where = machine()
        how = {"clients": options.clients, "seconds": options.seconds, "repeat": options.repeat}
        found = sections(compare(trees, **how))
    except Missing as error:
        print(error, file=sys.stderr)
        return 1
    console = Console(width=None if sys.stdout.isatty() else 160)
    console.print(", ".join(f"{name.replace('_', ' ')} {value}" for name, value in where.items()))
    show(found, console)
    if options.json:
        write_json(options.json, found, where)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
