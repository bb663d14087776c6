"""The reasons with which a method may fail: those that its comment names, and those that follow from its form."""

from __future__ import annotations

import re
from collections.abc import Iterator

from google.protobuf.descriptor import Descriptor

from chassis.context import Audience
from chassis.contract import Method, descriptor_of, is_required
from edge.openapi.comments import comments
from edge.openapi.headers import takes_etag
from edge.openapi.reasons import Reason, reasons
from edge.openapi.schemas import Json

_ANY = ("INVALID_ARGUMENT", "PAYLOAD_TOO_LARGE", "RATE_LIMITED", "DEADLINE_EXCEEDED", "UNAVAILABLE", "INTERNAL")
_WITH_TOKEN = ("UNAUTHENTICATED", "TOKEN_EXPIRED", "TOKEN_REVOKED", "PERMISSION_DENIED")
_OF_WRITES = ("CONFLICT", "LOCKED")
_READS = re.compile(r"(Get|List|Watch|Preview|Export)(?![a-z])")
_ERROR = "#/components/responses/Error"


def failures(method: Method) -> Json:
    """The responses of a method that fails, by HTTP status; each says with which reasons."""
    by_status: dict[int, list[str]] = {}
    for reason in reasons_of(method):
        for status in reason.http_statuses:
            by_status.setdefault(status, []).append(reason.name)
    named = {str(status): {"$ref": _ERROR, "description": ", ".join(by_status[status])} for status in sorted(by_status)}
    return {**named, "default": {"$ref": _ERROR}}


def reasons_of(method: Method) -> list[Reason]:
    """In the order of the contract."""
    comment = comments().get(method.full_name.strip("/").replace("/", "."), "")
    found = {*re.findall(r"\b[A-Z]+(?:_[A-Z]+)*\b", comment), *_of_form(method), *_missing(method)}
    return [reason for reason in reasons() if reason.name in found]


def _of_form(method: Method) -> Iterator[str]:
    fields = descriptor_of(method.request).fields_by_name
    yield from _ANY
    if Audience.PUBLIC not in method.access.allow:
        yield from _WITH_TOKEN
    if any(binding.body for binding in method.http):
        yield "UNSUPPORTED_MEDIA_TYPE"
    if key := fields.get("request_id"):
        yield from ("REQUEST_ID_REUSED", "REQUEST_ID_EXPIRED")
        if is_required(key):
            yield "REQUEST_ID_REQUIRED"
    if takes_etag(method):
        yield "ETAG_MISMATCH"
    if not _READS.match(method.name):
        yield from _OF_WRITES
    if method.server_streaming:
        yield from ("TOO_MANY_STREAMS", "SUBSCRIBER_TOO_SLOW")
    if "resume_token" in fields:
        yield "EVENTS_PURGED"


def _missing(method: Method) -> Iterator[str]:
    """What may not be found: what the path or a field of the request names by its id."""
    for binding in method.http:
        for resource, name in re.findall(r"^/api/.*/(\w+)/\{(?:\w+\.)?(\w+)\}", binding.path):
            yield f"{name.removesuffix('_id') if name != 'id' else resource.removesuffix('s')}_NOT_FOUND".upper()
        # Of ops, the path names a service.
        if re.fullmatch(r"/(static|docs|api/v1/admin/ops)/.*\{.*", binding.path):
            yield "NOT_FOUND"
    for name in _ids_in(descriptor_of(method.request), set()):
        yield f"{name.removesuffix('_id').removesuffix('_ids')}_NOT_FOUND".upper()


def _ids_in(message: Descriptor, seen: set[str]) -> Iterator[str]:
    seen.add(message.full_name)
    for field in message.fields:
        if field.name.endswith(("_id", "_ids")):
            yield field.name
        if field.message_type is not None and field.message_type.full_name not in seen:
            yield from _ids_in(field.message_type, seen)
