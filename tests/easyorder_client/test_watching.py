"""A stream that breaks goes on after the last event, with no event twice."""

from __future__ import annotations

import itertools
from contextlib import nullcontext

import pytest
from easyorder_client import RetryPolicy, attempts, errors, reasons
from easyorder_client import messages as m

from tests.easyorder_client.conftest import Connect
from tests.easyorder_client.fake_shop import REFRESHED, SIGNED_IN, UNAVAILABLE, EitherClient, FakeShop, refusal

WATCH_ORDERS = attempts.Method("/easyorder.order.v1.OrderWatchService/WatchOrders", m.WatchOrdersRequest, m.OrderEvent)
FIRST = m.OrderEvent(resume_token="1", sequence=1, order_created=m.OrderCreated())
ALIVE = m.OrderEvent(resume_token="1b", heartbeat=m.Heartbeat())
SECOND = m.OrderEvent(resume_token="2", sequence=2, payment_attempt=m.PaymentAttempt(number=1))
EXPIRED = refusal(m.Code.UNAUTHENTICATED, "TOKEN_EXPIRED")


def ending(error: m.Status) -> m.OrderEvent:
    """A stream's last message, as JSON clients need it."""
    return m.OrderEvent(error=error)


async def test_an_interrupted_stream_resumes(shop: FakeShop, client: EitherClient) -> None:
    shop.answers["WatchOrder"] = [
        UNAVAILABLE,
        [FIRST, ALIVE, UNAVAILABLE],
        [ending(UNAVAILABLE)],
        [SECOND],
    ]

    events = await client.all("watch_order", m.WatchOrderRequest(id="7", after_sequence=0))

    asked = [m.WatchOrderRequest.parse(call.body) for call in shop.asked]
    assert [event.sequence for event in events] == [1, 2]
    assert [(request.id, request.resume_token) for request in asked] == [("7", ""), ("7", ""), ("7", "1b"), ("7", "1b")]


async def test_a_stream_outlives_its_token(shop: FakeShop, connect: Connect) -> None:
    client = connect(SIGNED_IN)
    shop.answers |= {
        "RefreshToken": [REFRESHED],
        "WatchOrders": [[FIRST, ending(EXPIRED)], [SECOND]],
    }

    events = await client.all("watch_orders")

    assert [event.sequence for event in events] == [1, 2]
    assert [call.token for call in shop.calls_of("WatchOrders")] == [SIGNED_IN.access_token, REFRESHED.access_token]


async def test_a_stream_that_only_breaks_is_given_up(shop: FakeShop, client: EitherClient) -> None:
    shop.answers["WatchOrders"] = [[ALIVE, UNAVAILABLE]]

    with pytest.raises(errors.Unavailable):
        await client.all("watch_orders")

    assert len(shop.asked) == 4


async def test_what_no_resumption_helps_against_is_raised(shop: FakeShop, client: EitherClient) -> None:
    shop.answers["WatchOrders"] = [[FIRST, ending(refusal(m.Code.FAILED_PRECONDITION, "EVENTS_PURGED"))]]

    with pytest.raises(reasons.EventsPurged):
        await client.all("watch_orders", m.WatchOrdersRequest(resume_token="old"))

    assert len(shop.asked) == 1


async def test_stock_begins_again(shop: FakeShop, client: EitherClient) -> None:
    snapshot = m.InventoryEvent(sequence=1, snapshot=m.ProductInventory())
    shop.answers["WatchInventory"] = [[snapshot, UNAVAILABLE], [snapshot]]

    events = await client.all("watch_inventory", m.WatchInventoryRequest(product_item_ids=["1"]))

    assert len(events) == 2


@pytest.mark.parametrize(("lasted_s", "is_given_up"), [(4.0, True), (6.0, False)])
def test_a_stream_that_lasted_counts_its_failures_again(
    monkeypatch: pytest.MonkeyPatch, lasted_s: float, is_given_up: bool
) -> None:
    now = itertools.count(0.0, lasted_s)
    monkeypatch.setattr("easyorder_client.attempts.time.monotonic", lambda: next(now))
    policy = RetryPolicy(max_attempts=2, longest_wait_s=5)
    stream = attempts.Attempts(WATCH_ORDERS, m.WatchOrdersRequest(), policy, None)

    def breaks_once_more() -> None:
        stream.begin("")
        stream.succeeded()
        stream.wait_after(errors.Unavailable("away", "UNAVAILABLE"), "")

    breaks_once_more()
    with pytest.raises(errors.Unavailable) if is_given_up else nullcontext():
        breaks_once_more()
