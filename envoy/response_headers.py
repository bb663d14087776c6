"""The headers with which every answer limits what browsers do with it, unless a service has sent its own."""

from __future__ import annotations

from envoy.config import EnvoySettings
from envoy.matching import JsonObject

NO_CONTENT = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
SAFE = {
    "cache-control": "no-store",
    "content-security-policy": NO_CONTENT,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


def safe_headers(settings: EnvoySettings) -> list[JsonObject]:
    """As routes and local replies take them; with TLS, that browsers come back over TLS only and may use HTTP/3."""
    tls = {
        "alt-svc": f'h3=":{settings.http_port}"; ma=86400',
        "strict-transport-security": f"max-age={settings.hsts_max_age_s}; includeSubDomains",
    }
    found = SAFE | tls if settings.has_tls else SAFE
    return [
        {"header": {"key": name, "value": value}, "append_action": "ADD_IF_ABSENT"} for name, value in found.items()
    ]
