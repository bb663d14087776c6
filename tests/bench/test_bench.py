"""The benchmark itself: it runs, prints all figures, and does not count fast wrong replies."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest
import yaml

from bench.compare import Pair, checkout, sections
from bench.front import CREATE_ORDER, with_echo
from bench.growth_report import Figure
from bench.growth_report import sections as growth_sections
from bench.listing import WAYS, Listed, lists_section, pages
from bench.load import DEBIAN_PACKAGES, Load, Missing, percentile
from bench.orders import Echo, require_all_paid
from bench.pictures import curves
from bench.profiling import by_function
from bench.reads import Read
from bench.report import spread
from envoy.config import EnvoySettings
from envoy.render import render
from envoy.route_tree import routes_in
from inventory_svc.queries.product_pages import MAX_PAGES
from tests.architecture.tracked import ROOT


@pytest.mark.soak
@pytest.mark.alone
@pytest.mark.timeout(240)
@pytest.mark.skipif(not all(map(shutil.which, DEBIAN_PACKAGES)), reason="needs Debian's wrk and nghttp2-client")
def test_orders_are_measured_with_their_limits(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    to = ["--json", str(figures), "--pictures", str(tmp_path)]
    size = ["--seconds", "1", "--clients", "4", "--sizes", "100", "--shoppers", "3", "--lines", "2"]
    command = [sys.executable, "-m", "bench", "orders", "growth", *size, *to]
    environment = os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'gen'}"}

    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, encoding="utf-8")

    assert done.returncode == 0, done.stderr
    assert "orders : echo" in done.stdout
    orders, grown = json.loads(figures.read_text(encoding="utf-8"))["sections"]
    assert [figure["stored"] for figure in grown["data"]] == [100] * 9
    assert grown["data"][0]["what"] == "orders of 2 lines, 3 shoppers"
    assert all(figure["per_s"] > 0 < figure["cpu_ms"] for figure in grown["data"])
    drawn = {"orders-of-echo", "orders-cpu", "growth-orders", "growth-ways", "growth-reads"}
    assert {path.stem for path in tmp_path.glob("*.svg")} == drawn
    [measured] = orders["data"]
    assert measured["clients"] == 4
    assert measured["minimal_per_s"][0] > 0
    for way in ("JSON", "gRPC"):
        [paid] = measured["paid"][way]
        assert paid["orders"] > 0
        [echo] = measured["echo"][way]
        assert 0 < paid["per_s"] < echo["per_s"]
        assert 0 < echo["cpu_ms"] < sum(paid["cpu_ms"].values())
        assert 0 < paid["reply"]["p50_ms"] <= paid["reply"]["p99_ms"]
        assert {"order", "inventory", "payment", "identity", "envoy", "postgres", "generator"} == paid["cpu_ms"].keys()
        is_of_an_order(paid["amounts"])


def is_of_an_order(amounts: dict[str, Any]) -> None:
    """An order of three lines: at least itself, its items, payment and hold, written and answered."""
    assert 0 < amounts["commits"] <= 2 * amounts["statements"]
    assert 10 < amounts["rows"] < 200
    assert 1_000 < amounts["wal_bytes"] < 100_000
    assert 500 < amounts["wire_bytes"] < 10_000
    assert amounts["left_bytes"]["order_write.order_item"] >= 0
    assert amounts["left_kb"] == pytest.approx(sum(amounts["left_bytes"].values()) / 1024)


@pytest.mark.load
@pytest.mark.timeout(240)
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
        for turn in [*pair["other"], *pair["this"]]:
            assert turn["per_s"] > 0
            assert turn["echo_cpu_ms"] > 0
            is_of_an_order(turn)


def test_versions_are_compared_turn_by_turn() -> None:
    def turn(per_s: float, echo_per_s: float, order_ms: float) -> dict[str, Any]:
        amounts = dict.fromkeys(["statements", "commits", "rows", "wal_bytes", "wire_bytes", "left_kb"], order_ms)
        cpu_ms = {"order": order_ms, "generator": 9.0}
        echo = {"echo_per_s": echo_per_s, "echo_cpu_ms": 1000 / echo_per_s}
        return {"per_s": per_s, "cpu_ms": cpu_ms, "p50_ms": 1000 / per_s} | echo | amounts

    pair = Pair("JSON", 32, other=[turn(100, 1000, 2), turn(50, 500, 4)], this=[turn(90, 1000, 3), turn(50, 250, 4)])
    ratios, amounts, medians, cpu = sections([pair])

    assert ratios.rows == [
        [
            "32",
            "JSON",
            "0.95 (0.90 to 1.00)",
            "1.45 (0.90 to 2.00)",
            "1.06 (1.00 to 1.11)",
            "1.25 (1.00 to 1.50)",
            "1.00 (0.50 to 1.50)",
        ]
    ]
    assert amounts.rows == [["32", "JSON", *["1.25 (1.00 to 1.50)"] * 6]]
    assert [row[2:8] for row in medians.rows] == [
        ["other", "75.00", "0.10", "15.00", "3.00", "2.00"],
        ["this", "70.00", "0.15", "15.56", "3.50", "2.00"],
    ]
    assert [row[2:] for row in cpu.rows] == [["other", "3.00", "9.00"], ["this", "3.50", "9.00"]]


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

    as_it_was = yaml.load(render(settings), Loader=yaml.CSafeLoader)
    first, keyed = _routes(echoing).pop(0), _routes(echoing).pop(0)
    cluster = echoing["static_resources"]["clusters"].pop()
    assert first["match"] == {"path": CREATE_ORDER, "headers": [{"name": "x-bench", "string_match": {"exact": "echo"}}]}
    assert first["route"]["cluster"] == cluster["name"] == "echo"
    assert keyed["match"]["headers"] == [{"name": "x-bench", "string_match": {"exact": "keyed"}}]
    assert keyed["route"]["cluster"] == "order"
    assert echoing == as_it_was


def _routes(document: Any) -> list[Any]:
    manager = document["static_resources"]["listeners"][0]["filter_chains"][0]["filters"][0]["typed_config"]
    return routes_in(manager["route_config"]["virtual_hosts"][0]["matcher"], CREATE_ORDER)


def test_figures_of_several_runs_show_how_far_apart_they_are() -> None:
    assert spread([1234.4]) == "1,234"
    assert spread([3.0, 1.0, 2.0], digits=1) == "2.0 (1.0 to 3.0)"


@pytest.mark.parametrize(("per_cent", "expected"), [(50, 6), (95, 10), (99, 10)])
def test_percentiles(per_cent: int, expected: float) -> None:
    assert percentile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], per_cent) == expected


def test_a_profile_is_summed_up_by_function() -> None:
    stacks = "main (a.py:1);work (a.py:5) 3\nmain (a.py:2);work (a.py:6) 5\nmain (a.py:2) 2\n"

    assert by_function(stacks) == [("main (a.py)", 0.2, 1.0), ("work (a.py)", 0.8, 0.8)]


def test_what_costs_more_because_more_is_stored_is_said() -> None:
    def figure(what: str, stored: int, to_echo: float, in_echoes: float) -> Figure:
        echo = Echo(per_s=100, cpu_ms=0.5)
        per_s, cpu_ms = 100 * to_echo, 0.5 * in_echoes
        return Figure(what=what, clients=8, stored=stored, per_s=per_s, cpu_ms=cpu_ms, p50_ms=1, echo=echo)

    with_least = [figure(what, 1, 0.5, 4) for what in ("slower", "as fast", "for more CPU")]
    with_most = [figure("slower", 2, 0.42, 4), figure("as fast", 2, 0.43, 4.5), figure("for more CPU", 2, 0.5, 5)]
    table, short = growth_sections([*with_least, *with_most])

    assert table.rows == [
        ["slower", "8", "0.50", "0.42", "0.84", "4.0", "4.0", "1.00"],
        ["as fast", "8", "0.50", "0.43", "0.86", "4.0", "4.5", "0.89"],
        ["for more CPU", "8", "0.50", "0.50", "1.00", "4.0", "5.0", "0.80"],
    ]
    assert [row[0] for row in short.rows] == ["slower", "for more CPU"]


async def test_a_list_without_what_is_stored_is_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    def empty(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"orders": []})

    monkeypatch.setattr("bench.reads.plain_client", lambda: httpx.AsyncClient(transport=httpx.MockTransport(empty)))
    read = Read(name="own orders", paths=["/orders"], tokens=["token"], mark='"placedAt"', times=10)

    with pytest.raises(AssertionError, match="own orders: 10 are stored, 0 are in"):
        await read.require_its_reply("http://shop")


def test_curves_are_pictures_that_run_nothing() -> None:
    drawn = curves("CPU & more", ["1", "32"], x_title="clients", series={"JSON": [1.0, 2.0], "gRPC": [2.5, None]})

    texts = {element.text for element in ElementTree.fromstring(drawn).iter("{http://www.w3.org/2000/svg}text")}
    assert {"CPU & more", "clients", "1", "32", "JSON", "gRPC"} <= texts
    assert b"script" not in drawn
    assert len(drawn) < 20_000


def test_lists_that_are_read_again_find_no_page_in_memory() -> None:
    assert len(set(pages())) == len(pages()) > MAX_PAGES


def test_lists_are_compared_with_the_echo_of_their_turn() -> None:
    def load(answered: int) -> Load:
        return Load(seconds=2, answered=answered, failed=0, p50_ms=1, p95_ms=2, p99_ms=3)

    lists = {way: [load(500), load(400)] for way in WAYS}
    section = lists_section([Listed(clients=8, echo=[load(1000), load(500)], lists=lists)])

    assert [row[:2] for row in section.rows] == [["8", way] for way in WAYS]
    assert section.rows[0][2:5] == ["225 (200 to 250)", "375 (250 to 500)", "0.65 (0.50 to 0.80)"]
