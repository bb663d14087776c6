"""The commands of webhooks: who is sent what from when on, with which secrets, and until when."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.db.engine import make_engine
from chassis.errors import EtagMismatch, InvalidArgument
from chassis.mediator import Command
from order_svc.webhooks.commands.delete_webhook import DeleteWebhook
from order_svc.webhooks.commands.disable_failing_webhook import DisableFailingWebhook
from order_svc.webhooks.commands.redeliver_webhook_event import RedeliverWebhookEvent
from order_svc.webhooks.commands.replay_webhook_events import ReplayWebhookEvents
from order_svc.webhooks.commands.rotate_webhook_secret import RotateWebhookSecret
from order_svc.webhooks.commands.update_webhook import UpdateWebhook
from order_svc.webhooks.domain.errors import (
    TooManyWebhooks,
    WebhookDeliveryNotFound,
    WebhookDisabled,
    WebhookNotFound,
)
from order_svc.webhooks.domain.webhook import Webhook
from tests.conftest import DatabasesOf
from tests.order_svc.webhooks.webhook_app import URL, InMemoryWebhookApp, JobSeen, SqlWebhookApp, WebhookApp

AT = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
INSIDE = "https://10.0.0.1/events"


@pytest.fixture(params=["fakes", "postgres"])
async def app(request: pytest.FixtureRequest, databases_of: DatabasesOf) -> AsyncIterator[WebhookApp]:
    if request.param == "fakes":
        yield InMemoryWebhookApp()
        return
    engine = make_engine((await databases_of("order_svc"))["easyorder_order_write"], application_name="tests")
    yield SqlWebhookApp(engine)
    await engine.dispose()


def the_job(webhook: Webhook) -> JobSeen:
    """Of a webhook that gets events."""
    id, generation = webhook.id, webhook.generation
    payload = {"webhook_id": id, "generation": generation}
    return JobSeen("deliver_events", f"{id}/{generation}", payload, f"webhook/{id}", generation)


def updating(webhook: Webhook, *, etag: str = "", **fields: object) -> UpdateWebhook:
    changed = replace(webhook, **fields)  # type: ignore[arg-type]
    return UpdateWebhook(webhook_id=webhook.id, webhook=changed, fields=frozenset(fields), etag=etag)


async def test_a_webhook_gets_what_happens_from_now_on(app: WebhookApp) -> None:
    made = await app.given(description="books", kinds=("order_created",))

    assert (made.url, made.description, made.kinds, made.revision) == (URL, "books", ("order_created",), 1)
    assert made.secret_id
    assert await app.webhook(made.id) == made
    assert await app.followed() == {made.id}
    assert await app.jobs() == [the_job(made)]
    assert app.changed["url"] == ("", f'"{URL}"')


async def test_each_webhook_has_its_own_secret_and_job(app: WebhookApp) -> None:
    one, two = await app.given(), await app.given()

    assert one.secret_id != two.secret_id
    assert await app.jobs() == [the_job(one), the_job(two)]


async def test_a_webhook_that_is_made_disabled_gets_nothing(app: WebhookApp) -> None:
    made = await app.given(disabled=True)

    assert made.disabled
    assert (await app.followed(), await app.jobs()) == (set(), [])


async def test_urls_inside_the_network_are_refused(app: WebhookApp) -> None:
    with pytest.raises(InvalidArgument):
        await app.given(url=INSIDE)
    made = await app.given()
    with pytest.raises(InvalidArgument):
        await app.send(updating(made, url=INSIDE))

    assert await app.webhook(made.id) == made
    assert await app.followed() == {made.id}


async def test_a_shop_has_twenty_webhooks_at_most(app: WebhookApp) -> None:
    made = [await app.given(disabled=True) for _ in range(20)]
    with pytest.raises(TooManyWebhooks, match="20 webhooks"):
        await app.given()

    await app.send(DeleteWebhook(webhook_id=made[0].id))
    assert (await app.given()).id not in {one.id for one in made}


async def test_fields_that_are_not_named_stay(app: WebhookApp) -> None:
    made = await app.given(description="books", kinds=("order_created",))
    wanted = Webhook(url="https://example.org/", description="new", kinds=())

    command = UpdateWebhook(webhook_id=made.id, webhook=wanted, fields=frozenset({"description"}))
    changed = await app.send(command)

    assert (changed.url, changed.description, changed.kinds) == (URL, "new", ("order_created",))
    assert (changed.revision, changed.generation) == (2, 1)
    assert await app.webhook(made.id) == changed
    assert app.changed == {"description": ('"books"', '"new"')}
    # It goes on where it was.
    assert (await app.followed(), await app.jobs()) == ({made.id}, [the_job(made)])


async def test_equal_fields_change_nothing(app: WebhookApp) -> None:
    made = await app.given(description="books")

    assert await app.send(updating(made, description="books")) == made

    assert await app.webhook(made.id) == made
    assert app.changed == {}


async def test_only_the_version_that_was_read_is_changed_or_deleted(app: WebhookApp) -> None:
    made = await app.given()
    changed = await app.send(updating(made, etag="1", description="new"))

    for stale in (updating(changed, etag="1", description="newer"), DeleteWebhook(webhook_id=made.id, etag="1")):
        with pytest.raises(EtagMismatch) as refused:
            await app.send(stale)
        assert refused.value.metadata["etag"] == "2"

    assert await app.webhook(made.id) == changed
    assert await app.followed() == {made.id}
    assert await app.send(DeleteWebhook(webhook_id=made.id, etag="2")) == changed


async def test_a_webhook_that_is_disabled_gets_nothing_until_it_is_enabled_with_another_job(app: WebhookApp) -> None:
    made = await app.given()

    disabled = await app.send(updating(made, disabled=True))
    assert (disabled.disabled, disabled.generation) == (True, 1)
    assert await app.followed() == set()
    # Its URL changes meanwhile; nothing is sent.
    moved = await app.send(updating(disabled, url="https://example.org/"))
    assert (await app.followed(), await app.jobs()) == (set(), [the_job(made)])

    enabled = await app.send(updating(moved, disabled=False))
    assert (enabled.disabled, enabled.revision, enabled.generation) == (False, 4, 4)
    assert await app.followed() == {made.id}
    assert await app.jobs() == [the_job(made), the_job(enabled)]


async def test_a_deleted_webhook_is_gone(app: WebhookApp) -> None:
    made, other = await app.given(description="books"), await app.given()

    assert await app.send(DeleteWebhook(webhook_id=made.id)) == made

    assert await app.followed() == {other.id}
    commands: list[Command[Any]] = [
        DeleteWebhook(webhook_id=made.id),
        updating(made, description="new"),
        RotateWebhookSecret(webhook_id=made.id, overlap=DAY),
        ReplayWebhookEvents(webhook_id=made.id, start=AT),
        RedeliverWebhookEvent(webhook_id=made.id, delivery_id=1),
        DisableFailingWebhook(webhook_id=made.id, generation=1, why="it fails"),
    ]
    for command in commands:
        with pytest.raises(WebhookNotFound, match=str(made.id)):
            await app.send(command)


async def test_deleting_is_audited_with_what_was_lost(app: WebhookApp) -> None:
    made = await app.given(description="books")

    await app.send(DeleteWebhook(webhook_id=made.id))

    assert app.changed == {"": (app.changed[""][0], "")}
    assert "books" in app.changed[""][0]


async def test_the_previous_secret_signs_for_a_while(app: WebhookApp) -> None:
    made = await app.given()

    rotated = await app.send(RotateWebhookSecret(webhook_id=made.id, overlap=DAY))

    assert rotated.secret_id
    assert rotated.secret_id != made.secret_id
    assert (rotated.previous_secret_id, rotated.previous_secret_expires) == (made.secret_id, AT + DAY)
    assert rotated.revision == 2
    assert await app.webhook(made.id) == rotated
    assert rotated.secret_ids(AT + DAY - timedelta(seconds=1)) == (rotated.secret_id, made.secret_id)
    assert rotated.secret_ids(AT + DAY) == (rotated.secret_id,)


async def test_without_overlap_the_previous_secret_signs_no_more(app: WebhookApp) -> None:
    made = await app.given()

    rotated = await app.send(RotateWebhookSecret(webhook_id=made.id, overlap=timedelta()))

    assert (rotated.previous_secret_id, rotated.previous_secret_expires) == ("", None)
    assert made.secret_id not in rotated.secret_ids(AT)


async def test_a_webhook_that_fails_is_disabled_and_administrators_are_told(app: WebhookApp) -> None:
    made = await app.given()

    disabled = await app.send(DisableFailingWebhook(webhook_id=made.id, generation=1, why="410 Gone"))

    assert (disabled.disabled, disabled.disable_reason, disabled.revision) == (True, "410 Gone", 2)
    assert await app.webhook(made.id) == disabled
    assert await app.followed() == set()
    assert await app.audited() == [("DisableFailingWebhook", str(made.id), "OK", "410 Gone", AT)]
    [job, alert] = await app.jobs()
    assert job == the_job(made)
    assert (alert.kind, alert.key) == ("alert:mail", f"webhook/{made.id}/1")
    assert alert.payload["summary"] == f"the webhook {made.id} was disabled: 410 Gone"
    assert URL in alert.payload["detail"]
    assert datetime.fromisoformat(alert.payload["at"]) == AT


async def test_what_failed_before_it_was_enabled_again_disables_nothing(app: WebhookApp) -> None:
    made = await app.given(failing_since=AT)
    failed = await app.send(DisableFailingWebhook(webhook_id=made.id, generation=1, why="410 Gone"))
    # The same failure, reported twice.
    assert await app.send(DisableFailingWebhook(webhook_id=made.id, generation=1, why="gone again")) == failed

    enabled = await app.send(updating(failed, disabled=False))
    assert (enabled.disable_reason, enabled.failing_since) == ("", None)
    assert await app.send(DisableFailingWebhook(webhook_id=made.id, generation=1, why="late")) == enabled

    assert await app.webhook(made.id) == enabled
    assert await app.followed() == {made.id}
    assert len(await app.audited()) == 1


async def test_only_what_gets_events_is_sent_them_again(app: WebhookApp) -> None:
    made, disabled = await app.given(), await app.given(disabled=True)

    assert await app.send(ReplayWebhookEvents(webhook_id=made.id, start=AT)) == made
    with pytest.raises(WebhookDeliveryNotFound, match=f"webhook {made.id} has no delivery 4711"):
        await app.send(RedeliverWebhookEvent(webhook_id=made.id, delivery_id=4711))
    commands: list[Command[Any]] = [
        ReplayWebhookEvents(webhook_id=disabled.id, start=AT),
        RedeliverWebhookEvent(webhook_id=disabled.id, delivery_id=4711),
    ]
    for command in commands:
        with pytest.raises(WebhookDisabled, match=str(disabled.id)):
            await app.send(command)


async def test_what_happened_since_a_time_is_sent_again() -> None:
    app = InMemoryWebhookApp()
    made, _ = await app.given(), await app.given()

    await app.send(ReplayWebhookEvents(webhook_id=made.id, start=AT - DAY))

    assert app.rewound() == {made.id: AT - DAY}
