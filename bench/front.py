"""The mesh's Envoy with additional routes: calls with `x-bench: echo` go to the echo server instead of a service.

So an echo passes the same listener, token check, rate limit and transcoder as the call it is compared with.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from typing import Any

import yaml

from envoy.config import EnvoySettings
from envoy.render import render
from envoy.route_tree import routes_in
from envoy.routing import UNARY_TIMEOUT, WHOLE_CALL

CREATE_ORDER = "/easyorder.order.v1.OrderService/CreateOrder"
ECHO_HEADER = ("x-bench", "echo")
# Calls with it get an idempotency key of their own: h2load sends the same bytes for each.
KEYED_HEADER = ("x-bench", "keyed")
_KEY = {"header": {"key": "idempotency-key", "value": "%REQ(X-REQUEST-ID)%"}}


def with_echo(settings: EnvoySettings, echo_port: int, methods: Sequence[str]) -> str:
    """The configuration as JSON. `methods` are the full names of the echoed methods."""
    document = yaml.load(render(settings), Loader=yaml.CSafeLoader)
    resources = document["static_resources"]
    resources["clusters"].append(_echo_cluster(resources["clusters"], echo_port))
    manager = resources["listeners"][0]["filter_chains"][0]["filters"][0]["typed_config"]
    tree = manager["route_config"]["virtual_hosts"][0]["matcher"]
    keyed = _route(CREATE_ORDER, KEYED_HEADER, cluster="order") | {"request_headers_to_add": [_KEY]}
    routes_in(tree, CREATE_ORDER).insert(0, keyed)
    for method in methods:
        routes_in(tree, method).insert(0, _route(method, ECHO_HEADER, cluster="echo"))
    return json.dumps(document)


def _route(method: str, header: tuple[str, str], *, cluster: str) -> dict[str, Any]:
    name, value = header
    return {
        "match": {"path": method, "headers": [{"name": name, "string_match": {"exact": value}}]},
        "route": {"cluster": cluster, "timeout": UNARY_TIMEOUT},
        "typed_per_filter_config": WHOLE_CALL,
    }


def _echo_cluster(clusters: Sequence[dict[str, Any]], port: int) -> dict[str, Any]:
    echo = copy.deepcopy(next(cluster for cluster in clusters if cluster["name"] == "order"))
    del echo["health_checks"]
    host = {"endpoint": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": port}}}}
    return echo | {
        "name": "echo",
        "load_assignment": {"cluster_name": "echo", "endpoints": [{"lb_endpoints": [host]}]},
    }
