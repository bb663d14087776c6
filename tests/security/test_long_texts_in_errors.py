"""A request with long texts is refused with an error that every client can read: trailers stay within limits."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from easyorder.order.v1 import GetOrderRequest
from google.rpc import error_details_pb2, status_pb2

from chassis.errors import FieldViolation
from chassis.grpc.channel import open_channel
from chassis.grpc.status import DETAILS_KEY
from inventory_svc.domain.errors import IncentiveInvalid
from tests.chassis.grpc.orders import GET_ORDER, OrderApi, orders

# What gRPC's clients take by default.
TRAILERS_BYTES = 8 * 1024


class CodeRefused(IncentiveInvalid):
    """With more metadata than the contract declares."""


def refusal_of(code: str) -> CodeRefused:
    return CodeRefused(
        f"{code} cannot be used: it has expired",
        metadata={"code": code, **{f"item{number}": code for number in range(50)}},
        violations=[FieldViolation(f"items[{number}].{code}", f"{code} is not known") for number in range(100)],
        retry_after_s=1,
    )


@pytest.mark.parametrize("letter", ["A", "é", "🎁", "\n", "\0"], ids=["ASCII", "two bytes", "four bytes", "LF", "NUL"])
async def test_texts_of_20_kb_are_quoted_in_short(letter: str) -> None:
    async def refuse() -> None:
        raise refusal_of(letter * 20_000)

    async with orders(OrderApi(refuse)) as mesh, open_channel(mesh.address) as channel:
        call: Any = channel.unary_unary(GET_ORDER.full_name)
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await call(bytes(GetOrderRequest(id="1")), metadata=[("authorization", f"Bearer {mesh.tokens.user()}")])

    assert refused.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    assert (refused.value.details() or "").endswith("cannot be used: it has expired")
    trailing = dict(refused.value.trailing_metadata())
    details = trailing[DETAILS_KEY]
    assert len(details) <= 4_096
    percent_encoded = 3 * len((refused.value.details() or "").encode())
    assert percent_encoded + sum(len(name) + len(value) + 32 for name, value in trailing.items()) < TRAILERS_BYTES

    status = status_pb2.Status.FromString(details)
    info, bad, retry = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest(), error_details_pb2.RetryInfo()
    assert all(detail.Unpack(into) for detail, into in zip(status.details, (info, bad, retry), strict=True))
    assert (info.reason, retry.retry_delay.seconds) == ("INCENTIVE_INVALID", 1)
    assert len(bad.field_violations) > 0
    assert len(bad.field_violations) + int(info.metadata["omittedViolations"]) == 100
