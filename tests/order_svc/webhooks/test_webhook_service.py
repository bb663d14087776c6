"""WebhookService on the wire: administrators subscribe, change, list and send again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from easyorder.google.protobuf import Empty, FieldMask
from easyorder.webhook import v1

from chassis.errors import EtagMismatch, InvalidArgument
from chassis.grpc.clients import Client, rpc
from order_svc.webhooks.domain.errors import (
    TooManyWebhooks,
    WebhookDeliveryNotFound,
    WebhookDisabled,
    WebhookNotFound,
)
from tests.builders.order_ids import IDS
from tests.mesh import Mesh, serving
from tests.order_svc.webhooks.bench import Bench, Process, an_attempt
from tests.polling import eventually

SERVICE = "easyorder.webhook.v1.WebhookService"
CREATE = rpc(SERVICE, "CreateWebhook", v1.CreateWebhookRequest, v1.Webhook)
GET = rpc(SERVICE, "GetWebhook", v1.GetWebhookRequest, v1.Webhook)
LIST = rpc(SERVICE, "ListWebhooks", v1.ListWebhooksRequest, v1.ListWebhooksResponse)
UPDATE = rpc(SERVICE, "UpdateWebhook", v1.UpdateWebhookRequest, v1.Webhook)
DELETE = rpc(SERVICE, "DeleteWebhook", v1.DeleteWebhookRequest, Empty)
ROTATE = rpc(SERVICE, "RotateWebhookSecret", v1.RotateWebhookSecretRequest, v1.Webhook)
REPLAY = rpc(SERVICE, "ReplayWebhookEvents", v1.ReplayWebhookEventsRequest, v1.Webhook)
LOG = rpc(SERVICE, "ListWebhookDeliveries", v1.ListWebhookDeliveriesRequest, v1.ListWebhookDeliveriesResponse)
REDELIVER = rpc(SERVICE, "RedeliverWebhookEvent", v1.RedeliverWebhookEventRequest, v1.WebhookDelivery)


@pytest.fixture
async def process(bench: Bench) -> Process:
    return await bench.process()


@pytest.fixture
async def mesh(process: Process) -> AsyncIterator[Mesh]:
    async with serving({SERVICE: process.webhooks.api}) as mesh:
        yield mesh


@pytest.fixture
def admin(mesh: Mesh) -> Client:
    return mesh.admin()


async def create(admin: Client, url: str, request_id: str = "", **fields: object) -> v1.Webhook:
    webhook = v1.Webhook(url=url, **fields)  # type: ignore[arg-type]
    return await admin.call(CREATE, v1.CreateWebhookRequest(webhook=webhook, request_id=request_id))


async def test_a_webhook_has_a_secret_when_it_is_made_and_never_again(bench: Bench, admin: Client) -> None:
    made = await create(
        admin, bench.receiver.url, "r-1", description="books", kinds=[v1.WebhookEventKind.ORDER_CREATED]
    )

    assert made.secret.startswith("whsec_")
    assert (
        await create(admin, bench.receiver.url, "r-1", description="books", kinds=[v1.WebhookEventKind.ORDER_CREATED])
        == made
    )
    read = await admin.call(GET, v1.GetWebhookRequest(id=made.id))
    made.secret = ""
    assert read == made
    assert (await admin.call(LIST, v1.ListWebhooksRequest())).webhooks == [read]
    stored = await bench.rows("SELECT * FROM webhook, idempotency_key")
    assert "whsec_" not in str(stored)


async def test_a_secret_is_rotated_once_for_each_request(bench: Bench, admin: Client) -> None:
    made = await create(admin, bench.receiver.url)

    request = v1.RotateWebhookSecretRequest(id=made.id, request_id="r-2")
    rotated = await admin.call(ROTATE, request)

    assert rotated.secret not in ("", made.secret)
    assert rotated.previous_secret_expire_time is not None
    assert rotated.previous_secret_expire_time > datetime.now(UTC) + timedelta(hours=23)
    assert await admin.call(ROTATE, request) == rotated


async def test_fields_change_by_mask_and_etag(bench: Bench, admin: Client) -> None:
    made = await create(admin, bench.receiver.url)

    async def update(webhook: v1.Webhook, *paths: str) -> v1.Webhook:
        mask = FieldMask(paths=list(paths)) if paths else None
        return await admin.call(UPDATE, v1.UpdateWebhookRequest(webhook=webhook, update_mask=mask))

    changed = await update(v1.Webhook(id=made.id, etag=made.etag, description="new", disabled=True))
    assert (changed.description, changed.disabled, changed.url) == ("new", True, made.url)
    with pytest.raises(EtagMismatch):
        await update(v1.Webhook(id=made.id, etag=made.etag, description="newer"))
    assert not (await update(v1.Webhook(id=made.id), "disabled")).disabled
    for refused in (
        (v1.Webhook(id=made.id), "url"),
        (v1.Webhook(id=made.id), "secret"),
        (v1.Webhook(id=made.id, url="http://10.0.0.1/"), "url"),
        (v1.Webhook(id=made.id, kinds=[v1.WebhookEventKind.UNSPECIFIED]), "kinds"),
    ):
        with pytest.raises(InvalidArgument):
            await update(*refused)
    assert (await admin.call(GET, v1.GetWebhookRequest(id=made.id))).url == made.url


@pytest.mark.reaches("TOO_MANY_WEBHOOKS")
async def test_there_are_at_most_twenty(bench: Bench, admin: Client) -> None:
    for _ in range(20):
        await create(admin, bench.receiver.url, disabled=True)

    with pytest.raises(TooManyWebhooks):
        await create(admin, bench.receiver.url)

    pages = [await admin.call(LIST, v1.ListWebhooksRequest(page_size=15))]
    pages.append(await admin.call(LIST, v1.ListWebhooksRequest(page_size=15, page_token=pages[0].next_page_token)))
    assert [len(page.webhooks) for page in pages] == [15, 5]
    assert pages[1].next_page_token == ""


@pytest.mark.reaches("WEBHOOK_NOT_FOUND")
async def test_a_deleted_webhook_is_gone(bench: Bench, admin: Client) -> None:
    made = await create(admin, bench.receiver.url)

    with pytest.raises(EtagMismatch):
        await admin.call(DELETE, v1.DeleteWebhookRequest(id=made.id, etag="7"))
    await admin.call(DELETE, v1.DeleteWebhookRequest(id=made.id, etag=made.etag))

    with pytest.raises(WebhookNotFound):
        await admin.call(GET, v1.GetWebhookRequest(id=made.id))
    with pytest.raises(WebhookNotFound):
        await admin.call(DELETE, v1.DeleteWebhookRequest(id=made.id))
    with pytest.raises(WebhookNotFound):
        await admin.call(LOG, v1.ListWebhookDeliveriesRequest(webhook_id=made.id))


async def test_the_log_is_listed_by_state_kind_and_order(bench: Bench, admin: Client) -> None:
    made = await create(admin, bench.receiver.url)
    await bench.publish(*[an_attempt(order, sequence) for sequence in (1, 2) for order in (1, 2)])
    await eventually(lambda: len(bench.receiver.taken) == 4)

    async def log(**filter: object) -> list[tuple[str, int]]:
        request = v1.ListWebhookDeliveriesRequest(webhook_id=made.id, **filter)  # type: ignore[arg-type]
        found = (await admin.call(LOG, request)).deliveries
        return [(delivery.order_id, delivery.sequence) for delivery in found]

    one, two = IDS.of_order(1), IDS.of_order(2)
    await eventually(lambda: log(state=v1.WebhookDeliveryState.DELIVERED))
    assert await log() == [(two, 2), (one, 2), (two, 1), (one, 1)]
    assert await log(order_id=one) == [(one, 2), (one, 1)]
    assert await log(order_id="no id") == []
    assert await log(state=v1.WebhookDeliveryState.FAILED) == []
    assert len(await log(kind=v1.WebhookEventKind.PAYMENT_ATTEMPT)) == 4
    assert await log(kind=v1.WebhookEventKind.ORDER_CREATED) == []
    first = await admin.call(LOG, v1.ListWebhookDeliveriesRequest(webhook_id=made.id, page_size=3))
    request = v1.ListWebhookDeliveriesRequest(webhook_id=made.id, page_size=3, page_token=first.next_page_token)
    (last,) = (await admin.call(LOG, request)).deliveries
    assert (last.order_id, last.sequence, last.attempts, last.response_status) == (one, 1, 1, 200)
    assert last.event_id == f"evt_{one}_1"


@pytest.mark.reaches("WEBHOOK_DISABLED")
@pytest.mark.reaches("WEBHOOK_DELIVERY_NOT_FOUND")
async def test_events_are_sent_again(bench: Bench, admin: Client) -> None:
    made = await create(admin, bench.receiver.url)
    await bench.publish(an_attempt(1, 1), an_attempt(1, 2))

    async def delivered() -> list[v1.WebhookDelivery]:
        request = v1.ListWebhookDeliveriesRequest(webhook_id=made.id, state=v1.WebhookDeliveryState.DELIVERED)
        found = (await admin.call(LOG, request)).deliveries
        return found if len(found) == 2 else []

    last, first = await eventually(delivered)
    await admin.call(REDELIVER, v1.RedeliverWebhookEventRequest(webhook_id=made.id, id=first.id))
    await eventually(lambda: len(bench.receiver.taken) == 3)
    assert bench.receiver.taken[2].id == first.event_id

    await admin.call(REPLAY, v1.ReplayWebhookEventsRequest(id=made.id, start_time=datetime(2020, 1, 1, tzinfo=UTC)))
    await eventually(lambda: len(bench.receiver.taken) == 5)
    assert [request.id for request in bench.receiver.taken[3:]] == [first.event_id, last.event_id]
    with pytest.raises(WebhookDeliveryNotFound):
        await admin.call(REDELIVER, v1.RedeliverWebhookEventRequest(webhook_id=made.id, id="4711"))
    disable = v1.UpdateWebhookRequest(webhook=v1.Webhook(id=made.id, disabled=True))
    await admin.call(UPDATE, disable)
    with pytest.raises(WebhookDisabled):
        await admin.call(REPLAY, v1.ReplayWebhookEventsRequest(id=made.id, start_time=datetime.now(UTC)))
    with pytest.raises(WebhookDisabled):
        await admin.call(REDELIVER, v1.RedeliverWebhookEventRequest(webhook_id=made.id, id=first.id))
    log = await admin.call(LOG, v1.ListWebhookDeliveriesRequest(webhook_id=made.id))
    assert {delivery.state for delivery in log.deliveries} == {v1.WebhookDeliveryState.DELIVERED}


async def test_what_administrators_do_is_audited_without_secrets(bench: Bench, mesh: Mesh, admin: Client) -> None:
    made = await create(admin, bench.receiver.url)
    await admin.call(ROTATE, v1.RotateWebhookSecretRequest(id=made.id, request_id="r-3"))

    await eventually(lambda: [entry.action for entry in mesh.audited] == ["CreateWebhook", "RotateWebhookSecret"])
    assert made.secret not in str(mesh.audited)
    assert bench.receiver.url in str(mesh.audited[0].changes)
