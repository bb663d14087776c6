"""The figures of bench.growth as tables and curves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from bench.orders import Echo
from bench.pictures import bars, curves
from bench.report import Section

# Of the figure with the least that is stored.
KEPT = 0.85
ORDERS = "orders of"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What was measured with `stored` orders and products, and the echo before it; `cpu_ms` is what a call costs."""

    what: str
    clients: int
    stored: int
    per_s: float
    cpu_ms: float
    p50_ms: float
    echo: Echo

    @property
    def to_echo(self) -> float:
        return self.per_s / self.echo.per_s

    @property
    def in_echoes(self) -> float:
        return self.cpu_ms / self.echo.cpu_ms


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of call by one number of clients: its figures, from the least to the most that is stored."""

    figures: Sequence[Figure]

    @property
    def what(self) -> str:
        return self.figures[0].what

    @property
    def kept(self) -> float:
        """The rate with the most stored, to that with the least, each to its echo."""
        return self.figures[-1].to_echo / self.figures[0].to_echo

    @property
    def kept_by_cpu(self) -> float:
        return self.figures[0].in_echoes / self.figures[-1].in_echoes


def lines_of(figures: Sequence[Figure]) -> list[Line]:
    found: dict[tuple[str, int], list[Figure]] = {}
    for figure in figures:
        found.setdefault((figure.what, figure.clients), []).append(figure)
    return [Line(same) for same in found.values()]


def _pictures(lines: Sequence[Line], sizes: Sequence[int]) -> dict[str, bytes]:
    """Orders of one way by what is stored, orders of all ways with the most stored, and reads by what is stored."""
    stored = [f"{size:,} stored" for size in sizes]
    ways: dict[str, list[Line]] = {}
    for line in lines:
        if line.what.startswith(ORDERS):
            ways.setdefault(line.what, []).append(line)
    drawn = {}
    if ways:
        one_way = list(ways)[-1]
        along = [str(line.figures[0].clients) for line in ways[one_way]]
        by_size = {name: [line.figures[n].to_echo for line in ways[one_way]] for n, name in enumerate(stored)}
        by_way = {way: [line.figures[-1].to_echo for line in same] for way, same in ways.items()}
        drawn["growth-orders"] = curves(f"Paid {one_way} : echo", along, x_title="clients", series=by_size)
        drawn["growth-ways"] = curves(f"Paid orders : echo, {stored[-1]}", along, x_title="clients", series=by_way)
    if reads := [line for line in lines if line.what not in ways]:
        along = [line.what for line in reads]
        series = {name: [line.figures[n].to_echo for line in reads] for n, name in enumerate(stored)}
        drawn["growth-reads"] = bars("Reads : echo", along, series=series)
    return drawn


def sections(figures: Sequence[Figure]) -> Iterator[Section]:
    sizes = sorted({figure.stored for figure in figures})
    lines = lines_of(figures)
    yield Section(
        title="By what is stored: calls a second : echoes, and CPU of a call in echo calls",
        columns=[
            "what",
            "clients",
            *(f"{size:,}" for size in sizes),
            "kept",
            *(f"CPU {size:,}" for size in sizes),
            "kept",
        ],
        rows=[
            [
                line.what,
                str(line.figures[0].clients),
                *(f"{figure.to_echo:.2f}" for figure in line.figures),
                f"{line.kept:.2f}",
                *(f"{figure.in_echoes:.1f}" for figure in line.figures),
                f"{line.kept_by_cpu:.2f}",
            ]
            for line in lines
        ],
        data=[asdict(figure) for figure in figures],
        pictures=_pictures(lines, sizes),
    )
    yield Section(
        title=f"Less than {KEPT} is left",
        columns=["what", "clients", "kept", "kept by CPU"],
        rows=[
            [line.what, str(line.figures[0].clients), f"{line.kept:.2f}", f"{line.kept_by_cpu:.2f}"]
            for line in lines
            if min(line.kept, line.kept_by_cpu) < KEPT
        ],
    )
