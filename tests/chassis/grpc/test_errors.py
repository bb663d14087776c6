"""Failures reach the caller as the same AppError, and nothing unexpected leaks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import grpc
import pytest
from easyorder.order.v1 import CreateOrderRequest, GetOrderRequest
from google.rpc import error_details_pb2, status_pb2

from chassis.errors import AppError, FieldViolation, Internal, InvalidArgument, Kind, RateLimited
from chassis.grpc.channel import open_channel
from chassis.grpc.status import from_status, to_status
from chassis.jobs import LeaseLost
from identity_svc.domain.errors import WeakPassword
from ops.api import JobNotFound
from tests.chassis.grpc.orders import AN_ORDER, CREATE_ORDER, GET_ORDER, OrderApi, orders
from tests.declared_errors import NoticedErrors
from tests.polling import eventually


class Undeclared(AppError):
    kind, reason = Kind.FAILED_PRECONDITION, "UNDECLARED"


def failing(error: Exception) -> Callable[[], Awaitable[None]]:
    async def fail() -> None:
        raise error

    return fail


async def test_an_app_error_is_the_same_on_the_other_side() -> None:
    error = JobNotFound("there is no job 3", metadata={"jobId": "3"})
    async with orders(OrderApi(failing(error))) as mesh:
        with pytest.raises(JobNotFound, match="there is no job 3") as refused:
            await mesh.user().call(GET_ORDER, GetOrderRequest(id="1"))

    assert refused.value.metadata == {"jobId": "3"}
    assert mesh.unexpected == []


async def test_an_error_with_a_constructor_of_its_own_is_the_same_on_the_other_side() -> None:
    async with orders(OrderApi(failing(WeakPassword.of("password", "is too short")))) as mesh:
        with pytest.raises(WeakPassword) as refused:
            await mesh.user().call(GET_ORDER, GetOrderRequest(id="1"))

    assert refused.value.violations == (FieldViolation("password", "is too short", "WEAK_PASSWORD"),)


@pytest.mark.parametrize("error", [Undeclared("for nobody"), LeaseLost("taken over")])
async def test_no_reason_is_sent_that_the_contract_does_not_declare_for_callers(error: AppError) -> None:
    async with orders(OrderApi(failing(error))) as mesh:
        with pytest.raises(Internal) as refused:
            await mesh.user().call(GET_ORDER, GetOrderRequest(id="1"))
        await eventually(lambda: mesh.unexpected)

    assert error.message not in refused.value.message
    assert mesh.unexpected[0].message == error.message


async def test_any_grpc_client_can_read_the_details() -> None:
    error = RateLimited("slow down", retry_after_s=1.5, violations=[FieldViolation("a", "b")])
    async with orders(OrderApi(failing(error))) as mesh, open_channel(mesh.address) as channel:
        call: Any = channel.unary_unary(GET_ORDER.full_name)
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await call(bytes(GetOrderRequest(id="1")), metadata=[("authorization", f"Bearer {mesh.tokens.user()}")])

    trailing = dict(refused.value.trailing_metadata())
    status = status_pb2.Status.FromString(trailing["grpc-status-details-bin"])
    info, bad, retry = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest(), error_details_pb2.RetryInfo()
    assert [detail.Unpack(into) for detail, into in zip(status.details, (info, bad, retry), strict=True)] == [True] * 3
    assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert (status.code, status.message) == (8, "slow down")
    assert (info.reason, info.domain) == ("RATE_LIMITED", "easyorder")
    assert (bad.field_violations[0].field, bad.field_violations[0].reason) == ("a", "RATE_LIMITED")
    assert retry.retry_delay.ToTimedelta().total_seconds() == 1.5


async def test_an_unexpected_exception_tells_the_caller_a_correlation_id_and_the_operators_everything() -> None:
    async with orders(OrderApi(failing(ValueError("password=hunter2")))) as mesh:
        with pytest.raises(Internal) as refused:
            await mesh.user("u1").call(GET_ORDER, GetOrderRequest(id="1"))
        await eventually(lambda: mesh.unexpected)

    recorded = mesh.unexpected[0]
    assert "hunter2" not in str(refused.value)
    assert refused.value.metadata == {"correlationId": recorded.correlation_id}
    assert (recorded.kind, recorded.message, recorded.actor) == ("ValueError", "password=hunter2", "u1")
    assert recorded.source == GET_ORDER.full_name
    assert "in fail" in recorded.detail


async def test_a_bad_request_names_its_fields_and_never_reaches_the_handler() -> None:
    async with orders(api := OrderApi()) as mesh:
        with pytest.raises(InvalidArgument) as refused:
            await mesh.user().call(CREATE_ORDER, CreateOrderRequest(request_id="1", currency_code="EUR"))

    assert {violation.field for violation in refused.value.violations} == {"items", "payment"}
    assert api.seen == []


async def test_very_many_faults_still_fit_the_trailers_of_any_client() -> None:
    request = replace(AN_ORDER, items=[type(AN_ORDER.items[0])()] * 100)
    async with orders(OrderApi()) as mesh, open_channel(mesh.address) as channel:
        call: Any = channel.unary_unary(CREATE_ORDER.full_name)
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await call(bytes(request), metadata=[("authorization", f"Bearer {mesh.tokens.user()}")])

    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert str(refused.value.details()).endswith("and 197 more")
    assert len(dict(refused.value.trailing_metadata())["grpc-status-details-bin"]) < 6_000


async def test_bytes_that_are_no_message_are_an_invalid_argument() -> None:
    async with orders(api := OrderApi()) as mesh, open_channel(mesh.address) as channel:
        call: Any = channel.unary_unary(CREATE_ORDER.full_name)
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await call(b"\xff\xff", metadata=[("authorization", f"Bearer {mesh.tokens.user()}")])

    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert api.seen == []


async def test_ten_megabytes_are_refused_by_the_transport() -> None:
    async with orders(api := OrderApi()) as mesh:
        big = CreateOrderRequest(request_id="x" * 10_000_000)
        with pytest.raises(AppError) as refused:
            await mesh.user().call(CREATE_ORDER, big)

    assert refused.value.reason == "PAYLOAD_TOO_LARGE"
    assert api.seen == []


async def test_the_correlation_id_comes_from_the_caller_or_is_made_and_goes_back() -> None:
    async with orders(api := OrderApi()) as mesh, open_channel(mesh.address) as channel:
        call: Any = channel.unary_unary(GET_ORDER.full_name)
        token = ("authorization", f"Bearer {mesh.tokens.user()}")
        answered = {}
        for given in ("from-envoy-1", "not fit for logs", "x" * 200, ""):
            unary = call(bytes(GetOrderRequest(id="1")), metadata=[token, ("x-request-id", given)])
            await unary
            answered[given] = dict(await unary.trailing_metadata())["x-request-id"]

    assert answered["from-envoy-1"] == "from-envoy-1"
    assert [seen.correlation_id for seen in api.seen] == list(answered.values())
    assert all(len(made) == 32 for given, made in answered.items() if given != "from-envoy-1")


def test_a_violation_keeps_a_reason_of_its_own() -> None:
    faults = [FieldViolation("email", "is required", "INVALID_ARGUMENT"), FieldViolation("password", "is too short")]

    again = from_status(to_status(WeakPassword.of_all(faults)))

    assert [fault.reason for fault in again.violations] == ["INVALID_ARGUMENT", "WEAK_PASSWORD"]


def test_a_reason_that_this_process_does_not_know_is_kept(noticed_errors: NoticedErrors) -> None:
    status = to_status(Undeclared("later"))
    status.details[0].value = status.details[0].value.replace(b"UNDECLARED", b"UNDECLAREX")

    again = from_status(status)

    assert noticed_errors.undeclared == ["UNDECLAREX"]
    noticed_errors.clear()
    assert (again.kind, again.reason, again.message) == (Kind.FAILED_PRECONDITION, "UNDECLAREX", "later")
    assert to_status(again) == status


async def test_a_handlers_own_timeout_is_no_deadline() -> None:
    async def slow() -> None:
        async with asyncio.timeout(0.01):
            await asyncio.Event().wait()

    async with orders(OrderApi(slow)) as mesh:
        with pytest.raises(Internal):
            await mesh.user().call(GET_ORDER, GetOrderRequest(id="1"))
