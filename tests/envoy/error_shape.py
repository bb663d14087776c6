"""Reads errors as a client would: code, message, and the reason in ErrorInfo."""

from __future__ import annotations

from typing import Any

import grpc
import httpx

from chassis.grpc.status import from_rpc_error
from tests.documented import faults

HTTP_STATUS = {3: {400, 413, 415, 431}, 4: {504}, 5: {404}, 8: {429}, 12: {405, 501}, 13: {500}, 14: {503}, 16: {401}}


def error_of(reply: httpx.Response) -> dict[str, Any]:
    """The JSON error. AssertionError unless it has the one shape that all errors have, and a status that fits."""
    assert reply.headers["content-type"] == "application/json"
    error: dict[str, Any] = reply.json()
    assert faults("Error", error) == []
    assert error["message"]
    assert reply.status_code in HTTP_STATUS[error["code"]]
    return error


def detail_of(reply: httpx.Response, name: str) -> dict[str, Any]:
    """The detail of a type, such as `RetryInfo`."""
    return next(detail for detail in error_of(reply)["details"] if detail["@type"].endswith(f"google.rpc.{name}"))


def reason_of(reply: httpx.Response) -> str:
    detail = detail_of(reply, "ErrorInfo")
    assert detail["domain"] == "easyorder"
    return str(detail["reason"])


def reason_of_grpc(error: grpc.aio.AioRpcError) -> str:
    return from_rpc_error(error).reason
