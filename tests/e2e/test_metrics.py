"""Metrics of the real mesh: what dashboard and alerts name exists, scrapers and administrators get it, nobody else."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
import pytest
import yaml

from deploy.local.shop import Shop
from envoy.routing import OPS_CLUSTERS
from tests.deploy.test_monitoring import MONITORING
from tests.e2e.conftest import METRICS_PORT
from tests.e2e.test_shopping import a_stocked_product

NAME = re.compile(r"\b(?:easyorder|process)_\w+")
# Exists where a broker is; tests/broker reads it there.
OF_THE_BROKER = {"easyorder_broker_lag_seconds"}


def names_in_use() -> set[str]:
    """All that the dashboard and the alerts ask for."""
    panels = json.loads((MONITORING / "grafana.json").read_text(encoding="utf-8"))["panels"]
    rules = yaml.safe_load((MONITORING / "alerts.yml").read_text(encoding="utf-8"))["groups"][0]["rules"]
    asked = [target["expr"] for panel in panels for target in panel.get("targets", [])] + [one["expr"] for one in rules]
    return {name for text in asked for name in NAME.findall(text)}


async def an_order(admin: Shop, shopper: Shop) -> None:
    product = await a_stocked_product(admin, pieces=1)
    await shopper.order({next(iter(product.items.values())): 1}, "tok_ok")


async def test_everything_that_is_watched_exists(admin: Shop, shopper: Shop, http: httpx.AsyncClient) -> None:
    await an_order(admin, shopper)
    texts = []
    for service in OPS_CLUSTERS:
        reply = await http.get(f"/api/v1/admin/ops/{service}/metrics", headers=admin.headers)
        assert reply.status_code == 200
        assert reply.headers["content-type"].startswith("text/plain; version=0.0.4")
        texts.append(reply.text)
    declared = {found for text in texts for found in re.findall(r"^# TYPE (\S+)", text, re.M)}

    exists = {
        name + suffix
        for name in declared
        for suffix in ("", "_bucket", "_sum", "_count")
        if not suffix or f"# TYPE {name} histogram" in "".join(texts)
    }
    assert names_in_use() - exists == OF_THE_BROKER
    # Their cost is bounded: a shop has some hundred of them, however many customers it has.
    assert all(len(text.splitlines()) < 3000 for text in texts)


@pytest.mark.parametrize("process", range(5))
async def test_each_process_can_be_scraped_by_itself(process: int) -> None:
    async with httpx.AsyncClient() as scraper:
        reply = await scraper.get(f"http://127.0.0.1:{METRICS_PORT + process}/metrics")

    assert reply.status_code == 200
    assert "\neasyorder_streams_open " in reply.text
    assert "\nprocess_cpu_seconds_total " in reply.text


async def test_metrics_are_streamed(admin: Shop, shopper: Shop, http: httpx.AsyncClient) -> None:
    path = "/api/v1/admin/ops/order/metrics:watch"
    headers = {"accept": "text/event-stream", **admin.headers}
    async with http.stream("GET", path, headers=headers) as reply:
        assert reply.headers["content-type"] == "text/event-stream"
        samples = (json.loads(line[6:]) async for line in reply.aiter_lines() if line.startswith("data: "))
        first = await anext(samples)
        await an_order(admin, shopper)
        created: dict[str, Any] = {}
        while not created:
            methods = {method["method"]: method for method in (await anext(samples)).get("methods", [])}
            created = methods.get("easyorder.order.v1.OrderService/CreateOrder", {})

    assert (first["service"], first["hasDepths"], first["methods"]) == ("order", True, [])
    assert {pool["name"] for pool in first["pools"]} == {"write", "read"}
    assert created["p99Ms"] >= created["p50Ms"] > 0
