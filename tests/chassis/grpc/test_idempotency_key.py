"""The header Idempotency-Key stands for an empty request_id, and what moves money needs one of the two."""

from __future__ import annotations

from dataclasses import replace

import pytest
from easyorder.order.v1 import CancelOrderRequest

from chassis import contract
from chassis.errors import InvalidArgument, RequestIdRequired
from tests.chassis.grpc.orders import AN_ORDER, CANCEL_ORDER, CREATE_ORDER, GET_ORDER, OrderApi, orders
from tests.mesh import Mesh

WITHOUT = replace(AN_ORDER, request_id="")


def key(value: str) -> tuple[tuple[str, str], ...]:
    return (("idempotency-key", value),)


async def faults(mesh: Mesh, header: str, *, field: str = AN_ORDER.request_id) -> dict[str, str]:
    with pytest.raises(InvalidArgument) as refused:
        await mesh.user().call(CREATE_ORDER, replace(AN_ORDER, request_id=field), extra=key(header))
    return {"reason": refused.value.reason} | {fault.field: fault.description for fault in refused.value.violations}


def test_what_moves_money_or_stock_or_ends_a_secret_requires_it() -> None:
    needing = {
        method.name
        for method in contract.methods().values()
        if (field := contract.descriptor_of(method.request).fields_by_name.get("request_id"))
        and contract.is_required(field)
    }

    assert needing == {"CreateOrder", "RetryPayment", "RefundOrder", "AdjustStock", "RotateWebhookSecret"}


async def test_the_header_is_the_field() -> None:
    async with orders(api := OrderApi()) as mesh:
        await mesh.user().call(CREATE_ORDER, WITHOUT, extra=key("from the header"))
        await mesh.user().call(CREATE_ORDER, AN_ORDER, extra=key(AN_ORDER.request_id))
        await mesh.user().call(CREATE_ORDER, AN_ORDER, extra=key(""))
        # Where it is optional, it counts all the same.
        await mesh.user().call(CANCEL_ORDER, CancelOrderRequest(id="1"), extra=key("of a cancellation"))
        await mesh.user().call(CANCEL_ORDER, CancelOrderRequest(id="1"))

    assert api.request_ids == ["from the header", AN_ORDER.request_id, AN_ORDER.request_id, "of a cancellation", ""]


async def test_without_either_nothing_happens() -> None:
    async with orders(api := OrderApi()) as mesh:
        with pytest.raises(RequestIdRequired) as refused:
            await mesh.user().call(CREATE_ORDER, replace(WITHOUT, currency_code="XYZ"))
        found = await faults(mesh, "", field="")

    assert [fault.field for fault in refused.value.violations] == ["requestId", "currencyCode"]
    assert found == {"reason": "REQUEST_ID_REQUIRED", "requestId": "is required, or the header Idempotency-Key"}
    assert api.seen == []


async def test_a_header_that_differs_or_is_too_long_is_refused() -> None:
    async with orders(api := OrderApi()) as mesh:
        differs = await faults(mesh, "another")
        too_long = await faults(mesh, "x" * 101, field="")

    assert differs == {
        "reason": "INVALID_ARGUMENT",
        "requestId": "must be empty, or what the header Idempotency-Key says",
    }
    assert too_long == {"reason": "INVALID_ARGUMENT", "requestId": "takes at most 100 characters"}
    assert api.seen == []


async def test_a_method_without_a_request_id_does_not_mind_the_header() -> None:
    async with orders(api := OrderApi()) as mesh:
        await mesh.user().call(GET_ORDER, GET_ORDER.request(id="1"), extra=key("x"))

    assert len(api.seen) == 1
