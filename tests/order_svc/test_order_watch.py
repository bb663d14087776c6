"""Live streams of orders: events arrive once, in order and without a gap, and only at subscribers they concern."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing
from dataclasses import replace
from decimal import Decimal

import pytest
from easyorder.common.v1 import PaymentStatus
from easyorder.order.v1 import OrderStatus, PaymentOutcome, RefundState

from chassis.context import Caller
from chassis.errors import InvalidArgument, Kind, Unavailable
from chassis.events import PublishedEvent
from chassis.google_types import amount_message
from chassis.grpc.status import from_status
from chassis.money import Money
from edge.openapi.comments import comments
from order_svc.domain.errors import OrderNotFound
from order_svc.domain.feed import EventsPurged
from order_svc.domain.status import Status
from order_svc.domain.views import OrderView
from order_svc.watch.subscriptions import SubscriberTooSlow
from tests.builders.order import AT, PARCEL, SHOPPER, OrderBuilder, an_order
from tests.builders.order_ids import IDS, positions_of
from tests.order_svc.watch_app import WatchApp
from tests.polling import eventually
from tests.watching import Watching, content

STOPPING = Unavailable("this server is stopping")
ADMIN = Caller.person("admin-1", admin=True)


@pytest.fixture
def app() -> WatchApp:
    return WatchApp()


async def test_an_order_is_shown_as_it_stands_and_then_all_that_follows_to_the_end(app: WatchApp) -> None:
    order = app.given(an_order())

    async with app.watch(order.id) as watching:
        await watching.hears(1)
        app.happens(order.charge_put_off(reason="no answer", at=AT, next_attempt=AT))
        app.happens([*order.charged(at=AT), *order.ship(PARCEL, at=AT), *order.deliver(at=AT)])
        snapshot, put_off, charged, paid, shipped, delivered = await watching.ends()

    assert snapshot.order_snapshot is not None
    assert snapshot.order_snapshot.order is not None
    assert snapshot.order_snapshot.order.status is OrderStatus.CONFIRMED
    assert put_off.payment_attempt is not None
    assert put_off.payment_attempt.outcome is PaymentOutcome.TRANSIENT
    assert put_off.payment_attempt.next_attempt_time == AT
    assert charged.payment_attempt is not None
    assert (charged.payment_attempt.number, charged.payment_attempt.outcome) == (2, PaymentOutcome.CHARGED)
    assert paid.order_status_changed is not None
    assert (paid.order_status_changed.from_status, paid.order_status_changed.to_status) == (
        OrderStatus.CONFIRMED,
        OrderStatus.PAID,
    )
    assert paid.order_status_changed.order is not None
    assert paid.order_status_changed.order.paid_at == AT
    moves = [message.order_status_changed for message in (shipped, delivered)]
    assert [move and move.to_status for move in moves] == [OrderStatus.SHIPPED, OrderStatus.DELIVERED]
    assert watching.sequences == [1, 2, 3, 4, 5, 6]
    assert {message.order_id for message in watching.messages} == {IDS.of_order(order.id)}
    assert app.order_watch.subscribers == 0


async def test_what_codes_took_off_is_told_after_the_order_and_leaves_no_gap(app: WatchApp) -> None:
    order = app.given(an_order(off="7.50").paid().cancelled())

    async with app.watch(order.id, after=0) as watching:
        created, with_incentive, *_ = await watching.ends()

    assert created.order_created is not None
    stream_event = with_incentive.order_created_with_incentive
    assert stream_event is not None
    assert [(discount.code, discount.amount) for discount in stream_event.discounts] == [
        ("SAVE", amount_message(Decimal("7.50"), "USD"))
    ]
    assert (stream_event.sub_total, stream_event.total_amount) == (
        amount_message(Decimal("20.00"), "USD"),
        amount_message(Decimal("12.50"), "USD"),
    )
    assert watching.sequences == list(range(1, order.sequence + 1))


async def test_a_refund_is_told_when_it_is_promised_and_when_it_is_given(app: WatchApp) -> None:
    order = app.given(an_order().paid())
    promised = order.sequence + 1

    async with app.watch() as watching:
        await eventually(lambda: watching.messages)
        refund, events = order.refund(Money.of("4.50", "USD"), (), reason="scratched", at=AT)
        app.happens(events)
        app.happens(order.refund_given(refund, at=AT))
        await watching.hears(2)
    async with app.watch(order.id, after=promised - 1) as resumed:
        await resumed.hears(2)

    first, second = (message.payment_refund for message in watching.heard)
    assert first is not None
    assert second is not None
    assert (first.state, second.state) == (RefundState.PROMISED, RefundState.GIVEN)
    assert first.amount == second.amount == amount_message(Decimal("4.50"), "USD")
    assert second.order is not None
    assert second.order.payments[-1].status is PaymentStatus.PARTIALLY_REFUNDED
    assert resumed.sequences == [promised, promised + 1]


async def test_of_an_order_in_a_final_status_there_is_only_the_snapshot(app: WatchApp) -> None:
    order = app.given(an_order().cancelled())

    async with app.watch(order.id) as watching:
        (snapshot,) = await watching.ends()

    assert snapshot.order_snapshot is not None
    assert snapshot.sequence == order.sequence


@pytest.mark.parametrize(
    "given",
    [an_order, lambda: an_order().paid(), lambda: an_order().paid().shipped(), lambda: an_order().refused()],
    ids=["CONFIRMED", "PAID", "SHIPPED", "FAILED"],
)
async def test_a_status_that_can_change_does_not_end_the_stream(given: Callable[[], OrderBuilder]) -> None:
    app = WatchApp(heartbeat_s=0.01)
    order = app.given(given())

    async with app.watch(order.id) as watching:
        await eventually(lambda: len(watching.messages) >= 3)

    assert not order.status.is_final
    assert [content(message) for message in watching.messages[:3]] == ["order_snapshot", "heartbeat", "heartbeat"]


def test_the_contract_names_the_final_statuses() -> None:
    final = " or ".join(status.name for status in Status if status.is_final)

    assert f"ends after a final status: {final}." in comments()["easyorder.order.v1.OrderWatchService.WatchOrder"]


async def test_what_the_snapshot_shows_is_not_told_again(app: WatchApp) -> None:
    order = app.given(an_order())
    late = app.feed.publish(order.charge_put_off(reason="no answer", at=AT, next_attempt=AT))

    async with app.watch(order.id) as watching:
        await watching.hears(1)
        app.order_watch.dispatch(late)
        app.happens(order.cancel(reason="changed my mind", at=AT))
        await watching.ends()

    assert watching.sequences == [2, 3]


async def test_what_happens_while_the_snapshot_is_taken_is_told(app: WatchApp) -> None:
    order = app.given(an_order())
    as_it_was = order.view()

    async def meanwhile_it_is_cancelled(order_id: int) -> OrderView:
        app.happens(order.cancel(reason="changed my mind", at=AT))
        return as_it_was

    app.order_watch._load_order = meanwhile_it_is_cancelled
    async with app.watch(order.id) as watching:
        await watching.ends()

    assert watching.sequences == [1, 2]


async def test_what_was_published_before_the_stream_and_not_delivered_is_told(app: WatchApp) -> None:
    order = app.given(an_order())
    before = order.view()
    app.happens(order.cancel(reason="changed my mind", at=AT), delivered=False)

    async def load_order(order_id: int) -> OrderView:
        return before

    app.order_watch._load_order = load_order
    async with app.watch(order.id) as watching:
        await watching.ends()

    assert watching.sequences == [1, 2]


async def test_a_gap_is_filled_from_the_feed(app: WatchApp) -> None:
    order = app.given(an_order())

    async with app.watch(order.id) as watching:
        await watching.hears(1)
        app.happens(order.charge_put_off(reason="no answer", at=AT, next_attempt=AT), delivered=False)
        app.happens(order.cancel(reason="changed my mind", at=AT))
        await watching.ends()

    assert watching.sequences == [1, 2, 3]


async def test_what_is_delivered_twice_is_told_once(app: WatchApp) -> None:
    order = app.given(an_order())

    async with app.watch(order.id) as watching:
        await watching.hears(1)
        app.order_watch.dispatch(app.happens(order.charge_put_off(reason="no answer", at=AT, next_attempt=AT)))
        app.happens(order.cancel(reason="changed my mind", at=AT))
        await watching.ends()

    assert watching.sequences == [1, 2, 3]


async def test_a_resumed_stream_has_no_snapshot_and_misses_nothing(app: WatchApp) -> None:
    order = app.given(an_order().paid())

    async with app.watch(order.id, after=1) as watching:
        attempt, paid = await watching.hears(2)

    assert (content(attempt), content(paid)) == ("payment_attempt", "order_status_changed")
    assert watching.sequences == [2, 3]


async def test_a_stream_that_is_resumed_where_nothing_is_new_is_confirmed_at_once(app: WatchApp) -> None:
    order = app.given(an_order().paid())

    async with app.watch(order.id, after=order.sequence) as watching:
        (confirmed,) = await eventually(lambda: watching.messages[:1])

    assert (content(confirmed), confirmed.sequence) == ("heartbeat", order.sequence)


@pytest.mark.reaches("EVENTS_PURGED")
@pytest.mark.parametrize("purged", [2, 3])
async def test_nobody_resumes_after_what_is_no_longer_kept(app: WatchApp, purged: int) -> None:
    order = app.given(an_order().paid())
    assert order.sequence == 3
    app.feed.purged = purged

    async with app.watch(order.id, after=1) as watching:
        with pytest.raises(EventsPurged):
            await watching.ends()
    assert watching.heard == []


async def test_a_stream_that_is_resumed_after_its_end_ends(app: WatchApp) -> None:
    order = app.given(an_order().cancelled())

    async with app.watch(order.id, after=order.sequence) as watching:
        assert await watching.ends() == []


async def test_a_resumed_stream_goes_on_to_the_final_status(app: WatchApp) -> None:
    order = app.given(an_order().paid().cancelled())

    async with app.watch(order.id, after=2) as watching:
        paid, cancelled = await watching.ends()

    assert paid.order_status_changed is not None
    assert cancelled.order_status_changed is not None
    assert cancelled.order_status_changed.to_status is OrderStatus.CANCELLED


@pytest.mark.parametrize(
    ("of_one", "refusal"),
    [(True, "afterSequence must be at most 1, the "), (False, "resumeToken is later than the last event")],
)
async def test_nobody_resumes_after_what_has_not_happened(app: WatchApp, of_one: bool, refusal: str) -> None:
    order = app.given(an_order())

    async with app.watch(order.id if of_one else None, after=2) as watching:
        with pytest.raises(InvalidArgument, match=refusal):
            await watching.ends()

    assert watching.messages == []
    assert app.order_watch.subscribers == 0


async def test_somebody_elses_order_does_not_exist(app: WatchApp) -> None:
    order = app.given(an_order(owner="another"))

    for after_sequence in (None, 0):
        async with Watching(app.stream(order.id, after=after_sequence)) as watching:
            with pytest.raises(OrderNotFound):
                await watching.ends()

    assert app.order_watch.subscribers == 0


async def test_everybody_hears_what_is_theirs_and_their_teams_and_administrators_hear_all(app: WatchApp) -> None:
    in_a_team = Caller.person("shopper-2", team_ids=("red", "blue"))
    async with (
        Watching(app.stream(caller=Caller.person(SHOPPER))) as shopper,
        Watching(app.stream(caller=in_a_team)) as member,
        Watching(app.stream(caller=Caller.person("stranger"))) as stranger,
        Watching(app.stream(caller=ADMIN)) as admin,
    ):
        await eventually(lambda: app.order_watch.subscribers == 4)
        own = app.given(an_order())
        of_the_team = app.given(an_order(team="red"))
        of_the_member = app.given(an_order(owner="shopper-2", team="blue"))
        app.happens(own.charge_given_up(reason="no answer", detail="no answer", at=AT))
        await admin.hears(6)
        await shopper.hears(4)
        await member.hears(2)

    assert {message.order_id for message in shopper.heard} == {IDS.of_order(own.id), IDS.of_order(of_the_team.id)}
    assert [message.order_id for message in member.heard] == [
        IDS.of_order(of_the_team.id),
        IDS.of_order(of_the_member.id),
    ]
    assert stranger.heard == []
    assert "admin_alert" not in {content(message) for message in shopper.heard}
    assert admin.heard[-1].admin_alert is not None
    assert admin.heard[-1].admin_alert.detail == "no answer"
    assert positions_of(admin.heard) == [1, 2, 3, 4, 5, 6]


async def test_a_stream_of_all_begins_now_and_says_where_that_is(app: WatchApp) -> None:
    app.given(an_order())

    async with app.watch() as watching:
        await eventually(lambda: app.order_watch.subscribers == 1)
        app.given(an_order())
        (created,) = await watching.hears(1)

    assert content(watching.messages[0]) == "heartbeat"
    assert watching.messages[0].sequence == 0
    assert (content(created), created.sequence) == ("order_created", 1)
    assert positions_of(watching.messages) == [1, 2]


async def test_a_stream_of_all_resumes_across_pages_while_more_happens(app: WatchApp) -> None:
    orders = [app.given(an_order()) for _ in range(1100)]
    read_page = app.feed.after

    async def read_while_more_happens(position: int, *, limit: int = 1000) -> list[PublishedEvent]:
        app.happens(orders.pop().charge_put_off(reason="no answer", at=AT, next_attempt=AT))
        page = await read_page(position, limit=limit)
        app.happens(orders.pop().charge_put_off(reason="no answer", at=AT, next_attempt=AT))
        return page

    app.feed.after = read_while_more_happens  # type: ignore[method-assign]
    async with app.watch(after=3) as watching:
        await eventually(lambda: app.order_watch.subscribers == 1)
        app.happens(orders.pop().charged(at=AT))
        await eventually(lambda: len(watching.heard) == len(app.feed.published) - 3)

    assert positions_of(watching.heard) == [published.position for published in app.feed.published[3:]]


@pytest.mark.parametrize("page", [1, 2])
async def test_a_slow_reader_learns_that_what_it_lacks_was_purged(app: WatchApp, page: int) -> None:
    for _ in range(1100):
        app.given(an_order())
    read_page = app.feed.after

    async def read_after_a_purge(position: int, *, limit: int = 1000) -> list[PublishedEvent]:
        app.feed.purged = 600 if position == (3 if page == 1 else 503) else 0
        return await read_page(position, limit=limit)

    app.feed.after = read_after_a_purge  # type: ignore[method-assign]
    async with app.watch(after=3) as watching:
        *read, last = await watching.ends()

    assert last.error is not None
    assert isinstance(from_status(last.error), EventsPurged)
    assert positions_of([last]) == [3 if page == 1 else 503]
    assert len(read) == 500 * (page - 1)


async def test_a_resumed_stream_of_all_has_only_what_is_the_callers_own(app: WatchApp) -> None:
    app.given(an_order(owner="another"))
    own = app.given(an_order())

    async with app.watch(after=0) as watching:
        await watching.hears(1)
        await eventually(lambda: app.order_watch.subscribers == 1)

    assert [message.order_id for message in watching.heard] == [IDS.of_order(own.id)]


async def test_what_is_ones_own_and_ones_teams_is_told_once() -> None:
    app = WatchApp(unread_limit=1)
    member = Caller.person(SHOPPER, team_ids=("red",))

    async with Watching(app.stream(caller=member)) as watching:
        await eventually(lambda: app.order_watch.subscribers == 1)
        app.given(an_order(team="red"))
        await watching.hears(1)
        app.given(an_order(team="red"))
        await watching.hears(2)

    assert positions_of(watching.heard) == [1, 2]


@pytest.mark.parametrize(("caller", "last"), [(Caller.person(SHOPPER), 3), (ADMIN, 4)])
async def test_alerts_of_an_order_are_for_administrators(app: WatchApp, caller: Caller, last: int) -> None:
    order = app.given(an_order())
    app.happens(order.charge_given_up(reason="no answer", detail="no answer", at=AT))

    async with Watching(app.stream(order.id, after=0, caller=caller)) as watching:
        await watching.hears(last)
        app.streams.end_all(STOPPING)
        *events, ending = await watching.ends()

    assert [message.sequence for message in events] == list(range(1, last + 1))
    assert ending.error is not None


async def test_a_silent_stream_shows_that_it_lives_and_where_to_resume() -> None:
    app = WatchApp(heartbeat_s=0.01)
    order = app.given(an_order())

    async with app.watch(order.id) as of_one, app.watch() as of_all:
        await eventually(lambda: [content(message) for message in of_one.messages[1:2]] == ["heartbeat"])
        # Of no concern to this shopper, but to be skipped by whoever resumes.
        app.given(an_order(owner="another"))
        await eventually(lambda: positions_of(of_all.messages[-1:]) == [2])

    # Nor do tokens tell whether anything happened to the orders of others.
    assert len({message.resume_token for message in of_all.messages}) == len(of_all.messages)
    assert of_one.messages[-1].sequence == 1
    assert of_one.messages[-1].order_id == IDS.of_order(order.id)
    assert of_all.heard == []


@pytest.mark.reaches("SUBSCRIBER_TOO_SLOW")
async def test_a_slow_subscriber_learns_where_to_resume() -> None:
    app = WatchApp(unread_limit=2)
    order = app.given(an_order())

    async with aclosing(app.stream(order.id)) as slow, app.watch(order.id) as quick:
        read = [await anext(slow)]
        await quick.hears(1)
        app.happens(order.charge_put_off(reason="no answer", at=AT, next_attempt=AT))
        read.append(await anext(slow))
        for heard in range(3, 7):
            app.happens(order.charge_put_off(reason="no answer", at=AT, next_attempt=AT))
            await quick.hears(heard)
        (last,) = [message async for message in slow]
        app.happens(order.cancel(reason="changed my mind", at=AT))
        await quick.ends()

    assert last.error is not None
    assert isinstance(from_status(last.error), SubscriberTooSlow)
    assert last.error.code == Kind.RESOURCE_EXHAUSTED.value
    assert last.sequence == read[-1].sequence
    async with app.watch(order.id, after=last.sequence) as resumed:
        await resumed.ends()
    assert quick.sequences == [*(message.sequence for message in read), *resumed.sequences]


async def test_a_stream_that_has_to_end_says_why_and_where_to_resume(app: WatchApp) -> None:
    order = app.given(an_order())

    async with app.watch(order.id) as of_one, app.watch() as of_all:
        await eventually(lambda: app.order_watch.subscribers == 2)
        app.streams.end_all(STOPPING)
        endings = [(await watching.ends())[-1] for watching in (of_one, of_all)]

    for ending in endings:
        assert ending.error is not None
        assert isinstance(from_status(ending.error), Unavailable)
    of_order, of_many = endings
    assert (of_order.sequence, of_order.order_id) == (1, IDS.of_order(order.id))
    assert IDS.resume_tokens.sequence(of_order.resume_token, order.id, "resumeToken") == 1
    assert (of_many.sequence, of_many.order_id) == (0, "")
    assert positions_of([of_many]) == [1]


async def test_so_does_one_that_is_still_reading_what_it_missed(app: WatchApp) -> None:
    for _ in range(3):
        app.given(an_order())

    async with aclosing(app.stream(after=0)) as resumed:
        read = [await anext(resumed), await anext(resumed)]
        app.streams.end_all(STOPPING)
        (last,) = [message async for message in resumed]

    assert last.error is not None
    assert isinstance(from_status(last.error), Unavailable)
    assert positions_of([last, read[-1]]) == [1, 1]


async def test_a_failure_is_the_last_message_and_names_only_a_correlation_id(app: WatchApp) -> None:
    order = app.given(an_order())

    async def fail(aggregate_id: int, *, after_sequence: int) -> list[PublishedEvent]:
        raise RuntimeError("secret of the house")

    async with app.watch(order.id) as watching:
        await watching.hears(1)
        app.feed.of_aggregate = fail  # type: ignore[method-assign]
        order.charge_put_off(reason="no answer", at=AT, next_attempt=AT)
        app.happens(order.charged(at=AT))
        with pytest.raises(RuntimeError):
            await watching.ends()

    ending = watching.messages[-1]
    assert ending.error is not None
    assert ending.error.code == Kind.INTERNAL.value
    assert "secret" not in ending.error.message
    assert ending.sequence == 1


async def test_an_event_is_turned_into_a_message_once_for_all_who_hear_it(app: WatchApp) -> None:
    order = app.given(an_order())

    async with app.watch(order.id) as one, app.watch(order.id) as other, app.watch() as of_all:
        await eventually(lambda: app.order_watch.subscribers == 3)
        app.happens(order.cancel(reason="changed my mind", at=AT))
        await one.ends()
        await other.ends()
        await of_all.hears(1)

    assert one.heard[1:] == other.heard[1:]
    assert all(a is b for a, b in zip(one.heard[1:], other.heard[1:], strict=True))
    assert of_all.heard[-1].order_status_changed is one.heard[-1].order_status_changed


async def test_an_event_of_a_later_version_is_passed_over(app: WatchApp) -> None:
    order = app.given(an_order())

    async with app.watch(order.id) as watching:
        await watching.hears(1)
        attempt, paid = order.charged(at=AT)
        app.happens([replace(attempt, kind="order_teleported"), paid])
        app.happens(order.cancel(reason="changed my mind", at=AT))
        await watching.ends()

    assert watching.sequences == [1, 3, 4]
