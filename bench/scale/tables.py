"""The tables of docs/scale.md: what the simulation says, next to what was measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bench.scale.costs import Machine, Point
from bench.scale.prediction import Prediction, fitted, predict
from bench.scale.shop import Layout, Parameters

_FIGURES = ("orders/s", "a minute", "p50, ms", "p99, ms", "orders of a batch")
# orders/s of two replicas of every service on one machine to those of one, three pairs of version 853251b, whose
# reservations began every 40 ms; and of one replica its orders/s of 8 clients, and their p50 in ms.
TWO_REPLICAS = {32: (0.90, 0.74, 1.07), 128: (0.99, 0.94, 0.80)}
_PACED = (8, 198, 40)
_HOT_NODES = 16
USED = ("Envoy", "order_svc", "inventory_svc", "payment", "cores of nodes", "PostgreSQL", "hot rows")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which layouts are simulated."""

    nodes: Sequence[int]
    clients: int
    database_cores: int
    round_trip_ms: float
    seconds: float

    def layouts(self, nodes: int) -> Iterator[tuple[str, Layout]]:
        each = Layout(nodes=nodes, clients=self.clients, round_trip_s=self.round_trip_ms / 1000)
        one = replace(each, database_cores=self.database_cores)
        yield "a database on each", each
        yield "one database, other items", replace(one, is_hot=False)
        yield "one database, the same items", one


def section(machine: Machine, wanted: Wanted) -> str:
    """All tables, in Markdown."""
    parameters = fitted(machine)
    parts = (
        _inputs(machine, parameters),
        _one_machine(machine, parameters, wanted.seconds),
        _replicas(parameters, wanted.seconds),
        _nodes(parameters, wanted),
        _hot(parameters, wanted),
        _far(parameters, wanted),
    )
    return "".join("\n" + "\n".join(part) + "\n" for part in parts) + "\n"


def _inputs(machine: Machine, parameters: Parameters) -> Iterator[str]:
    yield (
        f"From {machine.date}, commit {machine.commit}, {machine.cores} cores: ms of CPU for an order and for a batch. "
        f"A transaction takes {machine.transaction_ms:.2f} ms. A reply waits for {parameters.reply_share:.0%} of what "
        "order_svc, inventory_svc and PostgreSQL do for a lone order: then a lone client waits as long as measured."
    )
    yield ""
    costs = parameters.costs
    yield from _head(["", *costs])
    yield _row(["each order", *(f"{cost.order_s * 1000:.2f}" for cost in costs.values())])
    yield _row(["each batch", *(f"{cost.batch_s * 1000:.2f}" for cost in costs.values())])


def one_machine(point: Point, found: Prediction) -> str:
    """What was measured, and what is predicted."""
    figures = [
        *_next_to(found.orders_per_s, point.orders_per_s),
        *_next_to(found.p50_ms, point.p50_ms),
        *_next_to(found.p99_ms, point.p99_ms),
        *_next_to(found.cpu_ms, sum(point.cpu_ms.values()), digits=2),
    ]
    return _row([str(point.clients), *figures, f"{found.batch:.0f}"])


def _one_machine(machine: Machine, parameters: Parameters, seconds: float) -> Iterator[str]:
    what = ("orders/s", "p50, ms", "p99, ms", "CPU, ms")
    columns = [part for name in what for part in (f"{name}: predicted", "measured", "error")]
    yield from _head(["clients", *columns, "orders of a batch"])
    for point in machine.points:
        layout = Layout(cores=machine.cores, clients=point.clients, has_generator=True)
        yield one_machine(point, predict(parameters, layout, seconds=seconds))


def _replicas(parameters: Parameters, seconds: float) -> Iterator[str]:
    now = Layout(has_generator=True)
    then = replace(now, reserving_share=1, reserving_pace_s=0.04)

    def ratio(layout: Layout) -> str:
        one, two = (predict(parameters, replace(layout, replicas=number), seconds=seconds) for number in (1, 2))
        return f"{two.orders_per_s / one.orders_per_s:.2f}"

    yield from _head(["clients", "predicted, paced as then", "measured", "predicted, paced as now"])
    for clients, measured in TWO_REPLICAS.items():
        pairs = ", ".join(f"{one:.2f}" for one in measured)
        ratios = [ratio(replace(layout, clients=clients)) for layout in (then, now)]
        yield _row([str(clients), ratios[0], pairs, ratios[1]])
    clients, per_s, p50_ms = _PACED
    former = predict(parameters, replace(then, clients=clients), seconds=seconds)
    yield ""
    yield (
        f"Paced as then, one of each, {clients} clients: {former.orders_per_s:.0f} orders/s and a p50 of "
        f"{former.p50_ms:.0f} ms predicted, {per_s} and {p50_ms} ms measured."
    )


def _nodes(parameters: Parameters, wanted: Wanted) -> Iterator[str]:
    yield (
        f"Nodes of two cores, {wanted.clients} clients each, who are elsewhere. The one database has a machine of "
        f"{wanted.database_cores} cores. A round trip between machines takes {wanted.round_trip_ms} ms."
    )
    yield ""
    columns = ["nodes", "with", *_FIGURES, "conflicts/s", *USED, "most used"]
    yield from _head(columns)
    for nodes in wanted.nodes:
        for name, layout in wanted.layouts(nodes):
            found = predict(parameters, layout, seconds=wanted.seconds)
            shares = [f"{found.used[part]:.0%}" for part in USED]
            yield _row([str(nodes), name, *_figures(found), f"{found.conflicts_per_s:.0f}", *shares, found.bottleneck])


def _hot(parameters: Parameters, wanted: Wanted) -> Iterator[str]:
    yield from _head([f"the same items, {_HOT_NODES} nodes, one database", *_FIGURES, "conflicts/s", "hot rows"])
    (*_, (_, layout)) = wanted.layouts(_HOT_NODES)
    ways = {
        "as now": layout,
        "one inventory_svc reserves for all": replace(layout, one_writer=True),
        "four rows for each item": replace(layout, buckets=4),
        "sixteen rows for each item": replace(layout, buckets=16),
    }
    for name, way in ways.items():
        found = predict(parameters, way, seconds=wanted.seconds)
        more = [f"{found.conflicts_per_s:.0f}", f"{found.used['hot rows']:.0%}"]
        yield _row([name, *_figures(found), *more])


def _far(parameters: Parameters, wanted: Wanted) -> Iterator[str]:
    yield from _head(["one node, and the stock that it reserves", *_FIGURES])
    for name, farther_ms in (("on it", 0), ("in another zone, 2 ms away", 2), ("in another region, 150 ms away", 150)):
        layout = Layout(clients=wanted.clients, inventory_farther_s=farther_ms / 1000)
        yield _row([name, *_figures(predict(parameters, layout, seconds=wanted.seconds))])


def _figures(found: Prediction) -> list[str]:
    rates = [found.orders_per_s, found.orders_per_s * 60]
    return [f"{figure:,.0f}" for figure in (*rates, found.p50_ms, found.p99_ms, found.batch)]


def _next_to(predicted: float, measured: float, *, digits: int = 0) -> list[str]:
    return [f"{predicted:,.{digits}f}", f"{measured:,.{digits}f}", f"{predicted / measured - 1:+.0%}"]


def _head(columns: Sequence[str]) -> Iterator[str]:
    yield _row(columns)
    yield "|---|" + "---:|" * (len(columns) - 1)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
