"""CancelOrder stops an order that has not shipped, and returns its stock and money."""

from __future__ import annotations

import pytest

from chassis.context import Caller, RequestContext, request_context
from chassis.errors import EtagMismatch
from order_svc.commands.cancel_order import CancelOrder
from order_svc.domain.errors import OrderNotFound
from order_svc.domain.status import IllegalTransition, Status
from tests.builders.order import SHOPPER, OrderBuilder, an_order
from tests.order_svc.order_app import OrderApp


@pytest.mark.parametrize("before", [an_order, lambda: an_order().paid()], ids=["confirmed", "paid"])
async def test_stock_and_money_go_back(order_app: OrderApp, before: type[OrderBuilder]) -> None:
    order_id = await order_app.given(before())  # type: ignore[call-arg]

    view = await order_app.send(CancelOrder(order_id=order_id, reason="late"))

    assert (view.status, view.cancel_reason) == (Status.CANCELLED, "late")
    assert await order_app.status(order_id) is Status.CANCELLED
    assert {job.kind for job in await order_app.jobs()} == {"release_stock", "return_money"}
    sequences = [sequence for sequence, _ in await order_app.events(order_id)]
    assert sequences == list(range(1, len(sequences) + 1))
    assert (await order_app.events(order_id))[-1][1] == "order_status_changed"


@pytest.mark.parametrize("before", [lambda: an_order().refused(), lambda: an_order().cancelled()])
async def test_what_has_ended_can_not_be_cancelled(order_app: OrderApp, before: type[OrderBuilder]) -> None:
    builder = before()  # type: ignore[call-arg]
    order_id = await order_app.given(builder)
    events = await order_app.events(order_id)

    with pytest.raises(IllegalTransition) as refusal:
        await order_app.send(CancelOrder(order_id=order_id, reason="late"))

    assert refusal.value.metadata == {
        "fromStatus": builder.build().status.contract_name,
        "toStatus": "ORDER_STATUS_CANCELLED",
    }
    assert await order_app.events(order_id) == events
    assert await order_app.jobs() == []


async def test_only_the_version_that_was_seen_is_cancelled(order_app: OrderApp) -> None:
    order_id = await order_app.given(an_order())
    seen = (await order_app.order(order_id)).view()

    with pytest.raises(EtagMismatch) as refusal:
        await order_app.send(CancelOrder(order_id=order_id, reason="late", etag="0"))

    assert refusal.value.metadata == {"etag": seen.etag}
    assert (await order_app.order(order_id)).view() == seen
    assert await order_app.jobs() == []
    cancelled = await order_app.send(CancelOrder(order_id=order_id, reason="late", etag=seen.etag))
    assert cancelled.status is Status.CANCELLED


async def test_somebody_elses_order_is_not_there(order_app: OrderApp) -> None:
    order_id = await order_app.given(an_order())

    with request_context(RequestContext(caller=Caller.person("stranger"))), pytest.raises(OrderNotFound):
        await order_app.send(CancelOrder(order_id=order_id, reason="spite"))

    assert await order_app.status(order_id) is Status.CONFIRMED
    assert await order_app.jobs() == []


@pytest.mark.parametrize(
    "caller",
    [Caller.person(SHOPPER), Caller.person("admin", admin=True), Caller.person("colleague", team_ids=("team-1",))],
    ids=["owner", "administrator", "team member"],
)
async def test_who_may(order_app: OrderApp, caller: Caller) -> None:
    order_id = await order_app.given(an_order(team="team-1"))

    with request_context(RequestContext(caller=caller)):
        await order_app.send(CancelOrder(order_id=order_id, reason=""))

    assert await order_app.status(order_id) is Status.CANCELLED
