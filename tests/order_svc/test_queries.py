"""Reads of orders on PostgreSQL: only visible orders, newest first, and never older than the caller has seen."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from easyorder.order.v1 import ListOrdersRequest, ListOrdersResponse
from sqlalchemy import Connection, event, text

from chassis.context import Caller, RequestContext, request_context
from chassis.db.engine import make_engine
from chassis.db.read_your_writes import ReadYourWrites
from chassis.errors import InvalidArgument, Unavailable
from chassis.wire import codec
from order_svc.adapters.order_creators import OrderCreators
from order_svc.domain.errors import OrderNotFound
from order_svc.domain.items import Item
from order_svc.domain.status import PaymentMethod, Status
from order_svc.messages.orders import order_message
from order_svc.queries.orders import OrderQueries
from order_svc.queries.read_model import ReadBase
from tests.builders.order import AT, SHOPPER, OrderBuilder, an_item, an_order
from tests.builders.order_ids import IDS
from tests.fakes.chassis import soon, unknown
from tests.largest import LETTER
from tests.order_svc.order_reads import PERSON, OrderReads, order_api
from tests.order_svc.test_amendments import a_preview, an_update
from tests.order_svc.test_place_order import a_placing
from tests.polling import eventually

ADMIN = Caller.person("admin-1", admin=True)


def placed(seconds: int, **how: Any) -> OrderBuilder:
    """An order that was placed so long after the others."""
    builder = an_order(**how)
    builder.build().placed_at = AT + timedelta(seconds=seconds)
    return builder


async def test_an_order_is_read_as_it_was_written(reads: OrderReads) -> None:
    builder = an_order(items=(an_item(product_item_id=1, unit_price="10.10"), an_item(product_item_id=2))).paid()
    (order_id,) = await reads.given(builder)

    assert await reads.get(order_id) == builder.build().view()


async def test_a_discounted_order_is_read_with_what_it_got_off(reads: OrderReads) -> None:
    discounted, plain = an_order(off="7.50"), an_order()
    discounted_id, plain_id = await reads.given(discounted, plain)

    seen = await reads.get(discounted_id)

    assert seen == discounted.build().view()
    assert [(discount.code, str(discount.amount)) for discount in seen.discounts] == [("SAVE", "7.50")]
    assert (str(seen.discount_total), str(seen.total_amount)) == ("7.50", "12.50")
    assert (await reads.get(plain_id)).discounts == ()


async def test_an_order_that_was_changed_is_read_with_what_it_gets_off_now(reads: OrderReads) -> None:
    (order_id,) = await reads.given(an_order(method=PaymentMethod.CASH, off="7.50", points="1.00"))
    shown = a_preview(1, {1: "2.50"}, {"SAVE": "2.50"})

    updated = await reads.app.send(an_update(order_id, (1, 1), preview=shown))
    await reads.project()

    assert await reads.get(order_id) == updated.order
    assert [(discount.code, str(discount.amount)) for discount in updated.order.discounts] == [("SAVE", "2.50")]


async def test_what_was_chosen_is_read_as_it_was_ordered(reads: OrderReads) -> None:
    item = replace(an_item(), product_id=7, options=(("Colour", "Red"), ("Size", "S")))
    (order_id,) = await reads.given(an_order(items=(item, an_item(product_item_id=2))))

    seen = await reads.get(order_id)

    assert seen == (await reads.app.order(order_id)).view()
    assert [(item.product_id, item.options) for item in seen.items] == [(7, item.options), (0, ())]
    shown = order_message(seen, IDS).items
    assert [(item.product_id, [option.value for option in item.options]) for item in shown] == [
        ("7", ["Red", "S"]),
        ("", []),
    ]


async def test_changes_are_read_once_projected(reads: OrderReads) -> None:
    (order_id,) = await reads.given(an_order())

    async with reads.app.open_uow() as uow:
        order = await uow.orders.get(order_id)
        uow.emit(*order.cancel(reason="changed my mind", at=AT))
        await uow.orders.save([order])
        await uow.commit()
    await reads.project()

    seen = await reads.get(order_id)
    assert seen == order.view()
    assert (seen.status, seen.cancel_reason) == (Status.CANCELLED, "changed my mind")


async def test_an_order_with_all_its_parts_is_projected_with_one_statement(reads: OrderReads) -> None:
    await reads.app.given(an_order(off="7.50"))
    sent: list[str] = []
    event.listen(reads.read.sync_engine, "before_cursor_execute", lambda *of_call: sent.append(of_call[2]))

    await reads.project()

    (statement,) = sent
    assert "INSERT INTO orders " in statement


async def test_orders_of_a_rare_status_are_found_without_reading_the_others(reads: OrderReads) -> None:
    await reads.given(an_order().paid())
    copied = "(jsonb_populate_record(orders, jsonb_build_object('id', 1000000 + number))).*"
    rare = "SELECT * FROM orders WHERE status = 'CANCELLED' ORDER BY placed_at DESC, id DESC LIMIT 11"
    async with reads.read.begin() as connection:
        await connection.execute(
            text(f"INSERT INTO orders SELECT {copied} FROM orders, generate_series(1, 3000) number")
        )
        await connection.execute(text("ANALYZE orders"))
        plan = "\n".join((await connection.execute(text(f"EXPLAIN {rare}"))).scalars())

    assert "using ix_orders_status" in plan, plan


async def test_orders_are_found_by_a_key_of_their_metadata(reads: OrderReads) -> None:
    app, web, _ = [
        await reads.app.placed(replace(a_placing(number), metadata=metadata, note="ring twice"))
        for number, metadata in enumerate(({"channel": "app", "n.1": 'a "b"'}, {"channel": "web"}, {}), 1)
    ]
    await reads.project()

    assert await reads.listed(filter='metadata.channel = "app"') == [app.id]
    assert await reads.listed(filter=r'metadata.n.1 = "a \"b\"" AND metadata.channel = app') == [app.id]
    assert await reads.listed(filter="metadata.channel = web AND status = ORDER_STATUS_PAID") == []
    assert await reads.listed(filter="metadata.channel = ap") == []
    shown = await reads.get(web.id)
    assert (shown.metadata, shown.note) == ({"channel": "web"}, "ring twice")
    for wrong in ("metadata = x", "metadata.channel != x", "status.x = ORDER_STATUS_PAID"):
        with pytest.raises(InvalidArgument):
            await reads.listed(filter=wrong)


async def test_orders_with_rare_metadata_are_found_without_reading_the_others(reads: OrderReads) -> None:
    await reads.app.send(replace(a_placing(), metadata={"channel": "web"}))
    await reads.project()
    copied = (
        "(jsonb_populate_record(orders, jsonb_build_object('id', 1000000 + number, "
        "'metadata', jsonb_build_object('channel', 'c' || number % 500)))).*"
    )
    rare = 'SELECT * FROM orders WHERE metadata @> \'{"channel": "c7"}\' ORDER BY placed_at DESC, id DESC LIMIT 11'
    async with reads.read.begin() as connection:
        await connection.execute(
            text(f"INSERT INTO orders SELECT {copied} FROM orders, generate_series(1, 3000) number")
        )
        await connection.execute(text("ANALYZE orders"))
        plan = "\n".join((await connection.execute(text(f"EXPLAIN {rare}"))).scalars())

    assert "on ix_orders_metadata" in plan, plan


async def test_only_owners_their_teams_and_administrators_see_an_order(reads: OrderReads) -> None:
    own, of_the_team = await reads.given(an_order(), an_order(owner="another", team="red"))
    member = Caller.person("shopper-2", team_ids=("blue", "red"))

    assert (await reads.get(own)).id == own
    assert (await reads.get(of_the_team, caller=member)).id == of_the_team
    assert {(await reads.get(order_id, caller=ADMIN)).id for order_id in (own, of_the_team)} == {own, of_the_team}
    for order_id, stranger in ((of_the_team, PERSON), (own, member), (own, Caller.person("stranger"))):
        with pytest.raises(OrderNotFound):
            await reads.get(order_id, caller=stranger)


async def test_an_order_that_is_not_projected_yet_is_unavailable_and_not_missing(reads: OrderReads) -> None:
    order_id = await reads.app.given(an_order())

    with pytest.raises(Unavailable, match="try again"):
        await reads.get(order_id)
    with pytest.raises(OrderNotFound):
        await reads.get(order_id, caller=Caller.person("stranger"))
    await reads.project()
    assert (await reads.get(order_id)).id == order_id


async def test_a_reader_waits_for_what_it_was_told_of_by_its_position(reads: OrderReads) -> None:
    order = an_order(owner="another").build()
    async with reads.app.open_uow() as uow:
        await uow.orders.add([order])
        position = await uow.commit()

    with pytest.raises(Unavailable):
        await reads.get(order.id, caller=ADMIN, position=position)


async def test_a_reader_waits_until_the_projection_is_there(reads: OrderReads) -> None:
    read_your_writes = ReadYourWrites(reads.write, flush=soon, read_time=unknown)
    patient = OrderQueries(reads.read, read_your_writes, IDS, OrderCreators(reads.write).of)
    order_id = await reads.app.given(an_order())

    with request_context(RequestContext(caller=PERSON)):
        reading = asyncio.create_task(patient.get_order(order_id))
    await reads.project()

    assert (await reading).id == order_id


async def test_a_list_has_ones_own_orders_newest_first(reads: OrderReads) -> None:
    middle, newest, oldest, _ = await reads.given(placed(2), placed(3), placed(1), placed(4, owner="another"))

    assert await reads.listed() == [newest, middle, oldest]


async def test_a_list_has_the_orders_of_ones_teams(reads: OrderReads) -> None:
    own, of_the_team, _ = await reads.given(
        placed(1), placed(2, owner="another", team="red"), placed(3, owner="another", team="blue")
    )

    assert await reads.listed(caller=Caller.person(SHOPPER, team_ids=("red",))) == [of_the_team, own]


async def test_a_list_of_a_member_has_the_orders_of_all_teams_page_by_page(reads: OrderReads) -> None:
    owners = [{"owner": SHOPPER}, {"owner": SHOPPER, "team": "red"}, {"owner": "b", "team": "red"}, {"team": "blue"}]
    ids = await reads.given(*(placed(seconds, **owners[seconds % 4]) for seconds in range(12)))
    await reads.given(placed(20, owner="another", team="green"), placed(21, owner="another"))
    member, found, token = Caller.person(SHOPPER, team_ids=("red", "blue")), list[int](), ""

    for expected in (5, 5, 2):
        page = await reads.page(caller=member, size=5, token=token)
        assert len(page.orders) == expected
        found, token = [*found, *(order.id for order in page.orders)], page.next_page_token

    assert (found, token) == (ids[::-1], "")
    of_red = 'team_id = red AND placed_at < "2100-01-01T00:00:00Z"'
    assert await reads.listed(caller=member, filter=of_red) == [id for n, id in enumerate(ids) if n % 4 in (1, 2)][::-1]


async def test_pages_go_on_where_they_ended_although_new_orders_came(reads: OrderReads) -> None:
    # Two at the same moment: the id decides.
    ids = await reads.given(*(placed(number // 2) for number in range(12)))

    first = await reads.page(size=5)
    await reads.given(placed(100), placed(101))
    second = await reads.page(size=5, token=first.next_page_token)
    third = await reads.page(size=5, token=second.next_page_token)

    assert [order.id for page in (first, second, third) for order in page.orders] == sorted(ids, reverse=True)
    assert (first.next_page_token != "", third.next_page_token) == (True, "")


async def test_a_page_has_ten_orders_unless_asked_and_never_more_than_fifty(reads: OrderReads) -> None:
    await reads.given(*(placed(number) for number in range(51)))

    assert [len((await reads.page(size=size)).orders) for size in (0, 7, 50, 1000)] == [10, 7, 50, 50]


async def test_a_list_is_filtered_by_status_and_time(reads: OrderReads) -> None:
    waiting, paid, refused = await reads.given(placed(1), placed(2).paid(), placed(3).refused())
    after_the_first = f'placed_at > "{(AT + timedelta(seconds=1)).isoformat()}"'

    assert await reads.listed(filter="status = ORDER_STATUS_PAID") == [paid]
    assert await reads.listed(filter="status = PAID") == [paid]
    assert await reads.listed(filter="status != ORDER_STATUS_PAID") == [refused, waiting]
    assert await reads.listed(filter=after_the_first) == [refused, paid]
    assert await reads.listed(filter=f"status = ORDER_STATUS_PAID AND {after_the_first}") == [paid]
    assert await reads.listed(filter='placed_at < "2020-01-01T00:00:00Z"') == []


@pytest.mark.parametrize("filter", ["status = SOLD", "status > ORDER_STATUS_PAID", "created_by = someone", "status"])
async def test_a_filter_at_fault_is_refused(reads: OrderReads, filter: str) -> None:
    with pytest.raises(InvalidArgument, match="filter at character"):
        await reads.page(filter=filter)


async def test_a_page_token_is_good_for_its_filter_only(reads: OrderReads) -> None:
    await reads.given(placed(1), placed(2))
    token = (await reads.page(size=1)).next_page_token

    for bad, filter in ((token, "status = ORDER_STATUS_PAID"), ("bm9uc2Vuc2U", ""), ("ä", ""), (token[:-3], "")):
        with pytest.raises(InvalidArgument, match="pageToken"):
            await reads.page(token=bad, filter=filter)


async def test_a_read_that_is_cancelled_leaves_its_connection_whole(reads: OrderReads) -> None:
    (order_id,) = await reads.given(an_order())

    async with reads.read.begin() as blocking:
        await blocking.execute(text("LOCK TABLE orders"))
        reading = asyncio.create_task(reads.get(order_id))
        await eventually(reads.somebody_waits)
        backends = await reads.backends()
        reading.cancel()
        await asyncio.wait([reading])

    assert reading.cancelled()
    assert (await reads.get(order_id)).id == order_id
    assert backends <= await reads.backends()


async def test_the_migration_makes_the_tables_that_the_queries_read(reads: OrderReads) -> None:
    def differences(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(
            connection, opts={"include_name": lambda name, kind, _: (kind, name) != ("table", "alembic_version")}
        )
        return list(compare_metadata(context, ReadBase.metadata))

    # SQLAlchemy reflects tables on drivers that know PostgreSQL's arrays.
    engine = make_engine(reads.read.url.set(drivername="postgresql+asyncpg"), application_name="tests")
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_administrators_list_everybodys_orders_by_status_person_and_time(reads: OrderReads) -> None:
    first, second, third = await reads.given(
        placed(1), placed(2, owner="another").paid(), placed(3, owner="another", team="red").cancelled()
    )
    later = (AT + timedelta(seconds=2)).isoformat()

    assert await reads.all_listed(size=1) == [third, second, first]
    assert await reads.all_listed(filter='created_by = "another"') == [third, second]
    assert await reads.all_listed(filter=f"created_by = {SHOPPER}") == [first]
    assert await reads.all_listed(filter="status = ORDER_STATUS_PAID AND created_by = another") == [second]
    assert await reads.all_listed(filter=f'placed_at >= "{later}" AND created_by != {SHOPPER}') == [third, second]
    with pytest.raises(InvalidArgument, match="created_by"):
        await reads.page(filter="created_by = another")


async def test_a_page_of_the_largest_orders_is_cut_where_clients_would_refuse_it(reads: OrderReads) -> None:
    def largest() -> tuple[Item, ...]:
        return tuple(an_item(product_item_id=n, name=LETTER * 255) for n in range(100))

    ids = await reads.given(*(placed(n, items=largest()) for n in range(30)))
    api, seen, token = order_api(reads.queries), list[str](), ""

    with request_context(RequestContext(caller=PERSON)):
        while not seen or token:
            reply = await api.list_orders(ListOrdersRequest(page_size=50, page_token=token))
            page = codec(ListOrdersResponse).decode(reply)
            assert 0 < len(page.orders) < len(ids)
            assert len(reply) < 4 * 1024 * 1024
            seen += [order.id for order in page.orders]
            token = page.next_page_token

    assert seen == [IDS.of_order(number) for number in sorted(ids, reverse=True)]
