"""Envoy's own error replies have the format of all errors of the API: code, message, ErrorInfo with a reason."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from google.protobuf.json_format import MessageToDict
from google.protobuf.message_factory import GetMessageClass

from chassis import contract
from chassis.errors import (
    AppError,
    DeadlineExceeded,
    FieldViolation,
    Internal,
    InvalidArgument,
    Kind,
    PayloadTooLarge,
    PermissionDenied,
    RateLimited,
    TokenExpired,
    Unauthenticated,
    Unavailable,
    Unimplemented,
)
from chassis.grpc.status import to_status
from chassis.grpc.streams import TooManyStreams
from envoy.limits import BAD_TIMEOUT, BODY_NOT_TAKEN, ENCODED_BODY, HEADERS_TOO_LARGE
from envoy.matching import GRPC_CONTENT, NOT_GRPC, JsonObject
from envoy.routing import OPS_CLUSTERS, SERVICE_CHOICE
from envoy.special_replies import PROBLEM, WANTS_PROBLEM, problem_members

# The transcoder's message names the invalid field and the reason.
ENVOYS_OWN_WORDS = "%LOCAL_REPLY_BODY%"
# The metadata set by the check of requests, see json_requests.lua: a list stays a list.
VIOLATIONS_FOUND = "%DYNAMIC_METADATA(easyorder.request:violations)%"
SIGN_IN_FIRST = 401
TOO_MANY_REQUESTS = "Too many requests: wait, then try again."
JSON = "application/json"
# Refused before the request gets an id.
WITHOUT_ID = ("path_normalization_failed", "missing_host_header")
CHALLENGE = 'Bearer realm="easyorder"'


class NoSuchPath(AppError):
    """The path is not in the contract."""

    kind, reason = Kind.NOT_FOUND, "NOT_FOUND"


class NoSuchVerb(AppError):
    """The path exists, but with another verb."""

    kind, reason = Kind.UNIMPLEMENTED, "METHOD_NOT_ALLOWED"


class UnsupportedMediaType(AppError):
    """The body is encoded in a way that is not supported."""

    kind, reason = Kind.INVALID_ARGUMENT, "UNSUPPORTED_MEDIA_TYPE"


@dataclass(frozen=True, slots=True)
class LocalReply:
    """The reply when Envoy answers with `status` and all other given conditions hold.

    `detail` is part of Envoy's response code details, `path` is a regular expression; `to_grpc` is the error for gRPC
    callers, if different; `answer` is the status for JSON callers, if different; `allow` are the verbs of the header
    Allow; `names_fields` means that the check of requests named the invalid fields.
    """

    status: int
    error: AppError
    detail: str = ""
    path: str = ""
    to_grpc: AppError | None = None
    answer: int | None = None
    allow: str = ""
    names_fields: bool = False

    def mappers(self, for_browsers: list[JsonObject]) -> Iterator[JsonObject]:
        """Two for JSON callers, first for problem details, and one for gRPC callers: the first that matches counts."""
        headers, status = list(self._headers()), self.answer or self.status
        # Those of routes are missing where a request was refused before it had a route.
        of_json = headers + for_browsers + ([_header("allow", self.allow)] if self.allow else [])
        problem = self._as_json() | problem_members(self.error.reason, status, self.error.message)
        if self.detail in WITHOUT_ID:
            del problem["instance"]
        wants_problem = _all([_request_header(WANTS_PROBLEM), _is_json()])
        for caller, as_json, kind in ((wants_problem, problem, PROBLEM), (_is_json(), self._as_json(), JSON)):
            yield {
                "filter": _all([*self._conditions(), caller]),
                "status_code": status,
                "headers_to_add": of_json,
                "body_format_override": {"json_format": as_json, "content_type": kind},
            }
        error = self.to_grpc or self.error
        details = base64.b64encode(bytes(to_status(error))).decode().rstrip("=")
        yield {
            "filter": _all([*self._conditions(), _is_grpc()]),
            "headers_to_add": [
                *headers,
                _header("grpc-status", str(error.kind.value)),
                _header("grpc-status-details-bin", details),
            ],
            "body_format_override": {"text_format_source": {"inline_string": error.message}},
        }

    def _headers(self) -> Iterator[JsonObject]:
        """The headers for callers of both kinds."""
        if (self.answer or self.status) == SIGN_IN_FIRST:
            yield _header("www-authenticate", CHALLENGE)
        if self.error.retry_after_s is not None:
            # The rate limit has its own.
            yield _header("retry-after", f"{self.error.retry_after_s:.0f}") | {"append_action": "ADD_IF_ABSENT"}

    def _as_json(self) -> JsonObject:
        as_json = _as_json(self.error)
        if self.names_fields:
            bad_request = {"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": VIOLATIONS_FOUND}
            cast(list[JsonObject], as_json["details"]).append(cast(JsonObject, bad_request))
        return as_json

    def _conditions(self) -> list[JsonObject]:
        conditions = [_status_is(self.status)]
        if self.detail:
            conditions.append(_matches(f"response.code_details.contains('{self.detail}')"))
        if self.path:
            conditions.append(_request_header(_like(":path", self.path)))
        return conditions


def mappers(
    verbs: Sequence[tuple[str, str]],
    ops_names: str,
    stream_names: str,
    waits: Sequence[tuple[str, int]],
    headers: list[JsonObject],
) -> list[JsonObject]:
    """The whole list. `verbs` are the contract's paths, as regular expressions, with their verbs; `ops_names` matches
    the gRPC names of methods that several services serve, `stream_names` the paths of streams; `waits` are the gRPC
    names of methods with a rate limit, and seconds; `headers` are for JSON.
    """
    replies = [*_rate_limited(waits), *_replies(verbs, ops_names, stream_names)]
    return [mapper for reply in replies for mapper in reply.mappers(headers)]


def _replies(verbs: Sequence[tuple[str, str]], ops_names: str, stream_names: str) -> Sequence[LocalReply]:
    sign_in = Unauthenticated("Sign in, and send the access token as `authorization: Bearer <token>`.")
    expired = TokenExpired("The access token has expired: refresh it or sign in again.")
    no_keys = Unavailable("The keys that verify tokens are not available: try again soon.")
    no_service = Unavailable("A service cannot be reached: try again soon.")
    overloaded = Unavailable("A service has too many calls at once: try again soon.", retry_after_s=2)
    too_many_streams = TooManyStreams("Too many streams are open: try again later.", retry_after_s=5)
    headers_too_large = PayloadTooLarge(
        "The headers are too large: at most 16 KiB, the path included, and 100 headers."
    )
    return (
        *_invalid(),
        *_unsupported(),
        LocalReply(401, expired, detail="Jwt_is_expired"),
        LocalReply(401, no_keys, detail="Jwks_remote_fetch_is_failed", answer=503),
        LocalReply(401, sign_in),
        LocalReply(403, sign_in, detail="Audiences_in_Jwt_are_not_allowed", answer=401),
        LocalReply(403, headers_too_large, detail=HEADERS_TOO_LARGE, answer=431),
        LocalReply(403, PermissionDenied("You are not allowed to do this.")),
        *_not_found(verbs, ops_names),
        LocalReply(408, DeadlineExceeded("The request took too long to arrive.")),
        LocalReply(413, PayloadTooLarge("The body is larger than 1 MiB.")),
        LocalReply(431, headers_too_large),
        LocalReply(500, Internal("Something unexpected happened at the edge.")),
        LocalReply(502, Unavailable("A service gave no valid answer: try again soon.")),
        LocalReply(503, too_many_streams, detail="overflow", path=stream_names, answer=429),
        LocalReply(503, overloaded, detail="overflow"),
        LocalReply(503, no_service),
        LocalReply(504, DeadlineExceeded("A service did not answer in time.")),
    )


def _rate_limited(waits: Sequence[tuple[str, int]]) -> Iterator[LocalReply]:
    """Envoy tells JSON callers the exact time; the details for gRPC are fixed, one token's time for each limit."""
    for grpc_names, wait_s in (*waits, ("", 1)):
        yield LocalReply(429, RateLimited(TOO_MANY_REQUESTS, retry_after_s=wait_s), path=grpc_names)


def _invalid() -> Iterator[LocalReply]:
    """Replies to requests that are invalid for every caller."""
    bad_path = InvalidArgument.of("path", "is not valid: a NUL or a `#` must not be in it")
    no_body = InvalidArgument.of("body", "is not allowed: this call takes none")
    no_host = InvalidArgument.of("host", "is required")
    underscore = InvalidArgument("The name of a header must not have an underscore.")
    timeout = InvalidArgument.of("grpc-timeout", "must be at most 8 digits and a unit, H, M, S, m, u or n, such as 5S")
    envoys_own, not_grpc = InvalidArgument(ENVOYS_OWN_WORDS), InvalidArgument("The request is not valid gRPC.")
    yield LocalReply(400, envoys_own, detail="lua_response", names_fields=True)
    # What the check of requests leaves to the transcoder.
    unread = InvalidArgument(ENVOYS_OWN_WORDS, violations=[FieldViolation("body", ENVOYS_OWN_WORDS)])
    yield LocalReply(400, unread, detail="grpc_json_transcode_failure")
    yield LocalReply(400, bad_path, detail="path_normalization_failed")
    yield LocalReply(400, no_host, detail="missing_host_header")
    yield LocalReply(400, underscore, detail="unexpected_underscore")
    yield LocalReply(400, InvalidArgument("The request is not valid HTTP."), to_grpc=not_grpc)
    yield LocalReply(403, timeout, detail=BAD_TIMEOUT, answer=400)
    yield LocalReply(403, no_body, detail=BODY_NOT_TAKEN, answer=400)


def _unsupported() -> Iterator[LocalReply]:
    """Replies to valid requests for parts of HTTP that are not supported."""
    encoded = UnsupportedMediaType("The body must not be compressed or encoded: send it without content-encoding.")
    tunnel = Unimplemented("Tunnels (CONNECT) and upgrades of connections (WebSocket) are not supported.")
    transfer = Unimplemented("This transfer-encoding is not supported: send chunked, or a content-length.")
    yield LocalReply(403, encoded, detail=ENCODED_BODY, answer=415)
    yield LocalReply(403, tunnel, detail="upgrade_failed", answer=501)
    yield LocalReply(501, transfer)


def _not_found(verbs: Sequence[tuple[str, str]], ops_names: str) -> Iterator[LocalReply]:
    """Replies to requests without a route."""
    no_verb = NoSuchVerb("This path does not support this verb: see the header Allow.")
    nothing_here = NoSuchPath("There is no such path: /openapi.json lists all of them.")
    no_method = Unimplemented("There is no such method: /openapi.json lists all of them.")
    services = ", ".join(OPS_CLUSTERS)
    which_service = InvalidArgument.of(SERVICE_CHOICE, f"must be in the metadata and name a service: {services}")
    for path, allow in verbs:
        yield LocalReply(404, no_verb, path=path, answer=405, allow=allow, to_grpc=no_method)
    yield LocalReply(404, nothing_here, path=ops_names, to_grpc=which_service)
    yield LocalReply(404, nothing_here, to_grpc=no_method)


def _as_json(error: AppError) -> JsonObject:
    status = to_status(error)
    upb_status = GetMessageClass(contract.descriptor_of(type(status))).FromString(bytes(status))
    as_json: JsonObject = MessageToDict(
        upb_status, descriptor_pool=contract.pool(), always_print_fields_with_no_presence=True
    )
    if error.retry_after_s is not None:
        details = cast(list[JsonObject], as_json["details"])
        # Only Envoy knows the wait; gRPC callers, whose details are fixed, see it in the trailers.
        details[-1]["retryDelay"] = "%RESP(retry-after)%s"
    return as_json


def _status_is(status: int) -> JsonObject:
    value = {"default_value": status, "runtime_key": f"easyorder.local_reply.{status}"}
    return {"status_code_filter": {"comparison": {"op": "EQ", "value": value}}}


def _is_grpc() -> JsonObject:
    return _request_header(GRPC_CONTENT)


def _is_json() -> JsonObject:
    # A transcoded request looks like gRPC, but for its original path, which clients cannot send.
    transcoded: JsonObject = {"name": "x-envoy-original-path", "present_match": True}
    return {"or_filter": {"filters": [_request_header(NOT_GRPC), _request_header(transcoded)]}}


def _request_header(matcher: JsonObject) -> JsonObject:
    return {"header_filter": {"header": matcher}}


def _like(name: str, regex: str) -> JsonObject:
    return {"name": name, "string_match": {"safe_regex": {"regex": regex}}}


def _matches(expression: str) -> JsonObject:
    url = "type.googleapis.com/envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter"
    config = {"@type": url, "expression": expression}
    return {"extension_filter": {"name": "envoy.access_loggers.extension_filters.cel", "typed_config": config}}


def _header(name: str, value: str) -> JsonObject:
    return {"header": {"key": name, "value": value}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}


def _all(filters: list[JsonObject]) -> JsonObject:
    return {"and_filter": {"filters": filters}}
