"""Routes and token requirements of Envoy, from the contract's access options: a forbidden method has no route.

Envoy sees a JSON request twice, before transcoding by its HTTP path and after it by its gRPC path; jwt_authn only sees
the first. A route to a method that is not public therefore exists only for requests in which jwt_authn has verified a
token: a path that the token requirements missed has no route. Streams take a ticket instead, which services verify.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby

from chassis.context import Audience
from chassis.contract import Method
from envoy.bodies import calls
from envoy.matching import GRPC_CONTENT, NOT_GRPC, NOWHERE, TRANSCODED, JsonObject, exactly
from envoy.paths import any_of, path_regex, precision
from envoy.resource_headers import condition, has_etag, path_of_created
from envoy.special_replies import HEADS, PROBLEMS
from envoy.tickets import HAS_TICKET, PARAMETER, TICKET, takes_ticket, ticket_paths

OPS = "easyorder.ops.v1.OpsService"
PORTAL = "easyorder.edge.v1.PortalService"
SERVICE_CHOICE = "x-easyorder-service"
OPS_CLUSTERS = ("identity", "inventory", "order", "payment")
CLUSTERS = {
    "easyorder.catalog.v1.ProductService": "inventory",
    PORTAL: "edge",
    "easyorder.identity.v1.IdentityService": "identity",
    "easyorder.incentive.v1.IncentiveService": "inventory",
    "easyorder.inventory.v1.InventoryService": "inventory",
    "easyorder.ops.v1.HealthService": "edge",
    "easyorder.order.v1.OrderService": "order",
    "easyorder.order.v1.OrderWatchService": "order",
    "easyorder.payment.v1.PaymentComparisonService": "order",
    "easyorder.payment.v1.PaymentWebhookService": "order",
    "easyorder.webhook.v1.WebhookService": "order",
}
# edge answers for the whole contract, and reports its own health.
INFRASTRUCTURE = (
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
    "/grpc.health.v1.Health/",
)
# Bidirectional streams without a token: a timeout limits how many can be held open.
INFRASTRUCTURE_TIMEOUT = "60s"
UNARY_TIMEOUT = "15s"
# Envoy's names of its two priorities. They have limits of their own, and are served alike.
READS, WRITES = "HIGH", "DEFAULT"
# A client's grpc-timeout ends here shortly before it ends in the service, whose error would have no details.
UNARY_DURATION: JsonObject = {
    "max_stream_duration": UNARY_TIMEOUT,
    "grpc_timeout_header_max": UNARY_TIMEOUT,
    "grpc_timeout_header_offset": "0.025s",
}
RETRY_ELSEWHERE: JsonObject = {
    "num_retries": 2,
    "retry_host_predicate": [
        {
            "name": "envoy.retry_host_predicates.previous_hosts",
            "typed_config": {
                "@type": "type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate"
            },
        }
    ],
    "host_selection_retry_max_attempts": 3,
}
# A read is retried after any failure; any other call only when the service certainly never started it.
READ_RETRIES = RETRY_ELSEWHERE | {"retry_on": "reset,unavailable"}
WRITE_RETRIES = RETRY_ELSEWHERE | {"retry_on": "connect-failure,refused-stream,reset-before-request"}
VERIFIED: JsonObject = {
    "filter": "envoy.filters.http.jwt_authn",
    "path": [{"key": "token"}, {"key": "sub"}],
    "value": {"string_match": {"safe_regex": {"regex": ".+"}}},
}


def _mutations(mutations: JsonObject) -> JsonObject:
    """The changes that a route makes to its requests."""
    url = "type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutationPerRoute"
    return {"envoy.filters.http.header_mutation": {"@type": url, "mutations": mutations}}


def _lua(name: str, **context: str) -> JsonObject:
    """The script that a route runs."""
    url = "type.googleapis.com/envoy.extensions.filters.http.lua.v3.LuaPerRoute"
    return {"envoy.filters.http.lua": {"@type": url, "name": name, "filter_context": context}}


NO_BUFFER: JsonObject = {
    "envoy.filters.http.buffer": {
        "@type": "type.googleapis.com/envoy.extensions.filters.http.buffer.v3.BufferPerRoute",
        "disabled": True,
    }
}
# A call reaches a service once it is complete: an incomplete call would occupy one of the service's request slots.
WHOLE_CALL: JsonObject = {
    "envoy.filters.http.buffer": {
        "@type": "type.googleapis.com/envoy.extensions.filters.http.buffer.v3.BufferPerRoute",
        # More than a service accepts: the service's refusal is more specific.
        "buffer": {"max_request_bytes": 2 * 1024 * 1024},
    }
}
NO_SCRIPTS: JsonObject = {}
# Headers that JSON does not need and that gRPC refuses when it cannot read them; all but grpc-timeout.
REMOVE_GRPC_HEADERS: JsonObject = {"remove_on_match": {"key_matcher": {"safe_regex": {"regex": "grpc-[^t].*|.*-bin"}}}}
HAS_TICKET_IN_QUERY: JsonObject = {"name": PARAMETER, "string_match": {"safe_regex": {"regex": TICKET}}}
# EventSource cannot send headers.
TICKET_MUTATIONS: JsonObject = {
    "request_mutations": [
        {
            "append": {
                "header": {"key": "authorization", "value": f"Bearer %QUERY_PARAM({PARAMETER})%"},
                "append_action": "ADD_IF_ABSENT",
            }
        },
        REMOVE_GRPC_HEADERS,
    ],
}
HAS_QUERY: JsonObject = {"name": ":path", "string_match": {"contains": "?"}}
# A path before transcoding, or an unknown path. Not a direct response: the CORS filter needs a route to a cluster.
ELSEWHERE: JsonObject = {"match": {"prefix": "/"}, "route": NOWHERE}
JSON_ELSEWHERE: JsonObject = {
    "match": {"prefix": "/", "headers": [NOT_GRPC]},
    "route": NOWHERE,
    "typed_per_filter_config": _mutations({"request_mutations": [REMOVE_GRPC_HEADERS]}),
}
# A CONNECT tunnel has no end to wait for.
TUNNELS: JsonObject = {"match": {"connect_matcher": {}}, "route": NOWHERE, "typed_per_filter_config": NO_BUFFER}


def transcoded_services(methods: Sequence[Method]) -> list[str]:
    """The services that have HTTP bindings."""
    return sorted({method.service for method in methods if method.http})


def routes(methods: Sequence[Method]) -> list[JsonObject]:
    """All routes, in the order in which Envoy tries them."""
    found: list[JsonObject] = [PROBLEMS, *_routes_of_requests(methods)]
    for method in methods:
        if is_reachable(method):
            found.extend(_routes_of(method, methods))
    for prefix in INFRASTRUCTURE:
        action: JsonObject = {"cluster": "edge_streams", "timeout": INFRASTRUCTURE_TIMEOUT}
        match: JsonObject = {"prefix": prefix, "headers": [GRPC_CONTENT]}
        found.append({"match": match, "route": action, "typed_per_filter_config": NO_BUFFER})
    return [*found, HEADS, TUNNELS, JSON_ELSEWHERE, ELSEWHERE]


def is_reachable(method: Method) -> bool:
    """Whether callers outside the mesh may call the method."""
    return bool(method.access.allow - {Audience.SERVICE})


def is_public(method: Method) -> bool:
    return Audience.PUBLIC in method.access.allow


def token_rules(methods: Sequence[Method]) -> list[JsonObject]:
    """jwt_authn's rules: a method that is not public needs a token, under its gRPC name and under each HTTP name.

    The first rule lets tickets pass, for streams under their HTTP names.
    """
    guarded = [method for method in methods if is_reachable(method) and not is_public(method)]
    names = any_of([_grpc_regex(method) for method in guarded])
    rules: list[JsonObject] = [
        {"match": {"safe_regex": {"regex": ticket_paths(methods)}, "headers": [exactly(":method", "GET"), HAS_TICKET]}},
        {"match": {"safe_regex": {"regex": names}}, "requires": {"provider_name": "easyorder"}},
    ]
    by_verb: dict[str, list[str]] = defaultdict(list)
    for method in guarded:
        for binding in method.http:
            by_verb[binding.verb].append(path_regex(binding.path))
    for verb, paths in sorted(by_verb.items()):
        match: JsonObject = {"safe_regex": {"regex": any_of(paths)}, "headers": [exactly(":method", verb)]}
        rules.append({"match": match, "requires": {"provider_name": "easyorder"}})
    return rules


def stream_names_regex(methods: Sequence[Method]) -> str:
    """Matches `:path` of all streams that callers outside the mesh may open."""
    streams = [method for method in methods if method.server_streaming and is_reachable(method)]
    return any_of([names_regex(streams), infrastructure_regex()])


def infrastructure_regex() -> str:
    """Matches `:path` of the streams that are not in the contract."""
    return any_of([f"{prefix.replace('.', '[.]')}.*" for prefix in INFRASTRUCTURE])


def verbs_without_body(methods: Sequence[Method]) -> list[str]:
    """The verbs that never have a body in the contract."""
    bindings = [binding for method in methods for binding in method.http]
    return sorted({binding.verb for binding in bindings} - {binding.verb for binding in bindings if binding.body})


def names_regex(methods: Sequence[Method]) -> str:
    """Matches `:path` of a call of one of these methods, by any of its paths, with or without a query."""
    names = [_grpc_regex(method) for method in methods]
    names += [path_regex(binding.path) for method in methods for binding in method.http]
    return f"(?:{any_of(names)})(?:[?].*)?"


def verbs_of_paths(methods: Sequence[Method]) -> list[tuple[str, str]]:
    """Every HTTP path of the contract, as regular expressions, with its verbs as in the header Allow.

    The first match counts.
    """
    verbs: dict[str, set[str]] = defaultdict(set)
    for method in methods:
        for binding in method.http:
            # `{product.id}` is the same place as `{id}`.
            also = {"HEAD"} if binding.verb == "GET" else set()
            verbs[re.sub(r"\{\w+\.", "{", binding.path)] |= {binding.verb, *also}
    by_precision = sorted(verbs, key=lambda path: (*precision(path), path))
    alike = groupby(by_precision, key=lambda path: ", ".join(sorted(verbs[path])))
    return [(f"(?:{any_of([path_regex(path) for path in paths])})(?:[?].*)?", allow) for allow, paths in alike]


def _routes_of_requests(methods: Sequence[Method]) -> Iterator[JsonObject]:
    """Before transcoding, the query and the body of a JSON request are checked as those of the call that it is.

    A stream's `?ticket=` becomes its authorization first.
    """
    of_streams = {binding.path for method in filter(takes_ticket, methods) for binding in method.http}
    for number, (call, templates) in enumerate(calls(methods).items(), start=1):
        paths = [template.path for template in templates]
        script = _lua("json_requests", call=str(number))
        if streams := [path for path in paths if path in of_streams]:
            without_ticket = _lua("json_requests", call=str(number), removed=PARAMETER)
            yield _json_route(streams, {"query_parameters": [HAS_TICKET_IN_QUERY]}, without_ticket, TICKET_MUTATIONS)
        headers = [exactly(":method", call.verb), NOT_GRPC, *([] if call.message else [HAS_QUERY])]
        yield _json_route(paths, {"headers": headers}, script, {"request_mutations": [REMOVE_GRPC_HEADERS]})


def _json_route(paths: Sequence[str], match: JsonObject, script: JsonObject, mutations: JsonObject) -> JsonObject:
    path: JsonObject = {"safe_regex": {"regex": any_of([path_regex(path) for path in paths])}}
    return {"match": path | match, "route": NOWHERE, "typed_per_filter_config": script | _mutations(mutations)}


def _routes_of(method: Method, methods: Sequence[Method]) -> Iterator[JsonObject]:
    match: JsonObject = {"path": method.full_name, "headers": [GRPC_CONTENT]}
    if not is_public(method):
        match["dynamic_metadata"] = [VERIFIED]
    if method.service != OPS:
        scripts = _script_of_replies(method, methods)
        action = _action(method, CLUSTERS[method.service])
        yield _grpc_route(match, action, scripts) | condition(method)
        if takes_ticket(method):
            by_ticket: JsonObject = {"path": method.full_name, "headers": [GRPC_CONTENT, TRANSCODED, HAS_TICKET]}
            # A ticket opens one stream: a service that has read it would refuse a repeat.
            yield _grpc_route(by_ticket, action | {"retry_policy": WRITE_RETRIES}, scripts)
        return
    for cluster in OPS_CLUSTERS:
        in_path = {"name": "x-envoy-original-path", "string_match": {"prefix": f"/api/v1/admin/ops/{cluster}/"}}
        for choice in (in_path, exactly(SERVICE_CHOICE, cluster)):
            yield _grpc_route(match | {"headers": [GRPC_CONTENT, choice]}, _action(method, cluster))


def _script_of_replies(method: Method, methods: Sequence[Method]) -> JsonObject:
    if method.service == PORTAL:
        return _lua("not_modified")
    if has_etag(method):
        return _lua("resource_headers", path=path_of_created(method, methods))
    return _lua("event_ids") if method.server_streaming and method.http else {}


def _grpc_route(match: JsonObject, action: JsonObject, scripts: JsonObject = NO_SCRIPTS) -> JsonObject:
    return {"match": match, "route": action, "typed_per_filter_config": WHOLE_CALL | scripts}


def _action(method: Method, cluster: str) -> JsonObject:
    # Whatever streams reads; once its first message has come, Envoy retries it no more.
    reads = method.server_streaming or method.name.startswith(("Get", "List", "Preview"))
    retries = READ_RETRIES if reads else WRITE_RETRIES
    if method.server_streaming:
        return {
            # Exports of operators are few, and some services serve no other streams.
            "cluster": cluster if method.service == OPS else f"{cluster}_streams",
            "timeout": "0s",
            "retry_policy": retries,
        }
    return {
        "cluster": cluster,
        "max_stream_duration": UNARY_DURATION,
        "retry_policy": retries | {"per_try_timeout": UNARY_TIMEOUT},
        # Of the limits of a cluster: reads and writes take no places of each other.
        "priority": READS if reads else WRITES,
    }


def grpc_names_regex(methods: Sequence[Method]) -> str:
    """Matches `:path` of a call of one of these methods under its gRPC name."""
    return any_of([_grpc_regex(method) for method in methods])


def _grpc_regex(method: Method) -> str:
    return method.full_name.replace(".", "[.]")
