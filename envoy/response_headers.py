"""The headers with which every answer limits what browsers do with it, unless a service has sent its own."""

from __future__ import annotations

from envoy.routing import JsonObject

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


def safe_headers() -> list[JsonObject]:
    """As routes and local replies take them."""
    return [{"header": {"key": name, "value": value}, "append_action": "ADD_IF_ABSENT"} for name, value in SAFE.items()]
