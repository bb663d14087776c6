"""Webhooks and deliveries as messages of the contract, and the events that are sent, as JSON."""

from __future__ import annotations

from easyorder.order.v1 import OrderEvent
from easyorder.webhook.v1 import UpdateWebhookRequest, WebhookDeliveryState, WebhookEventKind
from easyorder.webhook.v1 import Webhook as WebhookMessage
from easyorder.webhook.v1 import WebhookDelivery as DeliveryMessage
from google.protobuf.json_format import MessageToJson

from chassis.events import Event, PublishedEvent
from chassis.idempotency import RequestKey
from chassis.update_mask import updated_fields
from chassis.wire import codec
from order_svc.order_ids import OrderIds
from order_svc.watch.events import StreamEvent
from order_svc.webhooks.commands.update_webhook import UpdateWebhook
from order_svc.webhooks.domain.delivery import Delivery, DeliveryState
from order_svc.webhooks.domain.webhook import Webhook

# The fields of a Webhook that an update can change; the attributes are called likewise.
CHANGEABLE = ("url", "description", "kinds", "disabled")


def event_id(order_id: int, sequence: int, ids: OrderIds) -> str:
    """The same for each attempt and each webhook."""
    return f"evt_{ids.of_order(order_id)}_{sequence}"


def event_json(event: Event, ids: OrderIds) -> bytes:
    """The event as an OrderEvent, in the same JSON that streams have."""
    message = StreamEvent(PublishedEvent(position=0, event=event), ids).message_of_webhook
    assert message is not None  # only known kinds are taken
    upb = codec(OrderEvent).parse(codec(OrderEvent).encode(message))
    return MessageToJson(upb, always_print_fields_with_no_presence=True, indent=None, ensure_ascii=False).encode()


def webhook_of_message(message: WebhookMessage) -> Webhook:
    """The requested webhook. Output-only fields are ignored."""
    kinds = dict.fromkeys(kind_of_message(WebhookEventKind(kind)) for kind in message.kinds)
    return Webhook(
        url=message.url.strip(), description=message.description, kinds=tuple(kinds), disabled=message.disabled
    )


def update_webhook_command(request: UpdateWebhookRequest, key: RequestKey | None) -> UpdateWebhook:
    """Raises InvalidArgument for a field that cannot be changed."""
    wanted = request.webhook
    assert wanted is not None  # the contract requires its id
    return UpdateWebhook(
        request=key,
        webhook_id=int(wanted.id),
        webhook=webhook_of_message(wanted),
        fields=updated_fields(wanted, request.update_mask, CHANGEABLE),
        etag=wanted.etag,
    )


def webhook_message(webhook: Webhook, *, secret: str = "") -> WebhookMessage:
    return WebhookMessage(
        id=str(webhook.id),
        url=webhook.url,
        description=webhook.description,
        kinds=[_kind_message(kind) for kind in webhook.kinds],
        disabled=webhook.disabled,
        disable_reason=webhook.disable_reason,
        secret=secret,
        previous_secret_expire_time=webhook.previous_secret_expires,
        failure_start_time=webhook.failing_since,
        etag=str(webhook.revision),
        create_time=webhook.created_on,
        update_time=webhook.modified_on,
    )


def delivery_message(delivery: Delivery, ids: OrderIds) -> DeliveryMessage:
    return DeliveryMessage(
        id=str(delivery.id),
        webhook_id=str(delivery.webhook_id),
        event_id=event_id(delivery.order_id, delivery.sequence, ids),
        kind=_kind_message(delivery.kind),
        order_id=ids.of_order(delivery.order_id),
        sequence=delivery.sequence,
        event_time=delivery.event_time,
        state=WebhookDeliveryState[delivery.state.name],
        attempts=delivery.attempts,
        last_attempt_time=delivery.last_attempt_at,
        next_attempt_time=delivery.due_at if delivery.state is DeliveryState.READY else None,
        response_status=delivery.response_status,
        last_error=delivery.last_error,
    )


def kind_of_message(kind: WebhookEventKind) -> str:
    return str(kind.name).lower()


def _kind_message(kind: str) -> WebhookEventKind:
    return WebhookEventKind[kind.upper()]
