"""An order is serialised once for each of its states; those bytes are the reply, the kept response and the event."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from easyorder.order.v1 import Order, OrderEvent
from sqlalchemy import select, text

from chassis.db.tables import IDEMPOTENCY_KEY
from chassis.money import Money
from chassis.wire import codec
from order_svc.adapters.feed import Feed
from order_svc.commands.cancel_order import CancelOrder
from order_svc.domain.address import PostalAddress
from order_svc.domain.status import CancelReason, RefundState, Status
from order_svc.domain.views import DiscountView, OrderView, RefundView
from order_svc.messages import encoded_orders
from order_svc.messages.encoded_orders import CHANGING, LASTING, EncodedOrders
from order_svc.messages.orders import order_message
from order_svc.order_ids import OrderIds
from tests.builders.order import AT, PARCEL, an_item, an_order
from tests.builders.order_ids import CONTENTS, IDS, ORDERS
from tests.fakes.chassis import request_key
from tests.order_svc.order_app import SqlOrderApp
from tests.order_svc.test_place_order import a_placing


async def kept(sql_app: SqlOrderApp) -> bytes:
    async with sql_app.engine.connect() as connection:
        return bytes(await connection.scalar(select(IDEMPOTENCY_KEY.c.answer)) or b"")


async def order_in_its_first_event(sql_app: SqlOrderApp) -> bytes:
    (created, *_) = await Feed(sql_app.engine).of_aggregate(1, after_sequence=0)
    message: Any = codec(OrderEvent).parse(created.event.content)
    return bytes(message.order_created.order.SerializeToString())


async def test_the_reply_is_what_is_kept_and_what_the_event_has(sql_app: SqlOrderApp) -> None:
    placed = await sql_app.send(a_placing(request=request_key()))

    assert ORDERS.reply(placed, numbered=False) == placed == await kept(sql_app)
    assert await order_in_its_first_event(sql_app) == placed
    assert codec(Order).decode(placed) == order_message((await sql_app.order(1)).view(), IDS)


async def test_a_repeat_gets_the_first_reply_whatever_became_of_the_order(sql_app: SqlOrderApp) -> None:
    placing = a_placing(request=request_key())
    first = await sql_app.send(placing)
    await sql_app.send(CancelOrder(order_id=1, reason="late"))

    assert await sql_app.send(placing) == first


async def test_a_reply_that_0_3_0_kept_is_given_again(sql_app: SqlOrderApp) -> None:
    placing = a_placing(request=request_key())
    first = await sql_app.placed(placing)
    async with sql_app.engine.begin() as connection:
        older = text("UPDATE idempotency_key SET answer = convert_to(:answer, 'UTF8')")
        await connection.execute(older, {"answer": msgspec.json.encode(first).decode()})

    again = EncodedOrders(IDS).reply(await sql_app.send(placing), numbered=False)

    assert codec(Order).decode(again) == order_message(first, IDS)


async def test_each_state_of_an_order_is_serialised_once(sql_app: SqlOrderApp, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    def counting(name: str) -> None:
        make = getattr(encoded_orders, name)

        def counted(order: OrderView, ids: OrderIds) -> Order:
            made.append((name, order.row_version))
            return make(order, ids)

        monkeypatch.setattr(encoded_orders, name, counted)

    counting("lasting_message")
    counting("changing_message")

    ORDERS.reply(await sql_app.send(a_placing(request=request_key())), numbered=False)
    await sql_app.send(CancelOrder(order_id=1, reason="late"))

    assert made == [("lasting_message", 1), ("changing_message", 1), ("changing_message", 2)]


ADDRESS = PostalAddress(region_code="DE", postal_code="10115", locality="Berlin", address_lines=("Weg 1",))
# Another value of each field of a view.
OTHER: dict[str, Any] = {
    "status": Status.DELIVERED,
    "currency": "EUR",
    "items": tuple(item.view() for item in (an_item(), an_item(name="Another"))),
    "discounts": (DiscountView(code="MORE", description="more", amount=Decimal("1.00")),),
    "payment": replace(an_order().build().view().payment, attempts=7),
    "placed_at": AT + timedelta(seconds=1),
    "paid_at": AT + timedelta(seconds=2),
    "cancelled_at": AT + timedelta(seconds=3),
    "cancel_reason": "late",
    "created_by": "somebody else",
    "row_version": 77,
    "cancel_code": CancelReason.REQUESTED,
    "earlier_payments": (an_order().build().view().payment,),
    "refunds": (
        RefundView(
            id="r-1",
            amount=Decimal("1.00"),
            items=(),
            reason="late",
            state=RefundState.PROMISED,
            requested_at=AT,
            done_at=None,
        ),
    ),
    "shipments": an_order().paid().shipped().build().shipments,
    "shipping_address": ADDRESS,
    "billing_address": ADDRESS,
    "metadata": {"gift": "yes"},
    "note": "ring twice",
    "team_id": "team-1",
    "updated_at": AT + timedelta(seconds=4),
}


@pytest.mark.parametrize("field", sorted(OTHER))
def test_an_order_that_has_changed_is_serialised_again(field: str) -> None:
    before, orders = an_order().build().view(), EncodedOrders(IDS)
    after = replace(before, **{field: OTHER[field]})

    assert orders.encode(before) == codec(Order).encode(order_message(before, IDS)) != orders.encode(after)
    assert orders.encode(after) == codec(Order).encode(order_message(after, IDS))


def test_what_is_compared_is_all_that_a_view_has() -> None:
    names = {field.name for field in fields(OrderView)}

    # The id is what it is found by, and messages of orders do not have the number of the last event.
    assert {*OTHER} == names - {"id", "sequence"}
    assert {*LASTING, *CHANGING} == names - {"id", "sequence", "updated_at"} | {"changed_at"}


def test_of_many_orders_only_the_last_are_kept() -> None:
    orders, view = EncodedOrders(IDS), an_order().build().view()

    for number in range(1, 1000):
        orders.encode(replace(view, id=number))

    assert len(orders._last) == encoded_orders._ROOM


def test_administrators_see_the_number_of_an_order() -> None:
    view = an_order().build().view()
    kept = ORDERS.encode(view)

    assert codec(Order).decode(ORDERS.reply(kept, numbered=True)) == order_message(view, IDS, numbered=True)
    assert codec(Order).decode(ORDERS.reply(kept, numbered=False)) == order_message(view, IDS)


def test_a_number_that_everybody_sees_is_not_there_twice() -> None:
    orders = EncodedOrders(OrderIds(b"a key of 16 byte", numbers=True))
    kept = orders.encode(an_order().build().view())

    assert orders.reply(kept, numbered=True) == kept


def test_events_that_0_3_0_stored_as_json_are_read_as_those_of_today() -> None:
    order = an_order(off="7.50").build()
    events = [
        *an_order(off="7.50").events,
        *order.charge_put_off(reason="no answer", at=AT, next_attempt=AT),
        *order.charged(at=AT),
        *order.refund(Money.of("4.50", "USD"), (), reason="scratched", at=AT)[1],
        *order.ship(PARCEL, at=AT),
        *order.alert(summary="a job is dead", detail="for people", at=AT),
        *order.stock_stands([], at=AT),
    ]

    for event in events:
        as_json = msgspec.json.encode(event.payload)
        assert as_json.startswith(b"{")
        assert CONTENTS.read(event.kind, as_json) == CONTENTS.added_to(event).content != b""
