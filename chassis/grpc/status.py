"""Converts AppError to google.rpc.Status and back without loss (AIP-193)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import accumulate
from typing import Any, TypeVar, cast

import betterproto2
import grpc
from easyorder.google.protobuf import Any as Packed
from easyorder.google.rpc import BadRequest, BadRequestFieldViolation, ErrorInfo, RetryInfo, Status

from chassis import contract
from chassis.errors import AppError, FieldViolation, Internal, Kind, PayloadTooLarge, Unavailable, shortened
from chassis.wire import codec

DOMAIN = "easyorder"
DETAILS_KEY = "grpc-status-details-bin"
M = TypeVar("M", bound=betterproto2.Message)

# gRPC clients reject trailers of more than 8 KiB, which contain the message twice, percent-encoded.
_METADATA_BYTES, _VIOLATIONS_BYTES, _TEXT_BYTES = 1_000, 1_800, 200
_URL = "type.googleapis.com/"
# The errors for plain gRPC statuses that differ from the reason of that name. gRPC itself limits only the size.
_PLAIN: dict[str, type[AppError]] = {"CANCELLED": Unavailable, "RESOURCE_EXHAUSTED": PayloadTooLarge}


def to_status(error: AppError, body: str = "") -> Status:
    """The error as a status of at most 4 KB: code, message, ErrorInfo, and BadRequest and RetryInfo if they apply.

    Violations that do not fit are counted in ErrorInfo's metadata as `omittedViolations`. Paths begin inside of `body`,
    the field of the request that a JSON caller sends.
    """
    metadata, message = dict(_fitting(error.metadata.items(), _METADATA_BYTES)), error.message
    named = [(fault.field.removeprefix(f"{body}."), fault.description, fault.reason) for fault in error.violations]
    for fault, (field, *_) in zip(error.violations, named, strict=True):
        message = message.replace(fault.field, field)
    faults = _fitting(named, _VIOLATIONS_BYTES)
    if omitted := len(error.violations) - len(faults):
        metadata["omittedViolations"] = str(omitted)
    details = [_packed(ErrorInfo(reason=error.reason, domain=DOMAIN, metadata=metadata))]
    if faults:
        fields = [
            BadRequestFieldViolation(field=field, description=text, reason=reason) for field, text, reason in faults
        ]
        details.append(_packed(BadRequest(field_violations=fields)))
    if error.retry_after_s is not None:
        details.append(_packed(RetryInfo(retry_delay=timedelta(seconds=error.retry_after_s))))
    return Status(code=error.kind.value, message=message, details=details)


def from_status(status: Status) -> AppError:
    """The error from a status, of its original class if this process knows it."""
    info = _find(status, ErrorInfo) or ErrorInfo(reason="INTERNAL")
    bad_request = _find(status, BadRequest) or BadRequest()
    retry = _find(status, RetryInfo)
    fixed = {"kind": Kind(status.code), "reason": info.reason}
    error_type: type[AppError] = AppError.by_reason.get(info.reason) or type("RemoteError", (AppError,), fixed)
    # Subclasses may have constructors of their own, with unknown arguments.
    error = error_type.__new__(error_type)
    AppError.__init__(
        error,
        status.message,
        metadata=info.metadata,
        violations=[FieldViolation(v.field, v.description, v.reason) for v in bad_request.field_violations],
        retry_after_s=retry.retry_delay.total_seconds() if retry and retry.retry_delay else None,
    )
    return error


def from_rpc_error(error: grpc.aio.AioRpcError) -> AppError:
    """The error that a failed call stands for."""
    trailing: Iterable[tuple[str, Any]] = cast(Any, error.trailing_metadata()) or ()
    for key, value in trailing:
        if key == DETAILS_KEY:
            return from_status(codec(Status).decode(value))
    name = error.code().name
    error_type = _PLAIN.get(name) or AppError.by_reason.get(name) or Internal
    return error_type(error.details() or name)


def _fitting(rows: Iterable[Sequence[str]], max_bytes: int) -> list[list[str]]:
    """The first rows, with shortened texts, that fit in `max_bytes`."""
    whole = [[shortened(text, _TEXT_BYTES) for text in row] for row in rows]
    sizes = accumulate(sum(len(text.encode()) + 5 for text in row) for row in whole)
    return [row for row, size in zip(whole, sizes, strict=True) if size <= max_bytes]


def _packed(message: betterproto2.Message) -> Packed:
    return Packed(type_url=_URL + contract.full_name_of(type(message)), value=codec(type(message)).encode(message))


def _find(status: Status, message_type: type[M]) -> M | None:
    url = _URL + contract.full_name_of(message_type)
    return next((codec(message_type).decode(detail.value) for detail in status.details if detail.type_url == url), None)
