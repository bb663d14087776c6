"""chassis.wire writes what betterproto2 reads and reads what betterproto2 writes, for every message of the contract."""

from __future__ import annotations

import timeit
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from easyorder.common.v1 import Heartbeat, PaymentMethod
from easyorder.google.protobuf import Duration
from easyorder.google.rpc import RetryInfo
from easyorder.google.type import Money
from easyorder.order.v1 import (
    Order,
    OrderEvent,
    OrderItem,
    OrderStatus,
    PaymentDetails,
    WatchOrderRequest,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis import contract
from chassis.wire import Malformed, codec
from tests.chassis.messages import messages

# Descriptors of descriptors are proto2 and never on the wire here; Timestamp and Duration are datetime and timedelta.
CONTRACT = sorted(name for name in contract.message_types() if not name.startswith("google.protobuf."))


@pytest.mark.parametrize("name", CONTRACT)
@settings(max_examples=12, suppress_health_check=list(HealthCheck), database=None)
@given(data=st.data())
def test_agrees_with_betterproto2s_own_codec(name: str, data: Any) -> None:
    message_type = contract.message_types()[name]
    message = data.draw(messages(message_type))
    fast = codec(message_type)

    written = fast.encode(message)

    assert message_type.parse(written) == message
    assert fast.decode(bytes(message)) == message
    assert fast.decode(written) == message


def an_order() -> Order:
    def money() -> Money:
        return Money(currency_code="EUR", units=12, nanos=500_000_000)

    items = [
        OrderItem(
            id=str(n),
            product_item_id=str(n),
            sku=f"SKU-{n}",
            name="T-shirt",
            quantity=n,
            unit_price=money(),
            sub_total=money(),
        )
        for n in range(1, 6)
    ]
    return Order(id="1", status=OrderStatus.PAID, items=items, total_amount=money(), placed_at=datetime.now(UTC))


def test_is_many_times_faster_than_betterproto2() -> None:
    order, fast = an_order(), codec(Order)
    data = fast.encode(order)

    def best_s(work: Callable[[], object]) -> float:
        return min(timeit.repeat(work, number=50, repeat=5))

    assert best_s(lambda: fast.encode(order)) * 8 < best_s(lambda: bytes(order))
    assert best_s(lambda: fast.decode(data)) * 8 < best_s(lambda: Order.parse(data))


def test_an_unknown_enum_number_survives_both_ways() -> None:
    unknown = PaymentDetails(method=PaymentMethod(77))

    back = codec(PaymentDetails).decode(codec(PaymentDetails).encode(unknown))

    assert back.method == 77
    assert back.method.name == ""


def test_an_optional_zero_is_not_the_same_as_nothing() -> None:
    zero, nothing = WatchOrderRequest(after_sequence=0), WatchOrderRequest()

    assert codec(WatchOrderRequest).decode(codec(WatchOrderRequest).encode(zero)).after_sequence == 0
    assert codec(WatchOrderRequest).decode(codec(WatchOrderRequest).encode(nothing)).after_sequence is None


def test_an_empty_message_is_not_the_same_as_none() -> None:
    alive = OrderEvent(heartbeat=Heartbeat())

    assert codec(OrderEvent).decode(codec(OrderEvent).encode(alive)).heartbeat == Heartbeat()
    assert codec(OrderEvent).decode(b"").heartbeat is None


@pytest.mark.parametrize(
    "duration", [timedelta(seconds=-1.5), timedelta(microseconds=-1), timedelta(days=3, seconds=0.25)]
)
def test_durations_of_either_sign(duration: timedelta) -> None:
    data = codec(RetryInfo).encode(RetryInfo(retry_delay=duration))

    assert codec(RetryInfo).decode(data).retry_delay == duration


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\xff\xff\xff", id="not protobuf"),
        pytest.param(b"\x62\x02\xff\xfe", id="currency_code is not UTF-8"),
        pytest.param(b"\x92\x01" + bytes([10, 8]) + b"\xff" * 8 + b"\x7f", id="a time beyond the calendar"),
    ],
)
def test_malformed_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(Malformed, match=r"easyorder\.order\.v1\.Order"):
        codec(Order).decode(data)


def test_fields_the_contract_does_not_know_are_dropped() -> None:
    assert codec(Order).decode(b"\x0a\x015" + b"\xf8\x7f\x01") == Order(id="5")


def test_a_type_outside_the_contract_has_no_codec() -> None:
    class Stranger(Duration):
        pass

    with pytest.raises(KeyError):
        codec(Stranger)
