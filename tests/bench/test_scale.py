"""The simulation of many nodes: it takes what was measured, predicts that again, and fills docs/scale.md."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import simpy

from bench.load import Load
from bench.meters import Amounts
from bench.orders import Echo, Measured, Paid
from bench.report import Section, write_json
from bench.scale.__main__ import main
from bench.scale.costs import DOCUMENTED, Cost, Machine, costs_of, from_bench
from bench.scale.parts import Batches, Cores, Process, Steps
from bench.scale.prediction import fitted, predict
from bench.scale.shop import Layout, Parameters
from bench.scale.tables import one_machine
from tests.architecture.tracked import ROOT

COSTS = {"envoy": 0.4, "order": 0.8, "inventory": 0.1, "payment": 0.1, "identity": 0.02, "postgres": 0.5}
CPU_MS = {**COSTS, "generator": 0.03}


@pytest.fixture(scope="module")
def parameters() -> Parameters:
    return fitted(DOCUMENTED)


def measured(clients: int, batch: float) -> Measured:
    """A measurement in which every process takes what it takes for each order, and 4 ms for each batch."""
    amounts = dict.fromkeys(["commits", "rows", "wal_bytes", "wire_bytes", "left_kb"], 1.0)
    load = Load(seconds=1, answered=100, failed=0, p50_ms=10.0 * clients, p95_ms=20, p99_ms=30)
    paid = Paid(
        way="JSON",
        clients=clients,
        orders=100,
        per_s=100.0 * clients,
        reply=load,
        paid_ms=(1, 2, 3),
        cpu_ms={name: ms + 4 / batch for name, ms in CPU_MS.items()},
        memory_mb={},
        amounts=Amounts(statements=12 / batch, left_bytes={}, **amounts),
    )
    one = Measured(clients, minimal_per_s=[1000.0, 9000.0, 2000.0])
    one.paid["JSON"] += [paid, replace(paid, per_s=1.0), replace(paid, per_s=1e9)]
    one.echo["JSON"] += [Echo(per_s=1000, cpu_ms=1)] * 3
    return one


def figures(path: Path, *of: Measured) -> Path:
    sections = [Section(title="", columns=[], rows=[], data=[asdict(one) for one in of])]
    write_json(path, sections, {"commit": "0123abcd", "date": "2026-11-29", "cores": 2})
    return path


def test_what_an_order_and_a_batch_cost_is_taken_from_the_benchmark(tmp_path: Path) -> None:
    machine = from_bench(figures(tmp_path / "figures.json", measured(1, 1), measured(8, 5), measured(32, 16)))

    assert (machine.commit, machine.cores, machine.transaction_ms) == ("0123abcd", 2, 0.25)
    assert [(point.clients, point.orders_per_s, point.p50_ms) for point in machine.points] == [
        (1, 100, 10),
        (8, 800, 80),
        (32, 3200, 320),
    ]
    for name, cost in costs_of(machine).items():
        assert (cost.order_s, cost.batch_s) == pytest.approx((CPU_MS[name] / 1000, 0.004), rel=1e-6)


def test_without_a_lone_client_nothing_is_predicted(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="one client was not measured"):
        from_bench(figures(tmp_path / "figures.json", measured(8, 5)))


def test_no_cost_is_below_zero() -> None:
    points = [
        replace(DOCUMENTED.points[0], cpu_ms={"order": 4.0}),
        replace(DOCUMENTED.points[1], cpu_ms={"order": 0.1}),
    ]
    machine = Machine(commit="", date="", cores=2, points=points, transaction_ms=1)

    (cost,) = costs_of(machine).values()

    assert cost.order_s == 0 < cost.batch_s


def test_batches_form_as_those_of_the_services() -> None:
    env = simpy.Environment()
    ran: list[tuple[float, int]] = []

    def run(orders: int) -> Steps:
        ran.append((env.now, orders))
        yield env.timeout(0.01)

    batches = Batches(env, run, share=0.4)

    def orders() -> Steps:
        # The first does not wait, others gather meanwhile; after a batch of several the next waits for its pace.
        for at_s in (0, 0.001, 0.002, 0.012):
            yield env.timeout(at_s - env.now)
            batches.submit()

    env.process(orders())
    env.run(until=1)

    assert [size for _, size in ran] == [1, 2, 1]
    assert [began for began, _ in ran] == pytest.approx([0, 0.01, 0.035])


def test_a_process_uses_one_core() -> None:
    env = simpy.Environment()
    cores = Cores(env, 2)
    ended: list[float] = []

    def work(process: Process) -> Steps:
        yield from process.work(0.01)
        ended.append(env.now)

    process = Process(cores)
    for one in (process, process, Process(cores)):
        env.process(work(one))
    env.run()

    assert ended == pytest.approx([0.01, 0.01, 0.02])
    assert cores.busy_s == pytest.approx(0.03)


@pytest.mark.parametrize(("clients", "least", "most"), [(8, 0.8, 1.2), (32, 0.85, 1.15)])
def test_one_machine_is_predicted_as_measured(parameters: Parameters, clients: int, least: float, most: float) -> None:
    (point,) = (point for point in DOCUMENTED.points if point.clients == clients)

    found = predict(parameters, Layout(clients=clients, has_generator=True), seconds=2)

    assert least < found.orders_per_s / point.orders_per_s < most


def test_the_page_has_what_is_predicted(parameters: Parameters) -> None:
    page = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")

    for point in DOCUMENTED.points[:2]:
        assert one_machine(point, predict(parameters, Layout(clients=point.clients, has_generator=True))) in page


def test_rows_that_all_want_are_met_by_replicas_of_one_database_only(parameters: Parameters) -> None:
    one = Layout(nodes=4, clients=16, database_cores=4)
    own, hot, other, apart = (
        predict(parameters, layout, seconds=0.6)
        for layout in (replace(one, database_cores=0), one, replace(one, is_hot=False), replace(one, buckets=4))
    )

    assert hot.conflicts_per_s > 0 == own.conflicts_per_s == other.conflicts_per_s == apart.conflicts_per_s
    assert hot.orders_per_s < min(other.orders_per_s, apart.orders_per_s)
    assert hot.used["hot rows"] > own.used["hot rows"] > 0 == other.used["hot rows"]


def test_what_is_busy_all_the_time_is_the_bottleneck() -> None:
    free = dict.fromkeys([*COSTS, "generator"], Cost(0, 0))

    def bottleneck(**costs: Cost) -> str:
        busy = Parameters(costs=free | costs, transaction_s=0.0001, reply_share=0.6)
        return predict(busy, Layout(clients=8), seconds=0.5).bottleneck

    assert bottleneck(order=Cost(0.01, 0)) == "order_svc"
    assert bottleneck(envoy=Cost(0.01, 0)) == "Envoy"
    assert bottleneck(postgres=Cost(0.0001, 0.001)) == "waiting"


def test_the_command_fills_the_page(tmp_path: Path) -> None:
    page = tmp_path / "scale.md"
    page.write_text("before\n<!-- tables -->\nold\n<!-- end of tables -->\nafter\n", encoding="utf-8")
    measured_here = figures(tmp_path / "figures.json", measured(1, 1), measured(8, 5))
    size = ["--nodes", "1,2", "--clients", "4", "--seconds", "0.4"]

    assert main(["--measured", str(measured_here), *size, "--write", str(page)]) == 0

    assert page.read_text(encoding="utf-8").count("\n| 2 | ") == 3
    assert list(lines(page))[:2] == ["before", "<!-- tables -->"]
    assert list(lines(page))[-2:] == ["<!-- end of tables -->", "after"]
    assert "commit 0123abcd" in page.read_text(encoding="utf-8")


def lines(page: Path) -> Iterator[str]:
    return iter(page.read_text(encoding="utf-8").splitlines())
