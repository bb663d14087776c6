"""The names under which things travel beside a message."""

AUTHORIZATION = "authorization"
CORRELATION_ID = "x-request-id"
POSITION = "x-easyorder-position"
ON_BEHALF_OF = "x-easyorder-on-behalf-of"
ENVOY_TIMEOUT_MS = "x-envoy-expected-rq-timeout-ms"
