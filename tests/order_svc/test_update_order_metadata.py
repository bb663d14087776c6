"""UpdateOrderMetadata replaces what programs keep with an order, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from easyorder.order.v1 import CreateOrderRequest

from chassis.errors import EtagMismatch
from chassis.wire import codec
from order_svc.commands.update_order_metadata import UpdateOrderMetadata
from order_svc.domain.status import Status
from tests.builders.order import OrderBuilder, an_order
from tests.order_svc.order_app import OrderApp


@pytest.mark.parametrize(
    "order", [an_order(), an_order().paid(), an_order().cancelled(), an_order().paid().delivered()]
)
async def test_the_metadata_of_an_order_is_replaced_in_any_status(order_app: OrderApp, order: OrderBuilder) -> None:
    order_id = await order_app.given(order)
    before = (await order_app.order(order_id)).view()
    events = await order_app.events(order_id)

    for wanted in ({"channel": "app"}, {"channel": "app"}, {"gift_wrap": "red"}):
        changed = await order_app.send(UpdateOrderMetadata(order_id=order_id, metadata=wanted))

    assert changed == replace(
        before,
        metadata={"gift_wrap": "red"},
        row_version=before.row_version + 2,
        sequence=before.sequence + 2,
        updated_at=order_app.clock.now(),
    )
    assert (await order_app.order(order_id)).view() == changed
    # What is there already is no change.
    assert len(await order_app.events(order_id)) == len(events) + 2
    assert await order_app.jobs() == []
    assert (await order_app.send(UpdateOrderMetadata(order_id=order_id, metadata={}))).metadata == {}


async def test_another_version_stays_as_it_is(order_app: OrderApp) -> None:
    order_id = await order_app.given(an_order())

    with pytest.raises(EtagMismatch):
        await order_app.send(UpdateOrderMetadata(order_id=order_id, metadata={"channel": "app"}, etag="9"))

    unchanged = await order_app.send(UpdateOrderMetadata(order_id=order_id, metadata=None))
    assert (unchanged.metadata, unchanged.status, unchanged.etag) == ({}, Status.CONFIRMED, "1")


def test_equal_metadata_is_an_equal_request() -> None:
    metadata = {f"key_{n}": "value" for n in range(20)}
    turned = dict(reversed(metadata.items()))

    encoded = [codec(CreateOrderRequest).encode(CreateOrderRequest(metadata=of_one)) for of_one in (metadata, turned)]

    assert encoded[0] == encoded[1]
