"""What an order costs each process, from measurements of one machine by `make bench`.

The CPU of an order falls with the number of clients, because orders share calls and transactions. How many share one
is measured, too: a lone order takes 12.5 statements, and one of 128 clients 0.8, so it shares each with 15 others. The
CPU of every process is a line over that: a part for each order, and a part for each batch.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

# All but the generator, which is on the same machine only where it is measured.
PROCESSES = ("envoy", "order", "inventory", "payment", "identity", "postgres")


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One measurement: of an order, the CPU in ms by process, and the statements."""

    clients: int
    orders_per_s: float
    p50_ms: float
    p99_ms: float
    cpu_ms: Mapping[str, float]
    statements: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A machine that was measured; `transaction_ms` is what a small one takes the only client of its PostgreSQL."""

    commit: str
    date: str
    cores: int
    points: Sequence[Point]
    transaction_ms: float

    @property
    def alone(self) -> Point:
        """What was measured with one client. Raises ValueError if nothing was."""
        for point in self.points:
            if point.clients == 1:
                return point
        raise ValueError("one client was not measured: the costs of a lone order are the beginning")


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds of a process, for each order and for each batch."""

    order_s: float
    batch_s: float


def costs_of(machine: Machine) -> dict[str, Cost]:
    """The line that is nearest to the CPU of each process, by the squares of relative differences."""
    alone = machine.alone
    shares = [point.statements / alone.statements for point in machine.points]
    names = machine.points[0].cpu_ms
    return {name: _line(shares, [point.cpu_ms[name] for point in machine.points]) for name in names}


def _line(shares: Sequence[float], ms: Sequence[float]) -> Cost:
    weights = [1 / max(value, 1e-3) ** 2 for value in ms]
    total = sum(weights)
    x = sum(w * share for w, share in zip(weights, shares, strict=True)) / total
    y = sum(w * value for w, value in zip(weights, ms, strict=True)) / total
    spread = sum(w * (share - x) ** 2 for w, share in zip(weights, shares, strict=True))
    rises = sum(w * (share - x) * (value - y) for w, share, value in zip(weights, shares, ms, strict=True))
    # One number of clients tells nothing of batches.
    batch_ms = max(rises / spread, 0.0) if spread else 0.0
    if (order_ms := y - batch_ms * x) < 0:
        order_ms, batch_ms = 0.0, y / x
    return Cost(order_ms / 1000, batch_ms / 1000)


def from_bench(path: Path, way: str = "JSON") -> Machine:
    """The machine of a file of `make bench B="orders --json …"`. Raises ValueError unless one client was measured."""
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    measured = [one for part in content["sections"] for one in part["data"] if "minimal_per_s" in one]
    points = [
        Point(
            clients=one["clients"],
            orders_per_s=_middle(paid["per_s"] for paid in one["paid"][way]),
            p50_ms=_middle(paid["reply"]["p50_ms"] for paid in one["paid"][way]),
            p99_ms=_middle(paid["reply"]["p99_ms"] for paid in one["paid"][way]),
            cpu_ms={
                name: _middle(paid["cpu_ms"][name] for paid in one["paid"][way]) for name in (*PROCESSES, "generator")
            },
            statements=_middle(paid["amounts"]["statements"] for paid in one["paid"][way]),
        )
        for one in measured
    ]
    about = content["machine"]
    minimal = [_middle(one["minimal_per_s"]) for one in measured if one["clients"] == 1]
    found = Machine(
        commit=about["commit"],
        date=about["date"],
        cores=about["cores"],
        points=points,
        # A minimal order has two.
        transaction_ms=1000 / minimal[0] / 2 if minimal else 0,
    )
    assert found.alone  # raises
    return found


def _middle(figures: Iterable[float]) -> float:
    return median(list(figures))


def _point(clients: int, per_s: float, reply: tuple[float, float], statements: float, *cpu_ms: float) -> Point:
    cpu = dict(zip((*PROCESSES, "generator"), cpu_ms, strict=True))
    return Point(
        clients=clients, orders_per_s=per_s, p50_ms=reply[0], p99_ms=reply[1], cpu_ms=cpu, statements=statements
    )


# docs/performance.md, "A run", over JSON.
DOCUMENTED = Machine(
    commit="0155efe8",
    date="2026-11-28",
    cores=2,
    points=[
        #                                       Envoy order inventory payment identity PostgreSQL generator
        _point(1, 89, (11, 21), 12.5, 1.38, 4.78, 4.40, 2.09, 0.26, 4.03, 0.10),
        _point(8, 321, (22, 49), 1.9, 0.55, 1.41, 0.67, 0.41, 0.09, 0.95, 0.04),
        _point(32, 523, (58, 127), 1.1, 0.45, 1.16, 0.45, 0.26, 0.04, 0.76, 0.03),
        _point(128, 630, (199, 325), 0.8, 0.41, 1.09, 0.37, 0.18, 0.03, 0.76, 0.03),
    ],
    transaction_ms=1000 / 1641 / 2,
)
