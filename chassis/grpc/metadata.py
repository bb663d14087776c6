"""The names under which things travel with a message, and what came with the request being served."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

AUTHORIZATION = "authorization"
CORRELATION_ID = "x-request-id"
POSITION = "x-easyorder-position"
ON_BEHALF_OF = "x-easyorder-on-behalf-of"
# Set by Envoy, whatever a client sends; believed from a trusted proxy only.
CLIENT_ADDRESS = "x-envoy-external-address"
RETRY_PUSHBACK_MS = "grpc-retry-pushback-ms"
ENVOY_TIMEOUT_MS = "x-envoy-expected-rq-timeout-ms"

# gRPC makes new objects of all metadata whenever it is asked; the outermost interceptor asks once.
incoming: ContextVar[Mapping[str, Any]] = ContextVar("easyorder_incoming_metadata")
