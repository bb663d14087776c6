"""Envoy accepts the rendered configuration, which is the same for the same settings."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from chassis import contract
from envoy.config import EnvoySettings
from envoy.paths import path_regex
from envoy.render import render
from envoy.routing import CLUSTERS, OPS, OPS_CLUSTERS, is_reachable

SERVED = {*OPS_CLUSTERS, "edge", *(f"{name}_streams" for name in ("inventory", "order", "edge"))}


def test_the_same_settings_give_the_same_text() -> None:
    assert render(EnvoySettings()) == render(EnvoySettings())


def test_replicas_ports_and_limits_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "ORDER_ADDRESS": "order-a:15053, [::1]:15063",
        "HTTP_PORT": "8123",
        "PORT_OFFSET": "100",
        "ENVOY_HOST": "0.0.0.0",
        "DATA_DIR": "/srv/shop",
    }.items():
        monkeypatch.setenv(f"EASYORDER_{name}", value)

    rendered = yaml.load(render(EnvoySettings()), Loader=yaml.CSafeLoader)

    resources = rendered["static_resources"]
    clusters = {cluster["name"]: cluster for cluster in resources["clusters"]}
    hosts = clusters["order"]["load_assignment"]["endpoints"][0]["lb_endpoints"]
    assert [_address(host["endpoint"]) for host in hosts] == [("order-a", 15053), ("::1", 15063)]
    assert _address(resources["listeners"][0]) == ("0.0.0.0", 8123)
    assert rendered["admin"]["address"] == {"pipe": {"path": "/srv/shop/envoy/admin.sock", "mode": 0o600}}


def test_every_connection_has_a_small_buffer() -> None:
    resources = yaml.load(render(EnvoySettings()), Loader=yaml.CSafeLoader)["static_resources"]

    outside = [listener for listener in resources["listeners"] if listener["name"] != "jwks"]
    limits = {one.get("per_connection_buffer_limit_bytes") for one in (*outside, *resources["clusters"])}
    assert limits == {32 * 1024}


def test_every_service_is_called_by_its_name_with_mutual_tls(tmp_path: Path) -> None:
    plain, encrypted = (
        yaml.load(render(EnvoySettings(tls_dir=tls_dir)), Loader=yaml.CSafeLoader) for tls_dir in (None, tmp_path)
    )

    clusters = [one for one in encrypted["static_resources"]["clusters"] if one["name"] != "jwks"]
    contexts = {one["name"]: one["transport_socket"]["typed_config"]["common_tls_context"] for one in clusters}
    services = {"rate_limits": "edge"} | {name: name.removesuffix("_streams") for name in contexts if name in SERVED}
    checked = {name: context["validation_context"] for name, context in contexts.items()}
    assert {
        name: context["match_typed_subject_alt_names"][0]["matcher"]["exact"] for name, context in checked.items()
    } == services
    assert all(context["tls_certificate_sds_secret_configs"] for context in contexts.values())
    assert "UpstreamTlsContext" not in str(plain)


def test_every_service_that_can_be_reached_has_a_cluster() -> None:
    services = {method.service for method in contract.methods().values() if is_reachable(method)}

    assert services == CLUSTERS.keys() | {OPS}


@pytest.mark.parametrize(
    ("template", "matching", "other"),
    [
        ("/api/v1/orders/{id}", "/api/v1/orders/7/", "/api/v1/orders/7/status"),
        ("/api/v1/orders/{id}:watch", "/api/v1/orders/7:watch", "/api/v1/orders/7"),
        ("/static/{path=**}", "/static/a/b.css", "/statics/a"),
        ("/.well-known/jwks.json", "/.well-known/jwks.json", "/.well-known/jwks-json"),
    ],
)
def test_a_template_as_a_regular_expression(template: str, matching: str, other: str) -> None:
    assert re.fullmatch(path_regex(template), matching)
    assert not re.fullmatch(path_regex(template), other)


def _address(holder: dict[str, Any]) -> tuple[str, int]:
    socket = holder["address"]["socket_address"]
    return socket["address"], socket["port_value"]
