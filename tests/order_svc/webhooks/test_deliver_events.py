"""Every event reaches its webhook at least once, in the order of its order, whatever ends in between."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random

import pytest
from easyorder.order.v1 import OrderEvent
from google.protobuf.json_format import Parse
from sqlalchemy.event import listen

from chassis.jobs import Backoff
from chassis.wire import codec
from order_svc.domain.feed import EventsPurged
from order_svc.webhooks.commands.create_webhook import CreateWebhook
from order_svc.webhooks.commands.delete_webhook import DeleteWebhook
from order_svc.webhooks.commands.redeliver_webhook_event import RedeliverWebhookEvent
from order_svc.webhooks.commands.replay_webhook_events import ReplayWebhookEvents
from order_svc.webhooks.commands.rotate_webhook_secret import RotateWebhookSecret
from order_svc.webhooks.commands.update_webhook import UpdateWebhook
from order_svc.webhooks.domain.delivery import DeliveryState
from order_svc.webhooks.domain.signatures import secret_of, shown
from order_svc.webhooks.domain.webhook import Webhook
from tests.builders.order import an_order
from tests.builders.order_ids import IDS
from tests.order_svc.webhooks.bench import Bench, Process, an_attempt, in_order_of_each
from tests.order_svc.webhooks.receiver import OK, answer
from tests.polling import eventually


async def created(process: Process, url: str, **fields: object) -> Webhook:
    return await process.send(CreateWebhook(webhook=Webhook(url=url, **fields)))  # type: ignore[arg-type]


def secret(process: Process, secret_id: str) -> str:
    return shown(secret_of(process.handler.key, secret_id))


def orders(bench: Bench) -> set[str]:
    """The ids of the orders whose events were taken."""
    return {request.event["orderId"] for request in bench.receiver.taken}


async def states(bench: Bench) -> list[str]:
    return [row["state"] for row in await bench.rows("SELECT state FROM webhook_delivery ORDER BY position")]


async def test_an_order_event_is_sent_as_the_contract_says_and_signed(bench: Bench) -> None:
    process = await bench.process()
    webhook = await created(process, bench.receiver.url)
    builder = an_order().paid()

    await bench.publish(*builder.events)

    await eventually(lambda: len(bench.receiver.taken) == len(builder.events))
    taken = bench.receiver.taken
    for request, event in zip(taken, builder.events, strict=True):
        assert request.is_signed_with(secret(process, webhook.secret_id))
        assert request.id == f"evt_{IDS.of_order(event.aggregate_id)}_{event.sequence}"
        message = Parse(request.body, codec(OrderEvent).parse(b""))
        assert (message.order_id, message.sequence) == (IDS.of_order(event.aggregate_id), event.sequence)  # type: ignore[attr-defined]
    assert taken[0].event["orderCreated"]["order"]["status"] == "ORDER_STATUS_CONFIRMED"


async def test_only_the_kinds_that_it_wants(bench: Bench) -> None:
    process = await bench.process()
    await created(process, bench.receiver.url, kinds=("order_status_changed",))
    builder = an_order().paid()

    await bench.publish(*builder.events, an_attempt(7, 1))

    wanted = [event for event in builder.events if event.kind == "order_status_changed"]
    await eventually(lambda: len(bench.receiver.taken) == len(wanted))
    assert all("orderStatusChanged" in request.event for request in bench.receiver.taken)
    assert len(await states(bench)) == len(wanted)


async def test_an_event_that_fails_holds_those_of_its_order_only(bench: Bench) -> None:
    process = await bench.process()
    await created(process, bench.receiver.url)
    stuck = f"evt_{IDS.of_order(1)}_1"
    bench.receiver.answers = lambda headers: answer(500) if headers["webhook-id"] == stuck else OK

    await bench.publish(*[an_attempt(order, sequence) for sequence in (1, 2) for order in (1, 2, 3)])
    await eventually(lambda: any(request.id == stuck for request in bench.receiver.requests))
    # What comes later waits too.
    await bench.publish(*[an_attempt(order, 3) for order in (1, 2, 3)])

    await eventually(lambda: len(bench.receiver.taken) == 6)
    assert {request.event["orderId"] for request in bench.receiver.taken} == {IDS.of_order(2), IDS.of_order(3)}
    assert (await states(bench)).count("WAITING") == 2
    bench.receiver.answers = lambda headers: OK
    await eventually(lambda: len(bench.receiver.taken) == 9)
    assert in_order_of_each(bench.receiver.taken)


async def test_an_event_is_given_up_after_a_time_and_those_after_it_go_on(bench: Bench) -> None:
    process = await bench.process(webhook_retry_hours=0.2 / 3600)
    await created(process, bench.receiver.url)
    stuck = f"evt_{IDS.of_order(1)}_1"
    bench.receiver.answers = lambda headers: answer(500) if headers["webhook-id"] == stuck else OK
    await bench.publish(an_attempt(1, 1), an_attempt(1, 2))

    numbers = count(100)

    async def others() -> bool:
        # It is not disabled, because others arrive.
        await bench.publish(an_attempt(next(numbers), 1))
        return (await states(bench))[:2] == ["FAILED", "DELIVERED"]

    await eventually(others)

    (row,) = await bench.rows(
        "SELECT id, webhook_id, last_error, response_status FROM webhook_delivery WHERE state = 'FAILED'"
    )
    assert (row["last_error"], row["response_status"]) == ("answered 500", 500)
    bench.receiver.answers = lambda headers: OK
    again = await process.send(RedeliverWebhookEvent(webhook_id=row["webhook_id"], delivery_id=row["id"]))
    assert again.state is DeliveryState.READY
    await eventually(lambda: any(request.id == stuck for request in bench.receiver.taken))


async def test_a_webhook_that_takes_nothing_is_disabled_with_an_alert(bench: Bench) -> None:
    process = await bench.process(webhook_retry_hours=0.2 / 3600)
    webhook = await created(process, bench.receiver.url)
    bench.receiver.answers = lambda headers: answer(500)
    await bench.publish(an_attempt(1, 1))

    async def disabled() -> bool:
        return bool(await bench.rows("SELECT id FROM webhook WHERE disabled"))

    await eventually(disabled)

    (found,) = await bench.rows("SELECT disable_reason FROM webhook")
    assert "has taken no event for" in found["disable_reason"]
    alerts = await bench.rows("SELECT key FROM job WHERE kind = 'alert:mail'")
    assert [row["key"] for row in alerts] == [f"webhook/{webhook.id}/1"]
    assert await bench.rows("SELECT name FROM feed_consumer WHERE name LIKE 'webhook/%'") == []
    # What waits for it is kept, and what happens meanwhile can be replayed.
    await bench.publish(an_attempt(2, 1))
    bench.receiver.answers = lambda headers: OK
    enable = UpdateWebhook(webhook_id=webhook.id, webhook=webhook, fields=frozenset({"disabled"}))
    assert not (await process.send(enable)).disabled
    await bench.publish(an_attempt(3, 1))
    await eventually(lambda: orders(bench) >= {IDS.of_order(3)})
    assert IDS.of_order(2) not in orders(bench)
    replay = ReplayWebhookEvents(webhook_id=webhook.id, start=datetime.now(UTC) - timedelta(minutes=5))
    await process.send(replay)
    await eventually(lambda: orders(bench) == {IDS.of_order(number) for number in (1, 2, 3)})


async def test_one_that_is_gone_is_disabled_at_once(bench: Bench) -> None:
    process = await bench.process()
    await created(process, bench.receiver.url)
    bench.receiver.answers = lambda headers: answer(410)

    await bench.publish(an_attempt(1, 1))

    async def reason() -> str:
        (found,) = await bench.rows("SELECT disable_reason FROM webhook")
        return str(found["disable_reason"])

    assert "410" in await eventually(reason)


async def test_what_a_killed_process_was_sending_is_sent_by_another(bench: Bench) -> None:
    first = await bench.process()
    await created(first, bench.receiver.url)
    # It gets the events, and never answers.
    bench.receiver.answers = lambda headers: b""
    await bench.publish(*[an_attempt(order, sequence) for order in range(4) for sequence in (1, 2)])
    await eventually(lambda: len(bench.receiver.requests) == 4)
    await first.kill()
    bench.receiver.answers = lambda headers: OK

    await bench.process()

    await eventually(lambda: len({request.id for request in bench.receiver.taken}) == 8)
    assert in_order_of_each(bench.receiver.taken)


async def test_two_processes_send_each_event_once(bench: Bench) -> None:
    process = await bench.process()
    await bench.process()
    await created(process, bench.receiver.url)

    await bench.publish(*[an_attempt(order, sequence) for sequence in (1, 2, 3) for order in range(20)])

    await eventually(lambda: len(bench.receiver.taken) >= 60)
    assert len({request.id for request in bench.receiver.requests}) == len(bench.receiver.requests) == 60
    assert in_order_of_each(bench.receiver.taken)


async def test_during_an_overlap_both_secrets_verify(bench: Bench) -> None:
    process = await bench.process()
    webhook = await created(process, bench.receiver.url)
    changed = await process.send(RotateWebhookSecret(webhook_id=webhook.id, overlap=timedelta(hours=1)))
    old, new = secret(process, webhook.secret_id), secret(process, changed.secret_id)
    assert old != new

    await bench.publish(an_attempt(1, 1))

    (request,) = await eventually(lambda: bench.receiver.taken)
    assert request.is_signed_with(old, new)
    last = await process.send(RotateWebhookSecret(webhook_id=webhook.id, overlap=timedelta(0)))
    await bench.publish(an_attempt(1, 2))
    await eventually(lambda: len(bench.receiver.taken) == 2)
    *_, request = bench.receiver.taken
    assert request.is_signed_with(secret(process, last.secret_id))
    with pytest.raises(Exception, match="No matching signature"):
        request.is_signed_with(new)


async def test_an_event_that_follows_a_new_secret_is_signed_with_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also if the webhook was read a moment before."""
    process = await bench.process()
    webhook = await created(process, bench.receiver.url)
    take, changed = process.handler.store.take, list[Webhook]()

    async def take_what_came_meanwhile(id: int) -> bool:
        if not changed:
            changed.append(await process.send(RotateWebhookSecret(webhook_id=id, overlap=timedelta(0))))
            await bench.publish(an_attempt(1, 1))
        return await take(id)

    monkeypatch.setattr(process.handler.store, "take", take_what_came_meanwhile)
    process.webhooks.wake()

    (request,) = await eventually(lambda: bench.receiver.taken)
    assert request.is_signed_with(secret(process, changed[0].secret_id))
    with pytest.raises(Exception, match="No matching signature"):
        request.is_signed_with(secret(process, webhook.secret_id))


async def test_a_deleted_webhook_gets_nothing_and_its_log_is_purged(bench: Bench) -> None:
    process = await bench.process()
    webhook = await created(process, bench.receiver.url)
    await bench.publish(an_attempt(1, 1))
    await eventually(lambda: bench.receiver.taken)

    await process.send(DeleteWebhook(webhook_id=webhook.id))
    await bench.publish(an_attempt(1, 2))

    async def done() -> bool:
        return bool(await bench.rows("SELECT id FROM job WHERE kind = 'deliver_events' AND state = 'DONE'"))

    await eventually(done)
    assert len(bench.receiver.requests) == 1
    await process.webhooks.purge()
    assert await states(bench) == []
    assert await bench.rows("SELECT name FROM feed_consumer WHERE name LIKE 'webhook/%'") == []


async def test_old_deliveries_are_purged_and_those_to_come_are_not(bench: Bench) -> None:
    process = await bench.process()
    await created(process, bench.receiver.url)
    await bench.publish(an_attempt(1, 1))
    await eventually(lambda: _has(bench, "DELIVERED"))
    await process.kill()
    await bench.rows("UPDATE webhook_delivery SET last_attempt_at = now() - interval '15 days'")
    await bench.publish(an_attempt(2, 1))
    bench.receiver.answers = lambda headers: answer(500)
    other = await bench.process()
    await eventually(lambda: _count(bench, 2))

    await other.webhooks.purge()

    assert await states(bench) == ["READY"]


async def _count(bench: Bench, wanted: int) -> bool:
    return len(await states(bench)) == wanted


async def test_an_event_that_is_no_longer_kept_is_not_sent_again(bench: Bench) -> None:
    process = await bench.process()
    webhook = await created(process, bench.receiver.url)
    await bench.publish(an_attempt(1, 1))
    await eventually(lambda: _has(bench, "DELIVERED"))
    await bench.rows("DELETE FROM outbox")
    (row,) = await bench.rows("SELECT id FROM webhook_delivery")

    with pytest.raises(EventsPurged):
        await process.send(RedeliverWebhookEvent(webhook_id=webhook.id, delivery_id=row["id"]))

    # One that waits for its attempt meanwhile is given up.
    await bench.rows("UPDATE webhook_delivery SET state = 'READY'")
    await eventually(lambda: _has(bench, "FAILED"))
    assert len(bench.receiver.requests) == 1


async def test_events_that_are_no_longer_kept_do_not_hold_those_that_are(bench: Bench) -> None:
    process = await bench.process()
    process.handler.pauses = Backoff(initial_s=300, max_s=300, max_attempts=1000, random=Random(1))
    webhook = await created(process, bench.receiver.url, disabled=True)
    await bench.rows(
        "INSERT INTO webhook_delivery (webhook_id, position, kind, order_id, sequence, event_time, state) "
        "SELECT :id, n, 'payment_attempt', n, 1, now(), 'READY' FROM generate_series(-30, -1) AS n",
        id=webhook.id,
    )

    enabled = replace(webhook, disabled=False)
    await process.send(UpdateWebhook(webhook_id=webhook.id, webhook=enabled, fields=frozenset({"disabled"})))
    await bench.publish(an_attempt(1, 1))

    async def done() -> bool:
        return await states(bench) == ["FAILED"] * 30 + ["DELIVERED"]

    await eventually(done)


async def _has(bench: Bench, state: str) -> bool:
    return await states(bench) == [state]


async def test_a_webhook_that_is_paused_is_tried_at_once_when_somebody_asks(bench: Bench) -> None:
    process = await bench.process()
    process.handler.pauses = Backoff(initial_s=300, max_s=300, max_attempts=1000, random=Random(1))
    webhook = await created(process, bench.receiver.url)
    bench.receiver.answers = lambda headers: answer(500)
    await bench.publish(*[an_attempt(order, 1) for order in range(8)])

    async def paused() -> bool:
        sql = "SELECT id FROM job WHERE lane IS NOT NULL AND state = 'READY' AND due_at > now() + interval '1 minute'"
        return bool(await bench.rows(sql))

    await eventually(paused)
    bench.receiver.answers = lambda headers: OK
    (row, *_) = await bench.rows("SELECT id FROM webhook_delivery")

    await process.send(RedeliverWebhookEvent(webhook_id=webhook.id, delivery_id=row["id"]))

    await eventually(lambda: len(bench.receiver.taken) == 8)


async def test_a_process_without_webhooks_asks_the_database_nothing_about_them(bench: Bench) -> None:
    asked: list[str] = []
    listen(bench.engine.sync_engine, "before_cursor_execute", lambda *found: asked.append(found[2]))
    process = await bench.process()
    await bench.publish(an_attempt(1, 1))
    await eventually(lambda: process.tail._position > 0)

    assert asked
    assert [sql for sql in asked if "webhook" in sql] == []
    assert await bench.rows("SELECT id FROM job") == []


async def test_a_thousand_events_reach_a_receiver_that_fails_a_third_and_is_killed(bench: Bench) -> None:
    first = await bench.process()
    await bench.process()
    webhook = await created(first, bench.receiver.url)
    key, number = secret(first, webhook.secret_id), 0

    def a_third_fails(headers: dict[str, str]) -> bytes | None:
        nonlocal number
        number += 1
        # Now and then it closes the connection instead, once it has everything.
        return answer(503) if number % 3 == 0 else None if number % 50 == 1 else OK

    bench.receiver.answers = a_third_fails
    for sequence in range(1, 11):
        await bench.publish(*[an_attempt(order, sequence) for order in range(100)])
    await eventually(lambda: len(bench.receiver.taken) > 200, timeout_s=30)
    await bench.receiver.kill()
    await first.kill()
    await bench.receiver.start()

    await eventually(lambda: len({request.id for request in bench.receiver.taken}) == 1000, timeout_s=60)

    assert in_order_of_each(bench.receiver.taken)
    assert all(request.is_signed_with(key) for request in bench.receiver.requests)
