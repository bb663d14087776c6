"""Traces of Envoy: it begins a trace for a share of the calls, or goes on with that of its client (ADR 0067)."""

from __future__ import annotations

import json

from envoy.config import EnvoySettings
from envoy.matching import JsonObject

COLLECTOR = "collector"


def tracing(settings: EnvoySettings) -> JsonObject | None:
    """How calls are traced; None without a collector."""
    if not settings.otlp_endpoint:
        return None
    tracer: JsonObject = {
        "@type": "type.googleapis.com/envoy.config.trace.v3.OpenTelemetryConfig",
        "grpc_service": {"envoy_grpc": {"cluster_name": COLLECTOR}, "timeout": "2s"},
        "service_name": "envoy",
        "sampler": _sampler("ParentBased", wrapped_sampler=_ratio(settings.trace_ratio)),
    }
    return {
        "provider": {"name": "envoy.tracers.opentelemetry", "typed_config": tracer},
        # The sampler decides. Here, a trace that a client began would not be followed.
        "random_sampling": {"value": 100},
        # Queries have tickets of streams, and what users are searched by.
        "max_path_tag_length": 1,
        "custom_tags": [{"tag": "url.path", "value": "%PATH(NQ:ORIG_OR_PATH)%"}],
    }


def _ratio(share: float) -> JsonObject:
    percentage = {"numerator": round(share * 1_000_000), "denominator": "MILLION"}
    return _sampler("TraceIdRatioBased", sampling_percentage=percentage)


def _sampler(kind: str, **settings: object) -> JsonObject:
    url = f"type.googleapis.com/envoy.extensions.tracers.opentelemetry.samplers.v3.{kind}SamplerConfig"
    return {"name": kind, "typed_config": {"@type": url, **settings}}


def collector(settings: EnvoySettings) -> str:
    """The cluster of the collector as YAML, in a list of clusters; empty without one."""
    if not settings.otlp_endpoint:
        return ""
    host, _, port = settings.otlp_endpoint.rpartition(":")
    address: JsonObject = {"socket_address": {"address": host.strip("[]"), "port_value": int(port)}}
    http2: JsonObject = {
        "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
        "explicit_http_config": {"http2_protocol_options": {}},
    }
    cluster: JsonObject = {
        "name": COLLECTOR,
        "type": "STRICT_DNS",
        "connect_timeout": "1s",
        "load_assignment": {
            "cluster_name": COLLECTOR,
            "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address}}]}],
        },
        "typed_extension_protocol_options": {"envoy.extensions.upstreams.http.v3.HttpProtocolOptions": http2},
    }
    return f"  - {json.dumps(cluster)}\n"
