"""The benchmark itself: it runs, prints all figures, and does not count fast wrong replies."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from bench.compare import Pair, checkout, sections
from bench.front import CREATE_ORDER, with_echo
from bench.listing import WAYS, Listed, lists_section, pages
from bench.load import DEBIAN_PACKAGES, Load, Missing, percentile
from bench.orders import require_all_paid
from bench.profiling import by_function
from bench.report import spread
from envoy.config import EnvoySettings
from envoy.render import render
from inventory_svc.queries.product_pages import MAX_PAGES
from tests.architecture.tracked import ROOT


@pytest.mark.soak
@pytest.mark.timeout(180)
@pytest.mark.skipif(not all(map(shutil.which, DEBIAN_PACKAGES)), reason="needs Debian's wrk and nghttp2-client")
def test_orders_are_measured_with_their_limits(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    command = [sys.executable, "-m", "bench", "orders", "--seconds", "1", "--clients", "4", "--json", str(figures)]
    environment = os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'gen'}"}

    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, encoding="utf-8")

    assert done.returncode == 0, done.stderr
    assert "orders : echo" in done.stdout
    [measured] = json.loads(figures.read_text(encoding="utf-8"))["sections"][0]["data"]
    assert measured["clients"] == 4
    assert measured["minimal_per_s"][0] > 0
    for way in ("JSON", "gRPC"):
        [paid] = measured["paid"][way]
        assert paid["orders"] > 0
        assert 0 < paid["per_s"] < measured["echo_per_s"][way][0]
        assert 0 < paid["reply"]["p50_ms"] <= paid["reply"]["p99_ms"]
        assert {"order", "inventory", "payment", "identity", "envoy", "postgres", "generator"} == paid["cpu_ms"].keys()


@pytest.mark.soak
@pytest.mark.timeout(180)
@pytest.mark.skipif(not all(map(shutil.which, DEBIAN_PACKAGES)), reason="needs Debian's wrk and nghttp2-client")
def test_two_versions_are_measured_in_turns(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    command = [sys.executable, "-m", "bench.compare", str(ROOT), "--seconds", "1", "--repeat", "2", "--clients", "4"]
    environment = os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'gen'}"}

    done = subprocess.run(
        [*command, "--json", str(figures)], cwd=ROOT, env=environment, capture_output=True, encoding="utf-8"
    )

    assert done.returncode == 0, done.stderr
    pairs = json.loads(figures.read_text(encoding="utf-8"))["sections"][0]["data"]
    assert [pair["way"] for pair in pairs] == ["JSON", "gRPC"]
    for pair in pairs:
        assert [turn["per_s"] > 0 for turn in [*pair["other"], *pair["this"]]] == [True] * 4


def test_versions_are_compared_turn_by_turn() -> None:
    def turn(per_s: float, echo_per_s: float, order_ms: float) -> dict[str, Any]:
        cpu_ms = {"order": order_ms, "generator": 9.0}
        return {"per_s": per_s, "echo_per_s": echo_per_s, "cpu_ms": cpu_ms, "p50_ms": 1000 / per_s}

    pair = Pair("JSON", 32, other=[turn(100, 1000, 2), turn(50, 500, 4)], this=[turn(90, 1000, 3), turn(50, 250, 4)])
    ratios, medians = sections([pair])

    assert ratios.rows == [
        ["32", "JSON", "0.95 (0.90 to 1.00)", "1.45 (0.90 to 2.00)", "1.25 (1.00 to 1.50)", "1.06 (1.00 to 1.11)"]
    ]
    assert [row[2:5] for row in medians.rows] == [["other", "75", "750"], ["this", "70", "625"]]


def test_what_is_no_version_cannot_be_compared(tmp_path: Path) -> None:
    with pytest.raises(Missing, match="neither a revision nor a folder"):
        checkout(str(tmp_path))


@pytest.mark.parametrize(("acknowledged", "exist", "paid"), [(10, 9, 9), (10, 10, 9), (10, 12, 11)])
def test_orders_that_are_lost_or_unpaid_do_not_count(acknowledged: int, exist: int, paid: int) -> None:
    with pytest.raises(AssertionError):
        require_all_paid(acknowledged=acknowledged, exist=exist, paid=paid)


def test_orders_whose_reply_the_generator_did_not_wait_for_count() -> None:
    require_all_paid(acknowledged=10, exist=12, paid=12)


def test_only_marked_calls_are_echoed() -> None:
    settings = EnvoySettings(order_address="127.0.0.1:1", envoy_descriptor="contract.binpb")

    echoing = json.loads(with_echo(settings, 4711, [CREATE_ORDER]))

    as_it_was = yaml.safe_load(render(settings))
    first, keyed = _routes(echoing).pop(0), _routes(echoing).pop(0)
    cluster = echoing["static_resources"]["clusters"].pop()
    assert first["match"] == {"path": CREATE_ORDER, "headers": [{"name": "x-bench", "string_match": {"exact": "echo"}}]}
    assert first["route"]["cluster"] == cluster["name"] == "echo"
    assert keyed["match"]["headers"] == [{"name": "x-bench", "string_match": {"exact": "keyed"}}]
    assert keyed["route"]["cluster"] == "order"
    assert echoing == as_it_was


def _routes(document: Any) -> list[Any]:
    manager = document["static_resources"]["listeners"][0]["filter_chains"][0]["filters"][0]["typed_config"]
    routes: list[Any] = manager["route_config"]["virtual_hosts"][0]["routes"]
    return routes


def test_figures_of_several_runs_show_how_far_apart_they_are() -> None:
    assert spread([1234.4]) == "1,234"
    assert spread([3.0, 1.0, 2.0], digits=1) == "2.0 (1.0 to 3.0)"


@pytest.mark.parametrize(("per_cent", "expected"), [(50, 6), (95, 10), (99, 10)])
def test_percentiles(per_cent: int, expected: float) -> None:
    assert percentile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], per_cent) == expected


def test_a_profile_is_summed_up_by_function() -> None:
    stacks = "main (a.py:1);work (a.py:5) 3\nmain (a.py:2);work (a.py:6) 5\nmain (a.py:2) 2\n"

    assert by_function(stacks) == [("main (a.py)", 0.2, 1.0), ("work (a.py)", 0.8, 0.8)]


def test_lists_that_are_read_again_find_no_page_in_memory() -> None:
    assert len(set(pages())) == len(pages()) > MAX_PAGES


def test_lists_are_compared_with_the_echo_of_their_turn() -> None:
    def load(answered: int) -> Load:
        return Load(seconds=2, answered=answered, failed=0, p50_ms=1, p95_ms=2, p99_ms=3)

    lists = {way: [load(500), load(400)] for way in WAYS}
    section = lists_section([Listed(clients=8, echo=[load(1000), load(500)], lists=lists)])

    assert [row[:2] for row in section.rows] == [["8", way] for way in WAYS]
    assert section.rows[0][2:5] == ["225 (200 to 250)", "375 (250 to 500)", "0.65 (0.50 to 0.80)"]
