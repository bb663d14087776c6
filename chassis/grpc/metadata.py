"""The names of metadata entries, and the metadata of the request being served."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from typing import Any

AUTHORIZATION = "authorization"
CORRELATION_ID = "x-request-id"
POSITION = "x-easyorder-position"
IDEMPOTENCY_KEY = "idempotency-key"
IF_MATCH = "if-match"
ON_BEHALF_OF = "x-easyorder-on-behalf-of"
CLIENT_ADDRESS = "x-envoy-external-address"  # always overwritten by Envoy; used only if the peer is a trusted proxy
RETRY_PUSHBACK_MS = "grpc-retry-pushback-ms"
JSON_PATH = "x-envoy-original-path"  # only of JSON calls: Envoy removes what clients send
HEAD = "x-envoy-head"  # only of HEAD requests, for the same reason
ENVOY_TIMEOUT_MS = "x-envoy-expected-rq-timeout-ms"

# gRPC creates new objects for all metadata on each access, so the outermost interceptor reads it once.
incoming: ContextVar[Mapping[str, Any]] = ContextVar("easyorder_incoming_metadata")

# What says who calls; HTTP's rule for a header that is there twice makes no token of two.
_IDENTITY = (AUTHORIZATION, ON_BEHALF_OF)


def by_name(sent: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """The entries of a call by their names: the last of several, but all of those that say who calls."""
    found = dict(sent)
    if len(found) < len(sent):
        found |= {name: ", ".join(value for key, value in sent if key == name) for name in _IDENTITY if name in found}
    return found
