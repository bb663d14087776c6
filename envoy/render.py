"""`python -m envoy.render > envoy.yaml`: the one Envoy configuration, from the template, the contract and the settings.

`python -m envoy.render certificate` is what goes to `certificate.json` in ENVOY_SOCKET_DIR if there is TLS.

Every `${name}` of the template becomes a JSON value, which is YAML too; nothing is computed in the template.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from importlib.resources import files
from string import Template

from chassis import contract
from chassis.contract import Method
from chassis.settings import from_environment
from envoy.bodies import script
from envoy.config import EnvoySettings
from envoy.limits import (
    BODY_NOT_TAKEN,
    ENCODED_BODY,
    MAX_BODY_BYTES,
    body_not_taken,
    encoded_body,
    unusable_headers,
)
from envoy.local_replies import mappers
from envoy.matching import JsonObject
from envoy.rate_limits import buckets, counted, counted_together, waits
from envoy.response_headers import safe_headers
from envoy.route_tree import route_tree
from envoy.routing import (
    OPS,
    OPS_CLUSTERS,
    READS,
    WRITES,
    grpc_names_regex,
    routes,
    stream_names_regex,
    token_rules,
    transcoded_services,
    verbs_of_paths,
    verbs_without_body,
)
from envoy.tls import certificate, clients_transport_socket, http3_listener
from envoy.tracing import collector, tracing
from envoy.upstream_tls import transport_socket
from foundation.addresses import networks
from rate_limits.limits_file import read_rate_limits

# How often Envoy reads the keys that verify tokens, and their maximum age.
KEYS_READ_EVERY_S = 10
_READ_AHEAD_S = 5  # Envoy reads them this long before they expire
# For documentation (RFC 5737): nobody has it.
NOBODY = "192.0.2.0/32"
SCRIPTS = ("event_ids", "not_modified", "resource_headers", "special_replies")
# Of the calls in flight, so that a service that fails is not asked three times as much as before.
RETRY_BUDGET: JsonObject = {"budget_percent": {"value": 20}, "min_retry_concurrency": 16}


def render(settings: EnvoySettings) -> str:
    """The configuration as YAML; the same settings give the same text."""
    template = (files("envoy") / "envoy.template.yaml").read_text(encoding="utf-8")
    values = {name: _yaml(value) for name, value in _values(settings).items()}
    texts = {"http3_listener": http3_listener(settings), "collector": collector(settings)}
    return Template(template).substitute(values, **texts)


def _values(settings: EnvoySettings) -> JsonObject:
    methods = list(contract.methods().values())
    limits = read_rate_limits(settings.rate_limits_file)
    return {
        "clients_transport_socket": clients_transport_socket(settings),
        "tracing": tracing(settings),
        "listen_host": settings.envoy_host,
        "http_port": settings.http_port,
        "admin_socket": str(settings.envoy_admin_socket),
        "jwks_socket": str(settings.envoy_socket_dir / "jwks.sock"),
        "access_log": settings.envoy_access_log,
        "descriptor": settings.envoy_descriptor,
        "services": transcoded_services(methods),
        "max_body_bytes": MAX_BODY_BYTES,
        "keys_life": f"{KEYS_READ_EVERY_S + _READ_AHEAD_S}s",
        "unusable_headers": unusable_headers(),
        "unchecked_parts": _unchecked_parts(methods),
        "json_requests": script(methods),
        **{name: (files("envoy") / f"{name}.lua").read_text(encoding="utf-8") for name in SCRIPTS},
        "routes": route_tree(routes(methods)),
        "token_rules": token_rules(methods),
        "local_replies": mappers(
            verbs_of_paths(methods),
            grpc_names_regex([method for method in methods if method.service == OPS]),
            stream_names_regex(methods),
            waits(limits.limits),
            safe_headers(settings),
        ),
        **_clients(settings),
        "limited": counted(limits.limits, methods),
        "buckets": buckets(limits.limits),
        "limited_together": counted_together(limits.limits),
        "shared_timeout": f"{limits.shared_timeout_ms / 1000}s",
        "rate_limit_hosts": _first_that_answers(settings),
        **{f"{service}_hosts": _hosts(settings, service) for service in (*OPS_CLUSTERS, "edge")},
        **{f"{service}_transport": transport_socket(settings, service) for service in (*OPS_CLUSTERS, "edge")},
        **{f"{service}_limits": _limits(settings, service) for service in (*OPS_CLUSTERS, "edge")},
    }


def _unchecked_parts(methods: Sequence[Method]) -> JsonObject:
    return {ENCODED_BODY: encoded_body(), BODY_NOT_TAKEN: body_not_taken(verbs_without_body(methods))}


def _clients(settings: EnvoySettings) -> JsonObject:
    """Who they are, and what browsers may do."""
    return {
        "trusted_proxies": _cidrs(settings.envoy_trusted_proxies),
        "allowed_origins": [_origin(one) for one in settings.allowed_origins],
        "safe_headers": safe_headers(settings),
    }


def _origin(allowed: str) -> JsonObject:
    return {"safe_regex": {"regex": ".*"}} if allowed == "*" else {"exact": allowed}


def _cidrs(listed: str) -> list[JsonObject]:
    """Networks as Envoy takes them, never none at all."""
    found = networks(listed) or networks(NOBODY)
    return [{"address_prefix": str(one.network_address), "prefix_len": one.prefixlen} for one in found]


def _hosts(settings: EnvoySettings, service: str) -> list[JsonObject]:
    return [
        {"endpoint": {"address": {"socket_address": {"address": host, "port_value": port}}}}
        for host, port in settings.replicas(service)
    ]


def _first_that_answers(settings: EnvoySettings) -> list[JsonObject]:
    """The replicas of edge in their order, so that all Envoys have their calls counted at the same one."""
    return [{"priority": n, "lb_endpoints": [host]} for n, host in enumerate(_hosts(settings, "edge"))]


def _limits(settings: EnvoySettings, service: str) -> list[JsonObject]:
    """The limits of calls at once, of reads and of writes."""
    calls = settings.call_limit * len(settings.replicas(service))
    limits: JsonObject = {"max_connections": 1024, "max_pending_requests": calls, "max_requests": calls}
    return [limits | {"priority": priority, "retry_budget": RETRY_BUDGET} for priority in (READS, WRITES)]


def _yaml(value: object) -> str:
    if isinstance(value, list):
        return "[\n" + "".join(f"{' ' * 12}{json.dumps(item)},\n" for item in value) + f"{' ' * 12}]"
    return json.dumps(value)


if __name__ == "__main__":
    write = certificate if sys.argv[1:] == ["certificate"] else render
    sys.stdout.write(write(from_environment(EnvoySettings)))
